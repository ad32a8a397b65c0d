"""Stage: one step of a pipeline; datasets are handles on chains of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu.data.elements import (
    INFINITE,
    UNKNOWN,
    Array,
    Block,
    Element,
    Table,
    bytes_of,
)

# What a pass over single elements fetches at once, where that is of no consequence to anybody.
READ_AHEAD_BYTES = 1 << 18

Ordered = tuple[Table, Iterator[Array]]


class Stage:
    """One step of a pipeline. It keeps no position: every pass begins anew.

    A stage gives its elements in blocks, and may know more: that they are the rows of a table, or
    of a table in some order. Stages above use the most that is known, so that shuffling works on
    row numbers and a pure function is applied to many elements at once.
    """

    def spec(self) -> Any:
        """Returns the spec of the elements."""
        raise NotImplementedError

    def cardinality(self) -> int:
        """Returns the number of elements, INFINITE or UNKNOWN."""
        return UNKNOWN

    def table(self) -> Table | None:
        """Returns the elements as a table, when every pass gives its rows in order."""
        return None

    def ordered(self) -> Ordered | None:
        """Returns a table and the row numbers of a new pass over it, or None."""
        table = self.table()
        return None if table is None else (table, iter([_all_rows(table)]))

    def blocks(self, rows: int) -> Iterator[Block]:
        """Returns the elements of a new pass.

        Args:
            rows: How many elements are wanted at once. Stages that run users' code give one at a
                time, so that nothing happens before it is asked for.
        """
        ordered = self.ordered()
        assert ordered is not None
        return blocks_of(ordered, rows)

    def elements(self) -> Iterator[Element]:
        """Yields the elements of a new pass, one by one."""
        for block in self.blocks(self.read_ahead()):
            yield from block.elements()

    def read_ahead(self) -> int:
        """Returns how many elements are fetched at once for a pass over single ones."""
        return 1

    def runs_python(self) -> bool:
        """Whether giving an element runs Python code for that element alone."""
        return True


class TableStage(Stage):
    """A stage whose elements are, or may be, rows of a table."""

    def read_ahead(self) -> int:
        """Returns how many elements are fetched at once for a pass over single ones."""
        return max(1, min(READ_AHEAD_BYTES // bytes_of(self.spec()), 1024))

    def runs_python(self) -> bool:
        """Whether giving an element runs Python code for that element alone."""
        return self.table() is None


class ElementStage(Stage):
    """A stage that gives one element at a time."""

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the elements of a new pass, each in a block of its own."""
        return map(Block.of, self.elements())

    def elements(self) -> Iterator[Element]:
        """Yields the elements of a new pass."""
        raise NotImplementedError


class Derived(Stage):
    """A stage on top of another one, like it unless a method says otherwise.

    Args:
        parent: The stage below.
    """

    def __init__(self, parent: Stage) -> None:
        self.parent = parent

    def spec(self) -> Any:
        """Returns the spec of the elements below."""
        return self.parent.spec()

    def cardinality(self) -> int:
        """Returns the number of elements below."""
        return self.parent.cardinality()

    def read_ahead(self) -> int:
        """Returns how many elements are fetched at once for a pass over single ones."""
        return self.parent.read_ahead()

    def runs_python(self) -> bool:
        """Whether giving an element runs Python code for that element alone."""
        return self.parent.runs_python()


def _all_rows(table: Table) -> Array:
    return np.arange(table.count, dtype=np.int64)


def blocks_of(ordered: Ordered, rows: int) -> Iterator[Block]:
    """Yields the rows of a table in their order, `rows` at a time."""
    table, numbers = ordered
    for index in rechunked(numbers, rows):
        yield Block(len(index), rows_of(table, index))


def rows_of(table: Table, index: Array) -> Any:
    """Returns rows of a table; consecutive ones without a gather."""
    if len(index) and index[-1] - index[0] == len(index) - 1 and _is_range(index):
        return table.take_range(int(index[0]), int(index[-1]) + 1)
    return table.take(index)


def _is_range(index: Array) -> bool:
    return bool((np.diff(index) == 1).all())


def rechunked(numbers: Iterator[Array], rows: int) -> Iterator[Array]:
    """Yields row numbers in arrays of `rows`, the last one possibly shorter.

    A chunk is given as soon as it is full, and what is there is given when the next numbers would
    have to be waited for only if it is a whole chunk.
    """
    held: list[Array] = []
    count = 0
    for chunk in numbers:
        first = 0
        while len(chunk) - first >= rows - count:
            part = chunk[first : first + rows - count]
            first += len(part)
            yield np.concatenate([*held, part]) if held else part
            held, count = [], 0
        if first < len(chunk):
            held.append(chunk[first:])
            count += len(chunk) - first
    if count:
        yield np.concatenate(held) if len(held) > 1 else held[0]


def times(count: int, function: Callable[[int], int]) -> int:
    """Returns a known number of elements after `function`; INFINITE and UNKNOWN stay."""
    return count if count in (INFINITE, UNKNOWN) else function(count)
