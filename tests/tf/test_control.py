"""Choices, loops and arrays of tensors, computed at once and captured."""

from __future__ import annotations

import numpy as np
import pytest

import cornu.tf as tf


@pytest.fixture(params=["at once", "captured"])
def wrap(request):
    return tf.function if request.param == "captured" else lambda function: function


@pytest.mark.parametrize("number", [-1.0, 0.5, 3.0])
def test_case_and_cond(wrap, number):
    @wrap
    def chosen(x):
        small = tf.case(
            [(x < 0.0, lambda: x * 10.0), (x < 1.0, lambda: x * 100.0)], default=lambda: x
        )
        return small, tf.cond(x > 0.0, lambda: x + 1.0, lambda: x - 1.0)

    first, second = chosen(tf.constant(number))
    assert float(first) == number * (10 if number < 0 else 100 if number < 1 else 1)
    assert float(second) == number + (1 if number > 0 else -1)


@pytest.mark.parametrize(("number", "result"), [(0, 5), (1, 6), (7, 9)])
def test_switch_case(wrap, number, result):
    @wrap
    def chosen(index):
        branches = {0: lambda: tf.constant(5), 1: lambda: tf.constant(6)}
        return tf.switch_case(index, branches, default=lambda: tf.constant(9))

    assert int(chosen(tf.constant(number))) == result


def test_exclusive_cases():
    pairs = [(True, lambda: tf.constant(1)), (True, lambda: tf.constant(2))]
    with pytest.raises(tf.errors.InvalidArgumentError, match="more than one"):
        tf.case(pairs, exclusive=True)


def test_while_loop(wrap):
    @wrap
    def total(limit):
        start = (tf.constant(0), tf.constant(0.0))
        return tf.while_loop(
            lambda i, s: i < limit, lambda i, s: (i + 1, s + tf.cast(i, tf.float32)), start
        )

    number, result = total(tf.constant(5))
    assert (int(number), float(result)) == (5, 10.0)


def test_scan_map_and_folds(wrap):
    @wrap
    def several(x):
        return (
            tf.scan(lambda state, item: state + item, x, initializer=tf.constant(1.0)),
            tf.scan(lambda state, item: state + item, x, reverse=True),
            tf.map_fn(lambda item: item * 2.0, x),
            tf.vectorized_map(lambda pair: pair[0] + pair[1], (x, x)),
            tf.foldl(lambda state, item: state - item, x),
            tf.foldr(lambda state, item: state - item, x),
        )

    results = several(tf.constant([1.0, 2.0, 4.0]))
    expected = [[2, 4, 8], [7, 6, 4], [2, 4, 8], [2, 4, 8], -5, 1]
    for result, wanted in zip(results, expected):
        np.testing.assert_array_equal(result, wanted)


def test_tensor_array(wrap):
    @wrap
    def squares(x):
        array = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        for place in range(3):
            array = array.write(place, x[place] ** 2)
        return array.stack(), array.size(), array.read(1), array.gather([2, 0])

    stacked, size, second, some = squares(tf.constant([1.0, 2.0, 3.0]))
    assert stacked.numpy().tolist() == [1, 4, 9]
    assert (int(size), float(second), some.numpy().tolist()) == (3, 4, [9, 1])


def test_tensor_array_refuses():
    array = tf.TensorArray(tf.float32, size=1)
    with pytest.raises(tf.errors.OutOfRangeError, match="size is 1"):
        array.write(1, 1.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="nothing was written"):
        array.read(0)
    with pytest.raises(TypeError):
        array.write(0, 1.5j)
    split = array.split(tf.constant([1.0, 2.0, 3.0]), [1, 2])
    assert split.read(1).numpy().tolist() == [2, 3]
    assert array.unstack(tf.constant([[1.0], [2.0]])).concat().numpy().tolist() == [1, 2]


def test_gradients_flow_through_loops():
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        product = tf.foldl(lambda state, item: state * item, x)
    np.testing.assert_allclose(tape.gradient(product, x), [6, 3, 2])


def test_clipping():
    gradients = [tf.constant([3.0, 0.0]), None, tf.constant([[4.0]])]
    clipped, norm = tf.clip_by_global_norm(gradients, 2.5)
    assert float(norm) == 5.0
    assert clipped[1] is None
    np.testing.assert_allclose(clipped[0], [1.5, 0.0])
    np.testing.assert_allclose(clipped[2], [[2.0]])
    np.testing.assert_allclose(tf.clip_by_norm([0.3, 0.4], 1.0), [0.3, 0.4], rtol=1e-6)
    assert tf.clip_by_norm(tf.zeros(3), 1.0).numpy().tolist() == [0, 0, 0]


def test_strategies_change_nothing():
    strategy = tf.distribute.MirroredStrategy()
    assert tf.distribute.get_strategy() is not strategy
    with strategy.scope():
        assert tf.distribute.get_strategy() is strategy
        model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(2,))])
    assert strategy.num_replicas_in_sync == 1
    losses = strategy.run(lambda x: x * 2.0, args=(tf.constant([1.0, 2.0]),))
    assert float(strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=0)) == 6.0
    assert float(strategy.reduce("MEAN", losses, axis=0)) == 3.0
    assert model.count_params() == 3
    with pytest.raises(ValueError, match="no TPU"):
        tf.distribute.cluster_resolver.TPUClusterResolver()


def test_names_of_tensorflow_1():
    import cornu.tf.compat.v1 as v1
    from cornu.tf.python.client import device_lib

    assert v1.keras is tf.keras
    assert float(v1.square(3.0)) == 9.0
    assert [device.device_type for device in device_lib.list_local_devices()] == ["CPU"]
    for name in ("Session", "placeholder", "get_variable"):
        with pytest.raises(NotImplementedError, match="no sessions"):
            getattr(v1, name)
    with pytest.raises(NotImplementedError, match=r"tf\.function"):
        v1.disable_eager_execution()
    with pytest.raises(AttributeError, match="GradientTape"):
        tf.gradients(1, 2)


def test_numpy_names():
    import cornu.tf.experimental.numpy as tnp

    result = tnp.maximum(tnp.array([1, 5]), 2.5)
    assert isinstance(result, tf.Tensor)
    assert result.numpy().tolist() == [2.5, 5.0]
    assert tnp.random.randn(2, 3).shape == (2, 3)
    assert tnp.float32 is tf.float32
