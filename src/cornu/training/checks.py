"""Checks of data before any of it is used, with errors that say what to change."""

from __future__ import annotations

import datetime as dt
import math
import warnings
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
            part = {"y": "target", "s": "weight"}.get(label[0], "part of the inputs")
            raise ValueError(
                f"{first_name} has {first_rows} rows but {label} has {rows}; each sample needs its "
                f"{part}. Pass arrays with the same first size."
            )
    if first_rows == 0:
        raise ValueError(
            f"{first_name} is empty: it has 0 rows. Check how the data was loaded or filtered."
        )


def as_texts(array: Array) -> Array | None:
    """Returns an array as str objects when all its elements are text, else None."""
    if array.dtype.kind == "U":
        return array.astype(object)
    if array.dtype.kind not in "OS":
        return None
    flat = array.ravel().tolist()
    if not all(isinstance(item, (str, bytes)) for item in flat):
        return None
    result = np.empty(len(flat), object)
    result[:] = [
        item.decode("utf-8", "surrogateescape") if isinstance(item, bytes) else item
        for item in flat
    ]
    return result.reshape(array.shape)


def pandas_to_array(value: Any, name: str, text: bool = False) -> Array:
    """Returns a pandas DataFrame or Series as an array of numbers, or of text where it may be.

    Raises:
        ValueError: When a column holds text or missing values of object type, naming the column.
    """
    if text and (texts := as_texts(value.to_numpy())) is not None:
        return texts
    if value.ndim == 1:
        array = value.to_numpy()
        return array if array.dtype.kind in "fiub" else object_to_array(array, name)
    whole = np.asarray(value.to_numpy())
    if whole.dtype.kind in "fiub":
        return whole
    # Columns of bool beside columns of numbers make an object array, but numbers one by one.
    columns = [value.iloc[:, place].to_numpy() for place in range(value.shape[1])]
    parts = [
        column
        if column.dtype.kind in "fiub"
        else object_to_array(column, f"{name}, column {label!r}")
        for column, label in zip(columns, value.columns, strict=True)
    ]
    return np.stack(parts, axis=1)


def object_to_array(array: Array, name: str) -> Array:
    """Returns an object or text array as numbers when every element is one.

    Arrays or lists of equal shape are stacked.

    Raises:
        ValueError: Naming the first element that is no number, and what to do.
    """
    flat = array.ravel()
    if len(flat) and isinstance(flat[0], (np.ndarray, list, tuple)):
        try:
            stacked = np.array([np.asarray(item) for item in flat])
        except ValueError:
            raise ValueError(
                f"{name} holds rows of different lengths ({_lengths(flat)}); expected rows of "
                f"equal length. Pad them to one length first."
            ) from None
        stacked = stacked.reshape((*array.shape, *stacked.shape[1:]))
        return stacked if stacked.dtype.kind in "fiub" else object_to_array(stacked, name)
    for place, item in enumerate(flat):
        if not isinstance(item, (bool, np.bool_, int, float, np.number)):
            item = item.item() if isinstance(item, np.generic) else item
            where = _place(np.unravel_index(place, array.shape))
            raise ValueError(
                f"{name} holds {item!r} ({type(item).__name__}) at {where}; expected numbers. "
                f"{_advice(item, name)}."
            )
    result = np.asarray(array.tolist())
    return result if result.dtype.kind in "fiub" else result.astype(np.float64)


def _place(position: Any) -> str:
    """Returns "row 3", "row 3, column 2" or "position (3, 2, 0)"."""
    numbers = [int(number) for number in position]
    if len(numbers) > 2:
        return f"position {tuple(numbers)}"
    return ", ".join(f"{what} {n}" for what, n in zip(("row", "column"), numbers, strict=False))


def _lengths(rows: Any) -> str:
    sizes = [len(row) if np.ndim(row) else 1 for row in rows[:4]]
    return ", ".join(map(str, sizes)) + (", ..." if len(rows) > 4 else "")


def _advice(item: Any, name: str) -> str:
    if isinstance(item, (str, bytes)):
        if _is_number(item):
            return "It is a number written as text: convert with .astype('float32')"
        if name.startswith("y"):
            return (
                "Number the classes first, for example with "
                "classes, y = numpy.unique(y, return_inverse=True)"
            )
        return (
            "A network computes with numbers: encode the text first, for example with "
            "pandas.get_dummies, or drop the column"
        )
    if item is None:
        return "Fill or drop missing values first, for example with DataFrame.dropna"
    if isinstance(item, (dt.date, dt.timedelta)):
        return "Turn times into numbers first, for example days since the first one"
    return "Convert it to numbers, or drop the column"


def _is_number(text: Any) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def no_nan(name: str, array: Array, columns: Any = None) -> None:
    """Raises ValueError when a float array holds NaN, saying how many and where the first is.

    Args:
        name: What the array is called.
        array: The array.
        columns: Names of its columns, when it came from a data frame.
    """
    if array.dtype.kind != "f" or not _may_hold_nan(array):
        return
    mask = np.isnan(array)
    count = int(mask.sum())
    if count == 0:
        return
    first = np.unravel_index(int(mask.ravel().argmax()), array.shape)
    where = _place(first)
    if columns is not None and len(first) == 2:
        where = f"row {first[0]} of column {columns[first[1]]!r}"
    which = "a NaN (missing value)" if count == 1 else f"{count} NaNs (missing values), the first"
    raise ValueError(
        f"{name} holds {which} at {where}; expected numbers. One NaN makes every weight NaN. Fill "
        f"missing values or drop their rows first, for example with numpy.nan_to_num or "
        f"DataFrame.dropna."
    )


def same_classes(head: Array, tail: Array, fraction: float) -> None:
    """Warns when the last rows, on which validation_split validates, have other classes.

    Args:
        head: Targets of the rows to train on.
        tail: Targets of the last rows.
        fraction: Their part of all.
    """
    before, last = _class_numbers(head), _class_numbers(tail)
    if before is None or last is None:
        return
    classes, counts = np.unique(np.concatenate([before, last]), return_counts=True)
    if not 2 <= len(classes) <= _MOST_CLASSES:
        return
    in_tail = np.array([np.count_nonzero(last == number) for number in classes])
    # Far more than chance does to rows in random order.
    missing = classes[(in_tail == 0) & (counts * fraction >= _EXPECTED)]
    only = classes[(in_tail == counts) & (in_tail >= _EXPECTED / 2)]
    if not len(missing) and not len(only):
        return
    what = [
        f"class {', '.join(f'{number:g}' for number in found[:5])} {text}"
        for found, text in ((missing, "does not occur there"), (only, "occurs only there"))
        if len(found)
    ]
    warnings.warn(
        f"validation_split={fraction:g} validates on the last rows, and these are not like the "
        f"others: {'; '.join(what)}. The data seem to be sorted. Shuffle them first: "
        f"order = numpy.random.permutation(len(x)); x, y = x[order], y[order].",
        stacklevel=5,
    )


_MOST_CLASSES = 100
_EXPECTED = 10


def _class_numbers(y: Array) -> Array | None:
    """Returns targets as class numbers; None when they do not look like classes."""
    if y.ndim == 2 and y.shape[1] > 1:
        one_hot = np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all()
        return y.argmax(axis=1) if one_hot else None
    if y.ndim > 2:
        return None
    flat = y.reshape(-1)
    whole = flat.dtype.kind in "biu" or np.array_equal(flat, np.round(flat))
    return flat.astype(np.float64) if whole else None


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
    elif loss_name in _ELEMENTWISE:
        _check_elementwise(name, y, output_shape, classes, loss_name)


def _check_elementwise(
    name: str, y: Array, output_shape: tuple[int, ...], classes: int, loss_name: str
) -> None:
    rank = len(output_shape)
    columns = y.shape[-1] if y.ndim == rank else 1
    if y.ndim not in (rank - 1, rank) or (columns == classes and y.ndim == rank):
        return
    if y.ndim == rank - 1 and classes == 1:
        return
    both = (
        f"{name} has shape {y.shape} of {y.dtype} but the model's output has shape "
        f"{_pretty(output_shape)}, and loss={loss_name!r} compares them element by element."
    )
    if loss_name == "binary_crossentropy":
        if columns == 2 and classes == 1:
            raise ValueError(f"{both} For one-hot targets of two classes use {name}[:, 1].")
        if y.ndim == rank - 1 or columns == 1:
            raise ValueError(
                f"{both} For class numbers use loss='sparse_categorical_crossentropy'; for yes or "
                f"no give the last layer 1 unit."
            )
    if 1 in (columns, classes) and y.ndim == rank:
        return  # they broadcast, as in Keras
    raise ValueError(
        f"{both} Give the last layer {columns} unit{'s' if columns > 1 else ''}, or pass targets "
        f"with {classes} columns."
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
            f"{name} holds {bad:g} ({y.dtype}), but loss='sparse_categorical_crossentropy' needs "
            f"class numbers 0 to {classes - 1}. To predict a quantity give the last layer 1 unit "
            f"without activation and use loss='mse'."
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
            elif classes == 1 and high == 1:
                advice = "For two classes and one unit use loss='binary_crossentropy'"
            units = f"{classes} class{'es' if classes > 1 else ''}"
            allowed = f"labels must be 0 to {classes - 1}" if classes > 1 else "only label 0 fits"
            raise ValueError(
                f"{name} holds the label {bad:g}, but the model's output has {units}, so {allowed}. "
                f"{advice}."
            )
