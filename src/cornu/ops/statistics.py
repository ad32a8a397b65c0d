"""Order statistics, histograms, differences and correlations."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from cornu.core import dtypes, engine, settings, shapes
from cornu.core.primitives import dot as d
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import gather, layout
from cornu.core.primitives import reduce as r
from cornu.core.primitives import sort as s
from cornu.core.tensor import Tensor
from cornu.ops._operands import (
    as_tensor,
    cast,
    constant,
    expand,
    floating,
    like,
    op,
    pair,
    together,
)
from cornu.ops.indexing import index_tensor
from cornu.ops.shaping import cut
from cornu.ops.sorting import places_among

_METHODS = ("linear", "lower", "higher", "nearest", "midpoint")


def ordered_flat(x: Tensor, axis: Any) -> tuple[Tensor, tuple[int, ...]]:
    """Returns the tensor sorted along one last axis that joins the given ones."""
    axes = shapes.normalize_axes(axis, x.ndim, "quantile")
    kept = [place for place in range(x.ndim) if place not in axes]
    moved = layout.transpose(x, permutation=(*kept, *axes))
    count = shapes.size([x.shape[place] for place in axes])
    flat = layout.reshape(moved, shape=(*(x.shape[place] for place in kept), count))
    if count == 0:
        raise ValueError(f"quantile: shape {x.shape} has no elements along axes {axes}.")
    return s.sort(flat, axis=len(kept)), axes


def quantile_of(x: Tensor, q: Tensor, axis: Any, method: str, keepdims: bool) -> Tensor:
    """Returns quantiles of a float tensor; the axes of `q` come first."""
    if method not in _METHODS:
        raise ValueError(f"method must be one of {', '.join(_METHODS)}; got {method!r}.")
    if q.ndim > 1:
        raise ValueError(f"q must be a number or a vector; got shape {q.shape}.")
    ordered, axes = ordered_flat(x, axis)
    last = ordered.ndim - 1
    count = ordered.shape[last]
    place = e.mul(q, like(q, count - 1))
    low, high = e.floor(place), e.ceil(place)
    below, above = (
        gather.take(ordered, e.cast(part, dtype="int32"), axis=last) for part in (low, high)
    )
    part = expand(cast(e.sub(place, low), x.dtype), below.shape)
    if method == "lower":
        result = below
    elif method == "higher":
        result = above
    elif method == "nearest":
        nearest = e.cast(e.round(place), dtype="int32")
        result = gather.take(ordered, nearest, axis=last)
    elif method == "midpoint":
        result = e.mul(e.add(below, above), like(below, 0.5))
    else:
        rest = e.sub(like(part, 1), part)
        result = e.add(e.mul(below, rest), e.mul(above, part))
    greatest = cut(ordered, last, count - 1, count)
    if q.ndim == 0:
        greatest = layout.reshape(greatest, shape=ordered.shape[:-1])
    greatest = expand(greatest, result.shape)
    result = e.select(e.ne(greatest, greatest), greatest, result)
    shape = shapes.reduced(x.shape, axes, keepdims)
    if q.ndim:
        result = layout.transpose(result, permutation=(last, *range(last)))
        shape = (q.size, *shape)
    return result if result.shape == shape else layout.reshape(result, shape=shape)


@op
def quantile(
    x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """Returns the values below which given parts of the elements lie.

    Args:
        x: Array-like.
        q: Part or vector of parts, from 0 to 1.
        axis: Axis or axes to reduce; all of them when None.
        method: What to do between two elements: "linear", "lower", "higher", "nearest" or
            "midpoint".
        keepdims: Whether these axes stay, with size 1.

    Returns:
        A float tensor; the axis of a vector `q` comes first. NaN where there is a NaN.

    Example:
        >>> quantile([1.0, 2.0, 3.0, 4.0], 0.5).item()
        2.5
    """
    x = floating(x)
    return quantile_of(x, as_tensor(q, _computed(x)), axis, method, keepdims)


def _computed(x: Tensor) -> str:
    return x.dtype if x.dtype == "float64" else "float32"


@op
def percentile(
    x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """Returns the values below which given percentages of the elements lie; see `quantile`.

    Args:
        x: Array-like.
        q: Percentage or vector of percentages, from 0 to 100.
        axis: Axis or axes to reduce; all of them when None.
        method: "linear", "lower", "higher", "nearest" or "midpoint".
        keepdims: Whether these axes stay, with size 1.

    Example:
        >>> percentile([1.0, 2.0, 3.0], 50).item()
        2.0
    """
    x = floating(x)
    parts = as_tensor(q, _computed(x))
    return quantile_of(x, e.div(parts, like(parts, 100)), axis, method, keepdims)


@op
def median(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the middle element, or the mean of the two middle ones.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Returns:
        A float tensor.

    Example:
        >>> median([5.0, 1.0, 2.0]).item()
        2.0
    """
    x = floating(x)
    half = constant(0.5, (), _computed(x))
    return quantile_of(x, half, axis, "midpoint", keepdims)


@op
def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> Tensor:
    """Returns how often each whole number occurs.

    Args:
        x: Whole numbers from 0, of shape (n,) or (batch, n), with a value: the length of the result
            depends on it, so this does not work inside a compiled function.
        weights: What each occurrence counts; 1 when None.
        minlength: The least length of the result.
        sparse: Accepted for Keras's signature; the result is dense.

    Returns:
        A tensor of shape (length,) or (batch, length).

    Example:
        >>> bincount([0, 2, 2]).tolist()
        [1, 0, 2]
    """
    del sparse
    numbers = index_tensor(x, "bincount")
    values = numbers.numpy()
    length = builtins.max(int(values.max()) + 1 if values.size else 0, minlength)
    amounts = constant(1, numbers.shape, "int32") if weights is None else as_tensor(weights)
    if amounts.shape != numbers.shape:
        raise ValueError(f"bincount: weights of shape {amounts.shape} for x of {numbers.shape}.")
    places = layout.reshape(cast(numbers, "int32"), shape=(*numbers.shape, 1))
    if numbers.ndim == 2:
        row = e.iota(shape=places.shape, dtype="int32", axis=0)
        places = layout.concatenate(row, places, axis=2)
    elif numbers.ndim != 1:
        raise ValueError(f"bincount: x must have one axis or two; got shape {numbers.shape}.")
    start = constant(0, (*numbers.shape[:-1], length), amounts.dtype)
    return gather.scatter_nd(start, places, amounts, mode="add") if values.size else start


@op
def histogram(x: Any, bins: int = 10, range: Any = None) -> tuple[Tensor, Tensor]:
    """Returns how many elements fall into each of several equal intervals.

    Args:
        x: Array-like of any shape.
        bins: Number of intervals.
        range: Lower and upper end; the smallest and largest element when None.

    Returns:
        Counts, and the `bins + 1` ends of the intervals; both of a float dtype.

    Raises:
        ValueError: For a range that is no pair of ascending numbers, or bins that is no positive
            int.

    Example:
        >>> [part.tolist() for part in histogram([0.0, 1.0, 1.5, 4.0], bins=2)]
        [[3.0, 1.0], [0.0, 2.0, 4.0]]
    """
    if not isinstance(bins, int) or bins <= 0:
        raise ValueError(f"histogram: bins must be a positive int; got {bins!r}.")
    x = floating(x)
    flat = layout.reshape(x, shape=(x.size,))
    if range is not None and range:
        if len(range) != 2 or range[1] < range[0]:
            raise ValueError(f"histogram: range must be two ascending numbers; got {range!r}.")
        low, high = (constant(end, (), x.dtype) for end in range)
    elif x.size:
        low, high = r.reduce_min(flat, axes=(0,)), r.reduce_max(flat, axes=(0,))
    else:
        low, high = constant(0, (), x.dtype), constant(1, (), x.dtype)
    same = e.eq(low, high)
    low, high = (
        e.select(same, e.sub(low, like(low, 0.5)), low),
        e.select(same, e.add(high, like(high, 0.5)), high),
    )
    step = e.div(
        e.iota(shape=(bins + 1,), dtype=x.dtype, axis=0), constant(bins, (bins + 1,), x.dtype)
    )
    first, last = expand(low, step.shape), expand(high, step.shape)
    ends = e.add(e.mul(first, e.sub(like(step, 1), step)), e.mul(last, step))
    # Elements equal to the upper end belong to the last interval.
    place = e.sub(places_among(ends, flat, "right"), constant(1, flat.shape, "int32"))
    at_end = e.eq(flat, expand(high, flat.shape))
    place = e.select(at_end, like(place, bins - 1), place)
    places = layout.broadcast(place, shape=(flat.size, bins), dims=(0,))
    hits = e.eq(places, e.iota(shape=places.shape, dtype="int32", axis=1))
    return r.reduce_sum(cast(hits, x.dtype), axes=(0,)), ends


@op
def diff(a: Any, n: int = 1, axis: int = -1) -> Tensor:
    """Returns the differences of neighbours along an axis.

    Args:
        a: Array-like.
        n: How often to take them.
        axis: Axis.

    Returns:
        A tensor with `n` places less along the axis.

    Example:
        >>> diff([1, 4, 9]).tolist()
        [3, 5]
    """
    x = as_tensor(a)
    place = shapes.normalize_axis(axis, x.ndim, "diff")
    for _ in builtins.range(n):
        size = x.shape[place]
        later = cut(x, place, builtins.min(1, size), size)
        earlier = cut(x, place, 0, builtins.max(size - 1, 0))
        x = e.ne(later, earlier) if x.dtype == "bool" else e.sub(later, earlier)
    return x


@op
def trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Tensor:
    """Returns the integral along an axis by the trapezoidal rule.

    Args:
        y: Values of the function.
        x: Places of the values: a vector, or of the shape of `y`; evenly spaced when None.
        dx: Distance of the places when `x` is None.
        axis: Axis.

    Returns:
        A float tensor without the axis.

    Example:
        >>> trapezoid([1.0, 2.0, 3.0]).item()
        4.0
    """
    y = floating(y)
    place = shapes.normalize_axis(axis, y.ndim, "trapezoid")
    size = y.shape[place]
    both = e.add(cut(y, place, 1, size), cut(y, place, 0, size - 1))
    if x is None:
        width = like(both, dx)
    else:
        places = as_tensor(x, y.dtype)
        if places.ndim == 1:
            shape = tuple(size if a == place else 1 for a in builtins.range(y.ndim))
            places = layout.reshape(places, shape=shape)
        width = diff(places, axis=place - y.ndim)
    area = e.mul(*pair(both, width))
    return r.reduce_sum(e.mul(area, like(area, 0.5)), axes=(place,))


@op
def corrcoef(x: Any) -> Tensor:
    """Returns the correlations between the rows of a matrix.

    Args:
        x: Array-like of shape (variables, observations).

    Returns:
        A float tensor of shape (variables, variables).

    Example:
        >>> [[round(v, 3) for v in row] for row in corrcoef([[1.0, 2.0], [2.0, 1.0]]).tolist()]
        [[1.0, -1.0], [-1.0, 1.0]]
    """
    x = floating(x)
    if x.ndim == 1:
        return like(layout.reshape(cut(x, 0, 0, 1), shape=()), 1)
    if x.ndim != 2:
        raise ValueError(f"corrcoef: a matrix is needed; got shape {x.shape}.")
    count = constant(x.shape[1], (x.shape[0],), x.dtype)
    mean = e.div(r.reduce_sum(x, axes=(1,)), count)
    centred = e.sub(x, layout.broadcast(mean, shape=x.shape, dims=(0,)))
    product = d.dot_general(centred, centred, contract=((1,), (1,)), batch=((), ()))
    scale = e.sqrt(r.reduce_sum(e.mul(centred, centred), axes=(1,)))
    rows = layout.broadcast(scale, shape=product.shape, dims=(0,))
    columns = layout.broadcast(scale, shape=product.shape, dims=(1,))
    result = e.div(e.div(product, rows), columns)
    return e.min(e.max(result, like(result, -1)), like(result, 1))


@op
def correlate(x1: Any, x2: Any, mode: str = "valid") -> Tensor:
    """Returns the sums of products of a vector with a shifted other one.

    Args:
        x1: Vector.
        x2: Vector.
        mode: "valid" (only full overlaps), "same" (as long as the longer one) or "full".

    Returns:
        A vector of the promoted dtype.

    Raises:
        ValueError: For an unknown mode, or what is no vector.

    Example:
        >>> correlate([1.0, 2.0, 3.0], [0.0, 1.0]).tolist()
        [2.0, 3.0]
    """
    a, b = together([as_tensor(x1), as_tensor(x2)])
    if a.ndim != 1 or b.ndim != 1 or not a.size or not b.size:
        raise ValueError(f"correlate: two vectors are needed; got shapes {a.shape} and {b.shape}.")
    if mode not in ("valid", "same", "full"):
        raise ValueError(f"correlate: mode is 'valid', 'same' or 'full'; got {mode!r}.")
    if not dtypes.is_float(a.dtype):
        a, b = cast(a, settings.floatx()), cast(b, settings.floatx())
    n, m = a.size, b.size
    zero = constant(0, (), a.dtype)
    padded = layout.pad(a, zero, low=(m - 1,), high=(m - 1,), interior=(0,))
    full = n + m - 1
    start = np.arange(full)[:, None] + np.arange(m)[None, :]
    windows = gather.take(padded, engine.tensor_from_numpy(start.astype(np.int32)), axis=0)
    result = d.dot_general(windows, b, contract=((1,), (0,)), batch=((), ()))
    if mode == "valid":
        least = builtins.min(n, m)
        return cut(result, 0, least - 1, full - least + 1)
    if mode == "same":
        longer = builtins.max(n, m)
        first = (full - longer) // 2 if n >= m else (full - longer + 1) // 2
        return cut(result, 0, first, first + longer)
    return result
