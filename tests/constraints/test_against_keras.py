"""Constraints bring weights to Keras's values."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import constraints

CASES = [
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 0.7, "axis": 1}),
    ("NonNeg", {}),
    ("UnitNorm", {}),
    ("UnitNorm", {"axis": [0, 1]}),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 0.5, "max_value": 0.9, "rate": 0.4, "axis": 1}),
]


@pytest.mark.keras
@pytest.mark.parametrize(("name", "arguments"), CASES, ids=str)
def test_value(keras, name, arguments):
    weights = np.random.default_rng(4).normal(size=(3, 4)).astype("float32")
    expected = np.asarray(getattr(keras.constraints, name)(**arguments)(weights))
    constraint = getattr(constraints, name)(**arguments)
    value = constraint(cornu.ops.convert_to_tensor(weights)).numpy()
    np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-7)
    again = type(constraint).from_config(constraint.get_config())
    np.testing.assert_array_equal(again(cornu.ops.convert_to_tensor(weights)).numpy(), value)


@pytest.mark.parametrize("name", ["max_norm", "non_neg", "unit_norm", "min_max_norm"])
def test_names(name):
    assert isinstance(constraints.get(name), getattr(constraints, name))


def test_after_each_step_the_constraint_holds():
    x = np.random.default_rng(0).normal(size=(40, 3))
    model = cornu.Sequential(
        [cornu.Input((3,)), cornu.layers.Dense(2, kernel_constraint=constraints.MaxNorm(0.5))]
    )
    model.compile(cornu.optimizers.SGD(1.0), "mse")
    model.fit(x, x[:, :2], epochs=2, verbose=0)
    assert np.linalg.norm(model.get_weights()[0], axis=0).max() <= 0.5 + 1e-5


def test_a_users_function_and_nothing():
    assert constraints.get(None) is None
    assert constraints.get(abs) is abs
    with pytest.raises(ValueError, match="Did you mean 'max_norm'"):
        constraints.get("max_nrm")
