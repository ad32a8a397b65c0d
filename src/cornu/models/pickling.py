"""Models in pickles and deep copies: as the bytes of a `.keras` file, never as their Python objects.

So a model that goes to another process, or lies in a pickled scikit-learn estimator, is read by the
same reader as a file: classes are looked up, values are checked, and no code of the model is run.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from cornu.layers.core.lambda_layer import Lambda
from cornu.saving import deserialize_keras_object, load_model, save_model, serialize_keras_object
from cornu.saving.serialization import noting_custom_objects

_NAME = "model.keras"


def reduced(model: Any) -> tuple[Any, tuple[Any, ...]]:
    """Returns what makes a model again, as `__reduce__` does.

    Args:
        model: The model; one without weights yet is kept as its config.

    Returns:
        A function and its arguments: the bytes, and the user's classes and functions that they
        name. A pickle refers to these by their import path.
    """
    with noting_custom_objects() as custom:
        if not model.built:
            return _from_config, (serialize_keras_object(model), custom)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / _NAME
            save_model(model, path)
            data = path.read_bytes()
    for layer in model._flatten_layers():
        if isinstance(layer, Lambda) and layer.function.__name__ == "<lambda>":
            custom[layer.name] = layer.function  # by that name a file's reader is told of it
    return _from_bytes, (data, custom)


def _from_bytes(data: bytes, custom: dict[str, Any]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _NAME
        path.write_bytes(data)
        return load_model(path, custom_objects=custom)


def _from_config(config: dict[str, Any], custom: dict[str, Any]) -> Any:
    return deserialize_keras_object(config, custom_objects=custom)
