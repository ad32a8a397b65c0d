"""Reuters: 11,228 news of 1987 as lists of word numbers, in 46 topics."""

from __future__ import annotations

import numpy as np

from cornu.datasets._arrays import Split, load_lists
from cornu.datasets._files import RemoteFile, fetch
from cornu.datasets._reviews import Words, numbered, read_word_index, shuffled

_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_FILE = RemoteFile(
    "reuters",
    "reuters.npz",
    f"{_URL}reuters.npz",
    "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
)
_INDEX = RemoteFile(
    "reuters",
    "reuters_word_index.json",
    f"{_URL}reuters_word_index.json",
    "9b56000edc4b34a32e89fd5a23b2605594682c74efcf7d8f4e2a5514b771e633",
)
_LABELS = (
    "cocoa", "grain", "veg-oil", "earn", "acq", "wheat", "copper", "housing", "money-supply",
    "coffee", "sugar", "trade", "reserves", "ship", "cotton", "carcass", "crude", "nat-gas", "cpi",
    "money-fx", "interest", "gnp", "meal-feed", "alum", "oilseed", "gold", "tin",
    "strategic-metal", "livestock", "retail", "ipi", "iron-steel", "rubber", "heat", "jobs", "lei",
    "bop", "zinc", "orange", "pet-chem", "dlr", "gas", "silver", "wpi", "hog", "lead",
)  # fmt: skip


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> Split:
    """Loads the news, downloading them (2 MB) if they are not on this machine.

    Args:
        path: Name of the file below the data folders, or an absolute path.
        num_words: Words with this number or a larger one are replaced by `oov_char`.
        skip_top: So are words with a smaller number than this.
        maxlen: Only news shorter than this are kept.
        test_split: Fraction of the news that goes to the test set.
        seed: Seed of the shuffle.
        start_char: Number that begins each text; none when None.
        oov_char: Stands for words that are left out; they disappear when None.
        index_from: Added to the numbers of `get_word_index()`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: lists of word numbers in object arrays, and topics
        int64, named by `get_label_names()`.

    Raises:
        DatasetError: If the file is not here and cannot be downloaded, or is damaged.
        ValueError: If no text is shorter than `maxlen`.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data(num_words=10000)  # doctest: +SKIP

    Reference:
        D. Lewis, "Reuters-21578 Text Categorization Collection" (1997); for research only.
    """
    words = Words(num_words, skip_top, maxlen, start_char, oov_char, index_from)
    x, y = load_lists("reuters", fetch(_FILE, path), ("x", "y"))
    x, y = numbered("reuters", *shuffled(x, y, np.random.RandomState(seed)), words)
    count = int(len(x) * (1 - test_split))
    return (x[:count], y[:count]), (x[count:], y[count:])


def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
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
    return read_word_index("reuters", fetch(_INDEX, path))


def get_label_names() -> tuple[str, ...]:
    """Returns the names of the 46 topics in the order of their numbers.

    Example:
        >>> get_label_names()[3]
        'earn'
    """
    return _LABELS
