"""Messages of `tf.train.Example`: named lists of bytes, floats or whole numbers.

The wire format of protocol buffers, for the three levels of messages that an Example has:
Example{features=1}, Features{feature=1: map}, Feature{bytes_list=1, float_list=2, int64_list=3}.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from cornu.core.errors import InvalidArgumentError

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
KINDS = {1: "bytes", 2: "float", 3: "int64"}

Features = dict[str, tuple[str, list[Any]]]


def varint(value: int) -> bytes:
    """Returns a number in the wire format: seven bits a byte, the lowest first."""
    value &= 2**64 - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def length_field(number: int, data: bytes) -> bytes:
    """Returns a field of bytes."""
    return varint(number << 3 | _BYTES) + varint(len(data)) + data


def encode_feature(kind: str, values: Any) -> bytes:
    """Returns a Feature message of a kind ("bytes", "float" or "int64")."""
    if kind == "bytes":
        return length_field(1, b"".join(length_field(1, value) for value in values))
    if kind == "float":
        packed = struct.pack(f"<{len(values)}f", *values)
        return length_field(2, length_field(1, packed) if values else b"")
    packed = b"".join(varint(int(value)) for value in values)
    return length_field(3, length_field(1, packed) if values else b"")


def encode_example(features: Mapping[str, tuple[str, Any]]) -> bytes:
    """Returns an Example message.

    Args:
        features: Kind and values by name.

    Returns:
        The message; features in the order of their names.

    Example:
        >>> decode_example(encode_example({"a": ("int64", [1, -1])}))
        {'a': ('int64', [1, -1])}
    """
    entries = [
        length_field(
            1, length_field(1, name.encode()) + length_field(2, encode_feature(*features[name]))
        )
        for name in sorted(features)
    ]
    return length_field(1, b"".join(entries))


def decode_example(message: bytes) -> Features:
    """Returns kind and values of the features of an Example message, by name.

    Raises:
        InvalidArgumentError: When it is no such message.
    """
    found: Features = {}
    try:
        for number, features in fields(message):
            if number != 1:
                continue
            for kind, entry in fields(features):
                if kind == 1:
                    parts = dict(fields(entry))
                    found[parts[1].decode()] = _feature(parts.get(2, b""))
    except (IndexError, KeyError, TypeError, UnicodeDecodeError, struct.error) as error:
        raise InvalidArgumentError(f"Could not parse example input: {error}") from None
    return found


def _feature(data: bytes) -> tuple[str, list[Any]]:
    kind, values = "", []
    for number, content in fields(data):
        kind = KINDS[number]
        for field, item in fields(content):
            if field != 1:
                continue
            values += _values(kind, item)
    return kind, values


def _values(kind: str, item: Any) -> list[Any]:
    if kind == "bytes":
        return [item]
    if kind == "float":
        return list(np.frombuffer(item, "<f4").tolist())
    if isinstance(item, int):
        return [_signed(item)]
    numbers, place = [], 0
    while place < len(item):
        number, place = _read_varint(item, place)
        numbers.append(_signed(number))
    return numbers


def _signed(value: int) -> int:
    return value - 2**64 if value >= 2**63 else value


def _read_varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (2**64 - 1), place
        shift += 7
        if shift > 63:
            raise IndexError("a number has too many bytes")


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Yields number and content of the fields of a message; IndexError for a damaged one."""
    place = 0
    while place < len(data):
        tag, place = _read_varint(data, place)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, place = _read_varint(data, place)
            yield number, value
            continue
        if kind == _BYTES:
            length, place = _read_varint(data, place)
        elif kind in (_FIXED32, _FIXED64):
            length = 4 if kind == _FIXED32 else 8
        else:
            raise IndexError(f"a field has the unknown wire type {kind}")
        if place + length > len(data):
            raise IndexError("the message was cut off")
        yield number, data[place : place + length]
        place += length
