"""Capture: what a graph records, its printed form, and running it on each engine."""

from __future__ import annotations

import numpy as np
import pytest

from cornu.core import settings
from cornu.core.engine import to_tensor
from cornu.core.errors import UnsupportedError
from cornu.core.graph import capture, current_capture, eager_scope, open_capture
from cornu.core.primitive import REGISTRY, Primitive, Spec
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable

add, mul, neg, cast = (REGISTRY[name] for name in ("add", "mul", "neg", "cast"))
F2 = Spec((2,), "float32")


def _store_in(variable):
    def body(x):
        variable.assign(x)

    return body


def _run(engine, graph, *arrays):
    outputs = engine.compile(graph).run([np.asarray(array, np.float32) for array in arrays])
    return [np.asarray(engine.to_numpy(buffer)).tolist() for buffer in outputs]


def test_the_printed_form(engine):
    settings.reset_names()
    v = Variable([1.0, 2.0], name="w")
    weights = to_tensor([5.0, 5.0])

    def body(x):
        y = add(x, v.value)
        v.assign(mul(y, weights))
        return {"y": y, "flat": REGISTRY["reshape"](y, shape=(1, 2))}

    graph, result = capture(body, F2)
    assert str(graph) == (
        "%0 = input float32[2]\n"
        "%1 = read w float32[2]\n"
        "%2 = constant float32[2]\n"
        "%3 = add %0 %1 : float32[2]\n"
        "%4 = mul %3 %2 : float32[2]\n"
        "%5 = reshape %3 shape=(1, 2) : float32[1,2]\n"
        "write w %4\n"
        "return %5 %3"
    )
    assert {key: tensor.shape for key, tensor in result.items()} == {"y": (2,), "flat": (1, 2)}
    assert v.numpy().tolist() == [1, 2]  # capturing runs nothing


def test_inputs_keep_their_structure(engine):
    def body(pair, mapping, nothing):
        assert isinstance(pair, tuple)
        assert nothing is None
        return [add(pair[0], mapping["b"]), mul(pair[1], mapping["a"])]

    graph, _ = capture(body, (F2, F2), {"b": F2, "a": F2}, None)
    # Inputs in tree order: the pair, then the mapping by sorted key.
    assert _run(engine, graph, [1, 2], [3, 4], [10, 10], [100, 100]) == [[101, 102], [30, 40]]


def test_a_variable_reads_as_what_was_written_last(engine):
    v = Variable([1.0, 1.0])

    def body(x):
        v.assign(add(v.value, x))
        middle = v.value
        v.assign(add(v.value, x))
        return middle

    graph, _ = capture(body, F2)
    assert len(graph.reads) == len(graph.writes) == 1
    assert _run(engine, graph, [1, 2]) == [[2, 3]]
    assert v.numpy().tolist() == [3, 5]


def test_constants_are_shared_and_nodes_in_order(engine):
    c = to_tensor([1.0, 2.0])
    graph, _ = capture(lambda x: add(add(x, c), c), F2)
    assert len(graph.constants) == 1
    seen = {*graph.inputs, *graph.constants, *graph.reads.values()}
    for node in graph.nodes:
        assert set(node.inputs) <= seen
        seen.update(node.outputs)


def test_outputs_may_be_inputs_constants_and_repeats(engine):
    c = to_tensor([7.0, 8.0])
    graph, _ = capture(lambda x: (x, c, x, neg(x)), F2)
    assert _run(engine, graph, [1, 2]) == [[1, 2], [7, 8], [1, 2], [-1, -2]]


def test_a_graph_without_nodes_can_write_variables(engine):
    v = Variable([0.0, 0.0])
    graph, _ = capture(_store_in(v), F2)
    array = np.array([1, 2], np.float32)
    engine.compile(graph).run([array])
    array[0] = 99  # the variable must not live in the caller's memory
    assert v.numpy().tolist() == [1, 2]


def test_two_variables_can_be_exchanged(engine):
    a, b = Variable([1.0]), Variable([2.0])

    def body():
        first, second = a.value, b.value
        a.assign(second)
        b.assign(first)

    graph, _ = capture(body)
    program = engine.compile(graph)
    program.run([])
    assert (a.numpy().tolist(), b.numpy().tolist()) == ([2], [1])
    program.run([])
    assert (a.numpy().tolist(), b.numpy().tolist()) == ([1], [2])


def test_outputs_of_one_run_survive_the_next(engine):
    v = Variable([0.0])
    graph, _ = capture(lambda: v.assign(add(v.value, to_tensor([1.0]))).value)
    program = engine.compile(graph)
    first = program.run([])
    program.run([])
    assert np.asarray(engine.to_numpy(first[0])).tolist() == [1.0]


def test_primitives_without_operands_are_recorded(engine):
    graph, _ = capture(lambda: REGISTRY["iota"](shape=(3,), dtype="int32", axis=0))
    assert [node.primitive.name for node in graph.nodes] == ["iota"]
    assert _run(engine, graph) == [[0, 1, 2]]


def test_eager_tensors_stay_eager_inside_a_capture(engine):
    def body(x):
        known = add(to_tensor([1.0, 2.0]), to_tensor([1.0, 1.0]))
        assert known.tolist() == [2, 3]
        return add(x, known)

    graph, _ = capture(body, F2)
    assert len(graph.nodes) == 1


def test_eager_scope(engine):
    with open_capture() as recording:
        with eager_scope():
            assert current_capture() is None
        assert current_capture() is recording
    assert current_capture() is None


def test_captures_close_when_the_function_fails(engine):
    with pytest.raises(KeyError):
        capture(lambda x: {}[1], F2)
    assert settings.state.captures == []


def test_symbols_must_not_cross_between_captures(engine):
    kept = []
    capture(kept.append, F2)
    with pytest.raises(ValueError, match="left the captured function that made it"):
        capture(lambda x: add(x, kept[0]), F2)


def test_bodies_lift_outer_symbols_to_inputs(engine):
    def body(x):
        inner, _ = capture(lambda y: add(y, x), F2, nested=True)
        assert list(inner.outer) == [x]
        assert len(inner.inputs) == 2
        v = Variable([1.0, 1.0])
        with pytest.raises(ValueError, match="inside the body of a control-flow"):
            capture(lambda y: v.assign(y), F2, nested=True)
        return x

    capture(body, F2)


def test_wrong_inputs_are_refused_and_change_nothing(engine):
    v = Variable([0.0, 0.0])
    graph, _ = capture(_store_in(v), F2)
    program = engine.compile(graph)
    for inputs in ([], [np.zeros(3, np.float32)], [np.zeros(2)]):
        with pytest.raises((ValueError, TypeError)):
            program.run(inputs)
    assert v.numpy().tolist() == [0, 0]


def test_an_unknown_primitive_is_refused_when_compiling(engine, monkeypatch):
    monkeypatch.setattr("cornu.core.primitive.REGISTRY", {})
    unknown = Primitive("unknown_here", lambda x: Spec(x.shape, x.dtype))
    graph, _ = capture(lambda x: unknown(x), F2)
    with pytest.raises(UnsupportedError, match="unknown_here"):
        engine.compile(graph)


@pytest.mark.parametrize(
    "source_dtype", ["float32", "float64", "uint8", "int64", "bool", "float16"]
)
def test_steps_take_rows_by_index_and_convert_them(engine, source_dtype):
    total = Variable(np.zeros((2,), np.float32))
    batch = 3

    def step(x, y):
        total.assign(add(total.value, REGISTRY["reduce_sum"](x, axes=(0,))))
        return x, y

    graph, _ = capture(step, Spec((batch, 2), "float32"), Spec((batch,), "int32"))
    program = engine.compile(graph)
    rows = np.arange(20).reshape(10, 2)
    xs, ys = (rows % 2 if source_dtype == "bool" else rows).astype(source_dtype), np.arange(10)
    index = np.array([9, 0, 3, 3, 8, 1, 7, 2, 4], np.int64)
    done, outputs = program.run_steps([xs, ys], index, 0, 3, 1e9)
    assert done == 3
    np.testing.assert_array_equal(engine.to_numpy(outputs[0]), xs[index[6:]].astype(np.float32))
    np.testing.assert_array_equal(engine.to_numpy(outputs[1]), ys[index[6:]])
    np.testing.assert_array_equal(total.numpy(), xs[index].astype(np.float32).sum(axis=0))
    done, outputs = program.run_steps([xs, ys], index, 1, 1, 1e9)
    assert done == 1
    np.testing.assert_array_equal(engine.to_numpy(outputs[1]), ys[index[3:6]])


def test_steps_stop_when_time_is_over(engine):
    count = Variable(np.zeros((), np.int32))

    def step(x):
        count.assign(add(count.value, REGISTRY["full"](shape=(), dtype="int32", value=1)))
        return x

    graph, _ = capture(step, Spec((1,), "float32"))
    index = np.zeros(50, np.int64)
    done, _ = engine.compile(graph).run_steps([np.zeros(1, np.float32)], index, 0, 50, 0.0)
    assert done == 1
    assert count.numpy() == 1


def test_bfloat16_inputs_of_steps(engine):
    graph, _ = capture(lambda x: cast(x, dtype="float32"), Spec((2,), "bfloat16"))
    source = np.array([1.0, 1 / 3], np.float32)
    _, outputs = engine.compile(graph).run_steps([source], np.array([1, 0]), 0, 1, 1e9)
    assert np.asarray(engine.to_numpy(outputs[0])).tolist() == [0.333984375, 1.0]


def test_symbolic_results_carry_their_specs(engine):
    _, result = capture(lambda x: cast(x, dtype="int8"), Spec((2, 0), "float64"))
    assert isinstance(result, Tensor)
    assert (result.shape, result.dtype) == ((2, 0), "int8")
