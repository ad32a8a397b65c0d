"""Cleanups remove nodes and keep every bit."""

from __future__ import annotations

import pytest
from tests.passes.graphs import p, record, spec

from cornu.core.passes.dead_code import remove_dead_code
from cornu.core.passes.simplify import simplify


def names(function, *specs):
    graph = remove_dead_code(simplify(record(function, *specs)))
    return [node.primitive.name for node in graph.nodes]


def full_like(x, value):
    return p.full(shape=x.shape, dtype=x.dtype, value=value)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: p.reshape(x, shape=(2, 3)),
        lambda x: p.reshape(p.reshape(x, shape=(6,)), shape=(2, 3)),
        lambda x: p.transpose(p.transpose(x, permutation=(1, 0)), permutation=(1, 0)),
        lambda x: p.broadcast(x, shape=(2, 3), dims=(0, 1)),
        lambda x: p.slice(x, start=(0, 0), limit=(2, 3), strides=(1, 1)),
        lambda x: p.pad(x, p.full(shape=(), dtype="float32", value=0), low=(0, 0), high=(0, 0), interior=(0, 0)),
        lambda x: p.concatenate(x, axis=0),
        lambda x: p.neg(p.neg(x)),
        lambda x: p.mul(x, full_like(x, 1)),
        lambda x: p.mul(full_like(x, 1.0), x),
        lambda x: p.div(x, full_like(x, 1)),
        lambda x: p.sub(x, full_like(x, 0)),
        lambda x: p.add(x, full_like(x, -0.0)),
        lambda x: p.select(p.gt(x, full_like(x, 0)), x, x),
        lambda x: p.cast(p.cast(x, dtype="float64"), dtype="float32"),
        lambda x: p.reduce_sum(x, axes=()),
    ],
)  # fmt: skip
def test_what_changes_nothing_goes(function):
    assert names(function, spec(2, 3)) == []


@pytest.mark.parametrize(
    ("function", "left"),
    [
        # -0.0 + 0.0 is 0.0
        (lambda x: p.add(x, full_like(x, 0.0)), ["full", "add"]),
        # float16 has fewer bits
        (lambda x: p.cast(p.cast(x, dtype="float16"), dtype="float32"), ["cast", "cast"]),
        (lambda x: p.reshape(p.transpose(x, permutation=(1, 0)), shape=(6,)), ["transpose", "reshape"]),
        (lambda x: p.reverse(x, axes=(0,)), ["reverse"]),
    ],
)  # fmt: skip
def test_what_changes_bits_or_order_stays(function, left):
    assert names(function, spec(2, 3)) == left


def test_chains_of_layouts_become_one():
    def function(x):
        x = p.reshape(p.reshape(x, shape=(3, 2)), shape=(6, 1))
        return p.broadcast(p.broadcast(x, shape=(6, 4), dims=(0, 1)), shape=(2, 6, 4), dims=(1, 2))

    assert names(function, spec(2, 3)) == ["reshape", "broadcast"]


def test_layouts_of_one_number_are_that_number():
    def function():
        x = p.full(shape=(2, 1), dtype="float32", value=3)
        x = p.broadcast(x, shape=(2, 3), dims=(0, 1))
        return p.transpose(p.reverse(x, axes=(0,)), permutation=(1, 0))

    graph = remove_dead_code(simplify(record(function)))
    assert [node.params for node in graph.nodes] == [
        {"shape": (3, 2), "dtype": "float32", "value": 3}
    ]


def test_moving_axes_of_size_one_is_a_reshape():
    assert names(lambda x: p.transpose(x, permutation=(1, 0, 2)), spec(1, 4, 5)) == ["reshape"]
    assert names(lambda x: p.broadcast(x, shape=(4, 1), dims=(0,)), spec(4)) == ["reshape"]
    assert names(lambda x: p.reduce_max(x, axes=(1,)), spec(4, 1)) == ["reshape"]
