"""Vocabulary: tokens, their numbers, and how they are learned from data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

Token = Any  # str or int


class Vocabulary:
    """Tokens in order, numbered from `first`.

    Args:
        tokens: The tokens, each once.
        first: Number of the first.
    """

    def __init__(self, tokens: Sequence[Token], first: int) -> None:
        self.tokens = list(tokens)
        self.first = first
        self.numbers = {token: first + place for place, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def sorted_keys(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Returns integer tokens in ascending order, and the number of each."""
        keys = np.array(self.tokens, np.int64)
        order = np.argsort(keys, kind="stable")
        return keys[order], order + self.first


class TokenCounts:
    """Counts tokens, and in how many documents each occurs."""

    def __init__(self) -> None:
        self.tokens: Counter[Token] = Counter()
        self.documents: Counter[Token] = Counter()
        self.document_count = 0

    def update(self, documents: Iterable[Sequence[Token]], by_document: bool) -> None:
        """Counts the tokens of documents.

        Args:
            documents: Lists of tokens.
            by_document: Whether documents are counted too.
        """
        for document in documents:
            self.tokens.update(document)
            if by_document:
                self.documents.update(set(document))
                self.document_count += 1

    def by_frequency(self, without: set[Token], most: int | None) -> list[Token]:
        """Returns tokens, frequent ones first; equally frequent ones in descending order.

        Args:
            without: Tokens that are left out.
            most: How many are kept at most.
        """
        kept = [token for token in self.tokens if token not in without]
        kept.sort(reverse=True)
        kept.sort(key=lambda token: -self.tokens[token])
        return kept if most is None else kept[: max(most, 0)]

    def inverse_document_frequency(self, tokens: Sequence[Token]) -> np.ndarray[Any, Any]:
        """Returns log(1 + documents / (1 + documents with the token)) of each token."""
        found = np.array([self.documents[token] for token in tokens], np.float64)
        return np.log(1.0 + self.document_count / (1.0 + found))


def read_vocabulary(path: str, integers: bool) -> list[Token]:
    """Returns the tokens of a text file, one a line; empty lines at the end are dropped.

    Raises:
        ValueError: When the file is missing, is no text, or holds what is no whole number although
            `integers`.
    """
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            lines = file.read().split("\n")
    except OSError as error:
        raise ValueError(f"The vocabulary file {path!r} cannot be read: {error}.") from error
    lines = [line.removesuffix("\r") for line in lines]
    while lines and lines[-1] == "":
        lines.pop()
    if not integers:
        return lines
    try:
        return [int(line) for line in lines]
    except ValueError as error:
        raise ValueError(f"The vocabulary file {path!r} holds no whole numbers: {error}.") from None


def write_vocabulary(path: str, tokens: Iterable[Token]) -> None:
    """Writes tokens to a text file, one a line."""
    with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        file.write("\n".join(str(token) for token in tokens))
