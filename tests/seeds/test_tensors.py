"""Tensors: their rank, shape and dtype, variables, random numbers (rows 24 to 47 and 60 to 74)."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
import cornu.tf as tf
from cornu import layers


def test_row_024_tensor_generalises_matrix_and_vector():
    matrix, vector = tf.constant([[1, 2], [3, 4]]), tf.constant([5, 6])
    stacked = tf.stack([matrix, matrix + 1])
    assert stacked.shape == (2, 2, 2)
    # The product of a stack with a vector is the product of each of its matrices with it.
    product = tf.linalg.matvec(stacked, tf.stack([vector, vector])).numpy()
    np.testing.assert_array_equal(product, stacked.numpy() @ np.array([5, 6]))


def test_row_025_rank_counts_axes_not_independent_rows():
    matrix = tf.constant([[1.0, 2.0], [2.0, 4.0]])
    assert int(tf.rank(matrix)) == 2
    assert np.linalg.matrix_rank(matrix.numpy()) == 1


def test_row_026_rank_0_scalar():
    assert int(tf.rank(tf.constant(-1))) == 0
    assert tf.constant(-1).shape == ()


def test_row_027_rank_1_vector():
    assert int(tf.rank(tf.constant([0, -1, -2, -3]))) == 1


def test_row_028_rank_2_matrix():
    matrix = tf.constant([[0, -1, -2, -3], [1, 0, -1, -2], [2, 1, 0, -1]])
    assert int(tf.rank(matrix)) == 2
    assert matrix.shape == (3, 4)


def test_row_029_rank_3():
    assert int(tf.rank(tf.zeros((2, 3, 2)))) == 3


@pytest.mark.parametrize("rank", [4, 5, 6])
def test_row_030_rank_4_and_beyond(rank):
    tensor = tf.ones((2,) * rank)
    assert tensor.ndim == rank
    assert float(tf.reduce_sum(tensor)) == 2**rank


def test_row_031_dimensions_and_axes():
    tensor = tf.zeros((2, 3, 4))
    assert tensor.shape[1] == 3
    assert tf.reduce_sum(tensor, axis=1).shape == (2, 4)


def test_row_032_constant_of_a_number():
    assert repr(tf.constant(4)) == "<tf.Tensor: shape=(), dtype=int32, numpy=4>"


def test_row_033_constant_of_a_list():
    tensor = tf.constant([3, 3])
    assert (tensor.dtype, tensor.shape, tensor.numpy().tolist()) == (tf.int32, (2,), [3, 3])


def test_row_034_constant_of_two_levels():
    tensor = tf.constant([[1, 2], [3, 4], [5, 6]])
    assert (tensor.dtype, tensor.shape) == (tf.int32, (3, 2))
    assert tensor.numpy().tolist() == [[1, 2], [3, 4], [5, 6]]


def test_row_035_constant_of_three_levels():
    value = [[[1, 2], [3, 4], [5, 6]], [[1, 2], [3, 4], [5, 6]]]
    tensor = tf.constant(value)
    assert (tensor.dtype, tensor.shape, tensor.numpy().tolist()) == (tf.int32, (2, 3, 2), value)
    with pytest.raises(ValueError, match="shape|length|size|rectang"):
        tf.constant([[1, 2], [3]])


def test_row_036_constant_of_floats():
    tensor = tf.constant([[2.0, 2.0, 2.0]])
    assert (tensor.dtype, tensor.shape) == (tf.float32, (1, 3))


def test_row_037_shape():
    shape = tf.zeros((2, 3, 2)).shape
    assert repr(shape) == "TensorShape([2, 3, 2])"
    assert shape == (2, 3, 2)
    assert shape.as_list() == [2, 3, 2]


def test_row_038_ndim():
    assert tf.zeros((2, 3, 2)).ndim == 3


def test_row_039_dtype():
    assert repr(tf.constant([1]).dtype) == "tf.int32"
    assert tf.constant([1]).dtype == tf.int32


@pytest.mark.parametrize("dtype", ["float16", "float64", "int64", "uint8"])
def test_row_040_dtype_argument(dtype):
    tensor = tf.constant([0, 1], dtype=getattr(tf, dtype))
    assert tensor.dtype == getattr(tf, dtype)
    assert tensor.numpy().dtype == dtype


def test_row_041_size():
    size = tf.size(tf.zeros((2, 3, 2)))
    assert int(size) == 12
    assert size.dtype == tf.int32


def test_row_042_default_dtypes():
    assert tf.constant(1).dtype == tf.int32
    assert tf.constant(1.0).dtype == tf.float32
    assert tf.constant([1, 2.5]).dtype == tf.float32
    assert tf.constant(True).dtype == tf.bool


def test_row_043_float16():
    half = tf.constant([1 / 3], dtype=tf.float16)
    assert half.numpy().nbytes == 2
    assert half.numpy()[0] == np.float16(1 / 3)
    assert float(tf.reduce_sum(half * 3)) == pytest.approx(1, abs=1e-3)


def test_row_044_change_of_precision():
    third = tf.constant([1 / 3])
    assert tf.cast(third, tf.float16).dtype == tf.float16
    assert tf.cast(tf.constant([1.9, -1.9]), tf.int32).numpy().tolist() == [1, -1]
    assert tf.cast([1, 2], tf.float32).dtype == tf.float32


def test_row_045_shape_argument():
    tensor = tf.constant(np.arange(30), shape=(3, 2, 5))
    np.testing.assert_array_equal(tensor.numpy(), np.arange(30).reshape(3, 2, 5))
    assert tensor.dtype == tf.int64


def test_row_046_numpy_to_tensor():
    array = np.array([[1.5, 2.5]])
    assert tf.constant(array).dtype == tf.float64
    np.testing.assert_array_equal(tf.convert_to_tensor(array).numpy(), array)
    assert (array + tf.constant([[1.0, 1.0]], tf.float64)).dtype == tf.float64


def test_row_047_tensor_to_numpy():
    array = tf.constant([[1, 2]]).numpy()
    assert type(array) is np.ndarray
    assert array.dtype == np.int32
    assert np.add(tf.constant([1.0]), 1).tolist() == [2.0]


# ------------------------------------------------------------------------ variables and randomness


def test_row_060_variable():
    variable = tf.Variable([3, 4])
    assert variable.trainable
    assert variable.numpy().tolist() == [3, 4]
    variable.assign([5, 6])
    assert variable.numpy().tolist() == [5, 6]


def test_row_061_item_assignment_fails():
    variable = tf.Variable([3, 4])
    with pytest.raises(TypeError, match="assign"):
        variable[0] = 5
    with pytest.raises(TypeError, match="assign"):
        tf.constant([3, 4])[0] = 5
    assert variable.numpy().tolist() == [3, 4]


def test_row_062_slice_assign():
    variable = tf.Variable([3, 4])
    variable[0].assign(5)
    assert variable.numpy().tolist() == [5, 4]


def solid() -> tf.Variable:
    return tf.Variable([[[1, 2], [3, 4], [5, 6]], [[10, 20], [30, 40], [50, 60]]])


def test_row_063_slice_assign_of_one_element():
    variable = solid()
    variable[0, 0, 0].assign(69)
    assert variable.numpy().ravel().tolist() == [69, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60]


def test_row_064_slice_assign_with_ellipsis():
    variable = solid()
    variable[1, ..., 1].assign([666, 666, 666])
    assert variable.numpy()[1].tolist() == [[10, 666], [30, 666], [50, 666]]
    assert variable.numpy()[0].tolist() == [[1, 2], [3, 4], [5, 6]]


def test_row_065_random_uniform():
    tensor = tf.random.uniform((1000,))
    assert tensor.dtype == tf.float32
    assert 0 <= float(tf.reduce_min(tensor)) < 0.05
    assert 0.95 < float(tf.reduce_max(tensor)) < 1
    with pytest.raises(ValueError, match="maxval"):
        tf.random.uniform((3,), dtype=tf.int32)
    whole = tf.random.uniform((1000,), maxval=3, dtype=tf.int32)
    assert set(whole.numpy().tolist()) == {0, 1, 2}


def test_row_066_random_normal():
    numbers = tf.random.normal((4000,)).numpy()
    assert abs(numbers.mean()) < 0.06
    assert abs(numbers.std() - 1) < 0.06


def test_row_067_generator_from_seed():
    one, other = (tf.random.Generator.from_seed(69) for _ in range(2))
    first = one.normal((3,)).numpy()
    np.testing.assert_array_equal(first, other.normal((3,)).numpy())
    assert not np.array_equal(first, one.normal((3,)).numpy())


def test_row_068_global_seed():
    def draws():
        tf.random.set_seed(42)
        return tf.random.uniform((3,)).numpy(), tf.random.uniform((3,)).numpy()

    (a, b), (c, d) = draws(), draws()
    np.testing.assert_array_equal([a, b], [c, d])
    assert not np.array_equal(a, b)


def test_row_069_operation_seed_combines_with_the_global_one():
    def draw(overall, own):
        tf.random.set_seed(overall)
        return tf.random.uniform((3,), seed=own).numpy().tolist()

    assert draw(1, 2) == draw(1, 2)
    assert draw(1, 2) != draw(1, 3)
    assert draw(1, 2) != draw(2, 2)
    # The second call of one seeded operation draws on; setting the global seed starts anew.
    tf.random.set_seed(1)
    assert tf.random.uniform((3,), seed=2).numpy().tolist() == draw(1, 2)


def test_row_070_shuffle():
    tensor = tf.reshape(tf.range(40), (20, 2))
    tf.random.set_seed(3)
    mixed = tf.random.shuffle(tensor).numpy()
    assert sorted(mixed.tolist()) == tensor.numpy().tolist()
    assert mixed.tolist() != tensor.numpy().tolist()
    with pytest.raises(AttributeError, match=r"tf\.random\.shuffle"):
        tf.shuffle(tensor)


def test_row_071_random_weights_break_symmetry(line):
    """Units that start equal stay equal; units that start at random become different."""

    def spread(initializer):
        keras.utils.set_random_seed(1)
        hidden = layers.Dense(4, activation="tanh", kernel_initializer=initializer)
        out = layers.Dense(1, kernel_initializer="ones")
        model = keras.Sequential([keras.Input((1,)), hidden, out])
        model.compile("sgd", "mse")
        model.fit(*line, epochs=3, verbose=0)
        return float(np.ptp(hidden.get_weights()[0]))

    assert spread("ones") < 1e-6
    assert spread("glorot_uniform") > 0.1


def test_row_072_ones():
    assert float(tf.reduce_sum(tf.ones((1, 250, 250, 3)))) == 187_500
    assert tf.ones((2, 3)).dtype == tf.float32


def test_row_073_zeros():
    assert tf.zeros((2, 3)).numpy().tolist() == [[0.0] * 3] * 2
    assert tf.zeros([2], tf.int32).dtype == tf.int32


def test_row_074_range():
    assert tf.range(4).numpy().tolist() == [0, 1, 2, 3]
    assert tf.range(1, 7, 2).numpy().tolist() == [1, 3, 5]
    with pytest.raises(AttributeError, match=r"tf\.range"):
        tf.arange(4)
