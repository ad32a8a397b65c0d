"""GroupNormalization: groups of channels brought to mean 0 and variance 1 in each sample."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import dtypes, registry
from cornu.layers.input_spec import InputSpec
from cornu.layers.normalization.base import ScaledNormalization, check_axis, places_of


@registry.builtin("layer")
class GroupNormalization(ScaledNormalization):
    """Brings groups of channels of each sample to mean 0 and variance 1, then scales and moves.

    Unlike with batch normalization, samples do not depend on each other, so that it works with
    small batches.

    Args:
        groups: Number of groups; -1 for a group of each channel (instance normalization), 1 for a
            single group.
        axis: Axis of the channels.
        epsilon: Added to the variance.
        center: Whether an offset beta is added.
        scale: Whether the result is multiplied by a factor gamma.
        beta_initializer: For beta of shape (channels,).
        gamma_initializer: For gamma of shape (channels,).
        beta_regularizer: Penalty on beta.
        gamma_regularizer: Penalty on gamma.
        beta_constraint: Applied to beta after each step.
        gamma_constraint: Applied to gamma after each step.
        **kwargs: `name`, `dtype`, `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: When the number of channels is no multiple of `groups`.
        TypeError: When `axis` is no int.

    Reference:
        Wu and He, "Group normalization" (2018).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.GroupNormalization(groups=2, epsilon=0.0)
        >>> layer(keras.ops.array([[1.0, 3.0, 4.0, 8.0]])).numpy()
        array([[-1.,  1., -1.,  1.]], dtype=float32)
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not hasattr(groups, "__index__") or (groups < 1 and groups != -1):
            raise ValueError(f"GroupNormalization: groups is a positive int or -1; got {groups!r}.")
        self.groups = int(groups)
        self.axis = check_axis(axis, "GroupNormalization", several=False)
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

    def build(self, input_shape: Any) -> None:
        """Makes gamma and beta."""
        (place,) = places_of(self.axis, input_shape, self._who())
        channels = input_shape[place]
        if place == 0:
            raise ValueError(f"{self._who()}: axis 0 is the batch, not the channels.")
        if self.groups == -1:
            self.groups = channels
        if channels % self.groups:
            raise ValueError(
                f"{self._who()}: the number of channels must be a multiple of groups; got "
                f"{channels} channels (axis {self.axis} of inputs of shape {tuple(input_shape)}) "
                f"and groups={self.groups}."
            )
        self._build_scaling((channels,), gamma=self.scale, beta=self.center)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})

    def call(self, inputs: Any) -> Any:
        """Normalizes."""
        shape = inputs.shape
        place = self.axis % len(shape)
        members = shape[place] // self.groups
        grouped = (*shape[:place], self.groups, members, *shape[place + 1 :])
        x = ops.reshape(inputs, grouped)
        x = ops.cast(x, dtypes.promote(x.dtype, "float32"))
        axes = [axis for axis in range(1, len(grouped)) if axis != place]
        mean, variance = ops.moments(x, axes=axes, keepdims=True)
        broadcast = [1] * len(grouped)
        broadcast[place], broadcast[place + 1] = self.groups, members
        factor = ops.rsqrt(variance + self.epsilon)
        if self.gamma is not None:
            factor = factor * ops.reshape(ops.cast(self.gamma, x.dtype), tuple(broadcast))
        outputs = (x - mean) * factor
        if self.beta is not None:
            outputs = outputs + ops.reshape(ops.cast(self.beta, x.dtype), tuple(broadcast))
        return ops.cast(ops.reshape(outputs, shape), self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "groups": self.groups, "axis": self.axis}
