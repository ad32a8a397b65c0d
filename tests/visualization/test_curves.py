"""Learning curves show the numbers of the history."""

from __future__ import annotations

import sys

import pytest

from cornu.callbacks import History
from cornu.core.extras import MissingExtraError
from cornu.visualization import learning_curves

NUMBERS = {
    "accuracy": [0.5, 0.7, 0.8],
    "loss": [2.0, 1.0, 0.5],
    "val_accuracy": [0.4, 0.6, 0.5],
    "val_loss": [2.5, 1.5, 1.75],
}


def test_every_quantity_has_a_plot_with_training_and_validation():
    panels = learning_curves(NUMBERS)
    assert [panel.get_ylabel() for panel in panels] == ["loss", "accuracy"]
    for panel in panels:
        name = panel.get_ylabel()
        training, validation = panel.lines[:2]
        assert training.get_xdata().tolist() == [1, 2, 3]
        assert training.get_ydata().tolist() == NUMBERS[name]
        assert validation.get_ydata().tolist() == NUMBERS[f"val_{name}"]


def test_the_best_epoch_is_the_lowest_loss_and_the_highest_accuracy():
    loss, accuracy = learning_curves(NUMBERS)
    assert (loss.lines[2].get_xdata(), loss.lines[2].get_ydata()) == ([2], [1.5])
    assert (accuracy.lines[2].get_xdata(), accuracy.lines[2].get_ydata()) == ([2], [0.6])


def test_a_history_plots_itself(reader, ax):
    _, history, _ = reader
    assert history.plot("loss", ax=ax) is ax
    assert ax.lines[0].get_ydata().tolist() == history.history["loss"]
    assert len(history.plot()) == 2


def test_the_history_goes_into_a_frame_of_pandas(reader):
    pandas = pytest.importorskip("pandas")
    drawn = pandas.DataFrame(reader[1].history).plot(figsize=(8, 5), grid=True)
    assert [line.get_label() for line in drawn.lines] == list(reader[1].history)


def test_each_epoch_has_its_time(reader):
    history = reader[1]
    assert len(history.seconds) == len(history.epoch) == 4
    assert all(seconds > 0 for seconds in history.seconds)


def test_epochs_that_go_on_keep_their_numbers(ax):
    history = History()
    history.history, history.epoch = {"loss": [0.3, 0.2]}, [5, 6]
    assert learning_curves(history, ax=ax).lines[0].get_xdata().tolist() == [6, 7]


def test_a_rare_validation_is_spread_over_the_epochs(ax):
    learning_curves({"loss": [4, 3, 2, 1, 0], "val_loss": [5, 3]}, ax=ax)
    assert ax.lines[1].get_xdata().tolist() == [1, 5]


def test_wrong_names_and_empty_histories_are_explained(ax):
    with pytest.raises(ValueError, match=r"no 'acuracy'. Did you mean 'accuracy'\?"):
        learning_curves(NUMBERS, "acuracy", ax=ax)
    with pytest.raises(ValueError, match="history is empty"):
        learning_curves(History(), ax=ax)
    with pytest.raises(ValueError, match="draws 2 plots and needs as many Axes; got 1"):
        learning_curves(NUMBERS, ax=ax)


def test_without_matplotlib_the_command_is_named(monkeypatch):
    for module in ("matplotlib", "matplotlib.pyplot"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=r"learning_curves.*pip install 'cornu\[plot\]'"):
        learning_curves(NUMBERS)
