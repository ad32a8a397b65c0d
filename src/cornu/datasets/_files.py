"""Finding the file of a data set on this machine, or downloading it once, checked."""

from __future__ import annotations

import hashlib
import os
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cornu.core.errors import CornuError
from cornu.saving.replacing import replacing_file

_CHUNK = 1 << 20
_TIMEOUT_SECONDS = 30
_TITLES = {"sha256": "SHA-256", "md5": "MD5"}


class DatasetError(CornuError, OSError):
    """The file of a data set is missing and cannot be downloaded, or is damaged."""


@dataclass(frozen=True)
class RemoteFile:
    """A file of a data set: where it comes from and what it must be.

    Attributes:
        dataset: The data set's name, for messages.
        name: Path below the data folder, with forward slashes.
        url: Where to download it (http or https).
        sha256: Digest of the file in hexadecimal; None takes what comes.
        md5: Its MD5 digest, where that is all that is known.
    """

    dataset: str
    name: str
    url: str
    sha256: str | None
    md5: str | None = None

    def mismatch(self, path: Path) -> str | None:
        """Returns how a file's digest differs from the expected one; None when it does not."""
        for algorithm, expected in (("sha256", self.sha256), ("md5", self.md5)):
            if expected is not None:
                digest = _digest(path, algorithm)
                if digest != expected.lower():
                    return f"{_TITLES[algorithm]} {digest}, expected {expected}"
        return None


def _digest(path: Path, algorithm: str) -> str:
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def cache_folder() -> Path:
    """Returns Keras's cache: the folder `KERAS_HOME`, or `~/.keras`."""
    keras_home = os.environ.get("KERAS_HOME")
    return Path(keras_home).expanduser() if keras_home else Path.home() / ".keras"


def data_folders() -> list[Path]:
    """Returns the folders that are searched, in order; the first is where downloads go."""
    folders = [cache_folder() / "datasets"]
    data_home = os.environ.get("CORNU_DATA_HOME")
    if data_home:
        folders.insert(0, Path(data_home).expanduser())
    return folders


def find(*names: str) -> Path | None:
    """Returns the first existing file or folder called one of `names`, or None."""
    for folder in data_folders():
        for name in names:
            path = folder / name
            if path.exists():
                return path
    return None


def fetch(file: RemoteFile, path: str | None = None) -> Path:
    """Returns the path of a data file on this machine, downloading it if it is not there.

    Args:
        file: The file that is wanted.
        path: Another name for it below the data folders, or an absolute path.

    Returns:
        The path of an existing file.

    Raises:
        DatasetError: If the file is not here and the download fails or does not match its digest.
    """
    name = file.name if path is None else str(Path(path).expanduser())
    found = find(name)
    if found is not None:
        return found
    target = data_folders()[0] / name
    download(file, target)
    return target


def download(file: RemoteFile, target: Path) -> None:
    """Downloads beside the target and renames, so that a partial file is never seen.

    Raises:
        DatasetError: If the download fails or does not match its digest; nothing is kept then.
    """
    advice = (
        f"Download {file.url} on any machine and put it at {target}, or set CORNU_DATA_HOME "
        f"to a folder that holds {file.name}."
    )
    if not file.url.startswith(("https://", "http://")):
        raise DatasetError(f"{file.dataset}: refusing to download from {file.url!r}. {advice}")
    try:
        with replacing_file(target) as new:
            with new.open("wb") as out:
                _copy(file, out)
            mismatch = file.mismatch(new)
            if mismatch is not None:
                raise DatasetError(
                    f"{file.dataset}: {file.url} has {mismatch}. The download was damaged or the "
                    f"file has changed; nothing was kept. {advice}"
                )
    except DatasetError:
        raise
    except urllib.error.URLError as error:
        reason = getattr(error, "reason", error)
        raise DatasetError(
            f"{file.dataset}: downloading {file.url} failed ({reason}). {advice}"
        ) from error
    except (TimeoutError, ConnectionError) as error:
        raise DatasetError(
            f"{file.dataset}: downloading {file.url} failed ({error}). {advice}"
        ) from error
    except OSError as error:
        raise DatasetError(f"{file.dataset}: cannot write to {target.parent} ({error}).") from error


def _copy(file: RemoteFile, out: IO[bytes]) -> None:
    """Copies the response to `out`, showing progress in a terminal."""
    request = urllib.request.Request(file.url, headers={"User-Agent": "cornu"})
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:
        declared = response.headers.get("Content-Length")
        done = 0
        show = sys.stderr.isatty()
        while chunk := response.read(_CHUNK):
            out.write(chunk)
            done += len(chunk)
            if show:
                total = f" of {int(declared) >> 20}" if declared else ""
                sys.stderr.write(f"\r{file.dataset}: downloaded {done >> 20}{total} MB")
        if show:
            sys.stderr.write("\n")
    if declared and done != int(declared):
        raise ConnectionError(f"the connection ended after {done} of {declared} bytes")
