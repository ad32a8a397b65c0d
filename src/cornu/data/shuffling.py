"""Shuffling with a buffer, and where its random numbers come from.

A buffer of the size of the data gives every order with equal probability; a smaller one mixes only
neighbours: the element given is drawn from the buffer, and the next one from below takes its place.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np

from cornu.data.elements import Array, Block, Element
from cornu.data.stage import Derived, Ordered, Stage, blocks_of
from cornu.ops.seeds import program_seed


class Seeds:
    """Gives the seed of each pass.

    Args:
        seed: A number; None takes one from the program's seeds.
        fixed: Whether all passes have the same one.
    """

    def __init__(self, seed: int | None, *, fixed: bool) -> None:
        self._entropy = program_seed() if seed is None else int(seed) & (2**64 - 1)
        self._fixed = fixed
        self._passes = 0
        self._lock = threading.Lock()

    def __call__(self) -> np.random.SeedSequence:
        """Returns the seed of the next pass."""
        with self._lock:
            number = 0 if self._fixed else self._passes
            self._passes += 1
        return np.random.SeedSequence(self._entropy, spawn_key=(number,))


class Shuffle(Derived):
    """The elements in another order.

    Args:
        parent: Whose elements.
        size: Of the buffer; None holds all.
        seeds: Gives the seed of each pass.
    """

    def __init__(self, parent: Stage, size: int | None, seeds: Seeds) -> None:
        super().__init__(parent)
        self._size = size
        self._seeds = seeds

    def ordered(self) -> Ordered | None:
        """Returns the table below and its row numbers shuffled."""
        found = self.parent.ordered()
        return None if found is None else (found[0], self._shuffled(found[1]))

    def _shuffled(self, numbers: Iterator[Array]) -> Iterator[Array]:
        generator = np.random.default_rng(self._seeds())
        buffer, rest = _filled(numbers, self._size)
        for chunk in rest:
            places = generator.integers(0, len(buffer), len(chunk)).tolist()
            given = np.empty(len(chunk), np.int64)
            held = buffer.tolist()
            for position, (place, number) in enumerate(zip(places, chunk.tolist(), strict=True)):
                given[position] = held[place]
                held[place] = number
            buffer = np.array(held, np.int64)
            yield given
        yield generator.permutation(buffer)

    def blocks(self, rows: int) -> Iterator[Block]:
        """Returns the elements in another order."""
        ordered = self.ordered()
        return self._one_by_one() if ordered is None else blocks_of(ordered, rows)

    def _one_by_one(self) -> Iterator[Block]:
        generator = np.random.default_rng(self._seeds())
        buffer: list[Element] = []
        for element in self.parent.elements():
            if self._size is None or len(buffer) < self._size:
                buffer.append(element)
                continue
            place = int(generator.integers(len(buffer)))
            given, buffer[place] = buffer[place], element
            yield Block.of(given)
        for place in generator.permutation(len(buffer)).tolist():
            yield Block.of(buffer[place])


def _filled(numbers: Iterator[Array], size: int | None) -> tuple[Array, Iterator[Array]]:
    """Returns the first `size` numbers, and the rest of them in chunks."""
    held: list[Array] = []
    count = 0
    for chunk in numbers:
        held.append(chunk)
        count += len(chunk)
        if size is not None and count > size:
            whole = np.concatenate(held)
            return whole[:size], _chain(whole[size:], numbers)
    return (np.concatenate(held) if held else np.empty(0, np.int64)), iter(())


def _chain(first: Array, rest: Iterator[Array]) -> Iterator[Array]:
    yield first
    yield from rest
