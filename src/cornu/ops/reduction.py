"""Reductions over axes: sums, means, extremes and logic."""

from __future__ import annotations

from typing import Any

from cornu.core import dtypes, shapes
from cornu.core.primitive import Primitive
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import layout
from cornu.core.primitives import reduce as r
from cornu.core.tensor import Tensor
from cornu.ops._operands import (
    as_tensor,
    boolean,
    cast,
    constant,
    differentiated,
    floating,
    keep_rank,
    like,
    op,
    pair,
    spread,
)

_SMALL_SIGNED = ("bool", "int8", "int16")
_SMALL_UNSIGNED = ("uint8", "uint16")
HALVES = ("float16", "bfloat16")


def over(primitive: Primitive, x: Tensor, axis: Any, keepdims: bool = False) -> Tensor:
    """Applies a reduction primitive over axes given as Keras gives them (None means all)."""
    axes = shapes.normalize_axes(axis, len(x.shape), primitive.name)
    if not axes:
        return x
    result: Tensor = primitive(x, axes=axes)
    return keep_rank(result, x.shape, axes) if keepdims else result


def _summable(x: Any) -> Tensor:
    """Returns a tensor in a dtype wide enough to add many of its elements."""
    x = as_tensor(x)
    if x.dtype in _SMALL_SIGNED:
        return cast(x, "int32")
    return cast(x, "uint32") if x.dtype in _SMALL_UNSIGNED else x


def total(x: Tensor, axis: Any, keepdims: bool) -> Tensor:
    """Returns the sum in the tensor's dtype; halves are added up in float32."""
    if x.dtype in HALVES:
        return cast(over(r.reduce_sum, cast(x, "float32"), axis, keepdims), x.dtype)
    return over(r.reduce_sum, x, axis, keepdims)


@op
def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the sum of the elements.

    Args:
        x: Array-like.
        axis: Axis or axes to sum over; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Returns:
        A tensor; small integers and booleans are summed as 32-bit integers.

    Example:
        >>> sum([[1.0, 2.0], [3.0, 4.0]], axis=0).tolist()
        [4.0, 6.0]
    """
    return total(_summable(x), axis, keepdims)


@op
def prod(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Tensor:
    """Returns the product of the elements.

    Args:
        x: Array-like.
        axis: Axis or axes to multiply over; all of them when None.
        keepdims: Whether these axes stay, with size 1.
        dtype: Dtype of the result; by the rule of `sum` when None.

    Returns:
        A tensor.

    Example:
        >>> prod([[1, 2], [3, 4]], axis=1).tolist()
        [2, 12]
    """
    x = _summable(x)
    if dtype is not None:
        x = cast(x, dtypes.canonical(dtype))
    return over(r.reduce_prod, x, axis, keepdims)


def average_of(x: Tensor, axis: Any, *, keepdims: bool = False) -> Tensor:
    """Returns the mean of a float tensor; halves are averaged in float32."""
    wide = cast(x, "float32") if x.dtype in HALVES else x
    axes = shapes.normalize_axes(axis, len(x.shape), "mean")
    count = shapes.size([x.shape[a] for a in axes])
    result = over(r.reduce_sum, wide, axes, keepdims)
    return cast(e.div(result, like(result, count)), x.dtype)


@op
def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the mean of the elements.

    Args:
        x: Array-like.
        axis: Axis or axes to average over; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Returns:
        A float tensor.

    Example:
        >>> mean([[1.0, 2.0], [3.0, 6.0]], axis=1).tolist()
        [1.5, 4.5]
    """
    return average_of(floating(x), axis, keepdims=keepdims)


@op
def var(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the variance: the mean of the squared distances from the mean.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Returns:
        A float tensor.

    Example:
        >>> var([1.0, 3.0, 5.0, 7.0]).item()
        5.0
    """
    x = floating(x)
    wide = cast(x, "float32") if x.dtype in HALVES else x
    return cast(variance_of(wide, axis, keepdims), x.dtype)


def variance_of(x: Tensor, axis: Any, keepdims: bool) -> Tensor:
    """Returns the variance of a float32 or float64 tensor."""
    axes = shapes.normalize_axes(axis, len(x.shape), "var")
    if not axes:
        return like(x, 0)
    count = shapes.size([x.shape[a] for a in axes]) or 1

    def distance(x: Tensor) -> Tensor:
        result: Tensor = e.sub(x, spread(average_of(x, axes), x.shape, axes))
        return result

    def forward(x: Tensor) -> Tensor:
        apart = distance(x)
        return average_of(e.mul(apart, apart), axes)

    def backward(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
        # Distances add up to nothing, so the mean's own derivative drops out.
        weight = e.mul(g, like(g, 2.0 / count))
        result: Tensor = e.mul(distance(x), spread(weight, x.shape, axes))
        return result

    result = differentiated(forward, backward, x)
    return keep_rank(result, x.shape, axes) if keepdims else result


@op
def std(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the standard deviation, the root of the variance.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Returns:
        A float tensor.

    Example:
        >>> round(std([1.0, 3.0, 5.0, 7.0]).item(), 4)
        2.2361
    """
    return e.sqrt(var(x, axis, keepdims))


def _extreme(
    primitive: Primitive, merge: Primitive, x: Any, axis: Any, keepdims: bool, initial: Any
) -> Tensor:
    x = as_tensor(x)
    axes = shapes.normalize_axes(axis, len(x.shape), primitive.name)
    if initial is not None and shapes.size([x.shape[a] for a in axes]) == 0:
        return constant(initial, shapes.reduced(x.shape, axes, keepdims), x.dtype)
    result = over(primitive, x, axes, keepdims)
    if initial is not None:
        result = merge(*pair(result, as_tensor(initial, result.dtype)))
    return result


@op
def max(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """Returns the largest element; NaN when there is one.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.
        initial: The least value of the result; needed when there are no elements.

    Returns:
        A tensor of the dtype of `x`. Equal largest elements share the derivative.

    Example:
        >>> max([[1, 5], [7, 2]], axis=1).tolist()
        [5, 7]
    """
    return _extreme(r.reduce_max, e.max, x, axis, keepdims, initial)


@op
def min(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """Returns the smallest element; NaN when there is one.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.
        initial: The greatest value of the result; needed when there are no elements.

    Returns:
        A tensor of the dtype of `x`. Equal smallest elements share the derivative.

    Example:
        >>> min([[1, 5], [7, 2]], axis=1).tolist()
        [1, 2]
    """
    return _extreme(r.reduce_min, e.min, x, axis, keepdims, initial)


@op
def amax(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the largest element; see `max`.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Example:
        >>> amax([[1, 5], [7, 2]], axis=0).tolist()
        [7, 5]
    """
    return over(r.reduce_max, as_tensor(x), axis, keepdims)


@op
def amin(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the smallest element; see `min`.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Example:
        >>> amin([[1, 5], [7, 2]], axis=0).tolist()
        [1, 2]
    """
    return over(r.reduce_min, as_tensor(x), axis, keepdims)


@op
def ptp(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the largest element less the smallest.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Example:
        >>> ptp([[1, 5], [7, 2]], axis=1).tolist()
        [4, 5]
    """
    x = as_tensor(x)
    return e.sub(over(r.reduce_max, x, axis, keepdims), over(r.reduce_min, x, axis, keepdims))


def _logic(primitive: Primitive, x: Any, axis: Any, keepdims: bool) -> Tensor:
    x = boolean(x)
    axes = shapes.normalize_axes(axis, len(x.shape), primitive.name)
    if shapes.size([x.shape[a] for a in axes]) == 0:
        nothing = primitive is r.reduce_min
        return constant(nothing, shapes.reduced(x.shape, axes, keepdims), "bool")
    return over(primitive, x, axes, keepdims)


@op
def all(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns whether all elements are true (not zero).

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Returns:
        A bool tensor.

    Example:
        >>> all([[True, False], [True, True]], axis=1).tolist()
        [False, True]
    """
    return _logic(r.reduce_min, x, axis, keepdims)


@op
def any(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns whether at least one element is true (not zero).

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Returns:
        A bool tensor.

    Example:
        >>> any([[True, False], [False, False]], axis=1).tolist()
        [True, False]
    """
    return _logic(r.reduce_max, x, axis, keepdims)


@op
def count_nonzero(x: Any, axis: Any = None) -> Tensor:
    """Returns how many elements are not zero, as int32.

    Example:
        >>> count_nonzero([[0, 1], [2, 3]], axis=0).tolist()
        [1, 2]
    """
    return over(r.reduce_sum, cast(boolean(x), "int32"), axis)


def _place(primitive: Primitive, x: Any, axis: int | None, keepdims: bool) -> Tensor:
    x = as_tensor(x)
    shape = x.shape
    if axis is None:
        x = layout.reshape(x, shape=(x.size,))
        place = primitive(x, axis=0, dtype="int32")
        return layout.reshape(place, shape=(1,) * len(shape)) if keepdims else place
    if not shape:
        return constant(0, (), "int32")
    index = shapes.normalize_axis(axis, len(shape), primitive.name)
    place = primitive(x, axis=index, dtype="int32")
    return keep_rank(place, shape, (index,)) if keepdims else place


@op
def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Returns the place of the (first) largest element.

    Args:
        x: Array-like.
        axis: Axis to search; the flattened array when None.
        keepdims: Whether the axis stays, with size 1.

    Returns:
        An int32 tensor.

    Example:
        >>> argmax([[1, 5, 5], [7, 2, 0]], axis=1).tolist()
        [1, 0]
    """
    return _place(r.argmax, x, axis, keepdims)


@op
def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Returns the place of the (first) smallest element.

    Args:
        x: Array-like.
        axis: Axis to search; the flattened array when None.
        keepdims: Whether the axis stays, with size 1.

    Returns:
        An int32 tensor.

    Example:
        >>> argmin([[1, 5, 5], [7, 2, 0]], axis=1).tolist()
        [0, 2]
    """
    return _place(r.argmin, x, axis, keepdims)


@op
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns `log(sum(exp(x)))` without overflow.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        keepdims: Whether these axes stay, with size 1.

    Returns:
        A float tensor.

    Example:
        >>> round(logsumexp([1000.0, 1000.0]).item(), 3)
        1000.693
    """
    x = floating(x)
    axes = shapes.normalize_axes(axis, len(x.shape), "logsumexp")
    if not axes:
        return x

    def shifted(x: Tensor) -> tuple[Tensor, Tensor]:
        largest = r.reduce_max(x, axes=axes)
        largest = e.select(e.is_finite(largest), largest, like(largest, 0))
        return e.exp(e.sub(x, spread(largest, x.shape, axes))), largest

    def forward(x: Tensor) -> Tensor:
        powers, largest = shifted(x)
        result: Tensor = e.add(e.log(r.reduce_sum(powers, axes=axes)), largest)
        return result

    def backward(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
        powers, _ = shifted(x)
        share = e.div(g, r.reduce_sum(powers, axes=axes))
        result: Tensor = e.mul(powers, spread(share, x.shape, axes))
        return result

    result = differentiated(forward, backward, x)
    return keep_rank(result, x.shape, axes) if keepdims else result


@op
def average(x: Any, axis: Any = None, weights: Any = None) -> Tensor:
    """Returns the weighted mean.

    Args:
        x: Array-like.
        axis: Axis or axes to reduce; all of them when None.
        weights: Array-like of the shape of `x`, or with one weight per place along `axis`.

    Returns:
        A float tensor.

    Example:
        >>> average([1.0, 2.0, 6.0], weights=[1.0, 1.0, 2.0]).item()
        3.75
    """
    if weights is None:
        return average_of(floating(x), axis)
    x, weights = as_tensor(x), as_tensor(weights)
    if weights.ndim == 1 and x.ndim > 1 and isinstance(axis, int):
        place = shapes.normalize_axis(axis, x.ndim, "average")
        if weights.size != x.shape[place]:
            raise ValueError(
                f"average: {weights.size} weights do not fit axis {axis} of shape {x.shape}."
            )
        shape = tuple(-1 if a == place else 1 for a in range(x.ndim))
        weights = layout.reshape(weights, shape=shapes.resolve_reshape(weights.shape, shape))
    x, weights = pair(x, weights, "float")
    weighted = over(r.reduce_sum, e.mul(x, weights), axis)
    return e.div(weighted, over(r.reduce_sum, weights, axis))
