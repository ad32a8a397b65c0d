"""Pipeline: several layers that change data, as one."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.layers.call import masks_of, signature_of
from cornu.layers.layer import Layer
from cornu.saving import deserialize_keras_object, serialize_keras_object


@registry.builtin("layer")
class Pipeline(Layer):
    """Applies layers one after the other, for use on data before a model sees them.

    Args:
        layers: The layers.
        name: Name of the layer.

    Example:
        >>> import cornu as keras
        >>> layers = keras.layers
        >>> pipeline = layers.Pipeline([layers.Rescaling(0.5), layers.RandomFlip(seed=1)])
        >>> pipeline(keras.ops.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    def __init__(self, layers: Any, name: str | None = None) -> None:
        super().__init__(name=name)
        self._pipeline_layers = list(layers)
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True

    @property
    def layers(self) -> list[Any]:
        """The layers."""
        return list(self._pipeline_layers)

    def call(self, inputs: Any, training: bool = True, mask: Any = None) -> Any:
        """Applies the layers."""
        for layer in self._pipeline_layers:
            signature = signature_of(type(layer), "call")
            keywords: dict[str, Any] = {}
            if signature.has_mask:
                keywords["mask"] = mask
            if signature.has_training and training is not None:
                keywords["training"] = training
            inputs = layer(inputs, **keywords)
            mask = masks_of(inputs)
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape that the last layer makes."""
        for layer in self._pipeline_layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {"layers": serialize_keras_object(self.layers), "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Makes a layer from what `get_config` returned."""
        layers = [deserialize_keras_object(layer) for layer in config["layers"]]
        return cls(layers, name=config.get("name"))
