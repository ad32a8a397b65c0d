"""Objects as plain dicts that JSON can hold, and back, in Keras's format.

Reading looks names up in the registry and imports nothing; a file cannot bring code along.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from cornu import ops
from cornu.core import dtypes, engine, registry, settings
from cornu.core.keras_tensor import FunctionOperation, KerasTensor
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable
from cornu.ops._indexing import get_item
from cornu.saving import names

_PLAIN = (str, int, float, bool, type(None))


@contextmanager
def object_sharing() -> Iterator[None]:
    """Makes an object that occurs twice inside a `with` block one object again when read."""
    attributes = settings.state.attributes
    before = attributes.get("shared_configs")
    attributes["shared_configs"] = {}
    try:
        yield
    finally:
        attributes["shared_configs"] = before


@contextmanager
def noting_custom_objects() -> Iterator[dict[str, Any]]:
    """Notes the users' own classes and functions that configs made inside a `with` block name.

    Yields:
        The dict that is filled: names and what they stand for, as `custom_objects` has them.
    """
    attributes = settings.state.attributes
    before = attributes.get("noted_objects")
    noted: dict[str, Any] = {}
    attributes["noted_objects"] = noted
    try:
        yield noted
    finally:
        attributes["noted_objects"] = before


def _note(name: str, item: Any) -> None:
    noted = settings.state.attributes.get("noted_objects")
    if noted is not None:
        noted[name] = item


def serialize_keras_object(obj: Any) -> Any:
    """Returns an object as a structure of dicts, lists and plain values.

    Args:
        obj: A layer, model, optimizer, ... (anything with `get_config`), a function, a tensor, an
            array, a dtype, a number, a string, or lists and dicts of them.

    Returns:
        The structure: for an object its class, its config, and what it takes to build and compile
        it again.

    Raises:
        TypeError: For an object without `get_config`.

    Example:
        >>> import cornu as keras
        >>> serialize_keras_object(keras.initializers.Zeros())["class_name"]
        'Zeros'
    """
    if isinstance(obj, np.generic):
        return obj.item()
    if isinstance(obj, _PLAIN):
        return obj
    if isinstance(obj, tuple):
        return tuple(serialize_keras_object(item) for item in obj)
    if isinstance(obj, (list, set)):
        return [serialize_keras_object(item) for item in obj]
    if isinstance(obj, dict):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    special = _serialize_special(obj)
    if special is not None:
        return special
    if isinstance(obj, FunctionOperation):
        return _operation(obj)
    if not hasattr(obj, "get_config") or isinstance(obj, type):
        raise TypeError(
            f"Cannot write {obj!r} (type {type(obj).__name__}) into a config. Give the class a "
            f"get_config() method that returns the arguments of its __init__()."
        )
    return _serialize_instance(obj)


def _serialize_special(obj: Any) -> dict[str, Any] | None:
    if isinstance(obj, np.ndarray):
        if obj.ndim == 0:
            return serialize_keras_object(obj.item())  # type: ignore[no-any-return]
        config = {"value": obj.tolist(), "dtype": dtypes.canonical(obj.dtype)}
        return {"class_name": "__numpy__", "config": config}
    if isinstance(obj, KerasTensor):
        history = obj._keras_history
        place = None
        if history is not None:
            place = [history.operation.name, history.node_index, history.tensor_index]
        return {
            "class_name": "__keras_tensor__",
            "config": {"shape": obj.shape, "dtype": obj.dtype, "keras_history": place},
        }
    if isinstance(obj, (Tensor, Variable)):
        config = {"value": obj.numpy().tolist(), "dtype": obj.dtype}
        return {"class_name": "__tensor__", "config": config}
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode("utf-8")}}
    if isinstance(obj, slice):
        parts = {
            key: serialize_keras_object(getattr(obj, key)) for key in ("start", "stop", "step")
        }
        return {"class_name": "__slice__", "config": parts}
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(obj, (types.FunctionType, types.BuiltinFunctionType)):
        return _serialize_function(obj)
    return None


def _serialize_function(function: Any) -> dict[str, Any]:
    if function.__name__ == "<lambda>":
        try:
            source = inspect.getsource(function).strip()
        except (OSError, TypeError):
            source = None
        # For people who look into the file; it is never run.
        return {"class_name": "__lambda__", "config": {"source": source}}
    name = registry.get_registered_name(function)
    if not str(function.__module__).startswith("cornu."):
        _note(name, function)
    return {
        "module": "builtins",
        "class_name": "function",
        "config": name,
        "registered_name": "function",
    }


def _operation(operation: FunctionOperation) -> dict[str, Any]:
    name = operation.function.__name__
    return {
        "module": "cornu.ops",
        "class_name": "FunctionOperation",
        "config": {"name": operation.name, "function": name},
        "registered_name": "FunctionOperation",
    }


def _serialize_instance(obj: Any) -> dict[str, Any]:
    cls = type(obj)
    public = names.public_name(cls)
    config = obj.get_config()
    if public is not None:
        module: str | None = public[0]
        registered_name = public[1]
    else:
        module = None if cls.__module__ == "__main__" else cls.__module__
        registered_name = registry.get_registered_name(cls)
        _note(registered_name, cls)
    result = {
        "module": module,
        "class_name": names.class_name(cls),
        "config": config,
        "registered_name": registered_name,
    }
    for key in ("build_config", "compile_config"):
        method = getattr(obj, f"get_{key}", None)
        value = method() if method is not None else None
        if value is not None:
            result[key] = serialize_keras_object(value)
    shared = settings.state.attributes.get("shared_configs")
    if shared is not None:
        known = shared.setdefault(id(obj), (obj, result))
        if known[1] is not result:
            result["shared_object_id"] = known[1]["shared_object_id"] = id(obj)
    return result


def deserialize_keras_object(
    config: Any,
    custom_objects: dict[str, Any] | None = None,
    safe_mode: bool = True,
    **kwargs: Any,
) -> Any:
    """Makes an object from what `serialize_keras_object` returned.

    Args:
        config: The structure, perhaps read from JSON.
        custom_objects: Names of users' own classes and functions and what they stand for.
        safe_mode: Accepted for Keras's signature; code in files is never run in any mode.
        **kwargs: `module_objects`: further names.

    Returns:
        The object.

    Raises:
        ValueError: For a class or function that is not registered, and for a lambda.
        TypeError: For a config that is no such structure, or does not fit its class.

    Example:
        >>> import cornu as keras
        >>> layer = deserialize_keras_object(serialize_keras_object(keras.layers.Dense(3)))
        >>> layer.units
        3
    """
    known = {**(kwargs.pop("module_objects", None) or {}), **(custom_objects or {})}
    attributes = settings.state.attributes
    outermost = attributes.get("shared_objects") is None
    if outermost:
        attributes["shared_objects"] = {}
    try:
        if not known:
            return _deserialize(config, safe_mode)
        with registry.custom_object_scope(known):
            return _deserialize(config, safe_mode)
    finally:
        if outermost:
            attributes["shared_objects"] = None


def _deserialize(config: Any, safe_mode: bool) -> Any:
    if isinstance(config, str):
        found = registry.find_custom(config)
        return config if found is None else found
    if isinstance(config, _PLAIN) or callable(config):
        return config
    if isinstance(config, tuple):
        return tuple(_deserialize(item, safe_mode) for item in config)
    if isinstance(config, list):
        return [_deserialize(item, safe_mode) for item in config]
    if not isinstance(config, dict):
        raise TypeError(
            f"Cannot make an object from {config!r} of type {type(config).__name__}: expected a "
            f"config, which is a dict with 'class_name' and 'config'."
        )
    if "class_name" not in config or "config" not in config:
        return {key: _deserialize(value, safe_mode) for key, value in config.items()}
    name, inner = config["class_name"], config["config"]
    if not isinstance(name, str):
        raise TypeError(f"A config's 'class_name' is a string; got {name!r}.")
    if isinstance(name, str) and name.startswith("__"):
        return _deserialize_special(name, inner, safe_mode)
    if name == "function":
        if not isinstance(inner, str):
            raise TypeError(f"The config of a function is its name; got {inner!r}.")
        return names.find_function(inner, None)
    if name == "FunctionOperation":
        return _find_operation(inner["function"], inner["name"])
    if (config.get("module") or "").startswith(("keras.src.ops.", "keras.ops.")):
        settings_of_call = {key: value for key, value in inner.items() if key != "name"}
        operation = _find_operation(settings.snake_case(name), inner.get("name"))
        # Keras keeps the settings of a function in its operation; here they are in the call.
        operation.settings = _deserialize(settings_of_call, safe_mode)
        return operation
    shared = settings.state.attributes["shared_objects"]
    number = config.get("shared_object_id")
    if number is not None and number in shared:
        return shared[number]
    obj = _deserialize_instance(config, name, inner, safe_mode)
    if number is not None:
        shared[number] = obj
    return obj


def _deserialize_instance(config: dict[str, Any], name: str, inner: Any, safe_mode: bool) -> Any:
    cls = names.find_class(config.get("module"), name, config.get("registered_name"), None)
    if isinstance(cls, types.FunctionType):
        return cls
    if not hasattr(cls, "from_config"):
        raise TypeError(
            f"Cannot make a {name} from a config: the class has no from_config() method."
        )
    try:
        obj = cls.from_config(_known_settings(cls, inner))
    except TypeError as error:
        raise TypeError(f"Cannot make a {name} from its config {inner}: {error}") from error
    build_config = config.get("build_config")
    if build_config and not getattr(obj, "built", True):
        obj.build_from_config(build_config)
    compile_config = config.get("compile_config")
    if compile_config and hasattr(obj, "compile_from_config"):
        obj.compile_from_config(compile_config)
    return obj


def _known_settings(cls: Any, config: Any) -> Any:
    """Returns a config without empty settings that only other versions of Keras know."""
    if not isinstance(config, dict) or names.public_name(cls) is None:
        return config
    parameters = inspect.signature(cls.__init__).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return config
    return {key: v for key, v in config.items() if key in parameters or v is not None}


def _deserialize_special(name: str, inner: Any, safe_mode: bool) -> Any:
    if name == "__keras_tensor__":
        tensor = KerasTensor(tuple(inner["shape"]), inner["dtype"])
        tensor._keras_history = inner["keras_history"]
        return tensor
    if name == "__tensor__":
        return engine.to_tensor(np.array(inner["value"]), dtypes.canonical(inner["dtype"]))
    if name == "__numpy__":
        return np.array(inner["value"], dtypes.to_numpy(dtypes.canonical(inner["dtype"])))
    if name == "__bytes__":
        return inner["value"].encode("utf-8")
    if name == "__slice__":
        parts = (_deserialize(inner[key], safe_mode) for key in ("start", "stop", "step"))
        return slice(*parts)
    if name == "__ellipsis__":
        return Ellipsis
    if name == "__lambda__":
        raise ValueError(
            "The config holds a Python lambda, and code from a file is never run. Build the model "
            "in Python and load its weights, pass custom_objects={name of the Lambda layer: the "
            "function}, or use a named function registered with "
            "@keras.saving.register_keras_serializable()."
        )
    raise ValueError(f"Unknown kind of object {name!r} in a config.")


def _find_operation(function_name: str, name: str | None) -> FunctionOperation:
    function = get_item if function_name == "get_item" else getattr(ops, function_name, None)
    if function_name.startswith("_") or not isinstance(function, types.FunctionType):
        raise ValueError(f"Unknown operation {function_name!r} in a functional model.")
    return FunctionOperation(function, name=name)
