"""Lines of text files, and records of one length."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from cornu.core.errors import InvalidArgumentError, InvalidFileError, MissingFileError
from cornu.data.elements import UNKNOWN, Array, Block, ComponentSpec
from cornu.data.stage import Derived, Stage

COMPRESSIONS = ("", "GZIP", "ZLIB")


def open_file(path: str, compression: str) -> BinaryIO:
    """Opens a file for reading.

    Args:
        path: The file.
        compression: "", "GZIP" or "ZLIB".

    Raises:
        FileNotFoundError: When there is none.
    """
    if not Path(path).is_file():
        raise MissingFileError(f"{path}; No such file or directory")
    unpack: Any = {"GZIP": gzip.decompress, "ZLIB": zlib.decompress}.get(compression)
    if unpack is not None:
        try:
            return BytesIO(unpack(Path(path).read_bytes()))
        except (OSError, EOFError, zlib.error) as error:
            reason = f"it is not compressed by {compression.lower()}, or damaged"
            raise InvalidFileError(path, None, reason) from error
    return open(path, "rb")


def compression_of(given: Any) -> str:
    """Returns a checked `compression_type`."""
    name = given or ""
    if name not in COMPRESSIONS:
        raise InvalidArgumentError(f"compression_type is '', 'GZIP' or 'ZLIB'; got {given!r}.")
    return str(name)


def texts(items: list[str]) -> Array:
    """Returns text as an array of the pipeline."""
    array = np.empty(len(items), object)
    array[:] = items
    return array


class FileStage(Derived):
    """A stage that reads files whose names come from below.

    Args:
        parent: Gives the names.
        compression: "", "GZIP" or "ZLIB".
    """

    def __init__(self, parent: Stage, compression: str) -> None:
        super().__init__(parent)
        self._compression = compression

    def spec(self) -> Any:
        """Returns the spec of one text."""
        return ComponentSpec((), "string")

    def cardinality(self) -> int:
        """Returns UNKNOWN."""
        return UNKNOWN

    def read_ahead(self) -> int:
        """Returns how many records are fetched at once for a pass over single ones."""
        return 64

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the records of all files."""
        for name in self.parent.elements():
            held: list[str] = []
            with open_file(str(name[()]), self._compression) as stream:
                for record in self._records(stream, str(name[()])):
                    held.append(record.decode("utf-8", "surrogateescape"))
                    if len(held) == rows:
                        yield Block(rows, texts(held))
                        held = []
            if held:
                yield Block(len(held), texts(held))

    def _records(self, stream: BinaryIO, path: str) -> Iterator[bytes]:
        raise NotImplementedError


class TextLines(FileStage):
    """The lines of text files."""

    def _records(self, stream: BinaryIO, path: str) -> Iterator[bytes]:
        for line in stream:
            yield line.replace(b"\r", b"").removesuffix(b"\n")


class FixedLengthRecords(FileStage):
    """Pieces of one length.

    Args:
        parent: Gives the names of the files.
        compression: "", "GZIP" or "ZLIB".
        size: Bytes of a record.
        header: Bytes before the first.
        footer: Bytes after the last.
    """

    def __init__(
        self, parent: Stage, compression: str, size: int, header: int, footer: int
    ) -> None:
        super().__init__(parent, compression)
        self._size, self._header, self._footer = size, header, footer

    def _records(self, stream: BinaryIO, path: str) -> Iterator[bytes]:
        data = stream.read()
        body = data[self._header : len(data) - self._footer]
        if len(body) % self._size:
            raise InvalidFileError(
                path, None, f"its {len(body)} bytes are no multiple of record_bytes={self._size}"
            )
        for first in range(0, len(body), self._size):
            yield body[first : first + self._size]
