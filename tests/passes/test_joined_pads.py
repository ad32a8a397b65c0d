"""The derivative of a split is a concatenation."""

from __future__ import annotations

import numpy as np
import pytest
from tests.passes.graphs import p, record, spec

from cornu.core.passes.dead_code import remove_dead_code
from cornu.core.passes.joined_pads import join_padded_parts
from cornu.engines.reference import ReferenceEngine


def padded(x, low, high, value=0, axis=1):
    still = (0,) * len(x.shape)
    filler = p.full(shape=(), dtype=x.dtype, value=value)
    ends = [[0] * len(x.shape), [0] * len(x.shape)]
    ends[0][axis], ends[1][axis] = low, high
    return p.pad(x, filler, low=tuple(ends[0]), high=tuple(ends[1]), interior=still)


def joined(function):
    graph = record(function, spec(2, 3), spec(2, 3))
    result = remove_dead_code(join_padded_parts(graph))
    arrays = [np.arange(6, dtype=np.float32).reshape(2, 3) + i for i in range(2)]
    engine = ReferenceEngine()
    np.testing.assert_array_equal(
        engine.compile(result).run(arrays)[0], engine.compile(graph).run(arrays)[0]
    )
    return [node.primitive.name for node in result.nodes]


def test_parts_side_by_side():
    assert joined(lambda x, y: [p.add(padded(y, 3, 0), padded(x, 0, 3))]) == ["concatenate"]


def test_parts_with_gaps():
    names = joined(lambda x, y: [p.add(padded(y, 6, 1), padded(x, 1, 6))])
    assert names.count("full") == 3
    assert names[-1] == "concatenate"


def test_sums_of_sums():
    def function(x, y):
        total = p.add(p.add(padded(x, 0, 9), padded(y, 9, 0)), padded(y, 3, 6))
        return [p.add(total, padded(x, 6, 3))]

    assert joined(function) == ["concatenate"]


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: [p.add(padded(y, 2, 0), padded(x, 0, 2))],
        lambda x, y: [p.add(padded(y, 3, 0, value=1), padded(x, 0, 3))],
        lambda x, y: [p.add(padded(y, 3, -3), x)],
    ],
)  # fmt: skip
def test_other_sums_stay(function):
    assert joined(function)[-1] == "add"
