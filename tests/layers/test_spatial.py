"""Layers on images and sequences give what Keras gives from equal weights: values, derivatives,
shapes, states, configs."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from tests.layers.spatial_cases import CASES, CONVOLUTIONS, NOISE

import cornu
from cornu import layers, ops

# Layers that do something else while training.
PHASES = {"BatchNormalization", *(name for name, _, _ in NOISE)}


def _names(cases):
    return [f"{name}-{place}" for place, (name, _, _) in enumerate(cases)]


def _filled(layer, rng):
    """Gives weights values that are not those of a new layer."""
    for weight in layer.weights:
        if "seed" not in weight.path:
            weight.assign(rng.uniform(0.4, 1.2, weight.shape).astype("float32"))


def _numbers(variables):
    return [np.asarray(variable) for variable in variables]


@pytest.mark.keras
@pytest.mark.parametrize(
    ("name", "arguments", "shape", "training"),
    [(*case, False) for case in CASES] + [(*case, True) for case in CASES if case[0] in PHASES],
)
def test_values_and_derivatives(keras, rng, name, arguments, shape, training):
    jax = pytest.importorskip("jax")
    phase = {"training": training} if name in PHASES else {}
    x = rng.normal(size=(3, *shape)).astype("float32")
    theirs, ours = getattr(keras.layers, name)(**arguments), getattr(layers, name)(**arguments)
    theirs.build(x.shape)
    ours.build(x.shape)
    assert [w.path.split("/")[1:] for w in ours.weights] == [
        w.path.split("/")[1:] for w in theirs.weights
    ]
    _filled(theirs, rng)
    ours.set_weights(_numbers(theirs.weights))
    flow = rng.uniform(0.5, 1.5, tuple(theirs.compute_output_shape(x.shape))).astype("float32")

    def weighted(trainable, image):
        frozen = [v.value for v in theirs.non_trainable_variables]
        out, state = theirs.stateless_call(trainable, frozen, image, **phase)
        return (out * flow).sum(), (out, state)

    start = [v.value for v in theirs.trainable_variables]
    oracle = jax.jit(jax.value_and_grad(weighted, argnums=(0, 1), has_aux=True))
    (_, (expected, state)), (by_weight, by_input) = oracle(start, x)

    image = ops.convert_to_tensor(x)
    with cornu.GradientTape() as tape:
        tape.watch(image)
        out = ours(image, **phase)
        total = ops.sum(out * flow)
    assert out.dtype == str(expected.dtype)
    tolerance = {"rtol": 2e-5, "atol": 5e-6}
    np.testing.assert_allclose(out.numpy(), expected, **tolerance)
    flows = tape.gradient(total, [image, *ours.trainable_variables])
    # Sums over many places round differently.
    tolerance = {"rtol": 5e-5, "atol": 3e-5}
    np.testing.assert_allclose(flows[0].numpy(), by_input, **tolerance)
    for mine, real in zip(flows[1:], by_weight, strict=True):
        np.testing.assert_allclose(mine.numpy(), real, **tolerance)
    for mine, real in zip(ours.non_trainable_variables, state, strict=True):
        np.testing.assert_allclose(mine.numpy(), real, rtol=1e-5, atol=1e-6)


@pytest.mark.keras
@pytest.mark.parametrize(("name", "arguments", "shape"), CASES, ids=_names(CASES))
def test_shapes_with_unknown_sizes(keras, name, arguments, shape):
    def results(module, sizes):
        inputs = module.Input(sizes)
        layer = getattr(module.layers, name)(**arguments)
        out = layer(inputs)
        return tuple(out.shape), tuple(layer.compute_output_shape(inputs.shape)), out.dtype

    assert results(cornu, shape) == results(keras, shape)
    if len(shape) > 1 and "Normalization" not in name:
        first = arguments.get("data_format") == "channels_first"
        open_sizes = (shape[0], *[None] * (len(shape) - 1)) if first else (None, *shape[1:])
        assert results(cornu, open_sizes) == results(keras, open_sizes)


@pytest.mark.keras
@pytest.mark.parametrize(("name", "arguments", "shape"), CASES, ids=_names(CASES))
def test_config(keras, name, arguments, shape):
    """Configs are Keras's, make an equal layer, and each side reads the other's."""
    layer = getattr(layers, name)(name="x", **arguments)
    ours = json.loads(json.dumps(layer.get_config()))
    theirs = json.loads(json.dumps(getattr(keras.layers, name)(name="x", **arguments).get_config()))
    assert _plain(ours) == _plain(theirs)
    again = layers.deserialize(layers.serialize(layer))
    assert json.dumps(again.get_config()) == json.dumps(layer.get_config())
    assert getattr(layers, name).from_config(theirs).name == "x"
    assert getattr(keras.layers, name).from_config(ours).name == "x"


def _plain(value):
    """A config without the settings that say nothing, of whatever version."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    return [_plain(item) for item in value] if isinstance(value, list) else value


@pytest.mark.keras
@pytest.mark.parametrize(("name", "arguments", "shape"), CONVOLUTIONS, ids=_names(CONVOLUTIONS))
def test_seeded_initial_weights(keras, name, arguments, shape):
    keras.utils.set_random_seed(5)
    theirs = getattr(keras.layers, name)(**arguments)
    theirs.build((None, *shape))
    cornu.utils.set_random_seed(5)
    ours = getattr(layers, name)(**arguments)
    ours.build((None, *shape))
    for mine, real in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, real, rtol=1e-5, atol=1e-7)


def test_other_names():
    assert layers.MaxPool2D is layers.MaxPooling2D
    assert layers.AvgPool3D is layers.AveragePooling3D
    assert layers.GlobalMaxPool1D is layers.GlobalMaxPooling1D
    assert layers.Convolution2D is layers.Conv2D
    assert layers.SeparableConvolution1D is layers.SeparableConv1D


def test_explicit_padding_and_empty_batches():
    layer = layers.Conv2D(2, 3, padding=[(1, 1), (0, 2)])
    assert layer(np.zeros((0, 5, 4, 3), "float32")).shape == (0, 5, 4, 2)
    assert layers.Conv2D.from_config(layer.get_config()).padding == ((1, 1), (0, 2))
    assert layers.MaxPooling2D(2)(np.zeros((0, 4, 4, 1), "float32")).shape == (0, 2, 2, 1)
    assert layers.BatchNormalization()(np.zeros((0, 3), "float32")).shape == (0, 3)


def test_many_channels():
    x = np.ones((1, 3, 3, 300), "float32")
    layer = layers.Conv2D(3, 2, kernel_initializer="ones")
    assert np.unique(layer(x).numpy()).tolist() == [1200.0]


def test_average_of_valid_steps():
    x = np.arange(12, dtype="float32").reshape(2, 3, 2)
    mask = np.array([[True, True, False], [True, False, False]])
    layer = layers.GlobalAveragePooling1D()
    assert layer(x, mask=mask).numpy().tolist() == [[1.0, 2.0], [6.0, 7.0]]
    first = layers.GlobalAveragePooling1D("channels_first", keepdims=True)
    assert first(x.swapaxes(1, 2), mask=mask).numpy()[..., 0].tolist() == [[1.0, 2.0], [6.0, 7.0]]
    assert layer.compute_mask(x, mask) is None


def test_half_precision():
    """Weights stay in float32; batch statistics are not computed in halves."""
    x = (1000.0 + np.arange(64).reshape(8, 2, 2, 2)).astype("float32")
    for layer in (layers.Conv2D(3, 2), layers.MaxPooling2D(), layers.BatchNormalization()):
        mixed = type(layer).from_config({**layer.get_config(), "dtype": "mixed_float16"})
        assert mixed(x).dtype == "float16"
        assert all(weight.dtype == "float32" for weight in mixed.weights)
    normal = mixed(x / 10, training=True).numpy().astype("float64")
    assert np.isfinite(normal).all()
    assert float(normal.std()) == pytest.approx(1.0, abs=0.01)


IMAGE = np.zeros((1, 5, 5, 4), "float32")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: layers.Conv2D(0, 3), "Conv2D: filters must be a positive int; got filters=0"),
        (lambda: layers.Conv2D(3, 0), "Conv2D: kernel_size must be an int >= 1 or a tuple of 2"),
        (lambda: layers.Conv2D(3, (1, 2, 3)), "kernel_size=.1, 2, 3."),
        (lambda: layers.Conv2D(3, 2, padding="causal"), "'causal' is known for one spatial axis"),
        (lambda: layers.Conv1D(3, 2, padding="full"), "'valid', 'same', 'causal', or 1 pair"),
        (lambda: layers.Conv2D(3, 2, strides=2, dilation_rate=2), "cannot both be larger than 1"),
        (lambda: layers.Conv2D(3, 2, groups=2), "filters must be a multiple of groups"),
        (lambda: layers.Conv2D(4, 2, groups=0), "groups must be a positive int"),
        (lambda: layers.Conv2D(3, 2, data_format="NHWC"), "data_format must be"),
        (lambda: layers.Conv2D(3, 2, kernal_initializer="zeros"), "kernel_initializer"),
        (lambda: layers.Conv2D(3, 2)(IMAGE[0]), "expected 4 axes.*add the batch axis"),
        (lambda: layers.Conv2D(6, 2, groups=3)(IMAGE), "multiple of groups; got 4 channels"),
        (lambda: layers.Conv2D(3, 7)(IMAGE), "window of size .7, 7. does not fit.*padding='same'"),
        (lambda: layers.Conv2D(3, 2)(cornu.Input((5, 5, None))), "number of channels.*unknown"),
        (
            lambda: layers.Conv2DTranspose(3, 2, strides=2, output_padding=2),
            "output_padding must be smaller",
        ),
        (lambda: layers.DepthwiseConv2D(3, depth_multiplier=0), "depth_multiplier"),
        (lambda: layers.MaxPooling2D(pool_size="2"), "pool_size must be"),
        (lambda: layers.MaxPooling2D(6)(IMAGE), "MaxPooling2D.*does not fit"),
        (lambda: layers.MaxPooling1D(2)(IMAGE), "expected 3 axes"),
        (lambda: layers.AdaptiveMaxPooling2D(0), "output_size must be"),
        (lambda: layers.ZeroPadding2D((1, 2, 3)), "2 of them, or 2 pairs"),
        (lambda: layers.ZeroPadding1D(-1), "padding must be an int >= 0"),
        (lambda: layers.Cropping2D(3)(IMAGE), "leaves nothing"),
        (lambda: layers.UpSampling2D(2, interpolation="area"), "interpolation is one of"),
        (lambda: layers.BatchNormalization(axis=7)(IMAGE), "axis 7 does not exist"),
        (lambda: layers.BatchNormalization(renorm=True, renorm_clipping={"r": 1}), "rmax, rmin"),
        (
            lambda: layers.BatchNormalization()(IMAGE, mask=np.ones((1, 5), bool)),
            "one axis less",
        ),
        (lambda: layers.GroupNormalization(3)(IMAGE), "multiple of groups; got 4 channels"),
        (lambda: layers.GroupNormalization(0), "groups is a positive int or -1"),
        (lambda: layers.SpectralNormalization(layers.ReLU())(IMAGE), "no `kernel`"),
        (lambda: layers.SpatialDropout2D(1.5), "SpatialDropout2D: rate is a number from 0 to 1"),
        (lambda: layers.GaussianNoise(-1), "GaussianNoise: stddev"),
        (lambda: layers.AlphaDropout(1), "leaves nothing"),
        (lambda: layers.SpectralNormalization("dense"), "`layer` must be a layer object"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: layers.LayerNormalization(axis="last"),
        lambda: layers.BatchNormalization(axis=None),
    ],
)
def test_bad_types(call):
    with pytest.raises(TypeError, match="must be"):
        call()


def test_second_derivative_of_a_convolution_layer():
    """The gradient penalty of an adversarial network: a derivative of a derivative by weights."""
    layer = layers.Conv2D(2, 3, padding="same", activation="tanh", dtype="float64")
    layer.build((None, 4, 4, 2))
    rng = np.random.default_rng(3)
    x = rng.normal(size=(2, 4, 4, 2))

    def penalty():
        image = ops.convert_to_tensor(x)
        with cornu.GradientTape() as inner:
            inner.watch(image)
            out = ops.sum(layer(image))
        return ops.sum(ops.square(inner.gradient(out, image)))

    with cornu.GradientTape() as outer:
        value = penalty()
    flow = outer.gradient(value, layer.kernel).numpy()
    step = rng.normal(size=flow.shape)
    start, size = layer.kernel.numpy(), 1e-5
    ends = []
    for sign in (1, -1):
        layer.kernel.assign(start + sign * size * step)
        ends.append(float(penalty()))
    expected = (ends[0] - ends[1]) / (2 * size)
    assert math.isclose(float((flow * step).sum()), expected, rel_tol=1e-6)
