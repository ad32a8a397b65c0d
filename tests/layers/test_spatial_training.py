"""A network of spatial layers trains as in Keras, noise and moving statistics included."""

from __future__ import annotations

import numpy as np
import pytest

import cornu


def _network(module):
    layers = module.layers
    return module.Sequential(
        [
            layers.Input((10, 10, 2)),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.SpatialDropout2D(0.3),
            layers.SeparableConv2D(4, 3, activation="relu"),
            layers.LayerNormalization(),
            layers.Conv2DTranspose(4, 2, strides=2),
            layers.UpSampling2D(2, interpolation="bilinear"),
            layers.AveragePooling2D(3, 2, "same"),
            layers.GaussianNoise(0.1),
            layers.GroupNormalization(2),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, activation="softmax"),
        ]
    )


@pytest.mark.keras
def test_training_follows_keras(keras, rng):
    x = rng.normal(size=(32, 10, 10, 2)).astype("float32")
    y = rng.integers(0, 3, 32)

    def train(module):
        module.utils.set_random_seed(3)
        model = _network(module)
        model.compile("adam", "sparse_categorical_crossentropy")
        losses = model.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"]
        return losses, model.predict(x, verbose=0), model.get_weights()

    theirs, ours = train(keras), train(cornu)
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-5)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-4, atol=1e-5)
    for mine, real in zip(ours[2], theirs[2], strict=True):
        np.testing.assert_allclose(mine, real, rtol=1e-3, atol=1e-5)
