"""Elements of a pipeline: nested structures of arrays, their specs, and blocks of many of them.

Tuples, named tuples and dicts are structure; everything else, lists too, is one component. Inside a
pipeline a component is a NumPy array, or the pipeline of a nested dataset. Text is an object array
of str.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from cornu.core import dtypes, tree
from cornu.core.errors import InvalidArgumentError

Array = np.ndarray[Any, Any]
Element = Any

UNKNOWN = -2
INFINITE = -1


class ComponentSpec(NamedTuple):
    """Shape and dtype of one component of the elements.

    Attributes:
        shape: Sizes, None for those that vary; None when even their number is not known.
        dtype: Name of the dtype.

    Example:
        >>> ComponentSpec((None, 2), "float32")
        ComponentSpec(shape=(None, 2), dtype='float32')
    """

    shape: tuple[int | None, ...] | None
    dtype: str

    @property
    def is_static(self) -> bool:
        """Whether all sizes are known."""
        return self.shape is not None and None not in self.shape


class NestedSpec(NamedTuple):
    """Stands for a component that is a dataset itself.

    Attributes:
        element_spec: The spec of its elements.
    """

    element_spec: Any


def is_structure(value: Any) -> bool:
    """Whether a value is structure rather than one component."""
    return isinstance(value, (tuple, dict)) and not isinstance(value, (ComponentSpec, NestedSpec))


def map_components(function: Callable[..., Any], *structures: Any) -> Any:
    """Applies a function to the components of one or more elements, or of specs.

    Args:
        function: Called with one component of each.
        *structures: Of equal form.

    Returns:
        The results in the form of the first.

    Raises:
        ValueError: When the forms differ.
    """
    first = structures[0]
    if type(first) is np.ndarray or not is_structure(first):
        return function(*structures)
    keys: Any = list(first) if isinstance(first, dict) else range(len(first))
    for other in structures[1:]:
        same = type(other) is type(first) or (
            is_structure(other) and isinstance(other, dict) == isinstance(first, dict)
        )
        matching = same and len(other) == len(first)
        if not matching or (isinstance(first, dict) and set(other) != set(first)):
            raise ValueError(f"Structures differ: {first!r} against {other!r}.")
    parts = [map_components(function, *(s[key] for s in structures)) for key in keys]
    if isinstance(first, dict):
        items = dict(zip(keys, parts, strict=True))
        return items if type(first) is dict else type(first)(items)
    return type(first)(*parts) if hasattr(first, "_fields") else tuple(parts)


def components(structure: Any) -> list[Any]:
    """Returns the components in the order of their keys."""
    if type(structure) is np.ndarray or not is_structure(structure):
        return [structure]
    if isinstance(structure, dict):
        return [leaf for key in sorted_keys(structure) for leaf in components(structure[key])]
    return [leaf for part in structure for leaf in components(part)]


def sorted_keys(mapping: dict[Any, Any]) -> list[Any]:
    """Returns the keys in the order in which components are listed."""
    return sorted(mapping, key=lambda key: (type(key).__name__, key))


def pack_components(form: Any, leaves: Sequence[Any]) -> Any:
    """Returns components, as `components` lists them, in the form of a structure."""
    if not is_structure(form):
        return leaves[0]
    return tree.pack_sequence_as(map_components(lambda leaf: None, form), leaves)


def spec_of(element: Element) -> Any:
    """Returns the exact spec of one element."""
    return map_components(
        lambda leaf: (
            ComponentSpec(leaf.shape, dtypes.canonical(leaf.dtype))
            if isinstance(leaf, np.ndarray)
            else NestedSpec(leaf.spec())
        ),
        element,
    )


def relaxed(a: Any, b: Any) -> Any:
    """Returns the spec that elements of two specs have in common.

    Raises:
        TypeError: When their structures or dtypes differ.
    """

    def join(x: Any, y: Any) -> Any:
        if isinstance(x, NestedSpec) and isinstance(y, NestedSpec):
            return NestedSpec(relaxed(x.element_spec, y.element_spec))
        if isinstance(x, NestedSpec) or isinstance(y, NestedSpec) or x.dtype != y.dtype:
            raise TypeError(f"Elements of different kinds cannot be joined: {x} and {y}.")
        if x.shape is None or y.shape is None or len(x.shape) != len(y.shape):
            return ComponentSpec(None, x.dtype)
        sizes = (m if m == n else None for m, n in zip(x.shape, y.shape, strict=True))
        return ComponentSpec(tuple(sizes), x.dtype)

    try:
        return map_components(join, a, b)
    except ValueError as error:
        raise TypeError(str(error)) from None


def has_components(spec: Any) -> bool:
    """Whether every component of a spec is an array."""
    return all(isinstance(leaf, ComponentSpec) for leaf in components(spec))


def bytes_of(spec: Any) -> int:
    """Returns about how many bytes an element takes; sizes that vary count as 32."""
    total = 0
    for leaf in components(spec):
        if isinstance(leaf, NestedSpec) or leaf.shape is None or leaf.dtype == "string":
            total += 1024
            continue
        count = 1
        for size in leaf.shape:
            count *= 32 if size is None else size
        total += count * np.dtype(dtypes.to_numpy(leaf.dtype)).itemsize
    return max(total, 1)


class Block:
    """Some consecutive elements of a pipeline that have equal shapes.

    Attributes:
        rows: How many elements.

    Args:
        rows: How many.
        stacked: Their components stacked along a new first axis.
        element: The element itself, when there is one only; no stack is made then until needed.
    """

    __slots__ = ("_element", "_stacked", "rows")

    def __init__(self, rows: int, stacked: Any = None, element: Any = None) -> None:
        self.rows = rows
        self._stacked = stacked
        self._element = element

    @classmethod
    def of(cls, element: Element) -> Block:
        """Returns a block of one element."""
        return cls(1, element=element)

    @property
    def stacked(self) -> Any:
        """The components, stacked along a new first axis."""
        if self._stacked is None:
            self._stacked = map_components(_one_row, self._element)
        return self._stacked

    def elements(self) -> Iterator[Element]:
        """Yields the elements."""
        if self._stacked is None:
            yield self._element
            return
        for row in range(self.rows):
            yield map_components(lambda leaf, row=row: leaf[row, ...], self._stacked)

    def slice(self, first: int, stop: int) -> Block:
        """Returns the elements from `first` to before `stop`; memory is shared."""
        if first == 0 and stop == self.rows:
            return self
        return Block(stop - first, map_components(lambda leaf: leaf[first:stop], self.stacked))

    def where(self, keep: Array) -> Block:
        """Returns the elements for which a boolean array is True."""
        if keep.all():
            return self
        return Block(int(keep.sum()), map_components(lambda leaf: leaf[keep], self.stacked))


def _one_row(leaf: Any) -> Array:
    if not isinstance(leaf, np.ndarray):
        raise InvalidArgumentError(
            "Datasets as elements cannot be batched or shuffled together. Use flat_map to get "
            "their elements, for example flat_map(lambda window: window.batch(5))."
        )
    return leaf[np.newaxis]


def joined(blocks: Sequence[Block], who: str = "batch") -> Block:
    """Returns blocks put together into one.

    Raises:
        InvalidArgumentError: When elements differ in shape or structure.
    """
    if len(blocks) == 1:
        return blocks[0]
    parts = [block.stacked for block in blocks]
    _check_equal(blocks, who)
    return Block(
        sum(block.rows for block in blocks),
        map_components(lambda *leaves: np.concatenate(leaves), *parts),
    )


def _check_equal(blocks: Sequence[Block], who: str) -> None:
    first = components(blocks[0].stacked)
    row = 0
    for block in blocks:
        leaves = components(block.stacked)
        if len(leaves) != len(first):
            raise InvalidArgumentError(f"{who}: elements have different structures.")
        for place, (leaf, other) in enumerate(zip(leaves, first, strict=True)):
            if leaf.shape[1:] != other.shape[1:]:
                raise InvalidArgumentError(
                    f"Cannot {who} tensors with different shapes in component {place}. First "
                    f"element had shape {list(other.shape[1:])} and element {row} had shape "
                    f"{list(leaf.shape[1:])}. Use padded_batch, or make the shapes equal with "
                    f"map first; there are no ragged tensors."
                )
            if leaf.dtype != other.dtype:
                raise InvalidArgumentError(
                    f"Cannot {who} tensors with different dtypes in component {place}: "
                    f"{other.dtype} and {leaf.dtype}."
                )
        row += block.rows


class Table:
    """Elements that can be fetched by their numbers.

    Attributes:
        count: How many elements there are.
    """

    count: int

    def take(self, index: Array) -> Any:
        """Returns the elements with the given numbers, stacked."""
        raise NotImplementedError

    def take_range(self, first: int, stop: int) -> Any:
        """Returns the elements from `first` to before `stop`, stacked."""
        return self.take(np.arange(first, stop, dtype=np.int64))
