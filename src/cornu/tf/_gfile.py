"""Files and folders: `tf.io.gfile`."""

from __future__ import annotations

import glob as _glob
import os
import shutil
from collections.abc import Iterator
from typing import Any

from cornu.tf.errors import AlreadyExistsError, NotFoundError

GFile = open


def exists(path: Any) -> bool:
    """Returns whether there is a file or folder `path`."""
    return os.path.exists(path)


def isdir(path: Any) -> bool:
    """Returns whether `path` is a folder."""
    return os.path.isdir(path)


def glob(pattern: Any) -> list[str]:
    """Returns the files whose names match `pattern`, or one of several, in order."""
    patterns = pattern if isinstance(pattern, (list, tuple)) else [pattern]
    return sorted({path for one in patterns for path in _glob.glob(os.fspath(one))})


def listdir(path: Any) -> list[str]:
    """Returns the names in the folder `path`."""
    if not os.path.isdir(path):
        raise NotFoundError(f"Could not find directory {path}")
    return sorted(os.listdir(path))


def mkdir(path: Any) -> None:
    """Makes the folder `path`."""
    try:
        os.mkdir(path)
    except FileExistsError:
        raise AlreadyExistsError(f"{path}; File exists") from None


def makedirs(path: Any) -> None:
    """Makes the folder `path` and those above it."""
    os.makedirs(path, exist_ok=True)


def remove(path: Any) -> None:
    """Removes the file `path`."""
    if not os.path.lexists(path):
        raise NotFoundError(f"{path}; No such file or directory")
    os.remove(path)


def rmtree(path: Any) -> None:
    """Removes the folder `path` and what is in it."""
    if not os.path.isdir(path):
        raise NotFoundError(f"{path}; No such file or directory")
    shutil.rmtree(path)


def copy(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Copies the file `src` to `dst`; an existing one is replaced with `overwrite` only."""
    if os.path.exists(dst) and not overwrite:
        raise AlreadyExistsError(f"file already exists: {dst}")
    shutil.copyfile(src, dst)


def rename(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Moves `src` to `dst`; an existing one is replaced with `overwrite` only."""
    if os.path.exists(dst) and not overwrite:
        raise AlreadyExistsError(f"file already exists: {dst}")
    os.replace(src, dst)


def walk(top: Any) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yields the folders below `top` with the names in them."""
    yield from os.walk(top)


def join(path: Any, *parts: Any) -> str:
    """Returns names joined to a path."""
    return os.path.join(path, *parts)
