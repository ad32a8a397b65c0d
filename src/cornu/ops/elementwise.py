"""Functions of one operand: signs and rounding, powers and logarithms, clipping."""

from __future__ import annotations

import math
from typing import Any

from cornu.core import dtypes
from cornu.core.primitives import elementwise as e
from cornu.core.tensor import Tensor
from cornu.ops._operands import LARGEST, as_tensor, cast, differentiated, floating, like, op, pair


@op
def absolute(x: Any) -> Tensor:
    """Returns the absolute value; its derivative at 0 is 1, as on JAX.

    Example:
        >>> absolute([-1.5, 2.0]).tolist()
        [1.5, 2.0]
    """
    x = as_tensor(x)
    if not dtypes.is_float(x.dtype):
        return x if x.dtype == "bool" or x.dtype in dtypes.UNSIGNED else e.abs(x)
    return differentiated(e.abs, lambda g, out, x: e.select(e.ge(x, like(x, 0)), g, e.neg(g)), x)


abs = absolute


@op
def fabs(x: Any) -> Tensor:
    """Returns the absolute value as a float.

    Example:
        >>> fabs([-1, 2]).tolist()
        [1.0, 2.0]
    """
    return e.abs(floating(x))


@op
def negative(x: Any) -> Tensor:
    """Returns `-x`.

    Example:
        >>> negative([1.0, -2.0]).tolist()
        [-1.0, 2.0]
    """
    return e.neg(as_tensor(x))


@op
def sign(x: Any) -> Tensor:
    """Returns -1, 0 or 1 by the sign of each element; NaN stays NaN.

    Example:
        >>> sign([-3.0, 0.0, 5.0]).tolist()
        [-1.0, 0.0, 1.0]
    """
    x = as_tensor(x)
    return e.sign(cast(x, "int32") if x.dtype == "bool" else x)


@op
def square(x: Any) -> Tensor:
    """Returns `x * x`.

    Example:
        >>> square([-3.0, 2.0]).tolist()
        [9.0, 4.0]
    """
    x = as_tensor(x)
    if x.dtype == "bool":
        x = cast(x, "int32")
    return e.mul(x, x)


@op
def reciprocal(x: Any) -> Tensor:
    """Returns `1 / x`.

    Example:
        >>> reciprocal([2.0, 4.0]).tolist()
        [0.5, 0.25]
    """
    x = floating(x)
    return e.div(like(x, 1), x)


@op
def sqrt(x: Any) -> Tensor:
    """Returns the square root.

    Example:
        >>> sqrt([4.0, 9.0]).tolist()
        [2.0, 3.0]
    """
    return e.sqrt(floating(x))


@op
def rsqrt(x: Any) -> Tensor:
    """Returns `1 / sqrt(x)`.

    Example:
        >>> rsqrt([4.0, 16.0]).tolist()
        [0.5, 0.25]
    """
    return e.rsqrt(floating(x))


@op
def cbrt(x: Any) -> Tensor:
    """Returns the cube root; that of a negative number is negative.

    Example:
        >>> f"{cbrt(-27.0).item():.4f}"
        '-3.0000'
    """
    x = floating(x)
    size = e.abs(x)
    root = e.pow(size, like(x, 1.0 / 3.0))
    # One Newton step repairs the rounding of the exponent 1/3.
    safe = e.select(e.eq(root, like(x, 0)), like(x, 1), root)
    step = e.div(e.sub(root, e.div(size, e.mul(safe, safe))), like(x, 3))
    fixed = e.select(e.is_finite(step), e.sub(root, step), root)
    return e.mul(e.sign(x), fixed)


@op
def exp(x: Any) -> Tensor:
    """Returns e to the power `x`.

    Example:
        >>> exp(0.0).item()
        1.0
    """
    return e.exp(floating(x))


@op
def exp2(x: Any) -> Tensor:
    """Returns 2 to the power `x`.

    Example:
        >>> exp2([1.0, 3.0]).tolist()
        [2.0, 8.0]
    """
    x = floating(x)
    return e.pow(like(x, 2), x)


@op
def expm1(x: Any) -> Tensor:
    """Returns `exp(x) - 1`, exact for small `x`.

    Example:
        >>> f"{expm1(1e-6).item():.4e}"
        '1.0000e-06'
    """
    return e.expm1(floating(x))


@op
def log(x: Any) -> Tensor:
    """Returns the natural logarithm.

    Example:
        >>> log(1.0).item()
        0.0
    """
    return e.log(floating(x))


@op
def log1p(x: Any) -> Tensor:
    """Returns `log(1 + x)`, exact for small `x`.

    Example:
        >>> log1p(0.0).item()
        0.0
    """
    return e.log1p(floating(x))


@op
def log2(x: Any) -> Tensor:
    """Returns the logarithm to base 2.

    Example:
        >>> log2([2.0, 8.0]).tolist()
        [1.0, 3.0]
    """
    x = floating(x)
    return e.div(e.log(x), like(x, math.log(2.0)))


@op
def log10(x: Any) -> Tensor:
    """Returns the logarithm to base 10.

    Example:
        >>> f"{log10(1000.0).item():.4f}"
        '3.0000'
    """
    x = floating(x)
    return e.mul(e.log(x), like(x, 1.0 / math.log(10.0)))


@op
def erf(x: Any) -> Tensor:
    """Returns the error function, `2 / sqrt(pi)` times the integral of `exp(-t**2)` from 0 to x.

    Example:
        >>> erf(0.0).item()
        0.0
    """
    return e.erf(floating(x))


@op
def erfc(x: Any) -> Tensor:
    """Returns `1 - erf(x)`.

    Example:
        >>> erfc(0.0).item()
        1.0
    """
    x = floating(x)
    return e.sub(like(x, 1), e.erf(x))


@op
def erfinv(x: Any) -> Tensor:
    """Returns the inverse of the error function on (-1, 1).

    Example:
        >>> erfinv(0.0).item()
        0.0
    """
    return e.erf_inv(floating(x))


@op
def floor(x: Any) -> Tensor:
    """Returns the largest whole number not above `x`, as a float.

    Example:
        >>> floor([1.7, -1.2]).tolist()
        [1.0, -2.0]
    """
    return e.floor(floating(x))


@op
def ceil(x: Any) -> Tensor:
    """Returns the smallest whole number not below `x`, as a float.

    Example:
        >>> ceil([1.2, -1.7]).tolist()
        [2.0, -1.0]
    """
    return e.ceil(floating(x))


@op
def trunc(x: Any) -> Tensor:
    """Returns `x` without its fraction.

    Example:
        >>> trunc([1.7, -1.7]).tolist()
        [1.0, -1.0]
    """
    x = as_tensor(x)
    if not dtypes.is_float(x.dtype):
        return cast(x, "int32") if x.dtype == "bool" else x
    return e.select(e.lt(x, like(x, 0)), e.ceil(x), e.floor(x))


@op
def round(x: Any, decimals: int = 0) -> Tensor:
    """Returns `x` rounded to a number of decimals, halves to the even digit.

    Args:
        x: Array-like.
        decimals: Digits after the point; negative ones are before it.

    Returns:
        A tensor like `x`.

    Example:
        >>> round([0.5, 1.5, 2.4]).tolist()
        [0.0, 2.0, 2.0]
    """
    x = as_tensor(x)
    if x.dtype == "bool":
        x = cast(x, "int32")
    if not dtypes.is_float(x.dtype):
        if decimals >= 0:
            return x
        scaled = e.div(
            cast(x, "float64"), e.full(shape=x.shape, dtype="float64", value=10.0**-decimals)
        )
        rounded = e.mul(e.round(scaled), like(scaled, 10.0**-decimals))
        return cast(rounded, x.dtype)
    if decimals == 0:
        return e.round(x)
    factor = like(x, 10.0**decimals)
    return e.div(e.round(e.mul(x, factor)), factor)


@op
def real(x: Any) -> Tensor:
    """Returns the real part, which is the tensor itself.

    Example:
        >>> real([1.0]).tolist()
        [1.0]
    """
    return as_tensor(x)


@op
def imag(x: Any) -> Tensor:
    """Returns the imaginary part, which is zero: cornu's tensors are real.

    Example:
        >>> imag([1.0]).tolist()
        [0.0]
    """
    return like(as_tensor(x), 0)


@op
def conjugate(x: Any) -> Tensor:
    """Returns the complex conjugate, which is the tensor itself.

    Example:
        >>> conjugate([1.0]).tolist()
        [1.0]
    """
    return as_tensor(x)


conj = conjugate


@op
def clip(x: Any, x_min: Any, x_max: Any) -> Tensor:
    """Returns `x` with elements below `x_min` or above `x_max` replaced by these.

    Args:
        x: Array-like.
        x_min: Lower limit, a number or array-like that broadcasts; None for no limit.
        x_max: Upper limit, likewise.

    Returns:
        A tensor of the promoted dtype.

    Example:
        >>> clip([-2.0, 0.5, 3.0], 0.0, 1.0).tolist()
        [0.0, 0.5, 1.0]
    """
    x = as_tensor(x)
    if x.dtype == "bool":
        x = cast(x, "int32")
    numbers = isinstance(x_min, (int, float)) and isinstance(x_max, (int, float))
    if numbers and dtypes.is_float(x.dtype):
        return bounded(x, x_min, x_max)
    if x_min is not None:
        x, low = pair(x, x_min)
        x = e.max(x, low)
    if x_max is not None:
        x, high = pair(x, x_max)
        x = e.min(x, high)
    return x


def bounded(x: Tensor, low: float, high: float) -> Tensor:
    """Clips a float tensor between two numbers; at the ends half of the derivative passes."""

    def forward(x: Tensor) -> Tensor:
        result: Tensor = e.min(e.max(x, like(x, low)), like(x, high))
        return result

    def backward(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
        least, most = like(x, low), like(x, high)
        inside = e.and_(e.gt(x, least), e.lt(x, most))
        at_end = e.or_(e.eq(x, least), e.eq(x, most))
        half = e.select(at_end, e.mul(g, like(g, 0.5)), like(g, 0))
        result: Tensor = e.select(inside, g, half)
        return result

    return differentiated(forward, backward, x)


@op
def nan_to_num(
    x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """Returns `x` with NaN and infinities replaced by numbers.

    Args:
        x: Array-like.
        nan: What stands in for NaN.
        posinf: What stands in for infinity; the largest number of the dtype when None.
        neginf: What stands in for minus infinity; the smallest number of the dtype when None.

    Returns:
        A tensor like `x`.

    Example:
        >>> nan_to_num([float("nan"), 1.0, float("inf")], posinf=9.0).tolist()
        [0.0, 1.0, 9.0]
    """
    x = as_tensor(x)
    if not dtypes.is_float(x.dtype):
        return x
    largest = LARGEST[x.dtype]
    high = largest if posinf is None else posinf
    low = -largest if neginf is None else neginf
    x = e.select(e.ne(x, x), like(x, nan), x)
    x = e.select(e.eq(x, like(x, math.inf)), like(x, high), x)
    return e.select(e.eq(x, like(x, -math.inf)), like(x, low), x)
