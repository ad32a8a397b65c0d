"""Regularizers give Keras's penalties and take part in the loss."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import regularizers

CASES = [
    ("L1", {}),
    ("L1", {"l1": 0.3}),
    ("L2", {}),
    ("L2", {"l2": 0.3}),
    ("L1L2", {}),
    ("L1L2", {"l1": 0.1, "l2": 0.2}),
    ("OrthogonalRegularizer", {}),
    ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}),
]


@pytest.mark.keras
@pytest.mark.parametrize(("name", "arguments"), CASES, ids=str)
def test_penalty(keras, name, arguments):
    weights = np.random.default_rng(4).normal(size=(3, 4)).astype("float32")
    expected = getattr(keras.regularizers, name)(**arguments)(keras.ops.convert_to_tensor(weights))
    regularizer = getattr(regularizers, name)(**arguments)
    value = regularizer(cornu.ops.convert_to_tensor(weights))
    np.testing.assert_allclose(float(value), float(expected), rtol=1e-5)
    again = type(regularizer).from_config(regularizer.get_config())
    assert float(again(cornu.ops.convert_to_tensor(weights))) == float(value)


@pytest.mark.keras
@pytest.mark.parametrize("name", ["l1", "l2"])
def test_names(keras, name):
    assert regularizers.get(name).get_config() == pytest.approx(
        keras.regularizers.get(name).get_config()
    )


def test_a_users_function():
    dense = cornu.layers.Dense(
        1, kernel_initializer="ones", kernel_regularizer=lambda w: 3.0 * cornu.ops.sum(w)
    )
    dense(np.ones((1, 2)))
    assert [float(loss) for loss in dense.losses] == [6.0]


def test_nothing_and_nonsense():
    assert regularizers.get(None) is None
    with pytest.raises(ValueError, match="L1L?2?: l1 must be a finite number; got nan"):
        regularizers.L1(float("nan"))
    with pytest.raises(ValueError, match="Unknown regularizer 'l22'. Did you mean 'l2'"):
        regularizers.get("l22")
