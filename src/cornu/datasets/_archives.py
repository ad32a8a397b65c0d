"""Unpacking archives that strangers have packed."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from cornu.datasets._files import DatasetError
from cornu.saving.replacing import replacing_folder

_CHUNK = 1 << 20
# What is packed a thousand times smaller than it says to be, and is large, is there to do harm.
_MOST_BYTES, _MOST_RATIO = 4 << 30, 1000

# A member: its name, whether it is a folder, its size, and its content.
_Member = tuple[str, bool, int, "IO[bytes] | None"]


def unpack(archive: Path, folder: Path, kind: str | list[str] | None = "auto") -> None:
    """Unpacks an archive into a folder that comes into being whole or not at all.

    Only regular files and folders are made, all of them inside the folder, with the permissions of
    new files.

    Args:
        archive: A zip file or a tar file, compressed or not.
        folder: Where its members go; replaced when it exists.
        kind: "zip", "tar", a list of them, or "auto" for both.

    Raises:
        DatasetError: If the file is no such archive or damaged, or a member is a link or a device,
            points outside the folder, or is a bomb. Nothing is left behind then.
    """
    kinds = ["tar", "zip"] if kind in ("auto", None) else [kind] if isinstance(kind, str) else kind
    unknown = sorted(set(kinds) - {"tar", "zip"})
    if unknown:
        raise DatasetError(f"archive_format must be 'auto', 'tar' or 'zip'; got {unknown[0]!r}.")
    try:
        # Many small files, and the archive is still there: no need to wait for the disk.
        with replacing_folder(folder, flush=False) as fresh:
            _unpack_into(archive, fresh, kinds)
    except DatasetError:
        raise
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError) as error:
        raise DatasetError(f"Cannot unpack {archive}: {error}.") from error


def _unpack_into(archive: Path, folder: Path, kinds: list[str]) -> None:
    if "tar" in kinds and tarfile.is_tarfile(archive):
        with tarfile.open(archive) as opened:
            _write(archive, folder, _tar_members(archive, opened))
    elif "zip" in kinds and zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened_zip:
            _write(archive, folder, _zip_members(archive, opened_zip))
    else:
        raise DatasetError(
            f"{archive} is no {' or '.join(kinds)} archive. Leave out extract=True to get the file "
            f"as it is."
        )


def _tar_members(archive: Path, opened: tarfile.TarFile) -> Iterator[_Member]:
    for member in opened:
        if not (member.isfile() or member.isdir()):
            raise DatasetError(
                f"{archive}: member {member.name!r} is a link or a device; only files and folders "
                f"are unpacked."
            )
        content = None if member.isdir() else opened.extractfile(member)
        yield member.name, member.isdir(), member.size, content


def _zip_members(archive: Path, opened: zipfile.ZipFile) -> Iterator[_Member]:
    for member in opened.infolist():
        mode = member.external_attr >> 28
        if mode not in (0, 0o4, 0o10):  # unknown, folder, regular file
            raise DatasetError(
                f"{archive}: member {member.filename!r} is a link or a device; only files and "
                f"folders are unpacked."
            )
        if member.is_dir():
            yield member.filename, True, 0, None
        else:
            with opened.open(member) as content:
                yield member.filename, False, member.file_size, content


def _write(archive: Path, folder: Path, members: Iterator[_Member]) -> None:
    allowed = max(_MOST_BYTES, _MOST_RATIO * archive.stat().st_size)
    total = 0
    for name, is_folder, size, content in members:
        target = folder / _inside(archive, name)
        total += size
        if total > allowed:
            raise DatasetError(
                f"{archive}: its members are larger than {allowed >> 30} GB, far more than the "
                f"archive's own size allows for. It was not unpacked."
            )
        if is_folder:
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            written = 0
            while content is not None and (chunk := content.read(_CHUNK)):
                written += len(chunk)
                if written > size:
                    raise DatasetError(f"{archive}: member {name!r} is larger than it says.")
                out.write(chunk)


def _inside(archive: Path, name: str) -> PurePosixPath:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name.split("/")[0]:
        raise DatasetError(
            f"{archive}: member {name!r} points outside the folder it is unpacked to. Nothing was "
            f"unpacked."
        )
    return path
