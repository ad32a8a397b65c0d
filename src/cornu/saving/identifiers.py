"""What a user may write for an activation, loss, optimizer, ...: a name, a config, a class, an object."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.saving.serialization import deserialize_keras_object


def resolve(kind: str, identifier: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Returns the object or function that an identifier stands for.

    Args:
        kind: The family: "activation", "initializer", "loss", ...
        identifier: A name, a config dict, a class (made with its defaults), or the thing itself.
        custom_objects: Names that come first.

    Returns:
        An object or function; None for None.

    Raises:
        ValueError: When it stands for nothing in the family.
    """
    if identifier is None:
        return None
    if isinstance(identifier, str):
        identifier = registry.lookup(kind, identifier, custom_objects)
    elif isinstance(identifier, dict):
        return deserialize_keras_object(identifier, custom_objects=custom_objects)
    if isinstance(identifier, type):
        return identifier()
    if callable(identifier):
        return identifier
    raise ValueError(
        f"Expected the name, config, class or object of a {kind}; got {identifier!r} "
        f"({type(identifier).__name__})."
    )
