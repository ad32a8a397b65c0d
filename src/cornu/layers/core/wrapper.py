"""Wrapper: a layer around another layer."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.layers.layer import Layer
from cornu.saving import deserialize_keras_object, serialize_keras_object


@registry.builtin("layer")
class Wrapper(Layer):
    """Base of layers that hold one other layer, such as Bidirectional and TimeDistributed.

    Args:
        layer: The layer inside.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: When `layer` is no layer.

    Example:
        >>> import cornu as keras
        >>> keras.layers.Wrapper(keras.layers.Dense(2)).layer.units
        2
    """

    def __init__(self, layer: Layer, **kwargs: Any) -> None:
        if not isinstance(layer, Layer):
            raise ValueError(
                f"{type(self).__name__}: `layer` must be a layer object; got {layer!r} of type "
                f"{type(layer).__name__}."
            )
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        """Builds the layer inside."""
        if not self.layer.built:
            self.layer.build(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "layer": serialize_keras_object(self.layer)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Makes a layer from what `get_config` returned."""
        config = dict(config)
        layer = deserialize_keras_object(config.pop("layer"), custom_objects=custom_objects)
        return cls(layer, **config)
