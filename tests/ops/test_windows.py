"""Convolutions, pooling and resizing beyond the table: dtypes, second derivatives, bad arguments."""

from __future__ import annotations

import numpy as np
import pytest
from tests.ops.cases import f
from tests.ops.window_cases import RESIZES

import cornu
from cornu import ops


@pytest.mark.parametrize(("size", "arguments"), RESIZES)
def test_resize(keras, size, arguments):
    images = f(2, 5, 4, 3)
    expected = np.asarray(keras.ops.image.resize(images, size, **arguments))
    got = ops.image.resize(images, size, **arguments).numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=2e-6)


def test_resize_of_one_image_whole_numbers_and_channels_first(keras):
    image = np.arange(60, dtype="uint8").reshape(3, 5, 4) * 4
    for method in ("nearest", "bilinear"):
        arguments = {"interpolation": method, "data_format": "channels_first"}
        expected = np.asarray(keras.ops.image.resize(image, (7, 7), **arguments))
        got = ops.image.resize(image, (7, 7), **arguments)
        assert got.dtype == "uint8"
        np.testing.assert_array_equal(got.numpy(), expected)


def test_second_derivative_of_a_convolution():
    """d2/dkernel dx of sum(conv(x, k)^3), against central differences of the first derivative."""
    x, kernel = f(1, 4, 4, 2).astype("float64"), f(3, 2, 2, 2).astype("float64")
    direction = f(1, 4, 4, 2, seed=1).astype("float64")

    def kernel_flow(image):
        weights = ops.convert_to_tensor(kernel)
        with cornu.GradientTape() as tape:
            tape.watch(weights)
            out = ops.conv(image, weights, strides=(1, 2), padding="same")
            value = ops.sum(out * out * out)
        return tape.gradient(value, weights)

    image = ops.convert_to_tensor(x)
    with cornu.GradientTape() as tape:
        tape.watch(image)
        total = ops.sum(kernel_flow(image) * f(3, 2, 2, 2, seed=2).astype("float64"))
    exact = float(ops.sum(tape.gradient(total, image) * direction))
    step = 1e-6
    ends = [
        float(ops.sum(kernel_flow(ops.convert_to_tensor(x + sign * step * direction))
              * f(3, 2, 2, 2, seed=2).astype("float64")))
        for sign in (1, -1)
    ]  # fmt: skip
    assert exact == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6)


def test_explicit_padding_is_a_border_of_zeros():
    x, kernel = f(1, 6, 4, 2), f(3, 3, 2, 2)
    expected = ops.conv(ops.pad(x, ((0, 0), (1, 1), (0, 2), (0, 0))), kernel)
    got = ops.conv(x, kernel, padding=[1, (0, 2)])
    np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-5)
    transposed = ops.conv_transpose(got, kernel, padding=[1, (0, 2)])
    assert transposed.shape == x.shape


def test_pooling_of_whole_numbers():
    x = np.arange(6, dtype="int32").reshape(1, 6, 1)
    assert ops.max_pool(x, 2).dtype == "int32"
    averages = ops.average_pool(x, 4, 2)
    assert (averages.dtype, averages.numpy().ravel().tolist()) == ("float32", [1.5, 3.5])


def test_average_of_an_explicit_border_counts_the_image_only():
    x = np.ones((1, 4, 1), "float32")
    assert ops.average_pool(x, 3, 2, padding=[(2, 2)]).numpy().ravel().tolist() == [1, 1, 1]


def test_open_sizes_stay_open():
    x = cornu.KerasTensor((None, None, 9, 3))
    kernel = np.zeros((3, 3, 3, 8), "float32")
    assert ops.conv(x, kernel, strides=2, padding="same").shape == (None, None, 5, 8)
    assert ops.max_pool(x, 2).shape == (None, None, 4, 3)
    assert ops.image.resize(x, (4, 5)).shape == (None, 4, 5, 3)


X, K = np.zeros((1, 5, 5, 4), "float32"), np.zeros((3, 3, 4, 2), "float32")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.conv(X, K[..., 0]), r"conv: inputs have a batch axis.*\(3, 3, 4\)"),
        (lambda: ops.conv(X, K[:, :, :3]), "4 channels.* takes 3"),
        (lambda: ops.conv(X[:, :2], K), "window of size .3, 3. does not fit.*padding='same'"),
        (lambda: ops.conv(X, K, strides=0), "strides must be an int >= 1 or a tuple of 2"),
        (lambda: ops.conv(X, K, strides=(1, 2, 3)), "strides=.1, 2, 3."),
        (lambda: ops.conv(X, K, padding="full"), "'valid', 'same', or 2 pair"),
        (lambda: ops.conv(X, K, padding="causal"), "one spatial axis only"),
        (lambda: ops.conv(X, K, data_format="NHWC"), "channels_last.*'NHWC'"),
        (lambda: ops.depthwise_conv(X, K[:, :, :2]), "4 channels.* takes 2"),
        (lambda: ops.separable_conv(X, K, K), "pointwise_kernel must have shape .1, 1, 8, 2."),
        (lambda: ops.conv_transpose(X, K), "4 channels.* takes 2"),
        (
            lambda: ops.conv_transpose(X, K[:, :, :2].swapaxes(2, 3)[..., [0, 1, 0, 1]],
                                       strides=2, output_padding=2),
            "output_padding must be smaller than strides",
        ),
        (lambda: ops.max_pool(X, 6), "max_pool: a window of size .6, 6. does not fit"),
        (lambda: ops.average_pool(X[0, 0], 2), "average_pool: inputs have a batch axis"),
        (lambda: ops.adaptive_max_pool(X, 0), "output_size must be an int >= 1"),
        (lambda: ops.image.resize(X, 3), "size is .height, width."),
        (lambda: ops.image.resize(X, (3, 3), interpolation="area"), "interpolation is 'nearest'"),
    ],
)  # fmt: skip
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
