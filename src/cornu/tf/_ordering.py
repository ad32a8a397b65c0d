"""Order: sorting, the greatest elements, and the different ones."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cornu import ops
from cornu.core import dtypes as core
from cornu.tf._convert import convert, operands, public
from cornu.tf._elementwise import _NUMBERS, refuse_dtype
from cornu.tf._gathering import known
from cornu.tf.errors import InvalidArgumentError


class TopKV2(NamedTuple):
    """The greatest elements and their places."""

    values: Any
    indices: Any


class Unique(NamedTuple):
    """The different elements, and for each element its place among them."""

    y: Any
    idx: Any


class UniqueWithCounts(NamedTuple):
    """As Unique, with how often each occurs."""

    y: Any
    idx: Any
    count: Any


def _numbering(x: Any, who: str) -> tuple[Any, Any, Any]:
    tensor = convert(x)
    if tensor.ndim != 1:
        raise InvalidArgumentError(f"{who} expects a 1D vector; got shape {tensor.shape}.")
    array = known(tensor, who)
    seen: dict[Any, int] = {}
    places = np.array([seen.setdefault(v, len(seen)) for v in array.tolist()], np.int32)
    first = np.unique(places, return_index=True)[1]
    return array[first] if len(array) else array, places, np.bincount(places, minlength=len(seen))


@public
def unique(x: Any, out_idx: Any = "int32", name: Any = None) -> Any:
    """Returns the different elements in the order in which they first come.

    Args:
        x: Tensor with one axis.
        out_idx: Dtype of the places.
        name: Accepted for TensorFlow's signature.

    Returns:
        `(y, idx)`: the elements, and for each element of `x` its place among them.

    Example:
        >>> import cornu.tf as tf
        >>> values, places = tf.unique([5, 7, 5])
        >>> values.numpy().tolist(), places.numpy().tolist()
        ([5, 7], [0, 1, 0])
    """
    values, places, _ = _numbering(x, "unique")
    return Unique(convert(values), convert(places.astype(core.canonical(out_idx))))


@public
def unique_with_counts(x: Any, out_idx: Any = "int32", name: Any = None) -> Any:
    """Returns the different elements in the order in which they first come, and how often each does.

    Args:
        x: Tensor with one axis.
        out_idx: Dtype of the places and counts.
        name: Accepted for TensorFlow's signature.

    Returns:
        `(y, idx, count)`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.unique_with_counts([5, 7, 5]).count.numpy().tolist()
        [2, 1]
    """
    values, places, counts = _numbering(x, "unique_with_counts")
    kind = core.canonical(out_idx)
    return UniqueWithCounts(*map(convert, (values, places.astype(kind), counts.astype(kind))))


def _falling(direction: str, who: str) -> bool:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise InvalidArgumentError(
            f"{who}: direction must be 'ASCENDING' or 'DESCENDING'; got {direction!r}."
        )
    return direction == "DESCENDING"


@public
def sort(values: Any, axis: int = -1, direction: str = "ASCENDING", name: Any = None) -> Any:
    """Returns a tensor sorted along an axis.

    Args:
        values: Tensor.
        axis: The axis.
        direction: "ASCENDING" or "DESCENDING".
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.sort([3, 1, 2], direction="DESCENDING").numpy().tolist()
        [3, 2, 1]
    """
    x = convert(values)
    result = ops.sort(x, axis=axis)
    return ops.flip(result, axis) if _falling(direction, "sort") else result


@public
def argsort(values: Any, axis: int = -1, direction: str = "ASCENDING", stable: bool = False, name: Any = None) -> Any:  # fmt: skip
    """Returns the places of the elements in sorted order.

    Args:
        values: Tensor.
        axis: The axis.
        direction: "ASCENDING" or "DESCENDING".
        stable: Equal elements keep their order in any case.
        name: Accepted for TensorFlow's signature.

    Returns:
        An int32 tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.argsort([3, 1, 2]).numpy().tolist()
        [1, 2, 0]
    """
    x = convert(values)
    if not _falling(direction, "argsort"):
        return ops.cast(ops.argsort(x, axis=axis), "int32")
    # Turned round twice, so that equal elements stay in order.
    places = ops.flip(ops.argsort(ops.flip(x, axis), axis=axis), axis)
    return ops.cast(ops.subtract(x.shape[axis] - 1, places), "int32")


@public
def top_k(input: Any, k: Any = 1, sorted: bool = True, index_type: Any = "int32", name: Any = None) -> Any:  # fmt: skip
    """Returns the greatest elements along the last axis, greatest first.

    Args:
        input: Tensor.
        k: How many.
        sorted: Accepted for TensorFlow's signature; the result always is.
        index_type: Dtype of the places.
        name: Accepted for TensorFlow's signature.

    Returns:
        `(values, indices)`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.math.top_k([1, 3, 2], k=2).indices.numpy().tolist()
        [1, 2]
    """
    x, count = convert(input), int(k)
    refuse_dtype("top_k", x, _NUMBERS)
    if not x.ndim or x.shape[-1] < count:
        raise InvalidArgumentError(
            f"top_k: input must have at least k columns. Had {x.shape[-1] if x.ndim else 0} "
            f"(shape {list(x.shape)}), needed {count}."
        )
    values, places = ops.top_k(x, count)
    return TopKV2(convert(values), convert(ops.cast(places, core.canonical(index_type))))


@public
def in_top_k(targets: Any, predictions: Any, k: int, name: Any = None) -> Any:
    """Returns whether each target is among the greatest k predictions of its row.

    Args:
        targets: Class numbers of shape (batch,).
        predictions: Scores of shape (batch, classes).
        k: How many count.
        name: Accepted for TensorFlow's signature.

    Returns:
        A bool tensor of shape (batch,).

    Example:
        >>> import cornu.tf as tf
        >>> tf.math.in_top_k([0], [[0.1, 0.9]], 1).numpy().tolist()
        [False]
    """
    return ops.in_top_k(convert(targets), convert(predictions), k)


@public
def searchsorted(sorted_sequence: Any, values: Any, side: str = "left", out_type: Any = "int32", name: Any = None) -> Any:  # fmt: skip
    """Returns the places at which values keep a sorted sequence sorted.

    Args:
        sorted_sequence: Sorted tensor with one axis.
        values: Tensor.
        side: "left" or "right" of equal elements.
        out_type: Dtype of the result.
        name: Accepted for TensorFlow's signature.

    Returns:
        An integer tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.searchsorted([1, 3, 5], [3]).numpy().tolist()
        [1]
    """
    a, b = operands("searchsorted", sorted_sequence, 0), convert(values)
    return ops.cast(ops.searchsorted(a[0], b, side), core.canonical(out_type))
