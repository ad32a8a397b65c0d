"""Primitives that only move elements, in NumPy."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from cornu.core.engine import Array
from cornu.engines.reference.table import lowering


@lowering("reshape")
def _reshape(x: Array, shape: Any) -> Any:
    return x.reshape(shape)


@lowering("transpose")
def _transpose(x: Array, permutation: Any) -> Any:
    return x.transpose(permutation)


@lowering("broadcast")
def _broadcast(x: Array, shape: Any, dims: Any) -> Any:
    column = [1] * len(shape)
    for size, axis in zip(x.shape, dims, strict=True):
        column[axis] = size
    return np.broadcast_to(x.reshape(column), shape)


@lowering("concatenate")
def _concatenate(*operands: Array, axis: int) -> Any:
    return np.concatenate(operands, axis=axis)


@lowering("slice")
def _slice(x: Array, start: Any, limit: Any, strides: Any) -> Any:
    return x[tuple(map(builtins.slice, start, limit, strides))]


@lowering("pad")
def _pad(x: Array, value: Array, low: Any, high: Any, interior: Any) -> Any:
    spread = [n + max(n - 1, 0) * between for n, between in zip(x.shape, interior, strict=True)]
    dilated = np.full(spread, value)
    dilated[tuple(builtins.slice(None, None, between + 1) for between in interior)] = x
    result = np.full([n + a + b for n, a, b in zip(spread, low, high, strict=True)], value)
    source, target = [], []
    for n, a, b in zip(spread, low, high, strict=True):
        first, last = max(-a, 0), max(n + min(b, 0), max(-a, 0))
        source.append(builtins.slice(first, last))
        target.append(builtins.slice(first + a, last + a))
    result[tuple(target)] = dilated[tuple(source)]
    return result


@lowering("reverse")
def _reverse(x: Array, axes: Any) -> Any:
    return np.flip(x, axes)


def _window(x: Array, starts: Array, sizes: Any) -> Any:
    """The slices of a window of the given sizes, moved so that it lies inside `x`."""
    first = np.clip(starts, 0, np.subtract(x.shape, sizes)).astype(np.int64)
    return tuple(builtins.slice(a, a + n) for a, n in zip(first, sizes, strict=True))


@lowering("dynamic_slice")
def _dynamic_slice(x: Array, starts: Array, sizes: Any) -> Any:
    return x[_window(x, starts, sizes)]


@lowering("dynamic_update_slice")
def _dynamic_update_slice(x: Array, update: Array, starts: Array) -> Any:
    result = x.copy()
    result[_window(x, starts, update.shape)] = update
    return result
