"""The `cornu` command does its jobs, says what went wrong, and reports it in its status."""

from __future__ import annotations

import dataclasses
import re
import sys

import pytest

import cornu
from cornu import cli
from cornu.datasets import mnist


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """The demonstration leaves its page in the folder where it runs."""
    monkeypatch.chdir(tmp_path)


def test_info_prints_the_facts(capsys):
    assert cli.main(["info"]) == 0
    printed = capsys.readouterr().out
    assert re.search(rf"^cornu +{re.escape(cornu.__version__)}$", printed, re.MULTILINE)
    assert re.search(r"^engine +(native|reference|xla)$", printed, re.MULTILINE)
    assert re.search(r"^python +3\.", printed, re.MULTILINE)


def test_demo_learns_to_read_digits(capsys, tmp_path):
    pytest.importorskip("matplotlib")
    assert cli.main(["demo"]) == 0
    printed = capsys.readouterr().out
    assert f"weights: {tmp_path / 'cornu_demo.html'}\n" in printed
    assert (tmp_path / "cornu_demo.html").read_text().endswith("</html>\n")
    accuracy = float(re.search(r"Read correctly: ([\d.]+)%", printed).group(1))
    assert accuracy >= 97
    assert "Where to go next" in printed
    # The pictures: the first five digits of the test beside each other, and what was read in them.
    assert re.search(r"[@%]{2}.*[@%]{2}", printed)
    assert len(re.findall(r"\d \(\d+%\)", printed)) >= 5


def test_the_seed_decides_the_run(capsys):
    def read(*arguments):
        assert cli.main(["demo", "--report", "", *arguments]) == 0
        return re.findall(r"accuracy: [\d.]+ - loss: [\d.]+", capsys.readouterr().out)

    assert read("--seed", "3") == read("--seed", "3")
    assert read("--seed", "3") != read("--seed", "4")


def test_without_matplotlib_the_demo_says_how_to_get_its_page(capsys, monkeypatch, tmp_path):
    for module in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, module, None)
    assert cli.main(["demo"]) == 0
    said = re.search(r"^No report: .*$", capsys.readouterr().out, re.MULTILINE).group()
    assert "pip install 'cornu[plot]'" in said
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_learns_nothing_fails(capsys, monkeypatch):
    job = dataclasses.replace(cli._JOBS["digits"], epochs=1, optimizer="sgd")
    monkeypatch.setitem(cli._JOBS, "digits", job)
    assert cli.main(["demo", "--report", ""]) == 1
    assert "below the 97%" in capsys.readouterr().err


def test_missing_data_say_what_to_do(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("CORNU_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    file = dataclasses.replace(mnist._FILE, url="http://127.0.0.1:9/mnist.npz")
    monkeypatch.setattr(mnist, "_FILE", file)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert cli.main(["demo", "--data", "mnist"]) == 1
    captured = capsys.readouterr()
    assert "cornu: mnist: downloading http://127.0.0.1:9/mnist.npz failed" in captured.err
    assert "put it at" in captured.err


@pytest.mark.slow
def test_demo_learns_mnist(capsys, monkeypatch, data_folder):
    monkeypatch.setenv("CORNU_DATA_HOME", str(data_folder))
    assert cli.main(["demo", "--data", "mnist"]) == 0
    accuracy = float(re.search(r"Read correctly: ([\d.]+)%", capsys.readouterr().out).group(1))
    assert accuracy >= 98


@pytest.mark.parametrize("arguments", [[], ["dance"], ["demo", "--data", "cats"]])
def test_a_wrong_command_shows_the_usage(capsys, arguments):
    with pytest.raises(SystemExit, match="2"):
        cli.main(arguments)
    assert "usage: cornu" in capsys.readouterr().err
