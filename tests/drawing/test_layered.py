"""The layout of graphs: boxes keep apart, arrows go one way and meet their boxes."""

from __future__ import annotations

import itertools
import random

import pytest

from cornu.drawing.crossings import Segment, order_of_ranks
from cornu.drawing.layered import Box, Link, layered_layout
from cornu.drawing.ranks import CycleError, ranks_of


def random_graph(seed: int, count: int = 14):
    draw = random.Random(seed)
    boxes = [Box(i, draw.randint(30, 120), draw.randint(20, 60)) for i in range(count)]
    pairs = list(itertools.combinations(range(count), 2))
    return boxes, [Link(a, b) for a, b in draw.sample(pairs, draw.randint(count // 2, 2 * count))]


def longest_paths(count, edges):
    ranks = [0] * count
    for _ in range(count):
        for tail, head in edges:
            ranks[head] = max(ranks[head], ranks[tail] + 1)
    return ranks


def all_points(curve):
    return [curve.start, *(point for piece in curve.pieces for point in piece)]


@pytest.mark.parametrize("seed", range(12))
def test_ranks_are_legal_and_no_longer_than_longest_paths(seed):
    boxes, links = random_graph(seed)
    edges = [(link.source, link.target) for link in links]
    ranks = ranks_of(len(boxes), edges)
    assert min(ranks) == 0
    assert all(ranks[head] > ranks[tail] for tail, head in edges)
    naive = longest_paths(len(boxes), edges)
    assert sum(ranks[h] - ranks[t] for t, h in edges) <= sum(naive[h] - naive[t] for t, h in edges)


def test_a_late_input_stands_just_above_its_reader():
    edges = [(0, 1), (1, 2), (2, 3), (4, 5), (5, 3)]
    assert ranks_of(6, edges) == [0, 1, 2, 3, 1, 2]


def test_a_cycle_has_no_ranks():
    with pytest.raises(CycleError):
        ranks_of(3, [(0, 1), (1, 2), (2, 1)])


def test_crossings_that_can_be_avoided_are():
    # Two ranks of five whose edges form a permutation, the worst first order.
    segments = [Segment(i, 9 - i) for i in range(5)]
    upper, lower = order_of_ranks([0] * 5 + [1] * 5, segments, [10] * 10)
    assert [9 - node for node in upper] == lower


@pytest.mark.parametrize("direction", ["TB", "BT", "LR", "RL"])
@pytest.mark.parametrize("seed", range(8))
def test_boxes_keep_apart_and_arrows_join_them(seed, direction):
    boxes, links = random_graph(seed)
    layout = layered_layout(boxes, links, direction)
    sizes = {box.key: box for box in boxes}
    for a, b in itertools.combinations(boxes, 2):
        (ax, ay), (bx, by) = layout.places[a.key], layout.places[b.key]
        apart_x = ax + a.width <= bx or bx + b.width <= ax
        apart_y = ay + a.height <= by or by + b.height <= ay
        assert apart_x or apart_y, f"{a.key} and {b.key} overlap"
    axis = 1 if direction in ("TB", "BT") else 0
    sign = 1 if direction in ("TB", "LR") else -1
    for link, curve in zip(links, layout.curves):
        for key, point in ((link.source, curve.start), (link.target, curve.end)):
            x, y = layout.places[key]
            box = sizes[key]
            assert x - 0.6 <= point[0] <= x + box.width + 0.6
            assert y - 0.6 <= point[1] <= y + box.height + 0.6
        along = [sign * point[axis] for point in all_points(curve)]
        assert along == sorted(along), "an arrow turns back"
        assert all(-1 <= x <= layout.width + 1 for x, _ in all_points(curve))
        assert all(-1 <= y <= layout.height + 1 for _, y in all_points(curve))


def test_no_arrow_runs_through_a_box():
    boxes = [Box(key, 80, 30) for key in "abcd"]
    links = [Link("a", "b"), Link("b", "c"), Link("c", "d"), Link("a", "d")]
    layout = layered_layout(boxes, links)
    detour = all_points(layout.curves[3])
    for key in "bc":
        x, y = layout.places[key]
        beside = [px for px, py in detour if y <= py <= y + 30]
        assert all(not x <= px <= x + 80 for px in beside)
    # The chain itself stays straight.
    assert len({layout.places[key][0] for key in "abcd"}) == 1


def test_children_stand_evenly_below_their_parent():
    boxes = [Box(key, 60, 20) for key in "pqr"]
    places = layered_layout(boxes, [Link("p", "q"), Link("p", "r")]).places
    assert places["q"][0] + places["r"][0] == pytest.approx(2 * places["p"][0], abs=0.3)


def test_a_thousand_layers_are_laid_out():
    boxes = [Box(i, 50, 20) for i in range(1000)]
    links = [Link(i, i + 1) for i in range(999)] + [Link(i, i + 3) for i in range(0, 990, 5)]
    layout = layered_layout(boxes, links)
    assert len(layout.places) == 1000


def test_nothing_makes_an_empty_layout():
    assert layered_layout([], []).places == {}
