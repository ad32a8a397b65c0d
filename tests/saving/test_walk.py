"""Everything inside a model that has weights is reached, whatever memory is used again."""

from __future__ import annotations

import numpy as np

import cornu as keras
from cornu.saving.walk import saveables


def nested():
    encoder = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3)], name="encoder")
    inner = keras.Input((3,))
    decoder = keras.Model(inner, keras.layers.Dense(6)(inner), name="decoder")
    outer = keras.Input((6,))
    return keras.Model(outer, decoder(encoder(outer)))


def test_layers_of_inner_models_are_reached():
    """`layers` makes a new list each time; the next one may lie where the last one lay."""
    for _ in range(20):
        paths = [path for path, _ in saveables(nested())]
        assert "layers/sequential/layers/dense" in paths
        assert "layers/functional/layers/dense" in paths


def test_inner_models_are_loaded_whole(tmp_path):
    model = nested()
    model.save(tmp_path / "nested.keras")
    for _ in range(5):
        loaded = keras.saving.load_model(tmp_path / "nested.keras")
        for old, new in zip(model.weights, loaded.weights):
            np.testing.assert_array_equal(old.numpy(), new.numpy())
