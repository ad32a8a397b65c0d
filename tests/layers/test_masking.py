"""Masks: who makes them, who passes them on, who heeds them, as in Keras."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import cornu
from cornu import layers, ops

TOKENS = np.array([[3, 1, 0, 0], [2, 2, 2, 0], [1, 0, 4, 0]])


def _mask(tensor):
    mask = getattr(tensor, "_keras_mask", None)
    return None if mask is None else np.asarray(mask)


@pytest.mark.keras
@pytest.mark.parametrize("value", [0.0, -1.0])
def test_masking(keras, rng, value):
    x = rng.normal(size=(3, 4, 2)).astype("float32")
    x[0, 2:] = value
    x[1, 1, 0] = value  # one feature alone is no padding
    theirs, ours = keras.layers.Masking(value), layers.Masking(value)
    expected, found = theirs(x), ours(x)
    np.testing.assert_array_equal(found.numpy(), np.asarray(expected))
    np.testing.assert_array_equal(_mask(found), _mask(expected))
    np.testing.assert_array_equal(_mask(found), [[1, 1, 0, 0], [1] * 4, [1] * 4])
    assert ours(cornu.Input((None, 2))).shape == (None, None, 2)
    assert layers.Masking.from_config(theirs.get_config()).mask_value == value


# (how a layer is made, what Keras says of the mask behind it)
PASSING = [
    lambda m: m.layers.Dense(2),
    lambda m: m.layers.Dropout(0.5),
    lambda m: m.layers.Activation("tanh"),
    lambda m: m.layers.ReLU(),
    lambda m: m.layers.LeakyReLU(),
    lambda m: m.layers.PReLU(),
    lambda m: m.layers.ELU(),
    lambda m: m.layers.Identity(),
    lambda m: m.layers.ActivityRegularization(),
    lambda m: m.layers.GaussianNoise(0.1),
    lambda m: m.layers.LayerNormalization(),
    lambda m: m.layers.BatchNormalization(),
    lambda m: m.layers.UnitNormalization(),
    lambda m: m.layers.GlobalAveragePooling1D(),
    lambda m: m.layers.Lambda(lambda x: 2 * x),
    lambda m: m.layers.Masking(),
    lambda m: m.layers.GlobalMaxPooling1D(),
    lambda m: m.layers.Flatten(),
    lambda m: m.layers.Conv1D(2, 2),
    lambda m: m.layers.Reshape((2, 6)),
    lambda m: m.layers.Permute((2, 1)),
    lambda m: m.layers.EinsumDense("abc,cd->abd", output_shape=(None, 2)),
    lambda m: m.layers.RMSNormalization(),
]


@pytest.mark.keras
@pytest.mark.parametrize("make", PASSING)
def test_layers_pass_masks_as_in_keras(keras, make):
    results = []
    for module in (keras, cornu):
        embedded = module.layers.Embedding(5, 3, mask_zero=True, embeddings_initializer="ones")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            out = make(module)(embedded(TOKENS))
        lost = any("mask" in str(item.message) for item in caught)
        results.append((_mask(out), lost))
    (expected, expected_lost), (found, lost) = results
    assert (found is None) == (expected is None)
    if found is not None:
        np.testing.assert_array_equal(found, expected)
    assert lost == expected_lost


@pytest.mark.keras
@pytest.mark.parametrize(
    "name", ["Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract", "Concatenate"]
)
@pytest.mark.parametrize("second", [True, False])
def test_merging_layers(keras, name, second):
    results = []
    for module in (keras, cornu):
        first = module.layers.Embedding(5, 3, mask_zero=True, embeddings_initializer="ones")
        other = module.layers.Embedding(5, 3, mask_zero=second, embeddings_initializer="ones")
        out = getattr(module.layers, name)()([first(TOKENS), other(TOKENS[::-1].copy())])
        results.append((np.asarray(out), _mask(out)))
    (expected, expected_mask), (found, mask) = results
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert (mask is None) == (expected_mask is None)
    if mask is not None:
        np.testing.assert_array_equal(mask, expected_mask)


def test_dot_has_no_mask():
    x = layers.Embedding(5, 3, mask_zero=True)(TOKENS)
    assert _mask(layers.Dot(axes=2)([x, x])) is None


@pytest.mark.keras
@pytest.mark.parametrize("axis", [-1, 1, (1, 2)])
def test_softmax_with_a_mask(keras, rng, axis):
    x = rng.normal(size=(2, 3, 4)).astype("float32")
    mask = rng.random((2, 3, 4)) < 0.6
    mask[0, 1] = False
    expected = keras.layers.Softmax(axis=axis)(x, mask=mask)
    found = layers.Softmax(axis=axis)(x, mask=mask)
    np.testing.assert_allclose(found.numpy(), np.asarray(expected), rtol=1e-5, atol=1e-6)
    assert not found.numpy()[~mask].any()
    numbers = layers.Softmax(axis=axis)(x, mask=mask.astype("float32"))
    np.testing.assert_array_equal(numbers.numpy(), found.numpy())
    with pytest.raises(ValueError, match="mask of shape"):
        layers.Softmax()(x, mask=np.ones((2, 2, 4), bool))


def test_symbolic_masks_are_found_when_the_model_is_made():
    inputs = cornu.Input((4,), dtype="int32")
    x = layers.Embedding(5, 3, mask_zero=True)(inputs)
    assert x._keras_mask.shape == (None, 4)
    assert layers.Dense(2)(x)._keras_mask.shape == (None, 4)


def test_a_layer_that_loses_the_mask_says_so():
    class Halve(layers.Layer):
        def call(self, inputs):
            return inputs / 2

    x = layers.Embedding(5, 3, mask_zero=True)(TOKENS)
    with pytest.warns(
        UserWarning, match="Halve layer 'halve.*' was called on a tensor with a mask"
    ):
        Halve()(x)
    knowing = Halve()
    knowing.supports_masking = True
    np.testing.assert_array_equal(_mask(knowing(x)), TOKENS != 0)


def _tagger(module, loss, **compiled):
    """A tag for each token; padding is masked."""
    module.utils.set_random_seed(3)
    model = module.Sequential(
        [
            module.layers.Embedding(5, 4, mask_zero=True),
            module.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(module.optimizers.SGD(0.5), loss, **compiled)
    return model


@pytest.mark.keras
@pytest.mark.parametrize("weighted", [False, True])
def test_masks_reach_losses_and_metrics(quick_keras, rng, weighted):
    tokens = rng.integers(0, 5, (8, 6))
    labels = rng.integers(0, 3, (8, 6))
    weights = rng.random((8, 6)).astype("float32") if weighted else None
    results = []
    for module in (quick_keras, cornu):
        model = _tagger(module, "sparse_categorical_crossentropy", metrics=["accuracy"])
        history = model.fit(
            tokens, labels, sample_weight=weights, batch_size=4, epochs=3, shuffle=False, verbose=0
        ).history
        results.append((history, model.evaluate(tokens, labels, verbose=0)))
    (expected, scores), (found, own) = results
    # On JAX, and only there, Keras loses the mask of the predictions in fit's metrics.
    np.testing.assert_allclose(found["loss"], expected["loss"], rtol=1e-5)
    np.testing.assert_allclose(own, scores, rtol=1e-5)


@pytest.mark.keras
@pytest.mark.parametrize(
    "reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight", None]
)
@pytest.mark.parametrize("weighted", [False, True])
def test_masked_losses(keras, rng, reduction, weighted):
    y_true, y_pred = (rng.normal(size=(3, 4, 2)).astype("float32") for _ in range(2))
    weights = rng.random((3, 4)).astype("float32") if weighted else None
    results = []
    for module in (keras, cornu):
        prediction = module.ops.convert_to_tensor(y_pred)
        prediction._keras_mask = module.ops.convert_to_tensor(TOKENS != 0)
        loss = module.losses.MeanSquaredError(reduction=reduction)
        results.append(np.asarray(loss(y_true, prediction, sample_weight=weights)))
    np.testing.assert_allclose(results[1], results[0], rtol=1e-5)


def test_weights_of_samples_meet_masks_of_steps(rng):
    y_true, y_pred = (rng.normal(size=(3, 4, 2)).astype("float32") for _ in range(2))
    prediction = ops.convert_to_tensor(y_pred)
    prediction._keras_mask = ops.convert_to_tensor(TOKENS != 0)
    values = np.square(y_true - y_pred).mean(-1) * (TOKENS != 0)
    loss = cornu.losses.MeanSquaredError(reduction="sum")
    found = loss(y_true, prediction, sample_weight=np.array([1.0, 2.0, 0.0]))
    np.testing.assert_allclose(float(found), values[0].sum() + 2 * values[1].sum(), rtol=1e-5)


@pytest.mark.keras
def test_masked_metrics(keras, rng):
    y_true, y_pred = (rng.normal(size=(3, 4, 2)).astype("float32") for _ in range(2))
    results = []
    for module in (keras, cornu):
        prediction = module.ops.convert_to_tensor(y_pred)
        prediction._keras_mask = module.ops.convert_to_tensor(TOKENS != 0)
        metric = module.metrics.MeanAbsoluteError()
        metric.update_state(y_true, prediction)
        results.append(float(metric.result()))
    assert results[1] == pytest.approx(results[0], rel=1e-5)
