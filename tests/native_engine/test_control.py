"""Control flow in plans: bodies run on the memory of the plan around them, and give what the
reference engine gives."""

from __future__ import annotations

import re
import signal

import numpy as np
import pytest
from tests.native_engine.random_graphs import RandomGraph

from cornu import GradientTape, ops
from cornu.core.engine import float_to_bfloat16
from cornu.core.graph import capture
from cornu.core.passes.batch_parts import body_of_part
from cornu.core.passes.dead_code import remove_dead_code
from cornu.core.primitive import REGISTRY, Spec
from cornu.engines.native import control
from cornu.engines.reference import ReferenceEngine

reference = ReferenceEngine()
P = REGISTRY


def both(native, function, *arrays, dtype=None, **tolerance):
    """Runs a function captured on both engines, compares, and returns the native results."""
    specs = [Spec(array.shape, dtype or array.dtype.name) for array in arrays]
    graph, _ = capture(function, *specs)
    expected = reference.compile(graph).run(list(arrays))
    results = native.compile(graph).run(list(arrays))
    for value, wanted in zip(results, expected, strict=True):
        if tolerance:
            np.testing.assert_allclose(value, wanted, **tolerance)
        else:
            np.testing.assert_array_equal(value, wanted)
    return results


def numbers(rng, *shape, dtype=np.float32):
    return rng.integers(-3, 4, size=shape).astype(dtype)


@pytest.mark.parametrize("nodes", [15, 60])
def test_random_programs_agree_to_the_bit(native, nodes):
    for seed in range(60):
        case = RandomGraph(seed, nodes, control=True)
        expected = reference.compile(case.graph).run(case.inputs)
        states = [variable.numpy() for variable in case.variables]
        case.reset()
        for value, wanted in zip(
            native.compile(case.graph).run(case.inputs), expected, strict=True
        ):
            np.testing.assert_array_equal(value, wanted, err_msg=f"seed {seed}")
        for variable, wanted in zip(case.variables, states, strict=True):
            np.testing.assert_array_equal(variable.numpy(), wanted, err_msg=f"seed {seed}")


def test_random_programs_in_parts_agree_to_the_bit(native, monkeypatch):
    monkeypatch.setattr(control, "PART_ROWS", 1)
    monkeypatch.setattr(control, "PART_WORK", 0)
    for seed in range(40):
        case = RandomGraph(seed, 40, control=True)
        expected = reference.compile(case.graph).run(case.inputs)
        case.reset()
        for value, wanted in zip(
            native.compile(case.graph).run(case.inputs), expected, strict=True
        ):
            np.testing.assert_array_equal(value, wanted, err_msg=f"seed {seed}")


@pytest.mark.parametrize("reverse", [False, True])
def test_a_batch_in_parts(native, rng, monkeypatch, reverse):
    monkeypatch.setattr(control, "PART_ROWS", 2)
    monkeypatch.setattr(control, "PART_WORK", 0)

    def function(x, weight, start, mask):
        def step(state, row):
            first, second = ops.split(ops.matmul(state * mask, weight), 2, axis=-1)
            new = ops.clip(ops.concatenate([first, row[:, 4:]], axis=1)[:, 2:6] + second, -4, 4)
            new = new + ops.sum(row, axis=1, keepdims=True)
            return new, (state, new, ops.reshape(new, (8, 2, 2)), ops.transpose(row)[0])

        last, rows = ops.scan(step, start, ops.swapaxes(x, 0, 1), reverse=reverse)
        return last, rows[:3]

    arrays = numbers(rng, 8, 5, 6), numbers(rng, 4, 8), numbers(rng, 8, 4), numbers(rng, 8, 4)
    both(native, function, *arrays)
    specs = [Spec(array.shape, "float32") for array in arrays]
    slopes, _ = capture(lambda *xs: function(*xs)[1], *specs)
    body = next(node for node in slopes.nodes if node.primitive.name == "scan").params["body"]
    slopes = remove_dead_code(body)
    slopes.outputs = slopes.outputs[:4]
    part, batched = body_of_part(remove_dead_code(slopes), 2, 4)
    assert [value.shape[0] for value in part.inputs[:2]] == [2, 2]
    assert len(batched) == 1, "the mask has rows"


def test_rows_that_see_each_other_stay_together():
    def step(state, row):
        return [state + ops.sum(row, axis=0)]

    body, _ = capture(step, Spec((8, 3), "float32"), Spec((8, 3), "float32"))
    assert body_of_part(body, 2, 2) is None


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("length", [0, 1, 2, 7])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "float16", "bfloat16"])
def test_carries_in_stacks(native, rng, dtype, length, reverse):
    arrays = [numbers(rng, length, 2, 3), numbers(rng, 3, 3), numbers(rng, 2, 3)]
    if dtype == "bfloat16":
        arrays = [float_to_bfloat16(array) for array in arrays]
    else:
        arrays = [array.astype(dtype) for array in arrays]

    def function(*tensors):
        def step(state, row):
            new = P["sub"](P["add"](state, row), P["mul"](state, row))
            one = P["full"](shape=new.shape, dtype=new.dtype, value=1)
            new = P["min"](new, one)
            return new, (state, new, P["add"](new, new), row)

        x, _, start = tensors
        return ops.scan(step, start, x, reverse=reverse)

    both(native, function, *arrays, dtype=dtype)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("length", [0, 1, 6])
def test_states_swapped_and_passed_through(native, rng, length, reverse):
    def function(x, a, b):
        def step(carry, row):
            first, second, same = carry
            return (second, first + row, same), (same, second)

        return ops.scan(step, (a, b, a), x, reverse=reverse)

    both(native, function, numbers(rng, length, 5), numbers(rng, 5), numbers(rng, 5))


@pytest.mark.parametrize("order", [(1, 0, 2), (2, 0, 1), (1, 2, 0)])
def test_sequences_are_read_where_they_are(native, rng, order):
    def function(x, start):
        x = ops.transpose(x, order)
        return ops.scan(lambda c, row: (c + row, c * row), ops.zeros(x.shape[1:]) + start[0], x)

    both(native, function, numbers(rng, 3, 4, 5), numbers(rng, 2))


def test_flipped_and_sliced_sequences(native, rng):
    def function(x):
        return ops.scan(
            lambda c, rows: (c + rows[0], c * rows[1]),
            ops.zeros((2, 3)),
            (ops.flip(x, 0)[:, 1:3], ops.flip(x, 2)[:, :2]),
        )

    both(native, function, numbers(rng, 5, 4, 3))


def test_large_carry(native, rng):
    def function(x, start):
        return ops.scan(lambda c, row: (c * 0.5 + row, ops.sum(c)), start, x)

    both(native, function, numbers(rng, 4, 700), numbers(rng, 300, 700), rtol=1e-6)


def test_nested_loops_and_branches(native, rng):
    def inner(state, row):
        def scaled(carry, x):
            return ops.cond(x > 0, lambda: carry + x, lambda: carry * 2.0), carry

        return ops.scan(scaled, state, row)

    def function(x, start):
        def outer(state, row):
            state, history = inner(state, row)
            count, state = ops.while_loop(
                lambda i, s: ops.logical_and(i < 5, ops.max(ops.abs(s)) > 8.0),
                lambda i, s: (i + 1, ops.floor(s / 2.0)),
                (ops.zeros((), "int32"), state),
            )
            return state, (history, count)

        return ops.scan(outer, start, x)

    results = both(native, function, numbers(rng, 6, 4), numbers(rng, 3))
    assert len(set(results[2].tolist())) > 1, "the number of rounds should differ"


def test_while_with_changing_counts(native):
    def collatz(n):
        return ops.while_loop(
            lambda n, steps: n > 1,
            lambda n, steps: (ops.where(n % 2 == 0, n // 2, 3 * n + 1), steps + 1),
            (n, ops.zeros((), "int32")),
        )

    executable = native.compile(capture(collatz, Spec((), "int32"))[0])
    counts = [int(executable.run([np.array(n, np.int32)])[1]) for n in (27, 1, 2, 3, 27)]
    assert counts == [111, 0, 1, 7, 111]


def test_both_branches_of_one_executable(native, rng):
    x = numbers(rng, 4, 3)

    def function(choice, x):
        return ops.cond(choice, lambda: ops.matmul(ops.transpose(x), x), lambda: ops.eye(3) * x[0])

    executable = native.compile(capture(function, Spec((), "bool"), Spec((4, 3), "float32"))[0])
    for _ in range(2):
        np.testing.assert_array_equal(executable.run([np.array(True), x])[0], x.T @ x)
        np.testing.assert_array_equal(executable.run([np.array(False), x])[0], np.eye(3) * x[0])


def test_host_calls_in_bodies(native, rng):
    def function(x):
        def step(carry, row):
            return carry + ops.sort(row), ops.searchsorted(ops.sort(row), carry)

        return ops.scan(step, ops.zeros(5), x)

    both(native, function, numbers(rng, 4, 5))


def test_random_bits_in_bodies(native):
    def function(key):
        def step(key, _):
            bits = P["random_bits"](key, shape=(3, 5))
            return P["random_bits"](key, shape=(2,)), bits

        return ops.scan(step, key, length=6)

    _, bits = both(native, function, np.array([3, 7], np.uint32))
    assert len(np.unique(bits)) > 80


def test_parts_of_concatenations_outlive_them(native, rng):
    def function(x, y):
        first, second = ops.exp(x) * y, ops.tanh(y) + x
        whole = ops.concatenate([first, second, first], axis=1)
        last = ops.sum(whole, axis=1)
        other = ops.matmul(ops.reshape(last, (-1, 1)), ops.reshape(last, (1, -1)))
        return ops.matmul(ops.transpose(first), ops.matmul(other, second)), ops.sort(second)

    both(native, function, rng.normal(size=(4, 5)), rng.normal(size=(4, 5)), rtol=1e-12)


def recurrent_loss(x, weight, start):
    def step(state, row):
        gates = ops.matmul(state, weight) + row
        first, second = ops.split(gates, 2, axis=-1)
        state = ops.tanh(first) * ops.sigmoid(second) + state * 0.5
        return state, state * second

    last, rows = ops.scan(step, start, x)
    return ops.sum(ops.square(last)) + ops.sum(ops.sin(rows))


def gradient(*tensors):
    with GradientTape() as tape:
        tape.watch(list(tensors))
        loss = recurrent_loss(*tensors)
    return tape.gradient(loss, list(tensors))


def second_gradient(*tensors):
    with GradientTape() as tape:
        tape.watch(list(tensors))
        total = sum(ops.sum(ops.square(slope)) for slope in gradient(*tensors))
    return tape.gradient(total, list(tensors))


@pytest.mark.parametrize("function", [gradient, second_gradient])
@pytest.mark.parametrize("length", [1, 5])
def test_gradients(native, rng, function, length):
    arrays = rng.normal(size=(length, 2, 6)), rng.normal(size=(3, 6)), rng.normal(size=(2, 3))
    both(native, function, *arrays, rtol=1e-9, atol=1e-12)


def test_any_number_of_threads_gives_the_same_bits(native, threads, rng):
    arrays = [
        rng.normal(size=shape).astype(np.float32) for shape in ((20, 64, 128), (64, 128), (64, 64))
    ]
    specs = [Spec(array.shape, "float32") for array in arrays]
    executable = native.compile(capture(gradient, *specs)[0])
    results = []
    for count in (1, 2, 5):
        threads(count)
        results.append(executable.run(arrays))
    for other in results[1:]:
        for value, wanted in zip(other, results[0], strict=True):
            np.testing.assert_array_equal(value, wanted)


def test_bodies_are_described_and_profiled(native, rng):
    arrays = [rng.normal(size=shape).astype(np.float32) for shape in ((5, 2, 6), (3, 6), (2, 3))]
    specs = [Spec(array.shape, "float32") for array in arrays]
    executable = native.compile(capture(gradient, *specs)[0])
    assert re.search(r"^ *\d+ +\S.*\[scan\].*\n *\d+   \S.*\[dot_general\]", str(executable), re.M)
    executable.profile(enabled=True)
    executable.run(arrays)
    table = executable.profile_table()
    assert re.search(r"%   \S.*tanh", table), table
    timings, events = executable.timings(), executable.take_events()
    scans = [i for i, timing in enumerate(timings) if timing.operation.name.startswith("scan")]
    assert [timings[i].calls for i in scans] == [1, 1]
    assert timings[scans[0] + 1].operation.depth == 1
    assert timings[scans[0] + 1].calls == 5
    for number, begin, nanoseconds in events:
        if timings[number].operation.depth:
            assert any(
                outer in scans and start <= begin and begin + nanoseconds <= start + length
                for outer, start, length in events
            )
    executable.profile(enabled=False)
    executable.run(arrays)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs interval timers")
@pytest.mark.parametrize("nested", [False, True])
def test_an_endless_loop_can_be_interrupted(native, nested):
    def endless(x):
        def loop(x):
            return ops.while_loop(lambda y: y >= 0.0, lambda y: (y + 1.0,), (x,))[0]

        return ops.scan(lambda c, _: (loop(c), ()), x, length=3)[0] if nested else loop(x)

    class Stop(Exception):
        pass

    def stop(*_):
        raise Stop

    executable = native.compile(capture(endless, Spec((), "float32"))[0])
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(Stop):
            executable.run([np.float32(0)[...]])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
