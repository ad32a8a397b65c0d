"""Images: `tf.image`."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.tf import random
from cornu.tf._colors import (
    adjust_brightness,
    adjust_contrast,
    adjust_gamma,
    adjust_hue,
    adjust_saturation,
    convert_image_dtype,
    grayscale_to_rgb,
    hsv_to_rgb,
    per_image_standardization,
    rgb_to_grayscale,
    rgb_to_hsv,
)
from cornu.tf._convert import convert, public, static_shape
from cornu.tf._image_files import (
    decode_bmp,
    decode_gif,
    decode_image,
    decode_jpeg,
    decode_png,
    encode_jpeg,
    encode_png,
)
from cornu.tf._names import no_such_name
from cornu.tf._resizing import (
    ResizeMethod,
    central_crop,
    crop_to_bounding_box,
    image_of,
    pad_to_bounding_box,
    resize,
    resize_with_crop_or_pad,
    resize_with_pad,
)
from cornu.tf.errors import InvalidArgumentError

__all__ = [
    "ResizeMethod", "adjust_brightness", "adjust_contrast", "adjust_gamma", "adjust_hue",
    "adjust_saturation", "central_crop", "convert_image_dtype", "crop_to_bounding_box",
    "decode_bmp", "decode_gif", "decode_image", "decode_jpeg", "decode_png", "encode_jpeg",
    "encode_png", "flip_left_right", "flip_up_down", "grayscale_to_rgb", "hsv_to_rgb",
    "pad_to_bounding_box", "per_image_standardization", "psnr", "random_brightness",
    "random_contrast", "random_crop", "random_flip_left_right", "random_flip_up_down",
    "random_hue", "random_saturation", "resize", "resize_with_crop_or_pad", "resize_with_pad",
    "rgb_to_grayscale", "rgb_to_hsv", "rot90", "transpose",
]  # fmt: skip


@public
def flip_left_right(image: Any) -> Any:
    """Returns `image` mirrored from left to right.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.flip_left_right([[[1], [2]]]).numpy().ravel().tolist()
        [2, 1]
    """
    return ops.flip(image_of(image, "flip_left_right"), -2)


@public
def flip_up_down(image: Any) -> Any:
    """Returns `image` mirrored from top to bottom.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.flip_up_down([[[1]], [[2]]]).numpy().ravel().tolist()
        [2, 1]
    """
    return ops.flip(image_of(image, "flip_up_down"), -3)


@public
def transpose(image: Any, name: Any = None) -> Any:
    """Returns `image` with rows and columns exchanged; `name` is accepted and not used.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.transpose(tf.zeros((2, 5, 3))).shape
        TensorShape([5, 2, 3])
    """
    x = image_of(image, "transpose")
    return ops.swapaxes(x, x.ndim - 3, x.ndim - 2)


@public
def rot90(image: Any, k: Any = 1, name: Any = None) -> Any:
    """Returns `image` turned by `k` quarter turns to the left; `name` is accepted and not used.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.rot90([[[1], [2]]]).numpy().ravel().tolist()
        [2, 1]
    """
    x = image_of(image, "rot90")
    turns = int(k) % 4
    if turns == 2:
        return ops.flip(ops.flip(x, -2), -3)
    if turns == 1:
        return ops.flip(transpose(x), -3)
    return ops.flip(transpose(x), -2) if turns == 3 else x


def _range(low: Any, high: Any, who: str) -> None:
    if high <= low:
        raise ValueError(f"{who}: 'upper' must be > 'lower'; got {high} and {low}.")


def _limit(delta: Any, who: str, most: float = np.inf) -> None:
    if not 0 <= delta <= most:
        raise ValueError(f"{who}: 'max_delta' must lie from 0 to {most}; got {delta}.")


def _perhaps(image: Any, changed: Any, seed: Any) -> Any:
    """Returns the changed image with probability 1/2, for each image of a batch on its own."""
    shape = (image.shape[0], 1, 1, 1) if image.ndim == 4 else ()
    return ops.where(random.uniform(shape, seed=seed) < 0.5, changed, image)


@public
def random_flip_left_right(image: Any, seed: Any = None) -> Any:
    """Returns `image` mirrored from left to right or as it is; `seed` is that of the operation.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.random_flip_left_right(tf.zeros((2, 2, 3))).shape
        TensorShape([2, 2, 3])
    """
    x = image_of(image, "random_flip_left_right")
    return _perhaps(x, ops.flip(x, -2), seed)


@public
def random_flip_up_down(image: Any, seed: Any = None) -> Any:
    """Returns `image` mirrored from top to bottom or as it is; `seed` is that of the operation.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.random_flip_up_down(tf.zeros((2, 2, 3))).shape
        TensorShape([2, 2, 3])
    """
    x = image_of(image, "random_flip_up_down")
    return _perhaps(x, ops.flip(x, -3), seed)


@public
def random_brightness(image: Any, max_delta: Any, seed: Any = None) -> Any:
    """Returns `image` brighter or darker by up to `max_delta`; `seed` is that of the operation.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.random_brightness(tf.zeros((2, 2, 3)), 0.2).shape
        TensorShape([2, 2, 3])
    """
    _limit(max_delta, "random_brightness")
    return adjust_brightness(image, random.uniform((), -max_delta, max_delta, seed=seed))


@public
def random_contrast(image: Any, lower: Any, upper: Any, seed: Any = None) -> Any:
    """Returns `image` with a contrast factor from `lower` to `upper`; `seed` is the operation's.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.random_contrast(tf.zeros((2, 2, 3)), 0.5, 1.5).shape
        TensorShape([2, 2, 3])
    """
    _range(lower, upper, "random_contrast")
    return adjust_contrast(image, random.uniform((), lower, upper, seed=seed))


@public
def random_saturation(image: Any, lower: Any, upper: Any, seed: Any = None) -> Any:
    """Returns `image` with a saturation factor from `lower` to `upper`; `seed` is the operation's.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.random_saturation(tf.zeros((2, 2, 3)), 0.5, 1.5).shape
        TensorShape([2, 2, 3])
    """
    _range(lower, upper, "random_saturation")
    return adjust_saturation(image, random.uniform((), lower, upper, seed=seed))


@public
def random_hue(image: Any, max_delta: Any, seed: Any = None) -> Any:
    """Returns `image` with its hue moved by up to `max_delta` (0.5); `seed` is the operation's.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.random_hue(tf.zeros((2, 2, 3)), 0.1).shape
        TensorShape([2, 2, 3])
    """
    _limit(max_delta, "random_hue", 0.5)
    return adjust_hue(image, random.uniform((), -max_delta, max_delta, seed=seed))


@public
def random_crop(value: Any, size: Any, seed: Any = None, name: Any = None) -> Any:
    """Returns a part of `value` of the shape `size` at a random place.

    Args:
        value: Tensor.
        size: Sizes, one for each axis.
        seed: The operation's seed.
        name: Accepted for TensorFlow's signature.

    Raises:
        ValueError: When `value` is smaller.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.random_crop(tf.zeros((8, 8, 3)), (4, 4, 3)).shape
        TensorShape([4, 4, 3])
    """
    x = convert(value)
    sizes = static_shape(size, "random_crop")
    if len(sizes) != x.ndim or any(a < b for a, b in zip(x.shape, sizes, strict=False)):
        raise InvalidArgumentError(
            f"random_crop: Need value.shape >= size, got {list(x.shape)} and {list(sizes)}."
        )
    limits = np.array([a - b + 1 for a, b in zip(x.shape, sizes, strict=True)], np.float32)
    drawn = ops.floor(random.uniform((x.ndim,), seed=seed) * limits)
    starts = ops.cast(ops.minimum(drawn, limits - 1), "int32")
    return ops.slice(x, starts, sizes)


@public
def psnr(a: Any, b: Any, max_val: Any, name: Any = None) -> Any:
    """Returns the peak signal-to-noise ratio of `a` and `b` in decibels.

    Args:
        a: Images.
        b: Other images of the same shape.
        max_val: The largest value that a pixel can have.
        name: Accepted for TensorFlow's signature.

    Example:
        >>> import cornu.tf as tf
        >>> round(float(tf.image.psnr(tf.zeros((2, 2, 1)), tf.ones((2, 2, 1)), 10.0)), 3)
        20.0
    """
    difference = ops.cast(convert(a), "float32") - ops.cast(convert(b), "float32")
    error = ops.mean(ops.square(difference), axis=(-3, -2, -1))
    return 20 * np.float32(np.log10(float(max_val))) - 10 * ops.log10(error)


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.image", name, __all__)
