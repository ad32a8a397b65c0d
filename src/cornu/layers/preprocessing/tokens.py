"""What layers of categories and text are given, as NumPy arrays of one kind."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu.core import engine
from cornu.core.tensor import Tensor

Array = np.ndarray[Any, Any]


def token_array(value: Any, dtype: str, who: str) -> Array:
    """Returns text as an array of str objects, or whole numbers as int64.

    Args:
        value: Array, tensor, pandas object, list or single item.
        dtype: "string" or "int64".
        who: The layer, for errors.

    Raises:
        ValueError: When it holds something else, naming it.
    """
    if isinstance(value, Tensor):
        value = Tensor.numpy(value)  # text as str in all flavours
    elif hasattr(value, "to_numpy"):
        value = value.to_numpy()
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{who} was given rows of different lengths. Pad them to one length first."
        ) from error
    return _texts(array, who) if dtype == "string" else _integers(array, who)


def _texts(array: Array, who: str) -> Array:
    if array.dtype.kind == "U":
        return array.astype(object)
    if array.dtype.kind not in "OS":
        raise ValueError(
            f"{who} takes text, but was given {array.dtype} numbers (shape {array.shape}). Convert "
            f"them with array.astype(str), or use IntegerLookup."
        )
    result = np.empty(array.size, object)
    for place, item in enumerate(array.ravel().tolist()):
        if isinstance(item, bytes):
            item = item.decode("utf-8", "surrogateescape")
        elif not isinstance(item, str):
            raise ValueError(
                f"{who} takes text, but item {place} is {item!r} ({type(item).__name__}). Fill "
                f"missing values first, for example with Series.fillna('')."
            )
        result[place] = item
    return result.reshape(array.shape)


def _integers(array: Array, who: str) -> Array:
    if array.dtype.kind in "OUS" or (
        array.dtype.kind == "f" and not np.array_equal(array, np.trunc(array))
    ):
        bad = next(
            item
            for item in array.ravel().tolist()
            if not isinstance(item, (int, float)) or item != int(item)
        )
        raise ValueError(
            f"{who} takes whole numbers; it was given {bad!r} ({type(bad).__name__}). For text use "
            f"StringLookup, for quantities Discretization."
        )
    return array.astype(np.int64)


def like(reference: Any, array: Array) -> Tensor:
    """Returns an array as a tensor of the kind of the tensor it was computed from."""
    tensor = engine.tensor_from_numpy(array)
    kind = type(reference).flavour if isinstance(reference, Tensor) else Tensor
    if kind is Tensor:
        return tensor
    return kind(tensor.shape, tensor.dtype, tensor._buffer, tensor._engine)


def batches_of(data: Any, steps: int | None) -> Iterator[Any] | None:
    """Returns the batches of a data set or generator; None for data that are one array.

    Args:
        data: What `adapt` was given.
        steps: How many batches are taken; all when None.
    """
    whole = isinstance(data, (list, tuple, np.ndarray, Tensor, str, bytes))
    if whole or hasattr(data, "__array__") or not hasattr(data, "__iter__"):
        return None
    return itertools.islice(iter(data), steps)
