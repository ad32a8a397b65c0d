"""The workloads: the networks and data shapes that the marks were set for."""

import numpy as np
import pytest

from benchmarks import arrays
from benchmarks.workloads import WORKLOADS

SHAPES = {
    "tabular": ([(11610, 8)], [(11610, 1)]),
    "wide_deep": ([(11610, 5), (11610, 6)], [(11610, 1), (11610, 1)]),
    "fashion": ([(55000, 784)], [(55000,)]),
    "autoencoder": ([(16000, 784)], [(16000, 784)]),
    "mnist": ([(6400, 784)], [(6400, 10)]),
    "deep_big_simple": ([(1280, 784)], [(1280,)]),
}


@pytest.fixture(autouse=True)
def _no_real_data(monkeypatch):
    monkeypatch.delenv("CORNU_DATA_HOME", raising=False)


@pytest.mark.parametrize("name", SHAPES)
def test_made_up_data_has_the_shapes_and_dtypes_of_the_real(name):
    inputs, targets = arrays.load(WORKLOADS[name])
    assert ([part.shape for part in inputs], [part.shape for part in targets]) == SHAPES[name]
    assert all(part.dtype == np.float32 and part.flags.c_contiguous for part in inputs)
    labels = WORKLOADS[name].task == "classes"
    assert all(part.dtype == (np.uint8 if labels else np.float32) for part in targets)


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


def test_steps_count_the_short_last_batch():
    assert WORKLOADS["tabular"].steps == 363
    assert WORKLOADS["tabular"].quick().steps == 10


def test_multiply_adds_leave_out_the_gradient_of_the_input():
    layers = np.array([8 * 30, 30 * 1])
    assert WORKLOADS["tabular"].multiply_adds == 32 * (3 * layers.sum() - layers[0])
