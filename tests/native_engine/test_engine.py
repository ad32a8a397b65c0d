"""Eager primitives on the native engine, and what it tells about itself."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.core.graph import capture
from cornu.core.primitive import REGISTRY, Spec
from cornu.engines.reference import ReferenceEngine

native_module = pytest.importorskip("cornu._native")


def test_plans_are_made_once(native):
    x = ops.convert_to_tensor([1.0, 2.0])
    ops.add(x, x)
    known = len(native._plans)
    ops.add(x, ops.add(x, x))
    assert len(native._plans) == known
    ops.add(ops.reshape(x, (2, 1)), ops.reshape(x, (2, 1)))
    assert len(native._plans) == known + 1


def test_numbers_that_compare_equal_are_not_confused(native):
    zero = REGISTRY["full"](shape=(), dtype="float32", value=0.0).numpy()
    minus = REGISTRY["full"](shape=(), dtype="float32", value=-0.0).numpy()
    assert not np.signbit(zero)
    assert np.signbit(minus)


def test_reshape_shares_memory_and_values_stay(native):
    state = cornu.Variable([[1.0, 2.0]])
    flat = ops.reshape(state.value, (2,))
    state.assign(state.value + 1.0)
    graph, _ = capture(lambda: (state.assign(state.value + 1.0), None)[1])
    native.compile(graph).run([])
    assert flat.numpy().tolist() == [1, 2]


def test_eager_primitives_from_many_threads(native):
    x = ops.convert_to_tensor(np.arange(6, dtype=np.float32))
    failures = []

    def work():
        for _ in range(200):
            y = ops.sum(ops.exp(x * 0.0) + x)
            if float(y) != 21.0:
                failures.append(float(y))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures


def test_large_buffers_are_aligned(native):
    for size in (256, 1000, 123457):
        buffer = native.from_numpy(np.ones(size, np.float32), "float32")
        assert buffer.ctypes.data % 64 == 0
        assert native.copy(buffer).ctypes.data % 64 == 0


def test_instruction_sets_agree_on_exact_arithmetic(native, rng):
    graph, _ = capture(
        lambda x, y: ops.matmul(ops.relu(x), y) - ops.max(y), Spec((9, 17), "float32"),
        Spec((17, 5), "float32"),
    )  # fmt: skip
    arrays = [rng.integers(-4, 5, size=s).astype(np.float32) for s in ((9, 17), (17, 5))]
    (expected,) = ReferenceEngine().compile(graph).run(arrays)
    try:
        for name in native_module.available_instruction_sets():
            native_module.set_instruction_set(name)
            assert native.describe()["instruction_set"] == name
            np.testing.assert_array_equal(native.compile(graph).run(arrays)[0], expected)
    finally:
        native_module.set_instruction_set("auto")
    with pytest.raises(ValueError, match="not available here"):
        native_module.set_instruction_set("mmx")


def test_facts(native):
    facts = native.describe()
    assert facts["name"] == "native"
    assert facts["threads"] == native_module.num_threads()


def test_profiles_show_where_time_goes(native):
    graph, _ = capture(lambda x: ops.exp(ops.matmul(x, x)), Spec((4, 4), "float32"))
    executable = native.compile(graph)
    executable.profile(enabled=True)
    executable.run([np.zeros((4, 4), np.float32)])
    executable.profile(enabled=False)
    assert "[dot_general] exp" in executable.profile_table()
    (timing,) = executable.timings()
    assert timing.operation.name == "dot_general + exp"
    assert timing.calls == 1
