"""Under which module and class name Keras's files know the classes of cornu."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.core.errors import suggestion

# Families of the registry and the public modules of Keras to which they belong.
_MODULES = {
    "layer": "keras.layers",
    "model": "keras",
    "activation": "keras.activations",
    "initializer": "keras.initializers",
    "regularizer": "keras.regularizers",
    "constraint": "keras.constraints",
    "loss": "keras.losses",
    "metric": "keras.metrics",
    "optimizer": "keras.optimizers",
    "schedule": "keras.optimizers.schedules",
    "callback": "keras.callbacks",
    "dtype_policy": "keras",
    "operation": "keras.src.ops",
}

# Classes that Keras has not made public: they stand in files under the path of their source.
_INTERNAL = {"Functional": "keras.src.models.functional"}

# Classes that Keras has made public under another name than they have in its source.
_SPELLINGS = {"GroupedQueryAttention": "GroupQueryAttention"}


def public_name(cls: type) -> tuple[str, str | None] | None:
    """Returns the module under which files name a class of cornu, and its registered name.

    Args:
        cls: The class.

    Returns:
        `(module, registered_name)`, or None for a class that is not cornu's own.
    """
    cls = cls.__dict__.get("_saved_as", cls)
    name = cls.__name__
    for kind, module in _MODULES.items():
        if registry.builtins_of(kind).get(name) is cls:
            internal = _INTERNAL.get(name)
            return (internal, name) if internal else (module, None)
    return None


def class_name(cls: type) -> str:
    """Returns the name under which files know a class.

    Args:
        cls: The class.

    Returns:
        Its own name, but for the few that Keras has made public under another one.
    """
    return _SPELLINGS.get(cls.__name__, cls.__name__) if public_name(cls) else cls.__name__


def find_class(
    module: str | None,
    name: str,
    registered_name: str | None,
    custom_objects: dict[str, Any] | None,
) -> Any:
    """Returns the class that a file names; only registered classes can be found.

    Args:
        module: Module as the file gives it, or None.
        name: Class name.
        registered_name: `package>Name` of a user's class, or None.
        custom_objects: Names that come first.

    Returns:
        The class.

    Raises:
        ValueError: When nothing is registered under these names.
    """
    for candidate in (registered_name, name):
        if candidate:
            found = registry.find_custom(candidate, custom_objects)
            if found is not None:
                return found
    kinds = [kind for kind, own in _MODULES.items() if module is not None and _within(module, own)]
    for kind in [*kinds, *(kind for kind in _MODULES if kind not in kinds)]:
        found = registry.builtins_of(kind).get(name)
        if isinstance(found, type):
            return found
    known = [item for kind in _MODULES for item in registry.builtins_of(kind)]
    shown = registered_name or name
    raise ValueError(
        f"Unknown class {shown!r}{f' of module {module}' if module else ''}."
        f"{suggestion(name, known)} For a class of your own: import the module that defines it, "
        f"decorate it with @keras.saving.register_keras_serializable(), or pass "
        f"custom_objects={{{name!r}: {name}}}."
    )


def find_function(name: str, custom_objects: dict[str, Any] | None) -> Any:
    """Returns the function that a file names: a user's registered one, or one of cornu.

    Args:
        name: Name or registered name.
        custom_objects: Names that come first.

    Returns:
        The function.

    Raises:
        ValueError: When nothing is registered under the name.
    """
    found = registry.find_custom(name, custom_objects)
    if found is not None:
        return found
    for kind in ("activation", "loss", "metric", "initializer"):
        found = registry.builtins_of(kind).get(name)
        if found is not None:
            return found
    raise ValueError(
        f"Unknown function {name!r}. Decorate it with "
        f"@keras.saving.register_keras_serializable(), or pass custom_objects={{{name!r}: ...}}."
    )


def _within(module: str, own: str) -> bool:
    """Whether a module of a file (Keras's, tf.keras's or an older internal path) is `own`."""
    for prefix in ("tensorflow.", "tf."):
        module = module.removeprefix(prefix)
    module = module.replace("keras.src.", "keras.")
    return module == own or module.startswith(f"{own}.")
