"""Nested structures keep their form, and dicts are walked in the order of their keys."""

from __future__ import annotations

from collections import OrderedDict, namedtuple

import pytest

from cornu.core import tree

Point = namedtuple("Point", "x y")


def test_flatten_walks_dicts_by_sorted_key():
    assert tree.flatten({"b": 1, "a": [2, (3, 4)]}) == [2, 3, 4, 1]
    assert tree.flatten(5) == [5]
    assert tree.flatten([]) == []
    assert tree.flatten({2: "b", 1: "a"}) == ["a", "b"]
    assert tree.flatten({"a": 1, 2: 0}) == [0, 1]  # keys that do not compare


def test_map_keeps_types_and_insertion_order():
    structure = {"b": [1, (2,)], "a": Point(3, OrderedDict(z=4, y=5))}
    result = tree.map_structure(lambda x: 10 * x, structure)
    assert result == {"b": [10, (20,)], "a": Point(30, OrderedDict(z=40, y=50))}
    assert list(result) == ["b", "a"]
    assert type(result["a"]) is Point
    assert list(result["a"].y) == ["z", "y"]


def test_map_over_several_structures():
    assert tree.map_structure(lambda a, b: a + b, {"x": [1, 2]}, {"x": [10, 20]}) == {"x": [11, 22]}


@pytest.mark.parametrize(
    ("a", "b", "match"),
    [
        ([1, 2], [1], "a list of 2 against a list of 1"),
        ({"a": 1}, {"b": 1}, r"keys \['a'\] against a dict with keys \['b'\]"),
        ([1], 1, r"against a leaf \(int\)"),
        ({"a": 1}, [1], "a dict"),
    ],
)
def test_different_forms_are_refused(a, b, match):
    with pytest.raises(ValueError, match=match):
        tree.map_structure(lambda x, y: x, a, b)
    with pytest.raises(ValueError, match="Structures differ"):
        tree.assert_same_structure(a, b)
    with pytest.raises(ValueError, match="Structures differ"):
        tree.assert_same_structure(b, a)


def test_pack_undoes_flatten():
    structure = {"b": [1, (2,)], "a": Point(3, None)}
    assert tree.pack_sequence_as(structure, tree.flatten(structure)) == structure
    with pytest.raises(ValueError, match="4 leaves but 1 values"):
        tree.pack_sequence_as(structure, [1])


def test_traverse():
    def double(s):
        return s * 2 if isinstance(s, int) else None

    assert tree.traverse(double, [1, (2, 3)]) == [2, (4, 6)]
    assert tree.traverse(double, [1, (2, 3)], top_down=False) == [2, (4, 6)]
    assert tree.traverse(lambda s: "list" if isinstance(s, list) else None, [1]) == "list"


def test_paths():
    assert tree.flatten_with_path({"a": [1, 2], "b": 3}) == [
        (("a", 0), 1),
        (("a", 1), 2),
        (("b",), 3),
    ]
