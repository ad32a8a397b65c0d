"""Writes docs/seeds.md from the run (`--write-seed-table`); small data that many rows share."""

from __future__ import annotations

import numpy as np
import pytest
from tests.seeds import table

import cornu as keras

_WORDS = {"passed": "passes", "failed": "fails", "skipped": "skipped"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-seed-table", action="store_true", help="write docs/seeds.md")


def pytest_configure(config: pytest.Config) -> None:
    worker = hasattr(config, "workerinput")  # of pytest-xdist; the main process hears all results
    if config.getoption("--write-seed-table", default=False) and not worker:
        config.pluginmanager.register(_Writer(), "seed-table")


class _Writer:
    """Collects the result of every test and writes the page at the end."""

    def __init__(self) -> None:
        self.results: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.split("::")[-1].split("[")[0]
        if report.when == "call" or not report.passed:
            word = _WORDS[report.outcome]
            # Of several cases of one test, the one that did not pass counts.
            if self.results.get(name, "passes") == "passes":
                self.results[name] = word

    def pytest_sessionfinish(self) -> None:
        table.PAGE.write_text(table.page(self.results), encoding="utf-8")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current folder: documents write beside themselves."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def line():
    """Points near the line y = 2 x + 1, as columns."""
    draw = np.random.default_rng(7)
    x = draw.uniform(-1, 1, (64, 1)).astype("float32")
    return x, (2 * x + 1 + 0.01 * draw.normal(size=x.shape)).astype("float32")


@pytest.fixture
def clouds():
    """Two clouds of points in the plane and the number of each point's cloud."""
    draw = np.random.default_rng(7)
    labels = np.arange(80) % 2
    x = draw.normal(size=(80, 2)) + np.where(labels, 2.0, -2.0)[:, None]
    return x.astype("float32"), labels.astype("float32")[:, None]


@pytest.fixture(scope="session")
def digits():
    """The digits of the package, as rows of 64 numbers from 0 to 1, split in training and test."""
    (x, y), (x_test, y_test) = keras.datasets.digits.load_data()
    return (x.reshape(-1, 64) / 16.0, y), (x_test.reshape(-1, 64) / 16.0, y_test)
