"""Arithmetic on shapes, against NumPy's."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cornu.core import shapes

_SIZES = [(), (1,), (3,), (0,), (2, 3), (2, 1), (1, 3), (4, 2, 3), (4, 1, 1), (2, 2)]


@pytest.mark.parametrize(("a", "b"), list(itertools.product(_SIZES, repeat=2)))
def test_broadcast_agrees_with_numpy(a, b):
    try:
        expected = np.broadcast_shapes(a, b)
    except ValueError:
        with pytest.raises(ValueError, match="do not broadcast"):
            shapes.broadcast(a, b)
    else:
        assert shapes.broadcast(a, b) == expected


def test_broadcast_of_none_and_many():
    assert shapes.broadcast() == ()
    assert shapes.broadcast((3, 1), (1, 4), (5, 1, 1)) == (5, 3, 4)


def test_broadcast_names_the_function_and_the_axis():
    with pytest.raises(
        ValueError, match=r"add: shapes \(2, 3\) and \(4,\).*3 and 4 meet at axis -1"
    ):
        shapes.broadcast((2, 3), (4,), who="add")


def test_axes():
    assert shapes.normalize_axis(-1, 3) == 2
    assert shapes.normalize_axes(None, 3) == (0, 1, 2)
    assert shapes.normalize_axes((-1, 0), 3) == (0, 2)
    assert shapes.normalize_axes(1, 3) == (1,)
    assert shapes.normalize_axes((), 3) == ()
    with pytest.raises(ValueError, match="sum: axis 3 is out of range for a tensor of rank 3"):
        shapes.normalize_axis(3, 3, "sum")
    with pytest.raises(ValueError, match="given twice"):
        shapes.normalize_axes((0, -3), 3)


@pytest.mark.parametrize(
    ("shape", "target", "expected"),
    [
        ((4, 6), (3, -1), (3, 8)),
        ((4, 6), (24,), (24,)),
        ((), (1, 1), (1, 1)),
        ((), (-1,), (1,)),
        ((0, 3), (-1, 3), (0, 3)),
        ((0, 3), (5, 0), (5, 0)),
    ],
)
def test_reshape(shape, target, expected):
    assert shapes.resolve_reshape(shape, target) == expected


@pytest.mark.parametrize(
    ("shape", "target", "match"),
    [
        ((4,), (-1, -1), "only one size may be -1"),
        ((4,), (3, -1), "4 is not a multiple of 3"),
        ((4,), (5,), r"4 elements, shape \(5,\) needs 5"),
        ((0, 3), (0, -1), "not a multiple of 0"),
        ((6,), (-2, -3), "needs 6|6 elements"),
    ],
)
def test_reshape_refuses(shape, target, match):
    with pytest.raises(ValueError, match=match):
        shapes.resolve_reshape(shape, target)


def test_reduced():
    assert shapes.reduced((2, 3, 4), (0, 2)) == (3,)
    assert shapes.reduced((2, 3, 4), (0, 2), keepdims=True) == (1, 3, 1)


def test_size():
    assert shapes.size(()) == 1
    assert shapes.size((2, 0, 3)) == 0
