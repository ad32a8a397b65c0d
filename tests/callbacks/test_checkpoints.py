"""ModelCheckpoint saves what it should; BackupAndRestore goes on exactly where a training stopped."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras


def _net():
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(8, "tanh"), keras.layers.Dropout(0.3),
         keras.layers.Dense(1)]
    )  # fmt: skip
    model.compile("adam", "mse")
    return model


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(24, 4)).astype("f"), rng.normal(size=(24, 1)).astype("f")


def test_formats_in_the_file_name(tmp_path, data):
    callback = keras.callbacks.ModelCheckpoint(tmp_path / "e{epoch:02d}-{loss:.2f}.keras")
    history = _net().fit(*data, epochs=2, verbose=0, callbacks=[callback])
    names = [f"e{i + 1:02d}-{x:.2f}.keras" for i, x in enumerate(history.history["loss"])]
    assert sorted(item.name for item in tmp_path.iterdir()) == names
    wrong = keras.callbacks.ModelCheckpoint(tmp_path / "{los}.keras")
    with pytest.raises(KeyError, match="Did you mean 'loss'"):
        _net().fit(*data, verbose=0, callbacks=[wrong])


def test_only_the_best_is_saved(tmp_path, data):
    path = tmp_path / "best.weights.h5"
    callback = keras.callbacks.ModelCheckpoint(
        path, monitor="loss", save_best_only=True, save_weights_only=True, mode="max"
    )
    model = _net()
    losses = model.fit(*data, epochs=4, verbose=0, callbacks=[callback]).history["loss"]
    assert callback.best == pytest.approx(max(losses))
    threshold = keras.callbacks.ModelCheckpoint(
        tmp_path / "no.keras", monitor="loss", save_best_only=True, initial_value_threshold=0.0
    )
    model.fit(*data, verbose=0, callbacks=[threshold])
    assert not (tmp_path / "no.keras").exists()


def test_every_so_many_batches(tmp_path, data):
    callback = keras.callbacks.ModelCheckpoint(
        tmp_path / "{epoch}-{batch}.ckpt", save_weights_only=True, save_freq=4
    )
    _net().fit(*data, batch_size=4, epochs=2, verbose=0, callbacks=[callback])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1-4.ckpt", "2-2.ckpt", "2-6.ckpt"]
    for wrong in (0, "batch", 1.5):
        with pytest.raises(ValueError, match="save_freq"):
            keras.callbacks.ModelCheckpoint("m.keras", save_freq=wrong)


class _Killed(Exception):
    pass


@pytest.mark.parametrize("damaged", [False, True])
def test_an_interrupted_training_goes_on_exactly(tmp_path, data, damaged):
    class Kill(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 3:
                raise _Killed

    whole = _net()
    expected = whole.fit(*data, batch_size=5, epochs=5, verbose=0).history["loss"]

    backup = keras.callbacks.BackupAndRestore(tmp_path / "b", double_checkpoint=True)
    with pytest.raises(_Killed):
        _net().fit(*data, batch_size=5, epochs=5, verbose=0, callbacks=[backup, Kill()])
    state = tmp_path / "b" / "latest.weights.h5"
    if damaged:
        state.write_bytes(state.read_bytes()[:500])
    again = _net()
    history = again.fit(*data, batch_size=5, epochs=5, verbose=0, callbacks=[backup])
    assert history.history["loss"] == expected[2 if damaged else 3 :]
    for one, other in zip(again.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not (tmp_path / "b").exists()
