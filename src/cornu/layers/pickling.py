"""Layers in pickles and deep copies: as a config and arrays, never as their Python objects."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.layers.state import LayerState
from cornu.saving import deserialize_keras_object, serialize_keras_object
from cornu.saving.serialization import noting_custom_objects


class LayerPickling(LayerState):
    """The part of a layer that copies it; models, which also know their training, do more."""

    name: str

    def __reduce__(self) -> Any:
        with noting_custom_objects() as custom:
            config = serialize_keras_object(self)
        function = getattr(self, "function", None)
        if getattr(function, "__name__", None) == "<lambda>":
            custom[self.name] = function  # by that name a config's reader is told of it
        return _from_config, (config, custom, [variable.numpy() for variable in self.variables])

    def __deepcopy__(self, memo: Any) -> Any:
        revive, arguments = self.__reduce__()
        return revive(*arguments)


def _from_config(config: dict[str, Any], custom: dict[str, Any], values: list[Any]) -> Any:
    registry.complete()
    layer = deserialize_keras_object(config, custom_objects=custom)
    if len(layer.variables) != len(values):
        raise ValueError(
            f"{type(layer).__name__} {layer.name!r} has {len(layer.variables)} variables after it "
            f"was made from its config, but had {len(values)} when it was copied. Give it a build() "
            f"method and a get_config() that say how to make them."
        )
    for variable, value in zip(layer.variables, values, strict=True):
        variable.assign(value)
    return layer
