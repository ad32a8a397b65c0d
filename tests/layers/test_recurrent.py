"""Recurrent layers give what Keras gives from equal weights: values, derivatives, states, masks,
shapes, configs."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.layers.recurrent_cases import CASES, STEPS

import cornu
from cornu import layers, ops

BATCH = 3
MASK = np.array([[1, 1, 1, 1], [0, 1, 0, 1], [1, 1, 0, 0]], bool)
IDS = [f"{case.name}-{place}" for place, case in enumerate(CASES)]


def _listed(outputs):
    """Outputs and states one after the other."""
    return cornu.tree.flatten(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def _weighted(outputs, flows):
    """One number that depends on every element of every output."""
    return sum((part * flow).sum() for part, flow in zip(_listed(outputs), flows, strict=True))


@pytest.mark.keras
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_values_and_derivatives(quick_keras, rng, case):
    """One training call: outputs, states, and derivatives by inputs, states and weights."""
    jax = pytest.importorskip("jax")
    keras = quick_keras
    x = rng.normal(size=(BATCH, STEPS, *case.shape)).astype("float32")
    keras.utils.clear_session()  # Names are counted from the start.
    cornu.utils.clear_session()
    theirs, ours = case.make(keras.layers), case.make(layers)
    theirs.build(x.shape)
    ours.build(x.shape)
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    values = [rng.uniform(-0.9, 0.9, w.shape).astype("float32") for w in theirs.weights]
    theirs.set_weights(values)
    ours.set_weights(values)
    options = {"mask": MASK} if case.masked else {}
    states = []
    if case.stated:
        inner = getattr(ours, "forward_layer", ours)
        sizes = _listed(inner.state_size) * (1 if inner is ours else 2)
        states = [rng.normal(size=(BATCH, size)).astype("float32") for size in sizes]
    form = [[states[0]], states[1:]] if case.name == "RNN-recurrent-dropout" else states
    outputs = ours(x, **options, **({"initial_state": form} if states else {}))
    flows = [rng.uniform(0.5, 1.5, part.shape).astype("float32") for part in _listed(outputs)]

    def weighted(trainable, image, given):
        frozen = [v.value for v in theirs.non_trainable_variables]
        more = {**options, "initial_state": given} if given else options
        outputs, _ = theirs.stateless_call(trainable, frozen, image, training=True, **more)
        return _weighted(outputs, flows), outputs

    start = [v.value for v in theirs.trainable_variables]
    oracle = jax.jit(jax.value_and_grad(weighted, argnums=(0, 1, 2), has_aux=True))
    (_, expected), (by_weight, by_input, by_state) = oracle(start, x, form)

    fresh = case.make(layers)  # The seed has moved on.
    fresh.build(x.shape)
    fresh.set_weights(values)
    image, given = ops.convert_to_tensor(x), cornu.tree.map_structure(ops.convert_to_tensor, form)
    more = {"initial_state": given} if states else {}
    with cornu.GradientTape() as tape:
        tape.watch([image, *_listed(given)])
        outputs = fresh(image, training=True, **more, **options)
        result = sum(
            ops.sum(part * flow) for part, flow in zip(_listed(outputs), flows, strict=True)
        )
    for mine, real in zip(_listed(outputs), _listed(expected), strict=True):
        np.testing.assert_allclose(mine.numpy(), real, rtol=2e-5, atol=5e-6)
    sources = [image, *_listed(given), *fresh.trainable_variables]
    derivatives = tape.gradient(result, sources, unconnected_gradients="zero")
    for mine, real in zip(derivatives, [by_input, *_listed(by_state), *by_weight], strict=True):
        np.testing.assert_allclose(mine.numpy(), real, rtol=5e-5, atol=3e-5)


@pytest.mark.keras
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_shapes_and_configs(keras, case):
    """Shapes with unknown sizes; configs are Keras's, and each side reads the other's."""

    def made(module):
        layer = case.make(module.layers)
        layer.name = "x"
        outputs = _listed(layer(module.Input((None, *case.shape))))
        shape = layer.compute_output_shape((None, 7, *case.shape))
        config = json.loads(json.dumps(layer.get_config()))
        return layer, [(tuple(out.shape), out.dtype) for out in outputs], shape, config

    (ours, *mine), (theirs, *real) = made(cornu), made(keras)
    assert mine[0] == real[0]
    assert _listed(mine[1]) == _listed(real[1])
    assert _plain(mine[2], real[2]) == _plain(real[2], real[2])
    again = layers.deserialize(layers.serialize(ours))
    assert json.dumps(again.get_config()) == json.dumps(ours.get_config())
    assert type(ours).from_config(real[2]).name == type(theirs).from_config(mine[2]).name == "x"


def _plain(value, real):
    """A config without what says nothing: empty settings, names made up from counters, and the
    seed that Keras does not write for SimpleRNN."""
    if isinstance(value, dict):
        return {
            key: _plain(item, real.get(key))
            for key, item in value.items()
            if item is not None and key != "name" and not (key == "seed" and "seed" not in real)
        }
    if isinstance(value, list):
        others = real if isinstance(real, list) else [None] * len(value)
        return [_plain(*pair) for pair in zip(value, others, strict=False)]
    return value


@pytest.mark.keras
@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_seeds(keras, name):
    """Equal seeds give equal first weights and equal masks, call after call, also in between calls
    without training; a cell used alone keeps its mask from step to step."""
    x = np.ones((2, STEPS, 2), "float32")

    def calls(module):
        module.utils.set_random_seed(5)
        layer = getattr(module.layers, name)(3, dropout=0.4, recurrent_dropout=0.3)
        found = [layer(x, training=training) for training in (True, False, True)]
        cell = getattr(module.layers, f"{name}Cell")(3, dropout=0.4)
        state = cell.get_initial_state(2)
        for step in range(2):
            output, state = cell(x[:, step], state, training=True)
            found.append(output)
        cell.reset_dropout_mask()
        found.append(cell(x[:, 0], state, training=True)[0])
        return [np.asarray(out) for out in found] + layer.get_weights()

    for mine, real in zip(calls(cornu), calls(keras), strict=True):
        np.testing.assert_allclose(mine, real, rtol=2e-5, atol=2e-6)
