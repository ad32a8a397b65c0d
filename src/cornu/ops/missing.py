"""Reductions that leave NaN out."""

from __future__ import annotations

import math
from typing import Any

from cornu.core import dtypes, shapes
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import layout
from cornu.core.primitives import reduce as r
from cornu.core.tensor import Tensor
from cornu.ops import cumulative, reduction
from cornu.ops._operands import as_tensor, cast, expand, floating, keep_rank, like, op
from cornu.ops.indexing import take_along_axis
from cornu.ops.statistics import ordered_flat


def _replaced(x: Any, value: float) -> Tensor:
    x = as_tensor(x)
    if not dtypes.is_float(x.dtype):
        return x
    result: Tensor = e.select(e.ne(x, x), like(x, value), x)
    return result


def _present(x: Tensor, axis: Any) -> Tensor:
    """Returns how many elements along axes are not NaN, with these axes kept."""
    return reduction.total(cast(e.eq(x, x), x.dtype), axis, keepdims=True)


@op
def nansum(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the sum of the elements that are not NaN.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Example:
        >>> nansum([1.0, float("nan"), 2.0]).item()
        3.0
    """
    return reduction.sum(_replaced(x, 0.0), axis, keepdims)


@op
def nanprod(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the product of the elements that are not NaN.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Example:
        >>> nanprod([3.0, float("nan"), 2.0]).item()
        6.0
    """
    return reduction.prod(_replaced(x, 1.0), axis, keepdims)


@op
def nancumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Tensor:
    """Returns the running sum along an axis, in which NaN counts 0.

    Args:
        x: Array-like.
        axis: Axis; the flattened array when None.
        dtype: Dtype to compute in; that of `x` when None.

    Example:
        >>> nancumsum([1.0, float("nan"), 2.0]).tolist()
        [1.0, 1.0, 3.0]
    """
    return cumulative.cumsum(_replaced(x, 0.0), axis, dtype)


@op
def nancumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Tensor:
    """Returns the running product along an axis, in which NaN counts 1.

    Args:
        x: Array-like.
        axis: Axis; the flattened array when None.
        dtype: Dtype to compute in; that of `x` when None.

    Example:
        >>> nancumprod([2.0, float("nan"), 3.0]).tolist()
        [2.0, 2.0, 6.0]
    """
    return cumulative.cumprod(_replaced(x, 1.0), axis, dtype)


def _extreme(x: Any, axis: Any, keepdims: bool, sign: float) -> Tensor:
    x = as_tensor(x)
    function = reduction.amax if sign < 0 else reduction.amin
    if not dtypes.is_float(x.dtype):
        return function(x, axis, keepdims)
    result = function(_replaced(x, sign * math.inf), axis, keepdims)
    missing = reduction.all(e.ne(x, x), axis, keepdims)
    chosen: Tensor = e.select(missing, like(result, math.nan), result)
    return chosen


@op
def nanmax(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the largest element that is not NaN; NaN where there is none.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Example:
        >>> nanmax([1.0, float("nan"), 2.0]).item()
        2.0
    """
    return _extreme(x, axis, keepdims, -1.0)


@op
def nanmin(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the smallest element that is not NaN; NaN where there is none.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Example:
        >>> nanmin([1.0, float("nan"), 2.0]).item()
        1.0
    """
    return _extreme(x, axis, keepdims, 1.0)


def _place(x: Any, axis: Any, keepdims: bool, sign: float) -> Tensor:
    x = as_tensor(x)
    function = reduction.argmax if sign < 0 else reduction.argmin
    place = function(_replaced(x, sign * math.inf), axis, keepdims)
    if not dtypes.is_float(x.dtype):
        return place
    missing = reduction.all(e.ne(x, x), axis, keepdims)
    chosen: Tensor = e.select(missing, like(place, -1), place)
    return chosen


@op
def nanargmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Returns the place of the largest element that is not NaN; -1 where there is none.

    Args:
        x: Array-like.
        axis: Axis to search; the flattened array when None.
        keepdims: Whether the axis stays, with size 1.

    Example:
        >>> nanargmax([1.0, float("nan"), 2.0]).item()
        2
    """
    return _place(x, axis, keepdims, -1.0)


@op
def nanargmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Returns the place of the smallest element that is not NaN; -1 where there is none.

    Args:
        x: Array-like.
        axis: Axis to search; the flattened array when None.
        keepdims: Whether the axis stays, with size 1.

    Example:
        >>> nanargmin([1.0, float("nan"), 2.0]).item()
        0
    """
    return _place(x, axis, keepdims, 1.0)


@op
def nanmean(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the mean of the elements that are not NaN.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Example:
        >>> nanmean([1.0, float("nan"), 2.0]).item()
        1.5
    """
    x = floating(x)
    mean = e.div(reduction.total(_replaced(x, 0.0), axis, keepdims=True), _present(x, axis))
    return _shaped(mean, x, axis, keepdims)


def _shaped(result: Tensor, x: Tensor, axis: Any, keepdims: bool) -> Tensor:
    axes = shapes.normalize_axes(axis, x.ndim)
    if keepdims or not axes:
        return result
    return r.reduce_sum(result, axes=axes)


@op
def nanvar(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the variance of the elements that are not NaN.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Example:
        >>> nanvar([1.0, float("nan"), 3.0]).item()
        1.0
    """
    x = floating(x)
    count = _present(x, axis)
    mean = e.div(reduction.total(_replaced(x, 0.0), axis, keepdims=True), count)
    distance = e.sub(x, expand(mean, x.shape))
    squares = _replaced(e.mul(distance, distance), 0.0)
    variance = e.div(reduction.total(squares, axis, keepdims=True), count)
    return _shaped(variance, x, axis, keepdims)


@op
def nanstd(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the standard deviation of the elements that are not NaN.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Example:
        >>> nanstd([1.0, float("nan"), 3.0]).item()
        1.0
    """
    return e.sqrt(nanvar(x, axis, keepdims))


@op
def nanquantile(
    x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """Returns quantiles of the elements that are not NaN; see `quantile`.

    Args:
        x: Array-like.
        q: Part or vector of parts, from 0 to 1.
        axis: Axis or axes to reduce; all of them when None.
        method: "linear", "lower", "higher", "nearest" or "midpoint".
        keepdims: Whether these axes stay, with size 1.

    Returns:
        A float tensor; the axis of a vector `q` comes first.

    Example:
        >>> nanquantile([1.0, float("nan"), 3.0], 0.5).item()
        2.0
    """
    x = floating(x)
    parts = as_tensor(q, "float64" if x.dtype == "float64" else "float32")
    if parts.ndim:
        each = [_nan_quantile(x, p, axis, method, keepdims) for p in parts]
        return _stacked(each)
    return _nan_quantile(x, parts, axis, method, keepdims)


def _stacked(parts: list[Tensor]) -> Tensor:
    rows = [layout.reshape(part, shape=(1, *part.shape)) for part in parts]
    joined: Tensor = layout.concatenate(*rows, axis=0)
    return joined


def _nan_quantile(x: Tensor, q: Tensor, axis: Any, method: str, keepdims: bool) -> Tensor:
    # NaN sorts last, so the elements that count come first in each line.
    ordered, axes = ordered_flat(x, axis)
    last = ordered.ndim - 1
    present = e.cast(e.eq(ordered, ordered), dtype=q.dtype)
    count = r.reduce_sum(present, axes=(last,))
    most = e.max(e.sub(count, like(count, 1)), like(count, 0))
    place = e.mul(expand(q, most.shape), most)
    low, high = e.floor(place), e.ceil(place)
    if method == "nearest":
        low = high = e.round(place)
    ends = []
    for part in (low, high):
        index = keep_rank(e.cast(part, dtype="int32"), (*part.shape, 1), (last,))
        ends.append(r.reduce_sum(take_along_axis(ordered, index, axis=last), axes=(last,)))
    below, above = ends
    part = cast(e.sub(place, low), x.dtype)
    if method == "midpoint":
        result = e.mul(e.add(below, above), like(below, 0.5))
    elif method == "higher":
        result = above
    elif method in ("lower", "nearest"):
        result = below
    else:
        result = e.add(e.mul(below, e.sub(like(part, 1), part)), e.mul(above, part))
    shape = shapes.reduced(x.shape, axes, keepdims)
    return result if result.shape == shape else layout.reshape(result, shape=shape)


@op
def nanpercentile(
    x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """Returns percentiles of the elements that are not NaN; see `nanquantile`.

    Args:
        x: Array-like.
        q: Percentage or vector of percentages, from 0 to 100.
        axis: Axis or axes to reduce; all of them when None.
        method: "linear", "lower", "higher", "nearest" or "midpoint".
        keepdims: Whether these axes stay, with size 1.

    Example:
        >>> nanpercentile([1.0, float("nan"), 3.0], 50).item()
        2.0
    """
    parts = as_tensor(q, "float32")
    return nanquantile(x, e.div(parts, like(parts, 100)), axis, method, keepdims)


@op
def nanmedian(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the median of the elements that are not NaN.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Example:
        >>> nanmedian([1.0, float("nan"), 3.0]).item()
        2.0
    """
    return nanquantile(x, 0.5, axis, "linear", keepdims)
