"""The memory of temporary values: never two in one place, and places are used again."""

from __future__ import annotations

import pytest

pytest.importorskip("cornu._native")

from cornu.engines.native.arena import ArenaPlanner


def test_places_never_overlap(rng):
    arena = ArenaPlanner()
    living: dict[int, int] = {}
    for _ in range(2000):
        if living and rng.random() < 0.48:
            offset = int(rng.choice(list(living)))
            del living[offset]
            arena.release(offset)
            continue
        size = int(rng.integers(0, 1000))
        offset = arena.allocate(size)
        assert offset % 64 == 0
        assert offset + size <= arena.size
        for other, length in living.items():
            assert offset + max(size, 1) <= other or other + max(length, 1) <= offset
        living[offset] = size


def test_free_neighbours_become_one_place():
    arena = ArenaPlanner()
    places = [arena.allocate(64) for _ in range(4)]
    for i in (0, 2, 1):
        arena.release(places[i])
    assert arena.allocate(192) == places[0]
    assert arena.size == 256


def test_the_tightest_place_is_taken():
    arena = ArenaPlanner()
    wide, wall, tight, _ = (arena.allocate(size) for size in (256, 64, 128, 64))
    arena.release(wide)
    arena.release(tight)
    assert arena.allocate(100) == tight
    assert arena.allocate(100) == wide
    assert wall == 256


def test_the_last_place_grows():
    arena = ArenaPlanner()
    arena.allocate(64)
    last = arena.allocate(64)
    arena.release(last)
    assert arena.allocate(640) == last
    assert arena.size == 704


def test_a_chain_reuses_memory():
    """A chain of values needs room for two of them, however long it is."""
    arena = ArenaPlanner()
    previous = arena.allocate(1000)
    for _ in range(50):
        current = arena.allocate(1000)
        arena.release(previous)
        previous = current
    assert arena.size <= 2 * 1024
