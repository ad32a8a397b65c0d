"""Models of tf.keras: what Keras 2 does in another way than Keras 3."""

import numpy as np
import pytest

import cornu.tf as tf


@pytest.mark.parametrize("weighted", [False, True])
def test_own_losses_and_metrics_get_targets_as_columns(weighted):
    """A vector of targets beside a column of outputs would be spread to a matrix."""
    shapes = []

    class Errors(tf.keras.metrics.Metric):
        def __init__(self):
            super().__init__(name="errors")
            self.total = self.add_weight(name="total", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            errors = tf.abs(y_true - y_pred)
            if sample_weight is not None:
                errors = errors * sample_weight
            self.total.assign_add(tf.reduce_sum(errors))

        def result(self):
            return self.total

    class Loss(tf.keras.losses.Loss):
        def call(self, y_true, y_pred):
            shapes.append((tuple(y_true.shape), tuple(y_pred.shape)))
            return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)

    x = np.arange(6, dtype="float32")[:, None]
    y = np.array([0, 2, 0, 4, 0, 6], "float32")
    weights = np.array([1, 2, 1, 0, 1, 1], "float32")
    model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
    kind = "weighted_metrics" if weighted else "metrics"
    model.compile("sgd", Loss(), **{kind: [Errors(), "mae"]})
    options = {"sample_weight": weights} if weighted else {}
    loss, errors, mae = model.evaluate(x, y, verbose=0, **options)
    difference = np.abs(model.predict(x, verbose=0)[:, 0] - y)
    factor = weights if weighted else np.ones(6)
    assert set(shapes) == {((6, 1), (6, 1))}
    assert loss == pytest.approx((factor * difference**2).mean(), rel=1e-5)
    assert errors == pytest.approx((factor * difference).sum(), rel=1e-5)
    assert mae == pytest.approx((factor * difference).sum() / factor.sum(), rel=1e-5)


def test_class_numbers_as_columns_are_class_numbers():
    x = np.eye(3, dtype="float32")
    model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Softmax()])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    loss, accuracy = model.evaluate(x, np.array([0, 1, 1]), verbose=0)
    assert accuracy == pytest.approx(2 / 3)
    expected = -np.log(np.exp([1, 1, 0]) / (np.e + 2)).mean()
    assert loss == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("options", "steps"), [({}, None), ({"input_length": 5}, 5)])
def test_an_embedding_begins_a_model_that_is_built_at_once(options, steps):
    model = tf.keras.Sequential()
    model.add(tf.keras.layers.Embedding(10, 4, **options))
    model.add(tf.keras.layers.LSTM(3))
    assert model.layers[0].output_shape == (None, steps, 4)
    assert model.count_params() == 10 * 4 + 4 * 3 * (4 + 3 + 1)


def test_metrics_are_the_third_argument_of_compile():
    model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse", ["mae"])
    history = model.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0).history
    assert sorted(history) == ["loss", "mae"]
    with pytest.raises(ValueError, match=r"loss_weights are numbers.*got 'mse' in \['mse'\]"):
        model.compile("sgd", "mse", ["mae"], ["mse"])
