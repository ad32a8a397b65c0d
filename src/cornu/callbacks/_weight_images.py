"""Weights as images."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

# More filters than this make a picture in which nothing is seen.
_MOST_FILTERS = 16
_LEAST_TILE = 24


def picture(weight: Array) -> Array | None:
    """Returns a picture of a weight: grey is 0, white the largest absolute value, black its negative.

    Matrices lie on their longer side. The kernel of a convolution becomes a table with one small
    image for each filter (or, with 3 channels, a coloured one) and otherwise one for each filter
    (downwards) and channel (to the right).

    Args:
        weight: Any array of numbers.

    Returns:
        Floats from 0 to 1 of shape (1, height, width, 1 or 3); None when there is no picture.
    """
    if weight.dtype.kind != "f" or weight.size == 0:
        return None
    scale = float(np.max(np.abs(weight)))
    if not np.isfinite(scale):
        return None
    values = 0.5 + weight.astype(np.float32) / (2 * scale or 1.0)
    if weight.ndim == 4:
        return _filters(values)
    values = np.squeeze(values)
    if values.ndim == 3:  # of a convolution in one dimension, or attention: one row for each filter
        values = values.reshape(-1, values.shape[-1])
    if values.ndim == 2:
        values = values.T if values.shape[0] > values.shape[1] else values
    elif values.ndim <= 1:
        values = values.reshape(1, -1)
    else:
        return None
    return values[None, :, :, None]


def _filters(kernel: Array) -> Array:
    height, width, channels, filters = kernel.shape
    if channels in (1, 3):
        tiles = kernel.transpose(3, 0, 1, 2)
        columns = int(np.ceil(np.sqrt(filters)))
    else:
        shown = kernel[:, :, :_MOST_FILTERS, :_MOST_FILTERS]
        columns = shown.shape[2]
        tiles = shown.transpose(3, 2, 0, 1).reshape(-1, height, width, 1)
    zoom = max(1, -(-_LEAST_TILE // max(height, width)))
    tiles = tiles.repeat(zoom, axis=1).repeat(zoom, axis=2)
    rows = -(-len(tiles) // columns)
    high, wide = tiles.shape[1] + 1, tiles.shape[2] + 1  # a line between tiles
    table = np.zeros((rows * high - 1, columns * wide - 1, tiles.shape[3]), np.float32)
    for number, tile in enumerate(tiles):
        top, left = number // columns * high, number % columns * wide
        table[top : top + high - 1, left : left + wide - 1] = tile
    return table[None]
