"""IMDB: 50,000 film reviews as lists of word numbers, positive or negative."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.datasets._arrays import Split, load_lists
from cornu.datasets._files import RemoteFile, fetch
from cornu.datasets._reviews import Words, largest_number, numbered, read_word_index, shuffled

_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_FILE = RemoteFile(
    "imdb",
    "imdb.npz",
    f"{_URL}imdb.npz",
    "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
)
_INDEX = RemoteFile(
    "imdb",
    "imdb_word_index.json",
    f"{_URL}imdb_word_index.json",
    "027313fe9a320280f3bf0fac5baf58c4a683cf39a7ed9c3d3d3912bde4284cf6",
)


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    **kwargs: Any,
) -> Split:
    """Loads the film reviews, downloading them (17 MB) if they are not on this machine.

    Words are numbered by how often they occur; number `index_from + 1` is the most frequent one.

    Args:
        path: Name of the file below the data folders, or an absolute path.
        num_words: Words with this number or a larger one are replaced by `oov_char`.
        skip_top: So are words with a smaller number than this.
        maxlen: Only reviews shorter than this are kept.
        seed: Seed of the shuffle.
        start_char: Number that begins each review; none when None.
        oov_char: Stands for words that are left out; they disappear when None.
        index_from: Added to the numbers of `get_word_index()`.
        **kwargs: `nb_words`, the old name of `num_words`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: lists of word numbers in object arrays (25000,), and
        labels int64 (25000,), 1 for a positive review.

    Raises:
        DatasetError: If the file is not here and cannot be downloaded, or is damaged.
        ValueError: If no review is shorter than `maxlen`.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data(num_words=10000)  # doctest: +SKIP

    Reference:
        A. Maas et al., "Learning Word Vectors for Sentiment Analysis", ACL (2011).
    """
    words = Words(
        kwargs.pop("nb_words", num_words), skip_top, maxlen, start_char, oov_char, index_from
    )
    if kwargs:
        raise TypeError(f"imdb.load_data has no argument {', '.join(map(repr, sorted(kwargs)))}.")
    names = ("x_train", "y_train", "x_test", "y_test")
    x_train, y_train, x_test, y_test = load_lists("imdb", fetch(_FILE, path), names)
    generator = np.random.RandomState(seed)
    train, test = shuffled(x_train, y_train, generator), shuffled(x_test, y_test, generator)
    largest = max(largest_number(train[0], words), largest_number(test[0], words))
    return (
        numbered("imdb", *train, words, largest),
        numbered("imdb", *test, words, largest),
    )


def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """Loads the number of each word, to which `load_data` adds `index_from`.

    Args:
        path: Name of the file below the data folders, or an absolute path.

    Returns:
        Numbers from 1 by word.

    Raises:
        DatasetError: If the file is not here and cannot be downloaded, or is damaged.

    Example:
        >>> index = get_word_index()  # doctest: +SKIP
    """
    return read_word_index("imdb", fetch(_INDEX, path))
