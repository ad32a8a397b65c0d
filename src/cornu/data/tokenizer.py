"""Text as word numbers in the way of Keras 2: Tokenizer and what belongs to it."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'

_MODES = ("binary", "count", "freq", "tfidf")


def text_to_word_sequence(
    input_text: str, filters: str = FILTERS, lower: bool = True, split: str = " "
) -> list[str]:
    """Returns the words of a text.

    Args:
        input_text: The text.
        filters: Characters that separate words and are dropped.
        lower: Whether words are put in lower case.
        split: What separates words.

    Returns:
        The words in order.

    Example:
        >>> text_to_word_sequence("Never, never gives up!")
        ['never', 'never', 'gives', 'up']
    """
    text = input_text.lower() if lower else input_text
    table = str.maketrans(dict.fromkeys(filters, split))
    return [word for word in text.translate(table).split(split) if word]


def hashing_trick(
    text: str,
    n: int,
    hash_function: Any = None,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], Sequence[str]] | None = None,
) -> list[int]:
    """Returns words as numbers that a hash function gives; different words may share one.

    Args:
        text: The text.
        n: One more than the largest number.
        hash_function: "md5", which gives the same in every run, or a function from text to int;
            Python's `hash`, which does not, when None.
        filters: Characters that separate words and are dropped.
        lower: Whether words are put in lower case.
        split: What separates words.
        analyzer: A function that cuts the text into words in place of the three above.

    Returns:
        Numbers from 1 to `n - 1`.

    Example:
        >>> hashing_trick("the cat the dog", 50, hash_function="md5")
        [43, 32, 43, 2]
    """
    if hash_function is None:
        hash_function = hash
    elif hash_function == "md5":
        hash_function = _md5
    words = (
        text_to_word_sequence(text, filters, lower, split) if analyzer is None else analyzer(text)
    )
    return [hash_function(word) % (n - 1) + 1 for word in words]


def _md5(word: str) -> int:
    return int(hashlib.md5(word.encode()).hexdigest(), 16)


def one_hot(
    input_text: str,
    n: int,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], Sequence[str]] | None = None,
) -> list[int]:
    """Returns words as numbers by Python's `hash` (despite the name nothing is one-hot).

    Args:
        input_text: The text.
        n: One more than the largest number.
        filters: Characters that separate words and are dropped.
        lower: Whether words are put in lower case.
        split: What separates words.
        analyzer: A function that cuts the text into words in place of the three above.

    Returns:
        Numbers from 1 to `n - 1`.

    Example:
        >>> numbers = one_hot("a b a", 10)
        >>> numbers[0] == numbers[2]
        True
    """
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


class Tokenizer:
    """Numbers words by how often they occur, and turns texts into those numbers.

    An old name of Keras 2; `keras.layers.TextVectorization` does the same inside a model. Number 0
    stands for no word, as `pad_sequences` fills up with it.

    Args:
        num_words: Only words with a number below this one are used in results; all when None.
        filters: Characters that separate words and are dropped.
        lower: Whether words are put in lower case.
        split: What separates words.
        char_level: Whether characters take the place of words.
        oov_token: Stands for unknown words, with number 1; they are left out when None.
        analyzer: A function that cuts a text into words.
        **kwargs: `nb_words`, Keras 1's name of `num_words`, and `document_count`.

    Attributes:
        word_index: The number of each word.
        index_word: The word of each number.
        word_counts: How often each word occurred.
        word_docs: In how many texts each word occurred.
        index_docs: The same by number.
        document_count: How many texts were seen.

    Example:
        >>> tokenizer = Tokenizer(oov_token="?")
        >>> tokenizer.fit_on_texts(["the cat", "the dog"])
        >>> tokenizer.texts_to_sequences(["the bird"])
        [[2, 1]]
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        analyzer: Callable[[str], Sequence[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        self.num_words = kwargs.pop("nb_words", num_words)
        self.document_count = kwargs.pop("document_count", 0)
        if kwargs:
            raise TypeError(f"Tokenizer has no argument {', '.join(map(repr, sorted(kwargs)))}.")
        self.filters = filters
        self.split = split
        self.lower = lower
        self.char_level = char_level
        self.oov_token = oov_token
        self.analyzer = analyzer
        self.word_counts: dict[str, int] = OrderedDict()
        self.word_docs: dict[str, int] = defaultdict(int)
        self.index_docs: dict[int, int] = defaultdict(int)
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def _words(self, text: Any) -> Sequence[str]:
        if self.char_level or isinstance(text, list):
            if not self.lower:
                return text
            return [word.lower() for word in text] if isinstance(text, list) else text.lower()
        if not isinstance(text, str):
            raise ValueError(
                f"Tokenizer expects texts (str) or lists of words; got {text!r} "
                f"({type(text).__name__}). Fill missing texts first, for example with "
                f"Series.fillna('')."
            )
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Counts the words of texts and numbers them; may be called again with more.

        Args:
            texts: Texts, or lists of words.
        """
        if isinstance(texts, str):
            raise ValueError(
                "Tokenizer.fit_on_texts expects a list of texts; got one text. Pass [text]."
            )
        for text in texts:
            words = self._words(text)
            self.document_count += 1
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        # Stable: of equally frequent words the one seen first comes first.
        by_count = sorted(self.word_counts, key=lambda word: -self.word_counts[word])
        special = [] if self.oov_token is None else [self.oov_token]
        self.word_index = {word: n for n, word in enumerate([*special, *by_count], 1)}
        self.index_word = {n: word for word, n in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences: Sequence[Sequence[int]]) -> None:
        """Counts in how many sequences each number occurs, for "tfidf" without texts.

        Args:
            sequences: Lists of word numbers.
        """
        self.document_count += len(sequences)
        for sequence in sequences:
            for number in set(sequence):
                self.index_docs[number] += 1

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """Returns texts as lists of word numbers.

        Args:
            texts: Texts, or lists of words.
        """
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """Yields the word numbers of each text."""
        unknown = None if self.oov_token is None else self.word_index.get(self.oov_token)
        for text in texts:
            numbers = (self.word_index.get(word) for word in self._words(text))
            known = (unknown if n is None or self._is_rare(n) else n for n in numbers)
            yield [n for n in known if n is not None]

    def _is_rare(self, number: int) -> bool:
        return bool(self.num_words) and number >= self.num_words

    def sequences_to_texts(self, sequences: Iterable[Iterable[int]]) -> list[str]:
        """Returns lists of word numbers as texts, words separated by a blank.

        Args:
            sequences: Lists of word numbers.
        """
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Iterable[int]]) -> Iterator[str]:
        """Yields the text of each list of word numbers."""
        for sequence in sequences:
            words = (
                self.oov_token if self._is_rare(n) else self.index_word.get(n, self.oov_token)
                for n in sequence
            )
            yield " ".join(word for word in words if word is not None)

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> np.ndarray[Any, Any]:
        """Returns texts as rows with one column for each word number.

        Args:
            texts: Texts, or lists of words.
            mode: As of `sequences_to_matrix`.
        """
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(
        self, sequences: Sequence[Sequence[int]], mode: str = "binary"
    ) -> np.ndarray[Any, Any]:
        """Returns lists of word numbers as rows with one column for each number.

        Args:
            sequences: Lists of word numbers.
            mode: "binary" (1 where the word occurs), "count", "freq" (count by length) or "tfidf".

        Returns:
            An array of shape (number of sequences, number of words + 1).

        Raises:
            ValueError: For another mode, or when nothing was fitted that the mode needs.
        """
        if mode not in _MODES:
            raise ValueError(f"Tokenizer: mode is one of {', '.join(_MODES)}; got {mode!r}.")
        columns = self.num_words or (len(self.word_index) + 1 if self.word_index else 0)
        if not columns:
            raise ValueError(
                "Tokenizer: the number of columns is unknown. Pass num_words, or call "
                "fit_on_texts() first."
            )
        if mode == "tfidf" and not self.document_count:
            raise ValueError("Tokenizer: mode 'tfidf' needs fit_on_texts() first.")
        matrix = np.zeros((len(sequences), columns))
        for row, sequence in zip(matrix, sequences):
            for number, count in Counter(n for n in sequence if n < columns).items():
                row[number] = self._entry(mode, number, count, len(sequence))
        return matrix

    def _entry(self, mode: str, number: int, count: int, length: int) -> float:
        if mode == "binary":
            return 1.0
        if mode == "count":
            return count
        if mode == "freq":
            return count / length
        documents = self.document_count / (1 + self.index_docs.get(number, 0))
        return (1 + math.log(count)) * math.log(1 + documents)

    def get_config(self) -> dict[str, Any]:
        """Returns the settings and what was counted, the latter as JSON text."""
        settings = ("num_words", "filters", "lower", "split", "char_level", "oov_token")
        counted = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        return {
            **{name: getattr(self, name) for name in settings},
            "document_count": self.document_count,
            **{name: json.dumps(getattr(self, name)) for name in counted},
        }

    def to_json(self, **kwargs: Any) -> str:
        """Returns the tokenizer as JSON text, which `tokenizer_from_json` reads.

        Args:
            **kwargs: Arguments of `json.dumps`.
        """
        return json.dumps(
            {"class_name": type(self).__name__, "config": self.get_config()}, **kwargs
        )


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """Returns the Tokenizer that `Tokenizer.to_json` wrote.

    Args:
        json_string: JSON text.

    Returns:
        A Tokenizer.

    Raises:
        ValueError: When it is no tokenizer.

    Example:
        >>> tokenizer = Tokenizer()
        >>> tokenizer.fit_on_texts(["a b"])
        >>> tokenizer_from_json(tokenizer.to_json()).word_index
        {'a': 1, 'b': 2}
    """
    config = json.loads(json_string).get("config")
    if not isinstance(config, dict):
        raise ValueError("tokenizer_from_json: the text has no 'config'; is it a tokenizer's?")
    config = dict(config)
    counted = {
        name: json.loads(config.pop(name))
        for name in ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
    }
    tokenizer = Tokenizer(**config)
    tokenizer.word_counts = OrderedDict(counted["word_counts"])
    tokenizer.word_docs.update(counted["word_docs"])
    tokenizer.index_docs.update({int(n): count for n, count in counted["index_docs"].items()})
    tokenizer.index_word = {int(n): word for n, word in counted["index_word"].items()}
    tokenizer.word_index = counted["word_index"]
    return tokenizer
