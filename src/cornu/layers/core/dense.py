"""Dense: a fully connected layer."""

from __future__ import annotations

from typing import Any

from cornu import activations, constraints, initializers, ops, regularizers
from cornu.core import registry
from cornu.layers.core.lora import LowRankAdaptation
from cornu.layers.input_spec import InputSpec


def positive_int(value: Any, argument: str, who: str) -> int:
    """Returns a setting that must be a positive whole number.

    Raises:
        ValueError: For anything else, with the layer's and the argument's name.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__") or int(value) <= 0:
        raise ValueError(f"{who}: {argument} must be a positive int; got {argument}={value!r}.")
    return int(value)


@registry.builtin("layer")
class Dense(LowRankAdaptation):
    """A fully connected layer: `activation(inputs @ kernel + bias)`.

    Args:
        units: Size of the outputs' last axis.
        activation: Name or function; None leaves the sums as they are.
        use_bias: Whether a bias is added.
        kernel_initializer: For the kernel of shape `(inputs, units)`.
        bias_initializer: For the bias of shape `(units,)`.
        kernel_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs.
        kernel_constraint: Applied to the kernel after each step.
        bias_constraint: Applied to the bias after each step.
        lora_rank: Rank of a change to a frozen kernel; see `enable_lora`. None trains the kernel.
        lora_alpha: The change counts `lora_alpha / lora_rank`.
        **kwargs: `name`, `dtype`, `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: When `units` is no positive int.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.Dense(3, activation="relu")
        >>> layer(keras.ops.ones((2, 4))).shape
        (2, 3)
        >>> layer.kernel.shape
        (4, 3)
    """

    _adapted_weight = "kernel"

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        **kwargs: Any,
    ) -> None:
        units = positive_int(units, "units", type(self).__name__)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = units
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(min_ndim=2)
        self.supports_masking = True
        self._set_lora(lora_rank, lora_alpha)

    @property
    def kernel(self) -> Any:
        """The kernel, with the change of low rank where there is one."""
        return self._adapted()

    def build(self, input_shape: Any) -> None:
        """Makes the kernel and the bias."""
        self._kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[-1], self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: input_shape[-1]})
        if self.lora_rank:
            self.enable_lora(self.lora_rank, self.lora_alpha)

    def call(self, inputs: Any) -> Any:
        """Computes the outputs."""
        outputs = ops.matmul(inputs, self.kernel)
        if self.bias is not None:
            outputs = ops.add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape with `units` as last size."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
            **self._lora_config(),
        }
