"""Tables in CSV files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from cornu.core import dtypes
from cornu.core.errors import InvalidArgumentError, InvalidFileError
from cornu.data.elements import Array
from cornu.data.lines import open_file, texts

_INT32 = (-(2**31), 2**31)


def rows_of_file(
    path: str, compression: str, delimiter: str, quoted: bool, encoding: str = "utf-8"
) -> Iterator[list[str]]:
    """Yields the fields of each line that is not empty."""
    quoting: Any = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    with open_file(path, compression) as stream:
        lines = io.TextIOWrapper(stream, encoding, "surrogateescape", newline="")
        for row in csv.reader(lines, delimiter=delimiter, quoting=quoting):
            if row:
                yield row


def split_line(line: str, delimiter: str, quoted: bool) -> list[str]:
    """Returns the fields of one line."""
    quoting: Any = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    return next(csv.reader([line], delimiter=delimiter, quoting=quoting), [""])


def inferred_dtype(values: Iterable[str], missing: str) -> str:
    """Returns the narrowest of int32, int64, float32, float64 and string that holds all values."""
    kind = "int32"
    for value in values:
        if value == missing or value == "":
            continue
        if kind in ("int32", "int64"):
            try:
                number = int(value)
            except ValueError:
                kind = "float32"
            else:
                if not _INT32[0] <= number < _INT32[1]:
                    kind = "int64"
                continue
        if kind == "float32":
            try:
                float(value)
            except ValueError:
                return "string"
    return kind


def column_of(values: Sequence[str], dtype: str, default: Any, missing: str, where: str) -> Array:
    """Returns the fields of a column as an array.

    Args:
        values: The fields.
        dtype: Name of the dtype.
        default: What stands for missing ones; None when there must be none.
        missing: How they are spelled, beside the empty field.
        where: Name of the column in errors.

    Raises:
        InvalidArgumentError: For a field that is missing without a default, or no number.
    """
    if dtype == "string":
        return texts(
            [_or_default(v, default, missing, where) if v in ("", missing) else v for v in values]
        )
    kind = dtypes.to_numpy(dtype)
    read = float if dtypes.is_float(dtype) else int
    result = np.empty(len(values), kind)
    for row, value in enumerate(values):
        text = value.strip()
        if text in ("", missing):
            result[row] = _or_default(text, default, missing, f"{where}, row {row}")
            continue
        try:
            result[row] = read(text)
        except (ValueError, OverflowError):
            raise InvalidArgumentError(
                f"Field of {where}, row {row}, is not a valid {dtype}: {value!r}"
            ) from None
    return result


def _or_default(value: str, default: Any, missing: str, where: str) -> Any:
    if default is None:
        raise InvalidArgumentError(
            f"Field of {where} is required but missing! Give a default value for it instead of a "
            f"dtype."
        )
    return default


def read_columns(
    paths: Sequence[str],
    names: Sequence[str] | None,
    *,
    header: bool,
    compression: str = "",
    delimiter: str = ",",
    quoted: bool = True,
    encoding: str = "utf-8",
    lenient: bool = False,
) -> tuple[list[str], list[list[str]]]:
    """Returns the names of the columns of CSV files with the same header, and their fields.

    Raises:
        InvalidFileError: When a line has another number of fields, unless `lenient` leaves it out.
        ValueError: When the files have different headers.
    """
    known = None if names is None else list(names)
    columns: list[list[str]] = []
    for path in paths:
        for number, row in enumerate(rows_of_file(path, compression, delimiter, quoted, encoding)):
            if number == 0 and header:
                if known is None:
                    known = row
                elif names is None and row != known:
                    raise InvalidArgumentError(
                        f"The files have different headers: {known} and, in {path!r}, {row}."
                    )
                continue
            if known is None:
                known = [str(place) for place in range(len(row))]
            if not columns:
                columns = [[] for _ in known]
            if len(row) != len(known):
                if lenient:
                    continue
                raise InvalidFileError(
                    path, None, f"line {number + 1} has {len(row)} fields instead of {len(known)}"
                )
            for column, field in zip(columns, row, strict=True):
                column.append(field)
    names_found = known or []
    return names_found, columns or [[] for _ in names_found]
