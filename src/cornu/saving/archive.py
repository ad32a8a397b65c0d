"""Models as Keras 3 keeps them: config.json, weights and assets, in a `.keras` archive or a folder."""

from __future__ import annotations

import io
import json
import os
import stat
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from cornu.core.errors import InvalidFileError
from cornu.saving import hdf5, weights
from cornu.saving.json_text import read_json
from cornu.saving.serialization import object_sharing, serialize_keras_object
from cornu.saving.walk import saveables

# The version of Keras whose format this is.
FORMAT_VERSION = "3.15.1"
CONFIG, METADATA, WEIGHTS, ASSETS = "config.json", "metadata.json", "model.weights.h5", "assets"

_LARGEST_TEXT = 64 * 2**20
_LEAST_BUDGET = 256 * 2**20
_MOST_MEMBERS = 100_000
_EPOCH = (1980, 1, 1, 0, 0, 0)


# -- writing --------------------------------------------------------------------------------


def _texts(model: Any, include_optimizer: bool) -> dict[str, str]:
    with object_sharing():
        config = serialize_keras_object(model)
    if not include_optimizer:
        config["compile_config"] = {}
    metadata = {
        "keras_version": FORMAT_VERSION,
        "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S"),
    }
    return {METADATA: json.dumps(metadata), CONFIG: json.dumps(config)}


def write_folder(model: Any, folder: Path, include_optimizer: bool = True) -> None:
    """Writes a model into a new folder, one file for each part.

    Args:
        model: The model.
        folder: The folder, which is there and empty.
        include_optimizer: Whether the optimizer and what `compile` was given are kept.
    """
    for name, text in _texts(model, include_optimizer).items():
        (folder / name).write_text(text, encoding="utf-8")
    skipped = () if include_optimizer else (model.optimizer,)
    weights.write(model, folder / WEIGHTS, skipped)
    for inner, obj in saveables(model):
        if hasattr(obj, "save_assets"):
            inside = folder / ASSETS / _checked(inner, str(folder))
            inside.mkdir(parents=True, exist_ok=True)
            obj.save_assets(str(inside))


def write_archive(model: Any, path: Path, include_optimizer: bool = True) -> None:
    """Writes a model into a `.keras` archive.

    Args:
        model: The model.
        path: The archive, which is made.
        include_optimizer: Whether the optimizer and what `compile` was given are kept.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f"{path.name}.") as made:
        folder = Path(made)
        write_folder(model, folder, include_optimizer)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for name in (METADATA, CONFIG):
                entry = zipfile.ZipInfo(name, _EPOCH)
                archive.writestr(entry, (folder / name).read_bytes())
            archive.write(folder / WEIGHTS, WEIGHTS)
            for item in sorted((folder / ASSETS).rglob("*")):
                if item.is_file():
                    archive.write(item, item.relative_to(folder).as_posix())


# -- reading --------------------------------------------------------------------------------


class Parts:
    """The parts of a saved model, in an archive or a folder.

    Attributes:
        shown: The file's name in error messages.
    """

    shown: str

    def config(self) -> Any:
        """Returns the config of the model."""
        return read_json(self._read(CONFIG, _LARGEST_TEXT), self.shown, CONFIG)

    def has(self, name: str) -> bool:
        """Whether there is a part of that name."""
        raise NotImplementedError

    def _read(self, name: str, limit: int) -> bytes:
        raise NotImplementedError

    @contextmanager
    def weights(self) -> Iterator[hdf5.HDF5File]:
        """Opens the weights."""
        raise NotImplementedError
        yield

    def asset_names(self) -> list[str]:
        """Returns the names of the asset files, below `assets/`."""
        raise NotImplementedError

    def read_assets(self, model: Any) -> None:
        """Hands each object of a model that has assets a folder with its own."""
        names = self.asset_names()
        owners = [(p, obj) for p, obj in saveables(model) if hasattr(obj, "load_assets")]
        if not owners:
            return
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            for name in names:
                target = folder / _checked(name, self.shown)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(self._read(f"{ASSETS}/{name}", _LEAST_BUDGET))
            for inner, obj in owners:
                inside = folder / _checked(inner, self.shown)
                if inside.is_dir():
                    obj.load_assets(str(inside))


class FolderParts(Parts):
    """The parts of a saved model in a folder.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self.shown = str(folder)
        self._folder = folder

    def has(self, name: str) -> bool:
        """Whether there is a part of that name."""
        return (self._folder / name).is_file()

    def _read(self, name: str, limit: int) -> bytes:
        path = self._folder / name
        if not path.is_file() or path.is_symlink():
            raise InvalidFileError(self.shown, name, "there is no such file")
        if path.stat().st_size > limit:
            raise InvalidFileError(self.shown, name, f"it has more than {limit:,} bytes")
        return path.read_bytes()

    @contextmanager
    def weights(self) -> Iterator[hdf5.HDF5File]:
        """Opens the weights."""
        if not self.has(WEIGHTS):
            raise InvalidFileError(self.shown, WEIGHTS, "there is no such file")
        with hdf5.reading(self._folder / WEIGHTS) as file:
            yield file

    def asset_names(self) -> list[str]:
        """Returns the names of the asset files, below `assets/`."""
        top = self._folder / ASSETS
        return [item.relative_to(top).as_posix() for item in top.rglob("*") if item.is_file()]


class ArchiveParts(Parts):
    """The parts of a saved model in a `.keras` archive; nothing is unpacked to the disk by name.

    Args:
        archive: The open archive.
        shown: Its name in error messages.
        size: Its size in bytes.
    """

    def __init__(self, archive: zipfile.ZipFile, shown: str, size: int) -> None:
        self.shown = shown
        self._archive = archive
        self._budget = max(4 * size, _LEAST_BUDGET)
        entries = archive.infolist()
        if len(entries) > _MOST_MEMBERS:
            raise InvalidFileError(shown, None, f"it has {len(entries):,} parts")
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            _checked(entry.filename, shown)
            if entry.filename in self._entries:
                raise InvalidFileError(shown, entry.filename, "it is there twice")
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise InvalidFileError(shown, entry.filename, "it is a link")
            self._entries[entry.filename] = entry

    def has(self, name: str) -> bool:
        """Whether there is a part of that name."""
        return name in self._entries

    def _read(self, name: str, limit: int) -> bytes:
        entry = self._entries.get(name)
        if entry is None:
            found = ", ".join(list(self._entries)[:5]) or "nothing"
            raise InvalidFileError(
                self.shown, name, f"there is no such part; the archive holds {found}"
            )
        limit = min(limit, self._budget)
        if entry.file_size > limit:
            raise InvalidFileError(
                self.shown, name, f"it declares {entry.file_size:,} bytes, more than is plausible"
            )
        try:
            with self._archive.open(entry) as stream:
                data = stream.read(limit + 1)
        except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
            raise InvalidFileError(self.shown, name, f"it is damaged ({error})") from error
        if len(data) != entry.file_size:
            raise InvalidFileError(self.shown, name, "it has another size than it declares")
        self._budget -= len(data)
        return data

    @contextmanager
    def weights(self) -> Iterator[hdf5.HDF5File]:
        """Opens the weights."""
        data = self._read(WEIGHTS, self._budget)
        with hdf5.reading(io.BytesIO(data), f"{self.shown}, part {WEIGHTS}") as file:
            yield file

    def asset_names(self) -> list[str]:
        """Returns the names of the asset files, below `assets/`."""
        top = f"{ASSETS}/"
        names = [name for name in self._entries if name.startswith(top)]
        return [name.removeprefix(top) for name in names if not name.endswith("/")]


@contextmanager
def opened(path: Path) -> Iterator[Parts]:
    """Opens a saved model, in an archive or a folder.

    Args:
        path: Where it is.

    Yields:
        Its parts.

    Raises:
        InvalidFileError: When it is no such archive, or cut off or damaged.
    """
    if path.is_dir():
        yield FolderParts(path)
        return
    size = os.path.getsize(path)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, EOFError, UnicodeDecodeError, ValueError) as error:
        raise InvalidFileError(
            path, None, f"it is no .keras archive, or cut off or damaged ({error})"
        ) from error
    with archive:
        yield ArchiveParts(archive, str(path), size)


def _checked(name: str, shown: str) -> str:
    """Returns a name that leads nowhere but below its folder."""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or any(c in name for c in "\\:\0"):
        raise InvalidFileError(shown, name, "the name leads out of the folder")
    return name
