"""What fit, evaluate and predict print: the same bytes as Keras, and nothing when asked for nothing."""

from __future__ import annotations

import contextlib
import io
import re
import sys

import numpy as np
import pytest
from tests.training.programs import regression_data

import cornu
from cornu.callbacks import _progbar


class Clock:
    """Stands for the time module: goes on by a fixed time whenever it is asked."""

    def __init__(self, tick: float) -> None:
        self.now, self.tick = 1000.0, tick

    def time(self) -> float:
        self.now += self.tick
        return self.now


def _both(keras, monkeypatch, tick, updates, **arguments):
    """Returns what cornu's and Keras's Progbar write for the same updates."""
    theirs = sys.modules[keras.utils.Progbar.__module__]
    written = []
    for module in (_progbar, theirs):
        monkeypatch.setattr(module, "time", Clock(tick))
        stream = io.StringIO()
        with contextlib.redirect_stdout(stream):
            bar = module.Progbar(**arguments)
            for current, values, finalize in updates:
                bar.update(current, values, finalize=finalize)
        written.append(stream.getvalue())
    return written


VALUES = [("loss", 0.5), ("acc", -0.25), ("tiny", 1e-5), ("zero", 0.0), ("none", float("nan"))]
UPDATES = [
    *((n, [(k, v * n) for k, v in VALUES], None) for n in range(1, 12)),
    (12, VALUES, True),
]


@pytest.mark.keras
@pytest.mark.parametrize("tick", [3e-6, 0.004, 0.06, 1.7, 70.0, 4000.0])
@pytest.mark.parametrize(
    "arguments",
    [
        {"target": 12, "stateless_metrics": set()},
        {"target": 12},
        {"target": 120, "width": 7, "stateful_metrics": ["loss"]},
        {"target": None, "stateless_metrics": set(), "unit_name": "batch"},
    ],
    ids=str,
)
def test_bar(keras, monkeypatch, tick, arguments):
    ours, theirs = _both(keras, monkeypatch, tick, UPDATES, verbose=1, **arguments)
    assert ours == theirs


@pytest.mark.keras
@pytest.mark.parametrize("tick", [3e-6, 0.004, 1.7])
def test_line(keras, monkeypatch, tick):
    updates = [(12, [pair for pair in VALUES if pair[1] >= 0], True)]
    ours, theirs = _both(keras, monkeypatch, tick, updates, verbose=2, target=12)
    assert ours == theirs


def test_negative_numbers_in_lines_are_written_as_positive_ones(capsys):
    """Keras writes them with an exponent in lines, but not in bars."""
    _progbar.Progbar(1, verbose=2).update(1, [("score", -0.25)])
    assert capsys.readouterr().out.endswith(" - score: -0.2500\n")


def _model(keras):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def _no_times(text: str) -> str:
    """Returns text without times and without the drawings of a bar but the last of each."""
    text = re.sub(r"\x08+", "", text)
    lines = [line.split("\r")[-1].rstrip() for line in text.split("\n")]
    text = "\n".join(lines)
    text = re.sub(r"\d+(\.\d+)?(ms|us|s)\b", "T", text)
    return re.sub(r"\d\.\d{4}(e[+-]\d+)?", "N", text)


@pytest.mark.keras
@pytest.mark.parametrize("verbose", [1, 2])
def test_whole_output(keras, verbose, capsys):
    x, y = regression_data(48)
    written = []
    for module in (cornu, keras):
        model = _model(module)
        model.fit(x, y, epochs=2, batch_size=16, verbose=verbose, validation_data=(x[:16], y[:16]))
        model.fit(x, y, batch_size=16, verbose=verbose)
        model.evaluate(x, y, batch_size=16, verbose=verbose)
        model.predict(x, batch_size=16, verbose=verbose)
        captured = capsys.readouterr()
        assert captured.err == ""
        written.append(_no_times(captured.out))
    assert written[0] == written[1]


@pytest.mark.parametrize("verbose", [1, 2])
def test_the_end_of_a_generator_gives_the_number_of_steps(verbose, capsys):
    """Keras counts what it saw before the generator ended, which depends on its threads."""
    x, y = regression_data(16)
    _model(cornu).fit(((x, y) for _ in range(3)), verbose=verbose)
    last = capsys.readouterr().out.rstrip("\n").split("\r")[-1]
    assert "3/3" in last
    assert last.count("loss: ") == 1


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_auto_is_a_bar_in_a_terminal_and_lines_elsewhere(monkeypatch, capsys):
    x, y = regression_data(20)
    model = _model(cornu)
    model.fit(x, y, epochs=3)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" - ")[0] for line in lines] == [
        "Epoch 1/3", "1/1", "Epoch 2/3", "1/1", "Epoch 3/3", "1/1",
    ]  # fmt: skip
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    model.fit(x, y, epochs=1)
    assert "━" * 20 in screen.getvalue()


def test_silence(capfd):
    x, y = regression_data(20)
    model = _model(cornu)
    model.fit(x, y, epochs=2, verbose=0, validation_split=0.5)
    model.evaluate(x, y, verbose=0)
    model.predict(x)
    model.predict(x[:1], verbose="auto")
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_a_bar_is_drawn_over_no_oftener_than_it_can_be_read(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    x, y = np.zeros((2000, 4)), np.zeros((2000, 1))
    _model(cornu).fit(x, y, batch_size=4, verbose=1)
    assert screen.getvalue().count("\r") < 60


def test_a_closed_output_does_not_stop_the_training(monkeypatch):
    stream = io.StringIO()
    stream.close()
    monkeypatch.setattr(sys, "stdout", stream)
    x, y = regression_data(20)
    assert len(_model(cornu).fit(x, y, verbose=2).epoch) == 1
