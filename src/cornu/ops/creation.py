"""Tensors out of nothing: constants, ranges, grids, windows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu.core import dtypes, engine, settings
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import layout
from cornu.core.tensor import Tensor
from cornu.ops._operands import (
    as_tensor,
    cast,
    constant,
    expand,
    floating,
    like,
    op,
    static_shape,
    weak_dtype,
)


def _named(dtype: Any) -> str:
    return settings.floatx() if dtype is None else dtypes.canonical(dtype)


@op
def zeros(shape: Any, dtype: Any = None) -> Tensor:
    """Returns a tensor of zeros.

    Args:
        shape: Sizes.
        dtype: Dtype; floatx when None.

    Returns:
        A tensor.

    Example:
        >>> zeros((2,)).tolist()
        [0.0, 0.0]
    """
    return constant(0, static_shape(shape), _named(dtype))


@op
def ones(shape: Any, dtype: Any = None) -> Tensor:
    """Returns a tensor of ones.

    Args:
        shape: Sizes.
        dtype: Dtype; floatx when None.

    Returns:
        A tensor.

    Example:
        >>> ones((2,), "int32").tolist()
        [1, 1]
    """
    return constant(1, static_shape(shape), _named(dtype))


@op
def empty(shape: Any, dtype: Any = None) -> Tensor:
    """Returns a tensor to be filled later; here it is zeros, as memory is never left over.

    Args:
        shape: Sizes.
        dtype: Dtype; floatx when None.

    Example:
        >>> empty((2,)).shape
        (2,)
    """
    return constant(0, static_shape(shape), _named(dtype))


@op
def full(shape: Any, fill_value: Any, dtype: Any = None) -> Tensor:
    """Returns a tensor with all elements equal.

    Args:
        shape: Sizes.
        fill_value: Number, or array-like that broadcasts to `shape`.
        dtype: Dtype; floatx when None.

    Returns:
        A tensor.

    Example:
        >>> full((2,), 7.0).tolist()
        [7.0, 7.0]
    """
    sizes = static_shape(shape)
    if isinstance(fill_value, (bool, int, float)):
        return constant(fill_value, sizes, _named(dtype))
    return expand(cast(as_tensor(fill_value), _named(dtype)), sizes)


def _same(x: Any, dtype: Any) -> tuple[tuple[int, ...], str]:
    x = as_tensor(x)
    return x.shape, x.dtype if dtype is None else dtypes.canonical(dtype)


@op
def zeros_like(x: Any, dtype: Any = None) -> Tensor:
    """Returns zeros in the shape (and, when `dtype` is None, the dtype) of a tensor.

    Example:
        >>> zeros_like([1.0, 2.0]).tolist()
        [0.0, 0.0]
    """
    return constant(0, *_same(x, dtype))


@op
def ones_like(x: Any, dtype: Any = None) -> Tensor:
    """Returns ones in the shape (and, when `dtype` is None, the dtype) of a tensor.

    Example:
        >>> ones_like([5, 6]).tolist()
        [1, 1]
    """
    return constant(1, *_same(x, dtype))


@op
def empty_like(x: Any, dtype: Any = None) -> Tensor:
    """Returns a tensor to be filled later, in the shape of another; here it is zeros.

    Args:
        x: Array-like.
        dtype: Dtype; that of `x` when None.

    Example:
        >>> empty_like([5, 6]).shape
        (2,)
    """
    return constant(0, *_same(x, dtype))


@op
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Tensor:
    """Returns equal elements in the shape (and, when `dtype` is None, the dtype) of a tensor.

    Args:
        x: Array-like.
        fill_value: Number, or array-like that broadcasts.
        dtype: Dtype; that of `x` when None.

    Example:
        >>> full_like([1, 2], 9).tolist()
        [9, 9]
    """
    shape, wanted = _same(x, dtype)
    return full(shape, fill_value, wanted)


def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Tensor:
    """Returns numbers from `start` up to (not including) `stop`.

    Args:
        start: First number; with one argument the end, and the start is 0.
        stop: End.
        step: Distance; 1 when None.
        dtype: Dtype; int32 when all arguments are whole, else floatx, when None.

    Returns:
        A tensor of rank 1.

    Example:
        >>> arange(2, 8, 3).tolist()
        [2, 5]
    """
    given = [value for value in (start, stop, step) if value is not None]
    if dtype is None:
        wanted = dtypes.promote("int", *(weak_dtype(value) for value in given))
    else:
        wanted = dtypes.canonical(dtype)
    numbers = [value.item() if isinstance(value, Tensor) else value for value in given]
    if stop is None and step is not None:
        values = np.arange(0, numbers[0], numbers[1])
    else:
        values = np.arange(*numbers)
    return engine.tensor_from_numpy(values.astype(_storage(wanted)), wanted)


def _storage(dtype: str) -> Any:
    return np.float32 if dtype == "bfloat16" else dtypes.to_numpy(dtype)


@op
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Returns evenly spaced numbers over an interval.

    Args:
        start: First number or numbers.
        stop: Last number or numbers.
        num: How many.
        endpoint: Whether `stop` is the last one.
        retstep: Whether to return the distance too.
        dtype: Dtype; a float one when None.
        axis: Where the new axis goes when `start` or `stop` are arrays.

    Returns:
        A tensor, or a tensor and the distance.

    Example:
        >>> linspace(0.0, 1.0, 5).tolist()
        [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    if num < 0:
        raise ValueError(f"linspace: num must not be negative; got {num}.")
    wanted = dtypes.promote(weak_dtype(start), weak_dtype(stop), "float")
    computed = wanted if wanted in ("float32", "float64") else "float32"
    first, last = as_tensor(start, computed), as_tensor(stop, computed)
    last = e.add(last, constant(0, (), computed)) if last.shape == first.shape == () else last
    shape = np.broadcast_shapes(first.shape, last.shape)
    first, last = expand(first, shape), expand(last, shape)
    pieces = num - 1 if endpoint else num
    wide = (num, *shape)
    count = constant(max(pieces, 1), shape, computed)
    step = e.div(e.sub(last, first), count)
    if num == 0:
        result = constant(0, wide, computed)
    else:
        place = e.iota(shape=wide, dtype=computed, axis=0)
        part = e.div(place, like(place, max(pieces, 1)))
        rest = e.sub(like(part, 1), part)
        result = e.add(e.mul(expand(first, wide), rest), e.mul(expand(last, wide), part))
        if endpoint and num > 1:
            body = layout.slice(
                result,
                start=(0,) * len(wide),
                limit=(num - 1, *shape),
                strides=(1,) * len(wide),
            )
            end = layout.reshape(last, shape=(1, *shape))
            result = layout.concatenate(body, end, axis=0)
    if axis not in (0, -len(wide)):
        order = list(range(1, len(wide)))
        order.insert(axis % len(wide), 0)
        result = layout.transpose(result, permutation=tuple(order))
    final = wanted if dtype is None else dtypes.canonical(dtype)
    if not dtypes.is_float(final):
        result = e.floor(result)
    result = cast(result, final)
    return (result, step) if retstep else result


@op
def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10,
    dtype: Any = None,
    axis: int = 0,
) -> Tensor:
    """Returns `base` to evenly spaced powers.

    Args:
        start: First power.
        stop: Last power.
        num: How many numbers.
        endpoint: Whether `stop` is the last power.
        base: The base.
        dtype: Dtype; a float one when None.
        axis: Where the new axis goes when `start` or `stop` are arrays.

    Returns:
        A tensor.

    Example:
        >>> logspace(0.0, 2.0, 3, base=2.0).tolist()
        [1.0, 2.0, 4.0]
    """
    powers = linspace(start, stop, num, endpoint, axis=axis)
    result = e.pow(expand(as_tensor(base, powers.dtype), powers.shape), powers)
    return result if dtype is None else cast(result, dtypes.canonical(dtype))


@op
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Tensor:
    """Returns numbers each of which is the same multiple of the one before.

    Args:
        start: First number, positive.
        stop: Last number, positive.
        num: How many numbers.
        endpoint: Whether `stop` is the last one.
        dtype: Dtype; a float one when None.
        axis: Where the new axis goes when `start` or `stop` are arrays.

    Returns:
        A tensor.

    Example:
        >>> [round(x, 3) for x in geomspace(1.0, 100.0, 3).tolist()]
        [1.0, 10.0, 100.0]
    """
    result = e.exp(
        linspace(e.log(floating(start)), e.log(floating(stop)), num, endpoint, axis=axis)
    )
    return result if dtype is None else cast(result, dtypes.canonical(dtype))


@op
def meshgrid(*x: Any, indexing: str = "xy") -> list[Tensor]:
    """Returns coordinate tensors of the grid that vectors span.

    Args:
        *x: Array-likes of rank 1 (or 0).
        indexing: "xy" has the first two axes exchanged; "ij" has one axis for each vector in order.

    Returns:
        One tensor for each vector.

    Example:
        >>> [grid.tolist() for grid in meshgrid([1, 2], [3, 4])]
        [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing must be 'xy' or 'ij'; got {indexing!r}.")
    vectors = [as_tensor(value) for value in x]
    vectors = [layout.reshape(value, shape=(value.size,)) for value in vectors]
    order = list(range(len(vectors)))
    if indexing == "xy" and len(order) > 1:
        order[0], order[1] = 1, 0
    shape = tuple(vectors[place].size for place in order)
    return [
        layout.broadcast(value, shape=shape, dims=(order.index(place),))
        for place, value in enumerate(vectors)
    ]


def _cosine_window(size: Any, terms: tuple[float, ...]) -> Tensor:
    count = int(as_tensor(size).item())
    if count < 2:
        return constant(1, (max(count, 0),), "float32")
    angle = 2.0 * math.pi * np.arange(count) / (count - 1)
    window = sum(a * np.cos(i * angle) for i, a in enumerate(terms))
    return engine.tensor_from_numpy(np.asarray(window, np.float32))


def hanning(x: Any) -> Tensor:
    """Returns the Hann window of a length.

    Example:
        >>> [round(value, 2) for value in hanning(3).tolist()]
        [0.0, 1.0, 0.0]
    """
    return _cosine_window(x, (0.5, -0.5))


def hamming(x: Any) -> Tensor:
    """Returns the Hamming window of a length.

    Example:
        >>> [round(value, 2) for value in hamming(3).tolist()]
        [0.08, 1.0, 0.08]
    """
    return _cosine_window(x, (0.54, -0.46))


def blackman(x: Any) -> Tensor:
    """Returns the Blackman window of a length.

    Example:
        >>> [abs(round(value, 2)) for value in blackman(3).tolist()]
        [0.0, 1.0, 0.0]
    """
    return _cosine_window(x, (0.42, -0.5, 0.08))


def bartlett(x: Any) -> Tensor:
    """Returns the triangular window of a length.

    Example:
        >>> bartlett(3).tolist()
        [0.0, 1.0, 0.0]
    """
    return engine.tensor_from_numpy(np.bartlett(int(as_tensor(x).item())).astype(np.float32))


def kaiser(x: Any, beta: float) -> Tensor:
    """Returns the Kaiser window of a length.

    Args:
        x: Length.
        beta: Shape; 0 is a rectangle.

    Returns:
        A float32 tensor.

    Example:
        >>> kaiser(2, 0.0).tolist()
        [1.0, 1.0]
    """
    return engine.tensor_from_numpy(np.kaiser(int(as_tensor(x).item()), beta).astype(np.float32))
