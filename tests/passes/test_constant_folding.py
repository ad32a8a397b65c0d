"""What depends on constants alone is known when the graph is compiled."""

from __future__ import annotations

import numpy as np
import pytest
from tests.passes.graphs import p, record, spec, text

from cornu import ops
from cornu.core.engine import current_engine
from cornu.core.graph import Graph
from cornu.core.passes.constant_folding import evaluator, fold_constants
from cornu.core.passes.dead_code import remove_dead_code


@pytest.fixture
def fold():
    evaluate = evaluator(current_engine())
    return lambda graph: remove_dead_code(fold_constants(graph, evaluate))


def full(value, *shape, dtype="float32"):
    return p.full(shape=shape, dtype=dtype, value=value)


def test_numbers_that_fill_arrays_combine(fold):
    def function(x):
        scale = p.broadcast(p.div(full(1.0), full(4.0)), shape=(2, 3), dims=())
        return p.mul(x, p.add(scale, full(0.5, 2, 3)))

    assert str(fold(record(function, spec(2, 3)))) == text(
        """
        %0 = input float32[2,3]
        %1 = full  shape=(2, 3) dtype=float32 value=0.75 : float32[2,3]
        %2 = mul %0 %1 : float32[2,3]
        return %2
        """
    )


def test_rounding_is_that_of_the_dtype(fold):
    graph = fold(record(lambda: p.add(full(1.0), full(1e-8))))
    assert graph.nodes[0].params["value"] == 1.0
    graph = fold(record(lambda: p.div(full(7, dtype="int32"), full(2, dtype="int32"))))
    assert graph.nodes[0].params["value"] == 3


def of_constant(array, primitive, output, **params):
    graph = Graph()
    constant = graph.add_constant(ops.convert_to_tensor(array))
    graph.outputs = graph.add_node(primitive, [constant], params, [output]).outputs
    return graph


def test_small_arrays_are_computed(fold):
    table = np.array([3, 1, 2], np.int32)
    graph = fold(of_constant(table, p.sort, spec(3, dtype="int32"), axis=0))
    assert not graph.nodes
    assert graph.constants[graph.outputs[0]].tolist() == [1, 2, 3]


def test_large_results_are_not_kept(fold):
    row = np.arange(100, dtype=np.float32)
    graph = fold(of_constant(row, p.broadcast, spec(100, 100), shape=(100, 100), dims=(1,)))
    assert [node.primitive.name for node in graph.nodes] == ["broadcast"]
