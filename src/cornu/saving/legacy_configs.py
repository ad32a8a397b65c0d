"""The short form of configs in `.h5` files: class name and arguments, without modules."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from cornu import ops
from cornu.core import registry, settings
from cornu.saving import names
from cornu.saving.serialization import deserialize_keras_object, serialize_keras_object

_TRAINING = ("loss", "metrics", "weighted_metrics", "loss_weights")


def short_form(model: Any) -> dict[str, Any]:
    """Returns the config of a model as `.h5` files hold it.

    Args:
        model: The model.

    Returns:
        Class name and config; layers inside it likewise.
    """
    return _shorten(serialize_keras_object(model))


def _shorten(layer: dict[str, Any]) -> dict[str, Any]:
    config = layer["config"]
    if isinstance(config, dict) and isinstance(config.get("layers"), list):
        # Only the layers of a model: a layer inside a wrapper keeps the long form, as in Keras.
        inner = [_shorten(item) if _is_long(item) else item for item in config["layers"]]
        config = {**config, "layers": inner}
    kept: dict[str, Any] = {key: layer[key] for key in ("name", "inbound_nodes") if key in layer}
    return {"class_name": _short_name(layer), "config": config, **kept}


def _is_long(item: Any) -> bool:
    return isinstance(item, dict) and "registered_name" in item and "config" in item


def _short_name(config: dict[str, Any]) -> str:
    registered = config.get("registered_name")
    return str(registered if registered and ">" in registered else config["class_name"])


def from_short_form(config: Any) -> Any:
    """Makes a model from such a config.

    Args:
        config: Class name and config.

    Returns:
        The model, with new weights.
    """
    return deserialize_keras_object(_with_operations(config))


def _with_operations(config: Any) -> Any:
    """Returns a config in which functions in a functional model can be told from layers.

    The short form writes the sum of two tensors and the layer Add alike, but for what every layer
    says about itself.
    """
    inner = config.get("config") if isinstance(config, dict) else None
    if not isinstance(inner, dict):
        return config
    if isinstance(inner.get("layers"), list):
        layers = [_with_operations(item) for item in inner["layers"]]
        return {**config, "config": {**inner, "layers": layers}}
    name = config.get("class_name")
    is_layer = "module" in config or "trainable" in inner or "dtype" in inner
    if is_layer or not config.get("inbound_nodes") or not isinstance(name, str):
        return config
    if registry.find_custom(name) is None and hasattr(ops, settings.snake_case(name)):
        return {**config, "module": "keras.ops.numpy"}
    return config


def training_config(model: Any) -> dict[str, Any]:
    """Returns what `compile` was given, as `.h5` files hold it.

    Args:
        model: A compiled model.

    Returns:
        Loss, metrics and the optimizer's config.
    """
    config: dict[str, Any] = serialize_keras_object(model.get_compile_config())
    # Keras cannot load the short names of losses ("mse") from such files, only the long ones.
    config["loss"] = _map_texts(_long_name, config["loss"])
    optimizer = config.pop("optimizer")
    config["optimizer_config"] = {
        "class_name": _short_name(optimizer),
        "config": optimizer["config"],
    }
    return config


def _long_name(loss: str) -> str:
    found = registry.builtins_of("loss").get(loss)
    return found.__name__ if isinstance(found, types.FunctionType) else loss


def _map_texts(function: Callable[[str], str], value: Any) -> Any:
    if isinstance(value, dict) and "class_name" not in value:
        return {key: _map_texts(function, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_map_texts(function, item) for item in value]
    return function(value) if isinstance(value, str) else value


def compile_config(config: dict[str, Any]) -> dict[str, Any]:
    """Returns the arguments for `compile_from_config` from a training config.

    Args:
        config: What `training_config` returned, or an older version of Keras wrote.

    Returns:
        The arguments, optimizer, losses and metrics as configs.
    """
    optimizer = config["optimizer_config"]
    result: dict[str, Any] = {"optimizer": {"module": "keras.optimizers", **optimizer}}
    for key in _TRAINING:
        value = config.get(key)
        if value is not None:
            result[key] = _named(value)
    return result


def _named(value: Any) -> Any:
    """Returns losses and metrics with functions that are named by a plain string looked up."""
    if isinstance(value, dict) and value.get("class_name") in ("MeanMetricWrapper",):
        config = dict(value["config"])
        config["fn"] = names.find_function(config["fn"], None) if "fn" in config else None
        return {**value, "config": config}
    if isinstance(value, dict) and "class_name" not in value:
        return {key: _named(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_named(item) for item in value]
    return value
