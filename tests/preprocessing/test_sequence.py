"""Padding, windows and word pairs give what Keras's give."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

import cornu
from cornu.preprocessing import sequence


@pytest.fixture(scope="module")
def legacy(keras):
    return pytest.importorskip("keras._tf_keras.keras.preprocessing.sequence")


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"maxlen": 2},
        {"maxlen": 2, "truncating": "post", "padding": "post"},
        {"maxlen": 5, "value": -1, "dtype": "float32"},
        {"padding": "post", "dtype": object, "value": "x"},
    ],
    ids=str,
)
def test_pad_sequences(keras, arguments):
    data = [[1], [], [2, 3], np.array([4, 5, 6])]
    ours = cornu.utils.pad_sequences(data, **arguments)
    theirs = keras.utils.pad_sequences(data, **arguments)
    np.testing.assert_array_equal(ours, theirs)
    assert ours.dtype == theirs.dtype


def test_pad_sequences_of_vectors(keras):
    data = [np.ones((2, 3)), np.full((4, 3), 2.0)]
    np.testing.assert_array_equal(
        sequence.pad_sequences(data, maxlen=3), keras.utils.pad_sequences(data, maxlen=3)
    )


@pytest.mark.parametrize(
    ("data", "arguments", "message"),
    [
        ([1, 2], {}, r"item 0 is 1.*pass \[sequence\]"),
        ([[1]], {"padding": "left"}, "padding is 'pre' or 'post'"),
        ([[1]], {"value": "x"}, "dtype=object"),
        ([np.ones((1, 2)), np.ones((1, 3))], {}, "sequence 1"),
    ],
)
def test_pad_sequences_mistakes(data, arguments, message):
    with pytest.raises(ValueError, match=message):
        sequence.pad_sequences(data, **arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"length": 4, "batch_size": 3},
        {"length": 4, "sampling_rate": 2, "stride": 2, "batch_size": 4, "reverse": True},
        {"length": 3, "start_index": 2, "end_index": 12, "batch_size": 5},
    ],
    ids=str,
)
def test_timeseries_generator(legacy, rng, arguments):
    data, targets = rng.normal(size=(20, 2)), rng.normal(size=20)
    ours = sequence.TimeseriesGenerator(data, targets, **arguments)
    theirs = legacy.TimeseriesGenerator(data, targets, **arguments)
    assert len(ours) == len(theirs)
    for one, other in zip(list(ours), [theirs[n] for n in range(len(theirs))], strict=True):
        for part, expected in zip(one, other, strict=True):
            np.testing.assert_array_equal(part, expected)
    config = json.loads(ours.to_json())["config"]
    again = sequence.TimeseriesGenerator(
        **{
            **config,
            "data": data,
            "targets": targets,
            "start_index": arguments.get("start_index", 0),
        }
    )
    assert again.get_config() == config


def test_timeseries_generator_trains(rng):
    data = rng.normal(size=(40, 1)).astype("float32")
    windows = sequence.TimeseriesGenerator(data, data, length=5, batch_size=8)
    model = cornu.Sequential([cornu.layers.Flatten(), cornu.layers.Dense(1)])
    model.compile("sgd", "mse")
    assert len(model.fit(windows, epochs=2, verbose=0).history["loss"]) == 2


@pytest.mark.filterwarnings("ignore:non-integer arguments:DeprecationWarning")
def test_skipgrams(legacy):
    words = [1, 2, 0, 3, 4, 2]
    table = sequence.make_sampling_table(5)
    np.testing.assert_allclose(table, legacy.make_sampling_table(5))
    for arguments in ({}, {"categorical": True, "seed": 3}, {"sampling_table": table * 200}):
        results = []
        for module in (sequence, legacy):
            random.seed(5)
            results.append(module.skipgrams(words, 5, window_size=2, **arguments))
        assert results[0] == results[1]
