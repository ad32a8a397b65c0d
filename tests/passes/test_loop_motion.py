"""Work moves out of the bodies of scans, and what is left computes the same."""

from __future__ import annotations

import numpy as np

from cornu import GradientTape, ops
from cornu.core.graph import capture
from cornu.core.passes.dead_code import remove_dead_code
from cornu.core.passes.loop_motion import move_work_out_of_scans
from cornu.core.primitive import Spec
from cornu.engines.reference import ReferenceEngine

STEPS, BATCH, SIZE = 5, 3, 4


def moved(function, *arrays, rtol=1e-12):
    """The graph of a function before and after the pass, which compute the same."""
    specs = [Spec(array.shape, array.dtype.name) for array in arrays]
    graph = remove_dead_code(capture(function, *specs)[0])
    result = remove_dead_code(move_work_out_of_scans(graph))
    engine = ReferenceEngine()
    for value, wanted in zip(
        engine.compile(result).run(arrays), engine.compile(graph).run(arrays), strict=True
    ):
        np.testing.assert_allclose(value, wanted, rtol=rtol, atol=1e-12)
    return graph, result


def scans(graph):
    return [node for node in graph.nodes if node.primitive.name == "scan"]


def names(graph):
    return [node.primitive.name for node in graph.nodes]


def body_names(scan):
    return names(scan.params["body"])


def sequences(rng, size=SIZE):
    return rng.normal(size=(STEPS, BATCH, size))


def test_products_of_sequences_are_made_before_the_loop(rng):
    def function(x, weight, start):
        return ops.scan(lambda c, row: (c * 0.5 + ops.matmul(row, weight), c), start, x)

    _, result = moved(function, sequences(rng), rng.normal(size=(SIZE, 2)), np.zeros((BATCH, 2)))
    assert "dot_general" not in body_names(scans(result)[0])
    assert names(result).index("dot_general") < names(result).index("scan")


def test_products_that_are_only_stacked_are_made_after_the_loop(rng):
    def function(x, weight, start):
        def step(carry, row):
            carry = ops.tanh(carry + row)
            return carry, (ops.matmul(carry, weight), ops.matmul(weight, ops.transpose(carry)))

        return ops.scan(step, start, x)

    arrays = sequences(rng), rng.normal(size=(SIZE, SIZE)), np.zeros((BATCH, SIZE))
    _, result = moved(function, *arrays)
    assert "dot_general" not in body_names(scans(result)[0])
    assert names(result).count("dot_general") == 2


def test_what_is_the_same_in_each_step_is_computed_once(rng):
    def function(x, weight):
        def step(carry, row):
            return carry + row * ops.sum(ops.exp(weight)), ()

        return ops.scan(step, ops.zeros((BATCH, SIZE), "float64"), x)[0]

    _, result = moved(function, sequences(rng), rng.normal(size=7))
    assert not {"exp", "reduce_sum"} & set(body_names(scans(result)[0]))


def test_derivatives_of_weights_are_one_product_after_the_loop(rng):
    def gradient(x, weight, bias, start):
        with GradientTape() as tape:
            tape.watch([weight, bias])
            _, rows = ops.scan(
                lambda c, row: (ops.tanh(ops.matmul(c, weight) + row + bias),) * 2, start, x
            )
            loss = ops.sum(ops.square(rows))
        return tape.gradient(loss, [weight, bias])

    arrays = (
        sequences(rng), rng.normal(size=(SIZE, SIZE)), rng.normal(size=SIZE),
        rng.normal(size=(BATCH, SIZE)),
    )  # fmt: skip
    graph, result = moved(gradient, *arrays)
    assert body_names(scans(graph)[1]).count("dot_general") == 2
    assert body_names(scans(result)[1]).count("dot_general") == 1
    assert scans(result)[1].params["carry"] == 1
    assert STEPS * BATCH * SIZE in [
        int(np.prod(node.inputs[0].shape)) for node in result.nodes
        if node.primitive.name == "dot_general"
    ]  # fmt: skip


def test_sums_keep_what_they_begin_with(rng):
    def function(x, start):
        return ops.scan(lambda c, row: (c + ops.sum(row, axis=0), ()), start, x)[0]

    _, result = moved(function, sequences(rng), rng.normal(size=SIZE))
    assert not scans(result), "nothing is left to do step by step"


def test_a_sum_that_is_read_on_the_way_stays(rng):
    def function(x, start):
        return ops.scan(lambda c, row: (c + ops.sum(row, axis=0), c), start, x)

    _, result = moved(function, sequences(rng), rng.normal(size=SIZE))
    assert scans(result)[0].params["carry"] == 1


def test_unused_results_and_carries_go(rng):
    def function(x, start):
        def step(carry, row):
            first, second, third = carry
            return (first + row, ops.tanh(second) * row, third), (first, ops.exp(row), row)

        (_, _, third), (first, _, rows) = ops.scan(step, (start, start, start), x)
        return first, rows, third

    _, result = moved(function, sequences(rng), rng.normal(size=(BATCH, SIZE)))
    (scan,) = scans(result)
    assert (scan.params["carry"], len(scan.outputs)) == (1, 2)
    assert not {"tanh", "exp"} & set(body_names(scan))
    assert result.outputs[1] is result.inputs[0]


def test_equal_operands_are_read_once(rng):
    def function(x, start):
        return ops.scan(lambda c, rows: (c + rows[0] * rows[1], c), start, (x, x))

    _, result = moved(function, sequences(rng), rng.normal(size=(BATCH, SIZE)))
    assert scans(result)[0].params["sequences"] == 1


def test_loops_without_steps(rng):
    def function(x, weight, start):
        def step(carry, row):
            return carry + ops.matmul(ops.transpose(row), row), ops.matmul(row, weight)

        return ops.scan(step, start, x)

    arrays = np.zeros((0, BATCH, SIZE)), rng.normal(size=(SIZE, 2)), rng.normal(size=(SIZE, SIZE))
    moved(function, *arrays)
