"""Layers that disturb values with random noise while training."""

from __future__ import annotations

import math
from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.layers.layer import Layer
from cornu.layers.regularization import check_noise_shape, check_share, filled_noise_shape
from cornu.ops import random

# The scale and the slope of the SELU activation; -SCALE * ALPHA is its lower limit.
_ALPHA = 1.6732632423543772
_SCALE = 1.0507009873554805


class _Noise(Layer):
    """Base of layers with a seed that keep shapes and masks."""

    def __init__(self, seed: int | None, *, noisy: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        if noisy:
            self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True
        self._build_at_init()

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape."""
        return input_shape


@registry.builtin("layer")
class GaussianNoise(_Noise):
    """Adds normally distributed numbers with mean 0 while training.

    Args:
        stddev: Their standard deviation, from 0 to 1.
        seed: For repeatable noise.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For a standard deviation outside of 0 to 1.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.GaussianNoise(0.1, seed=1)
        >>> layer(keras.ops.ones((1, 3))).numpy()
        array([[1., 1., 1.]], dtype=float32)
        >>> bool((layer(keras.ops.ones((1, 3)), training=True).numpy() == 1).any())
        False
    """

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        check_share(stddev, "stddev", "GaussianNoise")
        super().__init__(seed, noisy=stddev > 0, **kwargs)
        self.stddev = stddev

    def call(self, inputs: Any, training: Any = False) -> Any:
        """Adds noise when `training`."""
        if not training or self.stddev == 0:
            return inputs
        noise = random.normal(
            inputs.shape, 0.0, self.stddev, dtype=self.compute_dtype, seed=self.seed_generator
        )
        return ops.add(inputs, noise)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "stddev": self.stddev, "seed": self.seed}


@registry.builtin("layer")
class GaussianDropout(_Noise):
    """Multiplies by normally distributed numbers with mean 1 while training.

    Their variance, `rate / (1 - rate)`, is that of a Dropout layer's mask.

    Args:
        rate: As with Dropout, from 0 to below 1.
        seed: For repeatable noise.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For a rate outside of this interval.

    Reference:
        Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting"
        (2014).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.GaussianDropout(0.5, seed=1)
        >>> layer(keras.ops.ones((1, 3))).numpy()
        array([[1., 1., 1.]], dtype=float32)
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        check_share(rate, "rate", "GaussianDropout")
        if rate == 1:
            raise ValueError("GaussianDropout: rate=1 leaves nothing; take less than 1.")
        super().__init__(seed, noisy=rate > 0, **kwargs)
        self.rate = rate

    def call(self, inputs: Any, training: Any = False) -> Any:
        """Multiplies by noise when `training`."""
        if not training or self.rate == 0:
            return inputs
        deviation = math.sqrt(self.rate / (1 - self.rate))
        noise = random.normal(
            inputs.shape, 1.0, deviation, dtype=self.compute_dtype, seed=self.seed_generator
        )
        return ops.multiply(inputs, noise)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


@registry.builtin("layer")
class AlphaDropout(_Noise):
    """Sets values at random to SELU's lower limit while training, keeping mean and variance.

    For networks of "selu" activations, which normalize themselves.

    Args:
        rate: Share of values to set, from 0 to below 1.
        noise_shape: Shape of the mask, None or 1 where it is shared; that of the inputs when None.
        seed: For repeatable masks.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For a rate outside of this interval, or a bad `noise_shape`.

    Reference:
        Klambauer et al., "Self-normalizing neural networks" (2017).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.AlphaDropout(0.5, seed=1)
        >>> layer(keras.ops.ones((1, 3))).numpy()
        array([[1., 1., 1.]], dtype=float32)
    """

    def __init__(
        self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        check_share(rate, "rate", "AlphaDropout")
        if rate == 1:
            raise ValueError("AlphaDropout: rate=1 leaves nothing; take less than 1.")
        super().__init__(seed, noisy=rate > 0, **kwargs)
        self.rate = rate
        self.noise_shape = check_noise_shape(noise_shape, "AlphaDropout")

    def call(self, inputs: Any, training: Any = False) -> Any:
        """Sets values when `training`."""
        if not training or self.rate == 0:
            return inputs
        limit = -_ALPHA * _SCALE
        shape = filled_noise_shape(self.noise_shape, inputs.shape)
        drawn = random.uniform(shape, seed=self.seed_generator)
        kept = ops.cast(ops.greater_equal(drawn, self.rate), inputs.dtype)
        values = inputs * kept + limit * (1 - kept)
        scale = ((1 - self.rate) * (1 + self.rate * limit**2)) ** -0.5
        return values * scale - scale * limit * self.rate

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "rate": self.rate,
            "seed": self.seed,
            "noise_shape": self.noise_shape,
        }
