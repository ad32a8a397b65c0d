"""Max and average pooling over moving windows."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.ops.windows import (
    image_format,
    image_shape,
    padding_mode,
    per_axis,
    spatial_sizes,
    window_places,
)


class _Pooling(Layer):
    rank: int

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: Any = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        who = type(self).__name__
        self.pool_size = per_axis(pool_size, self.rank, "pool_size", who)
        self.strides = self.pool_size
        if strides is not None:
            self.strides = per_axis(strides, self.rank, "strides", who)
        self.padding = padding_mode(padding, self.rank, who)
        self.data_format = image_format(data_format, who)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._build_at_init()

    def _pooled(self, pool: Any, inputs: Any) -> Any:
        self.compute_output_shape(inputs.shape)  # its error names the layer
        return pool(inputs, **self._arguments())

    def _arguments(self) -> dict[str, Any]:
        return {
            "pool_size": self.pool_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
        }

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape with as many places as the window takes."""
        places = window_places(
            self.padding,
            spatial_sizes(input_shape, self.data_format),
            self.pool_size,
            self.strides,
            (1,) * self.rank,
            self._who(),
        )
        channels = input_shape[-1 if self.data_format == "channels_last" else 1]
        return image_shape(input_shape[0], places, channels, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), **self._arguments()}


class _MaxPooling(_Pooling):
    def call(self, inputs: Any) -> Any:
        """Returns the largest elements of the windows."""
        return self._pooled(ops.max_pool, inputs)


class _AveragePooling(_Pooling):
    # Unlike the size of a maximum's window, that of a mean's has no default in Keras.
    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: Any = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)

    def call(self, inputs: Any) -> Any:
        """Returns the means of the windows."""
        return self._pooled(ops.average_pool, inputs)


@registry.builtin("layer", "MaxPool1D")
class MaxPooling1D(_MaxPooling):
    """Largest elements of windows that move over sequences.

    Inputs have shape (batch, steps, channels), or (batch, channels, steps) with
    "channels_first".

    Args:
        pool_size: Size of the window.
        strides: Steps of the window; those of `pool_size` when None.
        padding: "valid" (only whole windows), "same" (as many places as the input has, divided by
            the strides), or for each axis a pair (before, after). Padding never wins.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        name: Name of the layer.
        **kwargs: `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown padding or data format.

    Example:
        >>> import cornu as keras
        >>> keras.layers.MaxPooling1D(2)(keras.ops.ones((2, 9, 4))).shape
        (2, 4, 4)
    """

    rank = 1


@registry.builtin("layer", "MaxPool2D")
class MaxPooling2D(_MaxPooling):
    """Largest elements of windows that move over images.

    Inputs have shape (batch, height, width, channels), or (batch, channels, height, width) with
    "channels_first".

    Args:
        pool_size: Size of the window: one number, or two.
        strides: Steps of the window: one number, or two; those of `pool_size` when None.
        padding: "valid" (only whole windows), "same" (as many places as the input has, divided by
            the strides), or for each axis a pair (before, after). Padding never wins.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        name: Name of the layer.
        **kwargs: `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown padding or data format.

    Example:
        >>> import cornu as keras
        >>> keras.layers.MaxPooling2D(2)(keras.ops.ones((2, 8, 8, 3))).shape
        (2, 4, 4, 3)
    """

    rank = 2


@registry.builtin("layer", "MaxPool3D")
class MaxPooling3D(_MaxPooling):
    """Largest elements of windows that move over volumes.

    Inputs have shape (batch, depth, height, width, channels), or (batch, channels, depth,
    height, width) with "channels_first".

    Args:
        pool_size: Size of the window: one number, or three.
        strides: Steps of the window: one number, or three; those of `pool_size` when None.
        padding: "valid" (only whole windows), "same" (as many places as the input has, divided by
            the strides), or for each axis a pair (before, after). Padding never wins.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        name: Name of the layer.
        **kwargs: `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown padding or data format.

    Example:
        >>> import cornu as keras
        >>> keras.layers.MaxPooling3D(2)(keras.ops.ones((1, 4, 6, 8, 1))).shape
        (1, 2, 3, 4, 1)
    """

    rank = 3


@registry.builtin("layer", "AvgPool1D")
class AveragePooling1D(_AveragePooling):
    """Means of windows that move over sequences.

    Inputs have shape (batch, steps, channels), or (batch, channels, steps) with
    "channels_first".

    Args:
        pool_size: Size of the window.
        strides: Steps of the window; those of `pool_size` when None.
        padding: "valid" (only whole windows), "same" (as many places as the input has, divided by
            the strides), or for each axis a pair (before, after). Padding does not count.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        name: Name of the layer.
        **kwargs: `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown padding or data format.

    Example:
        >>> import cornu as keras
        >>> keras.layers.AveragePooling1D(2)(keras.ops.ones((2, 9, 4))).shape
        (2, 4, 4)
    """

    rank = 1


@registry.builtin("layer", "AvgPool2D")
class AveragePooling2D(_AveragePooling):
    """Means of windows that move over images.

    Inputs have shape (batch, height, width, channels), or (batch, channels, height, width) with
    "channels_first".

    Args:
        pool_size: Size of the window: one number, or two.
        strides: Steps of the window: one number, or two; those of `pool_size` when None.
        padding: "valid" (only whole windows), "same" (as many places as the input has, divided by
            the strides), or for each axis a pair (before, after). Padding does not count.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        name: Name of the layer.
        **kwargs: `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown padding or data format.

    Example:
        >>> import cornu as keras
        >>> keras.layers.AveragePooling2D(2)(keras.ops.ones((2, 8, 8, 3))).shape
        (2, 4, 4, 3)
    """

    rank = 2


@registry.builtin("layer", "AvgPool3D")
class AveragePooling3D(_AveragePooling):
    """Means of windows that move over volumes.

    Inputs have shape (batch, depth, height, width, channels), or (batch, channels, depth,
    height, width) with "channels_first".

    Args:
        pool_size: Size of the window: one number, or three.
        strides: Steps of the window: one number, or three; those of `pool_size` when None.
        padding: "valid" (only whole windows), "same" (as many places as the input has, divided by
            the strides), or for each axis a pair (before, after). Padding does not count.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        name: Name of the layer.
        **kwargs: `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown padding or data format.

    Example:
        >>> import cornu as keras
        >>> keras.layers.AveragePooling3D(2)(keras.ops.ones((1, 4, 6, 8, 1))).shape
        (1, 2, 3, 4, 1)
    """

    rank = 3
