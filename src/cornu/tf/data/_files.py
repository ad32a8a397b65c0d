"""Datasets of files: lines, records, CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from cornu.data import pipeline_of
from cornu.data.lines import FixedLengthRecords, TextLines, compression_of, texts
from cornu.data.records import Records
from cornu.data.sources import Slices
from cornu.data.stage import Stage
from cornu.tf._convert import convert
from cornu.tf.data._dataset import Dataset


def paths_of(names: Any) -> list[str]:
    """Returns names of files (text, a list or tensor of such) as a list."""
    if isinstance(names, (str, Path)):
        return [str(names)]
    if isinstance(names, (list, tuple)):
        return [path for name in names for path in paths_of(name)]
    found = np.atleast_1d(np.asarray(convert(names))).ravel()
    return [name.decode() if isinstance(name, bytes) else str(name) for name in found]


def _names(filenames: Any) -> Stage:
    if isinstance(filenames, Dataset):
        return pipeline_of(filenames)
    return Slices(texts(paths_of(filenames)))


def TextLineDataset(
    filenames: Any,
    compression_type: Any = None,
    buffer_size: Any = None,
    num_parallel_reads: Any = None,
    name: Any = None,
) -> Any:
    r"""Returns the lines of text files, without their ends, as a dataset.

    Args:
        filenames: Name, list of names, or dataset of names.
        compression_type: "", "GZIP" or "ZLIB".
        buffer_size: Accepted for TensorFlow's signature.
        num_parallel_reads: Likewise.
        name: Likewise.

    Raises:
        FileNotFoundError: When a file does not exist, at the first pass.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> import cornu.tf as tf
        >>> path = Path(tempfile.mkdtemp()) / "a.txt"
        >>> _ = path.write_text("one\ntwo\n")
        >>> [line.numpy() for line in tf.data.TextLineDataset(path)]
        [b'one', b'two']
    """
    return Dataset(TextLines(_names(filenames), compression_of(compression_type)))


def TFRecordDataset(
    filenames: Any,
    compression_type: Any = None,
    buffer_size: Any = None,
    num_parallel_reads: Any = None,
    name: Any = None,
) -> Any:
    """Returns the records of TFRecord files as a dataset.

    Args:
        filenames: Name, list of names, or dataset of names.
        compression_type: "", "GZIP" or "ZLIB".
        buffer_size: Accepted for TensorFlow's signature.
        num_parallel_reads: Likewise.
        name: Likewise.

    Raises:
        FileNotFoundError: When a file does not exist, at the first pass.
        InvalidFileError: When a file was cut off or damaged, where it is.

    Example:
        >>> import os, tempfile
        >>> import cornu.tf as tf
        >>> from cornu.data.records import RecordWriter
        >>> path = os.path.join(tempfile.mkdtemp(), "a.tfrecord")
        >>> with RecordWriter(path) as writer:
        ...     writer.write(b"one")
        >>> [record.numpy() for record in tf.data.TFRecordDataset(path)]
        [b'one']
    """
    return Dataset(Records(_names(filenames), compression_of(compression_type)))


def FixedLengthRecordDataset(
    filenames: Any,
    record_bytes: Any,
    header_bytes: Any = None,
    footer_bytes: Any = None,
    buffer_size: Any = None,
    compression_type: Any = None,
    num_parallel_reads: Any = None,
    name: Any = None,
) -> Any:
    """Returns pieces of binary files, all of one length, as a dataset.

    Args:
        filenames: Name, list of names, or dataset of names.
        record_bytes: Bytes of a piece.
        header_bytes: Bytes before the first.
        footer_bytes: Bytes after the last.
        buffer_size: Accepted for TensorFlow's signature.
        compression_type: "", "GZIP" or "ZLIB".
        num_parallel_reads: Accepted for TensorFlow's signature.
        name: Likewise.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> import cornu.tf as tf
        >>> path = Path(tempfile.mkdtemp()) / "a.bin"
        >>> _ = path.write_bytes(b"abcd")
        >>> [piece.numpy() for piece in tf.data.FixedLengthRecordDataset(path, 2)]
        [b'ab', b'cd']
    """
    return Dataset(
        FixedLengthRecords(
            _names(filenames),
            compression_of(compression_type),
            int(record_bytes),
            int(header_bytes or 0),
            int(footer_bytes or 0),
        )
    )
