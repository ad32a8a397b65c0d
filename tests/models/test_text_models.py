"""Models that begin with text: every style trains, predicts, is saved and goes on."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
import cornu.tf as tf
from cornu import layers

TEXTS = ["good film", "bad film", "very good", "very bad indeed", "good good", "bad", "fine good"]
LABELS = np.array([1, 0, 1, 0, 1, 0, 1], "float32")


def vectorizer(**arguments):
    layer = layers.TextVectorization(**arguments)
    layer.adapt(TEXTS)
    return layer


def sequential(**arguments):
    return keras.Sequential(
        [
            vectorizer(**arguments),
            layers.Embedding(20, 4),
            layers.GlobalAveragePooling1D(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def functional(**arguments):
    inputs = keras.Input((1,), dtype=tf.string)
    hidden = layers.Embedding(20, 4)(vectorizer(**arguments)(inputs))
    outputs = layers.Dense(1, activation="sigmoid")(layers.GlobalAveragePooling1D()(hidden))
    return keras.Model(inputs, outputs)


class Subclassed(keras.Model):
    def __init__(self, **arguments):
        super().__init__()
        self.words = vectorizer(**arguments)
        self.embedding = layers.Embedding(20, 4)
        self.pool = layers.GlobalAveragePooling1D()
        self.top = layers.Dense(1, activation="sigmoid")

    def call(self, inputs):
        return self.top(self.pool(self.embedding(self.words(inputs))))


@pytest.mark.parametrize("style", [sequential, functional, Subclassed])
@pytest.mark.parametrize("arguments", [{"output_sequence_length": 4}, {}], ids=["fixed", "longest"])
def test_text_models_train(style, arguments):
    keras.utils.set_random_seed(1)
    model = style(**arguments)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    column = np.array(TEXTS)[:, None]
    history = model.fit(column, LABELS, epochs=3, batch_size=3, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
    expected = model.predict(column)
    assert expected.shape == (7, 1)
    for data in (tf.constant(column), np.array(TEXTS, object)[:, None], column.tolist()):
        # With the longest text of the batch as length, batches differ in their padding.
        np.testing.assert_allclose(model.predict(data), expected, rtol=1e-6)
    np.testing.assert_allclose(model(tf.constant(column)), expected, rtol=1e-5)
    np.testing.assert_allclose(model.predict(column[:2]), model(column[:2]), rtol=1e-5)
    assert len(model.evaluate(column, LABELS, verbose=0)) == 2


def test_text_is_prepared_once_or_by_batch_to_the_same_result(monkeypatch):
    from cornu.training import runner

    results = []
    for limit in (runner._MOST_BYTES, 0):
        monkeypatch.setattr(runner, "_MOST_BYTES", limit)
        keras.utils.set_random_seed(3)
        model = sequential(output_sequence_length=4)
        model.compile("adam", "mse")
        model.fit(np.array(TEXTS), LABELS, epochs=2, batch_size=2, verbose=0)
        results.append(model.get_weights())
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)


def test_eager_and_generator_training():
    def batches():
        for start in (0, 3):
            yield np.array(TEXTS)[start : start + 3], LABELS[start : start + 3]

    for eager in (False, True):
        model = sequential()
        model.compile("adam", "mse", run_eagerly=eager)
        assert np.isfinite(model.fit(batches(), verbose=0).history["loss"][0])


def test_dict_of_text_and_numbers():
    color = keras.Input((1,), name="color", dtype="string")
    size = keras.Input((1,), name="size")
    lookup = layers.StringLookup(vocabulary=["red", "blue"], output_mode="one_hot")
    merged = layers.Concatenate()([lookup(color), size])
    model = keras.Model([color, size], layers.Dense(1)(merged))
    model.compile("sgd", "mse")
    data = {"color": np.array(["red", "green", "blue"]), "size": np.array([1.0, 2.0, 3.0])}
    model.fit(data, np.zeros(3), verbose=0)
    expected = (
        np.array([[0, 1, 0, 1], [1, 0, 0, 2], [0, 0, 1, 3]]) @ model.layers[-1].kernel.numpy()
    )
    np.testing.assert_allclose(
        model.predict(data), expected + model.layers[-1].bias.numpy(), rtol=1e-5
    )


def test_integer_lookup_is_compiled_anywhere_in_a_model():
    inputs = keras.Input((2,))
    bins = layers.Discretization(bin_boundaries=[0.0, 1.0, 2.0])(inputs)
    lookup = layers.IntegerLookup(vocabulary=[3, 1], mask_token=0)
    model = keras.Model(inputs, lookup(bins))
    data = np.array([[-1.0, 0.5], [1.5, 9.0]], "float32")
    assert model.predict(data).tolist() == [[0, 3], [1, 2]]
    lookup_of_two = keras.Model(
        inputs, layers.IntegerLookup(vocabulary=[3], num_oov_indices=0)(bins)
    )
    with pytest.raises(ValueError, match="runs in Python before the compiled step"):
        lookup_of_two.predict(data)


def test_adapting_again_changes_compiled_models():
    lookup = layers.IntegerLookup(vocabulary=[5, 6])
    model = keras.Sequential([keras.Input((1,), dtype="int64"), lookup])
    assert model.predict(np.array([[6]])).tolist() == [[2]]
    lookup.set_vocabulary([6, 5])
    assert model.predict(np.array([[6]])).tolist() == [[1]]


@pytest.mark.parametrize("name", ["model.keras", "model"])
@pytest.mark.parametrize("style", [sequential, functional])
def test_saved_models_know_their_words(tmp_path, name, style):
    model = style(output_sequence_length=4)
    model.compile("adam", "mse")
    model.fit(np.array(TEXTS)[:, None], LABELS, verbose=0)
    path = tmp_path / name
    model.save(path)
    again = keras.models.load_model(path)
    column = np.array([["good"], ["unheard of"]])
    np.testing.assert_array_equal(again.predict(column), model.predict(column))
    again.fit(np.array(TEXTS)[:, None], LABELS, verbose=0)


def test_text_where_numbers_are_wanted_is_still_an_error():
    model = keras.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="encode the text first"):
        model.fit(np.array(TEXTS)[:, None], LABELS, verbose=0)


def test_a_compiled_model_inside_another_reports_nothing():
    """A trained model behind a TextVectorization layer: the losses are those of the whole."""
    inner = keras.Sequential(
        [
            keras.Input((4,), dtype="int64"),
            layers.Embedding(20, 4),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    inner.compile("sgd", "mse", metrics=["mae"])
    whole = keras.Sequential(
        [keras.Input((1,), dtype="string"), vectorizer(output_sequence_length=4), inner]
    )
    whole.compile("sgd", "mse")
    column = np.array(TEXTS)[:, None]
    history = whole.fit(column, LABELS, verbose=0).history
    assert list(history) == ["loss"]
    assert history["loss"][0] > 0
