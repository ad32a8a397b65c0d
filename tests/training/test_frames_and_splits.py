"""pandas frames go into fit as they are; what is wrong with them or with a split is told."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import cornu as keras


def model():
    made = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
    made.compile("sgd", "sparse_categorical_crossentropy")
    return made


def test_dummies_train_without_a_cast():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"age": [1.0, 2, 3], "sex": ["m", "f", "m"]})
    frame["flag"] = pandas.Series([True, 0, 1], dtype=object)
    frame["count"] = pandas.array([1, 2, 3], dtype="Int64")
    made = model()
    made.fit(pandas.get_dummies(frame), pandas.Series([0, 1, 2]), verbose=0)
    assert made.predict(pandas.get_dummies(frame)).shape == (3, 3)
    layer = keras.layers.Normalization()
    layer.adapt(frame[["age", "count"]])
    np.testing.assert_allclose(layer.mean, [[2.0, 2.0]])


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ([1.0, None, 3.0], r"row \d of column 'age'.*Fill missing"),
        (["a", "b", "c"], "column 'age' holds 'a'.*get_dummies"),
        ([1.0, "b", 3.0], "column 'age' holds 'b'"),
    ],
)
@pytest.mark.parametrize("split", [0.0, 0.34])
def test_the_column_is_named(column, message, split):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"n": [1, 2, 3], "age": column})
    with pytest.raises(ValueError, match=message):
        model().fit(frame, np.array([0, 1, 2]), validation_split=split, verbose=0)


SORTED = np.repeat([0, 1, 2], 40)


@pytest.mark.parametrize("y", [SORTED, SORTED[:, None]], ids=["vector", "column"])
def test_split_of_sorted_classes_warns(y):
    with pytest.warns(UserWarning, match=r"class 0, 1 does not occur there.*permutation"):
        model().fit(np.ones((120, 2)), y, validation_split=0.3, verbose=0)
    with pytest.warns(UserWarning, match="class 2 occurs only there"):
        model().fit(np.ones((120, 2)), y, validation_split=1 / 3, verbose=0)


def test_other_splits_do_not_warn(rng):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model().fit(np.ones((120, 2)), rng.permutation(SORTED), validation_split=0.3, verbose=0)
        regression = keras.Sequential([keras.layers.Dense(1)])
        regression.compile("sgd", "mse")
        regression.fit(np.ones((300, 2)), np.arange(300), validation_split=0.3, verbose=0)
