"""Stages with several parents: zip, concatenate, interleave, choose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu.core.errors import InvalidArgumentError
from cornu.data.elements import (
    INFINITE,
    UNKNOWN,
    Array,
    Block,
    Element,
    Table,
    components,
    map_components,
    pack_components,
    relaxed,
)
from cornu.data.mapping import Transform
from cornu.data.shuffling import Seeds
from cornu.data.stage import Derived, ElementStage, Stage


class Zip(Stage):
    """Elements of several pipelines side by side, as long as all have some.

    Args:
        stages: Structure of stages.
    """

    def __init__(self, stages: Any) -> None:
        self._form = stages
        self._stages: list[Stage] = components(stages)

    def spec(self) -> Any:
        """Returns the specs of the stages in their structure."""
        return map_components(lambda stage: stage.spec(), self._form)

    def cardinality(self) -> int:
        """Returns the smallest number of elements."""
        counts = [stage.cardinality() for stage in self._stages]
        if UNKNOWN in counts:
            return 0 if 0 in counts else UNKNOWN
        return min((n for n in counts if n != INFINITE), default=INFINITE)

    def table(self) -> Table | None:
        """Returns the tables side by side, where all are tables."""
        tables = [stage.table() for stage in self._stages]
        found = [table for table in tables if table is not None]
        return _ZippedTable(self._form, found) if len(found) == len(tables) else None

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the elements."""
        if self.table() is not None:
            yield from super().blocks(rows)
            return
        sources = [stage.blocks(rows) for stage in self._stages]
        held: list[Block | None] = [None] * len(sources)
        while True:
            for place, source in enumerate(sources):
                if held[place] is None:
                    held[place] = next(source, None)
                    if held[place] is None:
                        return
            blocks = [block for block in held if block is not None]
            count = min(block.rows for block in blocks)
            if count == 1 and all(block.rows == 1 for block in blocks):
                parts = [next(iter(block.elements())) for block in blocks]
                yield Block.of(pack_components(self._form, parts))
            else:
                parts = [block.slice(0, count).stacked for block in blocks]
                yield Block(count, pack_components(self._form, parts))
            held = [
                block.slice(count, block.rows) if block.rows > count else None for block in blocks
            ]

    def read_ahead(self) -> int:
        """Returns how many elements are fetched at once for a pass over single ones."""
        return min(stage.read_ahead() for stage in self._stages)

    def runs_python(self) -> bool:
        """Whether giving an element runs Python code for that element alone."""
        return any(stage.runs_python() for stage in self._stages)


class _ZippedTable(Table):
    def __init__(self, form: Any, tables: list[Table]) -> None:
        self._form = form
        self._tables = tables
        self.count = min(table.count for table in tables)

    def take(self, index: Array) -> Any:
        return pack_components(self._form, [table.take(index) for table in self._tables])

    def take_range(self, first: int, stop: int) -> Any:
        parts = [table.take_range(first, stop) for table in self._tables]
        return pack_components(self._form, parts)


class Concatenated(Stage):
    """The elements of one pipeline, then those of another.

    Args:
        first: The one.
        second: The other.
    """

    def __init__(self, first: Stage, second: Stage) -> None:
        self._stages = (first, second)
        if not (first.runs_python() or second.runs_python()):
            relaxed(first.spec(), second.spec())

    def spec(self) -> Any:
        """Returns what the specs have in common."""
        return relaxed(self._stages[0].spec(), self._stages[1].spec())

    def cardinality(self) -> int:
        """Returns the sum of the numbers of elements."""
        counts = [stage.cardinality() for stage in self._stages]
        if INFINITE in counts:
            return INFINITE
        return UNKNOWN if UNKNOWN in counts else sum(counts)

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the elements."""
        for stage in self._stages:
            yield from stage.blocks(rows)

    def read_ahead(self) -> int:
        """Returns how many elements are fetched at once for a pass over single ones."""
        return min(stage.read_ahead() for stage in self._stages)

    def runs_python(self) -> bool:
        """Whether giving an element runs Python code for that element alone."""
        return any(stage.runs_python() for stage in self._stages)


class Interleave(Derived):
    """Elements of the datasets that a function makes of elements, taken in turn.

    Args:
        parent: Whose elements.
        transform: Returns a stage for an element.
        cycle: How many datasets take turns.
        length: Elements of one dataset in a turn.
    """

    def __init__(self, parent: Stage, transform: Transform, cycle: int, length: int) -> None:
        super().__init__(parent)
        self._transform = transform
        self._cycle, self._length = cycle, length

    def spec(self) -> Any:
        """Returns the spec of the elements of the first dataset."""
        for element in self.parent.elements():
            return self._made(element).spec()
        raise ValueError("The spec of the elements cannot be told: there are none.")

    def cardinality(self) -> int:
        """Returns UNKNOWN."""
        return UNKNOWN

    def _made(self, element: Element) -> Stage:
        stage = self._transform(element)
        if not isinstance(stage, Stage):
            raise TypeError(
                f"flat_map and interleave need a function that returns a Dataset; it returned "
                f"{type(stage).__name__}. Use map for functions that return tensors."
            )
        return stage

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the elements."""
        elements = self.parent.elements()
        if self._cycle == 1:
            for element in elements:
                yield from self._made(element).blocks(rows)
            return
        slots: list[Iterator[Element] | None] = [None] * self._cycle
        place, given, more = 0, 0, True
        while more or any(slot is not None for slot in slots):
            slot = slots[place]
            item = _END if slot is None else next(slot, _END)
            if item is not _END:
                yield Block.of(item)
                given += 1
                if given < self._length:
                    continue
            elif slot is None and more:
                following = next(elements, _END)
                if following is not _END:
                    slots[place] = self._made(following).elements()
                    continue
                more = False
            else:
                slots[place] = None
            place, given = (place + 1) % self._cycle, 0

    def read_ahead(self) -> int:
        """Returns 1."""
        return 1

    def runs_python(self) -> bool:
        """Whether giving an element runs Python code: yes."""
        return True


_END = object()


class Chosen(ElementStage):
    """Elements of several pipelines; which one's, numbers tell.

    Args:
        stages: The pipelines.
        choices: Gives the numbers of a new pass.
        stop: Whether it ends as soon as a chosen pipeline has no more elements.
    """

    def __init__(
        self, stages: list[Stage], choices: Callable[[list[bool]], Iterator[int]], stop: bool
    ) -> None:
        self._stages, self._choices, self._stop = stages, choices, stop

    def spec(self) -> Any:
        """Returns what the specs have in common."""
        spec = self._stages[0].spec()
        for stage in self._stages[1:]:
            spec = relaxed(spec, stage.spec())
        return spec

    def cardinality(self) -> int:
        """Returns INFINITE when all are, else UNKNOWN."""
        infinite = all(stage.cardinality() == INFINITE for stage in self._stages)
        return INFINITE if infinite else UNKNOWN

    def elements(self) -> Iterator[Element]:
        """Yields the elements."""
        sources = [stage.elements() for stage in self._stages]
        left = [True] * len(sources)
        for choice in self._choices(left):
            if not 0 <= choice < len(sources):
                raise InvalidArgumentError(
                    f"choose_from_datasets: there are {len(sources)} datasets; the choice is "
                    f"{choice}."
                )
            element = next(sources[choice], _END)
            if element is not _END:
                yield element
                continue
            if self._stop:
                return
            left[choice] = False
            if not any(left):
                return


def random_choices(weights: Array, seeds: Seeds) -> Callable[[list[bool]], Iterator[int]]:
    """Returns what draws the numbers of pipelines that have elements left, by their weights."""

    def draw(left: list[bool]) -> Iterator[int]:
        generator = np.random.default_rng(seeds())
        while True:
            now = weights * np.array(left)
            if now.sum() <= 0:
                return
            limits = np.cumsum(now / now.sum())
            place = int(np.searchsorted(limits, generator.random(), side="right"))
            yield min(place, len(weights) - 1)

    return draw
