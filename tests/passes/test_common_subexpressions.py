"""Equal computations run once; different ones never merge."""

from __future__ import annotations

from tests.passes.graphs import p, record, spec, text

from cornu.core.passes.common_subexpressions import merge_common_subexpressions


def test_chains_merge():
    def function(x, y):
        first = p.mul(p.exp(x), y)
        second = p.mul(p.exp(x), y)
        return p.sub(first, second)

    graph = merge_common_subexpressions(record(function, spec(3), spec(3)))
    assert str(graph) == text(
        """
        %0 = input float32[3]
        %1 = input float32[3]
        %2 = exp %0 : float32[3]
        %3 = mul %2 %1 : float32[3]
        %4 = sub %3 %3 : float32[3]
        return %4
        """
    )


def test_parameters_count():
    def function(x):
        return p.reduce_sum(x, axes=(0,)), p.reduce_sum(x, axes=(1,)), p.reduce_sum(x, axes=(0,))

    graph = merge_common_subexpressions(record(function, spec(2, 2)))
    assert len(graph.nodes) == 2
    assert graph.outputs[0] is graph.outputs[2]


def test_zeros_of_both_signs_and_number_types_stay_apart():
    def function():
        return [
            p.full(shape=(2,), dtype="float32", value=0.0),
            p.full(shape=(2,), dtype="float32", value=-0.0),
            p.full(shape=(2,), dtype="int32", value=0),
            p.full(shape=(2,), dtype="bool", value=False),
        ]

    assert len(merge_common_subexpressions(record(function)).nodes) == 4
