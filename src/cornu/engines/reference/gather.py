"""Reading and writing at positions given by data, in NumPy.

A negative index counts from the end once; what is still out of range is clamped into it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu.core.engine import Array
from cornu.engines.reference.table import lowering


def _positions(indices: Array, size: int) -> Array:
    if indices.dtype.kind == "u":
        return np.asarray(np.minimum(indices, max(size - 1, 0)).astype(np.int64))
    signed = indices.astype(np.int64)
    return np.clip(np.where(signed < 0, signed + size, signed), 0, max(size - 1, 0))


@lowering("take")
def _take(x: Array, indices: Array, axis: int) -> Any:
    return np.take(x, _positions(indices, x.shape[axis]), axis=axis)


@lowering("take_back")
def _take_back(g: Array, indices: Array, shape: Any, axis: int) -> Any:
    result = np.zeros(shape, g.dtype)
    rank = indices.ndim
    front = np.moveaxis(g, range(axis, axis + rank), range(rank))
    np.add.at(np.moveaxis(result, axis, 0), _positions(indices, shape[axis]), front)
    return result


@lowering("take_sum")
def _take_sum(x: Array, indices: Array) -> Any:
    taken = np.take(x, _positions(indices, x.shape[0]), axis=0)
    return taken.sum(axis=indices.ndim - 1, dtype=x.dtype)


def _flat_positions(x: Array, indices: Array) -> Array:
    """Positions in `x` with the addressed leading axes merged into one."""
    flat = np.zeros(indices.shape[:-1], np.int64)
    for column, size in enumerate(x.shape[: indices.shape[-1]]):
        flat = flat * size + _positions(indices[..., column], size)
    return flat


def _merged(x: Array, depth: int) -> Array:
    return x.reshape((math.prod(x.shape[:depth]), *x.shape[depth:]))


@lowering("gather_nd")
def _gather_nd(x: Array, indices: Array) -> Any:
    return _merged(x, indices.shape[-1])[_flat_positions(x, indices)]


_COMBINE = {"add": np.add, "max": np.maximum, "min": np.minimum, "mul": np.multiply}


@lowering("scatter_nd")
def _scatter_nd(x: Array, indices: Array, updates: Array, mode: str) -> Any:
    result = _merged(x.copy(), indices.shape[-1])
    places = _flat_positions(x, indices)
    if mode == "set":
        result[places] = updates  # of several updates to one place the last one stays
    else:
        _COMBINE[mode].at(result, places, updates)
    return result.reshape(x.shape)
