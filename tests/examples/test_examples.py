"""Every example runs in its quick form on real data and teaches what it says it teaches."""

from __future__ import annotations

import importlib
import itertools
import os
from pathlib import Path

import numpy as np
import pytest

import cornu

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def example(monkeypatch):
    """Gives the module of an example whose data files are here; skips the test otherwise."""

    def load(name: str, *files: str):
        folder = Path(os.environ.get("CORNU_DATA_HOME", EXAMPLES.parents[1] / "shared" / "data"))
        missing = [file for file in files if not (folder / file).exists()]
        if missing:
            pytest.skip(f"no {missing[0]}: CORNU_DATA_HOME does not name the folder of the data")
        monkeypatch.setenv("CORNU_DATA_HOME", str(folder))
        monkeypatch.syspath_prepend(str(EXAMPLES))
        return importlib.import_module(name)

    return load


def falls(values) -> bool:
    return all(after < before for before, after in itertools.pairwise(values))


def test_no_example_is_without_a_page():
    names = {path.stem for path in EXAMPLES.glob("*.py")}
    pages = {path.stem for path in (EXAMPLES.parent / "docs" / "examples").glob("*.md")}
    assert pages - {"README"} == names


CIFAR_FILES = ("cifar10_test_first1000.npz",)


@pytest.fixture
def cifar10(example, monkeypatch):
    """The example on the thousand test pictures: the others take seconds to unpack."""
    module = example("cifar10", *CIFAR_FILES)
    folder = Path(os.environ["CORNU_DATA_HOME"])
    with np.load(folder / CIFAR_FILES[0], allow_pickle=False) as archive:
        images = archive["data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        labels = archive["labels"].astype("uint8")[:, None]
    parts = (images[:800], labels[:800]), (images[800:], labels[800:])
    monkeypatch.setattr(cornu.datasets.cifar10, "load_data", lambda: parts)
    return module


def test_cifar10_learns_and_shows_the_network(cifar10, capsys):
    result = cifar10.main(quick=True)
    losses = [row["loss"] for row in result["history"]]
    assert losses[-1] < losses[0]
    # A guess finds a tenth. So few pictures are learnt before they teach anything about others.
    assert result["history"][-1]["accuracy"] > 0.15
    assert result["confusion"].sum() == 200
    text = capsys.readouterr().out
    assert "Total params: 1,250,858" in text
    assert "1180160         94.0%" in text


def test_cifar10_that_was_stopped_goes_on_to_the_same_numbers(cifar10, tmp_path):
    options = {"quick": True, "rows": 160, "seed": 3}
    whole = cifar10.main(epochs=2, log=str(tmp_path / "whole.csv"), **options)
    cifar10.main(epochs=1, log=str(tmp_path / "parts.csv"), **options)
    parts = cifar10.main(epochs=2, log=str(tmp_path / "parts.csv"), **options)
    for one, other in zip(whole["history"], parts["history"], strict=True):
        for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
            assert one[name] == pytest.approx(other[name], rel=1e-6)
    np.testing.assert_array_equal(whole["confusion"], parts["confusion"])


def test_fashion_mnist_learns_both_ways(example):
    accuracies = example("fashion_mnist", "fashion-mnist").main(quick=True)
    assert min(accuracies.values()) > 0.65


def test_pretraining_helps_where_labels_are_few(example):
    figures = example("stacked_autoencoder", "mnist.npz").main(quick=True)
    assert figures["fine_tuned"] < figures["stacked"] < figures["mean"]
    assert figures["pretrained"] > figures["scratch"] + 0.1


def test_an_autoencoder_cleans_better_than_the_mean_filter(example):
    errors = example("denoising_autoencoder", "mnist.npz").main(quick=True)
    assert errors["autoencoder"] < errors["mean filter"] / 2 < errors["noisy"] / 4


def test_the_lstm_beats_the_naive_forecast(example):
    errors = example("forecast", "daily-min-temperatures.csv").main(quick=True)
    assert errors["LSTM"] < 0.95 * errors["as today (naive)"]


def test_spam_is_found(example):
    results = example("text_classification", "SMSSpamCollection.tsv").main(quick=True)
    assert results["bag_of_words"] > results["nothing"] + 0.05
    assert results["word_by_word"] > results["nothing"] + 0.05


@pytest.mark.slow
def test_the_transformer_finds_more_letters_than_the_most_frequent(example):
    results = example("transformer", "shakespeare.txt").main(quick=True)
    assert results["losses"][-1] < results["losses"][0]
    assert results["network"] > results["most frequent"] + 0.05


def test_the_tree_network_learns_digits(example):
    result = example("tree_rnn").main(quick=True)
    assert falls(result["losses"])
    assert result["accuracy"] > 0.5


@pytest.mark.parametrize("name", ["forecast", "text_classification", "transformer"])
def test_missing_data_is_said_clearly(name, monkeypatch, tmp_path):
    monkeypatch.setenv("CORNU_DATA_HOME", str(tmp_path))
    monkeypatch.syspath_prepend(str(EXAMPLES))
    module = importlib.import_module(name)
    with pytest.raises(SystemExit, match=r"is not there.*CORNU_DATA_HOME"):
        module.main(quick=True)
