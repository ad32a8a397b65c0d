"""get_file: a file of the web in the cache on this machine."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import urlsplit

from cornu.datasets._archives import unpack
from cornu.datasets._files import RemoteFile, cache_folder, data_folders, download


def get_file(
    fname: str | os.PathLike[str] | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: str | os.PathLike[str] | None = None,
    force_download: bool = False,
) -> str:
    """Downloads a file once and returns where it lies from then on.

    A file of that name in the folder `CORNU_DATA_HOME` serves too. Archives are unpacked into a
    folder of their own; nothing in them can reach outside it.

    Args:
        fname: Name in the cache; the last part of `origin` when None.
        origin: URL (http or https).
        untar: The same as `extract`.
        md5_hash: Expected MD5 digest; prefer `file_hash`.
        file_hash: Expected digest. A cached file with another one is downloaded again.
        cache_subdir: Folder below `cache_dir`.
        hash_algorithm: "sha256", "md5", or "auto", which tells them apart by their length.
        extract: Whether the file is a tar or zip archive to be unpacked.
        archive_format: "tar", "zip", or "auto" for both.
        cache_dir: Folder of the cache; `KERAS_HOME`, or `~/.keras`, when None.
        force_download: Whether a cached file is downloaded again.

    Returns:
        The path of the file, or of the folder with the archive's members: `fname` where that has
        no ending, else `fname` without its ending and with `_extracted`.

    Raises:
        ValueError: Without an origin, for an unknown hash algorithm, and for a name that leaves
            the folder.
        DatasetError: If the download fails or has another digest, or the archive is damaged or
            hostile.

    Example:
        >>> get_file("a.csv", origin=None)
        Traceback (most recent call last):
        ...
        ValueError: get_file: pass origin=, the URL of the file.
    """
    file = _wanted(fname, origin, file_hash or md5_hash, hash_algorithm if file_hash else "md5")
    folder = (Path(cache_dir).expanduser() if cache_dir else cache_folder()) / cache_subdir
    if not (extract or untar):
        return str(_fetched(file, folder / file.name, force=force_download, cache_dir=cache_dir))
    if fname is not None and PurePath(file.name).suffix:
        target = folder / f"{_stem(file.name)}_extracted"
        archive = folder / file.name
    else:
        target = folder / file.name
        archive = folder / f"{file.name}_archive"
    before = archive.stat().st_mtime_ns if archive.exists() else None
    found = _fetched(file, archive, force=force_download, cache_dir=cache_dir)
    if not target.is_dir() or (found == archive and archive.stat().st_mtime_ns != before):
        unpack(found, target, archive_format)
    return str(target)


def get_file_beside(
    fname: str | os.PathLike[str] | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: str | os.PathLike[str] | None = None,
) -> str:
    """Keras 2's `get_file`: the members of an archive lie beside it, not in a folder of their own.

    Args:
        fname: As in `get_file`; with `untar` the name of the folder that the archive holds.
        origin: As in `get_file`, like the others below.
        untar: Whether the file is a tar archive to be unpacked.
        md5_hash: Expected MD5 digest.
        file_hash: Expected digest.
        cache_subdir: Folder below `cache_dir`.
        hash_algorithm: "sha256", "md5", or "auto".
        extract: Whether the file is an archive to be unpacked.
        archive_format: "tar", "zip", or "auto" for both.
        cache_dir: Folder of the cache.

    Returns:
        With `untar` the path `fname` beside the archive, else the path of the file itself.

    Raises:
        ValueError: As `get_file`.
        DatasetError: As `get_file`.
    """
    file = _wanted(fname, origin, file_hash or md5_hash, hash_algorithm if file_hash else "md5")
    folder = (Path(cache_dir).expanduser() if cache_dir else cache_folder()) / cache_subdir
    path = folder / file.name
    archive = folder / f"{file.name}.tar.gz" if untar else path
    before = archive.stat().st_mtime_ns if archive.exists() else None
    found = _fetched(file, archive, force=False, cache_dir=cache_dir)
    if extract or untar:
        done = folder / f".{archive.name}.unpacked"
        fresh = found == archive and archive.stat().st_mtime_ns != before
        if fresh or not done.exists():
            with tempfile.TemporaryDirectory(prefix=".unpacking.", dir=_made(folder)) as temporary:
                members = Path(temporary) / "members"
                unpack(found, members, "tar" if untar else archive_format)
                for member in sorted(members.iterdir()):
                    _move(member, folder / member.name)
            done.touch()
    return str(path)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _move(source: Path, target: Path) -> None:
    """Moves what was unpacked to its place; what lies in a folder already and is not new stays."""
    if source.is_dir() and target.is_dir():
        for member in sorted(source.iterdir()):
            _move(member, target / member.name)
    else:
        os.replace(source, target)


def _wanted(fname: Any, origin: str | None, digest: str | None, algorithm: str) -> RemoteFile:
    if not origin:
        raise ValueError("get_file: pass origin=, the URL of the file.")
    name = os.fspath(fname) if fname is not None else PurePath(urlsplit(origin).path).name
    if not name:
        raise ValueError(f"get_file: {origin!r} has no file name; pass fname=.")
    if PurePath(name).is_absolute() or ".." in PurePath(name).parts:
        raise ValueError(
            f"get_file: fname is a name inside the cache; got {name!r}. Choose the folder with "
            f"cache_dir= and cache_subdir=."
        )
    if algorithm not in ("auto", "sha256", "md5"):
        raise ValueError(
            f"get_file: hash_algorithm must be 'auto', 'sha256' or 'md5'; got {algorithm!r}."
        )
    if algorithm == "auto":
        algorithm = "sha256" if digest is not None and len(digest) == 64 else "md5"
    digests = {"sha256": None, "md5": None, algorithm: digest}
    return RemoteFile(name, name, origin, **digests)


def _fetched(file: RemoteFile, path: Path, *, force: bool, cache_dir: Any) -> Path:
    """Returns the path of the file, after downloading it where that is needed."""
    places = [path]
    if cache_dir is None:
        places += [home / file.name for home in data_folders()]
    if not force:
        for place in places:
            if place.is_file() and file.mismatch(place) is None:
                return place
    download(file, path)
    return path


def _stem(name: str) -> str:
    for ending in (".tar.gz", ".tar.bz2", ".tar.xz"):
        if name.endswith(ending):
            return name.removesuffix(ending)
    return str(PurePath(name).with_suffix(""))
