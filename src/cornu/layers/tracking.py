"""Containers that tell a layer what is put into them, and the switch that turns tracking off.

A layer finds its variables and sublayers in its attributes, also inside lists, dicts and sets that
are filled later. The containers know their layer weakly: a deleted model leaves no cycle behind.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from cornu.core import settings

Function = TypeVar("Function", bound=Callable[..., Any])


@contextmanager
def untracked() -> Iterator[None]:
    """Lets attributes be set on layers inside a `with` block without being tracked."""
    attributes = settings.state.attributes
    before = attributes.get("untracked", False)
    attributes["untracked"] = True
    try:
        yield
    finally:
        attributes["untracked"] = before


def no_tracking(function: Function) -> Function:
    """Returns the function so that attributes it sets on layers are not tracked."""

    @wraps(function)
    def wrapper(*arguments: Any, **keywords: Any) -> Any:
        with untracked():
            return function(*arguments, **keywords)

    return wrapper  # type: ignore[return-value]


class _Tracked:
    """What the containers share: a weak reference to the layer that wants to know."""

    _owner: Any = None

    def _adopt(self, value: Any) -> Any:
        owner = self._owner() if self._owner is not None else None
        return value if owner is None else owner._track(value)

    def _release(self, value: Any) -> None:
        owner = self._owner() if self._owner is not None else None
        if owner is not None:
            owner._untrack(value)


class TrackedList(_Tracked, list):
    """A list whose layers and variables belong to a layer."""

    def __init__(self, values: Any = (), owner: Any = None) -> None:
        self._owner = None if owner is None else weakref.ref(owner)
        super().__init__(self._adopt(value) for value in values)

    def append(self, value: Any) -> None:
        super().append(self._adopt(value))

    def insert(self, index: Any, value: Any) -> None:
        super().insert(index, self._adopt(value))

    def extend(self, values: Any) -> None:
        super().extend([self._adopt(value) for value in values])

    def __iadd__(self, values: Any) -> TrackedList:  # type: ignore[misc]
        self.extend(values)
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, slice):
            value = list(value)
            for old in self[key]:
                self._release(old)
            value = [self._adopt(item) for item in value]
        else:
            self._release(self[key])
            value = self._adopt(value)
        super().__setitem__(key, value)

    def __delitem__(self, key: Any) -> None:
        for old in self[key] if isinstance(key, slice) else [self[key]]:
            self._release(old)
        super().__delitem__(key)

    def pop(self, index: Any = -1) -> Any:
        value = super().pop(index)
        self._release(value)
        return value

    def remove(self, value: Any) -> None:
        super().remove(value)
        self._release(value)

    def clear(self) -> None:
        for value in self:
            self._release(value)
        super().clear()

    def __reduce__(self) -> Any:
        return (list, (list(self),))


class TrackedDict(_Tracked, dict):
    """A dict whose layers and variables belong to a layer."""

    def __init__(self, values: Any = (), owner: Any = None) -> None:
        self._owner = None if owner is None else weakref.ref(owner)
        super().__init__({key: self._adopt(value) for key, value in dict(values).items()})

    def __setitem__(self, key: Any, value: Any) -> None:
        if key in self:
            self._release(self[key])
        super().__setitem__(key, self._adopt(value))

    def __delitem__(self, key: Any) -> None:
        self._release(self[key])
        super().__delitem__(key)

    def update(self, *others: Any, **items: Any) -> None:
        for key, value in dict(*others, **items).items():
            self[key] = value

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: Any, *default: Any) -> Any:
        value = super().pop(key, *default)
        self._release(value)
        return value

    def popitem(self) -> Any:
        key, value = super().popitem()
        self._release(value)
        return key, value

    def clear(self) -> None:
        for value in self.values():
            self._release(value)
        super().clear()

    def __reduce__(self) -> Any:
        return (dict, (dict(self),))


class TrackedSet(_Tracked, set):
    """A set whose layers and variables belong to a layer."""

    def __init__(self, values: Any = (), owner: Any = None) -> None:
        self._owner = None if owner is None else weakref.ref(owner)
        super().__init__(self._adopt(value) for value in values)

    def add(self, value: Any) -> None:
        super().add(self._adopt(value))

    def update(self, *others: Any) -> None:
        for values in others:
            for value in values:
                self.add(value)

    def remove(self, value: Any) -> None:
        super().remove(value)
        self._release(value)

    def discard(self, value: Any) -> None:
        if value in self:
            self.remove(value)

    def pop(self) -> Any:
        value = super().pop()
        self._release(value)
        return value

    def clear(self) -> None:
        for value in self:
            self._release(value)
        super().clear()

    def __reduce__(self) -> Any:
        return (set, (set(self),))


def wrap(value: Any, owner: Any) -> Any:
    """Returns a container as one that reports to a layer; other values as they are.

    Args:
        value: Anything.
        owner: The layer; its `_track` is called with what the container holds.

    Returns:
        A tracked list, dict or set, a tuple with tracked items, or the value itself.
    """
    if isinstance(value, tuple):
        items = [owner._track(item) for item in value]
        if all(new is old for new, old in zip(items, value, strict=True)):
            return value
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    kind = type(value)
    if kind is list or kind is TrackedList:
        return TrackedList(value, owner)
    if isinstance(value, dict) and kind in (dict, TrackedDict):
        return TrackedDict(value, owner)
    if kind is set or kind is TrackedSet:
        return TrackedSet(value, owner)
    return value
