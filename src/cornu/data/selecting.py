"""Stages that leave elements out, or repeat them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu.core.errors import InvalidArgumentError
from cornu.data.elements import (
    INFINITE,
    UNKNOWN,
    Array,
    Block,
    ComponentSpec,
    Element,
    Table,
    components,
)
from cornu.data.mapping import Transform
from cornu.data.stage import Derived, ElementStage, Ordered, Stage, times


class Repeat(Derived):
    """The elements again and again.

    Args:
        parent: Whose elements.
        count: How often; without end when None or negative.
    """

    def __init__(self, parent: Stage, count: int | None) -> None:
        super().__init__(parent)
        self._count = None if count is None or count < 0 else count

    def cardinality(self) -> int:
        """Returns the number of elements of all passes."""
        if self._count is None:
            return 0 if self.parent.cardinality() == 0 else INFINITE
        if self._count == 0:
            return 0
        return times(self.parent.cardinality(), lambda n: n * (self._count or 0))

    def ordered(self) -> Ordered | None:
        """Returns the table below and the row numbers of all passes."""
        first = self.parent.ordered()
        if first is None:
            return None
        table, numbers = first
        return table, self._numbers(numbers)

    def _numbers(self, numbers: Iterator[Array]) -> Iterator[Array]:
        done = 0
        while self._count is None or done < self._count:
            given = 0
            for chunk in numbers:
                given += len(chunk)
                yield chunk
            done += 1
            if given == 0:
                return
            if self._count is None or done < self._count:
                again = self.parent.ordered()
                assert again is not None
                numbers = again[1]

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the elements of all passes."""
        done = 0
        while self._count is None or done < self._count:
            given = False
            for block in self.parent.blocks(rows):
                given = True
                yield block
            done += 1
            if not given:
                return


class Take(Derived):
    """The first elements.

    Args:
        parent: Whose elements.
        count: How many; all when negative.
    """

    def __init__(self, parent: Stage, count: int) -> None:
        super().__init__(parent)
        self._count = count

    def cardinality(self) -> int:
        """Returns the smaller of `count` and the number of elements."""
        known = self.parent.cardinality()
        if self._count < 0:
            return known
        if known == INFINITE:
            return self._count
        return times(known, lambda n: min(n, self._count))

    def ordered(self) -> Ordered | None:
        """Returns the table below and the first of its row numbers."""
        found = self.parent.ordered()
        if found is None or self._count < 0:
            return found
        return found[0], _first(found[1], self._count)

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the first elements; the one after them is not asked for."""
        if self._count < 0:
            yield from self.parent.blocks(rows)
            return
        left = self._count
        if left == 0:
            return
        for block in self.parent.blocks(min(rows, left)):
            part = block.slice(0, min(left, block.rows))
            left -= part.rows
            yield part
            if left == 0:
                return


def _first(numbers: Iterator[Array], count: int) -> Iterator[Array]:
    for chunk in numbers:
        if count <= 0:
            return
        yield chunk[:count]
        count -= len(chunk)


class Skip(Derived):
    """All but the first elements.

    Args:
        parent: Whose elements.
        count: How many to leave out; all when negative.
    """

    def __init__(self, parent: Stage, count: int) -> None:
        super().__init__(parent)
        self._count = count

    def cardinality(self) -> int:
        """Returns how many elements are left."""
        if self._count < 0:
            return 0
        return times(self.parent.cardinality(), lambda n: max(0, n - self._count))

    def ordered(self) -> Ordered | None:
        """Returns the table below and all but the first of its row numbers."""
        found = self.parent.ordered()
        if found is None or self._count < 0:
            return None
        return found[0], _after(found[1], self._count)

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the elements that are left."""
        left = self._count
        if left < 0:
            return
        for block in self.parent.blocks(rows):
            if left >= block.rows:
                left -= block.rows
                continue
            yield block.slice(left, block.rows)
            left = 0


def _after(numbers: Iterator[Array], count: int) -> Iterator[Array]:
    for chunk in numbers:
        if count >= len(chunk):
            count -= len(chunk)
            continue
        yield chunk[count:]
        count = 0


class Shard(Derived):
    """Every n-th element.

    Args:
        parent: Whose elements.
        shards: The n.
        index: The number of the first one.
    """

    def __init__(self, parent: Stage, shards: int, index: int) -> None:
        super().__init__(parent)
        if shards < 1 or not 0 <= index < shards:
            raise InvalidArgumentError(
                f"shard: num_shards must be at least 1 and index from 0 to num_shards - 1; got "
                f"num_shards={shards}, index={index}."
            )
        self._shards, self._index = shards, index

    def cardinality(self) -> int:
        """Returns how many elements are left."""
        return times(
            self.parent.cardinality(), lambda n: max(0, -(-(n - self._index) // self._shards))
        )

    def ordered(self) -> Ordered | None:
        """Returns the table below and every n-th of its row numbers."""
        found = self.parent.ordered()
        return None if found is None else (found[0], self._chosen(found[1]))

    def _chosen(self, numbers: Iterator[Array]) -> Iterator[Array]:
        offset = self._index
        for chunk in numbers:
            yield chunk[offset :: self._shards]
            offset = (offset - len(chunk)) % self._shards

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields every n-th element."""
        position = 0
        for block in self.parent.blocks(rows * self._shards):
            keep = (np.arange(block.rows) + position) % self._shards == self._index
            position += block.rows
            if keep.any():
                yield block.where(keep)


class Filter(Derived):
    """The elements for which a function returns True.

    Args:
        parent: Whose elements.
        transform: The function.
        stop: Whether the first other element ends it all.
    """

    def __init__(self, parent: Stage, transform: Transform, *, stop: bool = False) -> None:
        super().__init__(parent)
        self._transform = transform
        self._stop = stop

    def cardinality(self) -> int:
        """Returns UNKNOWN."""
        return UNKNOWN

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the elements that stay."""
        for block in self.parent.blocks(rows):
            whole = self._transform.rows(block) if block.rows > 1 else None
            parts = (block,) if whole is not None else map(Block.of, block.elements())
            for part in parts:
                found = whole if whole is not None else self._transform.block(part)
                keep = self._flags(found, part.rows)
                if self._stop and not keep.all():
                    first = int(keep.argmin())
                    if first:
                        yield part.slice(0, first)
                    return
                if keep.any():
                    yield part.where(keep)

    def _flags(self, found: Block, rows: int) -> Array:
        leaves = components(found.stacked)
        if len(leaves) != 1 or leaves[0].dtype != bool or leaves[0].shape != (rows,):
            what = ", ".join(f"{leaf.dtype}{list(leaf.shape[1:])}" for leaf in leaves)
            raise InvalidArgumentError(
                f"filter: the predicate must return one bool for an element; it returned {what}."
            )
        flags: Array = leaves[0]
        return flags

    def runs_python(self) -> bool:
        """Whether giving an element runs Python code for that element alone."""
        return self.parent.runs_python() or not self._transform.is_rowwise(self.parent.spec())


class Unique(ElementStage, Derived):
    """Each element once, where it first comes.

    Args:
        parent: Whose elements; single components.
    """

    def cardinality(self) -> int:
        """Returns UNKNOWN."""
        return UNKNOWN

    def elements(self) -> Iterator[Element]:
        """Yields the elements that have not come before."""
        seen: set[Any] = set()
        for element in self.parent.elements():
            leaves = components(element)
            key = tuple(
                (leaf.shape, tuple(leaf.ravel()) if leaf.dtype == object else leaf.tobytes())
                for leaf in leaves
            )
            if key not in seen:
                seen.add(key)
                yield element


class Enumerated(Derived):
    """Pairs of a number and an element.

    Args:
        parent: Whose elements.
        start: The first number.
    """

    def __init__(self, parent: Stage, start: int) -> None:
        super().__init__(parent)
        self._start = start

    def spec(self) -> Any:
        """Returns the spec of the pairs."""
        return ComponentSpec((), "int64"), self.parent.spec()

    def table(self) -> Table | None:
        """Returns the pairs as a table."""
        table = self.parent.table()
        return None if table is None else _NumberedTable(table, self._start)

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the pairs."""
        number = self._start
        for block in self.parent.blocks(rows):
            numbers = np.arange(number, number + block.rows, dtype=np.int64)
            number += block.rows
            if block.rows == 1:
                yield Block.of((numbers[0, ...], next(iter(block.elements()))))
            else:
                yield Block(block.rows, (numbers, block.stacked))


class _NumberedTable(Table):
    def __init__(self, table: Table, start: int) -> None:
        self._table = table
        self._start = start
        self.count = table.count

    def take(self, index: Array) -> Any:
        return index + self._start, self._table.take(index)
