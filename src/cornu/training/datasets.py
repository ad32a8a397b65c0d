"""Batches from a Dataset, many at a time."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

from cornu.core import tree
from cornu.core.primitive import Spec
from cornu.data import Dataset, pipeline_of
from cornu.data.elements import INFINITE, Block, bytes_of
from cornu.training.arrays import (
    Array,
    as_batch_dtype,
    batch_specs,
    standard_batch,
    target_dtype,
    unpack_x_y_sample_weight,
)
from cornu.training.class_weights import weights_of_classes

# So much of the data is fetched at once: it should stay in the processor's cache.
_BLOCK_BYTES = 1 << 22


class Batches(NamedTuple):
    """Batches of equal shape, one after the other in memory.

    Attributes:
        steps: How many batches.
        size: Rows in a batch.
        data: The tuple (x, y, sample_weight) with the rows of all batches in each array.
    """

    steps: int
    size: int
    data: Any

    def specs(self) -> Any:
        """Returns the Specs of a batch."""
        size = self.size
        return tree.map_structure(
            lambda a: None if a is None else Spec((size, *a.shape[1:]), target_dtype(a)), self.data
        )

    def arrays(self) -> list[Array]:
        """Returns the arrays in order."""
        return [leaf for leaf in tree.flatten(self.data) if leaf is not None]

    def first(self) -> Any:
        """Returns the first batch."""
        return next(self.each())

    def each(self) -> Iterator[Any]:
        """Yields the batches one by one."""
        for first in range(0, self.steps * self.size, self.size):
            yield tree.map_structure(
                lambda a, first=first: (
                    None if a is None else as_batch_dtype(a[first : first + self.size])
                ),
                self.data,
            )


class DatasetSource:
    """Batches that a Dataset yields.

    Args:
        dataset: Yields x, (x, y) or (x, y, sample_weight), in batches.
        text: Whether x may hold text.
        class_weight: Weight of each class number, or None.

    Attributes:
        steps: Batches per epoch, or None when unknown.
        is_infinite: Whether they never end.
    """

    def __init__(
        self, dataset: Dataset, text: bool = False, class_weight: dict[int, float] | None = None
    ) -> None:
        self._text = text
        self._stage = pipeline_of(dataset)
        self._class_weight = class_weight
        count = self._stage.cardinality()
        self.steps = count if count >= 0 else None
        self.is_infinite = count == INFINITE
        self._blocks: Iterator[Block] | None = None
        self._held: Block | None = None
        self._begun = False

    @property
    def data(self) -> Any:
        """The first batch as (x, y, sample_weight)."""
        return self.peek()

    def peek(self) -> Any:
        """Returns the first batch; none is lost."""
        if self._held is None:
            self._held = self._fetch()
        if self._held is None:
            raise ValueError("The data is empty: the dataset yielded no batch.")
        return self._standard(next(self._held.elements()))

    def draw_first(self) -> None:
        """Does nothing: fetching the first batch changes nothing here."""

    def first_specs(self) -> Any:
        """Returns the Specs of the first batch."""
        return batch_specs(self.peek())

    def restart(self) -> None:
        """Makes the next epoch begin with the first batch."""
        if self._begun:
            self._blocks = self._held = None
            self._begun = False

    def epoch(self, limit: int | None) -> Iterator[Batches | Any]:
        """Yields the batches of the next epoch, as Batches where they can be put together.

        Args:
            limit: Batches per epoch. With it the next epoch goes on where this one stopped;
                without it each epoch walks the dataset from the start. Data that run out end the
                epoch.
        """
        if limit is None:
            self.restart()
        given = 0
        while limit is None or given < limit:
            block = self._next(None if limit is None else limit - given)
            if block is None and given == 0 and self._begun and limit is not None:
                self.restart()  # the epoch before ended exactly with the data
                block = self._next(limit)
            if block is None:
                self._blocks = None
                break
            self._begun = True
            given += block.rows
            yield from self._together(block)
        if limit is not None and given < limit:
            warn_of_end(given, limit)

    def _next(self, wanted: int | None) -> Block | None:
        block = self._held if self._held is not None else self._fetch()
        self._held = None
        if block is not None and wanted is not None and block.rows > wanted:
            self._held = block.slice(wanted, block.rows)
            block = block.slice(0, wanted)
        return block

    def _fetch(self) -> Block | None:
        if self._blocks is None:
            rows = 1
            if not self._stage.runs_python():
                rows = max(1, _BLOCK_BYTES // bytes_of(self._stage.spec()))
            self._blocks = self._stage.blocks(rows)
        return next(self._blocks, None)

    def _standard(self, element: Any) -> Any:
        x, y, weight = standard_batch(element, self._text)
        if self._class_weight is not None:
            weight = weights_of_classes(y, self._class_weight, weight)
        return x, y, weight

    def _together(self, block: Block) -> Iterator[Any]:
        leaves = tree.flatten(block.stacked) if block.rows > 1 else ()
        sizes: set[Any] = {leaf.shape[1] if leaf.ndim > 1 else None for leaf in leaves}
        numeric = all(leaf.dtype.kind in "fiub" for leaf in leaves)
        if len(sizes) != 1 or None in sizes or 0 in sizes or not numeric:
            for element in block.elements():
                yield self._standard(element)
            return
        size: int = sizes.pop()
        rows = tree.map_structure(
            lambda a: a.reshape(block.rows * size, *a.shape[2:]), block.stacked
        )
        x, y, weight = unpack_x_y_sample_weight(rows) if isinstance(rows, tuple) else (rows, None, None)  # fmt: skip
        if self._class_weight is not None:
            weight = weights_of_classes(y, self._class_weight, weight)
        yield Batches(block.rows, size, (x, y, weight))


def warn_of_end(given: int, limit: int) -> None:
    """Warns that an epoch ended before the steps that were asked for."""
    warnings.warn(
        f"Your input ran out of data after {given} of the {limit} steps of this epoch. Let it "
        f"yield at least steps_per_epoch * epochs batches, for example with .repeat().",
        stacklevel=2,
    )
