"""Targets and predictions in the forms that people have them in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def as_array(values: Any) -> np.ndarray:
    """Returns tensors, pandas objects and lists as an array.

    Args:
        values: Array-like.

    Returns:
        A NumPy array.
    """
    return np.asarray(values.numpy() if hasattr(values, "numpy") else values)


def class_numbers(values: Any, who: str) -> np.ndarray:
    """Returns class numbers, whatever says what class each sample is of.

    Args:
        values: Class numbers (n,) or (n, 1), probabilities of the second of two classes likewise,
            or one-hot rows or probabilities (n, classes).
        who: The function that asks, for the error.

    Returns:
        Whole numbers (n,).

    Raises:
        ValueError: For another shape.
    """
    array = as_array(values)
    if array.ndim == 2 and array.shape[1] > 1:
        return array.argmax(axis=1)
    if array.ndim == 2:
        array = array[:, 0]
    if array.ndim != 1:
        raise ValueError(
            f"{who}: expected class numbers (n,) or probabilities (n, classes); got an array of "
            f"shape {array.shape}."
        )
    if array.dtype.kind == "f" and not np.array_equal(array, np.round(array)):
        return (array > 0.5).astype(int)
    if array.dtype.kind not in "iufb":
        raise ValueError(
            f"{who}: classes must be numbers from 0; got {array.dtype} such as {array[:1]!r}. "
            f"Number them first, for example with np.unique(y, return_inverse=True)."
        )
    return array.astype(int)


def same_length(who: str, **arrays: np.ndarray) -> None:
    """Checks that arrays have one row for each sample.

    Args:
        who: The function that asks, for the error.
        **arrays: The arrays by their names.

    Raises:
        ValueError: When they differ, or are empty.
    """
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1 or not all(lengths.values()):
        listed = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"{who}: expected the same number of samples, at least one; {listed}.")


def names_of(labels: Sequence[Any] | None, count: int, who: str) -> list[str]:
    """Returns the names of classes.

    Args:
        labels: The names; None numbers them.
        count: How many classes there are.
        who: The function that asks, for the error.

    Returns:
        One name for each class.

    Raises:
        ValueError: When there are too few names.
    """
    if labels is None:
        return [str(number) for number in range(count)]
    if len(labels) < count:
        raise ValueError(f"{who}: there are {count} classes, but only {len(labels)} labels.")
    return [str(label) for label in labels]


def as_images(images: Any, who: str) -> np.ndarray:
    """Returns pictures as an array (n, height, width, channels), or says that they are none.

    Args:
        images: Array-like.
        who: The function that asks, for the error.

    Returns:
        An array of floats.

    Raises:
        ValueError: For arrays of another shape.
    """
    array = as_array(images)
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim != 4 or array.shape[-1] not in (1, 3, 4):
        raise ValueError(
            f"{who}: expected pictures (n, height, width) or (n, height, width, 1 or 3); got an "
            f"array of shape {as_array(images).shape}. Reshape flat ones, for example with "
            f"x.reshape(-1, 28, 28)."
        )
    return array.astype(float)
