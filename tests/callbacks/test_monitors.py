"""Callbacks that watch a quantity do what Keras's do on the same sequence of numbers."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from tests.training.programs import regression_data

import cornu

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

CURVES = {
    "falls, then rises": [1.0, 0.8, 0.5, 0.6, 0.7, 0.8, 0.4, 0.9],
    "rises": [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7],
    "small steps": [1.0, 0.99, 0.98, 0.97, 0.9, 0.89, 0.88, 0.5],
    "holds NaN": [1.0, 0.5, float("nan"), 0.6, 0.4, 0.4, 0.4, 0.4],
}


class Fake:
    """A model as far as these callbacks look at one: its weight is the number of the epoch."""

    def __init__(self, keras) -> None:
        self.optimizer = keras.optimizers.SGD(0.5)
        self.stop_training = False
        self.metrics: list = []
        self.weight = -1

    def get_weights(self):
        return [self.weight]

    def set_weights(self, weights):
        (self.weight,) = weights


def _follow(keras, callback, curve, name="val_loss"):
    """Runs a callback over a curve; returns what it did after each epoch."""
    model = Fake(keras)
    callback.set_model(model)
    callback.on_train_begin()
    found = []
    for epoch, value in enumerate(curve):
        model.weight = epoch
        callback.on_epoch_begin(epoch)
        logs = {name: value}
        callback.on_epoch_end(epoch, logs)
        found.append((model.stop_training, float(np.asarray(model.optimizer.learning_rate)),
                      {key: float(v) for key, v in logs.items() if key != name}))  # fmt: skip
        if model.stop_training:
            break
    callback.on_train_end()
    return found, model.weight


STOPPING = [
    {},
    {"patience": 2},
    {"patience": 1, "restore_best_weights": True},
    {"patience": 20, "restore_best_weights": True},
    {"min_delta": 0.05, "patience": 1, "restore_best_weights": True},
    {"min_delta": -0.05, "patience": 1},
    {"baseline": 0.55, "patience": 3},
    {"start_from_epoch": 3, "restore_best_weights": True},
    {"start_from_epoch": 3, "patience": 2, "restore_best_weights": True},
    {"mode": "max", "patience": 2},
    {"mode": "max", "baseline": 1.25, "patience": 1, "restore_best_weights": True},
]


@pytest.mark.keras
@pytest.mark.parametrize("arguments", STOPPING, ids=str)
@pytest.mark.parametrize("curve", CURVES)
def test_early_stopping(keras, arguments, curve):
    ours, theirs = (
        _follow(module, module.callbacks.EarlyStopping(**arguments), CURVES[curve])
        for module in (cornu, keras)
    )
    assert str(ours) == str(theirs)


PLATEAUS = [
    {"patience": 1},
    {"patience": 2, "factor": 0.5, "cooldown": 1},
    {"patience": 1, "min_delta": 0.05, "min_lr": 0.01},
    {"patience": 1, "mode": "max"},
]


@pytest.mark.keras
@pytest.mark.parametrize("arguments", PLATEAUS, ids=str)
@pytest.mark.parametrize("curve", CURVES)
def test_reduce_lr_on_plateau(keras, arguments, curve):
    ours, theirs = (
        _follow(module, module.callbacks.ReduceLROnPlateau(**arguments), CURVES[curve])
        for module in (cornu, keras)
    )
    assert str(ours) == str(theirs)


@pytest.mark.keras
def test_learning_rate_scheduler(keras, capsys):
    for make in (
        lambda: lambda epoch, rate: rate * 0.5,
        lambda: lambda epoch: 0.1 / (epoch + 1),
    ):
        found = []
        for module in (cornu, keras):
            callback = module.callbacks.LearningRateScheduler(make(), verbose=1)
            found.append((_follow(module, callback, [1.0, 2.0, 3.0]), capsys.readouterr().out))
        assert str(found[0]) == str(found[1])


def test_a_schedule_must_return_a_number():
    callback = cornu.callbacks.LearningRateScheduler(lambda epoch: "fast")
    with pytest.raises(ValueError, match="must return a float; for epoch 0 it returned 'fast'"):
        _follow(cornu, callback, [1.0])


@pytest.mark.keras
def test_what_they_say(keras, capsys):
    found = []
    for module in (cornu, keras):
        stop = module.callbacks.EarlyStopping(patience=1, verbose=1, restore_best_weights=True)
        _follow(module, stop, CURVES["falls, then rises"])
        plateau = module.callbacks.ReduceLROnPlateau(patience=1, verbose=1)
        _follow(module, plateau, CURVES["rises"])
        found.append(capsys.readouterr().out)
    assert found[0] == found[1]


def test_what_is_not_there_is_named_with_what_is():
    stop = cornu.callbacks.EarlyStopping(monitor="val_acuracy")
    stop.set_model(Fake(cornu))
    stop.on_train_begin()
    with pytest.warns(UserWarning, match=r"no 'val_acuracy'.*Did you mean 'val_accuracy'"):
        stop.on_epoch_end(0, {"loss": 1.0, "val_accuracy": 0.5})


def _model(**arguments):
    model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(1)])
    model.compile(**{"optimizer": "sgd", "loss": "mse", **arguments})
    return model


@pytest.mark.parametrize(
    ("metric", "larger"),
    [
        ("accuracy", True), ("mae", False), (cornu.metrics.AUC(name="a"), True),
        (cornu.metrics.R2Score(name="r"), True),
    ],
    ids=str,
)  # fmt: skip
def test_the_direction_is_the_metrics_own(metric, larger):
    x, y = regression_data(20)
    y = (y > 0).astype("float32")
    model = _model(metrics=[metric])
    name = metric if isinstance(metric, str) else metric.name
    stop = cornu.callbacks.EarlyStopping(monitor=f"val_{name}")
    model.fit(x, y, validation_data=(x, y), verbose=0, callbacks=[stop])
    assert stop._larger_is_better is larger


def test_best_weights_come_back():
    x, y = regression_data()
    model = _model(optimizer=cornu.optimizers.SGD(0.1))
    weights = []
    keep = cornu.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: weights.append((logs["loss"], model.get_weights()))
    )
    rates = itertools.chain([0.1, 0.1], itertools.repeat(3.0))
    worse = cornu.callbacks.LearningRateScheduler(lambda epoch: next(rates))
    stop = cornu.callbacks.EarlyStopping("loss", patience=2, restore_best_weights=True)
    model.fit(x, y, epochs=20, verbose=0, callbacks=[worse, keep, stop])
    assert len(weights) < 20
    best = min(weights, key=lambda pair: pair[0])[1]
    np.testing.assert_array_equal(model.get_weights()[0], best[0])


def test_terminate_on_nan(capsys):
    x, y = regression_data()
    model = _model(optimizer=cornu.optimizers.SGD(1e30))
    history = model.fit(
        x, y, epochs=5, batch_size=10, verbose=0, callbacks=[cornu.callbacks.TerminateOnNaN()]
    )
    assert len(history.epoch) == 1
    assert "Invalid loss, terminating training" in capsys.readouterr().out


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:.*unclosed file")
def test_csv_logger_writes_keras_files(keras, tmp_path):
    x, y = regression_data(40)
    texts = []
    for module in (cornu, keras):
        path = tmp_path / f"{module.__name__}.csv"
        model = module.Sequential([module.Input((4,)), module.layers.Dense(1)])
        model.compile("sgd", "mse", metrics=["mae"])
        logger = module.callbacks.CSVLogger(path, separator=";")
        model.fit(
            x, y, epochs=3, verbose=0, callbacks=[logger], validation_data=(x, y), validation_freq=2
        )
        more = module.callbacks.CSVLogger(path, separator=";", append=True)
        model.fit(x, y, epochs=1, verbose=0, callbacks=[more], validation_data=(x, y))
        lines = path.read_text().splitlines()
        assert path.read_bytes().count(b"\r\n") == len(lines) == 5
        # Numbers differ, as nothing is seeded here; what is no number must be the same.
        texts.append([re.sub(r"\d+\.\d+", "number", line) for line in lines])
    assert texts[0] == texts[1]


def test_patience_in_the_place_of_the_monitor_is_noticed():
    with pytest.raises(AttributeError, match="patience=10"):
        cornu.callbacks.EarlyStopping(10)
