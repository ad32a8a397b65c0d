"""Sums of rows that a lookup takes become sums of bags, and only then."""

from __future__ import annotations

import numpy as np
import pytest
from tests.passes.graphs import p, record, spec

from cornu.core.passes.dead_code import remove_dead_code
from cornu.core.passes.take_sums import fold_sums_into_takes
from cornu.engines.reference import ReferenceEngine

INDICES = (3, 2, 5)


def fold(function, table=(7, 4)):
    graph = record(function, spec(*table), spec(*INDICES, dtype="int32"))
    folded = remove_dead_code(fold_sums_into_takes(graph))
    x = np.arange(np.prod(table), dtype=np.float32).reshape(table)
    indices = np.random.default_rng(0).integers(0, table[0], INDICES).astype(np.int32)
    engine = ReferenceEngine()
    for a, b in zip(*(engine.compile(g).run([x, indices]) for g in (graph, folded)), strict=True):
        np.testing.assert_array_equal(a, b)
    return [node.primitive.name for node in folded.nodes]


@pytest.mark.parametrize(
    ("axes", "names"),
    [
        ((2,), ["take_sum"]),
        ((1, 2), ["reshape", "take_sum"]),
        ((0, 1, 2), ["reshape", "take_sum"]),
        ((1,), ["take", "reduce_sum"]),
        ((3,), ["take", "reduce_sum"]),
        ((2, 3), ["take", "reduce_sum"]),
    ],
)
def test_sums_over_the_last_axes_of_the_indices(axes, names):
    assert fold(lambda x, i: p.reduce_sum(p.take(x, i, axis=0), axes=axes)) == names


def test_a_table_that_is_looked_up_along_another_axis_stays():
    function = lambda x, i: p.reduce_sum(p.take(x, i, axis=1), axes=(3,))  # noqa: E731
    assert fold(function, (4, 7)) == ["take", "reduce_sum"]


def test_rows_that_others_read_are_taken():
    def function(x, i):
        rows = p.take(x, i, axis=0)
        return p.reduce_sum(rows, axes=(2,)), p.neg(rows)

    assert fold(function) == ["take", "reduce_sum", "neg"]
    assert fold(lambda x, i: [p.reduce_sum(p.take(x, i, axis=0), axes=(2,))]) == ["take_sum"]


def test_rows_that_are_a_result_are_taken():
    def function(x, i):
        rows = p.take(x, i, axis=0)
        return rows, p.reduce_sum(rows, axes=(2,))

    assert fold(function) == ["take", "reduce_sum"]
