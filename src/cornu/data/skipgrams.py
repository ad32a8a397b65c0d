"""Pairs of neighbouring words, as word2vec learns from them (Mikolov et al. 2013, 1301.3781)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> np.ndarray[Any, Any]:
    """Returns with which probability each word is kept, by its rank among the frequent ones.

    Word frequencies are taken to follow Zipf's law.

    Args:
        size: Number of words.
        sampling_factor: Larger keeps more of the frequent words.

    Returns:
        An array of `size` probabilities.

    Example:
        >>> make_sampling_table(3).round(4).tolist()
        [0.0032, 0.0032, 0.0055]
    """
    rank = np.arange(size, dtype=np.float64)
    rank[:1] = 1
    inverse_frequency = rank * (np.log(rank) + 0.577) + 0.5 - 1.0 / (12.0 * rank)
    return np.minimum(1.0, np.sqrt(sampling_factor * inverse_frequency))


def skipgrams(
    sequence: Sequence[int],
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Returns pairs of words: neighbours with label 1, and random ones with label 0.

    Args:
        sequence: Word numbers; 0 is no word and is left out.
        vocabulary_size: Largest word number plus one.
        window_size: How far apart neighbours may be.
        negative_samples: Random pairs for each pair of neighbours.
        shuffle: Whether the pairs are mixed.
        categorical: Whether labels are [0, 1] and [1, 0] instead of 1 and 0.
        sampling_table: Probability to keep each word, as of `make_sampling_table`.
        seed: Of the mixing; drawn from Python's `random` when None.

    Returns:
        The list of pairs and the list of labels.

    Example:
        >>> pairs, labels = skipgrams([1, 2], 3, negative_samples=0, shuffle=False)
        >>> pairs, labels
        ([[1, 2], [2, 1]], [1, 1])
    """
    pairs: list[list[int]] = []
    for place, word in enumerate(sequence):
        if not word:
            continue
        if sampling_table is not None and sampling_table[word] < random.random():
            continue
        stop = min(len(sequence), place + window_size + 1)
        near = [n for n in range(max(0, place - window_size), stop) if n != place]
        pairs += [[word, sequence[other]] for other in near if sequence[other]]
    yes, no = ([0, 1], [1, 0]) if categorical else (1, 0)
    labels: list[Any] = [yes] * len(pairs)
    if negative_samples > 0 and pairs:
        count = int(len(labels) * negative_samples)
        words = [pair[0] for pair in pairs]
        random.shuffle(words)
        pairs += [
            [words[place % len(words)], random.randint(1, vocabulary_size - 1)]
            for place in range(count)
        ]
        labels += [no] * count
    if shuffle:
        start = random.randint(0, 10_000_000) if seed is None else seed
        for items in (pairs, labels):
            random.seed(start)
            random.shuffle(items)
    return pairs, labels
