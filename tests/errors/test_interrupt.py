"""Ctrl-C during fit comes through while an epoch runs and leaves a model that works."""

from __future__ import annotations

import os
import signal
import threading

import numpy as np
import pytest

import cornu as keras


@pytest.fixture
def heeded():
    """The signal does its work: a shell that starts the tests in the background has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeded")
@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_interrupt(verbose, capsys):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20_000, 8)), rng.normal(size=(20_000, 1))
    model = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(30, activation="relu"), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse")
    model.fit(x[:64], y[:64], verbose=0)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            model.fit(x, y, epochs=1_000_000, batch_size=32, verbose=verbose)
    finally:
        timer.cancel()
        timer.join()
    done = int(model.optimizer.iterations)
    assert 2 < done < 625 * 1_000
    assert all(np.isfinite(weight).all() for weight in model.get_weights())
    assert len(model.history.epoch) == len(model.history.history.get("loss", []))
    before = model.evaluate(x, y, verbose=0)
    history = model.fit(x, y, epochs=1, verbose=0)
    assert int(model.optimizer.iterations) == done + 625
    assert history.history["loss"][0] < before * 1.5
    capsys.readouterr()
