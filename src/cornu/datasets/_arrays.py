"""Reading the arrays of data files safely, and splitting them as Keras does."""

from __future__ import annotations

import contextlib
import gzip
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from cornu.datasets._files import DatasetError
from cornu.datasets._pickled_batch import read_pickled_lists

Split = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


@contextlib.contextmanager
def reading(dataset: str, path: Path) -> Iterator[None]:
    """Turns whatever a damaged file provokes into one error that names the file and the fix."""
    try:
        yield
    except DatasetError:
        raise
    # zipfile, tarfile, gzip, NumPy and the decompressors each have exceptions of their own.
    except Exception as error:
        raise DatasetError(
            f"{dataset}: {path} cannot be read ({error}). It is damaged or is another file; "
            "delete it, and the next load downloads it again."
        ) from error


def load_npz(dataset: str, path: Path, names: tuple[str, ...]) -> list[np.ndarray]:
    """Returns the named arrays of an .npz file; pickled members are refused."""
    with reading(dataset, path), zipfile.ZipFile(path) as archive:
        return [_read_member(archive, f"{name}.npy") for name in names]


def _read_member(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """Reads one array, after its header was found to agree with the size of the member."""
    size = archive.getinfo(name).file_size
    with archive.open(name) as member:
        version = npy.read_magic(member)
        read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read_header(member)
        if dtype.hasobject or math.prod(shape) * dtype.itemsize != size - member.tell():
            raise ValueError(f"{name} declares shape {shape} and dtype {dtype}")
    with archive.open(name) as member:
        return npy.read_array(member, allow_pickle=False)


def load_lists(dataset: str, path: Path, names: tuple[str, ...]) -> list[np.ndarray]:
    """Returns the named members of an .npz file, vectors of lists of whole numbers among them."""
    with reading(dataset, path), zipfile.ZipFile(path) as archive:
        return [_read_lists(archive, f"{name}.npy") for name in names]


def _read_lists(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    with archive.open(name) as member:
        version = npy.read_magic(member)
        read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        _, _, dtype = read_header(member)
        if dtype.hasobject:
            return read_pickled_lists(member.read())
    return _read_member(archive, name)


def load_packaged(name: str, test_split: float, seed: int) -> Split:
    """Returns a data set that is part of the package, shuffled and split."""
    path = Path(__file__).with_name(f"{name}.npz")
    x, y = load_npz(name, path, ("x", "y"))
    return shuffled_split(x, y, test_split, seed)


def load_idx(dataset: str, path: Path) -> np.ndarray:
    """Returns the uint8 array of a gzipped IDX file (LeCun's format for MNIST)."""
    with reading(dataset, path), gzip.open(path, "rb") as file:
        header = file.read(4)
        if len(header) != 4 or header[:3] != b"\x00\x00\x08" or not 1 <= header[3] <= 4:
            raise ValueError(f"not an IDX file of bytes: it starts with {header!r}")
        rank = header[3]
        shape = tuple(int(size) for size in np.frombuffer(file.read(4 * rank), ">u4"))
        expected = int(np.prod(shape, dtype=np.int64))
        # One byte more than declared is asked for, so that a longer file is noticed without
        # unpacking all of it.
        content = file.read(expected + 1)
        if len(content) != expected:
            raise ValueError(f"expected {expected} values for shape {shape}")
        return np.frombuffer(content, np.uint8).reshape(shape).copy()


def shuffled_split(x: np.ndarray, y: np.ndarray, test_split: float, seed: int) -> Split:
    """Returns (train, test) after the shuffle that Keras's loaders make with the same seed.

    Raises:
        ValueError: If `test_split` is not in [0, 1).
    """
    if not 0 <= test_split < 1:
        raise ValueError(f"load_data: test_split must be in [0, 1); got {test_split!r}.")
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    x, y = x[order], y[order]
    count = int(len(x) * (1 - test_split))
    return (x[:count].copy(), y[:count].copy()), (x[count:].copy(), y[count:].copy())
