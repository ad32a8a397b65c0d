"""Names of classes and functions: what files may refer to, and nothing else.

Classes enter by decorator when their module is imported; loading looks a name up here and imports
nothing. `package>Name` is the registered name that files carry for users' classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from cornu.core import settings
from cornu.core.errors import suggestion

Registered = TypeVar("Registered", bound=Callable[..., Any])

_builtin: dict[str, dict[str, Any]] = {}
_custom: dict[str, Any] = {}
_completions: list[Callable[[], Any]] = []
_custom_names: dict[Any, str] = {}


def builtin(kind: str, *aliases: str) -> Callable[[Registered], Registered]:
    """Returns a decorator that enters a class or function of cornu under its name and aliases.

    Args:
        kind: The family: "layer", "loss", "metric", "optimizer", "activation", "initializer", ...
        *aliases: Further names, such as "mse".

    Returns:
        A decorator that returns its argument unchanged.
    """

    def enter(item: Registered) -> Registered:
        table = _builtin.setdefault(kind, {})
        for name in (item.__name__, *aliases):
            table[name] = item
        return item

    return enter


def add_alias(kind: str, name: str, item: Any) -> None:
    """Enters a further name of a class or function of cornu."""
    _builtin.setdefault(kind, {})[name] = item


def on_complete(completion: Callable[[], Any]) -> None:
    """Sets what imports all classes of cornu; the package root, which knows the rooms, does."""
    _completions[:] = [completion]


def complete() -> None:
    """Makes sure that all classes of cornu are in the registry, before a file is read."""
    for completion in _completions:
        completion()


def builtins_of(kind: str) -> dict[str, Any]:
    """Returns the names known in a family and what they stand for."""
    return dict(_builtin.get(kind, {}))


def lookup(kind: str, name: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """Returns the class or function that a name stands for in a family.

    Args:
        kind: The family, as given to `builtin`.
        name: A class name, an alias, or a registered `package>Name`.
        custom_objects: Names that come first.

    Returns:
        What was registered.

    Raises:
        ValueError: When nothing has that name, with the closest known one.
    """
    found = find_custom(name, custom_objects)
    if found is not None:
        return found
    table = _builtin.get(kind, {})
    if name in table:
        return table[name]
    known = [*table, *_custom]
    article = "an" if kind[0] in "aeiou" else "a"
    raise ValueError(
        f"Unknown {kind} {name!r}.{suggestion(name, known)} Pass the name of {article} {kind} that "
        f"cornu has ({', '.join(sorted(table)[:12])}, ...), an object, or register your own class "
        f"with @keras.saving.register_keras_serializable()."
    )


def find_custom(name: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """Returns a user's class or function of that name, or None."""
    for table in (
        custom_objects or {},
        settings.state.attributes.get("custom_objects") or {},
        _custom,
    ):
        if name in table:
            return table[name]
    return None


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[Registered], Registered]:
    """Returns a decorator that lets files and strings refer to a user's class or function.

    Args:
        package: First part of the registered name.
        name: Second part; the class name when None.

    Returns:
        A decorator that returns its argument unchanged.

    Raises:
        ValueError: For a class without `get_config`.

    Example:
        >>> @register_keras_serializable(package="mine")
        ... def cube(x):
        ...     return x * x * x
        >>> get_registered_name(cube)
        'mine>cube'
    """

    def enter(item: Registered) -> Registered:
        registered = f"{package}>{name or item.__name__}"
        if isinstance(item, type) and not hasattr(item, "get_config"):
            raise ValueError(
                f"Cannot register class {item.__name__}: it has no get_config() method, so a file "
                f"could not tell how to build it again. Add get_config()."
            )
        _custom[registered] = item
        _custom_names[item] = registered
        return item

    return enter


def get_registered_name(item: Any) -> str:
    """Returns the registered name of a class or function, or its plain name.

    Example:
        >>> get_registered_name(int)
        'int'
    """
    return _custom_names.get(item) or str(item.__name__)


def get_registered_object(
    name: str,
    custom_objects: dict[str, Any] | None = None,
    module_objects: dict[str, Any] | None = None,
) -> Any:
    """Returns the class or function registered under a name, or None.

    Args:
        name: A registered name.
        custom_objects: Names that come first.
        module_objects: Names that come last.

    Returns:
        The object, or None.

    Example:
        >>> get_registered_object("nothing of that name") is None
        True
    """
    found = find_custom(name, custom_objects)
    return found if found is not None else (module_objects or {}).get(name)


def get_custom_objects() -> dict[str, Any]:
    """Returns the dict of users' registered objects; changing it changes the registry.

    Example:
        >>> isinstance(get_custom_objects(), dict)
        True
    """
    return _custom


@contextmanager
def custom_object_scope(*custom_objects: dict[str, Any]) -> Iterator[None]:
    """Makes names known inside a `with` block.

    Args:
        *custom_objects: Dicts from names to classes or functions.

    Example:
        >>> with custom_object_scope({"twice": lambda x: 2 * x}):
        ...     get_registered_object("twice")(4)
        8
    """
    before = settings.state.attributes.get("custom_objects") or {}
    merged = dict(before)
    for table in custom_objects:
        merged.update(table)
    settings.state.attributes["custom_objects"] = merged
    try:
        yield
    finally:
        settings.state.attributes["custom_objects"] = before
