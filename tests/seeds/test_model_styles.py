"""Sequential, functional and subclassed models (rows 225 to 260)."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
import cornu.tf as tf
from cornu import layers


def noise(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def summary(model):
    lines = []
    model.summary(print_fn=lambda text, **_: lines.append(text))
    return "\n".join(lines)


class CustomModel(keras.Model):
    """As in the fourth document: layers in the constructor, computations in `call`."""

    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(units, activation="relu")
        self.out = layers.Dense(1)

    def call(self, inputs):
        return self.out(self.hidden(inputs))


def test_row_225_sequential_is_a_stack():
    first, second = layers.Dense(3), layers.Dense(2)
    model = keras.Sequential([first, second])
    x = noise(2, 4)
    np.testing.assert_allclose(model(x).numpy(), second(first(x)).numpy(), rtol=1e-6)


@pytest.mark.parametrize("sequential", [keras.Sequential, tf.keras.Sequential], ids=["keras", "tf"])
def test_row_226_sequential_of_both_packages(sequential):
    model = sequential([tf.keras.layers.Dense(1)])
    assert isinstance(model, keras.Model)
    assert model(noise(3, 2)).shape == (3, 1)


def test_row_227_models_sequential():
    assert isinstance(keras.models.Sequential(), keras.Model)


def test_row_228_import_of_sequential():
    from cornu.models import Sequential

    model = Sequential()
    model.add(layers.Dense(2, input_shape=(3,)))
    assert model.count_params() == 8


def test_row_229_list_of_layers():
    model = keras.Sequential([layers.Dense(2), layers.Dense(1)])
    assert [layer.units for layer in model.layers] == [2, 1]
    with pytest.raises((TypeError, ValueError), match="list|layer"):
        keras.Sequential(["relu"])


def test_row_230_add():
    model = keras.Sequential()
    model.add(keras.Input((4,)))
    model.add(layers.Dense(3))
    model.add(layers.Dense(2))
    assert model.output_shape == (None, 2)
    with pytest.raises(ValueError, match="name|unique"):
        model.add(model.layers[0])


def test_row_231_limits_of_sequential():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    with pytest.raises(ValueError, match="Sequential|input"):
        model.add(keras.Input((3,)))
    with pytest.raises(ValueError, match="list|inputs|two"):
        model.add(layers.Add())


def test_row_232_layers_called_as_functions():
    input_ = layers.Input(shape=[4])
    hidden = layers.Dense(3, activation="relu")(input_)
    assert isinstance(hidden, keras.KerasTensor)
    assert hidden.shape == (None, 3)


def test_row_233_model_of_inputs_and_outputs():
    input_ = layers.Input(shape=[4])
    model = keras.Model(inputs=[input_], outputs=[layers.Dense(2)(input_)])
    out = model(noise(3, 4))
    assert (out[0] if isinstance(out, (list, tuple)) else out).shape == (3, 2)


def two_in_two_out():
    a, b = keras.Input((2,), name="a"), keras.Input((3,), name="b")
    joined = layers.Concatenate()([a, layers.Dense(4, "relu")(b)])
    main = layers.Dense(1, name="main")(joined)
    return keras.Model(inputs=[a, b], outputs=[main, layers.Dense(1, name="aux")(b)])


DATA = noise(16, 2), noise(16, 3)
TARGETS = np.ones((16, 1), "float32"), np.zeros((16, 1), "float32")


def test_row_234_multiple_inputs():
    assert [tensor.shape for tensor in two_in_two_out().inputs] == [(None, 2), (None, 3)]


def test_row_235_inputs_as_tuple_or_dictionary():
    keras.utils.set_random_seed(1)
    model = two_in_two_out()
    model.compile("sgd", ["mse", "mse"])
    start = model.get_weights()
    by_tuple = model.fit(DATA, TARGETS, shuffle=False, verbose=0).history["loss"]
    model.set_weights(start)
    named = dict(zip(("a", "b"), DATA))
    assert model.fit(named, TARGETS, shuffle=False, verbose=0).history["loss"] == by_tuple


def test_row_236_multiple_outputs():
    outs = two_in_two_out().predict(DATA, verbose=0)
    assert [out.shape for out in outs] == [(16, 1), (16, 1)]


def test_row_237_one_loss_per_output():
    model = two_in_two_out()
    model.compile("sgd", loss=["mse", "mae"])
    logs = model.evaluate(DATA, TARGETS, verbose=0, return_dict=True)
    main, aux = model.predict(DATA, verbose=0)
    expected = np.mean((main - 1) ** 2) + np.mean(np.abs(aux))
    assert logs["loss"] == pytest.approx(expected, rel=1e-5)


def test_row_238_targets_as_a_tuple():
    model = two_in_two_out()
    model.compile("sgd", ["mse", "mse"])
    history = model.fit(DATA, TARGETS, epochs=4, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    with pytest.raises(ValueError, match="target|output|structure|y"):
        model.fit(DATA, (TARGETS[0],), verbose=0)


def test_row_239_loss_weights():
    model = two_in_two_out()
    model.compile("sgd", loss=["mse", "mse"], loss_weights=[0.9, 0.1])
    total = model.evaluate(DATA, TARGETS, verbose=0, return_dict=True)["loss"]
    main, aux = model.predict(DATA, verbose=0)
    assert total == pytest.approx(0.9 * np.mean((main - 1) ** 2) + 0.1 * np.mean(aux**2), rel=1e-5)
    with pytest.raises(TypeError, match="loss_weights"):  # they belong to compile
        model.fit(DATA, TARGETS, loss_weights=[0.9, 0.1])


def test_row_240_wide_and_deep():
    input_ = keras.layers.Input(shape=[8])
    hidden = keras.layers.Dense(30, activation="relu")(input_)
    hidden = keras.layers.Dense(30, activation="relu")(hidden)
    concat = keras.layers.Concatenate()([input_, hidden])
    model = keras.Model(inputs=[input_], outputs=[keras.layers.Dense(1)(concat)])
    assert model.count_params() == 8 * 30 + 30 + 30 * 30 + 30 + 38 + 1
    model.compile("sgd", "mse")
    x = noise(64, 8)
    losses = model.fit(x, x[:, :1], epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_row_241_subclassing():
    model = CustomModel(units=5, name="mine")
    assert model.name == "mine"
    model.compile("sgd", "mse")
    losses = model.fit(noise(32, 2), np.ones((32, 1)), epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert len(model.trainable_weights) == 4


def test_row_242_loops_and_varying_shapes():
    class Repeated(keras.Model):
        def __init__(self):
            super().__init__()
            self.step = layers.Dense(3, activation="tanh")

        def call(self, inputs, times=1):
            for _ in range(times):
                inputs = self.step(inputs)
            return inputs

    model = Repeated()
    x = noise(2, 3)
    thrice = model.step(model.step(model.step(x)))
    np.testing.assert_allclose(model(x, times=3).numpy(), thrice.numpy(), rtol=1e-5)
    assert model(noise(5, 7, 3)).shape == (5, 7, 3)


def test_row_243_tree_rnn():
    class Tree(keras.Model):
        def __init__(self):
            super().__init__()
            self.leaf, self.join = layers.Dense(4), layers.Dense(4, activation="tanh")

        def call(self, tree):
            if isinstance(tree, tuple):
                return self.join(keras.ops.concatenate([self(part) for part in tree], axis=-1))
            return self.leaf(keras.ops.reshape(tree, (1, 1)))

    model = Tree()
    a, b, c, d = (keras.ops.array(float(i)) for i in range(1, 5))
    tree = ((a, b), (c, (d, a)))
    with keras.GradientTape() as tape:
        loss = keras.ops.sum(model(tree) ** 2)
    gradients = tape.gradient(loss, model.trainable_weights)
    assert len(gradients) == 4
    assert all(np.any(gradient.numpy()) for gradient in gradients)


def test_row_244_shapes_are_checked_while_building():
    with pytest.raises(ValueError, match=r"\(None, 2\)|\(None, 3\)"):
        layers.Add()([keras.Input((2,)), keras.Input((3,))])
    with pytest.raises(ValueError, match="ndim|rank|dimension"):
        layers.Conv2D(2, 3)(keras.Input((28, 28)))


def test_row_245_models_as_layers():
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(2)], name="inner")
    outer = keras.Sequential([keras.Input((3,)), inner, layers.Dense(1)])
    assert outer.count_params() == 8 + 3
    assert outer.layers[0] is inner
    average = layers.Average()([inner(x := keras.Input((3,))), CustomModel(2)(x)])
    assert keras.Model(x, average)(noise(1, 3)).shape == (1, 2)


def test_row_246_cloning():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    clone = keras.models.clone_model(model)
    assert clone.count_params() == 8
    assert not np.array_equal(clone.get_weights()[0], model.get_weights()[0])
    # Of a subclassed model only the arguments are known, so nothing inside can be exchanged.
    with pytest.raises(ValueError, match="CustomModel|Sequential"):
        keras.models.clone_model(CustomModel(), clone_function=lambda layer: layer)


class MySequentialModule(tf.Module):
    """The module whose graph the first document traces."""

    def __init__(self, name=None):
        super().__init__(name=name)
        self.w = tf.Variable(tf.random.normal((3, 2)), name="w")
        self.b = tf.Variable(tf.zeros(2), name="b")

    @tf.function
    def __call__(self, x):
        return tf.nn.relu(x @ self.w + self.b)


def test_row_247_tf_module():
    module = MySequentialModule(name="the_model")
    assert [variable.shape.as_list() for variable in module.trainable_variables] in (
        [[2], [3, 2]], [[3, 2], [2]],
    )  # fmt: skip
    out = module(tf.constant([[2.0, 2.0, 2.0]]))
    expected = np.maximum(2 * module.w.numpy().sum(0), 0)
    np.testing.assert_allclose(out.numpy()[0], expected, rtol=1e-5)


def test_row_248_tf_function():
    calls = []

    @tf.function
    def double(x):
        calls.append(1)
        return x * 2.0

    assert float(double(tf.constant(3.0))) == 6
    assert float(double(tf.constant(4.0))) == 8
    assert len(calls) == 1  # Python runs while tracing only


def picture_model():
    return keras.Sequential(
        [
            keras.Input(shape=(30, 30, 3)),
            layers.Conv2D(4, 5, strides=2, activation="relu"),
            layers.Conv2D(4, 3, activation="relu", name="my_intermediate_layer"),
            layers.Conv2D(4, 3, activation="relu"),
        ]
    )


def test_row_249_feature_extraction():
    initial_model = picture_model()
    feature_extractor = keras.Model(
        inputs=initial_model.inputs,
        outputs=initial_model.get_layer(name="my_intermediate_layer").output,
    )
    features = feature_extractor(tf.ones((1, 30, 30, 3)))
    assert features.shape == (1, 11, 11, 4)
    assert features.numpy().min() >= 0


def test_row_250_transfer_learning(tmp_path):
    def build():
        return keras.Sequential(
            [keras.Input((6,)), layers.Dense(4, "relu"), layers.Dense(4, "relu"), layers.Dense(2)]
        )

    trained = build()
    trained.save_weights(tmp_path / "all.weights.h5")
    model = build()
    model.load_weights(tmp_path / "all.weights.h5")
    for layer in model.layers[:-1]:
        layer.trainable = False
    model.compile("sgd", "mse")
    model.fit(noise(16, 6), np.ones((16, 2)), epochs=2, verbose=0)
    assert (len(model.trainable_weights), len(model.non_trainable_weights)) == (2, 4)
    pairs = list(zip(trained.get_weights(), model.get_weights()))
    assert [np.array_equal(a, b) for a, b in pairs] == [True] * 4 + [False] * 2


def test_row_251_calling_a_model(capsys):
    print(keras.Sequential([layers.Dense(2, kernel_initializer="ones")])(tf.constant([[2.0, 2.0]])))
    assert "[4" in capsys.readouterr().out


def test_row_252_model_layers():
    model = keras.Sequential([layers.Dense(3), layers.Dense(2), layers.Dense(1)])
    assert [layer.units for layer in model.layers[:-1]] == [3, 2]


def test_row_253_get_layer():
    keras.backend.clear_session()
    model = keras.models.Sequential([layers.Flatten(input_shape=[2, 2]), layers.Dense(3)])
    assert model.get_layer("dense") is model.layers[1]
    assert model.get_layer(index=0) is model.layers[0]
    with pytest.raises(ValueError, match=r"dense_9.*dense|No such layer"):
        model.get_layer("dense_9")


def test_row_254_model_inputs():
    model = keras.Sequential([keras.Input((5,)), layers.Dense(1)])
    assert [tensor.shape for tensor in model.inputs] == [(None, 5)]


def test_row_255_automatic_names():
    keras.backend.clear_session()
    first = keras.Sequential([layers.Dense(1), layers.Dropout(0.1), layers.Dense(1)])
    second = keras.Sequential([layers.Dense(1)])
    assert [layer.name for layer in first.layers] == ["dense", "dropout", "dense_1"]
    assert (first.name, second.name, second.layers[0].name) == (
        "sequential", "sequential_1", "dense_2",
    )  # fmt: skip


def test_row_256_summary():
    model = keras.Sequential(
        [keras.Input((784,)), layers.Dense(512), layers.Dropout(0.2), layers.Dense(10)]
    )
    text = summary(model)
    for part in ("Layer (type)", "Output Shape", "Param #", "(None, 512)", "407,050"):
        assert part in text


def test_row_259_functional_is_shorter_safer_and_portable(tmp_path):
    model = two_in_two_out()
    copy = keras.Model.from_config(model.get_config())
    copy.set_weights(model.get_weights())
    for ours, theirs in zip(model.predict(DATA, verbose=0), copy.predict(DATA, verbose=0)):
        np.testing.assert_array_equal(ours, theirs)
    assert "main" in summary(model)


def test_row_260_subclassing_hides_the_architecture():
    model = CustomModel()
    model(noise(1, 2))
    assert [type(layer) for layer in model.layers] == [layers.Dense, layers.Dense]
    for name in ("input", "output"):
        with pytest.raises(AttributeError, match=name):
            getattr(model, name)
    with pytest.raises(ValueError, match="CustomModel"):
        keras.utils.sequential_ascii(model)
