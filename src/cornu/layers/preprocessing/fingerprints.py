"""Hashes of text that are the same in every run and in every framework: FarmHash and SipHash.

FarmHash Fingerprint64 (Pike, Alakuijala, 2014) and SipHash-2-4 (Aumasson, Bernstein, 2012), as
TensorFlow's buckets use them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_WORD = (1 << 64) - 1


@lru_cache(maxsize=1 << 16)
def bucket_of(text: str, buckets: int, salt: tuple[int, int] | None = None) -> int:
    """Returns a number from 0 to `buckets - 1` that depends on the text alone.

    Args:
        text: The text; its UTF-8 bytes count.
        buckets: How many numbers there are.
        salt: Two ints, for SipHash in place of FarmHash.

    Returns:
        The number.

    Example:
        >>> bucket_of("a", 5), bucket_of("a", 5, (7, 7))
        (4, 1)
    """
    data = text.encode("utf-8", "surrogateescape")
    return (farm_hash(data) if salt is None else sip_hash(data, *salt)) % buckets


def checked_salt(salt: Any, who: str) -> tuple[int, int] | None:
    """Returns a salt as two ints.

    Raises:
        ValueError: When it is not one or two ints.
    """
    if salt is None:
        return None
    pair = (salt, salt) if isinstance(salt, int) else salt
    if not isinstance(pair, (list, tuple)) or len(pair) != 2:
        raise ValueError(f"{who}: salt is a whole number or two of them; got {salt!r}.")
    return int(pair[0]), int(pair[1])


def _rotated(x: int, by: int) -> int:
    x &= _WORD
    return (x >> by | x << (64 - by)) & _WORD


def _mixed(x: int) -> int:
    x &= _WORD
    return x ^ (x >> 47)


def _joined(u: int, v: int, factor: int) -> int:
    """Two words to one (FarmHash's HashLen16)."""
    a = _mixed((u ^ v) * factor)
    return _mixed(((v & _WORD) ^ a) * factor) * factor & _WORD


def farm_hash(data: bytes) -> int:
    """Returns the 64-bit FarmHash fingerprint of bytes."""
    size = len(data)

    def word(at: int) -> int:
        return int.from_bytes(data[at : at + 8], "little")

    factor = _K2 + 2 * size
    if size > 64:
        return _farm_hash_long(data)
    if size > 32:
        a, b = word(0) * _K2, word(8)
        c, d = word(size - 8) * factor, word(size - 16) * _K2
        y = _rotated(a + b, 43) + _rotated(c, 30) + d
        z = _joined(y & _WORD, (a + _rotated(b + _K2, 18) + c) & _WORD, factor)
        e, f = word(16) * factor, word(24)
        g, h = (y + word(size - 32)) * factor, (z + word(size - 24)) * factor
        left = _rotated(e + f, 43) + _rotated(g, 30) + h
        return _joined(left & _WORD, (e + _rotated(f + a, 18) + g) & _WORD, factor)
    if size > 16:
        a, b = word(0) * _K1, word(8)
        c, d = word(size - 8) * factor, word(size - 16) * _K2
        left = _rotated(a + b, 43) + _rotated(c, 30) + d
        return _joined(left & _WORD, (a + _rotated(b + _K2, 18) + c) & _WORD, factor)
    if size >= 8:
        a, b = word(0) + _K2, word(size - 8)
        left = _rotated(b, 37) * factor + a
        right = (_rotated(a, 25) + b) * factor
        return _joined(left & _WORD, right & _WORD, factor)
    if size >= 4:
        first = int.from_bytes(data[:4], "little")
        last = int.from_bytes(data[-4:], "little")
        return _joined(size + (first << 3), last, factor)
    if size:
        y = data[0] + (data[size >> 1] << 8)
        z = size + (data[-1] << 2)
        return _mixed(y * _K2 & _WORD ^ z * _K0 & _WORD) * _K2 & _WORD
    return _K2


def _farm_hash_long(data: bytes) -> int:
    size = len(data)

    def word(at: int) -> int:
        return int.from_bytes(data[at : at + 8], "little")

    def weak(at: int, a: int, b: int) -> tuple[int, int]:
        w, x, y, z = (word(at + step) for step in (0, 8, 16, 24))
        a = (a + w) & _WORD
        b = _rotated(b + a + z, 21)
        total = (a + x + y) & _WORD
        return (total + z) & _WORD, (b + _rotated(total, 44) + a) & _WORD

    y = (81 * _K1 + 113) & _WORD
    z = _mixed(y * _K2 + 113) * _K2 & _WORD
    x = (81 * _K2 + word(0)) & _WORD
    v = w = (0, 0)

    def turn(at: int, factor: int, scale: int) -> None:
        nonlocal x, y, z, v, w
        x = _rotated(x + y + v[0] + word(at + 8), 37) * factor & _WORD
        y = _rotated(y + v[1] + word(at + 48), 42) * factor & _WORD
        x ^= w[1] * scale & _WORD
        y = (y + v[0] * scale + word(at + 40)) & _WORD
        z = _rotated(z + w[0], 33) * factor & _WORD
        v = weak(at, v[1] * factor, x + w[0])
        w = weak(at + 32, z + w[1], y + word(at + 16))
        x, z = z, x

    end = (size - 1) // 64 * 64
    for at in range(0, end, 64):
        turn(at, _K1, 1)
    factor = _K1 + ((z & 0xFF) << 1)
    rest = (size - 1) & 63
    w = ((w[0] + rest) & _WORD, w[1])
    v = ((v[0] + w[0]) & _WORD, v[1])
    w = ((w[0] + v[0]) & _WORD, w[1])
    turn(end + rest - 63, factor, 9)
    left = _joined(v[0], w[0], factor) + _mixed(y) * _K0 + z
    right = _joined(v[1], w[1], factor) + x
    return _joined(left & _WORD, right & _WORD, factor)


def sip_hash(data: bytes, key0: int, key1: int) -> int:
    """Returns the 64-bit SipHash-2-4 of bytes under a key of two words."""
    k0, k1 = key0 & _WORD, key1 & _WORD
    a, b = k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D
    c, d = k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573

    def rounds(count: int) -> None:
        nonlocal a, b, c, d
        for _ in range(count):
            a, c = (a + b) & _WORD, (c + d) & _WORD
            b, d = _rotated(b, 51) ^ a, _rotated(d, 48) ^ c
            a = _rotated(a, 32)
            c, a = (c + b) & _WORD, (a + d) & _WORD
            b, d = _rotated(b, 47) ^ c, _rotated(d, 43) ^ a
            c = _rotated(c, 32)

    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 0xFF])
    for at in range(0, len(padded), 8):
        block = int.from_bytes(padded[at : at + 8], "little")
        d ^= block
        rounds(2)
        a ^= block
    c ^= 0xFF
    rounds(4)
    return a ^ b ^ c ^ d


def joined_fingerprints(first: int, second: int) -> int:
    """Returns one 64-bit fingerprint for two, in the way of TensorFlow's feature crosses."""
    factor = 0xC6A4A7935BD1E995
    result = first ^ factor ^ (_mixed(second * factor) * factor & _WORD)
    result = result * factor & _WORD
    return _mixed(_mixed(result) * factor)
