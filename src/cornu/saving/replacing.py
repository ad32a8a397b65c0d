"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_PREVIOUS = ".{name}.previous"


@contextmanager
def replacing_file(path: Any) -> Iterator[Path]:
    """Gives a path beside `path` to write to; at the end of the block it takes the place of `path`.

    The new file is flushed to the disk first, so a process that is killed, or a machine that
    stops, leaves either the old file or the new one. After an error in the block the old file is
    there and the new one is not.

    Args:
        path: The file to be written; folders above it are made.

    Yields:
        Where to write.

    Raises:
        IsADirectoryError: When there is a folder of that name.
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    if target.is_dir():
        raise IsADirectoryError(
            f"Cannot write the file {str(path)!r}: there is a folder of that name."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    new = _beside(target)
    try:
        yield new
        if target.exists():
            shutil.copymode(target, new)
        _flush(new)
        os.replace(new, target)
    except BaseException:
        with suppress(FileNotFoundError):
            new.unlink()
        raise
    _flush(target.parent)


@contextmanager
def replacing_folder(path: Any, flush: bool = True) -> Iterator[Path]:
    """Gives a new folder beside `path` to fill; at the end of the block it takes its place.

    Args:
        path: The folder to be written; whoever calls this has made sure that it may be replaced.
        flush: Whether to wait until every file is on the disk; what can be made again need not be.

    Yields:
        The folder to fill.
    """
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    new = _beside(target)
    new.mkdir()
    try:
        yield new
        for item in [*new.rglob("*"), new] if flush else []:
            _flush(item)
        old = target.with_name(_PREVIOUS.format(name=target.name))
        if target.exists():
            # Between two renames there is no `target`; a reader takes the old folder then.
            shutil.rmtree(old, ignore_errors=True)
            os.replace(target, old)
        os.replace(new, target)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    _flush(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def existing_folder(path: Any) -> Path:
    """Returns a folder, or what a save that was killed has left of it under another name."""
    target = Path(path)
    old = target.with_name(_PREVIOUS.format(name=target.name))
    return old if not target.exists() and old.is_dir() else target


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.new")


def _flush(path: Path) -> None:
    """Waits until a file or the names in a folder are on the disk."""
    if path.is_dir() and os.name == "nt":  # Windows cannot open folders
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
