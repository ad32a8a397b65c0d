"""Layers as configs and back, under the names that `keras.layers` has for it."""

from __future__ import annotations

from typing import Any

from cornu.layers.layer import Layer
from cornu.saving import deserialize_keras_object, serialize_keras_object


def serialize(layer: Layer) -> Any:
    """Returns a layer as a dict that can be written as JSON, without its weights.

    Args:
        layer: The layer.

    Returns:
        Its class and config.

    Example:
        >>> import cornu as keras
        >>> keras.layers.serialize(keras.layers.Flatten())["class_name"]
        'Flatten'
    """
    return serialize_keras_object(layer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Makes a layer from what `serialize` returned.

    Args:
        config: The dict.
        custom_objects: Names of users' own classes and what they stand for.

    Returns:
        A layer with new weights.

    Raises:
        ValueError: When the dict describes something else than a layer.

    Example:
        >>> import cornu as keras
        >>> keras.layers.deserialize(keras.layers.serialize(keras.layers.Dense(3))).units
        3
    """
    layer = deserialize_keras_object(config, custom_objects=custom_objects)
    if not isinstance(layer, Layer):
        raise ValueError(f"The config describes {layer!r}, which is no layer.")
    return layer
