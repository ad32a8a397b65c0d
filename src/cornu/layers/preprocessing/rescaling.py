"""Rescaling: a fixed scale and offset."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry, settings
from cornu.layers.layer import Layer
from cornu.saving import deserialize_keras_object, serialize_keras_object


@registry.builtin("layer")
class Rescaling(Layer):
    """`inputs * scale + offset`, as floats.

    Args:
        scale: A number, or one for each channel; `1 / 255` maps bytes to 0 to 1.
        offset: Likewise.
        **kwargs: `name` and `dtype`.

    Example:
        >>> import cornu as keras
        >>> keras.layers.Rescaling(2.0, offset=1.0)(keras.ops.array([[1, 2]])).numpy()
        array([[3., 5.]], dtype=float32)
    """

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = scale
        self.offset = offset
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Scales."""
        dtype = self.compute_dtype
        scale = ops.convert_to_tensor(self.scale, dtype)
        offset = ops.convert_to_tensor(self.offset, dtype)
        if scale.shape and settings.image_data_format() == "channels_first":
            scale = ops.reshape(scale, (*scale.shape, *((1,) * (3 - len(scale.shape)))))
        return ops.add(ops.multiply(ops.cast(inputs, dtype), scale), offset)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "scale": serialize_keras_object(self.scale),
            "offset": serialize_keras_object(self.offset),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Makes a layer from what `get_config` returned."""
        config = dict(config)
        config["scale"] = deserialize_keras_object(config["scale"])
        config["offset"] = deserialize_keras_object(config.get("offset", 0.0))
        return cls(**config)
