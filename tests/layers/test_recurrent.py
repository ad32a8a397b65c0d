"""Recurrent layers give what Keras gives from equal weights: values, derivatives, states, masks,
shapes, configs."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.layers.recurrent_cases import CASES

import cornu
from cornu import layers, ops

STEPS, FEATURES, UNITS = 4, 2, 3
MASK = np.array([[1, 1, 1, 1], [0, 1, 0, 1], [1, 1, 0, 0]], bool)
NAMES = [f"{name}-{place}" for place, (name, *_) in enumerate(CASES)]


def _tail(path):
    return path.split("/")[1:]


@pytest.mark.keras
@pytest.mark.parametrize(("name", "arguments", "masked", "stated"), CASES, ids=NAMES)
def test_values_and_derivatives(quick_keras, rng, name, arguments, masked, stated):
    """One training call: outputs, states, and derivatives by inputs, states and weights."""
    jax = pytest.importorskip("jax")
    keras = quick_keras
    x = rng.normal(size=(3, STEPS, FEATURES)).astype("float32")
    theirs = getattr(keras.layers, name)(UNITS, **arguments)
    ours = getattr(layers, name)(UNITS, **arguments)
    theirs.build(x.shape)
    ours.build(x.shape)
    assert [_tail(w.path) for w in ours.weights] == [_tail(w.path) for w in theirs.weights]
    values = [rng.uniform(-1, 1, w.shape).astype("float32") for w in theirs.weights]
    theirs.set_weights(values)
    ours.set_weights(values)
    options = {"mask": MASK} if masked else {}
    states = []
    if stated:
        count = len(ours.state_size)
        states = [rng.normal(size=(3, UNITS)).astype("float32") for _ in range(count)]
    flows = [rng.uniform(0.5, 1.5, (3, STEPS, UNITS)).astype("float32") for _ in range(3)]

    def total(outputs, module):
        parts = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        weighted = [
            module.sum(part * (flow if part.ndim == 3 else flow[:, 0]))
            for part, flow in zip(parts, flows, strict=False)
        ]
        return sum(weighted[1:], weighted[0])

    def weighted(trainable, image, given):
        frozen = [v.value for v in theirs.non_trainable_variables]
        more = {**options, "initial_state": given} if given else options
        outputs, _ = theirs.stateless_call(trainable, frozen, image, training=True, **more)
        return total(outputs, jax.numpy), outputs

    start = [v.value for v in theirs.trainable_variables]
    oracle = jax.jit(jax.value_and_grad(weighted, argnums=(0, 1, 2), has_aux=True))
    (_, expected), (by_weight, by_input, by_state) = oracle(start, x, states)

    image, given = ops.convert_to_tensor(x), [ops.convert_to_tensor(s) for s in states]
    with cornu.GradientTape() as tape:
        tape.watch([image, *given])
        outputs = ours(image, training=True, initial_state=given or None, **options)
        result = total(outputs, ops)
    pairs = zip(_listed(outputs), _listed(expected), strict=True)
    for mine, real in pairs:
        np.testing.assert_allclose(mine.numpy(), real, rtol=2e-5, atol=5e-6)
    derivatives = tape.gradient(result, [image, *given, *ours.trainable_variables])
    for mine, real in zip(derivatives, [by_input, *by_state, *by_weight], strict=True):
        np.testing.assert_allclose(mine.numpy(), real, rtol=5e-5, atol=3e-5)


def _listed(outputs):
    return outputs if isinstance(outputs, (list, tuple)) else [outputs]


@pytest.mark.keras
@pytest.mark.parametrize(("name", "arguments", "masked", "stated"), CASES, ids=NAMES)
def test_shapes_and_configs(keras, name, arguments, masked, stated):
    """Shapes with unknown sizes; configs are Keras's, and each side reads the other's."""

    def made(module):
        layer = getattr(module.layers, name)(UNITS, name="x", **arguments)
        outputs = _listed(layer(module.Input((None, FEATURES))))
        shape = layer.compute_output_shape((None, 7, FEATURES))
        config = json.loads(json.dumps(layer.get_config()))
        return layer, [(tuple(out.shape), out.dtype) for out in outputs], shape, config

    (ours, *mine), (theirs, *real) = made(cornu), made(keras)
    assert mine[:2] == real[:2]
    if name == "SimpleRNN":  # Keras forgets its seed.
        real[2]["seed"] = mine[2]["seed"]
    assert _plain(mine[2]) == _plain(real[2])
    again = layers.deserialize(layers.serialize(ours))
    assert json.dumps(again.get_config()) == json.dumps(ours.get_config())
    assert type(ours).from_config(real[2]).name == type(theirs).from_config(mine[2]).name == "x"


def _plain(value):
    """A config without the settings that say nothing, of whatever version."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    return [_plain(item) for item in value] if isinstance(value, list) else value


@pytest.mark.keras
@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_seeds(keras, name):
    """Equal seeds give equal first weights and equal masks, call after call, also in between calls
    without training; a cell used alone keeps its mask from step to step."""
    x = np.ones((2, STEPS, FEATURES), "float32")

    def calls(module):
        module.utils.set_random_seed(5)
        layer = getattr(module.layers, name)(UNITS, dropout=0.4, recurrent_dropout=0.3)
        found = [layer(x, training=training) for training in (True, False, True)]
        cell = getattr(module.layers, f"{name}Cell")(UNITS, dropout=0.4)
        state = cell.get_initial_state(2)
        for step in range(2):
            output, state = cell(x[:, step], state, training=True)
            found.append(output)
        cell.reset_dropout_mask()
        found.append(cell(x[:, 0], state, training=True)[0])
        return [np.asarray(out) for out in found] + layer.get_weights()

    for mine, real in zip(calls(cornu), calls(keras), strict=True):
        np.testing.assert_allclose(mine, real, rtol=2e-5, atol=2e-6)
