"""HDF5 files, opened so that nothing is read but what lies in them.

A hostile file may link to other files, declare arrays of petabytes, or be cut off. Every name is
therefore followed step by step, over plain links only, and sizes are compared with the file's own
before memory is taken.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from cornu.core import engine
from cornu.core.errors import InvalidFileError

Array = np.ndarray[Any, Any]

# Attributes above this size do not fit into the header of an object and are cut into several.
_ATTRIBUTE_LIMIT = 64512
# What a file may hold beyond its own size: contents that were compressed, by little.
_LEAST_BUDGET = 256 * 2**20
_LARGEST_ATTRIBUTE = 256 * 2**20


class HDF5File:
    """An HDF5 file for reading.

    Args:
        file: The open file.
        shown: Its name in error messages.
        size: Its size in bytes.
    """

    def __init__(self, file: h5py.File, shown: str, size: int) -> None:
        self.shown = shown
        with self._damage("/"):
            self.root: h5py.Group = file["/"]
        self._left = max(4 * size, _LEAST_BUDGET)
        # Bytes of weights that a model may ask for when it is made from this file's config.
        self.budget = max(8 * size, _LEAST_BUDGET)

    @contextmanager
    def _damage(self, member: str) -> Iterator[None]:
        """Turns what h5py raises at a damaged place into an InvalidFileError."""
        try:
            yield
        except (OSError, KeyError, RuntimeError, TypeError, UnicodeDecodeError) as error:
            raise self.fail(member, f"it is damaged ({error})") from error

    def fail(self, member: str, reason: str) -> InvalidFileError:
        """Returns the error that says what is wrong with a part of the file."""
        return InvalidFileError(self.shown, member, reason)

    def find(self, parent: h5py.Group, name: str) -> Any:
        """Returns the group or dataset of a name such as "dense/kernel", or None."""
        found: Any = parent
        for part in str(name).split("/"):
            if not part:
                continue
            if not isinstance(found, h5py.Group) or part == "..":
                return None
            with self._damage(f"{found.name}/{part}"):
                link = found.get(part, getlink=True)
            if link is None:
                return None
            if not isinstance(link, h5py.HardLink):
                raise self.fail(
                    f"{found.name}/{part}", "it is a link; only files without links are read"
                )
            with self._damage(f"{found.name}/{part}"):
                found = found[part]
        return found

    def group(self, parent: h5py.Group, name: str) -> h5py.Group | None:
        """Returns the group of a name, or None when there is none."""
        found = self.find(parent, name)
        if found is not None and not isinstance(found, h5py.Group):
            raise self.fail(found.name, "expected a group")
        return found

    def array(self, parent: h5py.Group, name: str) -> Array:
        """Returns the contents of a dataset.

        Args:
            parent: Where the name begins.
            name: The dataset's name.

        Raises:
            InvalidFileError: When there is none, when its contents lie outside the file, and when
                it is larger than the file can hold.
        """
        dataset = self.find(parent, name)
        member = f"{parent.name}/{name}"
        if not isinstance(dataset, h5py.Dataset):
            raise self.fail(member, "there is no such array")
        with self._damage(member):
            outside = dataset.external is not None or dataset.is_virtual
            shape, dtype = dataset.shape, dataset.dtype
            is_bfloat16 = dtype == np.dtype("V2") and (
                _text(dataset.attrs.get("dtype", "")) == "bfloat16"
            )
        if outside:
            raise self.fail(member, "its values lie in another file")
        if shape is None:
            raise self.fail(member, "it is empty")
        size = math.prod(shape) * max(dtype.itemsize, 1)
        if size > self._left:
            raise self.fail(member, f"it declares {size:,} bytes, more than the file can hold")
        if dtype.kind not in "fiub" and not is_bfloat16:
            raise self.fail(member, f"arrays of type {dtype} are not read")
        self._left -= size
        with self._damage(member):
            values: Array = np.asarray(dataset[()])
        if is_bfloat16:
            words = values.view(np.uint16).astype(np.uint32) << np.uint32(16)
            widened: Array = words.view(np.float32)
            return widened
        native: Array = values.astype(values.dtype.newbyteorder("="), copy=False)
        return native

    def text(self, parent: h5py.Group, name: str) -> str | None:
        """Returns an attribute as text, or None when there is none."""
        member = f"{parent.name}@{name}"
        with self._damage(member):
            if name not in parent.attrs:
                return None
            size = parent.attrs.get_id(name).get_storage_size()
        if size > _LARGEST_ATTRIBUTE:
            raise self.fail(member, f"it declares {size:,} bytes")
        with self._damage(member):
            return _text(parent.attrs[name])

    def texts(self, parent: h5py.Group, name: str) -> list[str]:
        """Returns an attribute that is a list of texts, cut into several when it is long."""
        with self._damage(f"{parent.name}@{name}"):
            if name in parent.attrs:
                return [_text(item) for item in np.atleast_1d(parent.attrs[name])]
            found: list[str] = []
            for number in itertools.count():
                if f"{name}{number}" not in parent.attrs:
                    break
                found += [_text(item) for item in parent.attrs[f"{name}{number}"]]
            return found


def _text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


@contextmanager
def reading(source: Any, shown: str | None = None) -> Iterator[HDF5File]:
    """Opens an HDF5 file for reading.

    Args:
        source: A path, or an open file in memory.
        shown: Its name in error messages; the path when None.

    Yields:
        The file.

    Raises:
        InvalidFileError: When it is no HDF5 file, or cut off or damaged.
    """
    if isinstance(source, (str, Path)):
        shown, size = shown or str(source), os.path.getsize(source)
    else:
        shown, size = shown or "the file", source.seek(0, os.SEEK_END)
    try:
        file = h5py.File(source, "r")
    except OSError as error:
        raise InvalidFileError(
            shown, None, f"it is no HDF5 file, or cut off or damaged ({error})"
        ) from error
    with file:
        try:
            yield HDF5File(file, shown, size)
        except (OSError, KeyError, RuntimeError) as error:
            if not _raised_by_h5py(error):
                raise
            raise InvalidFileError(shown, None, f"it is damaged ({error})") from error


def _raised_by_h5py(error: BaseException) -> bool:
    """Whether an exception comes from reading the file, and not from a user's layer."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and "h5py" in Path(trace.tb_frame.f_code.co_filename).parts


def write_array(group: h5py.Group, name: str, value: Any) -> None:
    """Puts an array, tensor or variable into a group."""
    is_bfloat16 = str(getattr(value, "dtype", "")) == "bfloat16"
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    if is_bfloat16:
        array = engine.float_to_bfloat16(np.asarray(array, np.float32)).view("V2")
    dataset = group.create_dataset(name, data=array)
    if is_bfloat16:
        dataset.attrs["dtype"] = "bfloat16"


def add_text(path: Path, name: str, text: str) -> None:
    """Puts a text into an attribute of an HDF5 file that is there."""
    with h5py.File(path, "r+") as file:
        file.attrs[name] = text


def write_texts(group: h5py.Group, name: str, texts: list[str]) -> None:
    """Puts a list of texts into an attribute, or several when it is long."""
    data = np.asarray([text.encode("utf-8") for text in texts])
    count = 1
    parts = [data]
    while any(part.nbytes > _ATTRIBUTE_LIMIT for part in parts):
        count += 1
        parts = np.array_split(data, count)
    if count == 1:
        group.attrs[name] = data
        return
    for number, part in enumerate(parts):
        group.attrs[f"{name}{number}"] = part
