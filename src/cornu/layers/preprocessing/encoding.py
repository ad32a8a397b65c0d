"""Numbers of categories as one-hot, multi-hot or count vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.core.tensor import Tensor

MODES = ("one_hot", "multi_hot", "count")

_OLD_NAMES = {"binary": "multi_hot", "tf-idf": "tf_idf"}


def checked_mode(output_mode: Any, allowed: tuple[str, ...], who: str) -> str:
    """Returns the present name of an output mode.

    Raises:
        ValueError: When it is none of those allowed.
    """
    mode = _OLD_NAMES.get(output_mode, output_mode)
    if mode not in allowed:
        raise ValueError(
            f"{who}: output_mode is one of {', '.join(map(repr, allowed))}; got {output_mode!r}."
        )
    return str(mode)


def encoded_shape(input_shape: Any, output_mode: str, depth: int | None) -> tuple[Any, ...]:
    """Returns the shape of what `encode` returns."""
    shape = tuple(input_shape)
    if output_mode != "one_hot":
        return (*shape[:-1], depth)
    return (*(shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape), depth)


def encode(
    numbers: Tensor, output_mode: str, depth: int, dtype: str, count_weights: Any = None
) -> Any:
    """Returns numbers of categories as vectors of length `depth`; others count nowhere.

    Args:
        numbers: Whole numbers, (..., samples); scalars are a sample of their own.
        output_mode: "one_hot", "multi_hot" or "count".
        depth: Number of categories.
        dtype: Dtype of the result.
        count_weights: What each counts, in the shape of `numbers`.
    """
    if numbers.ndim == 0:
        numbers = ops.reshape(numbers, (1,))
    if output_mode == "one_hot" and numbers.ndim > 1 and numbers.shape[-1] == 1:
        numbers = ops.squeeze(numbers, -1)
    if output_mode != "one_hot" and numbers.ndim > 1 and numbers.shape[-1] == 1:
        vectors = ops.one_hot(ops.squeeze(numbers, -1), depth, dtype=dtype)
        return vectors if count_weights is None else ops.multiply(vectors, count_weights)
    vectors = ops.one_hot(numbers, depth, dtype=dtype)
    if output_mode == "one_hot":
        return vectors
    if output_mode == "multi_hot":
        return ops.max(vectors, axis=-2)
    if count_weights is not None:
        vectors = ops.multiply(vectors, ops.expand_dims(count_weights, -1))
    return ops.sum(vectors, axis=-2)


def encode_rows(rows: list[Any], output_mode: str, depth: int) -> np.ndarray[Any, Any]:
    """Returns lists of numbers of different lengths as rows of vectors (multi-hot or counts)."""
    result = np.zeros((len(rows), depth), np.float32)
    for vector, row in zip(result, rows):
        numbers = np.asarray(row, np.int64)
        numbers = numbers[(numbers >= 0) & (numbers < depth)]
        vector += np.bincount(numbers, minlength=depth).astype(np.float32)
    return np.minimum(result, 1.0) if output_mode == "multi_hot" else result
