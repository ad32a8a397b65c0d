"""Dataset: a handle on a pipeline, with TensorFlow's names for what can be added to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from cornu.core.errors import InvalidArgumentError
from cornu.data.batching import Batch, PaddedBatch, Unbatch, Window
from cornu.data.batching import padded_shapes as _padded_shapes
from cornu.data.caching import Cache, FileCache, save_stage
from cornu.data.combining import Concatenated, Interleave
from cornu.data.elements import (
    INFINITE,
    UNKNOWN,
    Element,
    map_components,
)
from cornu.data.manners import PLAIN, Manners
from cornu.data.mapping import Map, Transform
from cornu.data.options import Options
from cornu.data.origins import Origins
from cornu.data.prefetching import Prefetch
from cornu.data.processors import workers
from cornu.data.regrouping import Regrouping
from cornu.data.selecting import Enumerated, Filter, Repeat, Shard, Skip, Take, Unique
from cornu.data.shuffling import Seeds, Shuffle
from cornu.data.stage import Stage

Self = TypeVar("Self", bound="Dataset")

# What classes of stages are called in TensorFlow's representations of datasets.
_LABELS = {
    "Slices": "TensorSlice", "Tensors": "Tensor", "Numbers": "Range", "Generated": "FlatMap",
    "Concatenated": "Concatenate", "Enumerated": "Enumerate", "FileCache": "Cache",
    "Stored": "Variant", "Chosen": "DirectedInterleave", "TextLines": "TextLine",
}  # fmt: skip


class Dataset(Origins, Regrouping):
    """Elements that are made when they are asked for; a pipeline of steps makes them.

    Every method returns a new dataset and leaves this one as it is. Elements are tensors or nested
    tuples and dicts of tensors; lists become tensors. Made by `from_tensor_slices` and its like.

    Functions that are passed to a dataset are captured once and run as graphs where that can be
    done, on many elements at once where that gives the same values; others are called for each
    element.

    Args:
        stage: The last step of the pipeline.

    Example:
        >>> numbers = Dataset.range(10).filter(lambda n: n % 2 == 1).map(lambda n: n * n)
        >>> [batch.tolist() for batch in numbers.batch(2).as_numpy_iterator()]
        [[1, 9], [25, 49], [81]]
    """

    manners: Manners = PLAIN

    # Set by those who make a dataset of a folder.
    class_names: list[str] | None
    file_paths: list[str]

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._options = Options()

    def _next(self: Self, stage: Stage) -> Self:
        made = type(self)(stage)
        made._options = self._options
        return made

    def _transform(self, function: Callable[..., Any], who: str) -> Transform:
        if not callable(function):
            raise TypeError(f"{who}: expected a function; got {type(function).__name__}.")
        return Transform(function, self.manners, _stage_of, type(self))

    # -- looking -----------------------------------------------------------------------------

    @property
    def element_spec(self) -> Any:
        """The spec of the elements: shape and dtype of each component."""
        return self._spec_shown(self._stage.spec())

    def _spec_shown(self, spec: Any) -> Any:
        return spec

    def cardinality(self) -> Any:
        """Returns the number of elements, INFINITE_CARDINALITY or UNKNOWN_CARDINALITY."""
        return self._stage.cardinality()

    def __len__(self) -> int:
        count = self._stage.cardinality()
        if count == INFINITE:
            raise TypeError("The dataset is infinite.")
        if count == UNKNOWN:
            raise TypeError("The dataset length is unknown.")
        return count

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> DatasetIterator:
        return DatasetIterator(self)

    def as_numpy_iterator(self) -> Iterator[Any]:
        """Returns an iterator over the elements as NumPy arrays and scalars."""

        def leaf(part: Any) -> Any:
            if isinstance(part, Stage):
                return self._next(part).as_numpy_iterator()
            array = self.manners.text(part) if part.dtype == object else part
            return array.copy() if array.ndim else array[()]

        return (map_components(leaf, element) for element in self._stage.elements())

    def get_single_element(self) -> Any:
        """Returns the one element.

        Raises:
            InvalidArgumentError: When there is none or more than one.
        """
        found = [element for _, element in zip(range(2), self, strict=False)]
        if len(found) != 1:
            what = "was empty" if not found else "had more than one element"
            raise InvalidArgumentError(f"get_single_element: the dataset {what}.")
        return found[0]

    def __repr__(self) -> str:
        kind = type(self._stage).__name__
        return f"<{_LABELS.get(kind, kind)}Dataset element_spec={self.element_spec}>"

    # -- functions ---------------------------------------------------------------------------

    def map(
        self: Self,
        map_func: Callable[..., Any],
        num_parallel_calls: Any = None,
        deterministic: Any = None,
        name: Any = None,
        **keywords: Any,
    ) -> Self:
        """Returns a dataset of a function's results.

        Args:
            map_func: Called with an element; with its parts when it is a tuple.
            num_parallel_calls: Threads for a function that cannot be captured; AUTOTUNE for some.
            deterministic: Accepted for TensorFlow's signature; the order always stays.
            name: Likewise.
            **keywords: Likewise.
        """
        transform = self._transform(map_func, "map")
        return self._next(Map(self._stage, transform, workers(num_parallel_calls)))

    def filter(self: Self, predicate: Callable[..., Any], name: Any = None) -> Self:
        """Returns a dataset of the elements for which a function returns True."""
        return self._next(Filter(self._stage, self._transform(predicate, "filter")))

    def take_while(self: Self, predicate: Callable[..., Any], name: Any = None) -> Self:
        """Returns a dataset of the elements before the first for which a function returns False."""
        transform = self._transform(predicate, "take_while")
        return self._next(Filter(self._stage, transform, stop=True))

    def flat_map(self: Self, map_func: Callable[..., Any], name: Any = None) -> Self:
        """Returns the elements of the datasets that a function returns, one after the other."""
        return self._next(Interleave(self._stage, self._transform(map_func, "flat_map"), 1, 1))

    def interleave(
        self: Self,
        map_func: Callable[..., Any],
        cycle_length: Any = None,
        block_length: Any = None,
        num_parallel_calls: Any = None,
        deterministic: Any = None,
        name: Any = None,
    ) -> Self:
        """Returns the elements of the datasets that a function returns, in turn.

        Args:
            map_func: Returns a dataset for an element.
            cycle_length: How many datasets take turns; the number of processors when None.
            block_length: How many elements of one in a turn; 1 when None.
            num_parallel_calls: Accepted for TensorFlow's signature.
            deterministic: Likewise.
            name: Likewise.
        """
        cycle = workers(-1) if cycle_length in (None, -1) else int(cycle_length)
        length = 1 if block_length is None else int(block_length)
        if cycle < 1 or length < 1:
            raise InvalidArgumentError(
                f"interleave: `cycle_length` and `block_length` must be > 0; got {cycle_length} "
                f"and {block_length}."
            )
        transform = self._transform(map_func, "interleave")
        return self._next(Interleave(self._stage, transform, cycle, length))

    def apply(self, transformation_func: Callable[[Any], Any]) -> Any:
        """Returns what a function makes of this dataset, which must be a dataset."""
        result = transformation_func(self)
        if not isinstance(result, Dataset):
            raise TypeError(
                f"`transformation_func` must return a `tf.data.Dataset` object; it returned a "
                f"{type(result).__name__}."
            )
        return result

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any], name: Any = None) -> Any:
        """Returns the last state of a function that goes over all elements.

        Args:
            initial_state: Tensor or structure of tensors.
            reduce_func: `reduce_func(state, element)` returns the next state.
            name: Accepted for TensorFlow's signature.
        """
        state = self._state(initial_state)
        for element in self:
            state = self._state(reduce_func(state, element))
        return state

    def _state(self, value: Any) -> Any:
        return map_components(
            lambda leaf: leaf if isinstance(leaf, Stage) else self.manners.convert(leaf), value
        )

    # -- order and number --------------------------------------------------------------------

    def shuffle(
        self: Self,
        buffer_size: Any,
        seed: Any = None,
        reshuffle_each_iteration: Any = None,
        name: Any = None,
    ) -> Self:
        """Returns the elements in random order.

        Args:
            buffer_size: Elements that are mixed; the number of elements or more mixes all.
            seed: Of the order; follows from the program's seeds when None.
            reshuffle_each_iteration: Whether every pass has an order of its own, as by default.
            name: Accepted for TensorFlow's signature.
        """
        size = None if buffer_size is None else int(buffer_size)
        if size is not None and size < 1 and self._stage.cardinality() != size:
            raise InvalidArgumentError(
                f"shuffle: buffer_size must be greater than zero; got {size}."
            )
        seeds = Seeds(None if seed is None else int(seed), fixed=reshuffle_each_iteration is False)
        return self._next(Shuffle(self._stage, size if size else None, seeds))

    def repeat(self: Self, count: Any = None, name: Any = None) -> Self:
        """Returns the elements `count` times; without end for None and -1."""
        return self._next(Repeat(self._stage, None if count is None else int(count)))

    def take(self: Self, count: Any, name: Any = None) -> Self:
        """Returns the first `count` elements; all for -1."""
        return self._next(Take(self._stage, int(count)))

    def skip(self: Self, count: Any, name: Any = None) -> Self:
        """Returns all but the first `count` elements; none for -1."""
        return self._next(Skip(self._stage, int(count)))

    def shard(self: Self, num_shards: Any, index: Any, name: Any = None) -> Self:
        """Returns every `num_shards`-th element, beginning with number `index`."""
        return self._next(Shard(self._stage, int(num_shards), int(index)))

    def enumerate(self: Self, start: Any = 0, name: Any = None) -> Self:
        """Returns pairs of a number, counted from `start`, and an element."""
        return self._next(Enumerated(self._stage, int(start)))

    def unique(self: Self, name: Any = None) -> Self:
        """Returns every element once."""
        return self._next(Unique(self._stage))

    def concatenate(self: Self, dataset: Dataset, name: Any = None) -> Self:
        """Returns the elements, then those of another dataset.

        Raises:
            TypeError: When the elements are of another kind.
        """
        return self._next(Concatenated(self._stage, dataset._stage))

    # -- batches -----------------------------------------------------------------------------

    def batch(
        self: Self,
        batch_size: Any,
        drop_remainder: Any = False,
        num_parallel_calls: Any = None,
        deterministic: Any = None,
        name: Any = None,
    ) -> Self:
        """Returns batches of elements.

        Args:
            batch_size: Elements in a batch.
            drop_remainder: Whether a last batch with fewer elements is left out.
            num_parallel_calls: Accepted for TensorFlow's signature.
            deterministic: Likewise.
            name: Likewise.
        """
        return self._next(Batch(self._stage, _size(batch_size, "batch"), bool(drop_remainder)))

    def padded_batch(
        self: Self,
        batch_size: Any,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: Any = False,
        name: Any = None,
    ) -> Self:
        """Returns batches of elements whose sizes differ, padded at their ends.

        Args:
            batch_size: Elements in a batch.
            padded_shapes: Shapes to pad to, one for each component; None as a shape or size takes
                the longest of each batch.
            padding_values: What to pad with; 0 or "" when None.
            drop_remainder: Whether a last batch with fewer elements is left out.
            name: Accepted for TensorFlow's signature.
        """
        shapes = None
        if padded_shapes is not None:
            shapes = _padded_shapes(self._stage.spec(), padded_shapes)
        size = _size(batch_size, "padded_batch")
        return self._next(
            PaddedBatch(self._stage, size, shapes, padding_values, bool(drop_remainder))
        )

    def ragged_batch(self, *arguments: Any, **keywords: Any) -> Any:
        """Refuses: there are no ragged tensors.

        Raises:
            NotImplementedError: Always; it names `padded_batch`.
        """
        raise NotImplementedError(
            "ragged_batch: cornu has no ragged tensors. Use padded_batch(batch_size), which pads "
            "each batch to its longest element, and a Masking or Embedding(mask_zero=True) layer."
        )

    def unbatch(self: Self, name: Any = None) -> Self:
        """Returns the rows of the elements."""
        return self._next(Unbatch(self._stage))

    def rebatch(self: Self, batch_size: Any, drop_remainder: Any = False, name: Any = None) -> Self:
        """Returns the rows of the elements in batches of another size."""
        return self.unbatch().batch(batch_size, drop_remainder)

    def window(
        self: Self,
        size: Any,
        shift: Any = None,
        stride: Any = 1,
        drop_remainder: Any = False,
        name: Any = None,
    ) -> Self:
        """Returns windows: datasets of elements that follow each other.

        Args:
            size: Elements in a window.
            shift: Distance of the windows' beginnings; `size` when None.
            stride: Distance of the elements in a window.
            drop_remainder: Whether last windows with fewer elements are left out.
            name: Accepted for TensorFlow's signature.
        """
        numbers = int(size), int(size if shift is None else shift), int(stride)
        if min(numbers) < 1:
            raise InvalidArgumentError(
                f"window: size, shift and stride must be greater than zero; got {numbers}."
            )
        return self._next(Window(self._stage, *numbers, bool(drop_remainder)))

    # -- running -----------------------------------------------------------------------------

    def prefetch(self: Self, buffer_size: Any, name: Any = None) -> Self:
        """Returns the elements, made ahead of time by a thread.

        Args:
            buffer_size: How many to keep ready; AUTOTUNE leaves it to the pipeline.
            name: Accepted for TensorFlow's signature.
        """
        return self._next(Prefetch(self._stage, -1 if buffer_size is None else int(buffer_size)))

    def cache(self: Self, filename: Any = "", name: Any = None) -> Self:
        """Returns the elements of the first whole pass, kept for all others.

        Args:
            filename: Beginning of the name of a file to keep them in; memory when empty.
            name: Accepted for TensorFlow's signature.
        """
        path = _text(filename)
        stage = FileCache(self._stage, path) if path else Cache(self._stage)
        return self._next(stage)

    def save(self, path: Any, compression: Any = None, shard_func: Any = None, checkpoint_args: Any = None) -> None:  # fmt: skip
        """Writes the elements of a pass into a folder; `load` reads them.

        Args:
            path: The folder; it is made.
            compression: Accepted for TensorFlow's signature.
            shard_func: Likewise.
            checkpoint_args: Likewise.
        """
        save_stage(self._stage, Path(_text(path)) / "elements.cornu")

    def with_options(self: Self, options: Any, name: Any = None) -> Self:
        """Returns the dataset with options, on which nothing here depends."""
        made = self._next(self._stage)
        made._options = self._options.merge(options)
        return made

    def options(self) -> Options:
        """Returns the options."""
        return self._options

    def _shown(self, element: Element) -> Any:
        return map_components(
            lambda leaf: self._next(leaf) if isinstance(leaf, Stage) else self.manners.show(leaf),
            element,
        )


class DatasetIterator:
    """Goes over the elements of a dataset once.

    Args:
        dataset: The dataset.

    Example:
        >>> elements = iter(Dataset.range(2))
        >>> int(next(elements)), int(elements.get_next())
        (0, 1)
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._elements = dataset._stage.elements()

    @property
    def element_spec(self) -> Any:
        """The spec of the elements."""
        return self._dataset.element_spec

    def __iter__(self) -> DatasetIterator:
        return self

    def __next__(self) -> Any:
        return self._dataset._shown(next(self._elements))

    def get_next(self) -> Any:
        """Returns the next element.

        Raises:
            IndexError: When there is none.
        """
        try:
            return next(self)
        except StopIteration:
            raise self._dataset.out_of_range("End of sequence") from None


def pipeline_of(dataset: Dataset) -> Stage:
    """Returns the last step of a dataset's pipeline, for those who take many elements at once.

    Args:
        dataset: The dataset.

    Example:
        >>> [block.rows for block in pipeline_of(Dataset.range(5)).blocks(3)]
        [3, 2]
    """
    return dataset._stage


def _stage_of(value: Any) -> Stage | None:
    return value._stage if isinstance(value, Dataset) else None


def _size(value: Any, who: str) -> int:
    size = int(value)
    if size < 1:
        raise InvalidArgumentError(f"{who}: batch_size must be greater than zero; got {size}.")
    return size


def _text(value: Any) -> str:
    value = value.numpy() if hasattr(value, "numpy") else value
    if isinstance(value, np.ndarray):
        value = value.item()
    return value.decode() if isinstance(value, bytes) else str(value)
