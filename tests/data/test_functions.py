"""Functions of users: captured and applied to many elements, or called for each; the same values."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import cornu
import cornu.tf as tf
from cornu import ops
from cornu.core import session
from cornu.data import Dataset, pipeline_of

IMAGES = np.random.RandomState(0).randint(0, 256, (50, 4, 5), np.uint8)
LABELS = np.arange(50) % 10


def stacked(dataset):
    rows = list(dataset.as_numpy_iterator())
    if isinstance(rows[0], tuple):
        return tuple(np.stack(column) for column in zip(*rows, strict=True))
    return (np.stack(rows),)


def images():
    return Dataset.from_tensor_slices((IMAGES, LABELS))


FUNCTIONS = {
    "scale": lambda x, y: (ops.cast(x, "float32") / 255.0, y),
    "one hot": lambda x, y: (x, ops.one_hot(y, 10)),
    "axes": lambda x, y: (ops.transpose(ops.expand_dims(x, -1), (1, 0, 2)), y),
    "cut and pad": lambda x, y: (ops.pad(x[1:, ::2], ((1, 0), (0, 1))), y + 1),
    "flip": lambda x, y: (ops.flip(x, 1), y),
    "lookup": lambda x, y: (ops.take(ops.arange(100, 110), y), ops.max(x)),
    "join": lambda x, y: ops.concatenate([x, ops.zeros((1, 5), "uint8")], 0),
    "transcendental": lambda x, y: ops.exp(ops.sin(ops.cast(x, "float32"))),
    "choice": lambda x, y: ops.where(x > 100, x, ops.zeros_like(x)),
    "whole sum": lambda x, y: ops.sum(ops.cast(x, "int32"), axis=1),
    "constant": lambda x, y: (ops.convert_to_tensor(1.5), y),
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_many_elements_at_once_give_the_values_of_one(function):
    mapped = images().map(function)
    assert pipeline_of(mapped).table() is not None
    expected = []
    for x, y in zip(IMAGES, LABELS, strict=True):
        result = function(ops.convert_to_tensor(x), ops.convert_to_tensor(y))
        expected.append(result if isinstance(result, tuple) else (result,))
    for column, array in zip(zip(*expected, strict=True), stacked(mapped), strict=True):
        np.testing.assert_array_equal(np.stack([value.numpy() for value in column]), array)


def test_rounding_does_not_depend_on_blocks():
    """Sums of floats are cut into blocks by size; so they are computed element by element."""
    mapped = images().map(lambda x, y: ops.mean(ops.cast(x, "float32")))
    assert pipeline_of(mapped).table() is None
    one = [ops.mean(ops.cast(x, "float32")).numpy() for x in IMAGES]
    np.testing.assert_array_equal(stacked(mapped)[0], one)


def test_python_control_flow_is_called_for_each_element():
    dataset = Dataset.range(5).map(lambda n: n * 2 if int(n) % 2 else n)
    assert stacked(dataset)[0].tolist() == [0, 2, 2, 6, 4]


def test_random_functions_draw_for_each_element_and_pass():
    def draws():
        tf.random.set_seed(1)
        dataset = tf.data.Dataset.range(20).map(lambda n: tf.random.uniform([]))
        return stacked(dataset)[0], stacked(dataset)[0]

    first, second = draws()
    assert len(set(first)) == 20
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(draws()[0], first)


def test_functions_see_the_present_values_of_variables():
    scale = cornu.Variable(2.0)
    dataset = Dataset.range(3).map(lambda n: ops.cast(n, "float32") * scale)
    assert stacked(dataset)[0].tolist() == [0, 2, 4]
    scale.assign(3.0)
    assert stacked(dataset)[0].tolist() == [0, 3, 6]


def test_batches_of_changing_size():
    dataset = images().batch(16).map(lambda x, y: (ops.cast(x, "float32") / 2, y))
    assert dataset.element_spec[0].shape == (None, 4, 5)
    assert [len(x) for x, _ in dataset] == [16, 16, 16, 2]


def test_filters_keep_rows_of_blocks():
    kept = images().filter(lambda x, y: y < 3)
    assert not pipeline_of(kept).runs_python()
    np.testing.assert_array_equal(stacked(kept)[0], IMAGES[LABELS < 3])


def test_threads_keep_the_order():
    names = set()

    def function(n):
        names.add(threading.current_thread().name)
        return int(n) + 1

    dataset = Dataset.range(40).map(function, num_parallel_calls=3)
    assert stacked(dataset)[0].tolist() == list(range(1, 41))
    assert any(name.startswith("cornu-map") for name in names)


def test_prefetching_thread_hands_over_errors_and_stops():
    def source():
        yield 1
        raise RuntimeError("broken")

    elements = Dataset.from_generator(source, "int32").prefetch(2).as_numpy_iterator()
    assert next(elements) == 1
    with pytest.raises(RuntimeError, match="broken"):
        next(elements)
    endless = Dataset.from_generator(lambda: iter(int, 1), "int32").prefetch(1).take(1)
    assert stacked(endless)[0].tolist() == [0]


def test_generators_are_checked_against_their_signature():
    spec = tf.TensorSpec((2,), tf.float32)
    good = tf.data.Dataset.from_generator(lambda: iter([[1, 2]]), output_signature=spec)
    assert next(iter(good)).dtype == tf.float32
    for value, message in (([1, 2, 3], "shape"), (["a", "b"], "converted")):
        bad = tf.data.Dataset.from_generator(lambda v=value: iter([v]), output_signature=spec)
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            list(bad)


def test_threads_of_a_pipeline_draw_from_the_session_of_its_reader():
    def noise():
        while True:
            yield session.current().shuffles.rand()

    def drawn():
        with session.isolated(3):
            data = Dataset.from_generator(noise, "float64").prefetch(2).take(3)
            return stacked(data)[0].tolist()

    assert drawn() == drawn()
