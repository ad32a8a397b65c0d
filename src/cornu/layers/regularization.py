"""Layers that disturb values or penalise them while training."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.ops import random
from cornu.ops.windows import image_format, image_shape
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
        self.rate = check_share(rate, "rate", type(self).__name__)
        self.seed = seed
        self.noise_shape = check_noise_shape(noise_shape, type(self).__name__)
        if rate > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: Any, training: Any = False) -> Any:
        """Drops values when `training`."""
        if not training or self.rate == 0:
            return inputs
        shape = self._mask_shape(inputs.shape)
        return random.dropout(inputs, self.rate, noise_shape=shape, seed=self.seed_generator)

    def _mask_shape(self, shape: Any) -> Any:
        return None if self.noise_shape is None else filled_noise_shape(self.noise_shape, shape)

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


def check_share(value: Any, argument: str, who: str) -> float:
    """Returns a setting that must be a number from 0 to 1.

    Raises:
        ValueError: For anything else, with the layer's and the argument's name.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueError(f"{who}: {argument} is a number from 0 to 1; got {argument}={value!r}.")
    return value


def check_noise_shape(shape: Any, who: str) -> tuple[int | None, ...] | None:
    """Returns the shape of a mask, in which None stands for the inputs' size.

    Raises:
        ValueError: For what is no shape.
    """
    if shape is None:
        return None
    if isinstance(shape, str) or not hasattr(shape, "__iter__"):
        raise ValueError(f"{who}: noise_shape is a tuple of sizes; got {shape!r}.")
    sizes = tuple(shape)
    for size in sizes:
        if size is not None and (not isinstance(size, int) or size <= 0):
            raise ValueError(
                f"{who}: noise_shape holds positive ints and None; got {size!r} in {sizes}."
            )
    return sizes


def filled_noise_shape(noise_shape: Any, shape: Any) -> tuple[int, ...]:
    """Returns the shape of a mask for inputs of a shape."""
    if noise_shape is None:
        return tuple(shape)
    pairs = zip(noise_shape, shape, strict=True)
    return tuple(size if own is None else own for own, size in pairs)


class _SpatialDropout(Dropout):
    """Base of layers that drop whole channels."""

    rank: int

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.data_format = image_format(data_format, type(self).__name__)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _mask_shape(self, shape: Any) -> Any:
        one = (1,) * self.rank
        channels = shape[-1 if self.data_format == "channels_last" else 1]
        return image_shape(shape[0], one, channels, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            "rate": self.rate,
            "seed": self.seed,
            "name": self.name,
            "dtype": self.dtype_policy.name,
            "data_format": self.data_format,
        }


@registry.builtin("layer")
class SpatialDropout1D(_SpatialDropout):
    """Sets whole channels of sequences to 0 at random while training.

    Neighbouring steps are alike, so that dropping single values would change little. Inputs have
    shape (batch, steps, channels).

    Args:
        rate: Share of channels that become 0, from 0 to 1; the others are scaled up.
        seed: For repeatable masks.
        name: Name of the layer.
        dtype: A dtype or `DTypePolicy`.

    Raises:
        ValueError: For a rate outside of 0 to 1.

    Reference:
        Tompson et al., "Efficient object localization using convolutional networks" (2015).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.SpatialDropout1D(0.5, seed=1)
        >>> dropped = layer(keras.ops.ones((1, 3, 8)), training=True).numpy()
        >>> bool((dropped == dropped[:, :1]).all())
        True
    """

    rank = 1

    def __init__(
        self, rate: float, seed: int | None = None, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(rate, "channels_last", seed, name, dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        config = super().get_config()
        del config["data_format"]
        return config


@registry.builtin("layer")
class SpatialDropout2D(_SpatialDropout):
    """Sets whole channels of images to 0 at random while training.

    Neighbouring pixels are alike, so that dropping single values would change little. Inputs have
    shape (batch, height, width, channels), or (batch, channels, height, width) with
    "channels_first".

    Args:
        rate: Share of channels that become 0, from 0 to 1; the others are scaled up.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        seed: For repeatable masks.
        name: Name of the layer.
        dtype: A dtype or `DTypePolicy`.

    Raises:
        ValueError: For a rate outside of 0 to 1, or an unknown data format.

    Reference:
        Tompson et al., "Efficient object localization using convolutional networks" (2015).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.SpatialDropout2D(0.5, seed=1)
        >>> layer(keras.ops.ones((1, 3, 3, 8)), training=True).shape
        (1, 3, 3, 8)
    """

    rank = 2


@registry.builtin("layer")
class SpatialDropout3D(_SpatialDropout):
    """Sets whole channels of volumes to 0 at random while training.

    Inputs have shape (batch, depth, height, width, channels), or with the channels behind the
    batch with "channels_first".

    Args:
        rate: Share of channels that become 0, from 0 to 1; the others are scaled up.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        seed: For repeatable masks.
        name: Name of the layer.
        dtype: A dtype or `DTypePolicy`.

    Raises:
        ValueError: For a rate outside of 0 to 1, or an unknown data format.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.SpatialDropout3D(0.5, seed=1)
        >>> layer(keras.ops.ones((1, 2, 3, 3, 8)), training=True).shape
        (1, 2, 3, 3, 8)
    """

    rank = 3


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
