"""Reductions and cumulative primitives in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core.engine import Array
from cornu.engines.reference.table import lowering


@lowering("reduce_sum")
def _reduce_sum(x: Array, axes: Any) -> Any:
    # Summed in float64 and rounded once: NumPy's own float32 sums lose digits along outer axes.
    wide = np.float64 if x.dtype.kind == "f" else x.dtype
    return np.sum(x, axis=axes, dtype=wide).astype(x.dtype)


@lowering("reduce_prod")
def _reduce_prod(x: Array, axes: Any) -> Any:
    return np.prod(x, axis=axes, dtype=x.dtype)


@lowering("reduce_max")
def _reduce_max(x: Array, axes: Any) -> Any:
    return np.max(x, axis=axes)


@lowering("reduce_min")
def _reduce_min(x: Array, axes: Any) -> Any:
    return np.min(x, axis=axes)


@lowering("argmax")
def _argmax(x: Array, axis: int, dtype: str) -> Any:
    return np.argmax(x, axis=axis)


@lowering("argmin")
def _argmin(x: Array, axis: int, dtype: str) -> Any:
    return np.argmin(x, axis=axis)


def _accumulate(function: np.ufunc, x: Array, axis: int, reverse: bool) -> Any:
    if reverse:
        return np.flip(_accumulate(function, np.flip(x, axis), axis, reverse=False), axis)
    return function.accumulate(x, axis=axis, dtype=x.dtype)


@lowering("cumsum")
def _cumsum(x: Array, axis: int, reverse: bool) -> Any:
    return _accumulate(np.add, x, axis, reverse)


@lowering("cumprod")
def _cumprod(x: Array, axis: int, reverse: bool) -> Any:
    return _accumulate(np.multiply, x, axis, reverse)


@lowering("cummax")
def _cummax(x: Array, axis: int, reverse: bool) -> Any:
    return _accumulate(np.maximum, x, axis, reverse)


@lowering("cummin")
def _cummin(x: Array, axis: int, reverse: bool) -> Any:
    return _accumulate(np.minimum, x, axis, reverse)
