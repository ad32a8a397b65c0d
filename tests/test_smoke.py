"""The whole journey in seconds: run this first. `pytest tests/test_smoke.py`."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
from cornu.core.graph import capture
from cornu.core.primitive import Spec


def test_it_has_a_version():
    assert keras.__version__.count(".") >= 1


def test_numbers_go_in_and_come_out():
    x = keras.ops.convert_to_tensor([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal((x @ x + 1).numpy(), [[8, 11], [16, 23]])
    assert keras.ops.softmax(x).numpy().sum() == pytest.approx(2.0)


def test_derivatives():
    v = keras.Variable(3.0)
    with keras.GradientTape() as tape:
        y = v * v + keras.ops.sin(v)
    assert float(tape.gradient(y, v)) == pytest.approx(6 + np.cos(3.0))


def test_a_step_is_captured_compiled_and_run():
    v = keras.Variable([0.0, 0.0])

    def step(x):
        v.assign(v + x)
        return keras.ops.sum(v.value)

    graph, _ = capture(step, Spec((2,), "float32"))
    engine = v.value._engine
    program = engine.compile(graph)
    for _ in range(3):
        (total,) = program.run([engine.from_numpy(np.array([1.0, 2.0], np.float32), "float32")])
    assert v.numpy().tolist() == [3.0, 6.0]
    assert float(engine.to_numpy(total)) == 9.0


def test_a_network_learns_to_read_digits():
    keras.utils.set_random_seed(7)
    (x, y), (x_test, y_test) = keras.datasets.digits.load_data()
    shape = x.shape[1:]
    model = keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Flatten(),
            keras.layers.Rescaling(1 / 16),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    before = model.evaluate(x_test, y_test, verbose=0)
    history = model.fit(x, y, epochs=8, batch_size=32, validation_split=0.1, verbose=0)
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    assert loss < before[0]
    assert accuracy > 0.9
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert len(history.history["loss"]) == 8
    probabilities = model.predict(x_test[:3], verbose=0)
    assert probabilities.shape == (3, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
