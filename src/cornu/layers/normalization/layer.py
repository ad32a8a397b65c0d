"""LayerNormalization and RMSNormalization: each sample brought to a common scale on its own."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import dtypes, registry
from cornu.layers.layer import Layer
from cornu.layers.normalization.base import (
    ScaledNormalization,
    check_axis,
    check_epsilon,
    places_of,
)


@registry.builtin("layer")
class LayerNormalization(ScaledNormalization):
    """Brings the features of each sample to mean 0 and variance 1, then scales and moves them.

    Args:
        axis: Axis or axes of the features.
        epsilon: Added to the variance.
        center: Whether an offset beta is added.
        scale: Whether the result is multiplied by a factor gamma.
        beta_initializer: For beta, of the shape of these axes.
        gamma_initializer: For gamma, likewise.
        beta_regularizer: Penalty on beta.
        gamma_regularizer: Penalty on gamma.
        beta_constraint: Applied to beta after each step.
        gamma_constraint: Applied to gamma after each step.
        rms_scaling: Divide by the deviation only, without taking the mean off and without beta;
            kept for old files. `RMSNormalization` is what is usually wanted.
        **kwargs: `name`, `dtype`, `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: For an axis that the inputs do not have.
        TypeError: When `axis` is no int and no list of ints.

    Reference:
        Ba, Kiros and Hinton, "Layer normalization" (2016).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.LayerNormalization(epsilon=0.0)
        >>> layer(keras.ops.array([[1.0, 3.0], [4.0, 8.0]])).numpy()
        array([[-1.,  1.],
               [-1.,  1.]], dtype=float32)
    """

    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        rms_scaling: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.axis = check_axis(axis, "LayerNormalization")
        self._set_scaling(
            epsilon,
            center,
            scale,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
        )
        self.rms_scaling = rms_scaling
        self.autocast = False

    def build(self, input_shape: Any) -> None:
        """Makes gamma and beta."""
        places = places_of(self.axis, input_shape, self._who())
        self._build_scaling(
            tuple(input_shape[place] for place in places),
            gamma=self.scale or self.rms_scaling,
            beta=self.center and not self.rms_scaling,
        )

    def call(self, inputs: Any) -> Any:
        """Normalizes."""
        if self.rms_scaling:
            outputs = self._scaled_only(inputs)
        else:
            outputs = ops.layer_normalization(
                inputs, self.gamma, self.beta, axis=self.axis, epsilon=self.epsilon
            )
        return ops.cast(outputs, self.compute_dtype)

    def _scaled_only(self, inputs: Any) -> Any:
        x = ops.cast(inputs, dtypes.promote(inputs.dtype, "float32"))
        variance = ops.var(x, axis=self.axis, keepdims=True)
        shape = [1] * x.ndim
        for place in places_of(self.axis, x.shape, self._who()):
            shape[place] = x.shape[place]
        outputs = x * ops.rsqrt(variance + self.epsilon)
        if self.gamma is None:
            return outputs
        return outputs * ops.reshape(ops.cast(self.gamma, x.dtype), tuple(shape))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "axis": self.axis, "rms_scaling": self.rms_scaling}


@registry.builtin("layer")
class RMSNormalization(Layer):
    """Divides the features of each sample by the root of their mean square, then scales them.

    Args:
        axis: Axis or axes of the features.
        epsilon: Added to the mean square.
        **kwargs: `name`, `dtype`, `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: For an axis that the inputs do not have.
        TypeError: When `axis` is no int and no list of ints.

    Reference:
        Zhang and Sennrich, "Root mean square layer normalization" (2019).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.RMSNormalization(epsilon=0.0)
        >>> layer(keras.ops.array([[2.0, -2.0]])).numpy()
        array([[ 1., -1.]], dtype=float32)
    """

    def __init__(self, axis: Any = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = check_axis(axis, "RMSNormalization")
        self.epsilon = check_epsilon(epsilon, "RMSNormalization")

    def build(self, input_shape: Any) -> None:
        """Makes the scale."""
        places = places_of(self.axis, input_shape, self._who())
        self.scale = self.add_weight(
            name="scale", shape=tuple(input_shape[place] for place in places), initializer="ones"
        )

    def call(self, inputs: Any) -> Any:
        """Normalizes."""
        return ops.rms_normalization(inputs, self.scale, axis=self.axis, epsilon=self.epsilon)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "axis": self.axis, "epsilon": self.epsilon}
