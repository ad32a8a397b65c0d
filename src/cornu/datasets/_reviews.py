"""Texts as lists of word numbers: what the loaders of IMDB and Reuters do with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cornu.datasets._arrays import reading


class Words(NamedTuple):
    """Which numbers stand for words, as the loaders' arguments say."""

    num_words: int | None
    skip_top: int
    maxlen: int | None
    start_char: int | None
    oov_char: int | None
    index_from: int


def shuffled(x: np.ndarray, y: np.ndarray, generator: Any) -> tuple[np.ndarray, np.ndarray]:
    """Returns texts and labels in the order that a generator draws."""
    order = np.arange(len(x))
    generator.shuffle(order)
    return x[order], y[order]


def numbered(
    dataset: str, x: np.ndarray, y: np.ndarray, words: Words, largest: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Returns texts with shifted numbers, without long texts, and with rare words replaced.

    Raises:
        ValueError: When no text is short enough.
    """
    start = [] if words.start_char is None else [words.start_char]
    shift = words.index_from or 0
    texts = [[*start, *(number + shift for number in text)] for text in x]
    if words.maxlen:
        kept = [place for place, text in enumerate(texts) if len(text) < words.maxlen]
        if not kept:
            raise ValueError(
                f"{dataset}.load_data: no text is shorter than maxlen={words.maxlen}. Increase it."
            )
        texts, y = [texts[place] for place in kept], y[kept]
    limit = words.num_words or largest or max(max(text) for text in texts)
    if words.oov_char is None:
        texts = [[n for n in text if words.skip_top <= n < limit] for text in texts]
    else:
        rare = words.oov_char
        texts = [[n if words.skip_top <= n < limit else rare for n in text] for text in texts]
    result = np.empty(len(texts), object)
    result[:] = texts
    return result, y


def largest_number(texts: np.ndarray, words: Words) -> int:
    """Returns the largest number that occurs in texts, after the shift."""
    return max(max(text) for text in texts if text) + (words.index_from or 0)


def read_word_index(dataset: str, path: Path) -> dict[str, int]:
    """Returns the number of each word, from a JSON file."""
    with reading(dataset, path):
        index = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(index, dict) or not all(isinstance(n, int) for n in index.values()):
            raise ValueError("it holds no word numbers")
        return index
