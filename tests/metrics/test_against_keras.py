"""Every metric gives Keras's value over several batches, with and without sample weights."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import metrics

pytestmark = pytest.mark.keras


def _regression(rng):
    return np.abs(rng.normal(size=(8, 3))), np.abs(rng.normal(size=(8, 3))) + 0.1


def _binary(rng):
    return rng.integers(0, 2, size=(8,)), rng.uniform(size=(8,))


def _labels(rng):
    return rng.integers(0, 2, size=(8, 3)), rng.uniform(size=(8, 3))


def _one_hot(rng):
    scores = np.exp(rng.normal(size=(8, 7)))
    return np.eye(7)[rng.integers(0, 7, size=8)], scores / scores.sum(-1, keepdims=True)


def _sparse(rng):
    y_true, y_pred = _one_hot(rng)
    return y_true.argmax(-1), y_pred


def _classes(rng):
    return rng.integers(0, 4, size=(8,)), rng.integers(0, 4, size=(8,))


CASES = [
    ("MeanSquaredError", {}, _regression),
    ("RootMeanSquaredError", {}, _regression),
    ("MeanAbsoluteError", {}, _regression),
    ("MeanAbsolutePercentageError", {}, _regression),
    ("MeanSquaredLogarithmicError", {}, _regression),
    ("CosineSimilarity", {}, _regression),
    ("LogCoshError", {}, _regression),
    ("Poisson", {}, _regression),
    ("R2Score", {}, _regression),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, _regression),
    ("KLDivergence", {}, _one_hot),
    ("Hinge", {}, _labels),
    ("SquaredHinge", {}, _labels),
    ("CategoricalHinge", {}, _one_hot),
    ("BinaryCrossentropy", {}, _labels),
    ("CategoricalCrossentropy", {}, _one_hot),
    ("SparseCategoricalCrossentropy", {}, _sparse),
    ("Accuracy", {}, lambda rng: (rng.integers(0, 3, 8), rng.integers(0, 3, 8))),
    ("BinaryAccuracy", {"threshold": 0.4}, _labels),
    ("CategoricalAccuracy", {}, _one_hot),
    ("SparseCategoricalAccuracy", {}, _sparse),
    ("TopKCategoricalAccuracy", {"k": 2}, _one_hot),
    ("SparseTopKCategoricalAccuracy", {"k": 3}, _sparse),
    ("TruePositives", {}, _binary),
    ("FalsePositives", {"thresholds": [0.2, 0.6]}, _binary),
    ("TrueNegatives", {}, _binary),
    ("FalseNegatives", {}, _binary),
    ("Precision", {}, _binary),
    ("Precision", {"thresholds": [0.3, 0.7]}, _binary),
    ("Precision", {"top_k": 2}, _labels),
    ("Precision", {"class_id": 1}, _labels),
    ("Recall", {}, _binary),
    ("Recall", {"top_k": 1, "class_id": 2}, _labels),
    ("AUC", {}, _binary),
    ("AUC", {"num_thresholds": 7, "curve": "PR"}, _binary),
    ("AUC", {"summation_method": "minoring"}, _binary),
    ("AUC", {"curve": "PR", "summation_method": "majoring", "num_thresholds": 20}, _binary),
    ("AUC", {"multi_label": True, "num_labels": 3}, _labels),
    ("AUC", {"thresholds": [0.1, 0.5, 0.8]}, _binary),
    ("SensitivityAtSpecificity", {"specificity": 0.5}, _binary),
    ("SpecificityAtSensitivity", {"sensitivity": 0.5}, _binary),
    ("PrecisionAtRecall", {"recall": 0.5}, _binary),
    ("RecallAtPrecision", {"precision": 0.6}, _binary),
    ("PearsonCorrelation", {}, _regression),
    ("ConcordanceCorrelation", {}, _regression),
    ("IoU", {"num_classes": 4, "target_class_ids": [0, 3], "ignore_class": 1}, _classes),
    ("MeanIoU", {"num_classes": 5, "dtype": "float32"}, _classes),
    ("MeanIoU", {"num_classes": 7, "sparse_y_pred": False, "dtype": "float32"}, _sparse),
    ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.4, "dtype": "float32"}, _binary),
    ("BinaryIoU", {"dtype": "float32"}, _binary),
    ("OneHotIoU", {"num_classes": 7, "target_class_ids": [2, 3], "dtype": "float32"}, _one_hot),
    ("OneHotMeanIoU", {"num_classes": 7, "dtype": "float32"}, _one_hot),
    ("F1Score", {}, _one_hot),
    ("F1Score", {"average": "micro", "threshold": 0.3}, _one_hot),
    ("F1Score", {"average": "macro"}, _one_hot),
    ("FBetaScore", {"average": "weighted", "beta": 2.0}, _one_hot),
]
UNWEIGHTED = {"F1Score", "FBetaScore"}


@pytest.mark.parametrize(
    ("name", "arguments", "make"),
    CASES,
    ids=[f"{name}-{arguments}" for name, arguments, _ in CASES],
)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64:UserWarning")
@pytest.mark.filterwarnings("ignore:You are passing weight as `float`:UserWarning")
def test_value_over_batches(quick_keras, name, arguments, make, weighted):
    if weighted and name in UNWEIGHTED:
        pytest.skip("Keras broadcasts weights over classes here")
    rng = np.random.default_rng(3)
    theirs = getattr(quick_keras.metrics, name)(**arguments)
    ours = getattr(metrics, name)(**arguments)
    for _ in range(3):
        y_true, y_pred = make(rng)
        y_pred = y_pred.astype("float32") if y_pred.dtype.kind == "f" else y_pred
        weight = rng.uniform(0.5, 2.0, size=8).astype("float32") if weighted else None
        theirs.update_state(y_true, y_pred, sample_weight=weight)
        ours.update_state(y_true, y_pred, sample_weight=weight)
    np.testing.assert_allclose(
        np.asarray(ours.result()), np.asarray(theirs.result()), rtol=2e-5, atol=1e-6
    )
    ours.reset_state()
    theirs.reset_state()
    y_true, y_pred = make(rng)
    ours.update_state(y_true, y_pred.astype("float32") if y_pred.dtype.kind == "f" else y_pred)
    theirs.update_state(y_true, y_pred)
    np.testing.assert_allclose(
        np.asarray(ours.result()), np.asarray(theirs.result()), rtol=2e-5, atol=1e-6
    )


def test_config_round_trip():
    metric = metrics.AUC(curve="PR", num_thresholds=11, name="area")
    again = metrics.AUC.from_config(metric.get_config())
    assert again.get_config() == metric.get_config()


def test_class_numbers_in_a_confusion_metric_are_explained():
    with pytest.raises(ValueError, match="to_categorical"):
        metrics.Precision()([0, 2, 1], np.eye(3))


def test_mean_of_weighted_values():
    mean = metrics.Mean()
    mean.update_state([1.0, 3.0], sample_weight=[3.0, 1.0])
    assert float(mean.result()) == 1.5
