"""Angles: trigonometric and hyperbolic functions and their inverses."""

from __future__ import annotations

import math
from typing import Any

from cornu.core.primitives import elementwise as e
from cornu.core.tensor import Tensor
from cornu.ops._operands import floating, like, op


@op
def sin(x: Any) -> Tensor:
    """Returns the sine of an angle in radians.

    Example:
        >>> sin(0.0).item()
        0.0
    """
    return e.sin(floating(x))


@op
def cos(x: Any) -> Tensor:
    """Returns the cosine of an angle in radians.

    Example:
        >>> cos(0.0).item()
        1.0
    """
    return e.cos(floating(x))


@op
def tan(x: Any) -> Tensor:
    """Returns the tangent of an angle in radians.

    Example:
        >>> tan(0.0).item()
        0.0
    """
    return e.tan(floating(x))


@op
def arcsin(x: Any) -> Tensor:
    """Returns the angle from -pi/2 to pi/2 whose sine is `x`.

    Example:
        >>> arcsin(0.0).item()
        0.0
    """
    return e.asin(floating(x))


@op
def arccos(x: Any) -> Tensor:
    """Returns the angle from 0 to pi whose cosine is `x`.

    Example:
        >>> arccos(1.0).item()
        0.0
    """
    return e.acos(floating(x))


@op
def arctan(x: Any) -> Tensor:
    """Returns the angle from -pi/2 to pi/2 whose tangent is `x`.

    Example:
        >>> arctan(0.0).item()
        0.0
    """
    return e.atan(floating(x))


@op
def sinh(x: Any) -> Tensor:
    """Returns the hyperbolic sine.

    Example:
        >>> sinh(0.0).item()
        0.0
    """
    return e.sinh(floating(x))


@op
def cosh(x: Any) -> Tensor:
    """Returns the hyperbolic cosine.

    Example:
        >>> cosh(0.0).item()
        1.0
    """
    return e.cosh(floating(x))


@op
def tanh(x: Any) -> Tensor:
    """Returns the hyperbolic tangent.

    Example:
        >>> tanh(0.0).item()
        0.0
    """
    return e.tanh(floating(x))


@op
def arcsinh(x: Any) -> Tensor:
    """Returns the inverse hyperbolic sine.

    Example:
        >>> arcsinh(0.0).item()
        0.0
    """
    return e.asinh(floating(x))


@op
def arccosh(x: Any) -> Tensor:
    """Returns the inverse hyperbolic cosine.

    Example:
        >>> arccosh(1.0).item()
        0.0
    """
    return e.acosh(floating(x))


@op
def arctanh(x: Any) -> Tensor:
    """Returns the inverse hyperbolic tangent.

    Example:
        >>> arctanh(0.0).item()
        0.0
    """
    return e.atanh(floating(x))


@op
def sinc(x: Any) -> Tensor:
    """Returns `sin(pi x) / (pi x)`, which is 1 at 0.

    Example:
        >>> sinc(0.0).item()
        1.0
    """
    x = floating(x)
    zero = e.eq(x, like(x, 0))
    angle = e.mul(e.select(zero, like(x, 1), x), like(x, math.pi))
    return e.select(zero, like(x, 1), e.div(e.sin(angle), angle))


@op
def deg2rad(x: Any) -> Tensor:
    """Returns degrees as radians.

    Example:
        >>> round(deg2rad(180.0).item(), 4)
        3.1416
    """
    x = floating(x)
    return e.mul(x, like(x, math.pi / 180.0))


@op
def rad2deg(x: Any) -> Tensor:
    """Returns radians as degrees.

    Example:
        >>> round(rad2deg(3.14159265).item(), 3)
        180.0
    """
    x = floating(x)
    return e.mul(x, like(x, 180.0 / math.pi))
