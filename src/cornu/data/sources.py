"""Where elements come from: arrays in memory, numbers, and generators."""

from __future__ import annotations

import itertools
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
    Table,
    components,
    map_components,
    spec_of,
)
from cornu.data.stage import ElementStage, TableStage


class ArrayTable(Table):
    """Rows of arrays.

    Args:
        arrays: Structure of arrays with one row per element.
    """

    def __init__(self, arrays: Any) -> None:
        self.arrays = arrays
        self.count = len(components(arrays)[0])

    def take(self, index: Array) -> Any:
        """Returns the rows with the given numbers, stacked."""
        return map_components(lambda leaf: np.take(leaf, index, axis=0), self.arrays)

    def take_range(self, first: int, stop: int) -> Any:
        """Returns rows that follow each other, without a copy."""
        return map_components(lambda leaf: leaf[first:stop], self.arrays)


class Slices(TableStage):
    """The rows of arrays.

    Args:
        arrays: Structure of arrays with one row per element.

    Raises:
        ValueError: When there is no array, one has no rows, or their numbers of rows differ.
    """

    def __init__(self, arrays: Any) -> None:
        leaves = components(arrays)
        if not leaves:
            raise InvalidArgumentError("from_tensor_slices: there is no array to slice.")
        for leaf in leaves:
            if leaf.ndim == 0:
                raise InvalidArgumentError(
                    f"from_tensor_slices: a scalar ({leaf[()]!r}) has no rows to slice. Use "
                    f"from_tensors, or put it into a list."
                )
        counts = [len(leaf) for leaf in leaves]
        if len(set(counts)) > 1:
            raise InvalidArgumentError(
                f"from_tensor_slices: all components must have the same first dimension; got "
                f"{', '.join(map(str, counts))}."
            )
        self._table = ArrayTable(arrays)

    def spec(self) -> Any:
        """Returns the spec of a row."""
        return map_components(
            lambda leaf: ComponentSpec(leaf.shape[1:], dtypes.canonical(leaf.dtype)),
            self._table.arrays,
        )

    def cardinality(self) -> int:
        """Returns the number of rows."""
        return self._table.count

    def table(self) -> Table | None:
        """Returns the rows."""
        return self._table


class Tensors(ElementStage):
    """One element.

    Args:
        element: The element.
    """

    def __init__(self, element: Element) -> None:
        self._element = element

    def spec(self) -> Any:
        """Returns the spec of the element."""
        return spec_of(self._element)

    def cardinality(self) -> int:
        """Returns 1."""
        return 1

    def elements(self) -> Iterator[Element]:
        """Yields the element."""
        yield self._element

    def runs_python(self) -> bool:
        """Whether giving an element runs Python code: no."""
        return False


class _Progression(Table):
    def __init__(self, numbers: range, dtype: Any) -> None:
        self.numbers = numbers
        self.count = len(numbers)
        self.dtype = dtype

    def take(self, index: Array) -> Any:
        return (index * self.numbers.step + self.numbers.start).astype(self.dtype)


class Numbers(TableStage):
    """Whole numbers with equal distances.

    Args:
        numbers: Which.
        dtype: Their NumPy dtype.
    """

    def __init__(self, numbers: range, dtype: Any = np.int64) -> None:
        self._table = _Progression(numbers, np.dtype(dtype))

    def spec(self) -> Any:
        """Returns the spec of a number."""
        return ComponentSpec((), dtypes.canonical(self._table.dtype))

    def cardinality(self) -> int:
        """Returns how many numbers there are."""
        return self._table.count

    def table(self) -> Table | None:
        """Returns the numbers."""
        return self._table


class Counted(ElementStage):
    """Whole numbers without end.

    Args:
        start: The first.
        step: Their distance.
        dtype: Their NumPy dtype.
    """

    def __init__(self, start: int = 0, step: int = 1, dtype: Any = np.int64) -> None:
        self._start, self._step, self._dtype = start, step, np.dtype(dtype)

    def spec(self) -> Any:
        """Returns the spec of a number."""
        return ComponentSpec((), dtypes.canonical(self._dtype))

    def cardinality(self) -> int:
        """Returns INFINITE."""
        return INFINITE

    def elements(self) -> Iterator[Element]:
        """Yields the numbers."""
        return (np.array(n, self._dtype) for n in itertools.count(self._start, self._step))

    def runs_python(self) -> bool:
        """Whether giving an element runs Python code that takes time: no."""
        return False


class RandomNumbers(ElementStage):
    """Whole numbers of 32 random bits, without end.

    Args:
        seeds: Gives the seed of each pass.
    """

    def __init__(self, seeds: Callable[[], np.random.SeedSequence]) -> None:
        self._seeds = seeds

    def spec(self) -> Any:
        """Returns the spec of a number."""
        return ComponentSpec((), "int64")

    def cardinality(self) -> int:
        """Returns INFINITE."""
        return INFINITE

    def elements(self) -> Iterator[Element]:
        """Yields the numbers."""
        generator = np.random.default_rng(self._seeds())
        while True:
            drawn = generator.integers(0, 2**32, 256, np.int64)
            yield from (drawn[place, ...] for place in range(256))


class Generated(ElementStage):
    """What a Python generator yields.

    Args:
        function: Called for every pass; returns something that can be iterated over.
        signature: Spec of the elements, or None to take it from the first one.
        absorb: Turns a value into an array.
    """

    def __init__(
        self, function: Callable[[], Any], signature: Any, absorb: Callable[[Any], Array]
    ) -> None:
        self._function = function
        self._signature = signature
        self._absorb = absorb

    def spec(self) -> Any:
        """Returns the spec that was declared."""
        if self._signature is None:
            first = next(self.elements(), None)
            if first is None:
                raise ValueError("from_generator: the generator yielded nothing to tell a spec by.")
            return map_components(
                lambda s: ComponentSpec(None, s.dtype), spec_of(first)
            )  # what comes later may have other sizes
        return self._signature

    def cardinality(self) -> int:
        """Returns UNKNOWN."""
        return UNKNOWN

    def elements(self) -> Iterator[Element]:
        """Yields what a new generator yields."""
        for value in self._function():
            if self._signature is None:
                yield map_components(self._absorb, value)
            else:
                yield self._fitted(value)

    def _fitted(self, value: Any) -> Element:
        if (
            isinstance(value, list)
            and isinstance(self._signature, tuple)
            and len(value) == len(self._signature)
        ):
            value = tuple(value)
        try:
            return map_components(self._component, self._signature, value)
        except ValueError as error:
            if isinstance(error, InvalidArgumentError):
                raise
            raise InvalidArgumentError(
                f"`generator` yielded an element that did not match the expected structure "
                f"{self._signature}: {type(value).__name__}."
            ) from None

    def _component(self, spec: ComponentSpec, value: Any) -> Array:
        array = value if isinstance(value, np.ndarray) else None
        if array is None or array.dtype.kind not in "fiub":
            if spec.dtype == "string" or hasattr(value, "numpy"):
                array = self._absorb(value)
            else:
                try:
                    array = np.asarray(value, dtypes.to_numpy(spec.dtype))
                except (TypeError, ValueError):
                    raise InvalidArgumentError(
                        f"`generator` yielded an element that could not be converted to the "
                        f"expected type {spec.dtype}: {value!r:.80}."
                    ) from None
        if dtypes.canonical(array.dtype) != spec.dtype:
            if spec.dtype == "string" or array.dtype == object:
                raise InvalidArgumentError(
                    f"`generator` yielded an element of type {array.dtype} where an element of "
                    f"type {spec.dtype} was expected."
                )
            array = array.astype(dtypes.to_numpy(spec.dtype))
        check_shape(array.shape, spec, "`generator` yielded an element")
        return array


def check_shape(shape: tuple[int, ...], spec: ComponentSpec, what: str) -> None:
    """Raises InvalidArgumentError unless a component has a shape of its spec."""
    wanted = spec.shape
    if wanted is None:
        return
    fits = len(shape) == len(wanted) and all(
        n is None or n == m for n, m in zip(wanted, shape, strict=True)
    )
    if not fits:
        raise InvalidArgumentError(
            f"{what} of shape {shape} where an element of shape {wanted} was expected."
        )


class Stored(TableStage):
    """Blocks that are in memory already.

    Args:
        blocks: The blocks.
        spec: Spec of the elements.
    """

    def __init__(self, blocks: list[Block], spec: Any) -> None:
        self._blocks = blocks
        self._spec = spec

    def spec(self) -> Any:
        """Returns the spec of the elements."""
        return self._spec

    def cardinality(self) -> int:
        """Returns how many elements there are."""
        return sum(block.rows for block in self._blocks)

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the blocks as they are."""
        return iter(self._blocks)

    def runs_python(self) -> bool:
        """Whether giving an element runs Python code: no."""
        return False
