"""Pictures of models, trainings and results (rows 21, 257, 258, 473, 474)."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
from cornu import layers

matplotlib = pytest.importorskip("matplotlib")
pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _no_window():
    matplotlib.use("Agg")
    yield
    pyplot.close("all")


def network():
    return keras.Sequential(
        [keras.Input((64,)), layers.Dense(8, "relu", name="hidden"), layers.Dense(10, "softmax")]
    )


def trained(digits):
    (x, y), _ = digits
    model = network()
    model.compile(
        keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model, model.fit(x, y, validation_split=0.2, epochs=3, verbose=0)


def test_row_021_plotted_structure(tmp_path):
    keras.utils.plot_model(network(), tmp_path / "model.svg", show_layer_names=True)
    text = (tmp_path / "model.svg").read_text()
    assert text.lstrip().startswith(("<svg", "<?xml"))
    assert "hidden" in text
    assert "Dense" in text


def test_row_257_plot_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    keras.utils.plot_model(network(), "my_first_model.png")
    data = (tmp_path / "my_first_model.png").read_bytes()
    assert data.startswith(b"\x89PNG")
    assert len(data) > 2000


def test_row_258_shapes_in_the_picture(tmp_path):
    model = network()
    keras.utils.plot_model(model, tmp_path / "plain.svg")
    keras.utils.plot_model(model, tmp_path / "shapes.svg", show_shapes=True)
    assert "(None, 64)" not in (tmp_path / "plain.svg").read_text()
    assert "(None, 64)" in (tmp_path / "shapes.svg").read_text()
    with pytest.raises(TypeError, match="show_shape"):
        keras.utils.plot_model(model, tmp_path / "wrong.svg", show_shape=True)
    assert not (tmp_path / "wrong.svg").exists()


def test_row_473_data_model_training_and_predictions(digits):
    from cornu import visualization

    model, history = trained(digits)
    (x, y), _ = digits
    axes = history.plot("loss")
    drawn = np.ravel([axes])[0]
    assert any(
        len(line.get_ydata()) == 3 and np.allclose(line.get_ydata(), history.history["loss"])
        for line in drawn.lines
    )
    pictures = visualization.misclassified(x.reshape(-1, 8, 8), y, model.predict(x, verbose=0))
    assert len(np.ravel(pictures)) >= 1
    truth = np.linspace(0, 1, 20)
    points = visualization.predictions_against_truth(truth, truth + 0.1)
    assert points.collections or points.lines


def test_row_474_confusion_matrix_as_a_picture(digits):
    from cornu import visualization

    model, _ = trained(digits)
    _, (x, y) = digits
    odds = model.predict(x, verbose=0)
    axes = visualization.confusion_matrix(y, odds)
    counts = visualization.confusion_counts(y, odds)
    assert counts.sum() == 360
    assert np.trace(counts) == np.sum(odds.argmax(1) == y)
    shown = {text.get_text() for text in axes.texts}
    assert str(int(counts.max())) in shown
