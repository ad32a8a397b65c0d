"""Reading and writing at places: take, slice, scatter, where, and the segment reductions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.core import dtypes, engine, shapes
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import gather, layout
from cornu.core.primitives import reduce as r
from cornu.core.shapes import Shape
from cornu.core.tensor import Tensor
from cornu.ops._operands import (
    as_tensor,
    boolean,
    cast,
    constant,
    expand,
    like,
    op,
    pair,
    static_shape,
)

_INDEX_MESSAGE = "{who}: indices must be whole numbers; got dtype {dtype}. Cast them to int32."


def index_tensor(indices: Any, who: str) -> Tensor:
    """Returns indices as an integer tensor."""
    result = as_tensor(indices)
    if result.dtype == "bool" or not dtypes.is_integer(result.dtype):
        if result.size == 0 or result.dtype == "bool":
            return cast(result, "int32")
        raise TypeError(_INDEX_MESSAGE.format(who=who, dtype=result.dtype))
    return result


def from_front(indices: Tensor, size: int) -> Tensor:
    """Returns indices with negative ones counted from the end."""
    if indices.dtype in dtypes.UNSIGNED:
        return indices
    negative = e.lt(indices, like(indices, 0))
    result: Tensor = e.select(negative, e.add(indices, like(indices, size)), indices)
    return result


@op
def take(x: Any, indices: Any, axis: int | None = None) -> Tensor:
    """Returns the parts of a tensor at given places along an axis.

    Args:
        x: Array-like.
        indices: Integer array-like of any shape; negative ones count from the end.
        axis: Axis; the flattened array when None.

    Returns:
        A tensor of shape `x.shape[:axis] + indices.shape + x.shape[axis + 1:]`.

    Example:
        >>> take([[1, 2], [3, 4], [5, 6]], [2, 0], axis=0).tolist()
        [[5, 6], [1, 2]]
    """
    x, places = as_tensor(x), index_tensor(indices, "take")
    if axis is None:
        x, axis = layout.reshape(x, shape=(x.size,)), 0
    place = shapes.normalize_axis(axis, x.ndim, "take")
    return gather.take(x, from_front(places, x.shape[place]), axis=place)


@op
def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Tensor:
    """Returns elements picked along an axis by an index array of the same rank.

    Args:
        x: Array-like.
        indices: Integer array-like whose other sizes broadcast with those of `x`.
        axis: Axis; the flattened array when None.

    Returns:
        A tensor of the (broadcast) shape of `indices`.

    Example:
        >>> take_along_axis([[1, 2], [3, 4]], [[1], [0]], axis=1).tolist()
        [[2], [3]]
    """
    x, places = as_tensor(x), index_tensor(indices, "take_along_axis")
    if axis is None:
        x, axis = layout.reshape(x, shape=(x.size,)), 0
        places = layout.reshape(places, shape=(places.size,))
    place = shapes.normalize_axis(axis, x.ndim, "take_along_axis")
    if places.ndim != x.ndim:
        raise ValueError(
            f"take_along_axis: x and indices must have one rank; got shapes {x.shape} and "
            f"{places.shape}."
        )
    rest = list(
        shapes.broadcast(
            (*x.shape[:place], 1, *x.shape[place + 1 :]),
            (*places.shape[:place], 1, *places.shape[place + 1 :]),
            who="take_along_axis",
        )
    )
    rest[place] = x.shape[place]
    x = expand(x, tuple(rest))
    rest[place] = places.shape[place]
    places = expand(from_front(places, x.shape[place]), tuple(rest))
    return gather.gather_nd(x, r.full_indices(places, place))


@op
def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """Returns elements of `x1` where a condition holds, else of `x2`.

    Args:
        condition: Array-like; what is not zero counts as true.
        x1: Array-like; all three broadcast together.
        x2: Array-like.

    Returns:
        A tensor; with the condition alone, the places where it holds, as `nonzero` gives them.

    Example:
        >>> where([True, False], [1, 2], 0).tolist()
        [1, 0]
    """
    if x1 is None and x2 is None:
        return nonzero(condition)
    if x1 is None or x2 is None:
        raise ValueError("where: pass both x1 and x2, or neither.")
    condition = boolean(condition)
    x1, x2 = pair(x1, x2)
    shape = shapes.broadcast(condition.shape, x1.shape, who="where")
    return e.select(expand(condition, shape), expand(x1, shape), expand(x2, shape))


@op
def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Tensor:
    """Returns elements of the first choice whose condition holds.

    Args:
        condlist: Bool array-likes.
        choicelist: As many array-likes.
        default: What stands where no condition holds.

    Returns:
        A tensor.

    Example:
        >>> select([[True, False], [True, True]], [[1, 1], [2, 2]]).tolist()
        [1, 2]
    """
    if len(condlist) != len(choicelist) or not condlist:
        raise ValueError(
            f"select: as many conditions as choices are needed; got {len(condlist)} and "
            f"{len(choicelist)}."
        )
    result = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        result = where(condition, choice, result)
    tensor: Tensor = result
    return tensor


@op
def nonzero(x: Any) -> tuple[Tensor, ...]:
    """Returns the places of the elements that are not zero.

    Args:
        x: Array-like with a value: how many places there are depends on it, so this does not work
            inside a compiled function.

    Returns:
        One int32 tensor for each axis.

    Example:
        >>> [place.tolist() for place in nonzero([[0, 1], [2, 0]])]
        [[0, 1], [1, 0]]
    """
    places = np.nonzero(as_tensor(x).numpy())
    return tuple(engine.tensor_from_numpy(place.astype(np.int32)) for place in places)


def starts_tensor(starts: Any, who: str) -> Tensor:
    """Returns start places (numbers, tensors, or a mix of both) as an int32 tensor."""
    if isinstance(starts, (list, tuple)):
        starts = [as_tensor(start, "int32") for start in starts]
    return cast(index_tensor(starts, who), "int32")


@op
def slice(inputs: Any, start_indices: Any, shape: Any) -> Tensor:
    """Returns a block of a tensor.

    Args:
        inputs: Array-like.
        start_indices: First place of the block along each axis; may be computed values. A block
            that would pass the end is moved back.
        shape: Sizes of the block.

    Returns:
        A tensor of shape `shape`.

    Example:
        >>> slice([[1, 2, 3], [4, 5, 6]], (0, 1), (2, 2)).tolist()
        [[2, 3], [5, 6]]
    """
    x = as_tensor(inputs)
    starts = starts_tensor(start_indices, "slice")
    return gather_slice(x, starts, static_shape(shape))


def gather_slice(x: Tensor, starts: Tensor, sizes: Shape) -> Tensor:
    """Applies dynamic_slice; a size of -1 means the rest from a start that is known."""
    if -1 in sizes:
        first = starts.tolist()
        sizes = tuple(
            full - begin if size == -1 else size
            for size, full, begin in zip(sizes, x.shape, first, strict=True)
        )
    result: Tensor = layout.dynamic_slice(x, starts, sizes=sizes)
    return result


@op
def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Tensor:
    """Returns a tensor with a block replaced.

    Args:
        inputs: Array-like.
        start_indices: First place of the block along each axis; may be computed values.
        updates: The block, of the rank of `inputs`.

    Returns:
        A tensor of the shape of `inputs`.

    Example:
        >>> slice_update([1, 2, 3, 4], [1], [9, 9]).tolist()
        [1, 9, 9, 4]
    """
    x = as_tensor(inputs)
    starts = starts_tensor(start_indices, "slice_update")
    return layout.dynamic_update_slice(x, cast(as_tensor(updates), x.dtype), starts)


def _places(indices: Any, shape: Shape, who: str) -> Tensor:
    """Returns (n, depth) indices, negative ones counted from the end."""
    places = index_tensor(indices, who)
    if not places.shape or places.shape[-1] > len(shape):
        raise ValueError(
            f"{who}: indices of shape {places.shape} cannot address a tensor of shape {shape}; their "
            f"last axis counts axes of that tensor."
        )
    sizes = np.asarray(shape[: places.shape[-1]], np.int64)
    limit = expand(as_tensor(sizes, places.dtype), places.shape)
    negative = e.lt(places, like(places, 0))
    result: Tensor = e.select(negative, e.add(places, limit), places)
    return result


@op
def scatter(indices: Any, values: Any, shape: Any) -> Tensor:
    """Returns zeros with values added at given places.

    Args:
        indices: Integer array-like whose last axis holds one index for each addressed axis.
        values: What is added there; equal places add up.
        shape: Sizes of the result.

    Returns:
        A tensor of shape `shape`.

    Example:
        >>> scatter([[0], [2], [2]], [1.0, 2.0, 3.0], (4,)).tolist()
        [1.0, 0.0, 5.0, 0.0]
    """
    updates, sizes = as_tensor(values), static_shape(shape)
    nothing = constant(0, sizes, updates.dtype)
    return gather.scatter_nd(nothing, _places(indices, sizes, "scatter"), updates, mode="add")


_REDUCTIONS = {None: "set", "add": "add", "max": "max", "min": "min", "mul": "mul"}


@op
def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Tensor:
    """Returns a tensor with elements at given places replaced or combined.

    Args:
        inputs: Array-like.
        indices: Integer array-like whose last axis holds one index for each addressed axis.
        updates: New values, one (or one sub-array) for each index.
        reduction: None replaces; "add", "max", "min", "mul" combine with what is there.

    Returns:
        A tensor of the shape of `inputs`.

    Raises:
        ValueError: For an unknown reduction.

    Example:
        >>> scatter_update([1, 2, 3], [[0], [2]], [9, 8]).tolist()
        [9, 2, 8]
    """
    if reduction not in _REDUCTIONS:
        raise ValueError(
            f"scatter_update: reduction is None, 'add', 'max', 'min' or 'mul'; got {reduction!r}."
        )
    x = as_tensor(inputs)
    places = _places(indices, x.shape, "scatter_update")
    target = (*places.shape[:-1], *x.shape[places.shape[-1] :])
    new = expand(as_tensor(updates, x.dtype), target)
    return gather.scatter_nd(x, places, new, mode=_REDUCTIONS[reduction])


def _segments(
    data: Any, segment_ids: Any, num_segments: int | None, start: Any, mode: str, who: str
) -> Tensor:
    x, segments = as_tensor(data), index_tensor(segment_ids, who)
    if segments.ndim != 1 or x.shape[:1] != segments.shape:
        raise ValueError(
            f"{who}: segment_ids must hold one number for each row of data; got shapes "
            f"{segments.shape} and {x.shape}."
        )
    if num_segments is None:
        num_segments = int(segments.numpy().max()) + 1 if segments.size else 0
    initial = constant(start(x.dtype), (num_segments, *x.shape[1:]), x.dtype)
    if segments.size == 0 or num_segments == 0:
        return initial
    # Rows whose number is out of range go to an extra segment that is cut off.
    zero, count = like(segments, 0), like(segments, num_segments)
    valid = e.and_(e.ge(segments, zero), e.lt(segments, count))
    places = layout.reshape(e.select(valid, segments, count), shape=(segments.size, 1))
    wide = constant(start(x.dtype), (num_segments + 1, *x.shape[1:]), x.dtype)
    merged = gather.scatter_nd(wide, places, x, mode=mode)
    limit = (num_segments, *x.shape[1:])
    result: Tensor = layout.slice(merged, start=(0,) * x.ndim, limit=limit, strides=(1,) * x.ndim)
    return result


@op
def segment_sum(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> Tensor:
    """Returns the sums of rows that have the same segment number.

    Args:
        data: Array-like; the first axis counts rows.
        segment_ids: One whole number for each row.
        num_segments: Number of segments; the largest number plus one when None (which does not
            work inside a compiled function).
        sorted: Whether the numbers are in order; makes no difference.

    Returns:
        A tensor with one row for each segment.

    Example:
        >>> segment_sum([1, 2, 3], [0, 0, 1]).tolist()
        [3, 3]
    """
    del sorted
    return _segments(data, segment_ids, num_segments, lambda dtype: 0, "add", "segment_sum")


@op
def segment_prod(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> Tensor:
    """Returns the products of rows that have the same segment number; see `segment_sum`.

    Args:
        data: Array-like; the first axis counts rows.
        segment_ids: One whole number for each row.
        num_segments: Number of segments; the largest number plus one when None.
        sorted: Whether the numbers are in order; makes no difference.

    Example:
        >>> segment_prod([2, 3, 4], [0, 0, 1]).tolist()
        [6, 4]
    """
    del sorted
    return _segments(data, segment_ids, num_segments, lambda dtype: 1, "mul", "segment_prod")


def _lowest(dtype: str) -> Any:
    if dtypes.is_float(dtype):
        return -np.inf
    return False if dtype == "bool" else int(np.iinfo(dtype).min)


def _highest(dtype: str) -> Any:
    if dtypes.is_float(dtype):
        return np.inf
    return True if dtype == "bool" else int(np.iinfo(dtype).max)


@op
def segment_max(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> Tensor:
    """Returns the largest elements of rows that have the same segment number; see `segment_sum`.

    An empty segment holds the least value of the dtype.

    Args:
        data: Array-like; the first axis counts rows.
        segment_ids: One whole number for each row.
        num_segments: Number of segments; the largest number plus one when None.
        sorted: Whether the numbers are in order; makes no difference.

    Example:
        >>> segment_max([2, 3, 4], [0, 0, 1]).tolist()
        [3, 4]
    """
    del sorted
    return _segments(data, segment_ids, num_segments, _lowest, "max", "segment_max")


@op
def segment_min(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> Tensor:
    """Returns the smallest elements of rows that have the same segment number; see `segment_sum`.

    An empty segment holds the greatest value of the dtype.

    Args:
        data: Array-like; the first axis counts rows.
        segment_ids: One whole number for each row.
        num_segments: Number of segments; the largest number plus one when None.
        sorted: Whether the numbers are in order; makes no difference.

    Example:
        >>> segment_min([2, 3, 4], [0, 0, 1]).tolist()
        [2, 4]
    """
    del sorted
    return _segments(data, segment_ids, num_segments, _highest, "min", "segment_min")


@op
def unravel_index(indices: Any, shape: Any) -> tuple[Tensor, ...]:
    """Returns places in a flattened array as places along each axis.

    Args:
        indices: Integer array-like.
        shape: Sizes of the array.

    Returns:
        One integer tensor for each axis.

    Example:
        >>> [place.tolist() for place in unravel_index([3, 4], (2, 3))]
        [[1, 1], [0, 1]]
    """
    sizes = static_shape(shape)
    places = from_front(index_tensor(indices, "unravel_index"), shapes.size(sizes))
    results = []
    for size in reversed(sizes):
        results.append(e.rem(places, like(places, size)))
        places = e.div(places, like(places, size))
    return tuple(reversed(results))
