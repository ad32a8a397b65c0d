"""Plots go into figures of their own, which no window and no list keeps."""

from __future__ import annotations

import pytest

import cornu
from cornu import layers


@pytest.fixture(autouse=True)
def _no_windows(monkeypatch):
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib import pyplot as plt

    monkeypatch.setattr(plt, "show", lambda *_, **__: pytest.fail("nothing may be shown"))
    before = dict(plt.rcParams)
    yield
    plt.close("all")
    assert dict(plt.rcParams) == before, "a plot changed the style of the user's other plots"


@pytest.fixture
def ax():
    from matplotlib.figure import Figure

    return Figure().add_subplot()


@pytest.fixture(scope="session")
def reader():
    """A network that has learned to read a few digits, its history and the test data."""
    cornu.utils.set_random_seed(1)
    (x, y), (x_test, y_test) = cornu.datasets.digits.load_data()
    model = cornu.Sequential(
        [
            layers.Input((8, 8)),
            layers.Flatten(),
            layers.Dense(16, "relu", name="hidden"),
            layers.Dense(10, "softmax", name="digit"),
        ],
        name="reader",
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    test = (x_test / 16, y_test)
    history = model.fit(x / 16, y, epochs=4, verbose=0, validation_data=test)
    return model, history, test
