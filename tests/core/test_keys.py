"""Threefry against its authors' test vectors and against JAX."""

from __future__ import annotations

import numpy as np
import pytest

from cornu.core import keys


@pytest.mark.parametrize(
    ("key", "counter", "expected"),
    [
        # Known answers of Random123 for threefry2x32 with 20 rounds.
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_known_answers(key, counter, expected):
    words = [np.array([word], np.uint32) for word in counter]
    with np.errstate(over="ignore"):
        first, second = keys.threefry(np.array(key, np.uint32), *words)
    assert (int(first[0]), int(second[0])) == expected


@pytest.mark.parametrize("shape", [(), (0,), (1,), (7,), (33, 5)])
def test_bits_are_those_of_jax(shape):
    jax = pytest.importorskip("jax")
    key = np.array([3, 0xDEADBEEF], np.uint32)
    wrapped = jax.random.wrap_key_data(key, impl="threefry2x32")
    np.testing.assert_array_equal(keys.random_bits(key, shape), jax.random.bits(wrapped, shape))


def test_a_number_depends_on_its_place_alone():
    key = np.array([1, 2], np.uint32)
    np.testing.assert_array_equal(keys.random_bits(key, (10,))[:3], keys.random_bits(key, (3,)))


def test_default_seeds_repeat_with_pythons_generator():
    import random

    random.seed(7)
    first = keys.make_default_seed()
    random.seed(7)
    assert keys.make_default_seed() == first
    assert 1 <= first <= int(1e9)
