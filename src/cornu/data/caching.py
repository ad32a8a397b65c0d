"""Stages that keep elements: in memory, or in a file."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cornu.data.elements import (
    Array,
    Block,
    Table,
    components,
    map_components,
    relaxed,
)
from cornu.data.files import read_blocks, read_specs, write_blocks
from cornu.data.stage import Derived, Ordered, Stage, blocks_of


class Cache(Derived):
    """The elements of the first whole pass, kept in memory.

    Args:
        parent: Whose elements.
    """

    def __init__(self, parent: Stage) -> None:
        super().__init__(parent)
        self._kept: list[Block] | None = None
        self._table: Table | None = None
        self._lock = threading.Lock()

    def cardinality(self) -> int:
        """Returns the number of elements."""
        if self._kept is not None:
            return sum(block.rows for block in self._kept)
        return self.parent.cardinality()

    def table(self) -> Table | None:
        """Returns the table below, whose rows are kept once they have been computed."""
        with self._lock:
            if self._table is None:
                below = self.parent.table()
                self._table = None if below is None else _KeptTable(below)
            return self._table

    def ordered(self) -> Ordered | None:
        """Returns the kept table; elements that come in a random order have none."""
        table = self.table()
        if table is None:
            return None
        return table, iter([np.arange(table.count, dtype=np.int64)])

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the elements, from memory after the first whole pass."""
        ordered = self.ordered()
        if ordered is not None:
            yield from blocks_of(ordered, rows)
            return
        if self._kept is not None:
            yield from self._kept
            return
        kept: list[Block] = []
        for block in self.parent.blocks(rows):
            kept.append(block)
            yield block
        self._kept = kept

    def runs_python(self) -> bool:
        """Whether giving an element runs Python code for that element alone."""
        return self._kept is None and self.parent.runs_python()


class _KeptTable(Table):
    """A table whose rows are computed once, when they are first asked for."""

    def __init__(self, below: Table) -> None:
        self._below = below
        self.count = below.count
        self._filled = np.zeros(below.count, bool)
        self._columns: Any = None
        self._lock = threading.Lock()

    def take(self, index: Array) -> Any:
        with self._lock:
            missing = index[~self._filled[index]]
            if len(missing):
                self._fill(missing, self._below.take(missing))
        return map_components(lambda column: np.take(column, index, axis=0), self._columns)

    def take_range(self, first: int, stop: int) -> Any:
        with self._lock:
            if not self._filled[first:stop].all():
                index = np.arange(first, stop, dtype=np.int64)
                self._fill(index, self._below.take_range(first, stop))
        return map_components(lambda column: column[first:stop], self._columns)

    def _fill(self, index: Array, rows: Any) -> None:
        if self._columns is None:
            self._columns = map_components(
                lambda leaf: np.empty((self.count, *leaf.shape[1:]), leaf.dtype), rows
            )
        for column, leaf in zip(components(self._columns), components(rows), strict=True):
            column[index] = leaf
        self._filled[index] = True


class FileCache(Derived):
    """The elements of the first whole pass, kept in a file.

    Args:
        parent: Whose elements.
        path: Beginning of the file's name.
    """

    def __init__(self, parent: Stage, path: Any) -> None:
        super().__init__(parent)
        self._path = Path(os.fspath(path) + ".cornu_cache")

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the elements, from the file when there is one."""
        if self._path.exists():
            yield from read_blocks(self._path)
            return
        yield from write_blocks(self._path, self.parent.blocks(rows))

    def runs_python(self) -> bool:
        """Whether giving an element runs Python code for that element alone."""
        return not self._path.exists() and self.parent.runs_python()


class Loaded(Stage):
    """The elements of a file that `save_stage` wrote.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows = 0
        self._spec: Any = None
        for rows, spec in read_specs(path):
            self._rows += rows
            self._spec = spec if self._spec is None else relaxed(self._spec, spec)

    def spec(self) -> Any:
        """Returns the spec of the elements."""
        return () if self._spec is None else self._spec

    def cardinality(self) -> int:
        """Returns the number of elements."""
        return self._rows

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the elements as they lie in the file."""
        return read_blocks(self._path)

    def runs_python(self) -> bool:
        """Whether giving an element runs Python code: no."""
        return False


def save_stage(stage: Stage, path: Path) -> None:
    """Writes the elements of a pass to a file."""
    for _ in write_blocks(path, stage.blocks(stage.read_ahead())):
        pass
