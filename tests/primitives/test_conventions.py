"""Points where a derivative is a convention, and corners that finite differences cannot reach."""

from __future__ import annotations

import numpy as np
import pytest
from tests.primitives.checks import check_gradients, rng_for, to_array, to_tensor

from cornu.core.primitive import REGISTRY
from cornu.core.tape import GradientTape


def _gradient(name, *arrays, **params):
    tensors = [to_tensor(np.asarray(x)) for x in arrays]
    floats = [tensor for tensor in tensors if tensor.dtype == "float64"]
    with GradientTape() as tape:
        tape.watch(floats)
        result = REGISTRY[name](*tensors, **params)
    return [to_array(gradient) for gradient in tape.gradient(result, floats)]


def test_abs_has_derivative_zero_at_zero(engine):
    np.testing.assert_array_equal(_gradient("abs", [0.0, -2.0, 3.0])[0], [0, -1, 1])


@pytest.mark.parametrize("name", ["max", "min"])
def test_equal_operands_share_the_cotangent(engine, name):
    for gradient in _gradient(name, [2.0], [2.0]):
        np.testing.assert_array_equal(gradient, [0.5])


@pytest.mark.parametrize("name", ["reduce_max", "reduce_min"])
def test_equal_elements_share_the_cotangent(engine, name):
    values = [[1.0, 1.0, 1.0], [2.0, 5.0, 2.0]]
    first = [1 / 3, 1 / 3, 1 / 3]
    second = [0, 1, 0] if name == "reduce_max" else [0.5, 0, 0.5]
    np.testing.assert_allclose(_gradient(name, values, axes=(1,))[0], [first, second])


def test_pow_at_zero(engine):
    """x ** 0 is flat, x ** 2 has slope 0 at 0, and the exponent's slope at base 0 is 0."""
    base, exponent = _gradient("pow", [0.0, 0.0, 0.0], [0.0, 1.0, 2.0])
    np.testing.assert_array_equal(base, [0, 1, 0])
    np.testing.assert_array_equal(exponent, [0, 0, 0])


def test_pow_of_negative_bases(engine):
    base, _ = _gradient("pow", [-2.0, -3.0], [2.0, 3.0])
    np.testing.assert_array_equal(base, [-4, 27])


@pytest.mark.parametrize("zeros", [(), (1,), (1, 3), (0, 1, 2, 3, 4)])
@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("reduce_prod", {"axes": (0,)}),
        ("cumprod", {"axis": 0, "reverse": False}),
        ("cumprod", {"axis": 0, "reverse": True}),
    ],
)
def test_products_with_zeros(engine, name, params, zeros):
    """Products are smooth at zero; dividing by elements would not do."""
    values = np.array([1.5, -2.0, 0.5, 3.0, -1.0])
    values[list(zeros)] = 0.0
    check_gradients(lambda x: [REGISTRY[name](x, **params)], [values], 1, rng_for(name), name)


def test_cumulative_maximum_passes_to_the_latest_of_equals(engine):
    params = {"axis": 0, "reverse": False}
    gradient = _gradient("cummax", [1.0, 3.0, 3.0, 2.0], **params)[0]
    np.testing.assert_array_equal(gradient, [1, 1, 2, 0])


def test_sort_sends_cotangents_back(engine):
    x = to_tensor(np.array([3.0, 1.0, 2.0]))
    with GradientTape() as tape:
        tape.watch(x)
        result = REGISTRY["sort"](x, axis=0)
    weights = to_tensor(np.array([10.0, 20.0, 30.0]))
    np.testing.assert_array_equal(tape.gradient(result, x, weights).numpy(), [30, 10, 20])


def test_scatter_set_gives_the_cotangent_to_the_last_writer(engine):
    indices = np.array([[1], [1], [0]], np.int32)
    x, updates = _gradient(
        "scatter_nd", np.zeros(3), indices, np.array([1.0, 2.0, 3.0]), mode="set"
    )
    np.testing.assert_array_equal(x, [0, 0, 1])
    np.testing.assert_array_equal(updates, [0, 1, 1])


def test_scatter_max_shares_between_equals(engine):
    indices = np.array([[0], [0], [1]], np.int32)
    x, updates = _gradient(
        "scatter_nd", np.array([2.0, 5.0]), indices, np.array([2.0, 1.0, 1.0]), mode="max"
    )
    np.testing.assert_array_equal(x, [0.5, 1])
    np.testing.assert_array_equal(updates, [0.5, 0, 0])


def test_take_adds_up_the_cotangents_of_repeated_rows(engine):
    indices = np.array([2, 0, 2, -1], np.int32)
    np.testing.assert_array_equal(_gradient("take", np.zeros(3), indices, axis=0)[0], [1, 0, 3])


def test_derivative_through_a_selected_branch_ignores_the_other(engine):
    """NaN of the branch not taken stays out of values; its derivative is masked by select."""
    condition = np.array([True, False])
    x, y = _gradient("select", condition, np.array([1.0, np.nan]), np.array([np.inf, 2.0]))
    np.testing.assert_array_equal(x, [1, 0])
    np.testing.assert_array_equal(y, [0, 1])
