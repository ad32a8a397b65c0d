"""Convolution and window reductions in NumPy: one strided view, one sum."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu.core.engine import Array
from cornu.core.primitives.convolution import Window
from cornu.core.primitives.pooling import Pool
from cornu.engines.reference.table import lowering


def _padded(x: Array, padding: Any, value: Any = 0) -> Array:
    return np.pad(x, [(0, 0), *padding, (0, 0)], constant_values=value)


def _windows(x: Array, size: Any, strides: Any, dilation: Any, spatial: Any) -> Array:
    """Returns a view (batch, *spatial, *window, channels) of a padded image."""
    steps = x.strides
    moved = [step * stride for step, stride in zip(steps[1:-1], strides, strict=True)]
    inner = [step * gap for step, gap in zip(steps[1:-1], dilation, strict=True)]
    return np.lib.stride_tricks.as_strided(
        x, (x.shape[0], *spatial, *size, x.shape[-1]), (steps[0], *moved, *inner, steps[-1])
    )


def _places(x_shape: Any, size: Any, strides: Any, padding: Any, dilation: Any) -> tuple[int, ...]:
    return tuple(
        max((n + low + high - (k - 1) * gap - 1) // stride + 1, 0)
        for n, k, stride, (low, high), gap in zip(
            x_shape[1:-1], size, strides, padding, dilation, strict=True
        )
    )


def _patches(x: Array, size: Any, window: Window) -> Array:
    spatial = _places(x.shape, size, window.strides, window.padding, window.dilation)
    padded = _padded(x, window.padding)
    return _windows(padded, size, window.strides, window.dilation, spatial)


@lowering("conv")
def _conv(x: Array, kernel: Array, window: Window) -> Array:
    rank = x.ndim - 2
    patches = _patches(x, kernel.shape[:-2], window)
    taps = list(range(1 + rank, 1 + 2 * rank))
    parts = [
        np.tensordot(part, filters, ([*taps, 1 + 2 * rank], list(range(rank + 1))))
        for part, filters in zip(
            np.split(patches, window.groups, axis=-1),
            np.split(kernel, window.groups, axis=-1),
            strict=True,
        )
    ]
    return np.concatenate(parts, axis=-1)


@lowering("conv_kernel")
def _conv_kernel(x: Array, g: Array, shape: Any, window: Window) -> Array:
    rank = x.ndim - 2
    patches = _patches(x, shape[:-2], window)
    outer = list(range(rank + 1))
    parts = [
        np.tensordot(part, cotangent, (outer, outer))
        for part, cotangent in zip(
            np.split(patches, window.groups, axis=-1),
            np.split(g, window.groups, axis=-1),
            strict=True,
        )
    ]
    return np.concatenate(parts, axis=-1)


def _add_back(
    shape: Any, dtype: Any, size: Any, strides: Any, padding: Any, dilation: Any, value: Any
) -> Array:
    """Adds `value(tap)` to every place that the tap of a window touches, then crops the padding."""
    padded = [n + low + high for n, (low, high) in zip(shape[1:-1], padding, strict=True)]
    total = np.zeros((shape[0], *padded, shape[-1]), dtype)
    spatial = _places(shape, size, strides, padding, dilation)
    for tap in np.ndindex(*size):
        begin = [place * gap for place, gap in zip(tap, dilation, strict=True)]
        touched = tuple(
            slice(first, first + stride * count, stride)
            for first, stride, count in zip(begin, strides, spatial, strict=True)
        )
        places = (slice(None), *touched)
        total[places] += value(tap)
    kept = tuple(slice(low, low + n) for (low, _), n in zip(padding, shape[1:-1], strict=True))
    inside = (slice(None), *kept)
    return total[inside]


@lowering("conv_input")
def _conv_input(g: Array, kernel: Array, shape: Any, window: Window) -> Array:
    gradients = np.split(g, window.groups, axis=-1)
    kernels = np.split(kernel, window.groups, axis=-1)

    def tap_value(tap: Any) -> Array:
        pairs = zip(gradients, kernels, strict=True)
        return np.concatenate([part @ filters[tap].T for part, filters in pairs], axis=-1)

    return _add_back(
        shape,
        g.dtype,
        kernel.shape[:-2],
        window.strides,
        window.padding,
        window.dilation,
        tap_value,
    )


def _pool_windows(x: Array, pool: Pool, value: Any) -> Array:
    """Returns (batch, *spatial, channels, window elements)."""
    ones = (1,) * len(pool.size)
    spatial = _places(x.shape, pool.size, pool.strides, pool.padding, ones)
    view = _windows(_padded(x, pool.padding, value), pool.size, pool.strides, ones, spatial)
    moved = np.moveaxis(view, -1, 1 + len(pool.size))
    outer = moved.shape[: 2 + len(pool.size)]
    return moved.reshape(*outer, math.prod(pool.size))


def _lowest(dtype: Any) -> Any:
    return -np.inf if np.issubdtype(dtype, np.floating) else np.iinfo(dtype).min


@lowering("window_sum")
def _window_sum(x: Array, pool: Pool) -> Any:
    return _pool_windows(x, pool, 0).sum(axis=-1, dtype=x.dtype)


@lowering("window_max")
def _window_max(x: Array, pool: Pool) -> Any:
    return _pool_windows(x, pool, _lowest(x.dtype)).max(axis=-1)


@lowering("window_sum_back")
def _window_sum_back(g: Array, shape: Any, pool: Pool) -> Array:
    ones = (1,) * len(pool.size)
    return _add_back(shape, g.dtype, pool.size, pool.strides, pool.padding, ones, lambda tap: g)


def _first_largest(x: Array, pool: Pool) -> Array:
    """Returns which element of each window is the first largest; NaN counts as largest.

    Places of the padding are no elements, however low those of the image are.
    """
    windows = _pool_windows(x, pool, _lowest(x.dtype))
    inside = _pool_windows(np.ones(x.shape, np.bool_), pool, 0)
    largest = windows.max(axis=-1, keepdims=True)
    return np.asarray((((windows == largest) | (windows != windows)) & inside).argmax(axis=-1))


@lowering("window_max_back")
def _window_max_back(x: Array, g: Array, pool: Pool) -> Array:
    chosen = _first_largest(x, pool)

    def tap_value(tap: Any) -> Array:
        return np.asarray(np.where(chosen == np.ravel_multi_index(tap, pool.size), g, 0))

    ones = (1,) * len(pool.size)
    return _add_back(x.shape, g.dtype, pool.size, pool.strides, pool.padding, ones, tap_value)


@lowering("window_max_pick")
def _window_max_pick(x: Array, values: Array, pool: Pool) -> Array:
    chosen = _first_largest(x, pool)
    windows = _pool_windows(values, pool, 0)
    picked: Array = np.take_along_axis(windows, chosen[..., None], axis=-1)[..., 0]
    return picked
