"""Order: sort, search, top_k, unique."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core import dtypes, engine, shapes
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import layout
from cornu.core.primitives import reduce as r
from cornu.core.primitives import sort as s
from cornu.core.tensor import Tensor
from cornu.ops._operands import as_tensor, cast, op, together


def _flat_when_none(x: Any, axis: int | None) -> tuple[Tensor, int]:
    x = as_tensor(x)
    if axis is None:
        return layout.reshape(x, shape=(x.size,)), 0
    return x, shapes.normalize_axis(axis, x.ndim, "sort")


@op
def sort(x: Any, axis: int | None = -1) -> Tensor:
    """Returns the elements in ascending order along an axis, NaN last.

    Args:
        x: Array-like.
        axis: Axis; the flattened array when None.

    Returns:
        A tensor.

    Example:
        >>> sort([3, 1, 2]).tolist()
        [1, 2, 3]
    """
    x, place = _flat_when_none(x, axis)
    return s.sort(x, axis=place)


@op
def argsort(x: Any, axis: int | None = -1) -> Tensor:
    """Returns the places of the elements in ascending order; equal ones keep their order.

    Args:
        x: Array-like.
        axis: Axis; the flattened array when None.

    Returns:
        An int32 tensor.

    Example:
        >>> argsort([3, 1, 2]).tolist()
        [1, 2, 0]
    """
    x, place = _flat_when_none(x, axis)
    return s.argsort(x, axis=place)


@op
def argpartition(x: Any, kth: int, axis: int | None = -1) -> Tensor:
    """Returns places with the `kth` smallest element in its place, smaller ones before it.

    Args:
        x: Array-like.
        kth: Which place is settled.
        axis: Axis; the flattened array when None.

    Returns:
        An int32 tensor (here fully sorted, which satisfies the condition).

    Example:
        >>> argpartition([3, 1, 2], 1).tolist()
        [1, 2, 0]
    """
    x, place = _flat_when_none(x, axis)
    if not -x.shape[place] <= kth < x.shape[place]:
        raise ValueError(f"argpartition: kth={kth} is outside an axis of size {x.shape[place]}.")
    return s.argsort(x, axis=place)


@op
def top_k(x: Any, k: int, sorted: bool = True) -> tuple[Tensor, Tensor]:
    """Returns the `k` largest elements along the last axis and their places.

    Args:
        x: Array-like of rank 1 or more.
        k: How many.
        sorted: Whether they come in descending order; they do in any case.

    Returns:
        Values, and int32 indices; of equal elements the first comes first.

    Example:
        >>> [part.tolist() for part in top_k([1, 5, 3], 2)]
        [[5, 3], [1, 2]]
    """
    del sorted
    values, indices = s.top_k(as_tensor(x), k=int(k))
    return values, indices


@op
def in_top_k(targets: Any, predictions: Any, k: int) -> Tensor:
    """Returns whether the target class is among the `k` largest predictions.

    Args:
        targets: Class numbers of shape (batch,).
        predictions: Array-like of shape (batch, classes).
        k: How many count. Predictions equal to the target's count in its favour.

    Returns:
        A bool tensor of shape (batch,); False where the target's prediction is not finite.

    Example:
        >>> in_top_k([1], [[0.1, 0.7, 0.2]], 1).tolist()
        [True]
    """
    labels, scores = as_tensor(targets), as_tensor(predictions)
    if scores.ndim != 2 or labels.shape != scores.shape[:1]:
        raise ValueError(
            f"in_top_k: targets must be of shape (batch,) and predictions of shape (batch, "
            f"classes); got {labels.shape} and {scores.shape}."
        )
    labels = cast(labels, "int32")
    count = scores.shape[1]
    places = e.iota(shape=scores.shape, dtype="int32", axis=1)
    chosen = e.eq(layout.broadcast(labels, shape=scores.shape, dims=(0,)), places)
    lowest = e.full(shape=scores.shape, dtype=scores.dtype, value=-float("inf"))
    own = r.reduce_max(e.select(chosen, scores, lowest), axes=(1,))
    wide = layout.broadcast(own, shape=scores.shape, dims=(0,))
    better = r.reduce_sum(cast(e.gt(scores, wide), "int32"), axes=(1,))
    within = e.lt(better, e.full(shape=better.shape, dtype="int32", value=min(k, count)))
    return e.and_(within, e.is_finite(own))


@op
def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Tensor:
    """Returns where values would be put into a sorted vector.

    Args:
        sorted_sequence: Ascending array-like of rank 1.
        values: Array-like.
        side: "left" puts a value before equal elements, "right" after them.

    Returns:
        An int32 tensor of the shape of `values`.

    Raises:
        ValueError: For a sequence of another rank, or an unknown side.

    Example:
        >>> searchsorted([1, 3, 5], [3, 4]).tolist()
        [1, 2]
    """
    if side not in ("left", "right"):
        raise ValueError(f"searchsorted: side is 'left' or 'right'; got {side!r}.")
    sequence, x = together([as_tensor(sorted_sequence), as_tensor(values)])
    if sequence.ndim != 1:
        raise ValueError(
            f"searchsorted: sorted_sequence must have one axis; got shape {sequence.shape}."
        )
    return places_among(sequence, x, side)


def places_among(sequence: Tensor, x: Tensor, side: str) -> Tensor:
    """Counts for each element how many of an ascending sequence come before it."""
    shape = (*x.shape, sequence.size)
    wide = layout.broadcast(x, shape=shape, dims=tuple(range(x.ndim)))
    bounds = layout.broadcast(sequence, shape=shape, dims=(x.ndim,))
    below = e.lt(bounds, wide) if side == "left" else e.le(bounds, wide)
    result: Tensor = r.reduce_sum(cast(below, "int32"), axes=(x.ndim,))
    return result


@op
def digitize(x: Any, bins: Any) -> Tensor:
    """Returns the number of the bin that each element falls into.

    Args:
        x: Array-like.
        bins: Ascending limits; bin i holds `bins[i - 1] <= x < bins[i]`.

    Returns:
        An int32 tensor.

    Example:
        >>> digitize([0.2, 1.0, 3.0], [0.0, 1.0, 2.5]).tolist()
        [1, 2, 3]
    """
    limits, values = together([as_tensor(bins), as_tensor(x)])
    return places_among(limits, values, "right")


@op
def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """Returns the different elements in ascending order.

    Args:
        x: Array-like with a value: how many there are depends on it, so this does not work inside
            a compiled function.
        sorted: Whether to sort; they are sorted in any case.
        return_index: Whether to return where each one comes first.
        return_inverse: Whether to return, for each element of `x`, its place in the result.
        return_counts: Whether to return how often each one comes.
        axis: Axis whose different parts are wanted; the flattened array when None.
        size: Length of the result, if it should be fixed.
        fill_value: What fills it up; the first element when None.

    Returns:
        A tensor, or a tuple of it and what else was asked for.

    Example:
        >>> unique([3, 1, 3]).tolist()
        [1, 3]
    """
    del sorted
    x = as_tensor(x)
    values, index, inverse, counts = np.unique(
        x.numpy(), return_index=True, return_inverse=True, return_counts=True, axis=axis
    )
    inverse = inverse.reshape(-1) if axis is not None else inverse.reshape(x.shape)
    place = 0 if axis is None else shapes.normalize_axis(axis, x.ndim, "unique")
    if size is not None:
        count = values.shape[place]
        values = values.take(np.minimum(np.arange(size), count), axis=place, mode="clip")
        filler = values.take(0, axis=place) if fill_value is None else fill_value
        if size > count:
            np.moveaxis(values, place, 0)[count:] = filler
        index = (
            np.resize(index[:size], size)
            if count >= size
            else np.pad(index, (0, size - count), constant_values=index[0])
        )
        counts = counts[:size] if count >= size else np.pad(counts, (0, size - count))
    results = [engine.tensor_from_numpy(np.ascontiguousarray(values), x.dtype)]
    for wanted, extra in (
        (return_index, index),
        (return_inverse, inverse),
        (return_counts, counts),
    ):
        if wanted:
            results.append(engine.tensor_from_numpy(extra.astype(np.int32)))
    return results[0] if len(results) == 1 else tuple(results)


def is_whole(dtype: str) -> bool:
    """Whether a dtype counts things: an integer or bool one."""
    return dtype == "bool" or dtypes.is_integer(dtype)
