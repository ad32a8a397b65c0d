"""Elementwise primitives: arithmetic, transcendental functions, comparisons, logic, bits.

At points without a derivative abs and sign have derivative 0 (`ops.absolute` has 1, as on JAX), and
the operands of max and min share the cotangent equally where they are equal, as on JAX.
"""

from __future__ import annotations

import math
from typing import Any

from cornu.core.dtypes import item_size
from cornu.core.primitive import Primitive, Spec
from cornu.core.primitives.rules import (
    ALL,
    BITS,
    FLOATS,
    INTEGERS,
    NUMBERS,
    binary,
    check_axis,
    check_dtype,
    check_same,
    unary,
)


def constant(like: Any, value: float) -> Any:
    """Returns a tensor of the shape and dtype of `like` with all elements equal to `value`."""
    return full(shape=like.shape, dtype=like.dtype, value=value)


def _full_rule(*, shape: Any, dtype: str, value: float) -> Spec:
    return Spec(tuple(shape), dtype)


full: Primitive = Primitive("full", _full_rule)


def _iota_rule(*, shape: Any, dtype: str, axis: int) -> Spec:
    check_dtype("iota", dtype, NUMBERS)
    check_axis("iota", axis, shape)
    return Spec(tuple(shape), dtype)


iota: Primitive = Primitive("iota", _iota_rule)


def _cast_rule(x: Any, *, dtype: str) -> Spec:
    check_dtype("cast", dtype, ALL)
    return Spec(x.shape, dtype)


cast: Primitive = Primitive("cast", _cast_rule, (lambda g, out, x, dtype: cast(g, dtype=x.dtype),))


def _bitcast_rule(x: Any, *, dtype: str) -> Spec:
    numbers = x.dtype in NUMBERS and dtype in NUMBERS
    if not numbers or item_size(x.dtype) != item_size(dtype):
        raise TypeError(f"bitcast: {x.dtype} has no counterpart of its width in {dtype}.")
    return Spec(x.shape, dtype)


bitcast: Primitive = Primitive("bitcast", _bitcast_rule)


def _select_rule(condition: Any, x: Any, y: Any) -> Spec:
    check_same("select", x, y)
    if condition.dtype != "bool" or condition.shape != x.shape:
        raise ValueError(
            f"select: the condition must be bool of shape {x.shape}; got {condition.dtype} of "
            f"shape {condition.shape}."
        )
    return Spec(x.shape, x.dtype)


select: Primitive = Primitive(
    "select",
    _select_rule,
    (
        None,
        lambda g, out, condition, x, y: select(condition, g, constant(g, 0)),
        lambda g, out, condition, x, y: select(condition, constant(g, 0), g),
    ),
)

# Arithmetic.
neg: Primitive = unary("neg", NUMBERS, lambda g, out, x: neg(g))
abs: Primitive = unary("abs", NUMBERS, lambda g, out, x: mul(g, sign(x)))
sign: Primitive = unary("sign", NUMBERS)
floor: Primitive = unary("floor", FLOATS)
ceil: Primitive = unary("ceil", FLOATS)
round: Primitive = unary("round", FLOATS)
add: Primitive = binary("add", NUMBERS, (lambda g, out, x, y: g, lambda g, out, x, y: g))
sub: Primitive = binary("sub", NUMBERS, (lambda g, out, x, y: g, lambda g, out, x, y: neg(g)))
mul: Primitive = binary(
    "mul", NUMBERS, (lambda g, out, x, y: mul(g, y), lambda g, out, x, y: mul(g, x))
)
div: Primitive = binary(
    "div",
    NUMBERS,
    (lambda g, out, x, y: div(g, y), lambda g, out, x, y: neg(div(mul(g, out), y))),
)
rem: Primitive = binary(
    "rem",
    NUMBERS,
    (
        lambda g, out, x, y: g,
        lambda g, out, x, y: neg(mul(g, mul(sign(div(x, y)), floor(abs(div(x, y)))))),
    ),
)


def _share(g: Any, out: Any, chosen: Any, other: Any) -> Any:
    """Passes g where `chosen` is the result, half of it where both operands are."""
    half = select(eq(chosen, other), constant(g, 0.5), constant(g, 1))
    return select(eq(chosen, out), mul(g, half), constant(g, 0))


max: Primitive = binary(
    "max",
    ALL,
    (lambda g, out, x, y: _share(g, out, x, y), lambda g, out, x, y: _share(g, out, y, x)),
)
min: Primitive = binary(
    "min",
    ALL,
    (lambda g, out, x, y: _share(g, out, x, y), lambda g, out, x, y: _share(g, out, y, x)),
)


def _pow_base(g: Any, out: Any, x: Any, y: Any) -> Any:
    zero = constant(y, 0)
    slope = mul(y, pow(x, select(eq(y, zero), constant(y, 1), sub(y, constant(y, 1)))))
    return mul(g, select(eq(y, zero), zero, slope))


def _pow_exponent(g: Any, out: Any, x: Any, y: Any) -> Any:
    safe = select(eq(x, constant(x, 0)), constant(x, 1), x)
    return mul(g, mul(log(safe), out))


pow: Primitive = binary("pow", NUMBERS, (_pow_base, _pow_exponent))

# Exponentials and logarithms.
exp: Primitive = unary("exp", FLOATS, lambda g, out, x: mul(g, out))
expm1: Primitive = unary("expm1", FLOATS, lambda g, out, x: mul(g, add(out, constant(g, 1))))
log: Primitive = unary("log", FLOATS, lambda g, out, x: div(g, x))
log1p: Primitive = unary("log1p", FLOATS, lambda g, out, x: div(g, add(x, constant(x, 1))))
sqrt: Primitive = unary("sqrt", FLOATS, lambda g, out, x: div(mul(g, constant(g, 0.5)), out))
rsqrt: Primitive = unary(
    "rsqrt", FLOATS, lambda g, out, x: mul(mul(g, constant(g, -0.5)), div(out, x))
)
sigmoid: Primitive = unary(
    "sigmoid", FLOATS, lambda g, out, x: mul(g, mul(out, sub(constant(out, 1), out)))
)

# Trigonometric and hyperbolic functions.
sin: Primitive = unary("sin", FLOATS, lambda g, out, x: mul(g, cos(x)))
cos: Primitive = unary("cos", FLOATS, lambda g, out, x: neg(mul(g, sin(x))))
tan: Primitive = unary(
    "tan", FLOATS, lambda g, out, x: mul(g, add(constant(out, 1), mul(out, out)))
)
asin: Primitive = unary(
    "asin", FLOATS, lambda g, out, x: mul(g, rsqrt(sub(constant(x, 1), mul(x, x))))
)
acos: Primitive = unary(
    "acos", FLOATS, lambda g, out, x: neg(mul(g, rsqrt(sub(constant(x, 1), mul(x, x)))))
)
atan: Primitive = unary("atan", FLOATS, lambda g, out, x: div(g, add(constant(x, 1), mul(x, x))))
sinh: Primitive = unary("sinh", FLOATS, lambda g, out, x: mul(g, cosh(x)))
cosh: Primitive = unary("cosh", FLOATS, lambda g, out, x: mul(g, sinh(x)))
tanh: Primitive = unary(
    "tanh", FLOATS, lambda g, out, x: mul(g, sub(constant(out, 1), mul(out, out)))
)
asinh: Primitive = unary(
    "asinh", FLOATS, lambda g, out, x: mul(g, rsqrt(add(mul(x, x), constant(x, 1))))
)
acosh: Primitive = unary(
    "acosh", FLOATS, lambda g, out, x: mul(g, rsqrt(sub(mul(x, x), constant(x, 1))))
)
atanh: Primitive = unary("atanh", FLOATS, lambda g, out, x: div(g, sub(constant(x, 1), mul(x, x))))


def _square_sum(x: Any, y: Any) -> Any:
    return add(mul(x, x), mul(y, y))


atan2: Primitive = binary(
    "atan2",
    FLOATS,
    (
        lambda g, out, y, x: mul(g, div(x, _square_sum(x, y))),
        lambda g, out, y, x: neg(mul(g, div(y, _square_sum(x, y)))),
    ),
)

# Special functions.
_TWO_OVER_ROOT_PI = 2.0 / math.sqrt(math.pi)
erf: Primitive = unary(
    "erf",
    FLOATS,
    lambda g, out, x: mul(g, mul(constant(x, _TWO_OVER_ROOT_PI), exp(neg(mul(x, x))))),
)
erf_inv: Primitive = unary(
    "erf_inv",
    FLOATS,
    lambda g, out, x: mul(g, mul(constant(x, 1.0 / _TWO_OVER_ROOT_PI), exp(mul(out, out)))),
)
digamma: Primitive = unary("digamma", FLOATS)
lgamma: Primitive = unary("lgamma", FLOATS, lambda g, out, x: mul(g, digamma(x)))

# Comparisons, logic and bits.
is_finite: Primitive = unary("is_finite", FLOATS, result="bool")
eq: Primitive = binary("eq", ALL, result="bool")
ne: Primitive = binary("ne", ALL, result="bool")
lt: Primitive = binary("lt", ALL, result="bool")
le: Primitive = binary("le", ALL, result="bool")
gt: Primitive = binary("gt", ALL, result="bool")
ge: Primitive = binary("ge", ALL, result="bool")
not_: Primitive = unary("not", BITS)
and_: Primitive = binary("and", BITS)
or_: Primitive = binary("or", BITS)
xor: Primitive = binary("xor", BITS)
shift_left: Primitive = binary("shift_left", INTEGERS)
shift_right: Primitive = binary("shift_right", INTEGERS)
