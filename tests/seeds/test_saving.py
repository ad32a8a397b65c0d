"""Saving and loading (rows 386 to 394)."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
import cornu.tf as tf
from cornu import layers


@pytest.fixture
def trained(line):
    """A model with an optimizer that has moved."""
    keras.utils.set_random_seed(6)
    model = keras.Sequential([keras.Input((1,)), layers.Dense(4, "tanh"), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(*line, epochs=2, verbose=0)
    return model


def equal(ours, theirs):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


def test_row_386_folder(trained, line, tmp_path):
    trained.save(tmp_path / "path_to_my_model")
    assert (tmp_path / "path_to_my_model").is_dir()
    again = tf.keras.models.load_model(tmp_path / "path_to_my_model")
    equal(trained.get_weights(), again.get_weights())
    # The iteration is known at once, not with the first training step.
    assert int(again.optimizer.iterations) == 4


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "folder"])
def test_row_387_architecture_is_saved(trained, tmp_path, name):
    trained.save(tmp_path / name)
    again = keras.models.load_model(tmp_path / name)
    assert [layer.get_config() for layer in again.layers] == [
        layer.get_config() for layer in trained.layers
    ]


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "folder"])
def test_row_388_weights_are_saved(trained, line, tmp_path, name):
    trained.save(tmp_path / name)
    again = keras.models.load_model(tmp_path / name)
    equal([trained.predict(line[0], verbose=0)], [again.predict(line[0], verbose=0)])


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "folder"])
def test_row_389_optimizer_and_its_state_are_saved(trained, tmp_path, name):
    trained.save(tmp_path / name)
    again = keras.models.load_model(tmp_path / name)
    assert isinstance(again.optimizer, keras.optimizers.Adam)
    equal(trained.optimizer.variables, again.optimizer.variables)


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "folder"])
def test_row_390_training_configuration_is_saved(trained, line, tmp_path, name):
    trained.save(tmp_path / name)
    again = keras.models.load_model(tmp_path / name)
    assert trained.evaluate(*line, verbose=0) == again.evaluate(*line, verbose=0)


def test_row_391_recreated_from_the_file(trained, line, tmp_path):
    expected = trained.predict(line[0], verbose=0)
    trained.save(tmp_path / "model.keras")
    del trained
    model = keras.models.load_model(tmp_path / "model.keras")
    equal([expected], [model.predict(line[0], verbose=0)])
    with pytest.raises((OSError, ValueError), match="nowhere"):
        keras.models.load_model(tmp_path / "nowhere.keras")


def test_row_392_hdf5(trained, line, tmp_path):
    h5py = pytest.importorskip("h5py")
    trained.save(tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5") as file:  # other programs read it
        assert set(file) >= {"model_weights", "optimizer_weights"}
        assert "model_config" in file.attrs
    again = keras.models.load_model(tmp_path / "model.h5")
    assert trained.evaluate(*line, verbose=0) == again.evaluate(*line, verbose=0)


def test_row_393_weights_of_subclassed_models(tmp_path):
    class Mine(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2)

        def call(self, inputs):
            return self.dense(inputs)

    one, other = Mine(), Mine()
    x = np.ones((1, 3), "float32")
    assert not np.array_equal(one(x).numpy(), other(x).numpy())
    one.save_weights(tmp_path / "mine.weights.h5")
    other.load_weights(tmp_path / "mine.weights.h5")
    equal(one(x), other(x))

    class Keras2(tf.keras.Model):
        call = Mine.call

    with pytest.raises(NotImplementedError, match="save_weights"):
        Keras2().save(tmp_path / "mine.h5")
    assert not (tmp_path / "mine.h5").exists()


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "folder"])
def test_row_394_training_goes_on_where_it_stopped(trained, line, tmp_path, name):
    trained.save(tmp_path / name)
    again = keras.models.load_model(tmp_path / name)
    for model in (trained, again):
        model.fit(*line, epochs=2, shuffle=False, verbose=0)
    equal(trained.get_weights(), again.get_weights())
