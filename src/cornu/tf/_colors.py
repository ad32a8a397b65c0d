"""Colours and brightness of images, for `tf.image`."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.core import dtypes as core
from cornu.tf._convert import convert, public
from cornu.tf._resizing import image_of
from cornu.tf.errors import InvalidArgumentError

_GREY = np.array([0.2989, 0.5870, 0.1140], np.float32)


def _as_float(image: Any) -> tuple[Any, str]:
    """Returns an image as float32 in [0, 1], and the dtype it had."""
    given = convert(image)
    kind = str.__str__(given.dtype)
    return _converted(given, "float32" if not core.is_float(kind) else kind), kind


def _converted(image: Any, wanted: str, saturate: bool = False) -> Any:
    kind = str.__str__(image.dtype)
    if kind == wanted:
        return image
    from_float, to_float = core.is_float(kind), core.is_float(wanted)
    if from_float and to_float:
        return ops.cast(image, wanted)
    if to_float:
        return ops.cast(image, wanted) * np.asarray(1.0 / _largest(kind), core.to_numpy(wanted))
    if from_float:
        scaled = image * np.asarray(_largest(wanted) + 0.5, core.to_numpy(kind))
        return ops.saturate_cast(scaled, wanted) if saturate else ops.cast(scaled, wanted)
    one, other = _largest(kind), _largest(wanted)
    if one > other:
        return ops.cast(ops.floor_divide(image, (one + 1) // (other + 1)), wanted)
    return ops.cast(image, wanted) * ((other + 1) // (one + 1))


def _largest(kind: str) -> int:
    return int(np.iinfo(core.to_numpy(kind)).max)


@public
def convert_image_dtype(image: Any, dtype: Any, saturate: bool = False, name: Any = None) -> Any:
    """Returns `image` in another dtype, scaled to its range: floats to [0, 1].

    Args:
        image: Image or batch.
        dtype: The dtype.
        saturate: Whether values beyond the range become its ends.
        name: Accepted for TensorFlow's signature.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.convert_image_dtype(
        ...     tf.constant([[[255]]], tf.uint8), tf.float32
        ... ).numpy().item()
        1.0
    """
    return _converted(convert(image), core.canonical(dtype), saturate)


@public
def rgb_to_grayscale(images: Any, name: Any = None) -> Any:
    """Returns the brightness of `images`, with one channel; `name` is accepted and not used.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.rgb_to_grayscale(tf.zeros((2, 2, 3))).shape
        TensorShape([2, 2, 1])
    """
    x, kind = _as_float(images)
    if x.shape[-1] != 3:
        raise InvalidArgumentError(
            f"rgb_to_grayscale: the last axis must have 3 channels; the shape is {list(x.shape)}."
        )
    grey = ops.sum(x * _GREY.astype(core.to_numpy(str.__str__(x.dtype))), axis=-1, keepdims=True)
    return _converted(grey, kind)


@public
def grayscale_to_rgb(images: Any, name: Any = None) -> Any:
    """Returns `images` of one channel with three equal ones; `name` is accepted and not used.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.grayscale_to_rgb(tf.zeros((2, 2, 1))).shape
        TensorShape([2, 2, 3])
    """
    return ops.repeat(convert(images), 3, axis=-1)


@public
def adjust_brightness(image: Any, delta: Any) -> Any:
    """Returns `image` with `delta`, a share of the range, added.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.adjust_brightness([[[0.25]]], 0.5).numpy().item()
        0.75
    """
    x, kind = _as_float(image)
    return _converted(x + ops.cast(delta, x.dtype), kind, saturate=True)


@public
def adjust_contrast(images: Any, contrast_factor: Any) -> Any:
    """Returns `images` with the distance from each channel's mean times `contrast_factor`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.adjust_contrast([[[0.0], [1.0]]], 0.5).numpy().ravel().tolist()
        [0.25, 0.75]
    """
    x, kind = _as_float(image_of(images, "adjust_contrast"))
    mean = ops.mean(x, axis=(-3, -2), keepdims=True)
    return _converted((x - mean) * ops.cast(contrast_factor, x.dtype) + mean, kind, saturate=True)


@public
def adjust_gamma(image: Any, gamma: Any = 1, gain: Any = 1) -> Any:
    """Returns `image` to the power of `gamma`, times `gain`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.adjust_gamma([[[0.5]]], 2.0).numpy().item()
        0.25
    """
    x, kind = _as_float(image)
    return _converted(ops.power(x, ops.cast(gamma, x.dtype)) * ops.cast(gain, x.dtype), kind, saturate=True)  # fmt: skip


@public
def rgb_to_hsv(images: Any, name: Any = None) -> Any:
    """Returns hue, saturation and value of float `images` in [0, 1]; `name` is not used.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.rgb_to_hsv([[[1.0, 0.0, 0.0]]]).numpy().ravel().tolist()
        [0.0, 1.0, 1.0]
    """
    x = convert(images)
    r, g, b = x[..., 0], x[..., 1], x[..., 2]
    value = ops.max(x, axis=-1)
    span = value - ops.min(x, axis=-1)
    safe = ops.where(span > 0, span, ops.ones_like(span))
    hue = ops.where(
        value == r,
        (g - b) / safe,
        ops.where(value == g, (b - r) / safe + 2.0, (r - g) / safe + 4.0),
    )
    hue = ops.where(span > 0, hue / 6.0, ops.zeros_like(hue))
    hue = ops.where(hue < 0, hue + 1.0, hue)
    saturation = ops.where(value > 0, span / ops.where(value > 0, value, ops.ones_like(value)), ops.zeros_like(value))  # fmt: skip
    return ops.stack([hue, saturation, value], axis=-1)


@public
def hsv_to_rgb(images: Any, name: Any = None) -> Any:
    """Returns red, green and blue of `images` of hue, saturation and value; `name` is not used.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.hsv_to_rgb([[[0.0, 1.0, 1.0]]]).numpy().ravel().tolist()
        [1.0, 0.0, 0.0]
    """
    x = convert(images)
    hue, saturation, value = x[..., 0:1] * 6.0, x[..., 1:2], x[..., 2:3]
    one, zero = ops.ones_like(hue), ops.zeros_like(hue)
    channels = ops.concatenate(
        [
            ops.abs(hue - 3.0) - 1.0,
            2.0 - ops.abs(hue - 2.0),
            2.0 - ops.abs(hue - 4.0),
        ],
        axis=-1,
    )
    pure = ops.minimum(ops.maximum(channels, zero), one)
    return ((pure - 1.0) * saturation + 1.0) * value


@public
def adjust_saturation(image: Any, saturation_factor: Any, name: Any = None) -> Any:
    """Returns `image` with its saturation times `saturation_factor`; `name` is not used.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.adjust_saturation([[[1.0, 0.0, 0.0]]], 0.0).numpy().ravel().tolist()
        [1.0, 1.0, 1.0]
    """
    x, kind = _as_float(image)
    hsv = rgb_to_hsv(x)
    factor = ops.cast(saturation_factor, x.dtype)
    saturation = ops.clip(hsv[..., 1:2] * factor, 0.0, 1.0)
    changed = ops.concatenate([hsv[..., 0:1], saturation, hsv[..., 2:3]], axis=-1)
    return _converted(hsv_to_rgb(changed), kind, saturate=True)


@public
def adjust_hue(image: Any, delta: Any, name: Any = None) -> Any:
    """Returns `image` with `delta`, a share of the circle, added to its hue; `name` is not used.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.adjust_hue([[[1.0, 0.0, 0.0]]], 0.5).numpy().ravel().tolist()
        [0.0, 1.0, 1.0]
    """
    x, kind = _as_float(image)
    hsv = rgb_to_hsv(x)
    hue = hsv[..., 0:1] + ops.cast(delta, x.dtype)
    changed = ops.concatenate([hue - ops.floor(hue), hsv[..., 1:]], axis=-1)
    return _converted(hsv_to_rgb(changed), kind, saturate=True)


@public
def per_image_standardization(image: Any) -> Any:
    """Returns each `image` with mean 0 and variance 1, as float32.

    The standard deviation is at least 1 / sqrt(number of values), so that images of one colour
    become 0.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.per_image_standardization([[[0.0], [2.0]]]).numpy().ravel().tolist()
        [-1.0, 1.0]
    """
    given = image_of(image, "per_image_standardization")
    x = given if core.is_float(str.__str__(given.dtype)) else ops.cast(given, "float32")
    count = float(np.prod(x.shape[-3:]))
    mean = ops.mean(x, axis=(-3, -2, -1), keepdims=True)
    deviation = ops.sqrt(ops.mean(ops.square(x - mean), axis=(-3, -2, -1), keepdims=True))
    return (x - mean) / ops.maximum(deviation, ops.cast(1.0 / np.sqrt(count), x.dtype))
