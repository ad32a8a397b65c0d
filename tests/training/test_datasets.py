"""Datasets in fit, evaluate and predict: the same training as from arrays, and clear refusals."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
import cornu.tf as tf

X = np.random.RandomState(0).randint(0, 256, (70, 6), np.uint8)
Y = np.arange(70) % 3


def model(**keywords):
    keras.utils.set_random_seed(1)
    made = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activation="softmax")])
    made.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"], **keywords)
    return made


def scaled(x, y):
    return tf.cast(x, tf.float32) / 255.0, y


def pipeline():
    return tf.data.Dataset.from_tensor_slices((X, Y)).map(scaled).batch(16).prefetch(1)


@pytest.mark.parametrize("eagerly", [False, True])
def test_a_pipeline_trains_as_arrays_do(eagerly):
    arrays, dataset = model(), model(run_eagerly=eagerly)
    x = X.astype(np.float32) / 255.0
    weights = {0: 2.0, 1: 1.0, 2: 0.5}
    keywords = {"epochs": 3, "verbose": 0, "class_weight": weights}
    expected = arrays.fit(x, Y, 16, shuffle=False, validation_data=(x, Y), **keywords)
    found = dataset.fit(pipeline(), validation_data=pipeline(), **keywords)
    for name, curve in expected.history.items():
        np.testing.assert_allclose(found.history[name], curve, rtol=1e-5)
    np.testing.assert_allclose(dataset.evaluate(pipeline(), verbose=0), arrays.evaluate(x, Y, 16, verbose=0), rtol=1e-5)  # fmt: skip
    np.testing.assert_allclose(dataset.predict(pipeline()), arrays.predict(x), rtol=1e-4, atol=1e-6)


def test_steps_per_epoch_goes_on_where_the_last_epoch_stopped():
    one, other = model(), model()
    one.fit(pipeline(), epochs=2, verbose=0)
    other.fit(pipeline().repeat(2), epochs=5, steps_per_epoch=2, verbose=0)
    np.testing.assert_allclose(one.get_weights()[0], other.get_weights()[0], rtol=1e-5)


def test_data_that_run_out_end_the_epoch_with_a_warning():
    with pytest.warns(UserWarning, match="input ran out of data"):
        history = model().fit(pipeline(), epochs=1, steps_per_epoch=9, verbose=0)
    assert len(history.history["loss"]) == 1


def test_callbacks_are_told_of_every_batch():
    seen = []
    callback = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(batch)
    )
    model().fit(pipeline(), epochs=1, verbose=0, callbacks=[callback])
    assert seen == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("change", "keywords", "message"),
    [
        (lambda d: d, {"batch_size": 8}, "batch_size"),
        (lambda d: d, {"validation_split": 0.2}, "validation_split"),
        (lambda d: d, {"y": Y}, "must yield it"),
        (lambda d: d.repeat(), {}, "infinite"),
        (lambda d: d.take(0), {}, "no batch"),
    ],
)
def test_impossible_arguments(change, keywords, message):
    with pytest.raises(ValueError, match=message):
        model().fit(change(pipeline()), verbose=0, **keywords)


def test_labels_are_checked_before_the_training():
    bad = tf.data.Dataset.from_tensor_slices((X, Y + 1)).map(scaled).batch(16)
    with pytest.raises(ValueError, match="3"):
        model().fit(bad, verbose=0)
