"""PNG files of 8-bit images, written with zlib alone."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np

# Colour types of the format by number of channels: grey, grey and alpha, RGB, RGBA.
_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}


def encode(pixels: np.ndarray[Any, Any]) -> bytes:
    """Returns a PNG file.

    Args:
        pixels: uint8 array of shape (height, width, channels) with 1 to 4 channels.

    Example:
        >>> encode(np.zeros((2, 3, 1), np.uint8))[1:4]
        b'PNG'
    """
    height, width, channels = pixels.shape
    # Each row begins with the number of its filter: none.
    rows = np.zeros((height, 1 + width * channels), np.uint8)
    rows[:, 1:] = pixels.reshape(height, width * channels)
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 6))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
