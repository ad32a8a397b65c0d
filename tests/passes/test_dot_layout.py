"""Transposes around products become dimension numbers; the values stay."""

from __future__ import annotations

import numpy as np
import pytest
from tests.passes.graphs import p, record, spec

from cornu.core.passes.dead_code import remove_dead_code
from cornu.core.passes.dot_layout import fold_transposes_into_dots
from cornu.engines.reference import ReferenceEngine


def dot(a, b, contract, batch=((), ())):
    return p.dot_general(a, b, contract=contract, batch=batch)


def swap(x):
    return p.transpose(
        x, permutation=(*range(len(x.shape) - 2), len(x.shape) - 1, len(x.shape) - 2)
    )


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (lambda a, b: dot(swap(a), b, ((1,), (0,))), [(4, 3), (4, 5)]),
        (lambda a, b: dot(a, swap(b), ((1,), (0,))), [(3, 4), (5, 4)]),
        (lambda a, b: swap(dot(a, b, ((1,), (0,)))), [(3, 4), (4, 5)]),
        (lambda a, b: swap(dot(swap(a), swap(b), ((1,), (0,)))), [(4, 3), (5, 4)]),
        (lambda a, b: swap(dot(a, b, ((2,), (1,)), ((0,), (0,)))), [(2, 3, 4), (2, 4, 5)]),
        (
            lambda a, b: dot(p.transpose(a, permutation=(2, 0, 1)), b, ((0,), (0,))),
            [(2, 3, 4), (4, 5)],
        ),
    ],
)
def test_transposes_go(function, shapes, rng):
    graph = record(function, *[spec(*shape) for shape in shapes])
    folded = remove_dead_code(fold_transposes_into_dots(graph))
    assert [node.primitive.name for node in folded.nodes] == ["dot_general"]
    engine = ReferenceEngine()
    arrays = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]
    expected = engine.compile(graph).run(arrays)[0]
    np.testing.assert_allclose(engine.compile(folded).run(arrays)[0], expected, rtol=1e-6)


def test_free_axes_out_of_order_keep_their_transpose():
    graph = record(
        lambda a, b: dot(p.transpose(a, permutation=(1, 0, 2)), b, ((2,), (0,))),
        spec(2, 3, 4), spec(4, 5),
    )  # fmt: skip
    folded = remove_dead_code(fold_transposes_into_dots(graph))
    assert [node.primitive.name for node in folded.nodes] == ["transpose", "dot_general"]


def test_a_partial_exchange_of_axes_stays():
    graph = record(
        lambda a, b: p.transpose(dot(a, b, ((2,), (0,))), permutation=(1, 0, 2)),
        spec(2, 3, 4), spec(4, 5),
    )  # fmt: skip
    folded = remove_dead_code(fold_transposes_into_dots(graph))
    assert [node.primitive.name for node in folded.nodes] == ["dot_general", "transpose"]
