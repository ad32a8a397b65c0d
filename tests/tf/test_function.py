"""tf.function: what is captured when, and what runs step by step."""

from __future__ import annotations

import gc
import sys
import threading
import weakref

import numpy as np
import pytest

import cornu.tf as tf


def test_python_runs_once_for_each_kind_of_arguments(capsys):
    @tf.function
    def scaled(x, factor=1):
        print("traced")
        return x * factor

    for arguments, keywords in (
        ((tf.constant([1.0, 2.0]),), {}),
        ((tf.constant([3.0, 4.0]),), {}),  # the same shape and dtype
        ((np.array([5.0, 6.0], "float32"),), {}),  # arrays count as tensors
        ((tf.constant([1.0]),), {}),
        ((tf.constant([1]),), {}),
        ((tf.constant([1.0]), 2), {}),
        ((tf.constant([1.0]),), {"factor": 2}),  # the same as the one before
        ((tf.constant([1.0]), 3), {}),
    ):
        expected = np.asarray(arguments[0]) * (keywords.get("factor") or (*arguments, 1)[1])
        np.testing.assert_array_equal(scaled(*arguments, **keywords), expected)
    assert capsys.readouterr().out == "traced\n" * 5
    assert scaled.experimental_get_tracing_count() == 5


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_control_flow_on_tensors_gives_the_results_of_plain_python(sign, capsys):
    def steps(x):
        print("once a call")
        count = tf.constant(0)
        while tf.reduce_sum(x) > 1.0:
            x = x / 2.0
            count += 1
        if x[0] > 0:
            return x, count
        return -x, count

    captured = tf.function(steps)
    x = tf.constant([8.0, 4.0]) * sign
    for one, other in zip(captured(x), steps(x)):
        np.testing.assert_array_equal(one, other)
    assert capsys.readouterr().out == "once a call\n" * 2


def test_loops_over_known_ranges_are_captured(capsys):
    @tf.function
    def power(x, exponent):
        print("traced")
        result = tf.ones_like(x)
        for _ in tf.range(exponent):
            result = result * x
        return result

    for number in (2.0, 3.0):
        assert float(power(tf.constant(number), 3)) == number**3
    assert capsys.readouterr().out == "traced\n"


def test_numbers_and_variables_come_back_as_tensors():
    variable = tf.Variable(2.0)

    @tf.function
    def several(x):
        return {"x": x, "n": 3, "v": variable, "none": None}

    result = several(tf.constant(1.0))
    assert [float(result[name]) for name in "xnv"] == [1.0, 3.0, 2.0]
    assert isinstance(result["n"], tf.Tensor)
    assert not isinstance(result["v"], tf.Variable)
    assert result["none"] is None


def test_variables_are_made_at_the_first_call_only():
    class Counter(tf.Module):
        def __init__(self):
            super().__init__()
            self.count = None

        @tf.function
        def __call__(self, x):
            if self.count is None:
                self.count = tf.Variable(10.0)
            return self.count.assign_add(x)

    counter, other = Counter(), Counter()
    assert [float(counter(x)) for x in (1.0, tf.constant(2.0), tf.constant(2.0))] == [11, 13, 15]
    assert float(other(1.0)) == 11

    @tf.function
    def always(x):
        return tf.Variable(1.0) + x

    with pytest.raises(ValueError, match="singleton"):
        always(tf.constant(1.0))


def test_assignments_happen_at_each_call():
    variable = tf.Variable([1.0, 2.0])

    @tf.function
    def grow(by):
        variable.assign_add(by)
        variable[0].assign(0.0)
        return tf.reduce_sum(variable)

    assert float(grow(tf.constant([1.0, 1.0]))) == 3.0
    assert float(grow(tf.constant([1.0, 1.0]))) == 4.0


def test_input_signature():
    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32)])
    def following(x):
        return x + 1

    assert following([1, 2]).numpy().tolist() == [2, 3]
    assert following(tf.constant([5])).numpy().tolist() == [6]
    for wrong in (tf.constant([[1]]), tf.constant([1.0]), "text"):
        with pytest.raises(ValueError, match="input_signature"):
            following(wrong)
    with pytest.raises(TypeError, match="takes 1 arguments"):
        following([1], [2])


def test_concrete_functions():
    @tf.function
    def both(x, factor):
        return {"product": x * factor}

    concrete = both.get_concrete_function(tf.TensorSpec([2], tf.float32), 3.0)
    assert concrete(tf.constant([1.0, 2.0]))["product"].numpy().tolist() == [3.0, 6.0]
    assert concrete(x=tf.constant([1.0, 2.0]))["product"].numpy().tolist() == [3.0, 6.0]
    assert concrete.structured_outputs["product"] == tf.TensorSpec([2], tf.float32)
    assert len(concrete.graph.inputs) == 1
    with pytest.raises(tf.errors.InvalidArgumentError):
        concrete(tf.constant([1, 2]))
    assert both.experimental_get_tracing_count() == 1


def test_a_training_step_is_captured_whole_and_equals_plain_steps():
    def trained(wrap):
        tf.keras.utils.set_random_seed(3)
        model = tf.keras.Sequential(
            [tf.keras.layers.Dense(8, "relu", input_shape=(4,)), tf.keras.layers.Dense(3)]
        )
        optimizer = tf.keras.optimizers.Adam(0.01)
        loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        mean = tf.keras.metrics.Mean()

        def step(x, y):
            with tf.GradientTape() as tape:
                loss = loss_of(y, model(x, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            mean.update_state(loss)
            return loss

        step = wrap(step)
        x = tf.constant(np.linspace(-1, 1, 24, dtype="float32").reshape(6, 4))
        losses = [float(step(x, tf.constant([0, 1, 2, 0, 1, 2]))) for _ in range(5)]
        return losses, float(mean.result()), int(optimizer.iterations.numpy())

    plain, captured = trained(lambda step: step), trained(tf.function)
    np.testing.assert_allclose(captured[0], plain[0], rtol=1e-5)
    assert captured[1] == pytest.approx(plain[1], rel=1e-5)
    assert captured[2] == 5


def test_derivatives_of_a_function_called_inside_a_tape():
    @tf.function
    def cube(x):
        return x**3

    x = tf.Variable(2.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = cube(x)
        slope = inner.gradient(y, x)
    assert float(slope) == pytest.approx(12.0)
    assert float(outer.gradient(slope, x)) == pytest.approx(12.0)


def test_functions_run_eagerly_when_asked(capsys):
    @tf.function
    def noisy(x):
        print("ran")
        return x

    tf.config.run_functions_eagerly(True)
    try:
        noisy(tf.constant(1))
        noisy(tf.constant(1))
    finally:
        tf.config.run_functions_eagerly(False)
    assert capsys.readouterr().out == "ran\n" * 2


def test_random_numbers_differ_from_call_to_call():
    @tf.function
    def draw():
        return tf.random.uniform(())

    assert len({float(draw()) for _ in range(4)}) == 4


def test_objects_are_told_apart_and_not_kept_alive():
    class Scale:
        def __init__(self, factor):
            self.factor = factor

    @tf.function
    def apply(scale, x):
        return x * scale.factor

    scales = [Scale(2.0), Scale(3.0)]
    assert [float(apply(scale, tf.constant(1.0))) for scale in scales] == [2.0, 3.0]
    alive = weakref.ref(scales.pop())
    gc.collect()
    assert alive() is None


def test_methods_and_callable_objects():
    class Adder:
        def __init__(self, by):
            self.by = by

        @tf.function
        def add(self, x):
            return x + self.by

        def __call__(self, x):
            return x - self.by

    assert float(Adder(1.0).add(tf.constant(1.0))) == 2.0
    assert float(tf.function(Adder(1.0))(tf.constant(1.0))) == 0.0


def test_text_and_printing_run_step_by_step(capsys):
    @tf.function
    def shown(x):
        tf.print("value:", x, output_stream="file:///dev/null")
        return tf.strings.join([x, "!"])

    assert shown(tf.constant("hello")).numpy() == b"hello!"


def test_errors_of_the_function_come_through_and_what_it_printed():
    @tf.function
    def wrong(x):
        return tf.matmul(x, x)

    with pytest.raises(tf.errors.InvalidArgumentError, match="size-incompatible"):
        wrong(tf.ones((2, 3)))


def test_threads_may_trace_at_the_same_time(capsys):
    def work(number):
        @tf.function
        def noisy(x):
            print(f"trace {number}")
            return x + number

        results[number] = float(noisy(tf.constant(1.0)))

    results: dict[int, float] = {}
    stream = sys.stdout
    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sys.stdout is stream
    assert results == {number: number + 1.0 for number in range(8)}
    assert sorted(capsys.readouterr().out.split()) == sorted(
        word for number in range(8) for word in ("trace", str(number))
    )
