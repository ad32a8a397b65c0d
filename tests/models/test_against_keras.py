"""Models answer as Keras's models do: outputs, weights, names, configs, summaries."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.models.zoo import MODELS, subclassed

import cornu
from cornu.core import settings


@pytest.fixture
def both(keras):
    """Builds a model with both, each with fresh automatic names and equal weights."""

    def build(function):
        keras.utils.clear_session()
        settings.reset_names()
        ours, theirs = function(cornu), function(keras)
        if theirs.built:
            ours.set_weights(theirs.get_weights())
        return ours, theirs

    return build


def _data(model, rng):
    shapes = model.input_shape
    if isinstance(model.input, dict):
        return {
            name: rng.normal(size=(7, *x.shape[1:])).astype("f") for name, x in model.input.items()
        }
    if isinstance(shapes, list):
        return [rng.normal(size=(7, *s[1:])).astype("f") for s in shapes]
    return rng.normal(size=(7, *shapes[1:])).astype("f")


def _assert_equal(ours, theirs):
    if isinstance(theirs, dict):
        assert list(ours) == list(theirs)
        ours, theirs = list(ours.values()), list(theirs.values())
    if not isinstance(theirs, (list, tuple)):
        ours, theirs = [ours], [theirs]
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one.numpy(), np.asarray(other), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("name", MODELS)
def test_outputs_weights_and_names(both, rng, name):
    ours, theirs = both(MODELS[name])
    data = _data(ours, rng)
    _assert_equal(ours(data), theirs(data))
    assert ours.name == theirs.name
    assert [layer.name for layer in ours.layers] == [layer.name for layer in theirs.layers]
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    assert [w.path for w in ours.trainable_weights] == [w.path for w in theirs.trainable_weights]
    assert [v.shape for v in ours.variables] == [tuple(v.shape) for v in theirs.variables]
    assert ours.count_params() == theirs.count_params()
    assert ours.input_shape == theirs.input_shape
    assert ours.output_shape == theirs.output_shape


@pytest.mark.parametrize("name", MODELS)
def test_summary(both, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "120")
    ours, theirs = both(MODELS[name])
    connected = "Connected" in _summary(theirs)
    positions = [0.4, 0.7, 0.85, 1.0] if connected else [0.5, 0.8, 1.0]
    for arguments in (
        {},
        {"show_trainable": True},
        {"expand_nested": True},
        {"line_length": 50},
        {"line_length": 110},
        {"line_length": 70, "positions": positions},
        {"layer_range": (theirs.layers[1].name, theirs.layers[-1].name)},
    ):
        assert _summary(ours, **arguments) == _summary(theirs, **arguments), arguments


def _summary(model, **arguments):
    texts = []
    model.summary(print_fn=texts.append, **arguments)
    return "".join(texts)


def test_summary_of_a_subclass(both, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    ours, theirs = both(subclassed)
    assert _summary(ours) == _summary(theirs)
    x = np.ones((2, 3), "float32")
    ours(x)
    theirs(x)
    assert _summary(ours) == _summary(theirs)


def test_summary_counts_the_optimizer(both):
    ours, theirs = both(MODELS["sequential"])
    for model in (ours, theirs):
        model.compile(optimizer="adam", loss="mse")
        model.optimizer.build(model.trainable_variables)
    counts = [[line.split("(")[0] for line in _summary(m).splitlines()] for m in (ours, theirs)]
    assert counts[0] == counts[1]
    assert counts[0][-1].startswith(" Optimizer params: 136")


@pytest.mark.parametrize("name", MODELS)
def test_config(both, keras, rng, name):
    ours, theirs = both(MODELS[name])
    mine, other = (json.loads(json.dumps(model.get_config())) for model in (ours, theirs))
    assert _essential(mine) == _essential(other)
    again = type(ours).from_config(mine)
    again.set_weights(ours.get_weights())
    data = _data(ours, rng)
    _assert_equal(again(data), theirs(data))
    # Keras reads ours, and cornu reads Keras's.
    read = keras.models.model_from_json(ours.to_json())
    read.set_weights(theirs.get_weights())
    _assert_equal(ours(data), read(data))
    back = cornu.models.model_from_json(theirs.to_json())
    back.set_weights(theirs.get_weights())
    _assert_equal(back(data), theirs(data))
    assert [layer.name for layer in back.layers] == [layer.name for layer in theirs.layers]


def _essential(value):
    # Settings of later versions of Keras, which are written only when they are used.
    later = {"quantization_config", "input_axes", "output_axes", "optional", "ragged"}
    if isinstance(value, dict):
        if "inbound_nodes" in value:  # Keras notes defaults that it filled in
            for node in value["inbound_nodes"]:
                node["kwargs"] = {k: v for k, v in node["kwargs"].items() if v}
        return {key: _essential(item) for key, item in value.items() if key not in later}
    if isinstance(value, list):
        return [_essential(item) for item in value]
    return value


def test_subclass_builds_lazily(both, rng):
    ours, theirs = both(subclassed)
    x = rng.normal(size=(4, 3)).astype("float32")
    ours(x)
    theirs(x)
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    ours.set_weights(theirs.get_weights())
    _assert_equal(ours(x), theirs(x))
    assert [v.shape for v in ours.variables] == [tuple(v.shape) for v in theirs.variables]


@pytest.mark.parametrize("name", ["wide_and_deep", "shared", "residual"])
def test_part_of_a_model(both, rng, name):
    ours, theirs = both(MODELS[name])
    parts = []
    for k, model in ((cornu, ours), (_keras(theirs), theirs)):
        layer = model.layers[-2]
        parts.append(k.Model(model.inputs, layer.output))
    data = _data(ours, rng)
    data = data if isinstance(data, list) else [data]
    _assert_equal(parts[0](data), parts[1](data))
    assert [layer.name for layer in parts[0].layers] == [layer.name for layer in parts[1].layers]


def test_start_inside_a_model(both, rng):
    """A model may start at a tensor in the middle of another one and shares its weights."""
    ours, theirs = both(MODELS["wide_and_deep"])
    x = rng.normal(size=(3, 30)).astype("float32")
    results = []
    for k, model in ((cornu, ours), (_keras(theirs), theirs)):
        hidden = model.get_layer("hidden_layer_with_a_long_name").output
        part = k.Model(hidden, model.get_layer("auxiliary").output)
        results.append(part(x))
        assert len(part.layers) == 3
    _assert_equal(*results)


def _keras(model):
    return __import__("keras")


def test_optimizers_slots_follow_freezing(both):
    ours, theirs = both(MODELS["nested"])
    for model in (ours, theirs):
        model.get_layer("encoder").trainable = False
    assert [w.path for w in ours.trainable_weights] == [w.path for w in theirs.trainable_weights]
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    assert _summary(ours, show_trainable=True) == _summary(theirs, show_trainable=True)
    for model in (ours, theirs):
        model.trainable = True
    assert len(ours.trainable_weights) == len(theirs.trainable_weights) == 4


def test_clone(both, rng):
    for name in ("sequential", "wide_and_deep", "shared", "nested"):
        ours, theirs = both(MODELS[name])
        copy = cornu.models.clone_model(ours)
        assert copy.get_config() == ours.get_config()
        assert not any(a is b for a, b in zip(copy.weights, ours.weights, strict=True))
        copy.set_weights(ours.get_weights())
        data = _data(ours, rng)
        _assert_equal(copy(data), theirs(data))


def test_functions_in_a_graph_are_read(keras, rng, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    inputs = keras.Input((4,))
    x = keras.layers.Dense(3)(inputs)
    x = keras.ops.concatenate([x[:, :2] * 2.0, keras.ops.mean(x, axis=-1, keepdims=True)], axis=1)
    theirs = keras.Model(inputs, keras.ops.log_softmax(x, axis=-1) + 1.0)
    ours = cornu.models.model_from_json(theirs.to_json())
    ours.set_weights(theirs.get_weights())
    data = _data(ours, rng)
    _assert_equal(ours(data), theirs(data))
    again = cornu.models.model_from_json(ours.to_json())
    again.set_weights(theirs.get_weights())
    _assert_equal(again(data), theirs(data))
    assert _summary(ours) == _summary(theirs)
