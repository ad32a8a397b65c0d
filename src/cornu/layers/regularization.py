"""Layers that disturb values or penalise them while training."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.layers.layer import Layer
from cornu.ops import random
from cornu.regularizers import L1L2


@registry.builtin("layer")
class Dropout(Layer):
    """Sets values to 0 at random while training, and scales the others by `1 / (1 - rate)`.

    Args:
        rate: Share of values that become 0, from 0 to 1.
        noise_shape: Shape of the mask, None or 1 where it is shared; that of the inputs when None.
        seed: For repeatable masks.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For a rate outside of 0 to 1, or a bad `noise_shape`.

    Reference:
        Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting"
        (2014).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.Dropout(0.5, seed=1)
        >>> layer(keras.ops.ones((1, 4))).numpy()
        array([[1., 1., 1., 1.]], dtype=float32)
        >>> sorted(set(layer(keras.ops.ones((1, 100)), training=True).numpy().ravel().tolist()))
        [0.0, 2.0]
    """

    def __init__(
        self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
            raise ValueError(f"Dropout: rate is the share to drop, from 0 to 1; got rate={rate!r}.")
        self.rate = rate
        self.seed = seed
        self.noise_shape = _noise_shape(noise_shape)
        if rate > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: Any, training: Any = False) -> Any:
        """Drops values when `training`."""
        if not training or self.rate == 0:
            return inputs
        shape = self.noise_shape
        if shape is not None and None in shape:
            pairs = zip(shape, inputs.shape, strict=True)
            shape = tuple(size if own is None else own for own, size in pairs)
        return random.dropout(inputs, self.rate, noise_shape=shape, seed=self.seed_generator)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "rate": self.rate,
            "seed": self.seed,
            "noise_shape": self.noise_shape,
        }


def _noise_shape(shape: Any) -> tuple[int | None, ...] | None:
    if shape is None:
        return None
    if isinstance(shape, str) or not hasattr(shape, "__iter__"):
        raise ValueError(f"Dropout: noise_shape is a tuple of sizes; got {shape!r}.")
    sizes = tuple(shape)
    for size in sizes:
        if size is not None and (not isinstance(size, int) or size <= 0):
            raise ValueError(
                f"Dropout: noise_shape holds positive ints and None; got {size!r} in {sizes}."
            )
    return sizes


@registry.builtin("layer")
class ActivityRegularization(Layer):
    """Returns its inputs and adds a penalty on them to the loss.

    Args:
        l1: Factor of the sum of absolute values.
        l2: Factor of the sum of squares.
        **kwargs: `name` and `dtype`.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.ActivityRegularization(l2=0.5)
        >>> outputs = layer(keras.ops.ones((2, 3)))
        >>> float(layer.losses[0])
        1.5
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=L1L2(l1=l1, l2=l2), **kwargs)
        self.supports_masking = True
        self.l1 = l1
        self.l2 = l2
        self._build_at_init()

    def call(self, inputs: Any) -> Any:
        """Returns the inputs."""
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        config = {**super().get_config(), "l1": self.l1, "l2": self.l2}
        config.pop("activity_regularizer", None)
        return config
