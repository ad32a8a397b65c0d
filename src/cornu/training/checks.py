"""Checks of data before any of it is used, with errors that say what to change."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu.core import tree

Array = np.ndarray[Any, Any]

_NAN_BLOCK = 1 << 18
_ELEMENTWISE = ("binary_crossentropy", "mean_squared_error", "mean_absolute_error")


def batch_size(value: Any) -> int:
    """Returns a batch size.

    Raises:
        ValueError: When it is not a positive whole number.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"batch_size must be a whole number of 1 or more; got {value!r}.")
    return int(value)


def same_rows(x: Any, y: Any, sample_weight: Any) -> None:
    """Raises ValueError when x, y and sample_weight are empty or differ in their number of rows."""
    counts: list[tuple[str, int]] = []
    for name, structure in (("x", x), ("y", y), ("sample_weight", sample_weight)):
        for path, leaf in tree.flatten_with_path(structure):
            if leaf is None:
                continue
            label = name + "".join(f"[{key!r}]" for key in path)
            if leaf.ndim == 0:
                raise ValueError(
                    f"{label} is a single number ({leaf}); expected an array whose first axis "
                    f"counts the samples."
                )
            counts.append((label, len(leaf)))
    if not counts:
        raise ValueError("There is no data: x is None. Pass arrays, a generator or a dataset.")
    first_name, first_rows = counts[0]
    for label, rows in counts[1:]:
        if rows != first_rows:
            raise ValueError(
                f"{first_name} has {first_rows} rows but {label} has {rows}. Each sample needs its "
                f"target: pass arrays with the same first size."
            )
    if first_rows == 0:
        raise ValueError(
            f"{first_name} is empty: it has 0 rows. Check how the data was loaded or filtered."
        )


def pandas_to_array(value: Any, name: str) -> Array:
    """Returns a pandas DataFrame or Series as an array of numbers.

    Raises:
        ValueError: When a column holds text or missing values of object type, naming the column.
    """
    if value.ndim == 1:
        array = value.to_numpy()
        return array if array.dtype.kind in "fiub" else object_to_array(array, name)
    columns = [value.iloc[:, place].to_numpy() for place in range(value.shape[1])]
    if all(column.dtype.kind in "fiub" for column in columns):
        return np.asarray(value.to_numpy())
    parts = [
        column
        if column.dtype.kind in "fiub"
        else object_to_array(column, f"{name}, column {label!r}")
        for column, label in zip(columns, value.columns, strict=True)
    ]
    return np.stack(parts, axis=1)


def object_to_array(array: Array, name: str) -> Array:
    """Returns an object array as numbers when every element is one.

    Raises:
        ValueError: Naming the first element that is no number, and what to do.
    """
    flat = array.ravel()
    for place, item in enumerate(flat):
        if isinstance(item, (bool, np.bool_, int, float, np.number)):
            continue
        position = np.unravel_index(place, array.shape)
        where = ", ".join(str(int(p)) for p in position)
        column = f" (column {int(position[1])})" if array.ndim == 2 else ""
        if isinstance(item, (str, bytes)):
            advice = (
                "Text cannot be trained on as it is: encode it as numbers first (one-hot, or "
                "keras.layers.StringLookup), or drop the column"
            )
            if _is_number(item):
                advice = "It is a number written as text: convert with array.astype('float32')"
        elif item is None:
            advice = "Fill or drop missing values first"
        else:
            advice = "Rows must be numbers of equal length: pad or stack them into one array first"
        raise ValueError(
            f"{name} holds {item!r} ({type(item).__name__}) at row {where}{column}; expected "
            f"numbers. {advice}."
        )
    result = np.asarray(array.tolist())
    return result if result.dtype.kind in "fiub" else result.astype(np.float64)


def _is_number(text: Any) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def no_nan(name: str, array: Array) -> None:
    """Raises ValueError when a float array holds NaN, saying how many and where the first is."""
    if array.dtype.kind != "f" or not _may_hold_nan(array):
        return
    mask = np.isnan(array)
    count = int(mask.sum())
    if count == 0:
        return
    first = np.unravel_index(int(mask.ravel().argmax()), array.shape)
    where = f"row {int(first[0])}"
    if array.ndim == 2:
        where += f", column {int(first[1])}"
    raise ValueError(
        f"{name} holds {count} NaN value{'s' if count > 1 else ''}, the first at {where}. One NaN "
        f"makes every weight NaN. Fill missing values or drop their rows first, for example with "
        f"numpy.nan_to_num, DataFrame.dropna or sklearn.impute.SimpleImputer."
    )


def _may_hold_nan(array: Array) -> bool:
    """Sums in blocks: a sum is NaN when an element is (or infinities of both signs meet)."""
    flat = array.reshape(-1) if array.flags.c_contiguous else array.ravel()
    for begin in range(0, flat.size, _NAN_BLOCK):
        if math.isnan(float(np.add.reduce(flat[begin : begin + _NAN_BLOCK]))):
            return True
    return False


def targets_fit(name: str, loss: Any, y: Array, output_shape: tuple[int, ...]) -> None:
    """Checks targets against the loss and the output of a model.

    Args:
        name: What the targets are called in errors.
        loss: The Loss.
        y: The targets.
        output_shape: Shape of one output batch, the batch first.

    Raises:
        ValueError: For labels that the loss cannot use, with the one that can.
    """
    loss_name = getattr(getattr(loss, "fn", None), "__name__", "")
    classes = output_shape[-1] if output_shape else 1
    if loss_name == "categorical_crossentropy":
        _check_one_hot(name, y, output_shape, classes)
    elif loss_name == "sparse_categorical_crossentropy":
        _check_sparse(name, y, output_shape, classes)
    elif loss_name in _ELEMENTWISE and y.ndim == len(output_shape):
        columns = y.shape[-1]
        if columns != classes and 1 not in (columns, classes):
            raise ValueError(
                f"{name} has shape {y.shape} but the model's output has shape "
                f"{_pretty(output_shape)}: {loss_name} compares them element by element. Give the "
                f"last layer {columns} units, or pass targets with {classes} columns."
            )


def _pretty(shape: tuple[int, ...]) -> str:
    return f"(None, {', '.join(map(str, shape[1:]))})" if len(shape) > 1 else "(None,)"


def _check_one_hot(name: str, y: Array, output_shape: tuple[int, ...], classes: int) -> None:
    if y.ndim == len(output_shape) and y.shape[-1] == classes:
        return
    if y.ndim < len(output_shape) or y.shape[-1] == 1:
        raise ValueError(
            f"{name} has shape {y.shape} of {y.dtype}, but the model's output has {classes} "
            f"classes and loss='categorical_crossentropy' needs one-hot targets of shape "
            f"{_pretty(output_shape)}. Use loss='sparse_categorical_crossentropy', or convert: "
            f"keras.utils.to_categorical(y, {classes})."
        )
    raise ValueError(
        f"{name} has {y.shape[-1]} columns, but the model's output has {classes} classes (shape "
        f"{_pretty(output_shape)}). Give the last layer {y.shape[-1]} units."
    )


def _check_sparse(name: str, y: Array, output_shape: tuple[int, ...], classes: int) -> None:
    if y.ndim == len(output_shape) and y.shape[-1] == classes and classes > 1:
        raise ValueError(
            f"{name} has shape {y.shape}: it looks one-hot, but "
            f"loss='sparse_categorical_crossentropy' needs class numbers of shape "
            f"{_pretty(output_shape[:-1])}. Use loss='categorical_crossentropy', or convert: "
            f"y.argmax(axis=-1)."
        )
    if y.dtype.kind == "f" and y.size and not np.array_equal(y, np.round(y)):
        bad = float(y[y != np.round(y)].ravel()[0])
        raise ValueError(
            f"{name} holds {bad:g}, but loss='sparse_categorical_crossentropy' needs class numbers "
            f"0 to {classes - 1}. For a quantity to predict use loss='mse' with one output unit."
        )
    if y.size and y.dtype.kind != "b":
        low, high = y.min(), y.max()
        if low < 0 or high >= classes:
            bad = low if low < 0 else high
            advice = f"Give the last layer {int(high) + 1} units"
            if low >= 1 and high == classes:
                advice = f"The labels count from 1: use {name} - 1"
            elif low < 0:
                advice = "Number the classes from 0"
            raise ValueError(
                f"{name} holds the label {bad:g}, but the model's output has {classes} classes, so "
                f"labels must be 0 to {classes - 1}. {advice}."
            )
