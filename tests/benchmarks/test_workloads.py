"""The workloads: the networks and data shapes that the marks were set for."""

import numpy as np
import pytest

from benchmarks import arrays, weights
from benchmarks.workloads import WORDS, WORKLOADS

SHAPES = {
    "tabular": ([(11610, 8)], [(11610, 1)]),
    "wide_deep": ([(11610, 5), (11610, 6)], [(11610, 1), (11610, 1)]),
    "fashion": ([(55000, 784)], [(55000,)]),
    "autoencoder": ([(16000, 784)], [(16000, 784)]),
    "mnist": ([(6400, 784)], [(6400, 10)]),
    "deep_big_simple": ([(1280, 784)], [(1280,)]),
    "cifar_cnn": ([(320, 32, 32, 3)], [(320, 10)]),
    "cifar_predict_1": ([(1, 32, 32, 3)], [(1, 10)]),
    "cifar_predict_256": ([(256, 32, 32, 3)], [(256, 10)]),
    "cnn_bn": ([(640, 28, 28, 1)], [(640,)]),
    "lstm": ([(960, 50, 1)], [(960, 1)]),
    "gru_text": ([(640, 100)], [(640, 1)]),
    "embed_pool": ([(6400, 200)], [(6400, 1)]),
    "attention": ([(640, 64, 64)], [(640,)]),
    "dataset_fit": ([(55000, 784)], [(55000,)]),
}


@pytest.fixture(autouse=True)
def _no_real_data(monkeypatch):
    monkeypatch.delenv("CORNU_DATA_HOME", raising=False)


@pytest.mark.parametrize("name", SHAPES)
def test_made_up_data_has_the_shapes_and_dtypes_of_the_real(name):
    inputs, targets = arrays.load(WORKLOADS[name])
    assert ([part.shape for part in inputs], [part.shape for part in targets]) == SHAPES[name]
    tokens = WORKLOADS[name].task == "binary"
    assert all(part.dtype == (np.int32 if tokens else np.float32) for part in inputs)
    assert all(part.flags.c_contiguous and part.flags.writeable for part in inputs + targets)
    labels = WORKLOADS[name].task == "classes"
    assert all(part.dtype == (np.uint8 if labels else np.float32) for part in targets)


@pytest.mark.parametrize("name", ["gru_text", "embed_pool"])
def test_words_follow_zipfs_law(name):
    (words,), _ = arrays.load(WORKLOADS[name])
    assert 0 <= words.min() <= words.max() < WORDS
    counts = np.bincount(words.ravel(), minlength=WORDS)
    assert counts[0] == pytest.approx(2 * counts[1], rel=0.1)


@pytest.mark.parametrize("name", WORKLOADS)
def test_weights_are_the_networks_and_the_same_each_time(name):
    first, second = (weights.initial(WORKLOADS[name]) for _ in range(2))
    trained = sum(
        array.size
        for layer, arrays_ in first.items()
        for array in (arrays_[:2] if layer.startswith("norm") else arrays_)
    )
    assert trained == WORKLOADS[name].parameters
    for layer, arrays_ in first.items():
        for one, other in zip(arrays_, second[layer]):
            np.testing.assert_array_equal(one, other)


def test_made_up_data_is_the_same_each_time():
    first, second = (arrays.load(WORKLOADS["tabular"]) for _ in range(2))
    np.testing.assert_array_equal(first[0][0], second[0][0])


def test_real_data_is_used_where_it_is(tmp_path, monkeypatch):
    pixels = np.arange(3 * 784, dtype=np.uint8).reshape(3, 28, 28)
    labels = np.array([1, 0, 9])
    np.savez(tmp_path / "mnist.npz", x_train=pixels, y_train=labels)
    monkeypatch.setenv("CORNU_DATA_HOME", str(tmp_path))
    (images,), (targets,) = arrays.load(WORKLOADS["mnist"])
    np.testing.assert_allclose(images, pixels.reshape(3, 784) / 255, rtol=1e-6)
    np.testing.assert_array_equal(targets.argmax(1), labels)


def test_a_reconstruction_shares_its_array():
    inputs, targets = arrays.load(WORKLOADS["autoencoder"])
    assert inputs[0] is targets[0]
    assert arrays.megabytes(inputs + targets) == pytest.approx(inputs[0].nbytes / 1e6)


@pytest.mark.parametrize("name", ["cifar_cnn", "lstm"])
def test_real_images_and_series_are_used_where_they_are(name, tmp_path, monkeypatch):
    pixels = np.arange(400 * 3072, dtype=np.uint32).astype(np.uint8).reshape(400, 3072)
    np.savez(tmp_path / "cifar10_data_batch_1.npz", data=pixels, labels=np.arange(400) % 10)
    days = "".join(f'"1981-01-{day}",{day % 7}.5\r\n' for day in range(1100))
    (tmp_path / "daily-min-temperatures.csv").write_text('"Date","Temp"\r\n' + days)
    monkeypatch.setenv("CORNU_DATA_HOME", str(tmp_path))
    (x,), (y,) = arrays.load(WORKLOADS[name])
    assert ([x.shape], [y.shape]) == SHAPES[name]
    if name == "cifar_cnn":
        np.testing.assert_allclose(x[1, 2, 3], pixels[1].reshape(3, 32, 32)[:, 2, 3] / 255)
        np.testing.assert_array_equal(y.argmax(1), np.arange(320) % 10)
    else:
        np.testing.assert_array_equal(x[1:, -1], y[:-1])  # a window ends where the last one pointed


def test_steps_count_the_short_last_batch():
    assert WORKLOADS["tabular"].steps == 363
    assert WORKLOADS["tabular"].quick().steps == 10


def test_multiply_adds_leave_out_the_gradient_of_the_input():
    layers = np.array([8 * 30, 30 * 1])
    assert WORKLOADS["tabular"].multiply_adds == 32 * (3 * layers.sum() - layers[0])


def test_an_inference_is_one_step_and_its_losses_are_those_of_the_training():
    workload = WORKLOADS["cifar_predict_256"]
    assert workload.steps == 1
    assert workload.single_batch().rows == 32
    assert not workload.single_batch().inference
