"""Arithmetic on shapes: broadcasting, axes, strides. Shapes are tuples of ints."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

Shape = tuple[int, ...]


def size(shape: Sequence[int]) -> int:
    """Returns the number of elements of an array of this shape."""
    return math.prod(shape)


def broadcast(*shapes: Shape, who: str = "broadcast") -> Shape:
    """Returns the common shape of operands by NumPy's broadcasting rule.

    Args:
        *shapes: The operands' shapes.
        who: Name of the function for the error message.

    Returns:
        The broadcast shape.

    Raises:
        ValueError: When two sizes differ and neither is 1.

    Example:
        >>> broadcast((5, 1), (3,))
        (5, 3)
    """
    rank = max((len(shape) for shape in shapes), default=0)
    result = [1] * rank
    for shape in shapes:
        for axis, dim in enumerate(shape, start=rank - len(shape)):
            if dim != 1:
                if result[axis] not in (1, dim):
                    listed = " and ".join(str(tuple(shape)) for shape in shapes)
                    raise ValueError(
                        f"{who}: shapes {listed} do not broadcast: sizes {result[axis]} and {dim} "
                        f"meet at axis {axis - rank}. Sizes must be equal, or one of them 1."
                    )
                result[axis] = dim
    return tuple(result)


def normalize_axis(axis: Any, rank: int, who: str = "axis") -> int:
    """Returns a non-negative axis.

    Raises:
        ValueError: When the axis is not in `[-rank, rank)`.

    Example:
        >>> normalize_axis(-1, 3)
        2
    """
    index = int(axis)
    if not -rank <= index < rank:
        raise ValueError(
            f"{who}: axis {index} is out of range for a tensor of rank {rank}; "
            f"expected a value from {-rank} to {rank - 1}."
        )
    return index % rank


def normalize_axes(axes: int | Iterable[int] | None, rank: int, who: str = "axis") -> Shape:
    """Returns sorted non-negative axes; None means all of them.

    Raises:
        ValueError: For an axis out of range or given twice.

    Example:
        >>> normalize_axes((-1, 0), 3)
        (0, 2)
    """
    if axes is None:
        return tuple(range(rank))
    if isinstance(axes, Iterable):
        result = sorted(normalize_axis(axis, rank, who) for axis in axes)
        if len(set(result)) != len(result):
            raise ValueError(f"{who}: an axis is given twice in {tuple(axes)}.")
        return tuple(result)
    return (normalize_axis(axes, rank, who),)


def resolve_reshape(shape: Shape, target: Sequence[int], who: str = "reshape") -> Shape:
    """Returns `target` with its one -1 replaced so that the element count stays the same.

    Raises:
        ValueError: When the element counts cannot agree.

    Example:
        >>> resolve_reshape((4, 6), (3, -1))
        (3, 8)
    """
    wanted = [int(dim) for dim in target]
    if wanted.count(-1) > 1:
        raise ValueError(f"{who}: only one size may be -1; got {tuple(wanted)}.")
    total = size(shape)
    if -1 in wanted:
        known = -size(wanted)
        if known == 0 or total % known:
            raise ValueError(
                f"{who}: a tensor of shape {tuple(shape)} ({total} elements) cannot become "
                f"{tuple(wanted)}: {total} is not a multiple of {known}."
            )
        wanted[wanted.index(-1)] = total // known
    if size(wanted) != total or min(wanted, default=0) < 0:
        raise ValueError(
            f"{who}: a tensor of shape {tuple(shape)} has {total} elements, "
            f"shape {tuple(wanted)} needs {size(wanted)}."
        )
    return tuple(wanted)


def reduced(shape: Shape, axes: Sequence[int], keepdims: bool = False) -> Shape:
    """Returns the shape after a reduction over `axes` (sorted, non-negative)."""
    if keepdims:
        return tuple(1 if axis in axes else dim for axis, dim in enumerate(shape))
    return tuple(dim for axis, dim in enumerate(shape) if axis not in axes)
