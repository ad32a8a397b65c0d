"""Pooling to a number of places that does not depend on the size of the inputs."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.ops.windows import image_format, image_shape, per_axis


class _AdaptivePooling(Layer):
    rank: int

    def __init__(self, output_size: Any, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        who = type(self).__name__
        self.output_size = per_axis(output_size, self.rank, "output_size", who)
        self.data_format = image_format(data_format, who)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._build_at_init()

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape with `output_size` places."""
        channels = input_shape[-1 if self.data_format == "channels_last" else 1]
        return image_shape(input_shape[0], self.output_size, channels, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        own = {"output_size": self.output_size, "data_format": self.data_format}
        return {**super().get_config(), **own}


class _AdaptiveMaxPooling(_AdaptivePooling):
    def call(self, inputs: Any) -> Any:
        """Returns the largest elements of the windows."""
        return ops.adaptive_max_pool(inputs, self.output_size, self.data_format)


class _AdaptiveAveragePooling(_AdaptivePooling):
    def call(self, inputs: Any) -> Any:
        """Returns the means of the windows."""
        return ops.adaptive_average_pool(inputs, self.output_size, self.data_format)


@registry.builtin("layer")
class AdaptiveMaxPooling1D(_AdaptiveMaxPooling):
    """Largest elements of windows that divide sequences into a number of places.

    Inputs have shape (batch, steps, channels), or (batch, channels, steps) with
    "channels_first". Windows overlap where the number of places does not divide the size.

    Args:
        output_size: Number of places.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        **kwargs: `name`, `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown data format.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.AdaptiveMaxPooling1D(3)
        >>> layer(keras.ops.ones((2, 9, 4))).shape
        (2, 3, 4)
    """

    rank = 1


@registry.builtin("layer")
class AdaptiveMaxPooling2D(_AdaptiveMaxPooling):
    """Largest elements of windows that divide images into a number of places.

    Inputs have shape (batch, height, width, channels), or (batch, channels, height, width) with
    "channels_first". Windows overlap where the number of places does not divide the size.

    Args:
        output_size: Number of places: one for all axes, or two.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        **kwargs: `name`, `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown data format.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.AdaptiveMaxPooling2D((3, 2))
        >>> layer(keras.ops.ones((2, 8, 7, 4))).shape
        (2, 3, 2, 4)
    """

    rank = 2


@registry.builtin("layer")
class AdaptiveMaxPooling3D(_AdaptiveMaxPooling):
    """Largest elements of windows that divide volumes into a number of places.

    Inputs have shape (batch, depth, height, width, channels), or (batch, channels, depth,
    height, width) with "channels_first". Windows overlap where the number of places does not
    divide the size.

    Args:
        output_size: Number of places: one for all axes, or three.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        **kwargs: `name`, `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown data format.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.AdaptiveMaxPooling3D(2)
        >>> layer(keras.ops.ones((2, 4, 6, 8, 1))).shape
        (2, 2, 2, 2, 1)
    """

    rank = 3


@registry.builtin("layer")
class AdaptiveAveragePooling1D(_AdaptiveAveragePooling):
    """Means of windows that divide sequences into a number of places.

    Inputs have shape (batch, steps, channels), or (batch, channels, steps) with
    "channels_first". Windows overlap where the number of places does not divide the size.

    Args:
        output_size: Number of places.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        **kwargs: `name`, `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown data format.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.AdaptiveAveragePooling1D(3)
        >>> layer(keras.ops.ones((2, 9, 4))).shape
        (2, 3, 4)
    """

    rank = 1


@registry.builtin("layer")
class AdaptiveAveragePooling2D(_AdaptiveAveragePooling):
    """Means of windows that divide images into a number of places.

    Inputs have shape (batch, height, width, channels), or (batch, channels, height, width) with
    "channels_first". Windows overlap where the number of places does not divide the size.

    Args:
        output_size: Number of places: one for all axes, or two.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        **kwargs: `name`, `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown data format.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.AdaptiveAveragePooling2D((3, 2))
        >>> layer(keras.ops.ones((2, 8, 7, 4))).shape
        (2, 3, 2, 4)
    """

    rank = 2


@registry.builtin("layer")
class AdaptiveAveragePooling3D(_AdaptiveAveragePooling):
    """Means of windows that divide volumes into a number of places.

    Inputs have shape (batch, depth, height, width, channels), or (batch, channels, depth,
    height, width) with "channels_first". Windows overlap where the number of places does not
    divide the size.

    Args:
        output_size: Number of places: one for all axes, or three.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        **kwargs: `name`, `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown data format.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.AdaptiveAveragePooling3D(2)
        >>> layer(keras.ops.ones((2, 4, 6, 8, 1))).shape
        (2, 2, 2, 2, 1)
    """

    rank = 3
