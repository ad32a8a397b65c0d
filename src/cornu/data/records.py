"""TFRecord files: TensorFlow's format of binary records.

A record is its length (8 bytes, little endian), a masked CRC-32C of these bytes, the data, and a
masked CRC-32C of the data (TensorFlow's guide "TFRecord and tf.train.Example").
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from cornu.core.errors import InvalidFileError
from cornu.data.elements import Array
from cornu.data.lines import FileStage, compression_of
from cornu.saving.replacing import replacing_file

_POLYNOMIAL = 0x82F63B78  # Castagnoli's, with the bits reversed
_CHUNK = 1024
_HEADER = struct.Struct("<QI")
_FOOTER = struct.Struct("<I")


@functools.cache
def _tables() -> Array:
    """Row k: what each byte does to the checksum when k bytes follow it in a chunk."""
    first = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        first = np.where(first & 1, (first >> 1) ^ np.uint32(_POLYNOMIAL), first >> 1)
    rows = [first]
    for _ in range(_CHUNK - 1):
        rows.append((rows[-1] >> 8) ^ first[rows[-1] & 0xFF])
    return np.stack(rows)


def crc32c(data: bytes) -> int:
    """Returns the CRC-32C (Castagnoli) of bytes.

    Args:
        data: The bytes.

    Returns:
        A number of 32 bits.

    Example:
        >>> hex(crc32c(b"123456789"))
        '0xe3069283'
    """
    tables = _tables()
    state = 0xFFFFFFFF
    values = np.frombuffer(data, np.uint8)
    for first in range(0, len(values), _CHUNK):
        chunk = values[first : first + _CHUNK]
        size = len(chunk)
        chunk = np.concatenate([chunk, np.zeros(max(0, 4 - size), np.uint8)])
        mixed = chunk.copy()
        mixed[:4] ^= np.frombuffer(state.to_bytes(4, "little"), np.uint8)
        rest = 0
        if size < 4:  # the state is longer than the data: what is left of it is shifted on
            rest = int.from_bytes(bytes(mixed[size:4]), "little")
            mixed = mixed[:size]
        places = np.arange(size - 1, -1, -1)
        state = int(np.bitwise_xor.reduce(tables[places, mixed[:size]])) ^ rest
    return state ^ 0xFFFFFFFF


def masked_crc(data: bytes) -> int:
    """Returns the checksum as TFRecord files store it."""
    value = crc32c(data)
    return (((value >> 15) | (value << 17)) + 0xA282EAD8) & 0xFFFFFFFF


class Records(FileStage):
    """The records of TFRecord files."""

    def _records(self, stream: BinaryIO, path: str) -> Iterator[bytes]:
        return read_records(stream, path)


def read_records(stream: BinaryIO, path: str) -> Iterator[bytes]:
    """Yields the records of an open file.

    Raises:
        InvalidFileError: When it was cut off or a checksum is wrong.
    """
    number = 0
    while header := stream.read(_HEADER.size):
        part = f"record {number}"
        if len(header) != _HEADER.size:
            raise InvalidFileError(path, part, "the file was cut off")
        length, checksum = _HEADER.unpack(header)
        if masked_crc(header[:8]) != checksum:
            raise InvalidFileError(path, part, "corrupted record: the checksum of its length")
        data = stream.read(length)
        footer = stream.read(_FOOTER.size)
        if len(data) != length or len(footer) != _FOOTER.size:
            raise InvalidFileError(path, part, "the file was cut off")
        if masked_crc(data) != _FOOTER.unpack(footer)[0]:
            raise InvalidFileError(path, part, "corrupted record: the checksum of its data")
        yield data
        number += 1


class RecordWriter:
    """Writes a TFRecord file, which appears when it is closed.

    Args:
        path: The file.
        options: "", "GZIP" or "ZLIB", or an object with `compression_type`.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> path = Path(tempfile.mkdtemp()) / "a.tfrecord"
        >>> with RecordWriter(path) as writer:
        ...     writer.write(b"abc")
        >>> path.stat().st_size
        19
    """

    def __init__(self, path: Any, options: Any = None) -> None:
        kind = compression_of(getattr(options, "compression_type", options))
        self._closing = contextlib.ExitStack()
        beside: Path = self._closing.enter_context(replacing_file(path))
        stream: Any = self._closing.enter_context(beside.open("wb"))
        self._compressor: Any = None
        self._stream: Any = stream
        if kind == "GZIP":
            self._stream = self._closing.enter_context(gzip.GzipFile(fileobj=stream, mode="wb"))
        elif kind == "ZLIB":
            self._compressor = zlib.compressobj()
        self._open = True

    def write(self, record: bytes) -> None:
        """Appends a record."""
        if not self._open:
            raise ValueError("The writer is closed.")
        length = struct.pack("<Q", len(record))
        data = b"".join(
            [
                length,
                struct.pack("<I", masked_crc(length)),
                record,
                struct.pack("<I", masked_crc(record)),
            ]
        )
        self._stream.write(self._compressor.compress(data) if self._compressor else data)

    def flush(self) -> None:
        """Does nothing: the file appears when the writer is closed."""

    def close(self) -> None:
        """Finishes the file."""
        if self._open:
            self._open = False
            if self._compressor:
                self._stream.write(self._compressor.flush())
            self._closing.close()

    def __enter__(self) -> RecordWriter:
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if kind is None:
            self.close()
        elif self._open:
            self._open = False
            self._closing.__exit__(kind, error, traceback)

    def __del__(self) -> None:
        if getattr(self, "_open", False):
            self.close()
