"""Nested lists, tuples and dicts: `tf.nest`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.core import tree
from cornu.tf._names import no_such_name

__all__ = ["assert_same_structure", "flatten", "is_nested", "map_structure", "pack_sequence_as"]


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """Returns the leaves of a structure as a list.

    Args:
        structure: Nested lists, tuples and dicts.
        expand_composites: Accepted for TensorFlow's signature.

    Example:
        >>> flatten({"b": [2, 3], "a": 1})
        [1, 2, 3]
    """
    return list(tree.flatten(structure))


def map_structure(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """Returns a structure of what a function makes of the leaves of others.

    Args:
        func: Called with one leaf of each structure.
        *structure: Structures of the same form.
        **kwargs: Accepted for TensorFlow's signature.

    Example:
        >>> map_structure(lambda a, b: a + b, {"x": 1}, {"x": 2})
        {'x': 3}
    """
    return tree.map_structure(func, *structure)


def is_nested(structure: Any) -> bool:
    """Returns whether a value is a list, tuple or dict.

    Args:
        structure: Anything.

    Example:
        >>> is_nested([1]), is_nested(1)
        (True, False)
    """
    return tree.is_nested(structure)


def assert_same_structure(nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False) -> None:  # fmt: skip
    """Checks that two structures have the same form.

    Args:
        nest1: A structure.
        nest2: Another one.
        check_types: Accepted for TensorFlow's signature.
        expand_composites: Likewise.

    Raises:
        ValueError: When they differ.

    Example:
        >>> assert_same_structure([1, 2], [3, 4])
    """
    tree.assert_same_structure(nest1, nest2)


def pack_sequence_as(structure: Any, flat_sequence: Any, expand_composites: bool = False) -> Any:
    """Returns leaves put into the form of a structure.

    Args:
        structure: The form.
        flat_sequence: As many leaves as it has.
        expand_composites: Accepted for TensorFlow's signature.

    Raises:
        ValueError: When the number of leaves differs.

    Example:
        >>> pack_sequence_as({"b": 0, "a": 0}, [1, 2]) == {"a": 1, "b": 2}
        True
    """
    return tree.pack_sequence_as(structure, flat_sequence)


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.nest", name, __all__)
