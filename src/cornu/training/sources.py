"""Where batches come from: arrays in memory, and everything that yields batches."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu.core import dtypes, settings, tree
from cornu.core.primitive import Spec
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable
from cornu.training import checks

Array = np.ndarray[Any, Any]


def to_array(value: Any, name: str) -> Array:
    """Returns data as a numeric (or text) NumPy array.

    Args:
        value: Array, tensor, list, or pandas object.
        name: What it is called in errors.

    Returns:
        An array; the very same one when nothing has to change.

    Raises:
        ValueError: When it holds what is no number, naming the column.
    """
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        return value
    if isinstance(value, (Tensor, Variable)):
        return value.numpy()
    if hasattr(value, "iloc"):
        return checks.pandas_to_array(value, name)
    if hasattr(value, "detach") and hasattr(value, "cpu"):
        value = value.detach().cpu().numpy()
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} cannot become an array: its rows have different lengths. Pad them to one "
            f"length first, for example with keras.utils.pad_sequences."
        ) from error
    if array.dtype.kind in "OUS":
        return checks.object_to_array(array, name)
    return array


def target_dtype(array: Any) -> str:
    """Returns the dtype that batches of an array have: floats become floatx, the rest stays."""
    name = dtypes.canonical(array.dtype)
    return settings.floatx() if dtypes.is_float(name) else name


def named_leaves(structure: Any, name: str) -> list[tuple[str, Any]]:
    """Returns the leaves of x, y or sample_weight with names for errors, such as "x['age']"."""
    return [
        (name + "".join(f"[{key!r}]" for key in path), leaf)
        for path, leaf in tree.flatten_with_path(structure)
    ]


def _is_list_of_numbers(structure: Any) -> bool:
    return (
        isinstance(structure, (list, tuple))
        and len(structure) > 0
        and all(isinstance(item, (bool, int, float, np.number)) for item in structure)
    )


def _is_rows(structure: Any) -> bool:
    """Whether a list is one array written as nested lists, not several arrays."""
    return _is_list_of_numbers(structure) or (
        isinstance(structure, list)
        and len(structure) > 0
        and all(isinstance(item, (list, tuple)) and _is_rows(list(item)) for item in structure)
    )


def to_arrays(structure: Any, name: str) -> Any:
    """Returns a nested structure of data with arrays as leaves; None stays None."""
    if structure is None:
        return None
    if _is_rows(structure):
        return to_array(structure, name)
    named = named_leaves(structure, name)
    leaves = [None if leaf is None else to_array(leaf, label) for label, leaf in named]
    return tree.pack_sequence_as(structure, leaves)


class ArraySource:
    """Batches of arrays in memory, taken by row numbers inside the engine.

    Args:
        x: Inputs: an array or a nested structure of arrays.
        y: Targets in the same forms, or None.
        sample_weight: Weights, or None.
        batch_size: Rows per batch.
        shuffle: Whether each epoch takes the rows in a new order; "batch" shuffles within batches.

    Attributes:
        data: The tuple (x, y, sample_weight) as given, converted to arrays.
        rows: Number of rows.
        steps: Batches per epoch, the last one possibly smaller.
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        batch_size: int = 32,
        shuffle: bool | str = False,
    ) -> None:
        self.data = (
            to_arrays(x, "x"),
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
        self.current: Array = np.arange(0, dtype=np.int64)

    def specs(self, rows: int | None = None) -> Any:
        """Returns the Specs of a batch in the form of `data`."""
        count = min(self.batch_size, self.rows) if rows is None else rows
        return tree.map_structure(
            lambda a: None if a is None else Spec((count, *a.shape[1:]), target_dtype(a)),
            self.data,
        )

    def order(self) -> Array:
        """Returns the row numbers of the next epoch; a shuffled one draws from `numpy.random`."""
        if self.shuffle == "batch":
            parts = [
                first + np.random.permutation(min(self.batch_size, self.rows - first))
                for first in range(0, self.rows, self.batch_size)
            ]
            return np.concatenate(parts).astype(np.int64)
        if self.shuffle:
            return np.random.permutation(self.rows).astype(np.int64, copy=False)
        return np.arange(self.rows, dtype=np.int64)

    def batch(self, index: Array) -> Any:
        """Returns the rows with the given numbers in the form of `data`."""
        return tree.map_structure(
            lambda a: None if a is None else a[index].astype(target_dtype(a), copy=False), self.data
        )


class IteratorSource:
    """Batches from a generator, a dataset, or an object with `__len__` and `__getitem__`.

    Args:
        iterable: Yields x, (x, y) or (x, y, sample_weight).
        shuffle: Whether an indexable source is walked in a new order each epoch.

    Attributes:
        steps: Batches per epoch, or None when unknown.
    """

    def __init__(self, iterable: Any, shuffle: bool | str = False) -> None:
        self._iterable = iterable
        self._shuffle = bool(shuffle)
        self._indexable = hasattr(iterable, "__getitem__") and hasattr(iterable, "__len__")
        self.steps: int | None = self._length()
        self._first: list[Any] = []
        self._iterator: Iterator[Any] | None = None

    def _length(self) -> int | None:
        if hasattr(self._iterable, "num_batches"):
            count = self._iterable.num_batches
            return None if count is None else int(count)
        if hasattr(self._iterable, "cardinality"):
            count = int(self._iterable.cardinality())
            return count if count >= 0 else None
        try:
            return len(self._iterable)
        except TypeError:
            return None

    def peek(self) -> Any:
        """Returns the first batch without losing it."""
        if not self._first:
            iterator = self._open()
            try:
                self._first.append(next(iterator))
            except StopIteration:
                raise ValueError(
                    "The data is empty: the generator or dataset yielded no batch."
                ) from None
        return self._first[0]

    def _walk(self) -> Iterator[Any]:
        if self._indexable and not isinstance(self._iterable, (list, tuple)):
            order = np.arange(len(self._iterable))
            if self._shuffle:
                np.random.shuffle(order)
            for place in order:
                yield self._iterable[int(place)]
            if hasattr(self._iterable, "on_epoch_end"):
                self._iterable.on_epoch_end()
        else:
            yield from self._iterable

    def _open(self) -> Iterator[Any]:
        if self._iterator is None:
            self._iterator = (standard_batch(batch) for batch in self._walk())
        return self._iterator

    def epoch(self, limit: int | None) -> Iterator[Any]:
        """Yields the batches of the next epoch.

        Args:
            limit: Batches per epoch. With it the next epoch goes on where this one stopped;
                without it each epoch walks the source from the start.
        """
        iterator = itertools.chain(list(self._first), self._open())
        self._first.clear()
        given = 0
        for batch in iterator:
            yield batch
            given += 1
            if limit is not None and given == limit:
                return
        self._iterator = None
        while limit is not None and given < limit and not isinstance(self._iterable, Iterator):
            before = given
            for batch in self._open():
                yield batch
                given += 1
                if given == limit:
                    return
            self._iterator = None
            if given == before:
                return


def standard_batch(batch: Any) -> tuple[Any, Any, Any]:
    """Returns a yielded batch as (x, y, sample_weight) of arrays."""
    if isinstance(batch, tuple):
        if len(batch) > 3:
            raise ValueError(
                f"A data source must yield x, (x, y) or (x, y, sample_weight); it yielded a tuple "
                f"of {len(batch)}. Put several inputs into one list or dict: ((x1, x2), y)."
            )
        x, y, weight = (*batch, None, None, None)[:3]
    else:
        x, y, weight = batch, None, None
    parts = (to_arrays(x, "x"), to_arrays(y, "y"), to_arrays(weight, "sample_weight"))
    return tree.map_structure(  # type: ignore[no-any-return]
        lambda a: None if a is None else np.asarray(a, dtypes.to_numpy(target_dtype(a))), parts
    )


def batch_specs(batch: Any) -> Any:
    """Returns the Specs of a batch of arrays in its form."""
    return tree.map_structure(
        lambda a: None if a is None else Spec(a.shape, dtypes.canonical(a.dtype)), batch
    )
