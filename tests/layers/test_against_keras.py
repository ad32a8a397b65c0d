"""Layers give what Keras gives, from equal weights: values, shapes, configs."""

from __future__ import annotations

import json

import numpy as np
import pytest

import cornu
from cornu import ops

# (class, arguments, input shape without batch); inputs are a list when the shape is a list.
CASES = [
    ("Dense", {"units": 3}, (4,)),
    ("Dense", {"units": 3, "activation": "relu", "use_bias": False}, (5, 4)),
    ("Dense", {"units": 2, "kernel_initializer": "he_normal", "kernel_regularizer": "l2"}, (4,)),
    ("Dense", {"units": 3, "lora_rank": 2}, (4,)),  # Keras 3.15 forgets its lora_alpha
    ("Activation", {"activation": "tanh"}, (4,)),
    ("ReLU", {}, (4,)),
    ("ReLU", {"max_value": 1.0, "negative_slope": 0.2, "threshold": 0.3}, (4,)),
    ("LeakyReLU", {}, (4,)),
    ("LeakyReLU", {"negative_slope": 0.1}, (4,)),
    ("PReLU", {"alpha_initializer": "ones"}, (4,)),
    ("PReLU", {"shared_axes": [1], "alpha_initializer": "ones"}, (3, 4)),
    ("ELU", {"alpha": 0.7}, (4,)),
    ("Softmax", {}, (4,)),
    ("Softmax", {"axis": [1, 2]}, (3, 4)),
    ("Flatten", {}, (3, 4)),
    ("Flatten", {}, ()),
    ("Flatten", {"data_format": "channels_first"}, (2, 3, 4)),
    ("Reshape", {"target_shape": (2, -1)}, (12,)),
    ("Permute", {"dims": (2, 1)}, (3, 4)),
    ("RepeatVector", {"n": 3}, (4,)),
    ("Dropout", {"rate": 0.4, "seed": 7}, (4,)),
    ("Rescaling", {"scale": 2.0, "offset": -1.0}, (4,)),
    ("Normalization", {"mean": [1.0, 2.0, 0.5, 3.0], "variance": [1.0, 4.0, 2.0, 0.5]}, (4,)),
    ("Normalization", {"axis": None, "mean": 1.0, "variance": 2.0, "invert": True}, (4,)),
    ("Identity", {}, (4,)),
    ("ActivityRegularization", {"l1": 0.1, "l2": 0.2}, (4,)),
    ("Add", {}, [(4,), (4,), (1,)]),
    ("Add", {}, [(3, 4), (4,)]),
    ("Subtract", {}, [(4,), (4,)]),
    ("Multiply", {}, [(4,), (4,)]),
    ("Average", {}, [(4,), (4,), (4,)]),
    ("Maximum", {}, [(4,), (4,)]),
    ("Minimum", {}, [(4,), (4,)]),
    ("Concatenate", {}, [(4,), (2,)]),
    ("Concatenate", {"axis": 1}, [(2, 4), (3, 4)]),
    ("Dot", {"axes": 1}, [(4,), (4,)]),
    ("Dot", {"axes": (2, 1)}, [(3, 4), (4, 5)]),
    ("Dot", {"axes": 2, "normalize": True}, [(3, 4), (2, 4)]),
]
NAMES = [f"{name}-{place}" for place, (name, _, _) in enumerate(CASES)]


def _data(rng, shape):
    if isinstance(shape, list):
        return [rng.normal(size=(6, *one)).astype("float32") for one in shape]
    return rng.normal(size=(6, *shape)).astype("float32")


@pytest.mark.parametrize(("name", "arguments", "shape"), CASES, ids=NAMES)
def test_values_and_shapes(keras, rng, name, arguments, shape):
    data = _data(rng, shape)
    theirs = getattr(keras.layers, name)(**arguments)
    ours = getattr(cornu.layers, name)(**arguments)
    expected = np.asarray(theirs(data))
    got = ours(data)  # builds
    assert [w.shape for w in ours.weights] == [w.shape for w in theirs.weights]
    ours.set_weights(theirs.get_weights())
    got = ours(data)
    np.testing.assert_allclose(got.numpy(), expected, rtol=2e-5, atol=2e-6)
    assert got.dtype == str(theirs(data).dtype)
    np.testing.assert_allclose(
        [float(x) for x in ours.losses], [float(x) for x in theirs.losses], rtol=1e-5
    )


@pytest.mark.keras
@pytest.mark.parametrize(("name", "arguments", "shape"), CASES, ids=NAMES)
def test_derivatives(keras, rng, name, arguments, shape):
    """By the inputs and by every weight, of a sum in which each output counts differently."""
    jax = pytest.importorskip("jax")
    data = _data(rng, shape)
    theirs = getattr(keras.layers, name)(**arguments)
    ours = getattr(cornu.layers, name)(**arguments)
    outputs = ours(data), theirs(data)  # builds
    ours.set_weights(theirs.get_weights())
    flow = rng.uniform(0.5, 1.5, outputs[0].shape).astype("float32")

    def weighted(trainable, inputs):
        frozen = [v.value for v in theirs.non_trainable_variables]
        return (theirs.stateless_call(trainable, frozen, inputs)[0] * flow).sum()

    start = [v.value for v in theirs.trainable_variables]
    expected = jax.tree_util.tree_leaves(jax.grad(weighted, argnums=(0, 1))(start, data))
    inputs = cornu.tree.map_structure(ops.convert_to_tensor, data)
    with cornu.GradientTape() as tape:
        tape.watch(inputs)
        loss = ops.sum(ours(inputs) * flow)
    got = tape.gradient(loss, [ours.trainable_variables, cornu.tree.flatten(inputs)])
    got = cornu.tree.flatten(got)
    assert len(got) == len(expected)
    for mine, real in zip(got, expected):
        np.testing.assert_allclose(mine.numpy(), real, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(("name", "arguments", "shape"), CASES, ids=NAMES)
def test_symbolic_shapes_with_unknown_batch(keras, name, arguments, shape):
    def call(module):
        shapes = shape if isinstance(shape, list) else [shape]
        inputs = [module.Input(one) for one in shapes]
        return getattr(module.layers, name)(**arguments)(
            inputs if isinstance(shape, list) else inputs[0]
        )

    ours, theirs = call(cornu), call(keras)
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype


@pytest.mark.parametrize(("name", "arguments", "shape"), CASES, ids=NAMES)
def test_config(keras, name, arguments, shape):
    """Configs agree with Keras's but for settings of later versions left at their defaults."""
    theirs = getattr(keras.layers, name)(name="x", **arguments).get_config()
    layer = getattr(cornu.layers, name)(name="x", **arguments)
    ours = json.loads(json.dumps(layer.get_config()))
    theirs = json.loads(json.dumps(theirs))
    extra = {"quantization_config", "input_axes", "output_axes"}
    assert _without(ours, extra) == _without(theirs, extra)
    again = cornu.layers.deserialize(cornu.layers.serialize(layer))
    assert type(again) is type(layer)
    assert json.dumps(again.get_config()) == json.dumps(layer.get_config())
    # What Keras wrote can be read.
    assert getattr(cornu.layers, name).from_config(theirs).name == "x"


def _without(value, keys):
    if isinstance(value, dict):
        return {k: _without(v, keys) for k, v in value.items() if k not in keys}
    if isinstance(value, list):
        return [_without(item, keys) for item in value]
    return value


@pytest.mark.parametrize("shape", [(4,), (3, 4)])
def test_dropout_mask(keras, shape):
    x = np.ones((5, *shape), "float32")
    theirs, ours = keras.layers.Dropout(0.3, seed=11), cornu.layers.Dropout(0.3, seed=11)
    for _ in range(2):  # the seed moves on
        expected = np.asarray(theirs(x, training=True))
        np.testing.assert_array_equal(ours(x, training=True).numpy(), expected)


def test_dropout_noise_shape(keras):
    x = np.ones((5, 3, 4), "float32")
    arguments = {"noise_shape": (None, 1, 4), "seed": 3}
    expected = np.asarray(keras.layers.Dropout(0.5, **arguments)(x, training=True))
    got = cornu.layers.Dropout(0.5, **arguments)(x, training=True).numpy()
    np.testing.assert_array_equal(got, expected)


def test_seeded_initial_weights(keras):
    keras.utils.set_random_seed(5)
    theirs = keras.layers.Dense(7)
    theirs.build((None, 3))
    cornu.utils.set_random_seed(5)
    ours = cornu.layers.Dense(7)
    ours.build((None, 3))
    np.testing.assert_allclose(ours.get_weights()[0], theirs.get_weights()[0], rtol=1e-6)


def test_normalization_adapts_as_keras(keras, rng):
    data = rng.normal(3.0, 2.0, size=(50, 4)).astype("float32")
    theirs = keras.layers.Normalization()
    theirs.adapt(data)
    for source in (data, [data[:20], data[20:40], data[40:]], data.tolist()):
        ours = cornu.layers.Normalization()
        ours.adapt(source)
        for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5)
        np.testing.assert_allclose(
            ours(data).numpy(), np.asarray(theirs(data)), rtol=1e-4, atol=1e-5
        )


def test_softmax_with_mask(keras, rng):
    x = rng.normal(size=(2, 4)).astype("float32")
    mask = np.array([[True, False, True, True], [False, False, False, False]])
    expected = np.asarray(keras.layers.Softmax()(x, mask=mask))
    got = cornu.layers.Softmax()(x, mask=mask).numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_mixed_precision_dtypes(keras):
    x = np.ones((2, 4), "float32")
    layer = cornu.layers.Dense(3, dtype="mixed_bfloat16")
    assert layer(x).dtype == "bfloat16"
    assert layer.kernel.dtype == "float32"
    assert (layer.compute_dtype, layer.variable_dtype) == ("bfloat16", "float32")


def test_integer_inputs_promote(keras):
    x = np.arange(8, dtype="uint8").reshape(2, 4)
    theirs, ours = keras.layers.Dense(3), cornu.layers.Dense(3)
    expected = np.asarray(theirs(x))
    assert ours(x).dtype == "float32"
    ours.set_weights(theirs.get_weights())
    np.testing.assert_allclose(ours(x).numpy(), expected, rtol=1e-5)
