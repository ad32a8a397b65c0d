"""Operations on images equal Keras's."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import ops

MODES = ["constant", "nearest", "wrap", "mirror", "reflect"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
def test_affine_transform(keras, rng, mode, interpolation):
    images = rng.uniform(size=(3, 7, 6, 2)).astype("float32")
    rows = rng.normal(size=(3, 8)).astype("float32")
    rows[:, 6:] = 0
    rows[:, [0, 4]] += 1
    expected = keras.ops.image.affine_transform(images, rows, interpolation, mode, 0.3)
    got = ops.image.affine_transform(images, rows, interpolation, mode, 0.3)
    np.testing.assert_allclose(got, np.asarray(expected), atol=1e-5)


@pytest.mark.parametrize("order", [0, 1])
def test_map_coordinates(keras, rng, order):
    volume = rng.integers(0, 255, size=(4, 5, 6)).astype("int32")
    places = rng.uniform(-3, 9, size=(3, 7)).astype("float32")
    for mode in MODES:
        expected = keras.ops.image.map_coordinates(volume, places, order, mode)
        np.testing.assert_array_equal(
            ops.image.map_coordinates(volume, places, order, mode), np.asarray(expected)
        )


def test_gaussian_blur(keras, rng):
    images = rng.uniform(size=(2, 7, 6, 3)).astype("float32")
    arguments = {"kernel_size": (3, 5), "sigma": (1.0, 2.0), "data_format": "channels_last"}
    expected = np.asarray(keras.ops.image.gaussian_blur(images, **arguments))
    np.testing.assert_allclose(ops.image.gaussian_blur(images, **arguments), expected, atol=1e-5)


@pytest.mark.parametrize("name", ["rgb_to_hsv", "hsv_to_rgb", "rgb_to_grayscale"])
def test_colors(keras, rng, name):
    images = rng.uniform(size=(2, 4, 5, 3)).astype("float32")
    images[0, 0] = images[0, 0, :, :1]  # grey has no hue
    expected = np.asarray(getattr(keras.ops.image, name)(images))
    np.testing.assert_allclose(getattr(ops.image, name)(images), expected, atol=1e-5)


def test_warping_is_differentiable():
    from cornu import GradientTape

    image = ops.convert_to_tensor(np.arange(9.0, dtype="float32").reshape(3, 3, 1))
    with GradientTape() as tape:
        tape.watch(image)
        moved = ops.image.affine_transform(image, [1, 0, 0.5, 0, 1, 0, 0, 0])
        total = ops.sum(moved)
    # Half of each pixel comes from the left and half from the right one; the first counts half.
    np.testing.assert_allclose(tape.gradient(total, image)[..., 0], [[0.5, 1, 1]] * 3)
