"""Nothing is computed that nobody asked for."""

from __future__ import annotations

from tests.passes.graphs import p, record, spec, text

from cornu import Variable
from cornu.core.passes.dead_code import remove_dead_code


def test_unused_nodes_and_reads_go():
    idle = Variable([1.0, 2.0], name="idle")

    def function(x):
        p.exp(idle.value)
        p.sin(p.neg(x))
        return p.neg(x)

    graph = remove_dead_code(record(function, spec(2)))
    assert str(graph) == text(
        """
        %0 = input float32[2]
        %1 = neg %0 : float32[2]
        return %1
        """
    )


def test_what_variables_get_stays():
    counter = Variable(1.0, name="counter")

    def function(x):
        counter.assign(p.add(counter.value, x))

    graph = remove_dead_code(record(function, spec()))
    assert [node.primitive.name for node in graph.nodes] == ["add"]
    assert list(graph.writes) == [counter]


def test_writing_back_the_old_value_is_nothing():
    same = Variable(1.0, name="same")

    def function(x):
        same.assign(same.value)
        return x

    graph = remove_dead_code(record(function, spec()))
    assert not graph.writes
    assert not graph.reads


def test_the_source_is_left_alone():
    graph = record(lambda x: (p.exp(x), p.neg(x))[1], spec(2))
    before = str(graph)
    remove_dead_code(graph)
    assert str(graph) == before
