"""Norms, and tensors brought to mean 0, variance 1 or length 1."""

from __future__ import annotations

import math
from typing import Any

from cornu.core import dtypes, settings, shapes
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import layout
from cornu.core.primitives import reduce as r
from cornu.core.tensor import Tensor
from cornu.ops._operands import (
    LARGEST,
    as_tensor,
    cast,
    differentiated,
    expand,
    floating,
    keep_rank,
    like,
    op,
    pair,
    spread,
)
from cornu.ops.reduction import HALVES, average_of, over, variance_of


@op
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Returns the length of vectors or matrices.

    Args:
        x: Array-like.
        ord: Order. For vectors any number, infinities, or 0 (the count of elements that are not
            zero); for matrices "fro", 1, -1, infinities. None is the root of the sum of squares.
        axis: Axis of vectors, or two axes of matrices; all axes when None.
        keepdims: Whether these axes stay, with size 1.

    Returns:
        A float tensor.

    Raises:
        ValueError: For an order that the rank does not have.

    Example:
        >>> norm([3.0, 4.0]).item()
        5.0
    """
    x = floating(x)
    if axis is None:
        if ord is None:
            axes = tuple(range(x.ndim))
        elif x.ndim > 2:
            raise ValueError(
                f"norm: ord={ord!r} of a tensor of shape {x.shape} needs axis= (one axis or two)."
            )
        else:
            axes = tuple(range(x.ndim))
    else:
        given = [axis] if isinstance(axis, int) else list(axis)
        axes = tuple(shapes.normalize_axis(place, x.ndim, "norm") for place in given)
    if ord is None or (ord == "fro" and len(axes) == 2) or (ord == 2 and len(axes) == 1):
        return _length(x, axes, keepdims)
    if len(axes) == 1:
        return _vector_norm(x, ord, axes[0], keepdims)
    if len(axes) == 2:
        return _matrix_norm(x, ord, axes, keepdims)
    raise ValueError(f"norm: ord={ord!r} is known for one axis or two; got axis={axis!r}.")


def _length(x: Tensor, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    """The root of the sum of squares; at length 0 its derivative is 0 instead of NaN."""
    if not axes:
        return e.abs(x)
    places = tuple(sorted(axes))

    def forward(x: Tensor) -> Tensor:
        result: Tensor = e.sqrt(r.reduce_sum(e.mul(x, x), axes=places))
        return result

    def backward(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
        zero = e.eq(out, like(out, 0))
        share = e.select(zero, like(g, 0), e.div(g, e.select(zero, like(out, 1), out)))
        result: Tensor = e.mul(spread(share, x.shape, places), x)
        return result

    result = differentiated(forward, backward, x)
    if keepdims:
        return keep_rank(result, x.shape, places)
    return result


def _vector_norm(x: Tensor, order: Any, axis: int, keepdims: bool) -> Tensor:
    if isinstance(order, str):
        raise ValueError(f"norm: ord={order!r} is not known for vectors.")
    size = e.abs(x)
    if order == math.inf:
        return over(r.reduce_max, size, axis, keepdims)
    if order == -math.inf:
        return over(r.reduce_min, size, axis, keepdims)
    if order == 0:
        return over(r.reduce_sum, cast(e.ne(x, like(x, 0)), x.dtype), axis, keepdims)
    if order == 1:
        return over(r.reduce_sum, size, axis, keepdims)
    total = over(r.reduce_sum, e.pow(size, like(size, order)), axis, keepdims)
    result: Tensor = e.pow(total, like(total, 1.0 / order))
    return result


def _matrix_norm(x: Tensor, order: Any, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    row, column = axes
    if order not in (1, -1, math.inf, -math.inf):
        raise ValueError(f"norm: ord={order!r} is not known for matrices.")
    summed, other = (row, column) if abs(order) == 1 else (column, row)
    totals = over(r.reduce_sum, e.abs(x), summed, keepdims=True)
    extreme = r.reduce_max if order > 0 else r.reduce_min
    result = over(extreme, totals, other, keepdims=True)
    if not keepdims:
        result = layout.reshape(result, shape=shapes.reduced(x.shape, axes))
    return result


@op
def normalize(x: Any, axis: Any = -1, order: Any = 2, epsilon: float | None = None) -> Tensor:
    """Returns the tensor divided by its norm along an axis.

    Args:
        x: Array-like.
        axis: Axis or axes of the vectors.
        order: Order of the norm.
        epsilon: The least length to divide by; `keras.config.epsilon()` when None.

    Returns:
        A float tensor; vectors of length 0 stay 0, and their derivative is finite.

    Raises:
        ValueError: When the order is not a positive number.

    Example:
        >>> normalize([[3.0, 4.0]]).tolist() == [[0.6000000238418579, 0.800000011920929]]
        True
    """
    x = floating(x)
    if not isinstance(order, (int, float)) or not order >= 1:
        raise ValueError(f"normalize: order must be a number of at least 1; got {order!r}.")
    least = settings.epsilon() if epsilon is None else epsilon
    axes = shapes.normalize_axes(axis, x.ndim, "normalize")
    if order == 2:
        squares = over(r.reduce_sum, e.mul(x, x), axes, keepdims=True)
        inverse = e.rsqrt(e.max(squares, like(squares, least * least)))
        return e.mul(x, expand(inverse, x.shape))
    length = norm(x, order, axes if len(axes) > 1 else axes[0], keepdims=True)
    return e.div(x, expand(e.max(length, like(length, least)), x.shape))


@op
def moments(
    x: Any, axes: Any, keepdims: bool = False, synchronized: bool = False
) -> tuple[Tensor, Tensor]:
    """Returns mean and variance over axes.

    Args:
        x: Array-like.
        axes: Axis or axes to reduce.
        keepdims: Whether these axes stay, with size 1.
        synchronized: Not supported: replicas are not combined here.

    Returns:
        Mean and (biased) variance; those of half floats are computed in float32.

    Example:
        >>> [part.item() for part in moments([1.0, 3.0], axes=0)]
        [2.0, 1.0]
    """
    if synchronized:
        raise NotImplementedError("moments: synchronized=True is not supported; pass False.")
    x = floating(x)
    wide = cast(x, "float32") if x.dtype in HALVES else x
    results = average_of(wide, axes, keepdims=keepdims), variance_of(wide, axes, keepdims)
    if x.dtype not in HALVES:
        return results
    limit = LARGEST[x.dtype]
    mean, variance = (
        cast(e.min(e.max(part, like(part, -limit)), like(part, limit)), x.dtype) for part in results
    )
    return mean, variance


def _along(value: Any, x: Tensor, axes: tuple[int, ...], dtype: str) -> Tensor:
    """Returns a parameter with one element per place along `axes`, broadcast to `x`."""
    tensor = as_tensor(value, dtype)
    if tensor.shape == x.shape:
        return tensor
    shape = tuple(size if axis in axes else 1 for axis, size in enumerate(x.shape))
    if tensor.size != shapes.size(shape):
        raise ValueError(
            f"a parameter of shape {tensor.shape} does not fit axes {axes} of shape {x.shape}."
        )
    return expand(layout.reshape(tensor, shape=shape), x.shape)


@op
def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 1e-3,
) -> Tensor:
    """Returns `(x - mean) / sqrt(variance + epsilon) * scale + offset`.

    Args:
        x: Array-like.
        mean: One mean for each place along `axis`.
        variance: One variance for each place.
        axis: Axis of the features.
        offset: One offset for each place, or None.
        scale: One factor for each place, or None.
        epsilon: Added to the variance.

    Returns:
        A float tensor of the shape of `x`.

    Example:
        >>> batch_normalization([[3.0]], [1.0], [1.0], axis=-1, epsilon=3.0).tolist()
        [[1.0]]
    """
    x = floating(x)
    place = shapes.normalize_axis(axis, x.ndim, "batch_normalization")
    mean, variance = as_tensor(mean, x.dtype), as_tensor(variance, x.dtype)
    inverse = e.rsqrt(e.add(variance, like(variance, epsilon)))
    if scale is not None:
        inverse = e.mul(*pair(inverse, as_tensor(scale, x.dtype)))
    shift = e.neg(e.mul(*pair(mean, inverse)))
    if offset is not None:
        shift = e.add(*pair(shift, as_tensor(offset, x.dtype)))
    axes = (place,)
    return e.add(e.mul(x, _along(inverse, x, axes, x.dtype)), _along(shift, x, axes, x.dtype))


def _wide(x: Tensor) -> Tensor:
    return cast(x, dtypes.promote(x.dtype, "float32"))


@op
def layer_normalization(
    x: Any,
    gamma: Any = None,
    beta: Any = None,
    axis: Any = -1,
    epsilon: float | None = None,
    **keywords: Any,
) -> Tensor:
    """Returns `x` with mean 0 and variance 1 over axes, then scaled and moved.

    Args:
        x: Array-like.
        gamma: Factors of the shape of these axes, or None.
        beta: Offsets of the shape of these axes, or None.
        axis: Axis or axes to normalize over.
        epsilon: Added to the variance; `keras.config.epsilon()` when None.
        **keywords: `rms_scaling`, removed from Keras; use `rms_normalization`.

    Returns:
        A float tensor of the shape of `x`.

    Example:
        >>> layer_normalization([1.0, 3.0], epsilon=0.0).tolist()
        [-1.0, 1.0]
    """
    if keywords.pop("rms_scaling", False):
        raise ValueError("layer_normalization: rms_scaling is gone; call rms_normalization.")
    if keywords:
        raise TypeError(f"layer_normalization: unexpected arguments {', '.join(sorted(keywords))}.")
    x = floating(x)
    least = settings.epsilon() if epsilon is None else epsilon
    axes = shapes.normalize_axes(axis, x.ndim, "layer_normalization")
    wide = _wide(x)
    centred = e.sub(wide, spread(average_of(wide, axes), x.shape, axes))
    variance = variance_of(wide, axes, keepdims=False)
    inverse = spread(e.rsqrt(e.add(variance, like(variance, least))), x.shape, axes)
    if gamma is not None:
        inverse = e.mul(inverse, _along(gamma, x, axes, wide.dtype))
    result = e.mul(centred, inverse)
    if beta is not None:
        result = e.add(result, _along(beta, x, axes, wide.dtype))
    return cast(result, x.dtype)


@op
def rms_normalization(
    x: Any, scale: Any = None, axis: Any = -1, epsilon: float | None = None
) -> Tensor:
    """Returns `x` divided by the root of its mean square over axes, then scaled.

    Reference: Zhang and Sennrich, "Root Mean Square Layer Normalization" (2019).

    Args:
        x: Array-like.
        scale: Factors of the shape of these axes, or None.
        axis: Axis or axes to normalize over.
        epsilon: Added to the mean square; `keras.config.epsilon()` when None.

    Returns:
        A float tensor of the shape of `x`.

    Example:
        >>> rms_normalization([3.0, 3.0], epsilon=0.0).tolist()
        [1.0, 1.0]
    """
    x = floating(x)
    least = settings.epsilon() if epsilon is None else epsilon
    axes = shapes.normalize_axes(axis, x.ndim, "rms_normalization")
    wide = _wide(x)
    square = average_of(e.mul(wide, wide), axes)
    inverse = spread(e.rsqrt(e.add(square, like(square, least))), x.shape, axes)
    result = e.mul(wide, inverse)
    if scale is not None:
        result = e.mul(result, _along(scale, x, axes, wide.dtype))
    return cast(result, x.dtype)
