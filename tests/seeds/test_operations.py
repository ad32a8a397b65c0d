"""Indexing, arithmetic, products, reductions (rows 48 to 59 and 75 to 107)."""

from __future__ import annotations

import numpy as np
import pytest

import cornu.tf as tf

ARRAY = np.arange(60).reshape(5, 4, 3)
TENSOR = tf.constant(ARRAY)


def same(tensor, expected):
    """A tensor, with these values and this shape."""
    assert isinstance(tensor, tf.Tensor)
    np.testing.assert_array_equal(tensor.numpy(), expected)
    assert tensor.shape == np.shape(expected)


def test_row_048_integer_index_removes_the_dimension():
    same(TENSOR[1], ARRAY[1])
    same(TENSOR[:, 1], ARRAY[:, 1])


def test_row_049_full_dimension():
    same(TENSOR[:, :, 1], ARRAY[:, :, 1])
    same(TENSOR[2, :], ARRAY[2])


def test_row_050_negative_index():
    same(TENSOR[-1], ARRAY[4])
    same(TENSOR[0, -2], ARRAY[0, 2])


def test_row_051_first_two():
    same(TENSOR[:2], ARRAY[:2])


def test_row_052_up_to_the_third_last():
    same(TENSOR[:-3], ARRAY[:2])


def test_row_053_slice_of_one_keeps_the_dimension():
    same(TENSOR[2:3], ARRAY[2:3])
    assert TENSOR[2:3].shape == (1, 4, 3)


def test_row_054_step():
    same(TENSOR[1::2], ARRAY[[1, 3]])


def test_row_055_reversal():
    same(TENSOR[::-1], ARRAY[[4, 3, 2, 1, 0]])
    same(TENSOR[:, ::-1, ::-2], ARRAY[:, ::-1, ::-2])


def test_row_056_ellipsis():
    same(TENSOR[1, ..., 1], ARRAY[1, :, 1])
    same(TENSOR[..., 0], ARRAY[:, :, 0])


def test_row_057_newaxis():
    assert TENSOR[tf.newaxis].shape == (1, 5, 4, 3)
    same(TENSOR[..., tf.newaxis], ARRAY[..., None])


def test_row_058_squeeze():
    assert tf.squeeze(tf.zeros((1, 3, 1, 2))).shape == (3, 2)
    assert tf.squeeze(tf.zeros((1, 3, 1)), axis=0).shape == (3, 1)


def test_row_059_expand_dims():
    assert tf.expand_dims(tf.constant([1.0, 2.0]), axis=-1).shape == (2, 1)
    assert tf.expand_dims(tf.zeros((2, 3)), axis=1).shape == (2, 1, 3)


# -------------------------------------------------------------------------------------- arithmetic

A = np.array([[10, 7], [3, 4]], "float32")
B = np.array([[2, 4], [8, 16]], "float32")


def test_row_075_operator_add():
    same(tf.constant(A) + B, A + B)
    same(tf.constant(A) + 10, A + 10)


def test_row_076_operator_multiply():
    same(tf.constant(A) * B, A * B)


def test_row_077_operator_divide():
    same(tf.constant(A) / B, A / B)
    assert (tf.constant([1, 2]) / 2).dtype == tf.float64


def test_row_078_operator_subtract():
    same(tf.constant(A) - B, A - B)
    same(1 - tf.constant(A), 1 - A)


def test_row_079_operator_matrix_product():
    same(tf.constant(A) @ B, A @ B)


def test_row_080_math_add():
    same(tf.math.add(A, B), A + B)


def test_row_081_math_multiply():
    same(tf.math.multiply(A, B), A * B)


def test_row_082_math_divide():
    same(tf.math.divide(A, B), A / B)


def test_row_083_math_subtract():
    same(tf.math.subtract(A, B), A - B)
    with pytest.raises(AttributeError, match=r"tf\.subtract|tf\.math\.subtract"):
        tf.math.substract(A, B)


def test_row_084_math_sqrt_not_of_ints():
    np.testing.assert_allclose(tf.math.sqrt(A), np.sqrt(A), rtol=1e-6)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"tf\.cast"):
        tf.math.sqrt(tf.constant([4, 9]))


def test_row_085_math_log_not_of_ints():
    np.testing.assert_allclose(tf.math.log(A), np.log(A), rtol=1e-6)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"tf\.cast"):
        tf.math.log(tf.constant([4, 9]))


def test_row_086_math_square():
    same(tf.math.square(A), A * A)
    same(tf.math.square([1, 2, 3]), [1, 4, 9])
    with pytest.raises(AttributeError, match=r"tf\.square|tf\.math\.square"):
        tf.math.squared(A)


def test_row_087_alias_add():
    same(tf.add(A, B), tf.math.add(A, B).numpy())


def test_row_088_alias_multiply():
    same(tf.multiply(A, B), tf.math.multiply(A, B).numpy())


def test_row_089_alias_divide():
    same(tf.divide(A, B), tf.math.divide(A, B).numpy())


def test_row_090_alias_subtract():
    same(tf.subtract(A, B), tf.math.subtract(A, B).numpy())


def test_row_091_alias_sqrt():
    same(tf.sqrt(A), tf.math.sqrt(A).numpy())


def test_row_092_alias_square():
    same(tf.square(A), tf.math.square(A).numpy())


def test_row_093_there_is_no_alias_log():
    with pytest.raises(AttributeError, match=r"tf\.math\.log"):
        tf.log(A)


def test_row_094_linalg_matmul():
    same(tf.linalg.matmul(A, B), A @ B)
    same(tf.linalg.matmul(A, B, transpose_b=True), A @ B.T)


def test_row_095_alias_matmul():
    product = tf.matmul(tf.random.uniform((2, 3)), tf.random.uniform((3, 4)))
    assert repr(product.shape) == "TensorShape([2, 4])"


def test_row_096_inner_dimensions_must_match():
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[2, 3\].*\[4, 3\]"):
        tf.matmul(tf.ones((2, 3)), tf.ones((4, 3)))


def test_row_097_reshape_relocates():
    same(tf.reshape([[1, 2, 3], [4, 5, 6]], (3, 2)), [[1, 2], [3, 4], [5, 6]])
    assert tf.reshape(tf.zeros((4, 6)), (2, -1)).shape == (2, 12)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"6|\(4, 2\)|\[4, 2\]"):
        tf.reshape([[1, 2, 3], [4, 5, 6]], (4, 2))


def test_row_098_transpose_inverts_the_axes():
    same(tf.transpose([[1, 2, 3], [4, 5, 6]]), [[1, 4], [2, 5], [3, 6]])
    assert tf.transpose(TENSOR).shape == (3, 4, 5)


def test_row_099_reduce_mean():
    same(tf.reduce_mean(A), A.mean())
    # TensorFlow keeps whole numbers whole.
    assert int(tf.reduce_mean([1, 2])) == 1


def test_row_100_reduce_sum():
    same(tf.reduce_sum(TENSOR), ARRAY.sum())


def test_row_101_reduce_max():
    same(tf.reduce_max(TENSOR), 59)


def test_row_102_reduce_min():
    same(tf.reduce_min(TENSOR), 0)


def test_row_103_axis_is_a_number_or_several():
    same(tf.reduce_sum(TENSOR, axis=1), ARRAY.sum(1))
    same(tf.reduce_max(TENSOR, axis=(0, 2)), ARRAY.max((0, 2)))
    same(tf.reduce_mean(A, axis=-1, keepdims=True), A.mean(-1, keepdims=True))


def test_row_104_argmax():
    same(tf.argmax([[1, 9], [5, 2]]), [1, 0])
    assert tf.argmax([1, 3, 2]).dtype == tf.int64
    same(tf.argmax([[1, 9], [5, 2]], axis=1), [1, 0])


def test_row_105_argmin():
    same(tf.argmin([[1, 9], [5, 2]]), [0, 1])
    assert tf.argmin([1, 3, 2]).dtype == tf.int64


def test_row_106_one_hot():
    same(tf.one_hot([2, 0], depth=3), [[0.0, 0, 1], [1, 0, 0]])
    words = tf.one_hot(tf.range(4), depth=4, on_value="yes", off_value="no")
    assert words.dtype == tf.string
    assert words.numpy()[1].tolist() == [b"no", b"yes", b"no", b"no"]


def test_row_107_abs_of_a_tensor():
    y_true, y = tf.constant([4.0, 1.0]), tf.constant([1.0, 4.0])
    same(abs(y_true - y), [3.0, 3.0])
