"""Where batches come from: arrays in memory, and everything that yields batches."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu.core import session, tree
from cornu.core.primitive import Spec
from cornu.data.parallel import in_threads
from cornu.training import checks
from cornu.training.arrays import (
    Array,
    as_batch_dtype,
    batch_specs,
    standard_batch,
    target_dtype,
    to_arrays,
)
from cornu.training.class_weights import weights_of_classes
from cornu.training.datasets import DatasetSource, warn_of_end


class ArraySource:
    """Batches of arrays in memory, taken by row numbers inside the engine.

    Args:
        x: Inputs: an array or a nested structure of arrays.
        y: Targets in the same forms, or None.
        sample_weight: Weights, or None.
        batch_size: Rows per batch.
        shuffle: Whether each pass takes the rows in a new order; "batch" shuffles within batches.
        text: Whether x may hold text.

    Attributes:
        data: The tuple (x, y, sample_weight) as given, converted to arrays.
        rows: Number of rows.
        steps: Batches per pass, the last one possibly smaller.
        position: The next batch of a pass that steps_per_epoch has cut into several epochs.
        current: Row numbers of that pass.
        columns: Names of the columns of x when it is a data frame.
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        batch_size: int = 32,
        shuffle: bool | str = False,
        text: bool = False,
    ) -> None:
        self.data = (
            to_arrays(x, "x", text),
            to_arrays(y, "y"),
            to_arrays(sample_weight, "sample_weight"),
        )
        checks.same_rows(*self.data)
        self.arrays = [leaf for leaf in tree.flatten(self.data) if leaf is not None]
        self.rows = len(self.arrays[0])
        self.batch_size = checks.batch_size(batch_size)
        self.shuffle = shuffle
        self.steps = -(-self.rows // self.batch_size)
        self.position = 0
        self.columns: Any = getattr(x, "columns", None)
        self._specs: dict[int, Any] = {}
        self.current: Array = np.arange(0, dtype=np.int64)

    def specs(self, rows: int | None = None) -> Any:
        """Returns the Specs of a batch in the form of `data`."""
        count = min(self.batch_size, self.rows) if rows is None else rows
        if count not in self._specs:
            self._specs[count] = tree.map_structure(
                lambda a: None if a is None else Spec((count, *a.shape[1:]), target_dtype(a)),
                self.data,
            )
        return self._specs[count]

    def order(self) -> Array:
        """Returns the row numbers of the next pass; a shuffled one draws from `numpy.random`."""
        shuffles = session.current().shuffles
        if self.shuffle == "batch":
            parts = [
                first + shuffles.permutation(min(self.batch_size, self.rows - first))
                for first in range(0, self.rows, self.batch_size)
            ]
            return np.concatenate(parts).astype(np.int64)
        if self.shuffle:
            return shuffles.permutation(self.rows).astype(np.int64, copy=False)
        return np.arange(self.rows, dtype=np.int64)

    def draw_first(self) -> None:
        """Draws what fetching a first batch draws: Keras looks at one to build a model."""
        if self.shuffle:
            first = min(self.batch_size, self.rows)
            rows = first if self.shuffle == "batch" else self.rows
            session.current().shuffles.permutation(rows)

    def first_specs(self) -> Any:
        """Returns the Specs of the first batch."""
        return self.specs()

    def peek(self) -> Any:
        """Returns the batch of the first rows."""
        return self.batch(np.arange(min(self.batch_size, self.rows)))

    def batch(self, index: Array) -> Any:
        """Returns the rows with the given numbers in the form of `data`."""
        return tree.map_structure(
            lambda a: None if a is None else as_batch_dtype(a[index]), self.data
        )


class IteratorSource:
    """Batches from a generator, a dataset, or an object with `__getitem__` and a length.

    Args:
        iterable: Yields x, (x, y) or (x, y, sample_weight).
        shuffle: Whether an indexable source is walked in a new order each epoch.
        text: Whether x may hold text.
        class_weight: Weight of each class number, or None.

    Attributes:
        steps: Batches per epoch, or None when unknown.
    """

    def __init__(
        self,
        iterable: Any,
        shuffle: bool | str = False,
        text: bool = False,
        class_weight: dict[int, float] | None = None,
    ) -> None:
        self._iterable = iterable
        self._text = text
        self._class_weight = class_weight
        self._shuffle = bool(shuffle)
        self.steps: int | None = self._length()
        self._indexable = hasattr(iterable, "__getitem__") and self.steps is not None
        self._once = isinstance(iterable, Iterator)
        self._first: list[Any] = []
        self._iterator: Iterator[Any] | None = None

    def _length(self) -> int | None:
        if hasattr(self._iterable, "num_batches"):
            count = self._iterable.num_batches
            return None if count is None else int(count)
        try:
            return len(self._iterable)
        except TypeError:
            return None

    def peek(self) -> Any:
        """Returns the first batch; none is lost."""
        if self._first:
            return self._first[0]
        try:
            batch = next(self._open())
        except StopIteration:
            raise ValueError(
                "The data is empty: the generator or dataset yielded no batch."
            ) from None
        self._first.append(batch)
        return batch

    def draw_first(self) -> None:
        """Fetches a first batch, where others like it can follow: Keras looks at one."""
        self.peek()
        self.restart()

    def first_specs(self) -> Any:
        """Returns the Specs of the first batch."""
        return batch_specs(self.peek())

    def _walk(self) -> Iterator[Any]:
        if not self._indexable:
            yield from self._iterable
            return
        order = list(range(self.steps or 0))
        if self._shuffle:
            session.current().seeds.shuffle(order)
        workers = getattr(self._iterable, "workers", 1)
        ready = getattr(self._iterable, "max_queue_size", workers)
        yield from in_threads(self._iterable.__getitem__, iter(order), workers, ready)

    def _open(self) -> Iterator[Any]:
        if self._iterator is None:
            self._iterator = (
                weighted(standard_batch(batch, self._text), self._class_weight)
                for batch in self._walk()
            )
        return self._iterator

    def restart(self) -> None:
        """Makes the next epoch begin with the first batch, where the source can."""
        if not self._once:
            self._iterator = None
            self._first.clear()

    def epoch(self, limit: int | None) -> Iterator[Any]:
        """Yields the batches of the next epoch.

        Args:
            limit: Batches per epoch. With it the next epoch goes on where this one stopped;
                without it each epoch walks the source from the start. Data that run out end the
                epoch.
        """
        self._tell("on_epoch_begin")
        if limit is None and not self._first:
            self.restart()
        batches = itertools.islice(itertools.chain(self._taken(), self._open()), limit)
        given = 0
        for batch in batches:
            given += 1
            yield batch
        if given == 0 and limit is not None and not self._once:
            # The epoch before ended exactly with the data.
            self.restart()
            yield from itertools.islice(self._open(), limit)
        elif limit is None or given < limit:
            self._iterator = None
            if limit is not None:
                warn_of_end(given, limit)
        self._tell("on_epoch_end")

    def _taken(self) -> Iterator[Any]:
        while self._first:
            yield self._first.pop(0)

    def _tell(self, hook: str) -> None:
        if hasattr(self._iterable, hook):
            getattr(self._iterable, hook)()


def weighted(batch: Any, class_weight: dict[int, float] | None) -> Any:
    """Returns a batch whose samples are weighted by their classes."""
    if class_weight is None:
        return batch
    x, y, weight = batch
    return x, y, weights_of_classes(y, class_weight, weight)


class OneBatch:
    """A source of one batch that is standard already."""

    steps = 1

    def __init__(self, batch: Any) -> None:
        self._batch = batch

    def draw_first(self) -> None:
        """Does nothing: there is no choice."""

    def first_specs(self) -> Any:
        """Returns the Specs of the batch."""
        return batch_specs(self._batch)

    def peek(self) -> Any:
        """Returns the batch."""
        return self._batch


Source = ArraySource | IteratorSource | DatasetSource
