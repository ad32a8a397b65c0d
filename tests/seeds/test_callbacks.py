"""Callbacks (rows 353 to 366)."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
from cornu import layers


def made(rate=0.1):
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse", metrics=["mae"])
    return model


def test_row_353_model_checkpoint(line, tmp_path):
    model = made()
    saved = keras.callbacks.ModelCheckpoint(tmp_path / "{epoch:02d}-{val_loss:.2f}.keras")
    history = model.fit(*line, validation_data=line, epochs=3, verbose=0, callbacks=[saved]).history
    names = [f"{i:02d}-{loss:.2f}.keras" for i, loss in enumerate(history["val_loss"], 1)]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    again = keras.models.load_model(tmp_path / names[-1])
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])


def test_row_354_save_best_only(line, tmp_path):
    model = made()
    path = tmp_path / "best.keras"
    checkpoint_cb = keras.callbacks.ModelCheckpoint(path, save_best_only=True)
    model.fit(*line, validation_data=line, epochs=5, verbose=0, callbacks=[checkpoint_cb])
    best = model.evaluate(*line, verbose=0)[0]
    model.optimizer.learning_rate = 50.0  # from here on it gets worse
    model.fit(*line, validation_data=line, epochs=3, verbose=0, callbacks=[checkpoint_cb])
    kept = keras.models.load_model(path).evaluate(*line, verbose=0)[0]
    assert kept == pytest.approx(best, rel=1e-5)


def test_row_355_early_stopping(line):
    stop = keras.callbacks.EarlyStopping(monitor="val_loss")
    epochs = made(rate=5.0).fit(
        *line, validation_data=line, epochs=50, verbose=0, callbacks=[stop]
    ).epoch  # fmt: skip
    assert len(epochs) == 2
    assert stop.stopped_epoch == 1


@pytest.mark.parametrize("patience", [1, 4])
def test_row_356_patience(line, patience):
    stop = keras.callbacks.EarlyStopping(patience=patience)
    history = made(rate=0.0).fit(
        *line, validation_data=line, epochs=50, verbose=0, callbacks=[stop]
    )  # fmt: skip
    assert len(history.epoch) == 1 + patience


def test_row_357_restore_best_weights(line):
    model = made()
    model.fit(*line, epochs=5, verbose=0)
    best = model.get_weights()
    model.optimizer.learning_rate = 50.0
    losses = []
    for restore in (False, True):
        model.set_weights(best)
        stop = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=restore)
        history = model.fit(*line, validation_data=line, epochs=9, verbose=0, callbacks=[stop])
        losses.append(model.evaluate(*line, verbose=0)[0])
    assert losses[1] == pytest.approx(min(history.history["val_loss"]), rel=1e-4)
    assert losses[1] < losses[0]


def test_row_359_csv_logger(line, tmp_path):
    path = tmp_path / "log.csv"
    history = made().fit(*line, epochs=3, verbose=0, callbacks=[keras.callbacks.CSVLogger(path)])
    head, *rows = path.read_text().splitlines()
    assert head.split(",")[:3] == ["epoch", "loss", "mae"]
    losses = [float(row.split(",")[1]) for row in rows]
    np.testing.assert_allclose(losses, history.history["loss"])
    with pytest.raises(AttributeError, match="CSVlogger"):
        keras.callbacks.CSVlogger


def test_row_360_custom_callback(line, capsys):
    class CustomCallback(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs):
            print(epoch, logs["val_loss"])

    history = made().fit(
        *line, validation_data=line, epochs=2, verbose=0, callbacks=[CustomCallback()]
    )  # fmt: skip
    first, second = history.history["val_loss"]
    assert capsys.readouterr().out == f"0 {first}\n1 {second}\n"


def test_row_361_hooks_of_training(line):
    class Ends(keras.callbacks.Callback):
        calls = ()

        def on_train_begin(self, logs=None):
            self.calls += ("begin",)

        def on_train_end(self, logs=None):
            self.calls += ("end", sorted(logs))

    ends = Ends()
    made().fit(*line, verbose=0, callbacks=[ends])
    assert ends.calls == ("begin", "end", ["loss", "mae"])


def test_row_362_hooks_of_batches(line):
    class Batches(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.begun, self.ended, self.old_name = [], [], []

        def on_train_batch_begin(self, batch, logs=None):
            self.begun.append(batch)

        def on_train_batch_end(self, batch, logs=None):
            self.ended.append(float(logs["loss"]))

    class OldName(keras.callbacks.Callback):
        count = 0

        def on_batch_end(self, batch, logs=None):
            self.count += 1

    batches, old = Batches(), OldName()
    history = made().fit(*line, batch_size=16, verbose=0, callbacks=[batches, old])
    assert (batches.begun, old.count) == ([0, 1, 2, 3], 4)
    assert batches.ended[-1] == pytest.approx(history.history["loss"][0], rel=1e-6)


def test_row_363_hooks_of_epochs(line):
    class Epochs(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.calls = []

        def on_epoch_begin(self, epoch, logs=None):
            self.calls.append(epoch)

        def on_epoch_end(self, epoch, logs=None):
            self.calls.append(sorted(logs))

    epochs = Epochs()
    made().fit(*line, epochs=2, verbose=0, callbacks=[epochs])
    assert epochs.calls == [0, ["loss", "mae"], 1, ["loss", "mae"]]


def test_row_364_hooks_of_evaluate(line):
    class Tests(keras.callbacks.Callback):
        calls = ()

        def on_test_begin(self, logs=None):
            self.calls += ("begin",)

        def on_test_batch_end(self, batch, logs=None):
            self.calls += (batch,)

        def on_test_end(self, logs=None):
            self.calls += ("end",)

    tests = Tests()
    made().evaluate(*line, verbose=0, callbacks=[tests])
    assert tests.calls == ("begin", 0, 1, "end")


def test_row_365_hooks_of_predict(line):
    class Predictions(keras.callbacks.Callback):
        calls = ()

        def on_predict_begin(self, logs=None):
            self.calls += ("begin",)

        def on_predict_batch_end(self, batch, logs=None):
            self.calls += (logs["outputs"].shape,)

        def on_predict_end(self, logs=None):
            self.calls += ("end",)

    predictions = Predictions()
    made().predict(line[0], verbose=0, callbacks=[predictions])
    assert predictions.calls == ("begin", (32, 1), (32, 1), "end")


def test_row_366_list_of_callbacks(line):
    order = []
    first, second = (
        keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs, name=name: order.append(name)
        )
        for name in "ab"
    )
    made().fit(*line, epochs=2, verbose=0, callbacks=[first, second])
    assert order == ["a", "b", "a", "b"]
