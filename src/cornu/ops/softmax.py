"""Activations over an axis: softmax and its relatives, and the gated linear unit.

Their derivatives are written in terms of the result: training keeps one tensor instead of three.
"""

from __future__ import annotations

from typing import Any

from cornu.core import shapes
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import reduce as r
from cornu.core.primitives import sort as s
from cornu.core.tensor import Tensor
from cornu.ops._operands import differentiated, floating, like, op, spread
from cornu.ops.shaping import cut


@op
def softmax(x: Any, axis: Any = -1) -> Tensor:
    """Returns `exp(x)` divided by its sum along an axis.

    Args:
        x: Array-like.
        axis: Axis or axes that sum to 1; all of them when None.

    Returns:
        A float tensor of the shape of `x`.

    Example:
        >>> softmax([0.0, 0.0]).tolist()
        [0.5, 0.5]
    """
    x = floating(x)
    axes = shapes.normalize_axes(axis, x.ndim, "softmax")
    if not axes or x.size == 0:
        return like(x, 1)

    def forward(x: Tensor) -> Tensor:
        shifted = e.sub(x, spread(r.reduce_max(x, axes=axes), x.shape, axes))
        powers = e.exp(shifted)
        result: Tensor = e.div(powers, spread(r.reduce_sum(powers, axes=axes), x.shape, axes))
        return result

    def backward(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
        mixed = r.reduce_sum(e.mul(g, out), axes=axes)
        result: Tensor = e.mul(out, e.sub(g, spread(mixed, x.shape, axes)))
        return result

    return differentiated(forward, backward, x)


@op
def log_softmax(x: Any, axis: Any = -1) -> Tensor:
    """Returns the logarithm of the softmax, exact also where that is nearly 0.

    Args:
        x: Array-like.
        axis: Axis or axes along which the softmax sums to 1; all of them when None.

    Returns:
        A float tensor of the shape of `x`.

    Example:
        >>> [round(value, 4) for value in log_softmax([0.0, 0.0]).tolist()]
        [-0.6931, -0.6931]
    """
    x = floating(x)
    axes = shapes.normalize_axes(axis, x.ndim, "log_softmax")
    return log_shares(x, axes) if axes and x.size else like(x, 0)


def log_shares(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """The log-softmax of a float tensor over axes."""

    def forward(x: Tensor) -> Tensor:
        shifted = e.sub(x, spread(r.reduce_max(x, axes=axes), x.shape, axes))
        norm = e.log(r.reduce_sum(e.exp(shifted), axes=axes))
        result: Tensor = e.sub(shifted, spread(norm, x.shape, axes))
        return result

    def backward(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
        total = spread(r.reduce_sum(g, axes=axes), x.shape, axes)
        result: Tensor = e.sub(g, e.mul(e.exp(out), total))
        return result

    return differentiated(forward, backward, x)


@op
def sparsemax(x: Any, axis: int = -1) -> Tensor:
    """Returns the nearest probabilities to `x` along an axis; many of them are exactly 0.

    Reference: Martins and Astudillo, "From Softmax to Sparsemax" (2016).

    Args:
        x: Array-like.
        axis: Axis that sums to 1.

    Returns:
        A float tensor of the shape of `x`.

    Example:
        >>> sparsemax([3.0, 0.0]).tolist()
        [1.0, 0.0]
    """
    x = floating(x)
    place = shapes.normalize_axis(axis, x.ndim, "sparsemax")

    def forward(x: Tensor) -> Tensor:
        ordered = e.neg(s.sort(e.neg(x), axis=place))
        running = r.cumsum(ordered, axis=place, reverse=False)
        rank = e.iota(shape=x.shape, dtype=x.dtype, axis=place)
        rank = e.add(rank, like(rank, 1))
        inside = e.gt(e.add(like(x, 1), e.mul(rank, ordered)), running)
        count = r.reduce_sum(e.cast(inside, dtype=x.dtype), axes=(place,))
        kept = e.select(inside, ordered, like(x, 0))
        limit = e.div(e.sub(r.reduce_sum(kept, axes=(place,)), like(count, 1)), count)
        result: Tensor = e.max(e.sub(x, spread(limit, x.shape, (place,))), like(x, 0))
        return result

    def backward(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
        support = e.gt(out, like(out, 0))
        passed = e.select(support, g, like(g, 0))
        count = r.reduce_sum(e.cast(support, dtype=g.dtype), axes=(place,))
        mean = e.div(r.reduce_sum(passed, axes=(place,)), count)
        result: Tensor = e.select(support, e.sub(g, spread(mean, x.shape, (place,))), like(g, 0))
        return result

    return differentiated(forward, backward, x)


@op
def glu(x: Any, axis: int = -1) -> Tensor:
    """Returns the first half of `x` along an axis times the sigmoid of the second half.

    Args:
        x: Array-like.
        axis: Axis of even size.

    Returns:
        A float tensor with half the size along the axis.

    Raises:
        ValueError: When the size is odd.

    Example:
        >>> glu([2.0, 0.0]).tolist()
        [1.0]
    """
    x = floating(x)
    place = shapes.normalize_axis(axis, x.ndim, "glu")
    size = x.shape[place]
    if size % 2:
        raise ValueError(f"glu: axis {axis} of shape {x.shape} must be of even size to be halved.")
    return e.mul(cut(x, place, 0, size // 2), e.sigmoid(cut(x, place, size // 2, size)))
