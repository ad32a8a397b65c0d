"""Stages that put elements together and take them apart: batches, padded batches, windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu.core import dtypes
from cornu.core.errors import InvalidArgumentError
from cornu.data.elements import (
    INFINITE,
    UNKNOWN,
    Array,
    Block,
    ComponentSpec,
    Element,
    NestedSpec,
    Table,
    components,
    joined,
    map_components,
)
from cornu.data.sources import Slices, Stored
from cornu.data.stage import Derived, ElementStage, Stage, rows_of, times


def batched_spec(spec: Any, size: int | None) -> Any:
    """Returns the spec of batches of elements of a spec."""

    def batch(leaf: Any) -> Any:
        if isinstance(leaf, NestedSpec):
            raise InvalidArgumentError(
                "batch: the elements are datasets. Use flat_map to get their elements, for "
                "example flat_map(lambda window: window.batch(5))."
            )
        return ComponentSpec(None if leaf.shape is None else (size, *leaf.shape), leaf.dtype)

    return map_components(batch, spec)


def _batches(parent: Stage, size: int, drop: bool) -> int:
    """Returns the number of batches of the elements of a stage."""
    return times(parent.cardinality(), lambda n: n // size if drop else -(-n // size))


class Batch(Derived):
    """Elements put together along a new first axis.

    Args:
        parent: Whose elements.
        size: Elements in a batch.
        drop: Whether a last batch with fewer elements is left out.
    """

    def __init__(self, parent: Stage, size: int, drop: bool) -> None:
        super().__init__(parent)
        self.size = size
        self.drop = drop

    def spec(self) -> Any:
        """Returns the spec of a batch."""
        known = self.parent.cardinality()
        exact = self.drop or known == INFINITE
        return batched_spec(self.parent.spec(), self.size if exact else None)

    def cardinality(self) -> int:
        """Returns the number of batches."""
        return _batches(self.parent, self.size, self.drop)

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields batches; whole ones as soon as their elements are there."""
        size = self.size
        held: list[Block] = []
        count = 0
        for block in self.parent.blocks(rows * size):
            if held and count + block.rows >= size:
                need = size - count
                yield self._batches(joined([*held, block.slice(0, need)]), size)
                if need == block.rows:
                    held, count = [], 0
                    continue
                block = block.slice(need, block.rows)
                held, count = [], 0
            if not held and block.rows >= size:
                whole = block.rows // size * size
                yield self._batches(block.slice(0, whole), size)
                if whole == block.rows:
                    continue
                block = block.slice(whole, block.rows)
            held.append(block)
            count += block.rows
        if held and not self.drop:
            yield self._batches(joined(held), count)

    def _batches(self, block: Block, size: int) -> Block:
        count = block.rows // size
        return Block(
            count,
            map_components(lambda leaf: leaf.reshape(count, size, *leaf.shape[1:]), block.stacked),
        )

    def read_ahead(self) -> int:
        """Returns how many batches are fetched at once for a pass over single ones."""
        return max(1, self.parent.read_ahead() // self.size)


class PaddedBatch(Derived):
    """Elements of different sizes, made equal and put together.

    Args:
        parent: Whose elements.
        size: Elements in a batch.
        shapes: Shapes to pad to, by component; None as a size stands for the longest of a batch.
        values: What to pad with, by component.
        drop: Whether a last batch with fewer elements is left out.
    """

    def __init__(self, parent: Stage, size: int, shapes: Any, values: Any, drop: bool) -> None:
        super().__init__(parent)
        self._size, self._drop = size, drop
        self._shapes = None if shapes is None else components(shapes)
        self._values = values

    def spec(self) -> Any:
        """Returns the spec of a batch."""
        places = iter(range(len(components(self.parent.spec()))))
        size = self._size if self._drop else None

        def padded(leaf: Any) -> Any:
            place = next(places)
            known = leaf.shape if self._shapes is None else self._shapes[place].sizes
            return ComponentSpec(None if known is None else (size, *known), leaf.dtype)

        return map_components(padded, self.parent.spec())

    def cardinality(self) -> int:
        """Returns the number of batches."""
        return _batches(self.parent, self._size, self._drop)

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields batches, one at a time."""
        held: list[Element] = []
        for element in self.parent.elements():
            held.append(element)
            if len(held) == self._size:
                yield Block.of(self._padded(held))
                held = []
        if held and not self._drop:
            yield Block.of(self._padded(held))

    def _padded(self, elements: list[Element]) -> Element:
        leaves = [components(element) for element in elements]
        places = iter(range(len(leaves[0])))
        values = self._fills(leaves[0])

        def join(_: Any) -> Array:
            place = next(places)
            return self._column([row[place] for row in leaves], place, values[place])

        return map_components(join, elements[0])

    def _fills(self, leaves: list[Array]) -> list[Any]:
        given = self._values
        if given is None or not isinstance(given, (tuple, dict)):
            return [given] * len(leaves)
        return components(given)

    def _column(self, arrays: list[Array], place: int, value: Any) -> Array:
        ranks = {array.ndim for array in arrays}
        if len(ranks) > 1:
            raise InvalidArgumentError(
                f"padded_batch: component {place} has elements with {min(ranks)} and with "
                f"{max(ranks)} axes; only sizes may differ."
            )
        longest = tuple(np.max([array.shape for array in arrays], axis=0)) if ranks != {0} else ()
        wanted = (None,) * len(longest) if self._shapes is None else self._shapes[place].sizes
        if len(wanted) != len(longest):
            raise InvalidArgumentError(
                f"padded_batch: the padded shape {wanted} of component {place} does not have the "
                f"{len(longest)} axes of its elements."
            )
        for size, longer in zip(wanted, longest, strict=True):
            if size is not None and longer > size:
                raise InvalidArgumentError(
                    f"padded_batch: attempted to pad to a smaller size than the input element: "
                    f"component {place} has shape {tuple(int(n) for n in longest)}, "
                    f"padded_shapes says {wanted}."
                )
        sizes = tuple(
            int(n) if size is None else size for size, n in zip(wanted, longest, strict=True)
        )
        first = arrays[0]
        fill = ("" if first.dtype == object else 0) if value is None else _scalar(value, first)
        column = np.full((len(arrays), *sizes), fill, first.dtype)
        for row, array in enumerate(arrays):
            corner: Any = (row, *(slice(n) for n in array.shape))
            column[corner] = array
        return column


def _scalar(value: Any, like: Array) -> Any:
    item = value.numpy() if hasattr(value, "numpy") else value
    if isinstance(item, bytes):
        item = item.decode("utf-8", "surrogateescape")
    if isinstance(item, str) != (like.dtype == object):
        raise TypeError(
            f"padded_batch: the padding value {item!r} does not fit elements of dtype "
            f"{dtypes.canonical(like.dtype)}."
        )
    return item


class _Shape:
    """A shape as a component, since tuples are structure."""

    def __init__(self, sizes: tuple[int | None, ...]) -> None:
        self.sizes = sizes


def padded_shapes(spec: Any, shapes: Any) -> Any:
    """Returns the shapes to pad to in the form of a spec, with `_Shape`s as components."""

    def read(leaf: Any, shape: Any) -> _Shape:
        if shape is None:
            return _Shape((None,) * len(leaf.shape or ()))
        sizes = [shape] if isinstance(shape, (int, np.integer)) else list(shape)
        return _Shape(tuple(None if n is None or int(n) < 0 else int(n) for n in sizes))

    def walk(form: Any, given: Any) -> Any:
        if isinstance(form, dict):
            return {key: walk(form[key], given[key]) for key in form}
        if isinstance(form, tuple) and not isinstance(form, (ComponentSpec, NestedSpec)):
            if not isinstance(given, (list, tuple)) or len(given) != len(form):
                raise TypeError(
                    f"padded_batch: padded_shapes must have the structure of the elements: "
                    f"{len(form)} shapes; got {given!r}."
                )
            return tuple(walk(a, b) for a, b in zip(form, given, strict=True))
        return read(form, given)

    return walk(spec, shapes)


class Unbatch(Derived):
    """The rows of the elements.

    Args:
        parent: Whose elements.
    """

    def spec(self) -> Any:
        """Returns the spec of a row."""

        def row(leaf: Any) -> Any:
            if leaf.shape == ():
                raise InvalidArgumentError("unbatch: the elements are scalars; they have no rows.")
            return ComponentSpec(None if leaf.shape is None else leaf.shape[1:], leaf.dtype)

        return map_components(row, self.parent.spec())

    def cardinality(self) -> int:
        """Returns the number of rows, where all elements have equally many."""
        below = self.parent
        if isinstance(below, Batch) and not below.drop:
            return below.parent.cardinality()
        sizes = {leaf.shape[0] for leaf in components(below.spec()) if leaf.shape}
        if len(sizes) == 1 and None not in sizes:
            return times(below.cardinality(), lambda n: n * (sizes.pop() or 0))
        return UNKNOWN

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the rows of each element together."""
        for block in self.parent.blocks(1):
            leaves = components(block.stacked)
            counts = {leaf.shape[1] if leaf.ndim > 1 else None for leaf in leaves}
            if len(counts) != 1 or None in counts:
                raise InvalidArgumentError(
                    f"unbatch: the components of an element must have the same first dimension; "
                    f"got {[list(leaf.shape[1:]) for leaf in leaves]}."
                )
            count = block.rows * (counts.pop() or 0)
            if count:
                yield Block(
                    count,
                    map_components(
                        lambda leaf, n=count: leaf.reshape(n, *leaf.shape[2:]), block.stacked
                    ),
                )

    def read_ahead(self) -> int:
        """Returns 1: each element is fetched alone."""
        return 1


class Window(ElementStage, Derived):
    """Datasets of elements that follow each other.

    Args:
        parent: Whose elements.
        size: Elements in a window.
        shift: Distance of the windows' beginnings.
        stride: Distance of the elements in a window.
        drop: Whether last windows with fewer elements are left out.
    """

    def __init__(self, parent: Stage, size: int, shift: int, stride: int, drop: bool) -> None:
        super().__init__(parent)
        self._size, self._shift, self._stride, self._drop = size, shift, stride, drop

    def spec(self) -> Any:
        """Returns the spec of the windows: a dataset for each component."""
        return map_components(NestedSpec, self.parent.spec())

    def cardinality(self) -> int:
        """Returns the number of windows."""
        span = (self._size - 1) * self._stride + 1
        return times(
            self.parent.cardinality(),
            lambda n: max(0, (n - span) // self._shift + 1) if self._drop else -(-n // self._shift),
        )

    def elements(self) -> Iterator[Element]:
        """Yields the windows."""
        span = (self._size - 1) * self._stride + 1
        table = self.parent.table()
        if table is not None:
            yield from self._of_table(table, span)
            return
        source = self.parent.elements()
        held: list[Element] = []
        ended = False
        while True:
            while len(held) < span and not ended:
                element = next(source, _END)
                if element is _END:
                    ended = True
                else:
                    held.append(element)
            if not held or (self._drop and len(held) < span):
                return
            yield self._window(held[:: self._stride][: self._size])
            if self._shift <= len(held):
                del held[: self._shift]
                continue
            for _ in range(self._shift - len(held)):
                if next(source, _END) is _END:
                    return
            held.clear()

    def _of_table(self, table: Table, span: int) -> Iterator[Element]:
        last = table.count - span + 1 if self._drop else table.count
        for start in range(0, last, self._shift):
            index = np.arange(start, min(start + span, table.count), self._stride)
            yield map_components(Slices, rows_of(table, index))

    def _window(self, elements: list[Element]) -> Element:
        rows = [components(element) for element in elements]
        specs = iter(components(self.parent.spec()))
        places = iter(range(len(rows[0])))

        def column(_: Any) -> Stage:
            place, spec = next(places), next(specs)
            blocks = [Block.of(row[place]) for row in rows]
            return Stored(_compact(blocks), spec)

        return map_components(column, elements[0])


def _compact(blocks: list[Block]) -> list[Block]:
    """Returns blocks put together, where their elements have equal shapes."""
    try:
        return [joined(blocks)]
    except InvalidArgumentError:
        return blocks


_END = object()


class Grouped(ElementStage, Derived):
    """Datasets made of elements with the same key.

    Args:
        parent: Whose elements.
        key: Returns a number for an element.
        size: Returns how many elements make a window, for a key.
        reduce: Returns the stage of the dataset made of a key and a window.
    """

    def __init__(
        self,
        parent: Stage,
        key: Callable[[Element], int],
        size: Callable[[int], int],
        reduce: Callable[[int, Stage], Stage],
    ) -> None:
        super().__init__(parent)
        self._key, self._size, self._reduce = key, size, reduce

    def spec(self) -> Any:
        """Returns the spec of what the windows were made into."""
        first = next(self._windows(), None)
        if first is None:
            raise ValueError("The spec of the elements cannot be told: there are none.")
        return first.spec()

    def cardinality(self) -> int:
        """Returns UNKNOWN."""
        return UNKNOWN

    def _windows(self) -> Iterator[Stage]:
        held: dict[int, list[Element]] = {}
        spec = self.parent.spec()
        for element in self.parent.elements():
            key = self._key(element)
            window = held.setdefault(key, [])
            window.append(element)
            if len(window) == self._size(key):
                del held[key]
                yield self._reduce(key, Stored([Block.of(item) for item in window], spec))
        for key in sorted(held):
            yield self._reduce(key, Stored([Block.of(item) for item in held[key]], spec))

    def elements(self) -> Iterator[Element]:
        """Yields the elements of what the windows were made into."""
        for stage in self._windows():
            yield from stage.elements()

    def read_ahead(self) -> int:
        """Returns 1."""
        return 1
