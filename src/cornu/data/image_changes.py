"""Changes of one image as an array: rotated, shifted, sheared, zoomed, shifted in colour."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu import ops

Array = np.ndarray[Any, Any]

_LARGEST = 255.0


def apply_affine_transform(
    x: Array,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> Array:
    """Returns an image rotated, shifted, sheared and zoomed.

    Args:
        x: One image of rank 3.
        theta: Angle in degrees.
        tx: Shift to the left in pixels.
        ty: Shift upwards.
        shear: Angle of the shear in degrees.
        zx: Zoom along the width; below 1 enlarges.
        zy: Zoom along the height.
        row_axis: Axis of the rows.
        col_axis: Axis of the columns.
        channel_axis: Axis of the channels.
        fill_mode: What lies beyond the border: "nearest", "constant", "reflect" or "wrap".
        cval: The value there for "constant".
        order: 0 takes the nearest pixel, 1 interpolates.

    Returns:
        An array of the shape and dtype of `x`.

    Raises:
        ValueError: For an unknown mode or order.

    Example:
        >>> image = np.arange(4.0).reshape(2, 2, 1)
        >>> apply_affine_transform(image, 180, row_axis=0, col_axis=1, channel_axis=2)[..., 0]
        array([[3., 2.],
               [1., 0.]])
    """
    if order not in (0, 1):
        raise ValueError(f"apply_affine_transform: order is 0 or 1; got {order!r}.")
    angle, slant = math.radians(theta), math.radians(shear)
    rotation = np.array(
        [[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]]
    )
    shift = np.array([[1, 0, tx], [0, 1, ty], [0, 0, 1]])
    shearing = np.array([[1, -math.sin(slant), 0], [0, math.cos(slant), 0], [0, 0, 1]])
    matrix = rotation @ shift @ shearing @ np.diag([zx, zy, 1])
    image = np.transpose(x, (row_axis, col_axis, channel_axis))
    height, width = image.shape[:2]
    # Around the middle: to it and back.
    to = np.array([[1, 0, height / 2 - 0.5], [0, 1, width / 2 - 0.5], [0, 0, 1]])
    back = np.array([[1, 0, 0.5 - height / 2], [0, 1, 0.5 - width / 2], [0, 0, 1]])
    whole = to @ matrix @ back
    numbers = [*whole[0], *whole[1], 0.0, 0.0]
    how = "bilinear" if order else "nearest"
    moved = ops.image.affine_transform(
        image.astype(np.float32), numbers, how, fill_mode, cval, "channels_last"
    ).numpy()
    return np.transpose(moved, np.argsort((row_axis, col_axis, channel_axis))).astype(x.dtype)


def apply_channel_shift(x: Array, intensity: float, channel_axis: int = 0) -> Array:
    """Returns an image with a number added to it, within its own range of values.

    Args:
        x: One image.
        intensity: The number.
        channel_axis: Accepted for Keras's signature; channels are treated alike.

    Returns:
        An array of the shape of `x`.

    Example:
        >>> apply_channel_shift(np.array([[[0.0, 5.0, 9.0]]]), 2.0).tolist()
        [[[2.0, 7.0, 9.0]]]
    """
    del channel_axis
    return np.clip(x + intensity, np.min(x), np.max(x))


def apply_brightness_shift(x: Array, brightness: float, scale: bool = True) -> Array:
    """Returns an image of bytes made brighter or darker.

    Args:
        x: One image, values 0 to 255; others are brought to that range.
        brightness: The factor; 1 changes nothing.
        scale: Whether the values are always stretched to 0 to 255 first.

    Returns:
        A float32 array of the shape of `x`.

    Example:
        >>> apply_brightness_shift(np.array([[[100.0]]]), 1.5, scale=False).tolist()
        [[[150.0]]]
    """
    low, high = float(np.min(x)), float(np.max(x))
    outside = low < 0 or high > _LARGEST
    values = np.asarray(x, np.float32)
    if scale or outside:
        values = values - low
        peak = float(values.max())
        values = values / peak * _LARGEST if peak else values
    bright = np.clip(np.floor(values.astype(np.uint8) * np.float32(brightness)), 0, _LARGEST)
    if outside and not scale:
        bright = bright / _LARGEST * (high - low) + low
    return bright.astype(np.float32)
