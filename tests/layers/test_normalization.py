"""Normalizing layers over several calls: moving statistics, masks, frozen layers, spectral norms."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers


@pytest.mark.keras
@pytest.mark.parametrize("arguments", [{}, {"renorm": True}, {"momentum": 0.5, "axis": 1}])
def test_statistics_follow_the_batches(keras, rng, arguments):
    theirs, ours = (
        keras.layers.BatchNormalization(**arguments),
        layers.BatchNormalization(**arguments),
    )
    for step in range(3):
        x = (step + rng.normal(size=(8, 3, 3)) * (step + 1)).astype("float32")
        expected = np.asarray(theirs(x, training=True))
        np.testing.assert_allclose(ours(x, training=True).numpy(), expected, rtol=1e-4, atol=1e-5)
    for mine, real in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, real, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ours(x).numpy(), np.asarray(theirs(x)), rtol=1e-4, atol=1e-5)


@pytest.mark.keras
def test_masked_statistics(keras, rng):
    x = rng.normal(size=(4, 5, 3)).astype("float32")
    mask = rng.random((4, 5)) < 0.6
    theirs, ours = keras.layers.BatchNormalization(), layers.BatchNormalization()
    expected = np.asarray(theirs(x, training=True, mask=mask))
    got = ours(x, training=True, mask=mask).numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)
    for mine, real in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, real, rtol=1e-5, atol=1e-6)
    # What is masked out has no influence.
    x[~mask] = 1e6
    again = layers.BatchNormalization()
    np.testing.assert_allclose(again(x, training=True, mask=mask).numpy()[mask], got[mask])


def test_frozen_layer_uses_its_moving_statistics():
    layer = layers.BatchNormalization()
    x = np.array([[1.0], [3.0]], "float32")
    layer(x, training=True)
    layer.trainable = False
    before = layer.get_weights()
    np.testing.assert_array_equal(layer(x, training=True).numpy(), layer(x).numpy())
    for one, other in zip(layer.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_fit_moves_the_statistics_inside_the_plan(rng):
    """The captured step writes the same averages as calls one by one."""
    x = rng.normal(2.0, 3.0, size=(24, 4)).astype("float32")
    model = cornu.Sequential([layers.BatchNormalization(momentum=0.5), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, x[:, :1], batch_size=8, epochs=1, shuffle=False, verbose=0)
    single = layers.BatchNormalization(momentum=0.5)
    for start in (0, 8, 16):
        single(x[start : start + 8], training=True)
    got = [w.numpy() for w in model.layers[0].non_trainable_weights]
    for mine, real in zip(got, single.non_trainable_weights, strict=True):
        np.testing.assert_allclose(mine, real.numpy(), rtol=1e-5)


@pytest.mark.keras
@pytest.mark.parametrize(
    ("name", "arguments", "shape"),
    [("Dense", {"units": 3}, (4,)), ("Conv2D", {"filters": 2, "kernel_size": 2}, (3, 3, 2))],
)
def test_spectral_normalization(keras, rng, name, arguments, shape):
    x = rng.normal(size=(2, *shape)).astype("float32")
    theirs = keras.layers.SpectralNormalization(
        getattr(keras.layers, name)(**arguments), power_iterations=2
    )
    ours = layers.SpectralNormalization(getattr(layers, name)(**arguments), power_iterations=2)
    theirs(x)
    ours(x)
    assert [w.path.split("/")[-1] for w in ours.weights] == [
        w.path.split("/")[-1] for w in theirs.weights
    ]
    ours.set_weights(theirs.get_weights())
    for training in (True, True, False):
        expected = np.asarray(theirs(x, training=training))
        got = ours(x, training=training).numpy()
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)
        for mine, real in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_allclose(mine, real, rtol=1e-4, atol=1e-5)
    again = layers.deserialize(layers.serialize(ours))
    assert again.power_iterations == 2
    assert type(again.layer) is type(ours.layer)


def test_spectral_norm_becomes_one(rng):
    layer = layers.SpectralNormalization(layers.Dense(3), power_iterations=20)
    x = np.ones((1, 5), "float32")
    layer(x, training=True)
    assert np.linalg.norm(layer.kernel.numpy(), 2) == pytest.approx(1.0, rel=1e-3)
    # A kernel of zeros has no norm to divide by.
    layer.kernel.assign(np.zeros((5, 3), "float32"))
    assert np.isfinite(layer(x, training=True).numpy()).all()
    assert not layer.kernel.numpy().any()
    assert np.isfinite(layer.vector_u.numpy()).all()


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:.*rms_scaling")
def test_rms_scaling_of_old_files(keras, rng):
    x = rng.normal(size=(3, 4)).astype("float32")
    theirs = keras.layers.LayerNormalization(rms_scaling=True)
    ours = layers.LayerNormalization.from_config(theirs.get_config())
    np.testing.assert_allclose(ours(x).numpy(), np.asarray(theirs(x)), rtol=1e-5)
    assert [w.name for w in ours.weights] == ["gamma"]


def test_masks_pass_through():
    x, mask = np.ones((2, 3, 4), "float32"), np.ones((2, 3), bool)
    for layer in (
        layers.BatchNormalization(),
        layers.LayerNormalization(),
        layers.GroupNormalization(2),
        layers.UnitNormalization(),
        layers.GaussianNoise(0.1),
        layers.AlphaDropout(0.1),
        layers.SpatialDropout1D(0.1),
    ):
        assert layer.supports_masking
        assert layer.compute_mask(x, mask) is mask
