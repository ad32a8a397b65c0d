"""Pictures of right and wrong predictions, against scikit-learn where it counts the same."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers, visualization


@pytest.mark.parametrize("form", ["numbers", "column", "one-hot"])
def test_confusion_counts_agree_with_scikit_learn(form, rng):
    sklearn = pytest.importorskip("sklearn.metrics")
    true, scores = rng.integers(0, 4, 50), rng.random((50, 4))
    given = {
        "numbers": true,
        "column": true[:, None].astype(float),
        "one-hot": np.eye(4)[true],
    }[form]
    expected = sklearn.confusion_matrix(true, scores.argmax(axis=1))
    assert np.array_equal(visualization.confusion_counts(given, scores), expected)


def test_probabilities_of_two_classes_are_read_at_one_half():
    counts = visualization.confusion_counts([0, 1, 1, 0], [[0.2], [0.7], [0.4], [0.9]])
    assert counts.tolist() == [[1, 1], [1, 1]]


def test_the_confusion_matrix_shows_every_count(ax):
    visualization.confusion_matrix([0, 0, 1, 2], [0, 1, 1, 2], labels="abc", ax=ax)
    texts = {text.get_position(): text.get_text() for text in ax.texts}
    assert texts[0, 0] == "1"
    assert texts[1, 0] == "1"
    assert texts[0, 1] == "·"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b", "c"]
    shares = visualization.confusion_matrix([0, 0, 1], [0, 1, 1], normalize=True)
    assert [text.get_text() for text in shares.texts] == ["0.50", "0.50", "·", "1.00"]


def test_the_surest_mistake_comes_first(ax):
    pictures = np.arange(4 * 3 * 3).reshape(4, 3, 3)
    scores = np.array([[0.4, 0.6], [0.1, 0.9], [0.9, 0.1], [0.2, 0.8]])
    assert visualization.worst_mistakes([0, 0, 0, 1], scores).tolist() == [1, 0]
    visualization.misclassified(pictures, [0, 0, 0, 1], scores, labels=["cat", "dog"], ax=ax)
    assert [text.get_text() for text in ax.texts] == ["dog (90%)\nis cat", "dog (60%)\nis cat"]
    assert np.array_equal(ax.images[0].get_array(), pictures[1])


def test_no_mistakes_are_said_to_be_none(ax):
    visualization.misclassified(np.zeros((1, 2, 2)), [0], [0], ax=ax)
    assert ax.texts[0].get_text() == "no mistakes"


def test_areas_agree_with_scikit_learn(rng):
    sklearn = pytest.importorskip("sklearn.metrics")
    true = rng.integers(0, 2, 80)
    scores = np.round(true * 0.3 + rng.random(80), 1)  # with ties
    label = visualization.roc_curve(true, scores).lines[0].get_label()
    assert label == f"area {sklearn.roc_auc_score(true, scores):.3f}"
    label = visualization.precision_recall_curve(true, scores).lines[0].get_label()
    assert label == f"average precision {sklearn.average_precision_score(true, scores):.3f}"


def test_the_boundary_lies_where_the_model_changes_its_mind(ax):
    model = cornu.Sequential([layers.Input((2,)), layers.Dense(1, "sigmoid")])
    model.set_weights([np.array([[4.0], [0.0]]), np.array([-2.0])])  # x = 0.5
    x = np.array([[0.0, 0.0], [1.0, 1.0], [0.2, 1.0]])
    visualization.decision_boundary(model, x, [0, 1, 0], labels=["left", "right"], ax=ax)
    lines = [path.vertices for c in ax.collections for path in c.get_paths() if len(path.vertices)]
    assert any(np.allclose(line[:, 0], 0.5, atol=0.02) for line in lines)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["left", "right"]


def test_anything_that_predicts_has_a_boundary(ax):
    class Quadrants:
        def predict(self, x):
            return (x[:, 0] > 0) + 2 * (x[:, 1] > 0)

    x = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]])
    assert visualization.decision_boundary(Quadrants(), x, [0, 1, 2, 3], ax=ax) is ax


def test_regression_plots_hold_every_sample(ax, rng):
    true = rng.normal(size=(30, 1))
    said = true + 0.1
    visualization.predictions_against_truth(true, said, ax=ax)
    assert np.allclose(ax.collections[0].get_offsets(), np.hstack([true, said]))
    spread = 1 - 30 * 0.01 / np.sum((true - true.mean()) ** 2)
    assert ax.collections[0].get_label() == f"R² = {spread:.3f}"
    missed = visualization.residuals(true, said).collections[0].get_offsets()
    assert np.allclose(missed, np.hstack([said, true - said]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda v: v.confusion_matrix([0, 1], [0]), "y_true has 2, y_pred has 1"),
        (lambda v: v.confusion_matrix([], []), "at least one"),
        (lambda v: v.confusion_matrix([0, -1], [0, 1]), "from -1 to 1"),
        (lambda v: v.confusion_matrix(["a"], ["b"]), r"np\.unique"),
        (lambda v: v.confusion_matrix([0, 1], [0, 1], labels=["no"]), "only 1 labels"),
        (lambda v: v.misclassified(np.zeros((2, 784)), [0, 1], [1, 0]), r"reshape\(-1, 28, 28\)"),
        (lambda v: v.roc_curve([1, 1], [0.1, 0.2]), r"two classes.*\[1\]"),
        (lambda v: v.decision_boundary(None, np.zeros((2, 3)), [0, 1]), r"two features.*\(2, 3\)"),
        (lambda v: v.residuals([1.0, 2.0], [[1.0, 2.0], [1.0, 2.0]]), "the same shape"),
    ],
)
def test_wrong_data_are_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call(visualization)
