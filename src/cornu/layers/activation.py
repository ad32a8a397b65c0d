"""Activation functions as layers."""

from __future__ import annotations

from typing import Any

from cornu import activations, constraints, initializers, ops, regularizers
from cornu.core import registry
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer


class _Elementwise(Layer):
    """Base of layers that change values one by one and keep shapes and masks."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self._build_at_init()

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape."""
        return input_shape


def _number(value: Any, argument: str, who: str, *, positive: bool = False) -> float:
    if isinstance(value, dict):  # a NumPy scalar from an old file
        value = value.get("value")
    if value is None or (isinstance(value, (int, float)) and value < 0 and positive):
        wanted = "a number >= 0" if positive else "a number"
        raise ValueError(f"{who}: {argument} must be {wanted}; got {argument}={value!r}.")
    return float(value)


@registry.builtin("layer")
class Activation(_Elementwise):
    """Applies an activation function.

    Args:
        activation: Name or function.
        **kwargs: `name` and `dtype`.

    Example:
        >>> import cornu as keras
        >>> keras.layers.Activation("relu")(keras.ops.array([-1.0, 2.0])).numpy()
        array([0., 2.], dtype=float32)
    """

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return self.activation(inputs)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "activation": activations.serialize(self.activation)}


@registry.builtin("layer")
class ReLU(_Elementwise):
    """`max(x, 0)`, with an optional ceiling, slope and threshold.

    Args:
        max_value: Ceiling; None for none.
        negative_slope: Slope below the threshold.
        threshold: Values below it are damped to `negative_slope * (x - threshold)`.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For a negative `max_value`, `negative_slope` or `threshold`.

    Example:
        >>> import cornu as keras
        >>> keras.layers.ReLU(max_value=1.0)(keras.ops.array([-1.0, 0.5, 2.0])).numpy()
        array([0. , 0.5, 1. ], dtype=float32)
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ) -> None:
        negative_slope = kwargs.pop("alpha", negative_slope)
        super().__init__(**kwargs)
        if max_value is not None:
            max_value = _number(max_value, "max_value", "ReLU", positive=True)
        self.max_value = max_value
        self.negative_slope = _number(negative_slope, "negative_slope", "ReLU", positive=True)
        self.threshold = _number(threshold, "threshold", "ReLU", positive=True)

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return activations.relu(
            inputs,
            negative_slope=self.negative_slope,
            max_value=self.max_value,
            threshold=self.threshold,
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "max_value": self.max_value,
            "negative_slope": self.negative_slope,
            "threshold": self.threshold,
        }


@registry.builtin("layer")
class LeakyReLU(_Elementwise):
    """`x` where positive, `negative_slope * x` elsewhere.

    Args:
        negative_slope: Slope for negative values; `alpha` is its older name.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: When the slope is None.

    Example:
        >>> import cornu as keras
        >>> keras.layers.LeakyReLU(0.5)(keras.ops.array([-2.0, 2.0])).numpy()
        array([-1.,  2.], dtype=float32)
    """

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        negative_slope = kwargs.pop("alpha", negative_slope)
        super().__init__(**kwargs)
        self.negative_slope = _number(negative_slope, "negative_slope", "LeakyReLU")

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return activations.leaky_relu(inputs, negative_slope=self.negative_slope)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "negative_slope": self.negative_slope}


@registry.builtin("layer")
class PReLU(Layer):
    """`x` where positive, `alpha * x` elsewhere, with alphas that are learned.

    Args:
        alpha_initializer: For the alphas.
        alpha_regularizer: Penalty on them.
        alpha_constraint: Applied to them after each step.
        shared_axes: Axes along which alphas are shared, the first after the batch being 1.
        **kwargs: `name` and `dtype`.

    Example:
        >>> import cornu as keras
        >>> keras.layers.PReLU()(keras.ops.array([[-2.0, 2.0]])).numpy()
        array([[0., 2.]], dtype=float32)
    """

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        if shared_axes is not None and not isinstance(shared_axes, (list, tuple)):
            shared_axes = [shared_axes]
        self.shared_axes = None if shared_axes is None else list(shared_axes)

    def build(self, input_shape: Any) -> None:
        """Makes the alphas."""
        sizes = list(input_shape[1:])
        for axis in self.shared_axes or ():
            sizes[axis - 1] = 1
        self.alpha = self.add_weight(
            name="alpha",
            shape=tuple(sizes),
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )
        shared = self.shared_axes or ()
        axes = {i: input_shape[i] for i in range(1, len(input_shape)) if i not in shared}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=axes)

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return ops.subtract(
            activations.relu(inputs),
            ops.multiply(self.alpha, activations.relu(ops.negative(inputs))),
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "alpha_initializer": initializers.serialize(self.alpha_initializer),
            "alpha_regularizer": regularizers.serialize(self.alpha_regularizer),
            "alpha_constraint": constraints.serialize(self.alpha_constraint),
            "shared_axes": self.shared_axes,
        }


@registry.builtin("layer")
class ELU(_Elementwise):
    """`x` where positive, `alpha * (exp(x) - 1)` elsewhere.

    Args:
        alpha: How far negative values reach down.
        **kwargs: `name` and `dtype`.

    Example:
        >>> import cornu as keras
        >>> keras.layers.ELU()(keras.ops.array([0.0, 2.0])).numpy()
        array([0., 2.], dtype=float32)
    """

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = _number(alpha, "alpha", "ELU")

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return activations.elu(inputs, alpha=self.alpha)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "alpha": self.alpha}


@registry.builtin("layer")
class ThresholdedReLU(_Elementwise):
    """`x` where `x > theta`, 0 elsewhere.

    Args:
        theta: The threshold.
        **kwargs: `name` and `dtype`.

    Example:
        >>> import cornu as keras
        >>> keras.layers.ThresholdedReLU(1.0)(keras.ops.array([0.5, 2.0])).numpy()
        array([0., 2.], dtype=float32)
    """

    def __init__(self, theta: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.theta = _number(theta, "theta", "ThresholdedReLU", positive=True)

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return ops.multiply(inputs, ops.cast(ops.greater(inputs, self.theta), inputs.dtype))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "theta": self.theta}


@registry.builtin("layer")
class Softmax(_Elementwise):
    """`exp(x) / sum(exp(x))` along an axis, with masked positions left out.

    Args:
        axis: Axis or axes along which the results add up to 1.
        **kwargs: `name` and `dtype`.

    Example:
        >>> import cornu as keras
        >>> keras.layers.Softmax()(keras.ops.array([0.0, 0.0])).numpy()
        array([0.5, 0.5], dtype=float32)
    """

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Applies the function; `mask` is True where values count."""
        if mask is not None:
            mask = self._fitting(mask, inputs)
            lowest = -3e4 if inputs.dtype == "float16" else -1e9
            inputs = ops.where(mask, inputs, lowest)
        if isinstance(self.axis, (list, tuple)) and len(self.axis) > 1:
            axis = tuple(self.axis)
            shifted = ops.subtract(inputs, ops.logsumexp(inputs, axis=axis, keepdims=True))
            outputs = ops.exp(shifted)
        else:
            axis = self.axis[0] if isinstance(self.axis, (list, tuple)) else self.axis
            outputs = activations.softmax(inputs, axis=axis)
        if mask is not None:
            # Where every position is masked the result is 0, not an even spread.
            outputs = ops.where(mask, outputs, 0.0)
        return outputs

    def _fitting(self, mask: Any, inputs: Any) -> Any:
        sizes = zip(reversed(mask.shape), reversed(inputs.shape), strict=False)
        if len(mask.shape) > len(inputs.shape) or any(m not in (1, n) for m, n in sizes):
            raise ValueError(
                f"{self._who()}: a mask of shape {tuple(mask.shape)} does not broadcast to inputs "
                f"of shape {tuple(inputs.shape)}: its sizes must be equal to theirs, or 1."
            )
        return mask if mask.dtype == "bool" else ops.greater(mask, 0.5)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "axis": self.axis}
