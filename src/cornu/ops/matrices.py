"""Matrices by their diagonals: identity, triangles, diagonals, powers."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core import dtypes, engine, settings
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import gather, layout
from cornu.core.tensor import Tensor
from cornu.ops._operands import as_tensor, cast, constant, expand, like, op


def _named(dtype: Any) -> str:
    return settings.floatx() if dtype is None else dtypes.canonical(dtype)


def _band(rows: int, columns: int) -> Tensor:
    """Returns column number minus row number for each place of a matrix."""
    row = e.iota(shape=(rows, columns), dtype="int32", axis=0)
    column = e.iota(shape=(rows, columns), dtype="int32", axis=1)
    result: Tensor = e.sub(column, row)
    return result


@op
def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """Returns a matrix with ones on a diagonal.

    Args:
        N: Rows.
        M: Columns; `N` when None.
        k: Which diagonal; 0 is the main one, positive ones are above it.
        dtype: Dtype; floatx when None.

    Returns:
        A tensor of shape (N, M).

    Example:
        >>> eye(2).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    band = _band(int(N), int(N if M is None else M))
    return cast(e.eq(band, like(band, k)), _named(dtype))


@op
def identity(n: int, dtype: Any = None) -> Tensor:
    """Returns the square matrix with ones on the main diagonal.

    Args:
        n: Rows and columns.
        dtype: Dtype; floatx when None.

    Example:
        >>> identity(2).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    return eye(n, dtype=dtype)


@op
def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """Returns a matrix with ones on and below a diagonal.

    Args:
        N: Rows.
        M: Columns; `N` when None.
        k: Which diagonal.
        dtype: Dtype; floatx when None.

    Returns:
        A tensor of shape (N, M).

    Example:
        >>> tri(2).tolist()
        [[1.0, 0.0], [1.0, 1.0]]
    """
    band = _band(int(N), int(N if M is None else M))
    return cast(e.le(band, like(band, k)), _named(dtype))


def _triangle(x: Any, k: int, who: str) -> Tensor:
    x = as_tensor(x)
    if x.ndim < 2:
        raise ValueError(f"{who}: a tensor of rank 2 or more is needed; got shape {x.shape}.")
    band = _band(*x.shape[-2:])
    kept = e.le(band, like(band, k)) if who == "tril" else e.ge(band, like(band, k))
    result: Tensor = e.select(expand(kept, x.shape), x, like(x, 0))
    return result


@op
def tril(x: Any, k: int = 0) -> Tensor:
    """Returns matrices with zeros above a diagonal.

    Args:
        x: Array-like of rank 2 or more.
        k: Which diagonal.

    Returns:
        A tensor of the shape of `x`.

    Example:
        >>> tril([[1, 2], [3, 4]]).tolist()
        [[1, 0], [3, 4]]
    """
    return _triangle(x, k, "tril")


@op
def triu(x: Any, k: int = 0) -> Tensor:
    """Returns matrices with zeros below a diagonal.

    Args:
        x: Array-like of rank 2 or more.
        k: Which diagonal.

    Returns:
        A tensor of the shape of `x`.

    Example:
        >>> triu([[1, 2], [3, 4]]).tolist()
        [[1, 2], [0, 4]]
    """
    return _triangle(x, k, "triu")


@op
def diag(x: Any, k: int = 0) -> Tensor:
    """Returns the diagonal of a matrix, or the matrix with a given diagonal.

    Args:
        x: Array-like of rank 2, or of rank 1.
        k: Which diagonal.

    Returns:
        A tensor of rank 1, or of rank 2.

    Example:
        >>> diag([[1, 2], [3, 4]]).tolist()
        [1, 4]
    """
    x = as_tensor(x)
    if x.ndim == 2:
        return diagonal(x, k)
    if x.ndim != 1:
        raise ValueError(f"diag: a tensor of rank 1 or 2 is needed; got shape {x.shape}.")
    size = x.size + abs(k)
    low, high = max(k, 0), max(-k, 0)
    row = layout.pad(x, constant(0, (), x.dtype), low=(low,), high=(high,), interior=(0,))
    band = _band(size, size)
    on = e.eq(band, like(band, k))
    wide = layout.broadcast(row, shape=(size, size), dims=(1,))
    return e.select(on, wide, like(wide, 0))


@op
def diagflat(x: Any, k: int = 0) -> Tensor:
    """Returns the matrix whose diagonal is the flattened array.

    Args:
        x: Array-like.
        k: Which diagonal; 0 is the main one.

    Example:
        >>> diagflat([[1], [2]]).tolist()
        [[1, 0], [0, 2]]
    """
    x = as_tensor(x)
    return diag(layout.reshape(x, shape=(x.size,)), k)


@op
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """Returns diagonals of matrices; they become the last axis.

    Args:
        x: Array-like of rank 2 or more.
        offset: Which diagonal.
        axis1: Axis of the rows.
        axis2: Axis of the columns.

    Returns:
        A tensor of one rank less.

    Example:
        >>> diagonal([[1, 2], [3, 4]]).tolist()
        [1, 4]
    """
    x = as_tensor(x)
    if x.ndim < 2:
        raise ValueError(f"diagonal: a tensor of rank 2 or more is needed; got shape {x.shape}.")
    first, second = axis1 % x.ndim, axis2 % x.ndim
    rest = [axis for axis in range(x.ndim) if axis not in (first, second)]
    moved = layout.transpose(x, permutation=(first, second, *rest))
    rows, columns = moved.shape[:2]
    count = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
    place = np.arange(count)
    indices = np.stack([place + max(-offset, 0), place + max(offset, 0)], axis=-1)
    taken = gather.gather_nd(moved, engine.tensor_from_numpy(indices.astype(np.int32)))
    return layout.transpose(taken, permutation=(*range(1, taken.ndim), 0))


@op
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Tensor:
    """Returns the matrix of powers of a vector's elements.

    Args:
        x: Array-like of rank 1.
        N: Number of columns; as many as rows when None.
        increasing: Whether the powers grow from left to right.

    Returns:
        A tensor of shape (len(x), N).

    Example:
        >>> vander([1, 2, 3]).tolist()
        [[1, 1, 1], [4, 2, 1], [9, 3, 1]]
    """
    x = as_tensor(x)
    if x.ndim != 1:
        raise ValueError(f"vander: a vector is needed; got shape {x.shape}.")
    shape = (x.size, x.size if N is None else N)
    power = e.iota(shape=shape, dtype=x.dtype, axis=1)
    if not increasing:
        power = e.sub(like(power, shape[1] - 1), power)
    return e.pow(layout.broadcast(x, shape=shape, dims=(0,)), power)
