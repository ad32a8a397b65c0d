"""Pictures deformed anew for every epoch (rows 344 and 480)."""

from __future__ import annotations

import numpy as np

import cornu as keras
from cornu import layers


def test_row_344_deformed_pictures():
    """Other pictures each time in training, the same ones when asked for an answer."""
    deform = keras.Sequential(
        [
            layers.RandomRotation(0.05, fill_mode="constant"),
            layers.RandomZoom(0.1, fill_mode="constant"),
            layers.RandomElasticTransform(factor=1.0, scale=1.0),
        ]
    )
    pictures = np.zeros((3, 16, 16, 1), "float32")
    pictures[:, 4:12, 6:10] = 1
    first, second = (np.asarray(deform(pictures, training=True)) for _ in range(2))
    assert first.shape == pictures.shape
    assert not np.allclose(first, pictures)
    assert not np.allclose(first, second)
    assert 0.6 < first.sum() / pictures.sum() < 1.6
    np.testing.assert_array_equal(np.asarray(deform(pictures, training=False)), pictures)


def test_row_480_deformed_training_pictures_leave_all_for_validation(digits):
    """No picture is trained on as it is, so all of them can judge."""
    (x, y), _ = digits
    pictures = x.reshape(-1, 8, 8, 1).astype("float32")
    turn = layers.RandomRotation(0.05)
    seen = []

    model = keras.Sequential(
        [layers.Flatten(), layers.Dense(32, "tanh"), layers.Dense(10, "softmax")]
    )
    model.compile(
        keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    for _ in range(4):
        fresh = np.asarray(turn(pictures, training=True))
        seen.append(fresh)
        history = model.fit(fresh, y, validation_data=(pictures, y), verbose=0).history
    assert not np.allclose(seen[0], seen[1])
    assert min(np.abs(shown - pictures).mean() for shown in seen) > 0.01
    assert history["val_accuracy"][0] > 0.85
