"""Activation functions.

Where a derivative is shorter in terms of the result (relu, elu, ...), it is written so:
training then keeps and reads one tensor instead of two.
"""

from __future__ import annotations

import math
from typing import Any

from cornu.core.primitives import elementwise as e
from cornu.core.tensor import Tensor
from cornu.ops._operands import as_tensor, cast, differentiated, floating, like, op

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


def _where_positive(out: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Selects x where the result is above zero, else y."""
    result: Tensor = e.select(e.gt(out, like(out, 0)), x, y)
    return result


@op
def relu(x: Any) -> Tensor:
    """Returns `max(x, 0)`; its derivative at 0 is 0.

    Example:
        >>> relu([-1.0, 2.0]).tolist()
        [0.0, 2.0]
    """
    x = as_tensor(x)
    if x.dtype == "bool":
        x = cast(x, "int32")
    return differentiated(
        lambda x: e.max(x, like(x, 0)), lambda g, out, x: _where_positive(out, g, like(g, 0)), x
    )


@op
def relu6(x: Any) -> Tensor:
    """Returns `min(max(x, 0), 6)`.

    Example:
        >>> relu6([-1.0, 2.0, 9.0]).tolist()
        [0.0, 2.0, 6.0]
    """
    x = as_tensor(x)

    def backward(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
        inside = e.and_(e.gt(x, like(x, 0)), e.lt(x, like(x, 6)))
        result: Tensor = e.select(inside, g, like(g, 0))
        return result

    return differentiated(lambda x: e.min(e.max(x, like(x, 0)), like(x, 6)), backward, x)


@op
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Tensor:
    """Returns `x` where it is positive, else `negative_slope * x`.

    Args:
        x: Array-like.
        negative_slope: Slope below zero.

    Returns:
        A float tensor.

    Example:
        >>> leaky_relu([-1.0, 2.0], 0.5).tolist()
        [-0.5, 2.0]
    """
    x = floating(x)

    def sloped(value: Tensor, x: Tensor) -> Tensor:
        scaled = e.mul(value, like(value, negative_slope))
        result: Tensor = e.select(e.ge(x, like(x, 0)), value, scaled)
        return result

    return differentiated(lambda x: sloped(x, x), lambda g, out, x: sloped(g, x), x)


@op
def sigmoid(x: Any) -> Tensor:
    """Returns `1 / (1 + exp(-x))`.

    Example:
        >>> sigmoid(0.0).item()
        0.5
    """
    return e.sigmoid(floating(x))


@op
def silu(x: Any) -> Tensor:
    """Returns `x * sigmoid(x)`, also called swish.

    Example:
        >>> silu(0.0).item()
        0.0
    """
    x = floating(x)
    return e.mul(x, e.sigmoid(x))


swish = silu


@op
def softplus(x: Any) -> Tensor:
    """Returns `log(1 + exp(x))` without overflow.

    Example:
        >>> round(softplus(0.0).item(), 4)
        0.6931
    """
    return soft_positive(floating(x))


def soft_positive(x: Tensor) -> Tensor:
    """The softplus of a float tensor; its derivative is the sigmoid."""
    return differentiated(
        lambda x: e.add(e.max(x, like(x, 0)), e.log1p(e.exp(e.neg(e.abs(x))))),
        lambda g, out, x: e.mul(g, e.sigmoid(x)),
        x,
    )


@op
def log_sigmoid(x: Any) -> Tensor:
    """Returns `log(sigmoid(x))` without overflow.

    Example:
        >>> round(log_sigmoid(0.0).item(), 4)
        -0.6931
    """
    return e.neg(soft_positive(e.neg(floating(x))))


@op
def softsign(x: Any) -> Tensor:
    """Returns `x / (1 + |x|)`.

    Example:
        >>> softsign([-1.0, 1.0]).tolist()
        [-0.5, 0.5]
    """
    x = floating(x)
    return e.div(x, e.add(like(x, 1), e.abs(x)))


def _elu(x: Tensor, alpha: float, scale: float) -> Tensor:
    """`scale * x` above zero, `scale * alpha * (exp(x) - 1)` below; alpha must be positive."""

    def forward(x: Tensor) -> Tensor:
        above = e.mul(x, like(x, scale)) if scale != 1.0 else x
        below = e.mul(e.expm1(x), like(x, scale * alpha)) if scale * alpha != 1.0 else e.expm1(x)
        return _where_positive(x, above, below)

    def backward(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
        above = e.mul(g, like(g, scale)) if scale != 1.0 else g
        return _where_positive(out, above, e.mul(g, e.add(out, like(out, scale * alpha))))

    return differentiated(forward, backward, x)


@op
def elu(x: Any, alpha: float = 1.0) -> Tensor:
    """Returns `x` where it is positive, else `alpha * (exp(x) - 1)`.

    Args:
        x: Array-like.
        alpha: The limit far below zero is `-alpha`.

    Returns:
        A float tensor.

    Example:
        >>> round(elu(-1.0).item(), 4)
        -0.6321
    """
    x = floating(x)
    if alpha > 0:
        return _elu(x, alpha, 1.0)
    below = e.mul(e.expm1(_where_positive(x, like(x, 0), x)), like(x, alpha))
    return _where_positive(x, x, below)


@op
def selu(x: Any) -> Tensor:
    """Returns the scaled exponential linear unit, which keeps mean 0 and variance 1.

    Reference: Klambauer et al., "Self-Normalizing Neural Networks" (2017).

    Example:
        >>> round(selu(1.0).item(), 4)
        1.0507
    """
    return _elu(floating(x), SELU_ALPHA, SELU_SCALE)


@op
def celu(x: Any, alpha: float = 1.0) -> Tensor:
    """Returns `max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0)`.

    Args:
        x: Array-like.
        alpha: Not zero.

    Returns:
        A float tensor.

    Example:
        >>> round(celu(-1.0).item(), 4)
        -0.6321
    """
    x = floating(x)
    scale = like(x, alpha)
    below = e.mul(scale, e.expm1(e.div(_where_positive(x, like(x, 0), x), scale)))
    return _where_positive(x, x, below)


@op
def gelu(x: Any, approximate: bool = True) -> Tensor:
    """Returns `x` times the normal distribution function of `x`.

    Reference: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016).

    Args:
        x: Array-like.
        approximate: Whether to use the formula with tanh.

    Returns:
        A float tensor.

    Example:
        >>> round(gelu(1.0, approximate=False).item(), 4)
        0.8413
    """
    x = floating(x)
    if approximate:
        cube = e.mul(like(x, 0.044715), e.mul(x, e.mul(x, x)))
        inner = e.mul(like(x, math.sqrt(2.0 / math.pi)), e.add(x, cube))
        return e.mul(x, e.mul(like(x, 0.5), e.add(like(x, 1), e.tanh(inner))))
    inner = e.erf(e.mul(x, like(x, math.sqrt(0.5))))
    return e.mul(e.mul(x, like(x, 0.5)), e.add(like(x, 1), inner))


def _ramp(x: Tensor) -> Tensor:
    """The hard sigmoid: 0 below -3, 1 above 3, a line between."""

    def forward(x: Tensor) -> Tensor:
        shifted = e.add(x, like(x, 3))
        bounded = e.min(e.max(shifted, like(x, 0)), like(x, 6))
        result: Tensor = e.div(bounded, like(x, 6))
        return result

    def backward(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
        inside = e.and_(e.gt(x, like(x, -3)), e.lt(x, like(x, 3)))
        result: Tensor = e.select(inside, e.div(g, like(g, 6)), like(g, 0))
        return result

    return differentiated(forward, backward, x)


@op
def hard_sigmoid(x: Any) -> Tensor:
    """Returns `relu6(x + 3) / 6`.

    Example:
        >>> hard_sigmoid([-4.0, 0.0, 4.0]).tolist()
        [0.0, 0.5, 1.0]
    """
    return _ramp(floating(x))


@op
def hard_silu(x: Any) -> Tensor:
    """Returns `x * relu6(x + 3) / 6`, also called hard swish.

    Example:
        >>> hard_silu([0.0, 4.0]).tolist()
        [0.0, 4.0]
    """
    x = floating(x)
    return e.mul(x, _ramp(x))


hard_swish = hard_silu


@op
def hard_tanh(x: Any) -> Tensor:
    """Returns `x` cut off at -1 and 1.

    Example:
        >>> hard_tanh([-2.0, 0.5, 2.0]).tolist()
        [-1.0, 0.5, 1.0]
    """
    x = floating(x)
    one, minus = like(x, 1), like(x, -1)
    return e.select(e.gt(x, one), one, e.select(e.lt(x, minus), minus, x))


@op
def hard_shrink(x: Any, threshold: float = 0.5) -> Tensor:
    """Returns `x`, and 0 where `|x| <= threshold`.

    Args:
        x: Array-like.
        threshold: Half the width of the gap.

    Returns:
        A float tensor.

    Example:
        >>> hard_shrink([-0.3, 2.0]).tolist()
        [0.0, 2.0]
    """
    x = floating(x)
    return e.select(e.gt(e.abs(x), like(x, threshold)), x, like(x, 0))


@op
def soft_shrink(x: Any, threshold: float = 0.5) -> Tensor:
    """Returns `x` moved towards 0 by `threshold`, and 0 where it would pass it.

    Args:
        x: Array-like.
        threshold: How far elements move.

    Returns:
        A float tensor.

    Example:
        >>> soft_shrink([-2.0, 0.3, 2.0]).tolist()
        [-1.5, 0.0, 1.5]
    """
    x = floating(x)
    limit = like(x, threshold)
    above = e.select(e.gt(x, limit), e.sub(x, limit), like(x, 0))
    return e.select(e.lt(x, e.neg(limit)), e.add(x, limit), above)


@op
def tanh_shrink(x: Any) -> Tensor:
    """Returns `x - tanh(x)`.

    Example:
        >>> tanh_shrink(0.0).item()
        0.0
    """
    x = floating(x)
    return e.sub(x, e.tanh(x))


@op
def threshold(x: Any, threshold: float, default_value: float) -> Tensor:
    """Returns `x` where it exceeds a threshold, else a default.

    Args:
        x: Array-like.
        threshold: The threshold.
        default_value: What stands in for the rest.

    Returns:
        A float tensor.

    Example:
        >>> threshold([0.5, 2.0], 1.0, 0.0).tolist()
        [0.0, 2.0]
    """
    x = floating(x)
    return e.select(e.gt(x, like(x, threshold)), x, like(x, default_value))


@op
def squareplus(x: Any, b: float = 4) -> Tensor:
    """Returns `(x + sqrt(x**2 + b)) / 2`.

    Args:
        x: Array-like.
        b: How soft the corner is.

    Returns:
        A float tensor.

    Example:
        >>> squareplus(0.0).item()
        1.0
    """
    x = floating(x)
    return e.div(e.add(x, e.sqrt(e.add(e.mul(x, x), like(x, b)))), like(x, 2))


@op
def sparse_plus(x: Any) -> Tensor:
    """Returns 0 below -1, `x` above 1, and `(x + 1)**2 / 4` between.

    Example:
        >>> sparse_plus([-2.0, 0.0, 2.0]).tolist()
        [0.0, 0.25, 2.0]
    """
    x = floating(x)
    one = like(x, 1)
    shifted = e.add(x, one)
    middle = e.div(e.mul(shifted, shifted), like(x, 4))
    return e.select(e.le(x, e.neg(one)), like(x, 0), e.select(e.lt(x, one), middle, x))


@op
def sparse_sigmoid(x: Any) -> Tensor:
    """Returns 0 below -1, 1 above 1, and a line between.

    Example:
        >>> sparse_sigmoid([-2.0, 0.0, 2.0]).tolist()
        [0.0, 0.5, 1.0]
    """
    x = floating(x)
    line = e.min(e.max(e.add(x, like(x, 1)), like(x, 0)), like(x, 2))
    return e.mul(line, like(x, 0.5))
