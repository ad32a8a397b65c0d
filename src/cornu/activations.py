"""Activation functions, by name or as functions of a tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.core.registry import builtin
from cornu.saving import identifiers
from cornu.saving.serialization import serialize_keras_object


@builtin("activation")
def linear(x: Any) -> Any:
    """Returns x itself.

    Args:
        x: Tensor of any shape.

    Returns:
        The tensor.

    Example:
        >>> float(linear(-3.0))
        -3.0
    """
    return x


@builtin("activation")
def relu(
    x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Any:
    """Returns max(x, 0), possibly with a slope below, a ceiling and a threshold.

    Args:
        x: Tensor of any shape.
        negative_slope: Slope below the threshold.
        max_value: Largest value, or None.
        threshold: Values up to it are damped.

    Returns:
        A tensor of the same shape.

    Example:
        >>> relu([-2.0, 3.0]).numpy()
        array([0., 3.], dtype=float32)
    """
    x = ops.convert_to_tensor(x)
    if threshold == 0.0:
        if negative_slope != 0.0:
            result = ops.leaky_relu(x, negative_slope=negative_slope)
            return result if max_value is None else ops.minimum(result, max_value)
        if max_value is None:
            return ops.relu(x)
        return ops.relu6(x) if max_value == 6 else ops.clip(x, 0.0, max_value)
    above = ops.where(ops.greater_equal(x, threshold), x, ops.zeros_like(x))
    if max_value is not None:
        above = ops.clip(above, 0.0, max_value)
    if negative_slope == 0.0:
        return above
    below = ops.multiply(negative_slope, ops.subtract(x, threshold))
    return ops.where(ops.less(x, threshold), below, above)


@builtin("activation")
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """Returns x where positive, else `negative_slope * x`.

    Args:
        x: Tensor of any shape.
        negative_slope: Slope of the negative part.

    Returns:
        A tensor of the same shape.

    Example:
        >>> leaky_relu([-1.0, 1.0]).numpy()
        array([-0.2,  1. ], dtype=float32)
    """
    return ops.leaky_relu(x, negative_slope=negative_slope)


@builtin("activation")
def relu6(x: Any) -> Any:
    """Returns x limited to 0 to 6.

    Example:
        >>> relu6([-2.0, 3.0, 9.0]).tolist()
        [0.0, 3.0, 6.0]
    """
    return ops.relu6(x)


@builtin("activation")
def softmax(x: Any, axis: int = -1) -> Any:
    """Returns exp(x) / sum(exp(x)) along an axis: positive numbers that add up to 1.

    Args:
        x: Tensor of rank 1 or more.
        axis: The axis of the classes.

    Returns:
        A tensor of the same shape.

    Example:
        >>> softmax([0.0, 0.0]).numpy()
        array([0.5, 0.5], dtype=float32)
    """
    return ops.softmax(x, axis=axis)


@builtin("activation")
def log_softmax(x: Any, axis: int = -1) -> Any:
    """Returns the logarithm of the softmax along an axis.

    Example:
        >>> [round(p, 4) for p in log_softmax([1.0, 1.0]).tolist()]
        [-0.6931, -0.6931]
    """
    return ops.log_softmax(x, axis=axis)


@builtin("activation")
def elu(x: Any, alpha: float = 1.0) -> Any:
    """Returns x where positive, else `alpha * (exp(x) - 1)` (Clevert et al., 2016).

    Example:
        >>> elu([0.0, 2.0]).tolist()
        [0.0, 2.0]
    """
    return ops.elu(x, alpha=alpha)


@builtin("activation")
def selu(x: Any) -> Any:
    """Returns the scaled exponential linear unit (Klambauer et al., 2017).

    Example:
        >>> round(float(selu(1.0)), 4)
        1.0507
    """
    return ops.selu(x)


@builtin("activation")
def celu(x: Any, alpha: float = 1.0) -> Any:
    """Returns the continuously differentiable exponential linear unit (Barron, 2017).

    Args:
        x: Tensor of any shape.
        alpha: The limit for very negative values, up to the sign.

    Example:
        >>> celu([0.0, 2.0]).tolist()
        [0.0, 2.0]
    """
    return ops.celu(x, alpha=alpha)


@builtin("activation")
def gelu(x: Any, approximate: bool = False) -> Any:
    """Returns x times the normal distribution function of x (Hendrycks & Gimpel, 2016).

    Args:
        x: Tensor of any shape.
        approximate: Whether to use the tanh approximation.

    Example:
        >>> round(float(gelu(1.0)), 4)
        0.8413
    """
    return ops.gelu(x, approximate=approximate)


@builtin("activation", "swish")
def silu(x: Any) -> Any:
    """Returns x * sigmoid(x).

    Example:
        >>> round(float(silu(1.0)), 4)
        0.7311
    """
    return ops.silu(x)


@builtin("activation")
def sigmoid(x: Any) -> Any:
    """Returns 1 / (1 + exp(-x)).

    Args:
        x: Tensor of any shape.

    Returns:
        A tensor of the same shape with values between 0 and 1.

    Example:
        >>> float(sigmoid(0.0))
        0.5
    """
    return ops.sigmoid(x)


@builtin("activation")
def hard_sigmoid(x: Any) -> Any:
    """Returns relu6(x + 3) / 6, a sigmoid of straight lines.

    Example:
        >>> hard_sigmoid([-4.0, 0.0, 4.0]).tolist()
        [0.0, 0.5, 1.0]
    """
    return ops.hard_sigmoid(x)


@builtin("activation", "hard_swish")
def hard_silu(x: Any) -> Any:
    """Returns x * hard_sigmoid(x).

    Example:
        >>> hard_silu([-4.0, 0.0, 4.0]).tolist()
        [-0.0, 0.0, 4.0]
    """
    return ops.hard_silu(x)


swish = silu
hard_swish = hard_silu


@builtin("activation")
def tanh(x: Any) -> Any:
    """Returns the hyperbolic tangent.

    Args:
        x: Tensor of any shape.

    Returns:
        A tensor of the same shape with values between -1 and 1.

    Example:
        >>> float(tanh(0.0))
        0.0
    """
    return ops.tanh(x)


@builtin("activation")
def softplus(x: Any) -> Any:
    """Returns log(1 + exp(x)).

    Example:
        >>> round(float(softplus(0.0)), 4)
        0.6931
    """
    return ops.softplus(x)


@builtin("activation")
def softsign(x: Any) -> Any:
    """Returns x / (1 + |x|).

    Example:
        >>> softsign([-1.0, 1.0]).tolist()
        [-0.5, 0.5]
    """
    return ops.softsign(x)


@builtin("activation")
def exponential(x: Any) -> Any:
    """Returns exp(x).

    Example:
        >>> exponential([0.0]).tolist()
        [1.0]
    """
    return ops.exp(x)


@builtin("activation")
def log_sigmoid(x: Any) -> Any:
    """Returns the logarithm of the sigmoid.

    Example:
        >>> round(float(log_sigmoid(0.0)), 4)
        -0.6931
    """
    return ops.log_sigmoid(x)


@builtin("activation")
def mish(x: Any) -> Any:
    """Returns x * tanh(softplus(x)) (Misra, 2019).

    Example:
        >>> round(float(mish(1.0)), 4)
        0.8651
    """
    return ops.multiply(x, ops.tanh(ops.softplus(x)))


@builtin("activation")
def hard_tanh(x: Any) -> Any:
    """Returns x limited to -1 to 1.

    Example:
        >>> hard_tanh([-2.0, 0.5, 2.0]).tolist()
        [-1.0, 0.5, 1.0]
    """
    return ops.hard_tanh(x)


@builtin("activation")
def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    """Returns x where its size is above the threshold, else 0.

    Example:
        >>> hard_shrink([-2.0, 0.25, 2.0]).tolist()
        [-2.0, 0.0, 2.0]
    """
    return ops.hard_shrink(x, threshold=threshold)


@builtin("activation")
def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """Returns x moved towards 0 by the threshold, and 0 in between.

    Example:
        >>> soft_shrink([-2.0, 0.25, 2.0]).tolist()
        [-1.5, 0.0, 1.5]
    """
    return ops.soft_shrink(x, threshold=threshold)


@builtin("activation")
def tanh_shrink(x: Any) -> Any:
    """Returns x - tanh(x).

    Example:
        >>> tanh_shrink([0.0]).tolist()
        [0.0]
    """
    return ops.tanh_shrink(x)


@builtin("activation")
def sparse_plus(x: Any) -> Any:
    """Returns 0 below -1, x above 1, and (x + 1)**2 / 4 between (Wen & Zhang, 2023).

    Example:
        >>> sparse_plus([-2.0, 0.0, 2.0]).tolist()
        [0.0, 0.25, 2.0]
    """
    return ops.sparse_plus(x)


@builtin("activation")
def squareplus(x: Any, b: float = 4.0) -> Any:
    """Returns (x + sqrt(x**2 + b)) / 2 (Barron, 2021).

    Example:
        >>> squareplus([0.0]).tolist()
        [1.0]
    """
    return ops.squareplus(x, b=b)


@builtin("activation")
def sparse_sigmoid(x: Any) -> Any:
    """Returns 0 below -1, 1 above 1, and a straight line between.

    Example:
        >>> sparse_sigmoid([-2.0, 0.0, 2.0]).tolist()
        [0.0, 0.5, 1.0]
    """
    return ops.sparse_sigmoid(x)


@builtin("activation")
def sparsemax(x: Any, axis: int = -1) -> Any:
    """Returns the nearest point of the probability simplex (Martins & Astudillo, 2016).

    Args:
        x: Tensor of any shape.
        axis: Axis along which the result sums to one.

    Example:
        >>> sparsemax([[1.0, 1.0, -5.0]]).tolist()
        [[0.5, 0.5, 0.0]]
    """
    return ops.sparsemax(x, axis=axis)


@builtin("activation")
def glu(x: Any, axis: int = -1) -> Any:
    """Returns the first half times the sigmoid of the second half (Dauphin et al., 2017).

    Args:
        x: Tensor of any shape.
        axis: Axis that is halved.

    Example:
        >>> glu([2.0, 0.0]).tolist()
        [1.0]
    """
    return ops.glu(x, axis=axis)


@builtin("activation")
def threshold(x: Any, threshold: float, default_value: float) -> Any:
    """Returns x where it is above a threshold, else a default value.

    Args:
        x: Tensor of any shape.
        threshold: The threshold.
        default_value: What stands for smaller values.

    Example:
        >>> threshold([0.5, 2.0], 1.0, 0.0).tolist()
        [0.0, 2.0]
    """
    return ops.threshold(x, threshold, default_value)


@builtin("activation", "heaviside", "step")
def step(x: Any) -> Any:
    """Returns 1 where x is above 0, else 0: the unit of the perceptron (Rosenblatt, 1958).

    Its derivative is 0 everywhere, so it cannot be trained by gradients.

    Args:
        x: Tensor of any shape.

    Returns:
        A tensor of the same shape and dtype.

    Example:
        >>> step([-1.0, 2.0]).numpy()
        array([0., 1.], dtype=float32)
    """
    x = ops.convert_to_tensor(x)
    return ops.cast(ops.greater(x, 0), x.dtype)


def get(identifier: Any) -> Callable[..., Any]:
    """Returns the activation function for a name, config or function.

    Args:
        identifier: Name, config, function, or None for `linear`.

    Returns:
        A function of a tensor.

    Raises:
        ValueError: For an unknown name, with the closest one.

    Example:
        >>> get("relu").__name__
        'relu'
    """
    if identifier is None:
        return linear
    function: Callable[..., Any] = identifiers.resolve("activation", identifier)
    return function


def serialize(activation: Any) -> Any:
    """Returns the name of an activation of cornu, or the config of another one.

    Args:
        activation: A function or layer.

    Returns:
        A name, or a config dict.

    Example:
        >>> serialize(relu)
        'relu'
    """
    name = getattr(activation, "__name__", None)
    if name is not None and registry.builtins_of("activation").get(name) is activation:
        return name
    return serialize_keras_object(activation)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Returns the activation for what `serialize` returned.

    Args:
        config: A name or config dict.
        custom_objects: Names that come first.

    Returns:
        A function or layer.

    Example:
        >>> deserialize("relu") is relu
        True
    """
    return identifiers.resolve("activation", config, custom_objects)
