"""Every loss gives Keras's value and gradient, for each reduction, with weights and odd ranks."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import losses

pytestmark = pytest.mark.keras

PROBABILITIES = {
    "BinaryCrossentropy", "BinaryFocalCrossentropy", "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy", "SparseCategoricalCrossentropy", "KLDivergence", "Dice",
    "Tversky",
}  # fmt: skip
CASES = [
    ("MeanSquaredError", {}),
    ("MeanAbsoluteError", {}),
    ("MeanAbsolutePercentageError", {}),
    ("MeanSquaredLogarithmicError", {}),
    ("Huber", {"delta": 0.7}),
    ("LogCosh", {}),
    ("KLDivergence", {}),
    ("Poisson", {}),
    ("Hinge", {}),
    ("SquaredHinge", {}),
    ("CategoricalHinge", {}),
    ("CosineSimilarity", {}),
    ("BinaryCrossentropy", {}),
    ("BinaryCrossentropy", {"from_logits": True}),
    ("BinaryCrossentropy", {"label_smoothing": 0.2}),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True}),
    ("CategoricalCrossentropy", {}),
    ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}),
    ("CategoricalFocalCrossentropy", {}),
    ("SparseCategoricalCrossentropy", {}),
    ("SparseCategoricalCrossentropy", {"from_logits": True}),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}),
    ("Dice", {}),
    ("Tversky", {"alpha": 0.3, "beta": 0.6}),
]


def _data(name, arguments):
    rng = np.random.default_rng(7)
    y_pred = rng.normal(size=(6, 4)).astype("float32")
    if name in PROBABILITIES and not arguments.get("from_logits"):
        y_pred = np.exp(y_pred) / np.exp(y_pred).sum(-1, keepdims=True)
    if name in ("Poisson", "MeanSquaredLogarithmicError"):
        y_pred = np.abs(y_pred) + 0.1
    if name.startswith("Sparse"):
        return rng.integers(0, 4, size=6), y_pred
    if name in ("KLDivergence",) or name.startswith("Categorical"):
        return np.eye(4, dtype="float32")[rng.integers(0, 4, size=6)], y_pred
    if name.startswith("Binary") or "Hinge" in name or name in ("Dice", "Tversky"):
        return rng.integers(0, 2, size=(6, 4)).astype("float32"), y_pred
    return np.abs(rng.normal(size=(6, 4))).astype("float32"), y_pred


@pytest.mark.parametrize(("name", "arguments"), CASES, ids=str)
@pytest.mark.parametrize("weighted", [False, True])
def test_value_and_gradient(quick_keras, name, arguments, weighted):
    import jax

    y_true, y_pred = _data(name, arguments)
    weight = np.linspace(0.5, 2.0, 6).astype("float32") if weighted else None
    if weighted and name in ("Dice", "Tversky"):
        pytest.skip("a single number per batch has no samples to weigh")
    theirs = getattr(quick_keras.losses, name)(**arguments)
    ours = getattr(losses, name)(**arguments)
    expected, slope = jax.value_and_grad(lambda p: theirs(y_true, p, sample_weight=weight))(y_pred)
    variable = cornu.Variable(y_pred)
    with cornu.GradientTape() as tape:
        value = ours(y_true, variable, sample_weight=weight)
    np.testing.assert_allclose(float(value), float(expected), rtol=2e-5, atol=1e-6)
    gradient = tape.gradient(value, variable)
    np.testing.assert_allclose(gradient.numpy(), np.asarray(slope), rtol=2e-4, atol=1e-6)


@pytest.mark.parametrize("reduction", ["sum", "mean", "mean_with_sample_weight", "none", None])
def test_reductions(quick_keras, reduction):
    y_true, y_pred = _data("MeanSquaredError", {})
    weight = np.linspace(0.0, 2.0, 6).astype("float32")
    expected = quick_keras.losses.MeanSquaredError(reduction=reduction)(y_true, y_pred, weight)
    value = losses.MeanSquaredError(reduction=reduction)(y_true, y_pred, weight)
    np.testing.assert_allclose(value.numpy(), np.asarray(expected), rtol=1e-5)


@pytest.mark.parametrize(
    ("target", "prediction"), [((6,), (6, 1)), ((6, 1), (6,)), ((6, 1), (6, 1)), ((6,), (6,))]
)
def test_ranks_that_differ_by_a_last_axis_of_one(quick_keras, target, prediction):
    rng = np.random.default_rng(0)
    y_true = rng.normal(size=target).astype("float32")
    y_pred = rng.normal(size=prediction).astype("float32")
    expected = quick_keras.losses.MeanSquaredError()(y_true, y_pred)
    value = losses.MeanSquaredError()(y_true, y_pred)
    np.testing.assert_allclose(float(value), float(expected), rtol=1e-5)


def test_config_round_trip():
    loss = losses.Huber(delta=2.5, name="mine", reduction="sum")
    again = losses.Huber.from_config(loss.get_config())
    assert again.get_config() == loss.get_config()
    assert float(again([[0.0]], [[5.0]])) == float(loss([[0.0]], [[5.0]]))


def test_names_and_unknown_names():
    assert losses.get("mse") is losses.mean_squared_error
    assert isinstance(losses.get("Huber"), losses.Huber)
    with pytest.raises(ValueError, match="Did you mean 'mean_squared_error'"):
        losses.get("mean_square_error")


def test_a_bad_reduction_is_named():
    with pytest.raises(ValueError, match="reduction is one of .* got 'average'"):
        losses.MeanSquaredError(reduction="average")
