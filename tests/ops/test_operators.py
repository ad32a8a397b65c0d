"""Python's operators on tensors, variables and KerasTensors."""

from __future__ import annotations

import operator

import numpy as np
import pytest

import cornu
from cornu import ops

A = np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]], "float32")
B = np.array([2.0, 3.0, -4.0], "float32")
ARITHMETIC = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod,
    operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
]  # fmt: skip


@pytest.mark.parametrize("function", ARITHMETIC, ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    "kind", [ops.convert_to_tensor, cornu.Variable], ids=["tensor", "variable"]
)
def test_arithmetic_and_comparison(function, kind):
    for other in (B, 2.0, 3):
        expected = function(A, other)
        for mine in (function(kind(A), other), function(kind(A), ops.convert_to_tensor(other))):
            np.testing.assert_allclose(mine.numpy(), expected, rtol=1e-6)
        if function not in ARITHMETIC[6:]:
            reflected = function(other, kind(A))
            np.testing.assert_allclose(reflected.numpy(), function(other, A), rtol=1e-6)


def test_numpy_arrays_on_the_left_give_tensors():
    assert ops.is_tensor(A + ops.convert_to_tensor(A))
    assert ops.is_tensor(np.float32(2.0) * ops.convert_to_tensor(A))
    assert ops.is_tensor(A @ ops.convert_to_tensor(B))


def test_bits_powers_and_signs():
    x = ops.convert_to_tensor([6, 3])
    assert (x & 2).tolist() == [2, 2]
    assert (x | 1).tolist() == [7, 3]
    assert (x ^ 1).tolist() == [7, 2]
    assert (~x).tolist() == [-7, -4]
    assert (x << 1).tolist() == [12, 6]
    assert (x >> 1).tolist() == [3, 1]
    assert (x**2).tolist() == [36, 9]
    assert (2.0**x).tolist() == [64.0, 8.0]
    assert abs(-x).tolist() == [6, 3]
    assert (+x) is x
    assert round(ops.convert_to_tensor(1.26), 1).item() == pytest.approx(1.3)


def test_scalars_take_the_dtype_of_tensors():
    f16, i8 = ops.zeros((1,), "float16"), ops.zeros((1,), "int8")
    assert (f16 + 1.0).dtype == "float16"
    assert (i8 + 1).dtype == "int8"
    assert (i8 + 1.5).dtype == "float32"
    assert (ops.zeros((1,)) + np.float64(1.0)).dtype == "float32"
    assert (i8 / 2).dtype == "float32"
    assert (ops.zeros((1,), "uint8") - 1).tolist() == [255]


def test_keras_tensors_record():
    x = cornu.KerasTensor((None, 3))
    for result in (x + 1, 1 - x, x * x, x / 2, -x, abs(x), x**2, x % 2, x // 2, x > 0):
        assert isinstance(result, cornu.KerasTensor)
        assert result.shape == (None, 3)
    assert (x @ np.zeros((3, 5), "float32")).shape == (None, 5)
    assert (x > 0).dtype == "bool"


def test_foreign_operands_are_left_alone():
    x = ops.ones((2,))
    assert (x == None) is False  # noqa: E711
    assert (x != "a") is True
    with pytest.raises(TypeError):
        x + "a"


def test_errors_tell_the_op_and_the_shapes():
    with pytest.raises(ValueError, match=r"add: .*\(2, 3\) and \(4,\) do not broadcast"):
        ops.convert_to_tensor(A) + np.zeros(4, "float32")
    with pytest.raises(ValueError, match=r"matmul: shapes \(2, 3\) and \(4,\) do not fit"):
        ops.convert_to_tensor(A) @ np.zeros(4, "float32")
