"""Arithmetic on two operands: add, multiply, divide, power, maximum and their relatives."""

from __future__ import annotations

from typing import Any

from cornu.core import dtypes
from cornu.core.primitives import elementwise as e
from cornu.core.tensor import Tensor
from cornu.ops._operands import as_tensor, differentiated, like, op, pair


@op
def add(x1: Any, x2: Any) -> Tensor:
    """Returns `x1 + x2`, elementwise with broadcasting.

    Args:
        x1: Array-like.
        x2: Array-like that broadcasts with `x1`.

    Returns:
        A tensor of the promoted dtype; for booleans the logical or.

    Example:
        >>> add([1.0, 2.0], 3).tolist()
        [4.0, 5.0]
    """
    x1, x2 = pair(x1, x2)
    return e.or_(x1, x2) if x1.dtype == "bool" else e.add(x1, x2)


@op
def subtract(x1: Any, x2: Any) -> Tensor:
    """Returns `x1 - x2`, elementwise with broadcasting.

    Args:
        x1: Array-like.
        x2: Array-like that broadcasts with `x1`.

    Returns:
        A tensor of the promoted dtype.

    Example:
        >>> subtract([4, 2], 1).tolist()
        [3, 1]
    """
    x1, x2 = pair(x1, x2)
    return e.sub(x1, x2)


@op
def multiply(x1: Any, x2: Any) -> Tensor:
    """Returns `x1 * x2`, elementwise with broadcasting.

    Args:
        x1: Array-like.
        x2: Array-like that broadcasts with `x1`.

    Returns:
        A tensor of the promoted dtype; for booleans the logical and.

    Example:
        >>> multiply([1.0, 2.0], [[3.0], [5.0]]).tolist()
        [[3.0, 6.0], [5.0, 10.0]]
    """
    x1, x2 = pair(x1, x2)
    return e.and_(x1, x2) if x1.dtype == "bool" else e.mul(x1, x2)


@op
def divide(x1: Any, x2: Any) -> Tensor:
    """Returns `x1 / x2`, elementwise; whole numbers divide as floats.

    Args:
        x1: Array-like.
        x2: Array-like that broadcasts with `x1`.

    Returns:
        A float tensor.

    Example:
        >>> divide([3, 5], 2).tolist()
        [1.5, 2.5]
    """
    x1, x2 = pair(x1, x2, "float")
    return e.div(x1, x2)


@op
def true_divide(x1: Any, x2: Any) -> Tensor:
    """Returns `x1 / x2`; another name of `divide`.

    Example:
        >>> true_divide(1, 4).item()
        0.25
    """
    x1, x2 = pair(x1, x2, "float")
    return e.div(x1, x2)


@op
def divide_no_nan(x1: Any, x2: Any) -> Tensor:
    """Returns `x1 / x2`, and 0 where `x2` is 0.

    Args:
        x1: Array-like.
        x2: Array-like that broadcasts with `x1`.

    Returns:
        A float tensor; its derivatives are finite too.

    Example:
        >>> divide_no_nan([1.0, 2.0], [0.0, 4.0]).tolist()
        [0.0, 0.5]
    """
    x1, x2 = pair(x1, x2, "float")
    zero = e.eq(x2, like(x2, 0))
    return e.select(zero, like(x1, 0), e.div(x1, e.select(zero, like(x2, 1), x2)))


@op
def floor_divide(x1: Any, x2: Any) -> Tensor:
    """Returns the largest whole number not above `x1 / x2`.

    Args:
        x1: Array-like.
        x2: Array-like that broadcasts with `x1`.

    Returns:
        A tensor of the promoted dtype.

    Example:
        >>> floor_divide([7, -7], 2).tolist()
        [3, -4]
    """
    x1, x2 = pair(x1, x2)
    if x1.dtype == "bool":
        x1, x2 = e.cast(x1, dtype="int32"), e.cast(x2, dtype="int32")
    if not dtypes.is_float(x1.dtype):
        quotient = e.div(x1, x2)
        if not dtypes.is_signed(x1.dtype):
            return quotient
        inexact = e.ne(e.mul(quotient, x2), x1)
        opposite = e.ne(e.lt(x1, like(x1, 0)), e.lt(x2, like(x2, 0)))
        return e.select(e.and_(inexact, opposite), e.sub(quotient, like(x1, 1)), quotient)
    # x1 - mod is a whole multiple of x2, so rounding undoes the error of the division.
    return e.round(e.div(e.sub(x1, _modulo(x1, x2)), x2))


def _modulo(x1: Tensor, x2: Tensor) -> Tensor:
    remainder = e.rem(x1, x2)
    if not dtypes.is_signed(x1.dtype):
        return remainder
    zero = like(remainder, 0)
    wrong = e.and_(e.ne(remainder, zero), e.ne(e.lt(remainder, zero), e.lt(x2, zero)))
    return e.select(wrong, e.add(remainder, x2), remainder)


@op
def mod(x1: Any, x2: Any) -> Tensor:
    """Returns the remainder of `x1 / x2` with the sign of `x2`, as Python's `%`.

    Args:
        x1: Array-like.
        x2: Array-like that broadcasts with `x1`.

    Returns:
        A tensor of the promoted dtype.

    Example:
        >>> mod([7, -7], 3).tolist()
        [1, 2]
    """
    x1, x2 = pair(x1, x2)
    if x1.dtype == "bool":
        x1, x2 = e.cast(x1, dtype="int32"), e.cast(x2, dtype="int32")
    return _modulo(x1, x2)


@op
def fmod(x1: Any, x2: Any) -> Tensor:
    """Returns the remainder of `x1 / x2` with the sign of `x1`, as C's `fmod`.

    Example:
        >>> fmod([7, -7], 3).tolist()
        [1, -1]
    """
    x1, x2 = pair(x1, x2)
    return e.rem(x1, x2)


@op
def power(x1: Any, x2: Any) -> Tensor:
    """Returns `x1` to the power `x2`, elementwise.

    Args:
        x1: Array-like.
        x2: Array-like that broadcasts with `x1`.

    Returns:
        A tensor of the promoted dtype.

    Example:
        >>> power([2.0, 3.0], 2).tolist()
        [4.0, 9.0]
    """
    if isinstance(x2, (int, float)) and x2 == 2 and not isinstance(x1, (int, float)):
        x1 = as_tensor(x1)
        if dtypes.is_float(x1.dtype) or (isinstance(x2, int) and x1.dtype != "bool"):
            return e.mul(x1, x1)
    x1, x2 = pair(x1, x2)
    if x1.dtype == "bool":
        x1, x2 = e.cast(x1, dtype="int32"), e.cast(x2, dtype="int32")
    return e.pow(x1, x2)


@op
def maximum(x1: Any, x2: Any) -> Tensor:
    """Returns the larger of two elements; NaN where either is NaN.

    Args:
        x1: Array-like.
        x2: Array-like that broadcasts with `x1`.

    Returns:
        A tensor of the promoted dtype. Where both are equal each gets half of the derivative.

    Example:
        >>> maximum([1, 5], [4, 2]).tolist()
        [4, 5]
    """
    x1, x2 = pair(x1, x2)
    return e.max(x1, x2)


@op
def minimum(x1: Any, x2: Any) -> Tensor:
    """Returns the smaller of two elements; NaN where either is NaN.

    Args:
        x1: Array-like.
        x2: Array-like that broadcasts with `x1`.

    Returns:
        A tensor of the promoted dtype. Where both are equal each gets half of the derivative.

    Example:
        >>> minimum([1, 5], [4, 2]).tolist()
        [1, 2]
    """
    x1, x2 = pair(x1, x2)
    return e.min(x1, x2)


@op
def fmax(x1: Any, x2: Any) -> Tensor:
    """Returns the larger of two elements, leaving out NaN where only one is NaN.

    Example:
        >>> fmax([1.0, float("nan")], [0.0, 2.0]).tolist()
        [1.0, 2.0]
    """
    x1, x2 = pair(x1, x2)
    if not dtypes.is_float(x1.dtype):
        return e.max(x1, x2)
    first = e.or_(e.gt(x1, x2), e.ne(x2, x2))
    return e.select(first, x1, x2)


@op
def fmin(x1: Any, x2: Any) -> Tensor:
    """Returns the smaller of two elements, leaving out NaN where only one is NaN.

    Example:
        >>> fmin([1.0, float("nan")], [0.0, 2.0]).tolist()
        [0.0, 2.0]
    """
    x1, x2 = pair(x1, x2)
    if not dtypes.is_float(x1.dtype):
        return e.min(x1, x2)
    first = e.or_(e.lt(x1, x2), e.ne(x2, x2))
    return e.select(first, x1, x2)


@op
def hypot(x1: Any, x2: Any) -> Tensor:
    """Returns `sqrt(x1**2 + x2**2)` without overflow on the way.

    Example:
        >>> hypot(3.0, 4.0).item()
        5.0
    """
    x1, x2 = pair(x1, x2, "float")

    def forward(a: Tensor, b: Tensor) -> Tensor:
        a, b = e.abs(a), e.abs(b)
        large, small = e.max(a, b), e.min(a, b)
        scale = e.select(e.eq(large, like(large, 0)), like(large, 1), large)
        ratio = e.div(small, scale)
        root = e.mul(large, e.sqrt(e.add(e.mul(ratio, ratio), like(ratio, 1))))
        infinite = e.eq(large, like(large, float("inf")))
        return e.select(infinite, large, root)

    def backward(g: Tensor, out: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        scale = e.div(g, e.select(e.eq(out, like(out, 0)), like(out, 1), out))
        return e.mul(scale, a), e.mul(scale, b)

    return differentiated(forward, backward, x1, x2)


@op
def arctan2(x1: Any, x2: Any) -> Tensor:
    """Returns the angle of the point (x2, x1) from -pi to pi.

    Example:
        >>> round(arctan2(1.0, 1.0).item(), 4)
        0.7854
    """
    x1, x2 = pair(x1, x2, "float")
    return e.atan2(x1, x2)


@op
def logaddexp(x1: Any, x2: Any) -> Tensor:
    """Returns `log(exp(x1) + exp(x2))` without overflow.

    Example:
        >>> round(logaddexp(1000.0, 1000.0).item(), 3)
        1000.693
    """
    x1, x2 = pair(x1, x2, "float")

    def forward(a: Tensor, b: Tensor) -> Tensor:
        large = e.max(a, b)
        gap = e.sub(a, b)
        smooth = e.add(large, e.log1p(e.exp(e.neg(e.abs(gap)))))
        return e.select(e.ne(gap, gap), e.add(a, b), smooth)

    def backward(g: Tensor, out: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        finite = e.is_finite(out)
        zero, one = like(g, 0), like(g, 1)
        shares = []
        for x, other in ((a, b), (b, a)):
            share = e.exp(e.sub(x, e.select(finite, out, zero)))
            at_infinity = e.select(e.gt(x, other), one, like(g, 0.5))
            at_infinity = e.select(e.lt(x, other), zero, at_infinity)
            shares.append(e.mul(g, e.select(finite, share, at_infinity)))
        return shares[0], shares[1]

    return differentiated(forward, backward, x1, x2)


@op
def logaddexp2(x1: Any, x2: Any) -> Tensor:
    """Returns `log2(2**x1 + 2**x2)` without overflow.

    Example:
        >>> logaddexp2(3.0, 3.0).item()
        4.0
    """
    x1, x2 = pair(x1, x2, "float")
    log2 = 0.6931471805599453
    large = e.max(x1, x2)
    gap = e.neg(e.abs(e.sub(x1, x2)))
    tail = e.div(e.log1p(e.exp(e.mul(gap, like(gap, log2)))), like(gap, log2))
    return e.select(e.is_finite(large), e.add(large, tail), large)


@op
def heaviside(x1: Any, x2: Any) -> Tensor:
    """Returns 0 where `x1` is negative, 1 where it is positive, and `x2` where it is 0.

    Example:
        >>> heaviside([-1.5, 0.0, 2.0], 0.5).tolist()
        [0.0, 0.5, 1.0]
    """
    x1, x2 = pair(x1, x2, "float")
    step = e.select(e.gt(x1, like(x1, 0)), like(x1, 1), e.mul(x1, like(x1, 0)))
    step = e.select(e.lt(x1, like(x1, 0)), like(x1, 0), step)
    return e.select(e.eq(x1, like(x1, 0)), x2, step)


@op
def ldexp(x1: Any, x2: Any) -> Tensor:
    """Returns `x1 * 2**x2`.

    Args:
        x1: Array-like.
        x2: Integer array-like.

    Returns:
        A float tensor.

    Raises:
        TypeError: When `x2` is not of an integer dtype.

    Example:
        >>> ldexp([0.75, 3.0], [1, 2]).tolist()
        [1.5, 12.0]
    """
    exponent = as_tensor(x2)
    if not dtypes.is_integer(exponent.dtype):
        raise TypeError(
            f"ldexp: the exponent x2 must be whole numbers; got dtype {exponent.dtype}."
        )
    x1, x2 = pair(x1, exponent, "float")
    return e.mul(x1, e.pow(like(x2, 2), x2))
