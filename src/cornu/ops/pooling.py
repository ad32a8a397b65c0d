"""Pooling: maxima and averages over windows, moving or fitted to a given number of places."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core import engine
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import gather, layout
from cornu.core.primitives import pooling as p
from cornu.core.primitives import reduce as r
from cornu.core.primitives.pooling import Pool
from cornu.core.tensor import Tensor
from cornu.ops._operands import as_tensor, constant, expand, floating, like, op
from cornu.ops.windows import (
    channels_from_end,
    channels_to_end,
    explicit_padding,
    image_format,
    padding_mode,
    per_axis,
    window_places,
)


def _read(
    x: Tensor, pool_size: Any, strides: Any, padding: Any, data_format: Any, who: str
) -> tuple[Tensor, Pool, str]:
    """Returns the image with channels at the end, the window on it, and the image's format."""
    if not 3 <= x.ndim <= 5:
        raise ValueError(
            f"{who}: inputs have a batch axis, 1 to 3 spatial axes and channels; got inputs of "
            f"shape {x.shape}."
        )
    form = image_format(data_format, who)
    x = channels_to_end(x, form)
    rank = x.ndim - 2
    size = per_axis(pool_size, rank, "pool_size", who)
    steps = size if strides is None else per_axis(strides, rank, "strides", who)
    mode = padding_mode(padding, rank, who)
    one = (1,) * rank
    window_places(mode, x.shape[1:-1], size, steps, one, who)
    return x, Pool(size, steps, explicit_padding(mode, x.shape[1:-1], size, steps, one)), form


@op
def max_pool(
    inputs: Any,
    pool_size: Any,
    strides: Any = None,
    padding: Any = "valid",
    data_format: Any = None,
) -> Tensor:
    """Returns the largest elements of moving windows.

    Args:
        inputs: Images of shape (batch, *spatial, channels), or (batch, channels, *spatial) with
            "channels_first".
        pool_size: Size of the window: one number, or one for each spatial axis.
        strides: Its steps, likewise; those of `pool_size` when None.
        padding: "valid" (only whole windows), "same" (as many places as the image has, divided by
            the strides), or explicit pairs (before, after). The border never wins.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.

    Returns:
        Smaller images of the same dtype. The derivative goes to the first largest element.

    Raises:
        ValueError: When the window does not fit the image.

    Example:
        >>> max_pool([[[1.0], [3.0], [2.0], [0.0]]], 2).tolist()
        [[[3.0], [2.0]]]
    """
    x, pool, form = _read(as_tensor(inputs), pool_size, strides, padding, data_format, "max_pool")
    return channels_from_end(p.window_max(x, pool=pool), form)


@op
def average_pool(
    inputs: Any,
    pool_size: Any,
    strides: Any = None,
    padding: Any = "valid",
    data_format: Any = None,
) -> Tensor:
    """Returns the means of moving windows.

    Args:
        inputs: Images of shape (batch, *spatial, channels), or (batch, channels, *spatial) with
            "channels_first".
        pool_size: Size of the window: one number, or one for each spatial axis.
        strides: Its steps, likewise; those of `pool_size` when None.
        padding: "valid" (only whole windows), "same" (as many places as the image has, divided by
            the strides), or explicit pairs (before, after). The border does not count.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.

    Returns:
        Smaller float images.

    Raises:
        ValueError: When the window does not fit the image.

    Example:
        >>> average_pool([[[1.0], [3.0], [2.0]]], 2, padding="same").tolist()
        [[[2.0], [2.0]]]
    """
    x, pool, form = _read(
        floating(inputs), pool_size, strides, padding, data_format, "average_pool"
    )
    sums = p.window_sum(x, pool=pool)
    return channels_from_end(e.div(sums, _window_counts(sums, x, pool)), form)


def _window_counts(sums: Tensor, x: Tensor, pool: Pool) -> Tensor:
    """Returns how many elements of the image each window holds, in the shape of the sums."""
    counts = np.ones((), np.float64)
    for n, places, size, stride, (low, _) in zip(
        x.shape[1:-1], sums.shape[1:-1], pool.size, pool.strides, pool.padding, strict=True
    ):
        first = np.arange(places) * stride - low
        inside = np.minimum(first + size, n) - np.maximum(first, 0)
        counts = counts[..., None] * inside
    if counts.size and (counts == counts.flat[0]).all():
        return like(sums, float(counts.flat[0]))
    # Windows on a wide border may hold nothing; their sums of 0 stay 0.
    table = engine.to_tensor(np.maximum(counts, 1), sums.dtype)
    dims = tuple(range(1, sums.ndim - 1))
    result: Tensor = layout.broadcast(table, shape=sums.shape, dims=dims)
    return result


def _fitted_windows(n: int, places: int) -> tuple[Any, Any]:
    """Returns for each place the elements of its window, and which of them are repeated fill."""
    first = (np.arange(places) * n) // places
    end = -(-(np.arange(1, places + 1) * n) // places)
    longest = int((end - first).max(initial=1))
    elements = first[:, None] + np.arange(longest)
    return np.minimum(elements, end[:, None] - 1).astype(np.int32), elements >= end[:, None]


def _windows_of(x: Tensor, axis: int, places: int) -> tuple[Tensor, Any]:
    """Returns the tensor with an axis split into windows and their elements, and what is fill."""
    elements, fill = _fitted_windows(x.shape[axis], places)
    index = engine.tensor_from_numpy(np.ascontiguousarray(elements.ravel()))
    taken = gather.take(x, index, axis=axis)
    shape = (*x.shape[:axis], *elements.shape, *x.shape[axis + 1 :])
    windows: Tensor = layout.reshape(taken, shape=shape)
    return windows, fill


def _adaptive(x: Tensor, output_size: Any, data_format: Any, who: str) -> tuple[Tensor, Any, str]:
    if not 3 <= x.ndim <= 5:
        raise ValueError(
            f"{who}: inputs have a batch axis, 1 to 3 spatial axes and channels; got inputs of "
            f"shape {x.shape}."
        )
    form = image_format(data_format, who)
    places = per_axis(output_size, x.ndim - 2, "output_size", who)
    x = channels_to_end(x, form)
    if 0 in x.shape[1:-1]:
        raise ValueError(f"{who}: the images have no elements; got inputs of shape {x.shape}.")
    return x, places, form


@op
def adaptive_max_pool(inputs: Any, output_size: Any, data_format: Any = None) -> Tensor:
    """Returns the largest elements of windows that divide the image into a number of places.

    Args:
        inputs: Images of shape (batch, *spatial, channels), or (batch, channels, *spatial) with
            "channels_first".
        output_size: Number of places: one for all spatial axes, or one for each. Windows overlap
            where it does not divide the image's size.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.

    Returns:
        Images of the size `output_size`.

    Example:
        >>> adaptive_max_pool([[[1.0], [3.0], [2.0]]], 2).tolist()
        [[[3.0], [3.0]]]
    """
    x, places, form = _adaptive(as_tensor(inputs), output_size, data_format, "adaptive_max_pool")
    for axis, count in enumerate(places, start=1):
        windows, _ = _windows_of(x, axis, count)
        x = r.reduce_max(windows, axes=(axis + 1,))
    return channels_from_end(x, form)


@op
def adaptive_average_pool(inputs: Any, output_size: Any, data_format: Any = None) -> Tensor:
    """Returns the means of windows that divide the image into a number of places.

    Args:
        inputs: Images of shape (batch, *spatial, channels), or (batch, channels, *spatial) with
            "channels_first".
        output_size: Number of places: one for all spatial axes, or one for each. Windows overlap
            where it does not divide the image's size.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.

    Returns:
        Float images of the size `output_size`.

    Example:
        >>> adaptive_average_pool([[[1.0], [3.0], [2.0]]], 2).tolist()
        [[[2.0], [2.5]]]
    """
    who = "adaptive_average_pool"
    x, places, form = _adaptive(floating(inputs), output_size, data_format, who)
    for axis, count in enumerate(places, start=1):
        windows, fill = _windows_of(x, axis, count)
        if fill.any():
            unused = layout.broadcast(
                engine.tensor_from_numpy(fill), shape=windows.shape, dims=(axis, axis + 1)
            )
            windows = e.select(unused, expand(constant(0, (), x.dtype), windows.shape), windows)
        sums = r.reduce_sum(windows, axes=(axis + 1,))
        lengths = engine.to_tensor((~fill).sum(axis=1), x.dtype)
        x = e.div(sums, layout.broadcast(lengths, shape=sums.shape, dims=(axis,)))
    return channels_from_end(x, form)
