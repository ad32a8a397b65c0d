"""Nested structures: lists, tuples, named tuples and dicts with leaves in a fixed order.

Dicts are walked in the order of their sorted keys, as Keras does, so that two dicts with equal keys
always have matching leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any


def is_nested(structure: Any) -> bool:
    """Whether `structure` is a container (list, tuple or dict) rather than a leaf.

    Example:
        >>> is_nested([1, 2]), is_nested("text")
        (True, False)
    """
    return isinstance(structure, (list, tuple, dict))


def _sorted_keys(mapping: dict[Any, Any]) -> list[Any]:
    try:
        return sorted(mapping)
    except TypeError:
        return sorted(mapping, key=lambda key: (type(key).__name__, str(key)))


def _children(structure: Any) -> Iterable[Any]:
    if isinstance(structure, dict):
        return [structure[key] for key in _sorted_keys(structure)]
    return structure  # type: ignore[no-any-return]


def _rebuild(structure: Any, children: list[Any]) -> Any:
    if isinstance(structure, dict):
        by_key = dict(zip(_sorted_keys(structure), children, strict=True))
        items = {key: by_key[key] for key in structure}
        return items if type(structure) is dict else type(structure)(items)
    if hasattr(structure, "_fields"):
        return type(structure)(*children)
    return tuple(children) if isinstance(structure, tuple) else list(children)


def _leaves(structure: Any) -> Iterator[Any]:
    if is_nested(structure):
        for child in _children(structure):
            yield from _leaves(child)
    else:
        yield structure


def flatten(structure: Any) -> list[Any]:
    """Returns the leaves of a nested structure in order.

    Args:
        structure: Anything; what is not a list, tuple or dict is a leaf.

    Returns:
        A flat list.

    Example:
        >>> flatten({"b": 1, "a": [2, (3, 4)]})
        [2, 3, 4, 1]
    """
    return list(_leaves(structure)) if is_nested(structure) else [structure]


def map_structure(function: Callable[..., Any], *structures: Any) -> Any:
    """Applies a function to the leaves of one or more structures of the same form.

    Args:
        function: Called with one leaf of each structure.
        *structures: Structures of equal form.

    Returns:
        The results in the form of the first structure.

    Raises:
        ValueError: When the forms differ.

    Example:
        >>> map_structure(lambda a, b: a + b, {"x": [1, 2]}, {"x": [10, 20]})
        {'x': [11, 22]}
    """
    first = structures[0]
    if not is_nested(first):
        return function(*structures)
    if len(structures) > 1:
        for other in structures[1:]:
            _check_level(first, other)
    rows = zip(*(list(_children(structure)) for structure in structures), strict=True)
    return _rebuild(first, [map_structure(function, *row) for row in rows])


def _check_level(first: Any, other: Any) -> None:
    same = is_nested(other) and isinstance(first, dict) == isinstance(other, dict)
    if same and isinstance(first, dict):
        same = set(first) == set(other)
    if not same or len(first) != len(other):
        raise ValueError(f"Structures differ: {_describe(first)} against {_describe(other)}.")


def _describe(structure: Any) -> str:
    if isinstance(structure, dict):
        return f"a dict with keys {_sorted_keys(structure)}"
    if is_nested(structure):
        return f"a {type(structure).__name__} of {len(structure)}"
    return f"a leaf ({type(structure).__name__})"


def assert_same_structure(a: Any, b: Any) -> None:
    """Raises ValueError when two structures do not have the same form.

    Args:
        a: A nested structure.
        b: Another one.

    Raises:
        ValueError: With the place where they part.

    Example:
        >>> assert_same_structure([1, {"k": 2}], [5, {"k": 6}])
    """
    if is_nested(a):
        _check_level(a, b)
        for left, right in zip(_children(a), _children(b), strict=True):
            assert_same_structure(left, right)
    elif is_nested(b):
        _check_level(b, a)


def pack_sequence_as(structure: Any, flat_sequence: Iterable[Any]) -> Any:
    """Puts a flat sequence of leaves into the form of a structure.

    Args:
        structure: Gives the form.
        flat_sequence: As many leaves as `structure` has.

    Returns:
        A structure of that form.

    Raises:
        ValueError: When the number of leaves differs.

    Example:
        >>> pack_sequence_as({"a": 0, "b": [0, 0]}, [1, 2, 3])
        {'a': 1, 'b': [2, 3]}
    """
    leaves = list(flat_sequence)
    needed = len(flatten(structure))
    if needed != len(leaves):
        raise ValueError(f"The structure has {needed} leaves but {len(leaves)} values were given.")
    remaining = iter(leaves)
    return map_structure(lambda _: next(remaining), structure)


def traverse(function: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """Calls a function on every container and leaf; a result other than None replaces it.

    Args:
        function: Called with each sub-structure.
        structure: A nested structure.
        top_down: Containers before (True) or after (False) what they hold.

    Returns:
        The structure with replacements.

    Example:
        >>> traverse(lambda s: s * 2 if isinstance(s, int) else None, [1, (2, 3)])
        [2, (4, 6)]
    """
    if top_down:
        replaced = function(structure)
        if replaced is not None:
            return replaced
    if is_nested(structure):
        children = [traverse(function, child, top_down) for child in _children(structure)]
        structure = _rebuild(structure, children)
    if not top_down or not is_nested(structure):
        replaced = function(structure) if not top_down else None
        if replaced is not None:
            return replaced
    return structure


def flatten_with_path(structure: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """Returns (path, leaf) pairs, the path being the keys and indices that lead to the leaf.

    Example:
        >>> flatten_with_path({"a": [1, 2]})
        [(('a', 0), 1), (('a', 1), 2)]
    """
    if not is_nested(structure):
        return [((), structure)]
    if isinstance(structure, dict):
        keyed: Iterable[tuple[Any, Any]] = (
            (key, structure[key]) for key in _sorted_keys(structure)
        )
    else:
        keyed = enumerate(structure)
    return [((key, *path), leaf) for key, child in keyed for path, leaf in flatten_with_path(child)]
