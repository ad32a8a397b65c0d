"""Layers of categories and text give what Keras's give on TensorFlow (values taken from there)."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import layers
from cornu.layers.preprocessing import fingerprints

TEXTS = ["", "a", "bb", "abcdefgh", "x" * 16, "x" * 17, "hello world, this is 32 chars ok",
         "y" * 33, "z" * 64, "w" * 65, "The quick brown fox " * 10]  # fmt: skip
FARM = [1936946117179621455, 3694432073954588131, 161571533504518082, 4533385575889643785,
        3320895591121647644, 2082709914559524773, 237291117518156339, 3999049019338133246,
        294799756062990872, 3272011567211491968, 4062849177543050440]  # fmt: skip
SIP = [276253488, 576261732, 54016467, 29908535, 890230027, 129191573, 80309016, 868384958,
       447321758, 489926018, 728608775]  # fmt: skip


def test_fingerprints():
    assert [fingerprints.farm_hash(text.encode()) % 2**62 for text in TEXTS] == FARM
    salted = [fingerprints.sip_hash(text.encode(), 133, 137) % 1000000007 for text in TEXTS]
    assert salted == SIP


def test_hashing():
    assert layers.Hashing(5)([["a"], ["bb"]]).tolist() == [[4], [2]]
    assert layers.Hashing(5)(np.arange(6)).tolist() == [0, 4, 4, 1, 3, 1]
    assert layers.Hashing(5, salt=7)(["a", "bb"]).tolist() == [1, 3]
    masked = layers.Hashing(5, mask_value="")(["", "a"]).tolist()
    assert masked[0] == 0
    assert masked[1] > 0
    assert layers.Hashing(3, output_mode="one_hot")([["a"], ["b"]]).shape == (2, 3)


def test_hashed_crossing():
    pair = (np.array(["a", "b"]), np.array([3, 4]))
    assert layers.HashedCrossing(1000000007)(pair).tolist() == [752780420, 66975527]
    one_hot = layers.HashedCrossing(7, output_mode="one_hot")(pair)
    assert one_hot.numpy().argmax(axis=-1).tolist() == [3, 3]
    with pytest.raises(ValueError, match="two or more"):
        layers.HashedCrossing(7)([np.array([1, 2])])


def test_string_lookup():
    layer = layers.StringLookup()
    layer.adapt([["b", "a"], ["c", "a"]])
    assert layer.get_vocabulary() == ["[UNK]", "a", "c", "b"]
    assert layer.vocabulary_size() == 4
    assert layer(["a", "x"]).tolist() == [1, 0]
    inverse = layers.StringLookup(vocabulary=layer.get_vocabulary(), invert=True)
    assert inverse(np.array([[1, 3], [0, 9]])).tolist() == [["a", "b"], ["[UNK]", "[UNK]"]]
    weighted = layers.StringLookup(vocabulary=["a", "b"], output_mode="tf_idf", idf_weights=[1, 2])
    np.testing.assert_allclose(weighted([["a", "c"]]), [[1.5, 1.0, 0.0]])
    masked = layers.StringLookup(vocabulary=["a"], mask_token="", num_oov_indices=2)
    assert masked(["", "a", "a"]).tolist() == [0, 3, 3]
    assert set(masked(list("bcdefgh")).tolist()) == {1, 2}


def test_string_lookup_adapts_to_batches_and_pandas():
    pandas = pytest.importorskip("pandas")
    words = ["a", "b", "b", "c", "b", "a"]
    vocabularies = []
    for data in (words, np.array(words), pandas.Series(words), iter([words[:3], words[3:]])):
        layer = layers.StringLookup(max_tokens=3)
        layer.adapt(data)
        vocabularies.append(layer.get_vocabulary())
    assert vocabularies == [["[UNK]", "b", "a"]] * 4


def test_integer_lookup():
    layer = layers.IntegerLookup(max_tokens=5, output_mode="count")
    layer.adapt(np.array([[1, 2], [2, 3]]))
    assert layer.get_vocabulary() == [-1, 2, 3, 1]
    assert layer([[2, 3, 9]]).tolist() == [[1, 1, 1, 0]]
    folded = layers.IntegerLookup(vocabulary=[7], num_oov_indices=3)
    assert folded([7, 8, 9, 10]).tolist() == [3, 2, 0, 1]


@pytest.mark.parametrize(
    ("arguments", "texts", "vocabulary", "given", "expected"),
    [
        (
            {"ngrams": 2},
            ["Hi you! ", "hi me, my ÉTÉ"],
            ["", "[UNK]", "hi", "ÉtÉ", "you", "my ÉtÉ", "my", "me my", "me", "hi you", "hi me"],
            ["hi you", "x"],
            [[2, 4, 9], [1, 0, 0]],
        ),
        (
            {"split": "character", "output_sequence_length": 3},
            ["abc", "ab"],
            ["", "[UNK]", "b", "a", "c"],
            [["abcd"], ["a"]],
            [[3, 2, 4], [3, 0, 0]],
        ),
        (
            {"split": None, "output_mode": "multi_hot"},
            ["abc", "ab"],
            ["[UNK]", "abc", "ab"],
            [["abc"], ["a"]],
            [[0, 1, 0], [1, 0, 0]],
        ),
        (
            {"output_mode": "tf_idf", "max_tokens": 10, "pad_to_max_tokens": True},
            ["Hi you! ", "hi me, my ÉTÉ"],
            ["[UNK]", "hi", "ÉtÉ", "you", "my", "me"],
            ["hi you", "x"],
            [[0, 0.51082563, 0, 0.6931472, *[0] * 6], [0.65668285, *[0] * 9]],
        ),
        (
            {
                "standardize": lambda texts: np.char.replace(texts, "x", ""),
                "split": lambda texts: [text.split("-") for text in texts],
            },
            ["a-bx", "A-b"],
            ["", "[UNK]", "b", "a", "A"],
            ["b-c"],
            [[2, 1]],
        ),
    ],
)
def test_text_vectorization(arguments, texts, vocabulary, given, expected):
    layer = layers.TextVectorization(**arguments)
    layer.adapt(texts)
    assert layer.get_vocabulary() == vocabulary
    np.testing.assert_allclose(layer(given), expected, rtol=1e-6)


def test_category_encoding(keras):
    for mode, given in (
        ("multi_hot", [[0, 1], [0, 0]]),
        ("one_hot", [[0, 1], [0, 0]]),
        ("one_hot", [[2], [3]]),
        ("count", [[0, 1, 1], [0, 0, 3]]),
        ("multi_hot", [1, 2]),
    ):
        ours = layers.CategoryEncoding(4, output_mode=mode)
        theirs = keras.layers.CategoryEncoding(4, output_mode=mode)
        array = np.array(given)
        np.testing.assert_array_equal(ours(array), np.asarray(theirs(array)))
        assert ours.compute_output_shape((None, 3)) == theirs.compute_output_shape((None, 3))
    weights = np.array([[0.5, 2.0]], "float32")
    got = layers.CategoryEncoding(3, output_mode="count")(np.array([[2, 2]]), count_weights=weights)
    assert got.tolist() == [[0.0, 0.0, 2.5]]


@pytest.mark.parametrize("mode", ["int", "one_hot"])
def test_discretization(keras, rng, mode):
    data = rng.normal(size=(300, 1)).astype("float32")
    ours = layers.Discretization(num_bins=6, output_mode=mode)
    theirs = keras.layers.Discretization(num_bins=6, output_mode=mode)
    ours.adapt(iter([data[:100], data[100:]]))
    for part in (data[:100], data[100:]):  # Keras's adapt() needs TensorFlow
        theirs.update_state(part)
    theirs.finalize_state()
    np.testing.assert_allclose(ours.bin_boundaries, theirs.bin_boundaries, rtol=1e-6)
    np.testing.assert_array_equal(ours(data), np.asarray(theirs(data)))
    again = layers.Discretization.from_config(ours.get_config())
    np.testing.assert_array_equal(again(data), ours(data))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.StringLookup()([[1, 2]]), "takes text, but was given int64"),
        (lambda: layers.StringLookup().adapt(["a", None]), "item 1 is None.*fillna"),
        (lambda: layers.IntegerLookup().adapt(["a"]), r"whole numbers.*'a'.*StringLookup"),
        (lambda: layers.StringLookup(vocabulary=["a", "a"]), r"more than once: \['a'\]"),
        (lambda: layers.StringLookup(vocabulary=[]), "must not be empty"),
        (lambda: layers.StringLookup(vocabulary="none.txt"), "'none.txt' cannot be read"),
        (lambda: layers.StringLookup(vocabulary=["a"]).adapt(["b"]), "made with a vocabulary"),
        (
            lambda: layers.StringLookup(vocabulary=["a"], num_oov_indices=0)(["b"]),
            r"does not know \['b'\]",
        ),
        (lambda: layers.StringLookup(output_mode="hot"), "output_mode is one of"),
        (lambda: layers.StringLookup(vocabulary=["a"], max_tokens=1), "at least 2"),
        (lambda: layers.CategoryEncoding(3)([[1, 5]]), "from 0 to 2.*from 1 to 5"),
        (lambda: layers.CategoryEncoding(), "needs num_tokens"),
        (lambda: layers.Discretization(), "either bin_boundaries, or num_bins"),
        (lambda: layers.Discretization(num_bins=3)([1.0]), "no boundaries yet"),
        (lambda: layers.TextVectorization(split="words"), "split is one of"),
        (lambda: layers.TextVectorization()([["a", "b"]]), r"shape \(1, 2\)"),
        (lambda: layers.TextVectorization(ragged=True), "ragged=True is not supported"),
    ],
)
def test_mistakes_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_vectors_need_a_vocabulary():
    with pytest.raises(RuntimeError, match="no vocabulary yet"):
        layers.StringLookup(output_mode="multi_hot")([["a"]])
