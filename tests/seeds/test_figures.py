"""The figures that the documents state (rows 476 to 482)."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from tests.seeds.networks import cifar10_network, mnist_network

import cornu as keras
import cornu.tf as tf
from cornu import layers


def test_row_476_parameters_of_the_mnist_network():
    model = mnist_network()
    counts = [layer.count_params() for layer in model.layers if layer.weights]
    assert counts == [401_920, 262_656, 262_656, 5_130]
    assert model.count_params() == 932_362


def test_row_477_parameters_of_the_cifar10_network():
    model = cifar10_network()
    counts = [layer.count_params() for layer in model.layers if layer.weights]
    assert counts == [896, 9_248, 18_496, 36_928, 1_180_160, 5_130]
    assert model.count_params() == 1_250_858


CONFUSION = np.array(
    [
        [754, 8, 74, 47, 32, 4, 9, 4, 50, 18],
        [10, 875, 6, 24, 3, 1, 10, 0, 19, 52],
        [38, 2, 678, 79, 64, 52, 54, 18, 11, 4],
        [14, 3, 52, 647, 70, 121, 51, 30, 7, 5],
        [7, 2, 49, 85, 753, 15, 39, 43, 3, 4],
        [6, 0, 44, 192, 45, 650, 26, 30, 3, 4],
        [3, 1, 31, 70, 35, 8, 837, 4, 9, 2],
        [10, 0, 31, 70, 57, 31, 6, 790, 3, 2],
        [54, 13, 15, 30, 15, 4, 14, 1, 831, 23],
        [31, 50, 6, 36, 11, 4, 12, 4, 18, 828],
    ]
)


def test_row_478_confusion_matrix_of_cifar10():
    """Predictions with these confusions are 76.4 % right, by the metric as by the diagonal."""
    truth, said = (np.repeat(index.ravel(), CONFUSION.ravel()) for index in np.indices((10, 10)))
    assert len(truth) == 10_000
    assert int(np.trace(CONFUSION)) == 7_643
    metric = keras.metrics.SparseCategoricalAccuracy()
    metric.update_state(truth, np.eye(10, dtype="float32")[said])
    assert float(metric.result()) == pytest.approx(0.7643, abs=1e-6)
    np.testing.assert_array_equal(tf.math.confusion_matrix(truth, said).numpy(), CONFUSION)


def test_row_479_deep_big_simple():
    sizes = [784, 2500, 2000, 1500, 1000, 500, 10]
    model = keras.Sequential([keras.Input((784,))])
    for size in sizes[1:]:
        model.add(layers.Dense(size, activation="tanh" if size > 10 else "softmax"))
    assert model.count_params() == sum((a + 1) * b for a, b in itertools.pairwise(sizes))
    assert round(model.count_params() / 1e6) == 12
    errors = keras.metrics.Accuracy()
    errors.update_state(np.zeros(10_000), np.arange(10_000) < 35)
    assert 1 - float(errors.result()) == pytest.approx(0.0035, abs=1e-6)


def test_row_481_ten_epochs_of_128(digits):
    """On the small digits; the documents' own tests run it on MNIST."""
    (x, y), (x_test, y_test) = digits
    keras.utils.set_random_seed(0)
    model = mnist_network(units=128)
    model.compile(
        loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.RMSprop(),
        metrics=["accuracy"],
    )  # fmt: skip
    x, x_test = (np.pad(part, ((0, 0), (0, 720))).astype("float32") for part in (x, x_test))
    history = model.fit(x, y, batch_size=128, epochs=10, verbose=0)
    assert (history.params["steps"], history.params["epochs"]) == (12, 10)
    assert model.evaluate(x_test, y_test, verbose=0)[1] > 0.9


def test_row_482_precision_recall_and_f1():
    tp, fp, fn = 6, 2, 3
    truth = np.array([1] * tp + [0] * fp + [1] * fn + [0] * 5)
    said = np.array([1] * (tp + fp) + [0] * (fn + 5))
    precision, recall = keras.metrics.Precision(), keras.metrics.Recall()
    p, r = float(precision(truth, said)), float(recall(truth, said))
    assert (p, r) == pytest.approx((tp / (tp + fp), tp / (tp + fn)))
    f1 = keras.metrics.F1Score(threshold=0.5)
    f1.update_state(truth[:, None].astype(float), said[:, None].astype(float))
    value = float(f1.result()[0])
    assert value == pytest.approx(2 * p * r / (p + r))
    assert value == pytest.approx(tp / (tp + (fp + fn) / 2))
