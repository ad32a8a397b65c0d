"""BatchNormalization: features brought to mean 0 and variance 1 over the batch."""

from __future__ import annotations

from typing import Any

from cornu import initializers, ops
from cornu.core import dtypes, registry, settings
from cornu.layers.input_spec import InputSpec
from cornu.layers.normalization.base import ScaledNormalization, check_axis, places_of


@registry.builtin("layer")
class BatchNormalization(ScaledNormalization):
    """Brings each feature to mean 0 and variance 1, then scales and moves it.

    While training, the statistics are those of the batch, and moving averages of them are kept;
    otherwise the moving averages are used. With `trainable = False` they are used in any case and
    stay as they are. With a mask only valid positions count.

    Args:
        axis: Axis of the features.
        momentum: Share of the old moving averages that a batch leaves.
        epsilon: Added to the variance.
        center: Whether an offset beta is added.
        scale: Whether the result is multiplied by a factor gamma.
        beta_initializer: For beta.
        gamma_initializer: For gamma.
        moving_mean_initializer: For the moving mean.
        moving_variance_initializer: For the moving variance.
        beta_regularizer: Penalty on beta.
        gamma_regularizer: Penalty on gamma.
        beta_constraint: Applied to beta after each step.
        gamma_constraint: Applied to gamma after each step.
        renorm: Whether the batch's statistics are corrected towards the moving ones (batch
            renormalization), so that training and use differ less with small batches.
        renorm_clipping: Limits of this correction: a dict with "rmax", "rmin" and "dmax".
        renorm_momentum: Like `momentum`, for the statistics of this correction.
        synchronized: Whether statistics are shared by replicas; not supported.
        **kwargs: `name`, `dtype`, `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: For an axis that the inputs do not have, or bad limits.
        TypeError: When `axis` is no int.

    Reference:
        Ioffe and Szegedy, "Batch normalization" (2015); Ioffe, "Batch renormalization" (2017).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.BatchNormalization(epsilon=0.0)
        >>> layer(keras.ops.array([[1.0], [3.0]]), training=True).numpy().ravel()
        array([-1.,  1.], dtype=float32)
        >>> [weight.name for weight in layer.weights]
        ['gamma', 'beta', 'moving_mean', 'moving_variance']
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if isinstance(axis, (list, tuple)) and len(axis) == 1:  # as files of Keras 2 have it
            axis = axis[0]
        self.axis = check_axis(axis, "BatchNormalization", several=False)
        if synchronized:
            raise ValueError(
                "BatchNormalization: synchronized=True is not supported; statistics are those of "
                "the whole batch in any case."
            )
        self.synchronized = synchronized
        self.momentum = float(momentum)
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
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm = renorm
        self.renorm_clipping = _clipping(renorm_clipping) if renorm else renorm_clipping
        self.renorm_momentum = float(renorm_momentum)

    def build(self, input_shape: Any) -> None:
        """Makes gamma, beta and the moving averages."""
        (place,) = places_of(self.axis, input_shape, self._who())
        size = input_shape[place]
        self._build_scaling((size,), gamma=self.scale, beta=self.center)
        mean, variance = self.moving_mean_initializer, self.moving_variance_initializer
        self.moving_mean = self._add_statistic("moving_mean", size, mean)
        self.moving_variance = self._add_statistic("moving_variance", size, variance)
        if self.renorm:

            def deviation(shape: Any, dtype: Any = None) -> Any:
                return ops.sqrt(variance(shape, dtype=dtype))

            self.moving_stddev = self._add_statistic("moving_stddev", size, deviation)
            self.renorm_mean = self._add_statistic("renorm_mean", size, mean)
            self.renorm_stddev = self._add_statistic("renorm_stddev", size, deviation)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: size})

    def _add_statistic(self, name: str, size: int, initializer: Any) -> Any:
        return self.add_weight(
            name=name, shape=(size,), initializer=initializer, trainable=False, autocast=False
        )

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Normalizes by the batch's statistics when `training`, else by the moving averages."""
        if mask is not None and len(mask.shape) != len(inputs.shape) - 1:
            raise ValueError(
                f"{self._who()}: the mask must have one axis less than the inputs; got a mask of "
                f"shape {mask.shape} for inputs of shape {inputs.shape}."
            )
        # Half floats would lose the small differences that variances are made of.
        wide = dtypes.promote(inputs.dtype, "float32")
        x = ops.cast(inputs, wide)
        gamma = None if self.gamma is None else ops.cast(self.gamma, wide)
        beta = None if self.beta is None else ops.cast(self.beta, wide)
        if training and self.trainable:
            mean, variance = self._batch_statistics(x, mask)
            if self.renorm:
                gamma, beta = self._corrected(mean, variance, gamma, beta)
                self._follow_renorm(mean, variance)
            else:
                _follow(self.moving_mean, mean, self.momentum)
                _follow(self.moving_variance, variance, self.momentum)
        else:
            mean = ops.cast(self.moving_mean, wide)
            variance = ops.cast(self.moving_variance, wide)
        outputs = ops.batch_normalization(
            x, mean, variance, self.axis, offset=beta, scale=gamma, epsilon=self.epsilon
        )
        return ops.cast(outputs, self.compute_dtype)

    def _batch_statistics(self, x: Any, mask: Any) -> tuple[Any, Any]:
        place = self.axis % x.ndim
        axes = [axis for axis in range(x.ndim) if axis != place]
        if mask is None:
            return ops.moments(x, axes=axes)
        valid = ops.broadcast_to(ops.expand_dims(ops.cast(mask, "bool"), -1), x.shape)
        count = ops.sum(ops.cast(valid, x.dtype), axis=axes, keepdims=True) + settings.epsilon()
        mean = ops.sum(ops.where(valid, x, 0.0), axis=axes, keepdims=True) / count
        distance = ops.where(valid, x - mean, 0.0)
        variance = ops.sum(ops.square(distance), axis=axes, keepdims=True) / count
        return ops.reshape(mean, (-1,)), ops.reshape(variance, (-1,))

    def _corrected(self, mean: Any, variance: Any, gamma: Any, beta: Any) -> tuple[Any, Any]:
        """Returns factor and offset that bring the batch's statistics towards the moving ones."""
        least = self.epsilon**0.5
        usual = ops.maximum(ops.cast(self.renorm_stddev, mean.dtype), least)
        ratio = ops.sqrt(variance + self.epsilon) / usual
        shift = (mean - ops.cast(self.renorm_mean, mean.dtype)) / usual
        clips = self.renorm_clipping
        low, high, most = clips.get("rmin"), clips.get("rmax"), clips.get("dmax")
        if low is not None:
            ratio = ops.maximum(ratio, low)
        if high is not None:
            ratio = ops.minimum(ratio, high)
        if most is not None:
            shift = ops.clip(shift, -most, most)
        ratio, shift = ops.stop_gradient(ratio), ops.stop_gradient(shift)
        if gamma is not None:
            ratio, shift = ratio * gamma, shift * gamma
        return ratio, shift if beta is None else shift + beta

    def _follow_renorm(self, mean: Any, variance: Any) -> None:
        deviation = ops.sqrt(variance + self.epsilon)
        _follow(self.renorm_mean, mean, self.renorm_momentum)
        _follow(self.renorm_stddev, deviation, self.renorm_momentum)
        _follow(self.moving_mean, mean, self.momentum)
        _follow(self.moving_stddev, deviation, self.momentum)
        squared = ops.square(ops.cast(self.moving_stddev, mean.dtype))
        self.moving_variance.assign(ops.relu(squared - self.epsilon))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "axis": self.axis,
            "momentum": self.momentum,
            "moving_mean_initializer": initializers.serialize(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.serialize(self.moving_variance_initializer),
            "synchronized": self.synchronized,
            "renorm": self.renorm,
            "renorm_clipping": self.renorm_clipping,
            "renorm_momentum": self.renorm_momentum,
        }


def _follow(average: Any, value: Any, momentum: float) -> None:
    """Moves an average towards a value."""
    average.assign(ops.cast(average, value.dtype) * momentum + value * (1.0 - momentum))


def _clipping(given: Any) -> dict[str, float | None]:
    """Returns the limits of the correction, after a check."""
    limits = dict(given or {})
    unknown = sorted(set(limits) - {"rmax", "rmin", "dmax"})
    if unknown:
        raise ValueError(
            f"BatchNormalization: renorm_clipping has the keys rmax, rmin, dmax; got {unknown}."
        )
    low, high, most = limits.get("rmin"), limits.get("rmax"), limits.get("dmax")
    if (low is not None and high is not None and low > high) or (most is not None and most < 0):
        raise ValueError(
            f"BatchNormalization: renorm_clipping needs rmin <= rmax and dmax >= 0; got {limits}."
        )
    return limits
