"""Plans refuse what does not fit while they are built, and run what does."""

from __future__ import annotations

import threading

import numpy as np
import pytest

native_module = pytest.importorskip("cornu._native")

F32 = native_module.DTYPES.index("float32")
ADD = native_module.OPCODES.index("add")
F32_TYPE = native_module.COMPUTE_TYPES.index("f32")


def doubling(plan, count=4):
    """Adds an instruction that doubles an input into an output."""
    program = native_module.Program()
    x = program.load(F32)
    program.output(program.apply(ADD, F32_TYPE, x, x), F32)
    source = (plan.input(F32, count, 1), 0, [1])
    target = (plan.output(4 * count), 0, [1])
    plan.elementwise(program, [count], [source], [target], [], reduce_leading=False, reduce_begin=1)


def run_once(plan, *inputs):
    outputs = [np.empty(4, np.float32)]
    plan.run([], list(inputs), outputs)
    return outputs[0]


def test_runs():
    plan = native_module.Plan()
    doubling(plan)
    plan.finalize(0)
    assert run_once(plan, np.arange(4, dtype=np.float32)).tolist() == [0, 2, 4, 6]
    assert plan.instruction_count == 1
    assert "elementwise input0 output0" in str(plan)


def strided_copy(plan, shape, offset, strides):
    target = plan.arena(0, 4096)
    dense = np.cumprod([1, *shape[::-1]])[-2::-1].tolist()
    plan.copy(4, shape, (plan.arena(0, 64), offset, strides), (target, 0, dense))


@pytest.mark.parametrize(
    ("shape", "offset", "strides"),
    [
        ([17], 0, [1]),
        ([16], 4, [1]),
        ([16], -4, [1]),
        ([2], 0, [16]),
        ([2], 0, [-1]),
        ([2, 2], 0, [8, 8]),
        ([2**40], 0, [2**40]),
        ([2], 0, [2**62]),
        ([2], 2**63 - 8, [1]),
        ([-1], 0, [1]),
    ],
)
def test_views_outside_of_their_buffer_are_refused(shape, offset, strides):
    with pytest.raises(ValueError, match="do not fit|overflow|negative"):
        strided_copy(native_module.Plan(), shape, offset, strides)


@pytest.mark.parametrize(
    ("shape", "offset", "strides"),
    [
        ([16], 0, [1]),
        ([2], 60, [-15]),
        ([4, 4], 0, [1, 4]),
        ([5, 3], 8, [0, 1]),
        ([0, 99], 0, [1, 1]),
    ],
)
def test_views_inside_of_their_buffer_are_taken(shape, offset, strides):
    strided_copy(native_module.Plan(), shape, offset, strides)


def test_unknown_buffers_are_refused():
    plan = native_module.Plan()
    with pytest.raises(ValueError, match="no buffer 7"):
        plan.copy(4, [1], (7, 0, [1]), (7, 0, [1]))


def test_ranks_and_strides_must_agree():
    plan = native_module.Plan()
    buffer = plan.arena(0, 64)
    with pytest.raises(ValueError, match="2 strides for a shape of rank 1"):
        plan.copy(4, [4], (buffer, 0, [1, 1]), (buffer, 0, [1]))


def test_products_are_checked():
    plan = native_module.Plan()
    a, b, c = (plan.arena(64 * i, 64) for i in range(3))
    with pytest.raises(ValueError, match="do not fit"):
        plan.matmul(
            F32, 1, 1, 4, 4, 8, (a, 0, [0, 0, 4, 1]), (b, 0, [0, 0, 4, 1]), (c, 0, [0, 0, 4, 1])
        )
    with pytest.raises(ValueError, match="batch, row and column"):
        plan.matmul(F32, 1, 1, 4, 4, 4, (a, 0, [4, 1]), (b, 0, [0, 0, 4, 1]), (c, 0, [0, 0, 4, 1]))


def test_the_arena_must_hold_its_parts():
    plan = native_module.Plan()
    plan.arena(64, 64)
    with pytest.raises(ValueError, match="outside of the arena"):
        plan.finalize(127)
    with pytest.raises(ValueError, match="negative"):
        native_module.Plan().arena(-64, 64)


def test_building_ends():
    plan = native_module.Plan()
    plan.finalize(0)
    with pytest.raises(ValueError, match="finalize"):
        plan.arena(0, 64)


def test_running_needs_the_right_memory():
    plan = native_module.Plan()
    doubling(plan)
    with pytest.raises(ValueError, match="finalize"):
        run_once(plan, np.zeros(4, np.float32))
    plan.finalize(0)
    with pytest.raises(ValueError, match="12 bytes; expected 16"):
        run_once(plan, np.zeros(3, np.float32))
    with pytest.raises(ValueError, match="expected 1 inputs; got 2"):
        run_once(plan, np.zeros(4, np.float32), np.zeros(4, np.float32))
    with pytest.raises((ValueError, BufferError), match=r"contiguous"):
        run_once(plan, np.zeros(8, np.float32)[::2])
    locked = np.empty(4, np.float32)
    locked.flags.writeable = False
    with pytest.raises((ValueError, BufferError), match="read-only"):
        plan.run([], [np.zeros(4, np.float32)], [locked])


def test_steps_check_their_indices():
    plan = native_module.Plan()
    doubling(plan, count=2)
    plan.finalize(0)
    source = np.arange(5, dtype=np.float32)
    output = np.empty(2, np.float32)

    def steps(index, first=0, count=1, rows=5):
        index = np.array(index, np.int64)
        return plan.run_steps([], [(source, F32, rows, 1)], index, first, count, 1.0, [output])

    assert steps([0, 1, 2, 4], count=2) == 2
    assert output.tolist() == [4, 8]
    for index in ([0, 5], [-1, 0]):
        with pytest.raises(ValueError, match="the sources have 5 rows"):
            steps(index)
    with pytest.raises(ValueError, match="need 4 indices; there are 3"):
        steps([0, 1, 2], count=2)
    with pytest.raises(ValueError, match="not the size"):
        steps([0, 1], rows=6)
    with pytest.raises(ValueError, match="steps >= 1"):
        steps([0, 1], count=0)


def test_host_calls_see_the_buffers_and_pass_errors_on():
    seen = []

    def function(x, y):
        seen.append(np.frombuffer(x, np.float32).tolist())
        if x[0]:
            raise ZeroDivisionError("from the host")
        np.frombuffer(y, np.float32)[:] = 7

    plan = native_module.Plan()
    views = [(plan.input(F32, 2, 1), 0, []), (plan.output(8), 0, [])]
    plan.host_call(function, views, [8, 8], 1)
    plan.finalize(0)
    output = np.zeros(2, np.float32)
    plan.run([], [np.array([0, 2], np.float32)], [output])
    assert seen == [[0, 2]]
    assert output.tolist() == [7, 7]
    with pytest.raises(ZeroDivisionError, match="from the host"):
        plan.run([], [np.array([1.1, 2], np.float32)], [output])


def test_one_plan_runs_in_many_threads_at_once():
    plan = native_module.Plan()
    doubling(plan)
    plan.finalize(0)
    failures = []

    def work(number):
        x = np.full(4, number, np.float32)
        results = [run_once(plan, x).tolist() for _ in range(300)]
        failures.extend(result for result in results if result != [2 * number] * 4)

    workers = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures


def test_profile_counts_calls():
    plan = native_module.Plan()
    doubling(plan)
    plan.finalize(0)
    plan.set_profiling(enabled=True)
    for _ in range(3):
        run_once(plan, np.zeros(4, np.float32))
    plan.set_profiling(enabled=False)
    run_once(plan, np.zeros(4, np.float32))
    ((calls, total, fastest),) = plan.profile()
    assert calls == 3
    assert 0 <= 3 * fastest <= total
    events = np.frombuffer(plan.take_events(), np.int64).reshape(3, 3)
    assert events[:, 0].tolist() == [0, 0, 0]
    assert (np.diff(events[:, 1]) >= events[:2, 2]).all()
    assert events[:, 2].sum() == total
    assert plan.take_events() == b""
