"""Threefry-2x32: the counter-based random generator behind every random number in cornu.

Reference: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011). The
counters are laid out as JAX's "partitionable" scheme does: element i of a draw uses the 64-bit
counter i, so a number depends on its place alone and never on how the work is cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cornu.core import session
from cornu.core.shapes import size

Words = npt.NDArray[np.uint32]

_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = np.uint32(0x1BD11BDA)


def threefry(key: Words, high: Words, low: Words) -> tuple[Words, Words]:
    """Returns the 20-round Threefry-2x32 hash of 64-bit counters under a key.

    Args:
        key: Two uint32 words.
        high: Upper words of the counters.
        low: Lower words, same shape.

    Returns:
        The two words of each hash.
    """
    words = (key[0], key[1], key[0] ^ key[1] ^ _PARITY)
    first = high + words[0]
    second = low + words[1]
    for group in range(5):
        for rotation in _ROTATIONS[group % 2]:
            first = first + second
            second = (second << np.uint32(rotation)) | (second >> np.uint32(32 - rotation))
            second = second ^ first
        first = first + words[(group + 1) % 3]
        second = second + words[(group + 2) % 3] + np.uint32(group + 1)
    return first, second


def random_bits(key: Any, shape: Sequence[int]) -> Words:
    """Returns uniform uint32 words of the given shape.

    Args:
        key: Two uint32 words.
        shape: Shape of the result.

    Returns:
        An array of uint32.

    Example:
        >>> random_bits(np.array([0, 42], np.uint32), (2,)).dtype
        dtype('uint32')
    """
    counter = np.arange(size(shape), dtype=np.uint64)
    high = (counter >> np.uint64(32)).astype(np.uint32)
    with np.errstate(over="ignore"):
        first, second = threefry(np.asarray(key, np.uint32), high, counter.astype(np.uint32))
    return np.asarray((first ^ second).reshape(tuple(shape)))


def make_default_seed() -> int:
    """Returns a new seed from Python's own generator, so that `random.seed` makes it repeat.

    Returns:
        An int from 1 to 1e9, as Keras draws it.
    """
    return int(session.current().seeds.randint(1, int(1e9)))
