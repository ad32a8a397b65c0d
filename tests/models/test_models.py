"""How models are made, called, taken apart, copied, and what they say when used wrongly."""

from __future__ import annotations

import copy
import gc
import pickle  # noqa: TID251 (users pickle models, for joblib and multiprocessing)
import weakref

import numpy as np
import pytest
from tests.models.zoo import MODELS, subclassed

import cornu
from cornu import layers
from cornu.core import settings


@pytest.fixture(autouse=True)
def _fresh_names():
    settings.reset_names()


def two_inputs():
    a, b = layers.Input((2,), name="a"), layers.Input((3,), name="b")
    out = layers.Dense(1)(layers.concatenate([a, b]))
    return cornu.Model([a, b], out)


def test_inputs_in_any_form():
    model = two_inputs()
    a, b = np.ones((4, 2)), np.full((4, 3), 2.0)
    expected = model([a, b]).numpy()
    for inputs in ((a, b), {"a": a, "b": b}, {"b": b, "a": a, "unused": a}):
        np.testing.assert_array_equal(model(inputs).numpy(), expected)


def test_last_axis_of_one_is_added_or_dropped():
    model = cornu.Sequential([layers.Input((1,)), layers.Dense(2)])
    assert model(np.ones(5)).shape == (5, 2)
    flat = cornu.Sequential([layers.Input(()), layers.Reshape((1,)), layers.Dense(2)])
    assert flat(np.ones((5, 1))).shape == (5, 2)


def test_phase_given_in_the_graph_is_kept():
    """`Dropout(...)(x, training=True)` drops in every phase: Monte Carlo dropout."""
    inputs = layers.Input((50,))
    always = cornu.Model(inputs, layers.Dropout(0.5)(inputs, training=True))
    assert (always(np.ones((1, 50)), training=False).numpy() == 0).any()
    never = cornu.Model(inputs, layers.Dropout(0.5)(inputs, training=False))
    assert (never(np.ones((1, 50)), training=True).numpy() == 1).all()
    again = cornu.Model.from_config(always.get_config())
    assert (again(np.ones((1, 50)), training=False).numpy() == 0).any()


def test_a_sequential_grows_and_shrinks():
    model = cornu.Sequential(name="s")
    model.add(layers.Input((4,)))
    model.add(layers.Dense(3))
    model.add(layers.Dense(2))
    assert model.output_shape == (None, 2)
    assert [w.path for w in model.weights][2] == "s/dense_1/kernel"
    kernel = model.layers[0].kernel
    assert model.pop().units == 2
    assert model.output_shape == (None, 3)
    model.add(layers.Dense(5))
    assert model.output_shape == (None, 5)
    assert model.layers[0].kernel is kernel
    assert model(np.ones((1, 4))).shape == (1, 5)


def test_sequential_of_two_inputs_runs_layer_by_layer():
    model = cornu.Sequential([layers.Add(), layers.Dense(2)])
    assert model([np.ones((3, 4)), np.ones((3, 4))]).shape == (3, 2)


def test_model_without_known_shape_says_so():
    model = cornu.Sequential([layers.Dense(2)])
    with pytest.raises(AttributeError, match="has no output_shape yet.*keras.Input"):
        model.output_shape
    with pytest.raises(ValueError, match="not built"):
        model.count_params()
    with pytest.raises(ValueError, match="no layers"):
        cornu.Sequential().build((None, 2))


def test_subclass_builds_from_a_shape():
    model = subclassed(cornu)
    model.build((None, 3))
    assert model.count_params() == 67
    assert model.layers[0].get_build_config() == {"input_shape": (None, 3)}

    class Needs(cornu.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1)

        def call(self, inputs):
            return self.dense(inputs["x"])

    with pytest.raises(ValueError, match="Needs model 'needs' cannot be built"):
        Needs().build((None, 3))


def test_functional_subclass():
    class Mine(cornu.Model):
        def __init__(self, inputs, outputs, factor=2.0, **kwargs):
            super().__init__(inputs, outputs, **kwargs)
            self.factor = factor

    inputs = layers.Input((3,))
    model = Mine(inputs, layers.Dense(2)(inputs))
    assert isinstance(model, cornu.Model)
    assert isinstance(model, cornu.models.Functional)
    assert model(np.ones((1, 3))).shape == (1, 2)
    assert model.name == "mine"
    assert model.factor == 2.0


def test_shared_layer_learns_from_both_uses():
    inputs = layers.Input((2,))
    layer = layers.Dense(2, use_bias=False)
    model = cornu.Model(inputs, layer(layer(inputs)))
    layer.set_weights([np.array([[0.0, 1.0], [1.0, 0.0]])])
    np.testing.assert_array_equal(model(np.array([[3.0, 4.0]])).numpy(), [[3.0, 4.0]])
    assert len(model.weights) == 1


def test_operators_in_a_graph():
    inputs = layers.Input((4,))
    x = layers.Dense(3)(inputs)
    model = cornu.Model(inputs, {"sum": x * 2.0 + 1.0, "part": x[:, 1:]})
    again = cornu.Model.from_config(model.get_config())
    again.set_weights(model.get_weights())
    data = np.ones((2, 4))
    for key, value in model(data).items():
        np.testing.assert_array_equal(again(data)[key].numpy(), value.numpy())


@pytest.mark.parametrize("make", [lambda: MODELS["nested"](cornu), two_inputs])
def test_copies(make):
    model = make()
    shapes = model.input_shape
    data = [np.ones((2, *s[1:])) for s in (shapes if isinstance(shapes, list) else [shapes])]
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(other(data).numpy(), model(data).numpy())
        assert other.weights[0] is not model.weights[0]


def test_copies_go_on_training():
    """The optimizer's state, and a loss of the user's own, come along."""

    def twice(y_true, y_pred):
        return 2 * cornu.ops.mean((y_true - y_pred) ** 2)

    model = cornu.Sequential([layers.Input((3,)), layers.Dense(2), layers.Lambda(lambda x: -x)])
    model.compile("adam", twice)
    x, y = np.ones((8, 3), "f"), np.ones((8, 2), "f")
    model.fit(x, y, verbose=0)
    other = copy.deepcopy(model)
    assert int(other.optimizer.iterations.numpy()) == 1
    expected = model.fit(x, y, epochs=2, verbose=0, shuffle=False).history
    assert other.fit(x, y, epochs=2, verbose=0, shuffle=False).history == expected


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda item: pickle.loads(pickle.dumps(item))])
def test_copies_of_layers(copied):
    x = np.random.default_rng(0).normal(size=(2, 5, 4)).astype("f")
    for layer in (layers.Dense(3), layers.LSTM(3), layers.Bidirectional(layers.GRU(2))):
        expected = layer(x).numpy()
        other = copied(layer)
        np.testing.assert_array_equal(other(x).numpy(), expected)
        assert other.variables[0] is not layer.variables[0]
    assert copied(layers.Dense(3, name="new")).name == "new"


def test_export_says_what_to_do():
    with pytest.raises(NotImplementedError, match=r"model.save\('name.keras'\)"):
        cornu.Sequential([layers.Input((3,)), layers.Dense(2)]).export("somewhere")


@pytest.mark.parametrize("name", [*MODELS, "subclassed"])
def test_models_are_freed_at_once(name):
    gc.collect()
    gc.disable()
    try:
        model = subclassed(cornu) if name == "subclassed" else MODELS[name](cornu)
        if name == "subclassed":
            model(np.ones((2, 3)))
        items = (model, *model._flatten_layers(), *model.weights)
        alive = [weakref.ref(item) for item in items]
        del model, items
        assert [ref() for ref in alive if ref() is not None] == []
    finally:
        gc.enable()


def test_many_layers():
    inputs = x = layers.Input((2,))
    for _ in range(1500):
        x = layers.Identity()(x)
    assert cornu.Model(inputs, x)(np.ones((1, 2))).shape == (1, 2)


def _disconnected():
    a, b = layers.Input((2,), name="a"), layers.Input((2,), name="b")
    cornu.Model(a, layers.Add()([a, b]))


def _same_names():
    a = layers.Input((2,))
    cornu.Model(a, layers.Dense(1, name="x")(layers.Dense(1, name="x")(a)))


def _sequential():
    return cornu.Sequential([layers.Input((4,)), layers.Dense(2)])


ERRORS = [
    (_disconnected, r"Graph disconnected.*input 'b'.*\('a'\)"),
    (_same_names, r"name 'x' is used 2 times"),
    (
        lambda: cornu.Sequential([layers.Dense(1, name="q"), layers.Dense(1, name="q")]),
        r"already has a layer named 'q'",
    ),
    (lambda: _sequential()(np.ones((2, 5))), r"expected shape \(None, 4\), got shape \(2, 5\)"),
    (lambda: _sequential()(np.ones(4)), r"got shape \(4,\).*x\[None, \.\.\.\]"),
    (lambda: two_inputs()(np.ones((2, 2))), r"expects 2 input\(s\): 'a' \(None, 2\), 'b'"),
    (lambda: two_inputs()({"a": np.ones((2, 2))}), r"no data for its input 'b'"),
    (lambda: MODELS["by_dict"](cornu)([np.ones((1, 3))] * 3), r"as a dict with the keys"),
    (lambda: _sequential().add(layers.Dense), r"Make an object of the class: Dense\(\.\.\.\)"),
    (lambda: _sequential().add(3), r"only layers can be added; got 3"),
    (lambda: _sequential().get_layer("dens"), r"no layer 'dens'\. Did you mean 'dense'"),
    (lambda: _sequential().get_layer(index=4), r"index 4 does not exist"),
    (lambda: _sequential().get_layer(), r"either a name or an index"),
    (lambda: cornu.Model(layers.Input((2,)), layers.Dense(1)), r"Call the layer on a tensor"),
    (lambda: cornu.Model([], []), r"`inputs` is empty"),
    (lambda: _sequential().set_weights([np.ones((4, 2))]), r"has 2 weights"),
    (lambda: _sequential().add(layers.Input((3,))), r"already has an input of shape \(None, 4\)"),
    (lambda: cornu.models.model_from_json("{"), r"no JSON"),
    (lambda: cornu.Sequential(layers.Dense(2)), r"takes a list of layers"),
]


@pytest.mark.parametrize(("call", "text"), ERRORS, ids=range(len(ERRORS)))
def test_error_texts(call, text):
    with pytest.raises(ValueError, match=text):
        call()


def test_text_is_refused():
    with pytest.raises(TypeError, match=r"takes float32 numbers, but got text"):
        two_inputs()([np.array([["a", "b"]]), np.ones((1, 3))])


def test_layers_cannot_be_set():
    with pytest.raises(AttributeError, match="cannot be set"):
        _sequential().layers = []


def test_config_cannot_bring_code():
    inputs = layers.Input((2,))
    model = cornu.Model(inputs, layers.Lambda(lambda x: 2 * x)(inputs))
    text = model.to_json()
    with pytest.raises(ValueError, match="lambda.*never run"):
        cornu.models.model_from_json(text)
    # In the same process the function can be shared.
    assert cornu.models.clone_model(model)(np.ones((1, 2))).numpy().tolist() == [[2.0, 2.0]]


def test_unknown_classes_are_named():
    class Odd(layers.Layer):
        def call(self, inputs):
            return inputs

    model = cornu.Sequential([layers.Input((2,)), Odd()])
    config = model.get_config()
    with pytest.raises(ValueError, match="Unknown class 'Odd'.*custom_objects"):
        cornu.Sequential.from_config(config)
    assert cornu.Sequential.from_config(config, custom_objects={"Odd": Odd}).layers[0].built


def test_losses_and_averages_of_tensors_inside_a_functional_model(rng):
    """Keras 2's add_loss and add_metric on a model, on tensors that are no outputs."""
    x = rng.normal(size=(8, 3)).astype("float32")
    inputs = cornu.Input((3,))
    hidden = cornu.layers.Dense(4, activation="relu")(inputs)
    model = cornu.Model(inputs, cornu.layers.Dense(2)(hidden))
    model.add_loss(cornu.ops.sum(hidden) * 0.1)
    model.add_loss(lambda: cornu.ops.sum(cornu.ops.square(model.layers[-1].kernel)))
    model.add_metric(cornu.ops.max(hidden, axis=1), name="strongest")
    model.compile("sgd", "mse")
    y = np.zeros((8, 2), "float32")
    seen = cornu.Model(inputs, hidden)(x).numpy()
    penalty = 0.1 * seen.sum() + np.square(model.layers[-1].kernel.numpy()).sum()
    expected = {
        "loss": np.square(model(x).numpy()).mean() + penalty,
        "strongest": seen.max(axis=1).mean(),
    }
    logs = model.evaluate(x, y, batch_size=8, verbose=0, return_dict=True)
    assert logs == pytest.approx(expected, rel=1e-5)
    before = model.layers[-1].kernel.numpy()
    history = model.fit(x, y, batch_size=8, verbose=0).history
    assert history["loss"][0] == pytest.approx(expected["loss"], rel=1e-5)
    assert np.square(model.layers[-1].kernel.numpy()).sum() < np.square(before).sum()
    with pytest.raises(ValueError, match="Graph disconnected"):
        model.add_loss(cornu.ops.sum(cornu.Input((3,))))
    with pytest.raises(ValueError, match=r"needs a name"):
        model.add_metric(cornu.ops.sum(hidden))
    with pytest.raises(ValueError, match="Graph disconnected"):
        model.add_metric(cornu.ops.sum(cornu.Input((3,))), name="foreign")
    again = model.evaluate(x, y, batch_size=8, verbose=0, return_dict=True)
    assert sorted(again) == ["loss", "strongest"]  # what was refused left no trace
    with pytest.warns(UserWarning, match="is not in the config"):
        model.get_config()


def test_averages_of_a_layer_are_those_of_an_epoch(rng):
    class Spread(cornu.layers.Layer):
        def call(self, inputs):
            self.add_metric(cornu.ops.std(inputs), name="spread", aggregation="mean")
            return inputs

    x = rng.normal(size=(8, 3)).astype("float32")
    model = cornu.Sequential([cornu.Input((3,)), Spread(), cornu.layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(x, x[:, :1], batch_size=4, epochs=2, shuffle=False, verbose=0).history
    expected = (x[:4].std() + x[4:].std()) / 2
    np.testing.assert_allclose(history["spread"], [expected] * 2, rtol=1e-5)
    with pytest.raises(ValueError, match="aggregation must be 'mean'; got 'sum'"):
        model.layers[0].add_metric(x, name="sum", aggregation="sum")
