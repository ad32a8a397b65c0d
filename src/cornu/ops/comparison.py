"""Comparisons, tests of elements, logic and bits."""

from __future__ import annotations

from typing import Any

from cornu.core import dtypes
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import layout, reduce
from cornu.core.tensor import Tensor
from cornu.ops._operands import as_tensor, boolean, expand, like, op, pair


@op
def equal(x1: Any, x2: Any) -> Tensor:
    """Returns where `x1 == x2`, as booleans.

    Example:
        >>> equal([1, 2], [1, 3]).tolist()
        [True, False]
    """
    x1, x2 = pair(x1, x2)
    return e.eq(x1, x2)


@op
def not_equal(x1: Any, x2: Any) -> Tensor:
    """Returns where `x1 != x2`, as booleans.

    Example:
        >>> not_equal([1, 2], [1, 3]).tolist()
        [False, True]
    """
    x1, x2 = pair(x1, x2)
    return e.ne(x1, x2)


@op
def less(x1: Any, x2: Any) -> Tensor:
    """Returns where `x1 < x2`, as booleans.

    Example:
        >>> less([1, 2], 2).tolist()
        [True, False]
    """
    x1, x2 = pair(x1, x2)
    return e.lt(x1, x2)


@op
def less_equal(x1: Any, x2: Any) -> Tensor:
    """Returns where `x1 <= x2`, as booleans.

    Example:
        >>> less_equal([1, 2, 3], 2).tolist()
        [True, True, False]
    """
    x1, x2 = pair(x1, x2)
    return e.le(x1, x2)


@op
def greater(x1: Any, x2: Any) -> Tensor:
    """Returns where `x1 > x2`, as booleans.

    Example:
        >>> greater([1, 2], 1).tolist()
        [False, True]
    """
    x1, x2 = pair(x1, x2)
    return e.gt(x1, x2)


@op
def greater_equal(x1: Any, x2: Any) -> Tensor:
    """Returns where `x1 >= x2`, as booleans.

    Example:
        >>> greater_equal([1, 2, 3], 2).tolist()
        [False, True, True]
    """
    x1, x2 = pair(x1, x2)
    return e.ge(x1, x2)


def _logical(x1: Any, x2: Any) -> tuple[Tensor, Tensor]:
    return pair(boolean(x1), boolean(x2))


@op
def logical_and(x1: Any, x2: Any) -> Tensor:
    """Returns where both operands are true (not zero).

    Example:
        >>> logical_and([True, False], [True, True]).tolist()
        [True, False]
    """
    x1, x2 = _logical(x1, x2)
    return e.and_(x1, x2)


@op
def logical_or(x1: Any, x2: Any) -> Tensor:
    """Returns where at least one operand is true (not zero).

    Example:
        >>> logical_or([True, False], [False, False]).tolist()
        [True, False]
    """
    x1, x2 = _logical(x1, x2)
    return e.or_(x1, x2)


@op
def logical_xor(x1: Any, x2: Any) -> Tensor:
    """Returns where exactly one operand is true (not zero).

    Example:
        >>> logical_xor([True, False], [True, True]).tolist()
        [False, True]
    """
    x1, x2 = _logical(x1, x2)
    return e.xor(x1, x2)


@op
def logical_not(x: Any) -> Tensor:
    """Returns where the operand is false (zero).

    Example:
        >>> logical_not([True, False]).tolist()
        [False, True]
    """
    return e.not_(boolean(x))


def _bits(x: Any, y: Any) -> tuple[Tensor, Tensor]:
    x, y = pair(x, y)
    if dtypes.is_float(x.dtype):
        raise TypeError(f"Bits of {x.dtype} numbers cannot be combined; pass integers or booleans.")
    return x, y


@op
def bitwise_and(x: Any, y: Any) -> Tensor:
    """Returns the bits that both integers have.

    Args:
        x: Integer or bool array-like.
        y: Integer or bool array-like that broadcasts with `x`.

    Example:
        >>> bitwise_and(6, 3).item()
        2
    """
    x, y = _bits(x, y)
    return e.and_(x, y)


@op
def bitwise_or(x: Any, y: Any) -> Tensor:
    """Returns the bits that at least one of two integers has.

    Args:
        x: Integer or bool array-like.
        y: Integer or bool array-like that broadcasts with `x`.

    Example:
        >>> bitwise_or(6, 3).item()
        7
    """
    x, y = _bits(x, y)
    return e.or_(x, y)


@op
def bitwise_xor(x: Any, y: Any) -> Tensor:
    """Returns the bits that exactly one of two integers has.

    Args:
        x: Integer or bool array-like.
        y: Integer or bool array-like that broadcasts with `x`.

    Example:
        >>> bitwise_xor(6, 3).item()
        5
    """
    x, y = _bits(x, y)
    return e.xor(x, y)


@op
def bitwise_not(x: Any) -> Tensor:
    """Returns an integer with all bits turned over.

    Example:
        >>> bitwise_not(6).item()
        -7
    """
    x = as_tensor(x)
    if dtypes.is_float(x.dtype):
        raise TypeError(f"Bits of {x.dtype} numbers cannot be inverted; pass integers or booleans.")
    return e.not_(x)


@op
def bitwise_invert(x: Any) -> Tensor:
    """Returns an integer with all bits turned over; another name of `bitwise_not`.

    Example:
        >>> bitwise_invert(0).item()
        -1
    """
    return bitwise_not(x)


@op
def bitwise_left_shift(x: Any, y: Any) -> Tensor:
    """Returns `x` with its bits moved `y` places to the left.

    Example:
        >>> bitwise_left_shift(3, 2).item()
        12
    """
    x, y = _bits(x, y)
    return e.shift_left(x, y)


@op
def bitwise_right_shift(x: Any, y: Any) -> Tensor:
    """Returns `x` with its bits moved `y` places to the right; the sign stays.

    Example:
        >>> bitwise_right_shift(-12, 2).item()
        -3
    """
    x, y = _bits(x, y)
    return e.shift_right(x, y)


@op
def left_shift(x: Any, y: Any) -> Tensor:
    """Returns `x` with its bits moved `y` places to the left.

    Example:
        >>> left_shift(1, 4).item()
        16
    """
    return bitwise_left_shift(x, y)


@op
def right_shift(x: Any, y: Any) -> Tensor:
    """Returns `x` with its bits moved `y` places to the right.

    Example:
        >>> right_shift(16, 4).item()
        1
    """
    return bitwise_right_shift(x, y)


def _never(x: Tensor) -> Tensor:
    result: Tensor = e.full(shape=x.shape, dtype="bool", value=False)
    return result


@op
def isnan(x: Any) -> Tensor:
    """Returns where elements are NaN.

    Example:
        >>> isnan([1.0, float("nan")]).tolist()
        [False, True]
    """
    x = as_tensor(x)
    return e.ne(x, x) if dtypes.is_float(x.dtype) else _never(x)


@op
def isfinite(x: Any) -> Tensor:
    """Returns where elements are neither infinite nor NaN.

    Example:
        >>> isfinite([1.0, float("inf"), float("nan")]).tolist()
        [True, False, False]
    """
    x = as_tensor(x)
    return e.is_finite(x) if dtypes.is_float(x.dtype) else e.not_(_never(x))


@op
def isinf(x: Any) -> Tensor:
    """Returns where elements are plus or minus infinity.

    Example:
        >>> isinf([1.0, float("-inf")]).tolist()
        [False, True]
    """
    x = as_tensor(x)
    return e.eq(e.abs(x), like(x, float("inf"))) if dtypes.is_float(x.dtype) else _never(x)


@op
def isposinf(x: Any) -> Tensor:
    """Returns where elements are plus infinity.

    Example:
        >>> isposinf([float("inf"), float("-inf")]).tolist()
        [True, False]
    """
    x = as_tensor(x)
    return e.eq(x, like(x, float("inf"))) if dtypes.is_float(x.dtype) else _never(x)


@op
def isneginf(x: Any) -> Tensor:
    """Returns where elements are minus infinity.

    Example:
        >>> isneginf([float("inf"), float("-inf")]).tolist()
        [False, True]
    """
    x = as_tensor(x)
    return e.eq(x, like(x, float("-inf"))) if dtypes.is_float(x.dtype) else _never(x)


@op
def isreal(x: Any) -> Tensor:
    """Returns True everywhere: cornu's tensors are real.

    Example:
        >>> isreal([1.0]).tolist()
        [True]
    """
    return e.not_(_never(as_tensor(x)))


@op
def signbit(x: Any) -> Tensor:
    """Returns where the sign bit is set, also for -0.0.

    Example:
        >>> signbit([1.0, -0.0]).tolist()
        [False, True]
    """
    x = as_tensor(x)
    if not dtypes.is_float(x.dtype):
        return e.lt(x, like(x, 0)) if x.dtype != "bool" else _never(x)
    bits = e.bitcast(x, dtype=f"int{8 * dtypes.item_size(x.dtype)}")
    return e.lt(bits, like(bits, 0))


@op
def isclose(
    x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Tensor:
    """Returns where `|x1 - x2| <= atol + rtol * |x2|`.

    Args:
        x1: Array-like.
        x2: Array-like that broadcasts with `x1`.
        rtol: Relative tolerance.
        atol: Absolute tolerance.
        equal_nan: Whether two NaNs are close.

    Returns:
        A bool tensor.

    Example:
        >>> isclose([1.0, 2.0], [1.0, 2.1]).tolist()
        [True, False]
    """
    x1, x2 = pair(x1, x2, "float")
    bound = e.add(like(x2, atol), e.mul(like(x2, rtol), e.abs(x2)))
    near = e.and_(e.le(e.abs(e.sub(x1, x2)), bound), e.is_finite(x2))
    result: Tensor = e.or_(near, e.eq(x1, x2))
    if equal_nan:
        result = e.or_(result, e.and_(e.ne(x1, x1), e.ne(x2, x2)))
    return result


@op
def allclose(
    x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Tensor:
    """Returns whether all elements are close, as a bool scalar; see `isclose`.

    Args:
        x1: Array-like.
        x2: Array-like that broadcasts with `x1`.
        rtol: Relative tolerance.
        atol: Absolute tolerance.
        equal_nan: Whether two NaNs are close.

    Returns:
        A bool tensor without axes.

    Example:
        >>> allclose([1.0, 2.0], [1.0, 2.0 + 1e-7]).item()
        True
    """
    close = isclose(x1, x2, rtol, atol, equal_nan)
    if close.size == 0:
        return e.full(shape=(), dtype="bool", value=True)
    return reduce.reduce_min(close, axes=tuple(range(close.ndim)))


@op
def isin(x1: Any, x2: Any, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Returns where elements of `x1` occur in `x2`.

    Args:
        x1: Array-like of any shape.
        x2: Array-like of any shape.
        assume_unique: Accepted for NumPy's signature; makes no difference.
        invert: Whether to return where they do not occur.

    Returns:
        A bool tensor of the shape of `x1`.

    Example:
        >>> isin([1, 2, 3], [3, 1]).tolist()
        [True, False, True]
    """
    del assume_unique
    x1, x2 = as_tensor(x1), as_tensor(x2)
    dtype = dtypes.promote(x1.dtype, x2.dtype)
    if x2.size == 0 or x1.size == 0:
        found = _never(x1)
    else:
        shape = (*x1.shape, x2.size)
        left = layout.reshape(as_tensor(x1, dtype), shape=(*x1.shape, 1))
        right = layout.reshape(as_tensor(x2, dtype), shape=(x2.size,))
        hits = e.eq(expand(left, shape), expand(right, shape))
        found = reduce.reduce_max(hits, axes=(x1.ndim,))
    return e.not_(found) if invert else found
