"""Colours of images in other systems."""

from __future__ import annotations

from typing import Any

from cornu.core import dtypes
from cornu.core.tensor import Tensor
from cornu.ops._operands import as_tensor, cast, floating, op
from cornu.ops.arithmetic import divide, maximum, minimum, mod, multiply, subtract
from cornu.ops.comparison import equal, greater, less
from cornu.ops.elementwise import abs as absolute
from cornu.ops.elementwise import clip
from cornu.ops.indexing import where
from cornu.ops.joining import split, stack
from cornu.ops.shaping import expand_dims, squeeze
from cornu.ops.windows import image_format

# How bright the eye sees red, green and blue (ITU-R BT.601).
_BRIGHTNESS = (0.2989, 0.5870, 0.1140)


def _planes(images: Any, data_format: Any, who: str) -> tuple[list[Tensor], int]:
    """Returns red, green and blue (or what three channels hold), and the axis of channels."""
    x = as_tensor(images)
    axis = -1 if image_format(data_format, who) == "channels_last" else -3
    if x.ndim not in (3, 4) or x.shape[axis] != 3:
        raise ValueError(
            f"{who}: expected images of three channels, (height, width, 3) or (batch, height, "
            f"width, 3); got shape {x.shape}."
        )
    return [squeeze(part, axis) for part in split(x, 3, axis=axis)], axis


@op
def rgb_to_grayscale(images: Any, data_format: Any = None) -> Tensor:
    """Returns how bright colours are.

    Args:
        images: Images in red, green and blue; those with one channel stay as they are.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.

    Returns:
        Images with one channel, of the dtype of `images`.

    Raises:
        ValueError: For other shapes.

    Example:
        >>> rgb_to_grayscale([[[1.0, 1.0, 1.0]]]).shape
        (1, 1, 1)
    """
    given = as_tensor(images)
    axis = -1 if image_format(data_format, "rgb_to_grayscale") == "channels_last" else -3
    if given.ndim in (3, 4) and given.shape[axis] == 1:
        return given
    parts, axis = _planes(floating(given), data_format, "rgb_to_grayscale")
    gray = sum(part * weight for part, weight in zip(parts, _BRIGHTNESS))
    return cast(expand_dims(gray, axis), given.dtype)


@op
def rgb_to_hsv(images: Any, data_format: Any = None) -> Tensor:
    """Returns hue, saturation and value, each from 0 to 1, of colours.

    Args:
        images: Floats in red, green and blue from 0 to 1.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.

    Returns:
        A tensor of the shape and dtype of `images`.

    Raises:
        ValueError: For other shapes, or images that are not floats.

    Example:
        >>> rgb_to_hsv([[[0.0, 1.0, 0.0]]]).numpy().round(3).tolist()
        [[[0.3330000042915344, 1.0, 1.0]]]
    """
    x = as_tensor(images)
    _check_float(x, "rgb_to_hsv")
    parts, axis = _planes(x, data_format, "rgb_to_hsv")
    red, green, blue = parts
    value = maximum(maximum(red, green), blue)
    spread = subtract(value, minimum(minimum(red, green), blue))
    saturation = where(greater(value, 0), divide(spread, where(greater(value, 0), value, 1.0)), 0.0)
    sixth = divide(1.0 / 6.0, where(greater(spread, 0), spread, 1.0))
    hue = where(
        equal(value, red),
        multiply(subtract(green, blue), sixth),
        where(
            equal(value, green),
            multiply(subtract(blue, red), sixth) + 2.0 / 6.0,
            multiply(subtract(red, green), sixth) + 4.0 / 6.0,
        ),
    )
    hue = where(greater(spread, 0), where(less(hue, 0), hue + 1.0, hue), 0.0)
    return cast(stack([hue, saturation, value], axis=axis), x.dtype)


@op
def hsv_to_rgb(images: Any, data_format: Any = None) -> Tensor:
    """Returns colours for their hue, saturation and value.

    Args:
        images: Floats from 0 to 1.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.

    Returns:
        A tensor of the shape and dtype of `images`, in red, green and blue from 0 to 1.

    Raises:
        ValueError: For other shapes, or images that are not floats.

    Example:
        >>> hsv_to_rgb([[[0.0, 1.0, 0.5]]]).tolist()
        [[[0.5, 0.0, 0.0]]]
    """
    x = as_tensor(images)
    _check_float(x, "hsv_to_rgb")
    parts, axis = _planes(x, data_format, "hsv_to_rgb")
    hue, saturation, value = parts
    turn = multiply(mod(hue, 1.0), 6.0)
    shares = (
        clip(absolute(turn - 3.0) - 1.0, 0.0, 1.0),
        clip(2.0 - absolute(turn - 2.0), 0.0, 1.0),
        clip(2.0 - absolute(turn - 4.0), 0.0, 1.0),
    )
    colours = [value * ((1.0 - saturation) + saturation * share) for share in shares]
    return cast(stack(colours, axis=axis), x.dtype)


def _check_float(x: Tensor, who: str) -> None:
    if not dtypes.is_float(x.dtype):
        raise ValueError(f"{who}: expected floats from 0 to 1; got {x.dtype}. Divide by 255 first.")
