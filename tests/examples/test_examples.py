"""Every lesson runs in its quick form on real data and teaches what it says it teaches."""

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


@pytest.mark.slow
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


def test_mnist_is_read_by_the_network_of_the_demo(example):
    found = example("mnist", "mnist.npz").main(quick=True)
    assert found["weights"] == 932_362
    assert found["accuracy"] > 0.85


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


@pytest.mark.slow
def test_the_tree_network_learns_digits(example):
    result = example("tree_rnn").main(quick=True)
    assert falls(result["losses"])
    assert result["accuracy"] > 0.5


def test_one_unit_computes_everything_but_xor(example):
    found = example("logical_neurons").main(quick=True)
    assert found["by_hand"] == [0, 1, 1, 0]
    assert found["singles"].pop("XOR") == 0
    assert min(found["singles"].values()) > 0
    assert found["solved"][1] == 0
    assert found["solved"][8] == found["starts"]


def test_the_perceptron_rule_ends_where_a_line_parts_the_classes(example):
    results = example("perceptron").main(quick=True)
    assert results["tables"]["AND"][-1] == results["tables"]["OR"][-1] == 0
    assert min(results["tables"]["XOR"]) > 0
    assert results["mistakes"][-1] < results["mistakes"][0] / 2
    assert results["perceptron"] > 0.8


def test_scaled_columns_give_better_prices(example):
    pytest.importorskip("sklearn")
    errors = example("house_prices", "california_housing.npz").main(quick=True)
    assert errors["standard, logs and ratios"] < errors["linear regression"]
    assert errors["linear regression"] < errors["as they are"]


def test_women_first_and_what_a_leak_is_worth(example):
    pytest.importorskip("sklearn")
    shares = example("titanic", "titanic3.csv").main(quick=True)
    assert shares["nobody survives"] < 0.65 < 0.73 < shares["network"] < 0.9
    assert shares["network that reads `boat`"] > 0.93


def test_choices_matter(example):
    tables = example("activations_and_optimizers", "fashion-mnist").main(quick=True)
    assert len(tables["activation"]) == len(tables["optimizer"]) == 9
    last = {name: history["loss"][-1] for name, history in tables["rate of SGD"].items()}
    assert last["0.1"] < last["0.01"] < last["0.0001"]
    assert tables["activation"]["relu"]["loss"][-1] < tables["activation"]["sigmoid"]["loss"][-1]


def test_gradients_vanish_and_are_cured(example):
    measured = example("vanishing_gradients").main(quick=True)
    assert measured["sigmoid, small weights"]["ratio"] < 1e-6
    assert measured["sigmoid, small weights"]["accuracy"] < 0.2
    for cure in ("tanh, Glorot's weights", "sigmoid, normalized", "tanh, small, shortcuts"):
        assert measured[cure]["ratio"] > 0.1
    assert measured["tanh, Glorot's weights"]["accuracy"] > 0.6
    assert measured["tanh, small, shortcuts"]["accuracy"] > 0.6


@pytest.mark.slow
def test_overfitting_has_cures(example):
    measured = example("overfitting", "mnist.npz").main(quick=True)
    nothing = measured.pop("nothing")
    assert nothing["training"] < nothing["test"] / 20
    assert measured["ten times the data"]["test"] < 0.6 * nothing["test"]
    assert measured["early stopping"]["test"] < nothing["test"]
    assert measured["L1"]["test"] < nothing["test"]


def test_weights_bring_the_rare_class_back(example):
    measured = example("imbalanced_classes", "mnist.npz").main(quick=True)
    assert measured["no weights"]["accuracy"] > 0.98
    assert measured["class_weight"]["recall"] > measured["no weights"]["recall"] + 0.2
    assert measured["damaged, sample_weight 0"]["area"] > measured["damaged labels"]["area"]


def test_several_labels_are_found(example):
    results = example("multi_label").main(quick=True)
    assert results["sigmoid"]["whole set"] > results["always no"]["whole set"] + 0.2
    assert results["sigmoid"]["precision"] > 0.8


def test_two_ways_through_a_network_beat_one(example):
    errors = example("wide_and_deep", "california_housing.npz").main(quick=True)
    assert errors["wide and deep"] < errors["wide"]
    assert set(errors) > {"with a second output", "the second output"}


def test_what_was_learned_serves_other_digits(example):
    results = example("transfer_learning", "mnist.npz").main(quick=True)
    scratch, frozen, _ = results[25]
    assert frozen > scratch
    assert results["extracted"] > 0.75


def test_what_a_recurrent_layer_computes_and_remembers(example):
    results = example("recurrence").main(quick=True)
    assert results["difference"] < 1e-5
    soon, late = results["accuracies"]["LSTM, open gate"]
    assert soon > 0.6
    assert late > results["accuracies"]["LSTM"][1]
    assert results["rows"][-1] > results["rows"][0] + 0.2


def test_three_ways_to_train_end_at_the_same_weights(example):
    results = example("training_loop").main(quick=True)
    first, *others = results.values()
    for other in others:
        np.testing.assert_allclose(other["losses"], first["losses"], rtol=1e-5)
        for one, two in zip(first["weights"], other["weights"], strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-5)


def test_a_killed_training_ends_at_the_same_numbers(example):
    result = example("saving_and_going_on").main(quick=True)
    assert result["difference"] == 0
    assert result["epochs"] == [3, 4]
    assert result["same"]
    assert result["from model.keras"] == result["without a break"]
    assert result["from get_weights"] != result["without a break"]


def test_searches_find_good_choices_and_are_found_again(example):
    pytest.importorskip("optuna")
    pytest.importorskip("sklearn")
    results = example("hyperparameter_search").main(quick=True)
    assert results.pop("found again") == 3
    assert len(results) == 5
    assert max(results.values()) > 0.5


def test_tensorboard_finds_what_the_tour_writes(example):
    pytest.importorskip("tensorboard")
    found = example("tensorboard_tour").main(quick=True)
    assert {"epoch_loss", "graph", "digits/names/kernel/histogram"} <= set(found["rate_0.01/train"])
    assert "epoch_accuracy" in found["rate_1/validation"]
    assert found["rate_0.01/more"] == ["mistakes", "notes", "read wrongly"]


def test_pictures_are_new_in_every_step_of_training_only(example):
    module = example("deep_big_simple", "mnist.npz")
    found = module.main(quick=True)
    assert set(found) == {"new pictures in every epoch", "the same pictures"}
    assert all(run["errors"][-1] < run["errors"][0] for run in found.values())
    deform = module.Deformation(seed=1)
    picture = np.zeros((1, 28, 28, 1), dtype="float32")
    picture[0, 10:18, 12:16] = 1.0
    first, second = (np.asarray(deform(picture, training=True)) for _ in range(2))
    assert not np.array_equal(first, second)
    assert abs(first.sum() / picture.sum() - 1) < 0.5
    np.testing.assert_array_equal(np.asarray(deform(picture)), picture)
    still = module.Deformation(degrees=0, stretch=0, bend=0)
    np.testing.assert_allclose(np.asarray(still(picture, training=True)), picture, atol=1e-6)


@pytest.mark.parametrize("name", ["forecast", "text_classification", "titanic", "transformer"])
def test_missing_data_is_said_clearly(name, monkeypatch, tmp_path):
    monkeypatch.setenv("CORNU_DATA_HOME", str(tmp_path))
    monkeypatch.syspath_prepend(str(EXAMPLES))
    module = importlib.import_module(name)
    with pytest.raises(SystemExit, match=r"is not there.*CORNU_DATA_HOME"):
        module.main(quick=True)
