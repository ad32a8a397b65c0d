"""The objects of a model that have weights, and under which paths Keras's files keep them.

A path is made of attribute names: `optimizer`, `layers/dense_1`, `encoder/blocks/dense`. Items of
lists and dicts go by their class, counted. Each object has the first path at which it is met.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cornu.core import registry, settings

# Attributes that lead to objects which Keras reaches on another way, or not at all.
_HIDDEN = frozenset({"operations", "_operations", "_functional", "history"})


def saveables(model: Any, skipped: Any = ()) -> Iterator[tuple[str, Any]]:
    """Yields path and object of a model and everything inside it that has state.

    Args:
        model: A model or layer.
        skipped: Objects that are left out, with all inside them.

    Yields:
        Pairs such as `("layers/dense", layer)`; the model itself has the path "".
    """
    base = registry.lookup("layer", "Layer")
    walk = _Walk(frozenset(dir(base(name="reference"))) | _HIDDEN, skipped)
    yield from walk.visit(model, "")


class _Walk:
    def __init__(self, skipped_names: frozenset[str], skipped: Any) -> None:
        self.skipped_names = skipped_names
        # The objects themselves are kept: the list that a property has made must live as long as
        # its number is remembered, or the next one gets the same number and is taken for it.
        self.visited = {id(obj): obj for obj in skipped}

    def visit(self, obj: Any, path: str) -> Iterator[tuple[str, Any]]:
        if id(obj) in self.visited:
            return
        self.visited[id(obj)] = obj
        yield path, obj
        for name, child in self._children(obj):
            below = f"{path}/{name}" if path else name
            if _has_state(child):
                yield from self.visit(child, below)
            elif isinstance(child, (list, tuple, dict)):
                yield from self._items(child, below)

    def _children(self, obj: Any) -> Iterator[tuple[str, Any]]:
        if not hasattr(obj, "get_build_config"):  # an optimizer: only optimizers inside it
            yield from ((name, child) for name, child in vars(obj).items() if _has_state(child))
            return
        if _goes_by_layers(obj):
            yield "layers", obj.layers
        # Public names first, then private ones, each in alphabetical order.
        for name in sorted(dir(obj), key=lambda name: (name.startswith("_"), name)):
            if name.startswith("__") or name in self.skipped_names:
                continue
            try:
                child = getattr(obj, name)
            except Exception:
                continue
            yield name, child

    def _items(self, container: Any, path: str) -> Iterator[tuple[str, Any]]:
        if id(container) in self.visited:
            return
        self.visited[id(container)] = container
        names: dict[str, int] = {}
        for item in container.values() if isinstance(container, dict) else container:
            is_container = isinstance(item, (list, tuple, dict))
            if not is_container and not _has_state(item):
                continue
            name = "container" if is_container else settings.snake_case(type(item).__name__)
            count = names[name] = names.get(name, -1) + 1
            below = f"{path}/{name}_{count}" if count else f"{path}/{name}"
            if is_container:
                yield from self._items(item, below)
            else:
                yield from self.visit(item, below)


def _has_state(obj: Any) -> bool:
    return hasattr(type(obj), "save_own_variables")


def _goes_by_layers(obj: Any) -> bool:
    return any(
        isinstance(obj, registry.lookup("model", name)) for name in ("Functional", "Sequential")
    )
