"""TensorShape: a tuple of sizes that prints as TensorFlow's shapes do."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any


class TensorShape(tuple[Any, ...]):
    """Sizes of the axes of a tensor; None where a size is not known.

    It is a tuple for everything in cornu.

    Args:
        dims: Sizes, or one size; None when not even the number of axes is known.

    Example:
        >>> shape = TensorShape([2, 3])
        >>> shape, shape[0], shape[:1], shape == (2, 3), print(shape)
        (2, 3)
        (TensorShape([2, 3]), 2, TensorShape([2]), True, None)
    """

    _known = True

    def __new__(cls, dims: Any = None) -> TensorShape:
        """Makes a shape from sizes."""
        if dims is None:
            shape = super().__new__(cls, ())
            shape._known = False
            return shape
        if isinstance(dims, TensorShape):
            return dims
        sizes = dims if isinstance(dims, Iterable) else (dims,)
        return super().__new__(cls, [None if size is None else int(size) for size in sizes])

    @property
    def rank(self) -> int | None:
        """Number of axes, or None."""
        return len(self) if self._known else None

    @property
    def ndims(self) -> int | None:
        """Number of axes, or None."""
        return self.rank

    @property
    def dims(self) -> list[Any] | None:
        """The sizes as a list, or None."""
        return list(self) if self._known else None

    def as_list(self) -> list[Any]:
        """Returns the sizes as a list.

        Raises:
            ValueError: When the number of axes is not known.
        """
        if not self._known:
            raise ValueError("as_list() needs a shape whose number of axes is known.")
        return list(self)

    def num_elements(self) -> int | None:
        """Returns the number of elements; None when a size is not known."""
        return math.prod(self) if self.is_fully_defined() else None

    def is_fully_defined(self) -> bool:
        """Returns whether every size is known."""
        return self._known and None not in self

    def is_compatible_with(self, other: Any) -> bool:
        """Returns whether one tensor could have both shapes."""
        theirs = TensorShape(other)
        if not self._known or not theirs._known:
            return True
        return len(self) == len(theirs) and all(
            a is None or b is None or a == b for a, b in zip(self, theirs, strict=True)
        )

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raises ValueError unless one tensor could have both shapes."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {TensorShape(other)} are incompatible.")

    def concatenate(self, other: Any) -> TensorShape:
        """Returns the shape with the sizes of another one after its own."""
        theirs = TensorShape(other)
        return TensorShape((*self, *theirs) if self._known and theirs._known else None)

    def merge_with(self, other: Any) -> TensorShape:
        """Returns the shape with sizes filled in from a compatible one."""
        theirs = TensorShape(other)
        self.assert_is_compatible_with(theirs)
        if not self._known or not theirs._known:
            return theirs if theirs._known else self
        return TensorShape([b if a is None else a for a, b in zip(self, theirs, strict=True)])

    def with_rank(self, rank: int) -> TensorShape:
        """Returns the shape, which must have `rank` axes; ValueError otherwise."""
        if self._known and len(self) != rank:
            raise ValueError(f"Shape {self} must have rank {rank}.")
        return self if self._known else TensorShape([None] * rank)

    def __getitem__(self, key: Any) -> Any:
        found = tuple.__getitem__(self, key)
        return TensorShape(found) if isinstance(key, slice) else found

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __radd__(self, other: Any) -> TensorShape:
        return TensorShape(other).concatenate(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, list):
            other = tuple(other)
        if isinstance(other, TensorShape) and self._known != other._known:
            return False
        return tuple.__eq__(self, other) if isinstance(other, tuple) else False

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = tuple.__hash__

    def __repr__(self) -> str:
        return f"TensorShape({list(self) if self._known else None})"

    def __str__(self) -> str:
        return tuple.__repr__(self) if self._known else "<unknown>"
