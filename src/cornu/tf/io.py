"""Files and messages: `tf.io`."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core import dtypes as core
from cornu.core.tensor import Tensor as CoreTensor
from cornu.data.csv import column_of, split_line
from cornu.data.examples import fields, length_field, varint
from cornu.data.images import read_file as _contents
from cornu.data.records import RecordWriter as TFRecordWriter
from cornu.saving.replacing import replacing_file
from cornu.tf import _gfile as gfile
from cornu.tf._convert import convert, public
from cornu.tf._examples import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    VarLenFeature,
    parse_example,
    parse_single_example,
)
from cornu.tf._image_files import (
    bytes_of,
    decode_bmp,
    decode_gif,
    decode_image,
    decode_jpeg,
    decode_png,
    encode_jpeg,
    encode_png,
    text_of,
)
from cornu.tf._names import no_such_name
from cornu.tf._tensor import as_bytes
from cornu.tf.data.experimental import default_of
from cornu.tf.errors import InvalidArgumentError

__all__ = [
    "FixedLenFeature", "FixedLenSequenceFeature", "TFRecordOptions", "TFRecordWriter",
    "VarLenFeature", "decode_bmp", "decode_csv", "decode_gif", "decode_image", "decode_jpeg",
    "decode_png", "decode_raw", "encode_jpeg", "encode_png", "gfile", "is_jpeg", "parse_example",
    "parse_single_example", "parse_tensor", "read_file", "serialize_tensor", "write_file",
]  # fmt: skip


def _path(filename: Any) -> str:
    return filename if isinstance(filename, str) else bytes_of(_as_text(filename), "path").decode()


def _as_text(filename: Any) -> Any:
    return str(filename) if hasattr(filename, "__fspath__") else filename


@public
def read_file(filename: Any, name: Any = None) -> Any:
    """Returns the contents of a file as a scalar string.

    Args:
        filename: The file.
        name: Accepted for TensorFlow's signature.

    Raises:
        FileNotFoundError: When there is none.

    Example:
        >>> import os, tempfile
        >>> import cornu.tf as tf
        >>> path = os.path.join(tempfile.mkdtemp(), "a")
        >>> tf.io.write_file(path, "text")
        >>> tf.io.read_file(path).numpy()
        b'text'
    """
    return text_of(_contents(_path(filename)))


def write_file(filename: Any, contents: Any, name: Any = None) -> None:
    """Writes a scalar string to a file, which appears when it is complete.

    Args:
        filename: The file.
        contents: The string.
        name: Accepted for TensorFlow's signature.

    Example:
        >>> import os, tempfile
        >>> import cornu.tf as tf
        >>> tf.io.write_file(os.path.join(tempfile.mkdtemp(), "a"), "text")
    """
    data = contents if isinstance(contents, bytes) else bytes_of(contents, "write_file")
    with replacing_file(_path(filename)) as beside:
        beside.write_bytes(data)


def is_jpeg(contents: Any, name: Any = None) -> Any:
    """Returns whether `contents` begin as those of a JPEG file do; `name` is not used.

    Example:
        >>> import cornu.tf as tf
        >>> bool(tf.io.is_jpeg("text"))
        False
    """
    return convert(bytes_of(contents, "is_jpeg")[:3] == b"\xff\xd8\xff")


@public
def decode_csv(records: Any, record_defaults: Any, field_delim: str = ",", use_quote_delim: bool = True, na_value: str = "", select_cols: Any = None, name: Any = None) -> Any:  # fmt: skip
    """Returns the fields of lines of a CSV file, one tensor for each column.

    Args:
        records: Lines: strings of any shape, which each tensor has.
        record_defaults: One for each column: an empty tensor, list or dtype for a column that must
            be there, or the value that stands where the field is empty.
        field_delim: What stands between fields.
        use_quote_delim: Whether quotation marks hold fields together.
        na_value: Text that means a missing field.
        select_cols: Numbers of the columns to return, in increasing order.
        name: Accepted for TensorFlow's signature.

    Returns:
        A list of tensors.

    Raises:
        ValueError: For another number of fields, or one that is missing or no number.

    Example:
        >>> import cornu.tf as tf
        >>> [float(x) for x in tf.io.decode_csv("1,,3", [0.0, 5.0, 0.0])]
        [1.0, 5.0, 3.0]
    """
    tensor = convert(records)
    lines = np.asarray(CoreTensor.numpy(tensor)).reshape(-1).tolist()
    rows = [split_line(line, field_delim, use_quote_delim) for line in lines]
    if select_cols is not None:
        rows = [[row[place] for place in select_cols] for row in rows]
    for number, row in enumerate(rows):
        if len(row) != len(record_defaults):
            raise InvalidArgumentError(
                f"Expect {len(record_defaults)} fields but have {len(row)} in record {number}"
            )
    columns = []
    for place, given in enumerate(record_defaults):
        empty = isinstance(given, list) and not given
        kind, default = ("float32", None) if empty else default_of(given)
        column = column_of([row[place] for row in rows], kind, default, na_value, f"column {place}")
        columns.append(convert(column.reshape(tensor.shape)))
    return columns


@public
def decode_raw(input_bytes: Any, out_type: Any, little_endian: bool = True, fixed_length: Any = None, name: Any = None) -> Any:  # fmt: skip
    """Returns the numbers whose bytes a string holds.

    Args:
        input_bytes: Strings of one length.
        out_type: Dtype of the numbers.
        little_endian: Whether their first byte is the lowest one.
        fixed_length: Accepted for TensorFlow's signature.
        name: Likewise.

    Returns:
        A tensor with an axis more.

    Raises:
        ValueError: When the length is no multiple of the numbers' size.

    Example:
        >>> import cornu.tf as tf
        >>> tf.io.decode_raw(tf.constant("abc"), tf.uint8).numpy().tolist()
        [97, 98, 99]
    """
    kind = np.dtype(core.to_numpy(core.canonical(out_type)))
    stored = kind.newbyteorder("<" if little_endian else ">")
    texts = as_bytes(np.asarray(CoreTensor.numpy(convert(input_bytes))))
    rows = [bytes(text) for text in texts.reshape(-1)]
    if len({len(row) for row in rows}) > 1 or any(len(row) % kind.itemsize for row in rows):
        raise InvalidArgumentError(
            f"decode_raw: the strings must have one length, a multiple of {kind.itemsize} bytes; "
            f"got {sorted({len(row) for row in rows})}."
        )
    numbers = np.stack([np.frombuffer(row, stored) for row in rows]).astype(kind)
    return convert(numbers.reshape(*texts.shape, -1))


# Numbers of dtypes in TensorFlow's messages.
_NUMBERS = {
    "float32": 1, "float64": 2, "int32": 3, "uint8": 4, "int16": 5, "int8": 6, "int64": 9,
    "bool": 10, "uint16": 17, "float16": 19, "uint32": 22, "uint64": 23,
}  # fmt: skip


@public
def serialize_tensor(tensor: Any, name: Any = None) -> Any:
    """Returns a numeric tensor as a message, a scalar string; `parse_tensor` reads it.

    Args:
        tensor: The tensor.
        name: Accepted for TensorFlow's signature.

    Raises:
        NotImplementedError: For text.

    Example:
        >>> import cornu.tf as tf
        >>> message = tf.io.serialize_tensor(tf.constant([1.0, 2.0]))
        >>> tf.io.parse_tensor(message, tf.float32).numpy().tolist()
        [1.0, 2.0]
    """
    given = convert(tensor)
    kind = str.__str__(given.dtype)
    if kind not in _NUMBERS:
        raise NotImplementedError(f"serialize_tensor: {kind} is not supported.")
    array = np.ascontiguousarray(np.asarray(given))
    dims = b"".join(length_field(2, b"\x08" + varint(n)) for n in given.shape)
    message = (
        b"\x08" + varint(_NUMBERS[kind]) + length_field(2, dims) + length_field(4, array.tobytes())
    )
    return text_of(message)


@public
def parse_tensor(serialized: Any, out_type: Any, name: Any = None) -> Any:
    """Returns the tensor that `serialize_tensor` wrote.

    Args:
        serialized: The message, a scalar string.
        out_type: Dtype that it must have.
        name: Accepted for TensorFlow's signature.

    Raises:
        ValueError: For a damaged message, or another dtype.

    Example:
        >>> import cornu.tf as tf
        >>> message = tf.io.serialize_tensor(tf.constant([[1]]))
        >>> tf.io.parse_tensor(message, tf.int32).shape
        TensorShape([1, 1])
    """
    kind = core.canonical(out_type)
    try:
        number, sizes, content = 0, [], b""
        for field, value in fields(bytes_of(serialized, "parse_tensor")):
            if field == 1:
                number = value
            elif field == 2:
                sizes = [dict(fields(dim)).get(1, 0) for _, dim in fields(value)]
            elif field == 4:
                content = value
        if _NUMBERS.get(kind) != number:
            known = {place: name for name, place in _NUMBERS.items()}
            raise InvalidArgumentError(
                f"Type mismatch between parsed tensor ({known.get(number, number)}) and dtype "
                f"({kind})"
            )
        array = np.frombuffer(content, core.to_numpy(kind)).reshape(sizes)
    except (IndexError, TypeError, ValueError) as error:
        if isinstance(error, InvalidArgumentError):
            raise
        raise InvalidArgumentError(f"Could not parse `serialized` as a tensor: {error}") from None
    return convert(array)


class TFRecordOptions:
    """Options of a TFRecordWriter.

    Args:
        compression_type: "", "GZIP" or "ZLIB".
        **keywords: Accepted for TensorFlow's signature.

    Example:
        >>> import cornu.tf as tf
        >>> tf.io.TFRecordOptions("GZIP").compression_type
        'GZIP'
    """

    def __init__(self, compression_type: Any = None, **keywords: Any) -> None:
        self.compression_type = compression_type or ""


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.io", name, __all__)
