"""Tokenizer and its functions give what Keras's old ones give."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cornu.preprocessing import text

TEXTS = [
    "The cat sat on the mat.",
    "The dog, the cat and the bird!",
    ["Already", "cut", "the"],
    "",
]
CONFIGS = [
    {},
    {"num_words": 4},
    {"oov_token": "<OOV>"},
    {"oov_token": "<OOV>", "num_words": 4},
    {"char_level": True, "lower": False},
    {"filters": ".", "split": "e"},
]


@pytest.fixture(scope="module")
def legacy(keras):
    return pytest.importorskip("keras._tf_keras.keras.preprocessing.text")


@pytest.mark.parametrize("arguments", CONFIGS, ids=str)
def test_tokenizer(legacy, arguments):
    ours, theirs = text.Tokenizer(**arguments), legacy.Tokenizer(**arguments)
    for one in (ours, theirs):
        one.fit_on_texts(TEXTS[:2])
        one.fit_on_texts(TEXTS[2:])
    assert ours.word_index == theirs.word_index
    assert ours.index_docs == theirs.index_docs
    new = ["the new cat", "dog"]
    sequences = ours.texts_to_sequences(new)
    assert sequences == theirs.texts_to_sequences(new)
    assert ours.sequences_to_texts(sequences) == theirs.sequences_to_texts(sequences)
    for mode in ("binary", "count", "freq", "tfidf"):
        np.testing.assert_allclose(
            ours.texts_to_matrix(TEXTS, mode), theirs.texts_to_matrix(TEXTS, mode)
        )
    again = text.tokenizer_from_json(ours.to_json())
    assert again.texts_to_sequences(new) == sequences
    assert legacy.tokenizer_from_json(ours.to_json()).texts_to_sequences(new) == sequences
    assert json.loads(ours.to_json()).keys() == json.loads(theirs.to_json()).keys()


def test_functions(legacy):
    line = "One, two; one three"
    assert text.text_to_word_sequence(line) == legacy.text_to_word_sequence(line)
    ours = text.hashing_trick(line, 20, hash_function="md5")
    assert ours == legacy.hashing_trick(line, 20, hash_function="md5")
    assert text.one_hot(line, 20) == legacy.one_hot(line, 20)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match=r"list of texts; got one text"):
        text.Tokenizer().fit_on_texts("a text")
    with pytest.raises(ValueError, match=r"nan \(float\).*fillna"):
        text.Tokenizer().fit_on_texts(["a", float("nan")])
    with pytest.raises(ValueError, match="number of columns is unknown"):
        text.Tokenizer().texts_to_matrix([])
    with pytest.raises(ValueError, match="mode is one of"):
        text.Tokenizer(num_words=3).texts_to_matrix(["a"], mode="idf")
