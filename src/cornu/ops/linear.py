"""Products of vectors and matrices."""

from __future__ import annotations

import builtins
from typing import Any

from cornu.core import shapes
from cornu.core.primitives import dot as d
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import layout
from cornu.core.primitives import reduce as r
from cornu.core.tensor import Tensor
from cornu.ops._operands import as_tensor, cast, expand, op, pair, together
from cornu.ops.matrices import diagonal
from cornu.ops.shaping import permute


def _operands(x1: Any, x2: Any) -> tuple[Tensor, Tensor]:
    a, b = together([x1, x2])
    return (cast(a, "int32"), cast(b, "int32")) if a.dtype == "bool" else (a, b)


@op
def matmul(x1: Any, x2: Any) -> Tensor:
    """Returns the matrix product.

    Args:
        x1: Array-like of shape (..., n, k), or (k,).
        x2: Array-like of shape (..., k, m), or (k,); the leading axes broadcast.

    Returns:
        A tensor of shape (..., n, m) without the axes that vectors do not have.

    Raises:
        ValueError: When the inner sizes differ.

    Example:
        >>> matmul([[1, 2], [3, 4]], [[1, 0], [0, 2]]).tolist()
        [[1, 4], [3, 8]]
    """
    a, b = _operands(x1, x2)
    return product(a, b)


def product(a: Tensor, b: Tensor) -> Tensor:
    """The matrix product of two tensors of one dtype."""
    if a.ndim == 0 or b.ndim == 0:
        raise ValueError(
            f"matmul: operands need at least one axis; got shapes {a.shape} and {b.shape}."
        )
    inner = builtins.max(b.ndim - 2, 0)
    if a.shape[-1] != b.shape[inner]:
        raise ValueError(
            f"matmul: shapes {a.shape} and {b.shape} do not fit: the last size of the first, "
            f"{a.shape[-1]}, must equal size {b.shape[inner]} of axis {inner} of the second."
        )
    result: Tensor
    if b.ndim <= 2 or (a.ndim == 1 and b.ndim == 2):
        contract = ((a.ndim - 1,), (inner,))
        result = d.dot_general(a, b, contract=contract, batch=((), ()))
        return result
    if a.ndim == 1:
        product_ = d.dot_general(b, a, contract=((b.ndim - 2,), (0,)), batch=((), ()))
        result = product_
        return result
    lead = shapes.broadcast(a.shape[:-2], b.shape[:-2], who="matmul (leading axes)")
    a, b = expand(a, (*lead, *a.shape[-2:])), expand(b, (*lead, *b.shape[-2:]))
    axes = tuple(range(len(lead)))
    contract = ((len(lead) + 1,), (len(lead),))
    result = d.dot_general(a, b, contract=contract, batch=(axes, axes))
    return result


@op
def dot(x1: Any, x2: Any) -> Tensor:
    """Returns the sum of products over the last axis of `x1` and the last but one of `x2`.

    Args:
        x1: Array-like.
        x2: Array-like; of a vector the only axis counts. A scalar multiplies.

    Returns:
        A tensor.

    Example:
        >>> dot([1, 2], [3, 4]).item()
        11
    """
    a, b = _operands(x1, x2)
    if a.ndim == 0 or b.ndim == 0:
        return e.mul(*pair(a, b))
    inner = builtins.max(b.ndim - 2, 0)
    if a.shape[-1] != b.shape[inner]:
        raise ValueError(
            f"dot: shapes {a.shape} and {b.shape} do not fit: the last size of the first, "
            f"{a.shape[-1]}, must equal size {b.shape[inner]} of axis {inner} of the second."
        )
    return d.dot_general(a, b, contract=((a.ndim - 1,), (inner,)), batch=((), ()))


@op
def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Tensor:
    """Returns the sum of products over given axes.

    Args:
        x1: Array-like.
        x2: Array-like.
        axes: A number n (the last n axes of `x1` with the first n of `x2`), or a pair of axes or of
            lists of axes.

    Returns:
        A tensor with the other axes of `x1`, then those of `x2`.

    Raises:
        ValueError: When the sizes differ.

    Example:
        >>> tensordot([[1, 2], [3, 4]], [[1, 0], [0, 1]], axes=2).item()
        5
    """
    a, b = _operands(x1, x2)
    if isinstance(axes, int):
        first: Any = range(a.ndim - axes, a.ndim)
        second: Any = range(axes)
    else:
        first, second = ([side] if isinstance(side, int) else list(side) for side in axes)
    left = tuple(shapes.normalize_axis(axis, a.ndim, "tensordot") for axis in first)
    right = tuple(shapes.normalize_axis(axis, b.ndim, "tensordot") for axis in second)
    sizes = [a.shape[i] for i in left], [b.shape[j] for j in right]
    if sizes[0] != sizes[1]:
        raise ValueError(
            f"tensordot: shapes {a.shape} and {b.shape} do not agree on axes {left} and {right}: "
            f"sizes {sizes[0]} and {sizes[1]}."
        )
    return d.dot_general(a, b, contract=(left, right), batch=((), ()))


@op
def inner(x1: Any, x2: Any) -> Tensor:
    """Returns the sum of products over the last axes.

    Example:
        >>> inner([1, 2, 3], [4, 5, 6]).item()
        32
    """
    a, b = _operands(x1, x2)
    if a.ndim == 0 or b.ndim == 0:
        return e.mul(*pair(a, b))
    return d.dot_general(a, b, contract=((a.ndim - 1,), (b.ndim - 1,)), batch=((), ()))


@op
def outer(x1: Any, x2: Any) -> Tensor:
    """Returns all products of an element of `x1` and one of `x2`, both flattened.

    Example:
        >>> outer([1, 2], [3, 4]).tolist()
        [[3, 4], [6, 8]]
    """
    a, b = together([x1, x2])
    shape = (a.size, b.size)
    rows = layout.broadcast(layout.reshape(a, shape=(a.size,)), shape=shape, dims=(0,))
    columns = layout.broadcast(layout.reshape(b, shape=(b.size,)), shape=shape, dims=(1,))
    return e.and_(rows, columns) if a.dtype == "bool" else e.mul(rows, columns)


@op
def vdot(x1: Any, x2: Any) -> Tensor:
    """Returns the sum of products of two flattened arrays.

    Example:
        >>> vdot([[1, 2]], [[3], [4]]).item()
        11
    """
    a, b = _operands(x1, x2)
    a, b = layout.reshape(a, shape=(a.size,)), layout.reshape(b, shape=(b.size,))
    return d.dot_general(a, b, contract=((0,), (0,)), batch=((), ()))


@op
def kron(x1: Any, x2: Any) -> Tensor:
    """Returns the Kronecker product: each element of `x1` times all of `x2`, as blocks.

    Example:
        >>> kron([1, 2], [1, 1]).tolist()
        [1, 1, 2, 2]
    """
    a, b = together([x1, x2])
    rank = builtins.max(a.ndim, b.ndim)
    left = (1,) * (rank - a.ndim) + a.shape
    right = (1,) * (rank - b.ndim) + b.shape
    wide = tuple(size for sizes in zip(left, right, strict=True) for size in sizes)
    rows = layout.broadcast(
        layout.reshape(a, shape=left), shape=wide, dims=tuple(range(0, 2 * rank, 2))
    )
    columns = layout.broadcast(
        layout.reshape(b, shape=right), shape=wide, dims=tuple(range(1, 2 * rank, 2))
    )
    sizes = tuple(m * n for m, n in zip(left, right, strict=True))
    return layout.reshape(e.mul(rows, columns), shape=sizes)


@op
def cross(
    x1: Any, x2: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Tensor:
    """Returns the cross product of vectors of 3 (or 2) components.

    Args:
        x1: Array-like with vectors along `axisa`.
        x2: Array-like with vectors along `axisb`.
        axisa: Axis of the vectors in `x1`.
        axisb: Axis of the vectors in `x2`.
        axisc: Axis of the vectors in the result.
        axis: All three at once.

    Returns:
        A tensor; for two vectors of 2 components only the third component.

    Example:
        >>> cross([1, 0, 0], [0, 1, 0]).tolist()
        [0, 0, 1]
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = together([x1, x2])
    a, b = _last(a, axisa), _last(b, axisb)
    if a.shape[-1] not in (2, 3) or b.shape[-1] not in (2, 3):
        raise ValueError(
            f"cross: vectors have 2 or 3 components; got {a.shape[-1]} and {b.shape[-1]} (shapes "
            f"{a.shape} and {b.shape})."
        )
    lead = shapes.broadcast(a.shape[:-1], b.shape[:-1], who="cross")
    first = [expand(part, lead) for part in _components(a)]
    second = [expand(part, lead) for part in _components(b)]
    both = list(zip(first, second, strict=False))

    def minor(i: int, j: int) -> Tensor:
        result: Tensor = e.sub(e.mul(first[i], second[j]), e.mul(first[j], second[i]))
        return result

    if len(first) == len(second) == 2:
        return minor(0, 1)
    zero = e.sub(both[0][0], both[0][0])
    first, second = (part if len(part) == 3 else [*part, zero] for part in (first, second))
    parts = [layout.reshape(x, shape=(*lead, 1)) for x in (minor(1, 2), minor(2, 0), minor(0, 1))]
    result = layout.concatenate(*parts, axis=len(lead))
    order = list(range(len(lead)))
    order.insert(shapes.normalize_axis(axisc, len(lead) + 1, "cross"), len(lead))
    return permute(result, order)


def _last(x: Tensor, axis: int) -> Tensor:
    place = shapes.normalize_axis(axis, x.ndim, "cross")
    return permute(x, [*(a for a in range(x.ndim) if a != place), place])


def _components(x: Tensor) -> list[Tensor]:
    still, strides = [0] * x.ndim, (1,) * x.ndim
    parts = []
    for i in range(x.shape[-1]):
        still[-1] = i
        limit = (*x.shape[:-1], i + 1)
        part = layout.slice(x, start=tuple(still), limit=limit, strides=strides)
        parts.append(layout.reshape(part, shape=x.shape[:-1]))
    return parts


@op
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """Returns the sum of a diagonal.

    Args:
        x: Array-like of rank 2 or more.
        offset: Which diagonal.
        axis1: Axis of the rows.
        axis2: Axis of the columns.

    Returns:
        A tensor without these axes.

    Example:
        >>> trace([[1, 2], [3, 4]]).item()
        5
    """
    x = as_tensor(x)
    if x.dtype in ("bool", "int8", "int16"):
        x = cast(x, "int32")
    elif x.dtype in ("uint8", "uint16"):
        x = cast(x, "uint32")
    line = diagonal(x, offset, axis1, axis2)
    return r.reduce_sum(line, axes=(line.ndim - 1,))
