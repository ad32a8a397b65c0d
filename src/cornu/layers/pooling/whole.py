"""Pooling over all places: one number for each channel."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.ops.windows import image_format, image_shape


class _GlobalPooling(Layer):
    rank: int

    def __init__(
        self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = image_format(data_format, type(self).__name__)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._build_at_init()

    @property
    def _places(self) -> tuple[int, ...]:
        """The spatial axes."""
        first = 1 if self.data_format == "channels_last" else 2
        return tuple(range(first, first + self.rank))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns batch size and channels; with `keepdims` sizes of 1 for the places."""
        channels = input_shape[-1 if self.data_format == "channels_last" else 1]
        if not self.keepdims:
            return (input_shape[0], channels)
        return image_shape(input_shape[0], (1,) * self.rank, channels, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        own = {"data_format": self.data_format, "keepdims": self.keepdims}
        return {**super().get_config(), **own}


class _GlobalMaxPooling(_GlobalPooling):
    def call(self, inputs: Any) -> Any:
        """Returns the largest elements."""
        return ops.max(inputs, axis=self._places, keepdims=self.keepdims)


class _GlobalAveragePooling(_GlobalPooling):
    def call(self, inputs: Any) -> Any:
        """Returns the means."""
        return ops.mean(inputs, axis=self._places, keepdims=self.keepdims)


@registry.builtin("layer", "GlobalMaxPool1D")
class GlobalMaxPooling1D(_GlobalMaxPooling):
    """Largest elements of each channel over all places of sequences.

    Inputs have shape (batch, steps, channels), or (batch, channels, steps) with
    "channels_first".

    Args:
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        keepdims: Whether the spatial axes stay, with size 1.
        **kwargs: `name`, `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For an unknown data format.

    Example:
        >>> import cornu as keras
        >>> keras.layers.GlobalMaxPooling1D()(keras.ops.ones((2, 9, 4))).shape
        (2, 4)
    """

    rank = 1


@registry.builtin("layer", "GlobalMaxPool2D")
class GlobalMaxPooling2D(_GlobalMaxPooling):
    """Largest elements of each channel over all places of images.

    Inputs have shape (batch, height, width, channels), or (batch, channels, height, width) with
    "channels_first".

    Args:
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        keepdims: Whether the spatial axes stay, with size 1.
        **kwargs: `name`, `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For an unknown data format.

    Example:
        >>> import cornu as keras
        >>> keras.layers.GlobalMaxPooling2D()(keras.ops.ones((2, 8, 8, 4))).shape
        (2, 4)
    """

    rank = 2


@registry.builtin("layer", "GlobalMaxPool3D")
class GlobalMaxPooling3D(_GlobalMaxPooling):
    """Largest elements of each channel over all places of volumes.

    Inputs have shape (batch, depth, height, width, channels), or (batch, channels, depth,
    height, width) with "channels_first".

    Args:
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        keepdims: Whether the spatial axes stay, with size 1.
        **kwargs: `name`, `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For an unknown data format.

    Example:
        >>> import cornu as keras
        >>> keras.layers.GlobalMaxPooling3D()(keras.ops.ones((2, 4, 6, 8, 4))).shape
        (2, 4)
    """

    rank = 3


@registry.builtin("layer", "GlobalAvgPool1D")
class GlobalAveragePooling1D(_GlobalAveragePooling):
    """Means of each channel over all places of sequences.

    Inputs have shape (batch, steps, channels), or (batch, channels, steps) with
    "channels_first".

    With a mask only valid steps count.

    Args:
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        keepdims: Whether the spatial axes stay, with size 1.
        **kwargs: `name`, `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For an unknown data format.

    Example:
        >>> import cornu as keras
        >>> keras.layers.GlobalAveragePooling1D()(keras.ops.ones((2, 9, 4))).shape
        (2, 4)
    """

    rank = 1

    def __init__(
        self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(data_format, keepdims, **kwargs)
        self.supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Returns the means of the valid steps."""
        if mask is None:
            return super().call(inputs)
        valid = ops.expand_dims(ops.cast(mask, "bool"), 3 - self._places[0])
        kept = ops.where(valid, inputs, 0)
        sums = ops.sum(kept, axis=self._places, keepdims=self.keepdims)
        counts = ops.sum(ops.cast(valid, inputs.dtype), axis=self._places, keepdims=self.keepdims)
        return ops.divide(sums, counts)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Returns None: there are no steps any more."""
        return None


@registry.builtin("layer", "GlobalAvgPool2D")
class GlobalAveragePooling2D(_GlobalAveragePooling):
    """Means of each channel over all places of images.

    Inputs have shape (batch, height, width, channels), or (batch, channels, height, width) with
    "channels_first".

    Args:
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        keepdims: Whether the spatial axes stay, with size 1.
        **kwargs: `name`, `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For an unknown data format.

    Example:
        >>> import cornu as keras
        >>> keras.layers.GlobalAveragePooling2D()(keras.ops.ones((2, 8, 8, 4))).shape
        (2, 4)
    """

    rank = 2


@registry.builtin("layer", "GlobalAvgPool3D")
class GlobalAveragePooling3D(_GlobalAveragePooling):
    """Means of each channel over all places of volumes.

    Inputs have shape (batch, depth, height, width, channels), or (batch, channels, depth,
    height, width) with "channels_first".

    Args:
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        keepdims: Whether the spatial axes stay, with size 1.
        **kwargs: `name`, `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For an unknown data format.

    Example:
        >>> import cornu as keras
        >>> keras.layers.GlobalAveragePooling3D()(keras.ops.ones((2, 4, 6, 8, 4))).shape
        (2, 4)
    """

    rank = 3
