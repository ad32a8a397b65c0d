"""Losses, metrics and optimizers (rows 291 to 326)."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
import cornu.tf as tf
from cornu import layers, losses, metrics, optimizers

TRUE, OUT = np.float32([[1, 2], [3, 4]]), np.float32([[1.5, 2], [2, 7]])
CLASSES = np.float32([[0, 1, 0], [0, 0, 1]])
ODDS = np.float32([[0.1, 0.7, 0.2], [0.3, 0.3, 0.4]])


def close(value, expected):
    np.testing.assert_allclose(np.asarray(value), expected, rtol=1e-5, atol=1e-7)


def test_row_291_mean_squared_error():
    close(losses.mean_squared_error(TRUE, OUT), ((TRUE - OUT) ** 2).mean(1))
    assert losses.get("mse") is losses.mean_squared_error


def test_row_292_mean_absolute_error():
    close(tf.keras.losses.mae(TRUE, OUT), np.abs(TRUE - OUT).mean(1))


def test_row_293_huber():
    """The square inside delta, the distance outside, and no jump between."""
    error = np.abs(TRUE - OUT)
    expected = np.where(error <= 1, error**2 / 2, error - 0.5)
    close(losses.Huber()(TRUE, OUT), expected.mean())
    close(losses.Huber(delta=2.0)([[0.0]], [[2.0]]), 2)


def test_row_294_binary_crossentropy():
    p, q = np.float32([[1, 0, 1]]), np.float32([[0.9, 0.2, 0.6]])
    close(losses.binary_crossentropy(p, q), -np.log([0.9, 0.8, 0.6]).mean(keepdims=True))


def test_row_295_categorical_crossentropy():
    close(losses.categorical_crossentropy(CLASSES, ODDS), -np.log([0.7, 0.4]))
    assert losses.get("categorical_crossentropy") is losses.categorical_crossentropy


def test_row_296_sparse_categorical_crossentropy():
    close(losses.sparse_categorical_crossentropy(np.array([1, 2]), ODDS), -np.log([0.7, 0.4]))


def test_row_297_kl_divergence():
    p = np.float32([[0.2, 0.5, 0.3]])
    close(losses.KLDivergence()(p, ODDS[:1]), np.sum(p * np.log(p / ODDS[:1])))
    close(losses.KLDivergence()(p, p), 0)


def test_row_298_class_mean_squared_error():
    close(losses.MeanSquaredError()(TRUE, OUT), ((TRUE - OUT) ** 2).mean())
    close(losses.MeanSquaredError(reduction="sum")(TRUE, OUT), ((TRUE - OUT) ** 2).mean(1).sum())


def test_row_299_class_categorical_crossentropy():
    close(tf.keras.losses.CategoricalCrossentropy()(CLASSES, ODDS), -np.log([0.7, 0.4]).mean())
    logits = tf.keras.losses.CategoricalCrossentropy(from_logits=True)
    close(logits(CLASSES, np.log(ODDS)), -np.log([0.7, 0.4]).mean())


def test_row_300_class_binary_crossentropy():
    close(tf.keras.losses.BinaryCrossentropy()([[1.0], [0.0]], [[0.9], [0.2]]), 0.1642520)


def test_row_301_custom_losses(line):
    def fourth(y_true, y_pred):
        return keras.ops.mean((y_true - y_pred) ** 4, axis=-1)

    class Fourth(losses.Loss):
        def call(self, y_true, y_pred):
            return fourth(y_true, y_pred)

    values = []
    for loss in (fourth, Fourth()):
        model = keras.Sequential([layers.Dense(1, kernel_initializer="zeros")])
        model.compile("sgd", loss)
        values.append(model.evaluate(*line, verbose=0))
    close(values, np.full(2, np.mean(line[1] ** 4)))


def test_row_302_loss_is_a_number():
    value = losses.MeanSquaredError()(TRUE, OUT)
    assert value.shape == ()
    close(losses.MeanSquaredError()(TRUE, TRUE), 0)  # the better the fit, the smaller
    with pytest.raises(ValueError, match=r"\(2, 2\)|\(3, 2\)|shape"):
        losses.MeanSquaredError()(TRUE, np.zeros((3, 2)))


def test_row_303_training_minimises_over_the_weights(line):
    """The weights that training finds are those of the least squares."""
    x, y = line
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile(optimizers.SGD(0.5), "mse")
    model.fit(x, y, batch_size=64, epochs=150, verbose=0)
    best = np.polyfit(x[:, 0], y[:, 0], 1, full=True)[1][0] / 64
    assert model.evaluate(x, y, batch_size=64, verbose=0) == pytest.approx(best, rel=1e-3)


def test_row_304_loss_and_metric_differ():
    """Weights that move no point over the border change the loss and leave the accuracy alone."""
    y, sure, unsure = np.float32([[1], [0]]), np.float32([[0.9], [0.1]]), np.float32([[0.6], [0.4]])
    accuracy = metrics.BinaryAccuracy()
    assert float(accuracy(y, sure)) == 1
    assert float(accuracy(y, unsure)) == 1
    loss = losses.BinaryCrossentropy()
    assert float(loss(y, sure)) < float(loss(y, unsure)) / 3


def test_row_305_outliers_weigh_less_in_mae_and_huber(line):
    x, y = line
    y = y.copy()
    y[:4] = 100

    def shift(loss):
        model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
        model.compile(optimizers.Adam(0.2), loss)
        model.fit(x, y, epochs=60, verbose=0)
        return abs(model.get_weights()[1][0] - 1)

    assert max(shift("mae"), shift(losses.Huber())) < shift("mse") / 5


# --------------------------------------------------------------------------------------- metrics

Y = np.array([1, 1, 1, 0, 0, 0, 0, 1])
P = np.array([0.9, 0.8, 0.3, 0.6, 0.2, 0.1, 0.4, 0.7])
TP, TN, FP, FN = 3, 3, 1, 1


def result(metric, y=Y, p=P):
    metric.update_state(y, p)
    return float(metric.result())


def test_row_306_accuracy():
    assert result(tf.keras.metrics.Accuracy(), [1, 2, 3, 4], [1, 2, 0, 4]) == 0.75
    assert result(metrics.BinaryAccuracy()) == (TP + TN) / 8


def test_row_307_auc():
    pairs = [(p > q) + 0.5 * (p == q) for p in P[Y == 1] for q in P[Y == 0]]
    assert result(metrics.AUC(num_thresholds=1001)) == pytest.approx(np.mean(pairs), abs=2e-3)


def test_row_308_precision():
    assert result(metrics.Precision()) == TP / (TP + FP)  # the lecture writes tn for fp
    with pytest.raises(AttributeError, match="Precission"):
        tf.keras.metrics.Precission


def test_row_309_recall():
    assert result(metrics.Recall()) == TP / (TP + FN)


def test_row_310_f1():
    score = result(metrics.F1Score(threshold=0.5), Y[:, None].astype(float), P[:, None])
    assert score == pytest.approx(TP / (TP + (FP + FN) / 2))
    scores = pytest.importorskip("sklearn.metrics")
    assert scores.f1_score(Y, P > 0.5) == pytest.approx(score)


def test_row_311_mae_metric():
    assert result(metrics.MeanAbsoluteError(), TRUE, OUT) == pytest.approx(
        np.abs(TRUE - OUT).mean()
    )


def test_row_312_mse_metric():
    assert result(metrics.MeanSquaredError(), TRUE, OUT) == pytest.approx(
        ((TRUE - OUT) ** 2).mean()
    )


def test_row_313_confusion_matrix():
    scores = pytest.importorskip("sklearn.metrics")
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1, "sigmoid", use_bias=False)])
    model.set_weights([np.ones((1, 1))])
    odds = np.log(P / (1 - P))[:, None]
    matrix = scores.confusion_matrix(Y, model.predict(odds, verbose=0)[:, 0] > 0.5)
    assert matrix.tolist() == [[TN, FP], [FN, TP]]


def test_row_314_true_positives():
    assert result(metrics.TruePositives()) == TP


def test_row_315_true_negatives():
    assert result(metrics.TrueNegatives()) == TN


def test_row_316_false_positives():
    assert result(metrics.FalsePositives()) == FP


def test_row_317_false_negatives():
    assert result(metrics.FalseNegatives()) == FN


def test_row_318_custom_metrics(line):
    class Largest(metrics.Metric):
        def __init__(self, name="largest", **kwargs):
            super().__init__(name=name, **kwargs)
            self.value = self.add_weight(initializer="zeros", name="value")

        def update_state(self, y_true, y_pred, sample_weight=None):
            error = keras.ops.max(keras.ops.abs(y_true - y_pred))
            self.value.assign(keras.ops.maximum(self.value, error))

        def result(self):
            return self.value

    def worst(y_true, y_pred):
        return keras.ops.max(keras.ops.abs(y_true - y_pred))

    model = keras.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse", metrics=[Largest(), worst])
    logs = model.evaluate(*line, batch_size=64, verbose=0, return_dict=True)
    expected = np.abs(model.predict(line[0], verbose=0) - line[1]).max()
    assert logs["largest"] == pytest.approx(expected, rel=1e-5)
    assert logs["worst"] == pytest.approx(expected, rel=1e-5)


def test_row_319_metric_need_not_be_differentiable(clouds):
    out = keras.Variable(clouds[1])
    with keras.GradientTape() as tape:
        accuracy = keras.ops.mean(metrics.binary_accuracy(clouds[1], out))
    gradient = tape.gradient(accuracy, out)
    assert gradient is None or not np.any(gradient.numpy())
    model = keras.Sequential([layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    assert "accuracy" in model.fit(*clouds, verbose=0).history


def test_row_320_human_measure():
    """An error in the unit of the answer, and a share of right answers."""
    assert result(metrics.MeanAbsoluteError(), [[300_000.0]], [[280_000.0]]) == 20_000
    assert result(metrics.RootMeanSquaredError(), [[3.0], [0.0]], [[0.0], [4.0]]) == pytest.approx(
        12.5**0.5
    )


# ------------------------------------------------------------------------------------- optimizers


def moved(optimizer, *gradients):
    variable = keras.Variable(np.float32([1, -2]))
    for gradient in gradients:
        optimizer.apply([keras.ops.array(np.float32(gradient))], [variable])
    return variable.numpy() - np.float32([1, -2])


def test_row_321_sgd():
    close(moved(optimizers.SGD(0.1), [1, -4]), [-0.1, 0.4])
    close(moved(optimizers.SGD(0.1, momentum=0.9), [1, -4], [1, -4]), [-0.29, 1.16])
    assert isinstance(optimizers.get("sgd"), optimizers.SGD)


def test_row_322_rmsprop():
    """The first step divides by the root of a tenth of the square."""
    close(moved(optimizers.RMSprop(), [1, -4]), -0.001 / 0.1**0.5 * np.array([1, -1]))


def test_row_323_adam():
    close(moved(optimizers.Adam(), [1, -4]), [-0.001, 0.001])
    assert isinstance(optimizers.get("adam"), optimizers.Adam)


def test_row_324_optimizer_state_is_saved(line, tmp_path):
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(*line, epochs=2, verbose=0)
    model.save(tmp_path / "model.keras")
    other = keras.models.load_model(tmp_path / "model.keras")
    assert int(other.optimizer.iterations) == 4
    for ours, theirs in zip(model.optimizer.variables, other.optimizer.variables, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_row_325_learning_rate_argument(line):
    assert float(optimizers.SGD(learning_rate=0.3).learning_rate) == pytest.approx(0.3)

    def loss(rate):
        model = keras.Sequential([layers.Dense(1)])
        model.compile(optimizers.SGD(learning_rate=rate), "mse")
        return model.fit(*line, epochs=5, verbose=0).history["loss"][-1]

    assert loss(0.3) < loss(0.001)  # it matters more than anything else
    model = keras.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    model.optimizer.learning_rate = 0.05
    assert float(model.optimizer.learning_rate) == pytest.approx(0.05)


def test_row_326_changing_the_optimizer(digits):
    (x, y), _ = digits
    reached = {}
    for name in ("sgd", "rmsprop", "adam"):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([layers.Dense(32, "relu"), layers.Dense(10, "softmax")])
        model.compile(name, "sparse_categorical_crossentropy")
        reached[name] = model.fit(x, y, epochs=3, verbose=0).history["loss"][-1]
    assert max(reached["adam"], reached["rmsprop"]) < reached["sgd"]
