"""Where the nodes of a layered drawing stand across: edges straight, neighbours apart."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from cornu.drawing.crossings import Segment

_SWEEPS = 200
_STILL = 0.05


def places_across(
    rows: Sequence[Sequence[int]],
    segments: Sequence[Segment],
    widths: Sequence[float],
    bends: Sequence[bool],
    gap: float,
) -> list[float]:
    """Returns the middle of each node across the ranks.

    Nodes that are to stand one below the other (the bends of a long edge, the main path of a
    network) make a block; each block moves to the mean of what it is connected with, as far as its
    neighbours let it. Blocks: after Brandes and Koepf, "Fast and simple horizontal coordinate
    assignment", 2001.

    Args:
        rows: Nodes of each rank from left to right.
        segments: Edges between neighbouring ranks.
        widths: Size of each node across.
        bends: Which nodes are bends of long edges.
        gap: Least distance between neighbours; half of it beside a bend.

    Returns:
        One number for each node; the leftmost edge of all is at 0.

    Example:
        >>> places_across([[0], [1, 2]], [Segment(0, 1), Segment(0, 2)], [4, 4, 4], [False] * 3, 2)
        [5.0, 2.0, 8.0]
    """
    blocks = _Blocks(rows, segments, bends)
    least = [
        (left, right, (widths[left] + widths[right]) / 2 + _gap(left, right, bends, gap))
        for row in rows
        for left, right in pairwise(row)
    ]
    position = blocks.compact(least)
    blocks.balance(position, least, segments, bends, _fans(rows, segments, widths, bends, gap))
    middles = [position[blocks.of[node]] + blocks.offset[node] for node in range(len(widths))]
    edge = min((x - width / 2 for x, width in zip(middles, widths)), default=0.0)
    return [round(x - edge, 1) for x in middles]


def _gap(left: int, right: int, bends: Sequence[bool], gap: float) -> float:
    return gap / 2 if bends[left] or bends[right] else gap


def _fans(
    rows: Sequence[Sequence[int]],
    segments: Sequence[Segment],
    widths: Sequence[float],
    bends: Sequence[bool],
    gap: float,
) -> list[float]:
    """Returns how far each edge leads to the right when the ends at a node lie side by side."""
    place = {node: number for row in rows for number, node in enumerate(row)}
    shifts: list[list[float]] = [[] for _ in segments]
    for one, other, sign in (("upper", "lower", 1), ("lower", "upper", -1)):
        fans: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, segment in enumerate(segments):
            fans[getattr(segment, one)].append((getattr(segment, other), number))
        for fan in fans.values():
            if len(fan) < 2:
                continue
            fan.sort(key=lambda end: place[end[0]])
            middles = [0.0]
            for (left, _), (right, _) in pairwise(fan):
                distance = (widths[left] + widths[right]) / 2 + _gap(left, right, bends, gap)
                middles.append(middles[-1] + distance)
            centre = (middles[0] + middles[-1]) / 2
            for (_, number), middle in zip(fan, middles):
                shifts[number].append(sign * (middle - centre))
    return [sum(found) / len(found) if found else 0.0 for found in shifts]


class _Blocks:
    """Nodes that stand one below the other; `offset` is a node's place within its block."""

    def __init__(
        self, rows: Sequence[Sequence[int]], segments: Sequence[Segment], bends: Sequence[bool]
    ) -> None:
        count = len(bends)
        self.of = [-1] * count
        self.offset = [0.0] * count
        self.count = 0
        below: dict[int, Segment] = {}
        follows: set[int] = set()
        for segment in _aligned(rows, segments, bends):
            below[segment.upper] = segment
            follows.add(segment.lower)
        for row in rows:
            for node in row:
                if node in follows:
                    continue
                self.of[node] = self.count
                while node in below:
                    segment = below[node]
                    self.of[segment.lower] = self.count
                    shift = segment.upper_port - segment.lower_port
                    self.offset[segment.lower] = self.offset[node] + shift
                    node = segment.lower
                self.count += 1

    def compact(self, least: Sequence[tuple[int, int, float]]) -> list[float]:
        """Returns the leftmost place of every block."""
        right_of: dict[int, list[tuple[int, float]]] = defaultdict(list)
        waiting = [0] * self.count
        for left, right, distance in least:
            shift = distance + self.offset[left] - self.offset[right]
            right_of[self.of[left]].append((self.of[right], shift))
            waiting[self.of[right]] += 1
        position = [0.0] * self.count
        ready = [block for block in range(self.count) if not waiting[block]]
        for block in ready:
            for other, shift in right_of[block]:
                position[other] = max(position[other], position[block] + shift)
                waiting[other] -= 1
                if not waiting[other]:
                    ready.append(other)
        self.order = ready
        return position

    def balance(
        self,
        position: list[float],
        least: Sequence[tuple[int, int, float]],
        segments: Sequence[Segment],
        bends: Sequence[bool],
        fans: Sequence[float],
    ) -> None:
        """Moves each block to where those in other ranks want it, again and again."""
        pulls: list[list[tuple[int, float, float]]] = [[] for _ in range(self.count)]
        for s, fan in zip(segments, fans):
            a, b = self.of[s.upper], self.of[s.lower]
            if a == b:
                continue
            shift = self.offset[s.lower] + s.lower_port - self.offset[s.upper] - s.upper_port - fan
            weight = 0.25 if bends[s.upper] or bends[s.lower] else 1.0
            pulls[a].append((b, shift, weight))
            pulls[b].append((a, -shift, weight))
        left_of: list[list[tuple[int, float]]] = [[] for _ in range(self.count)]
        right_of: list[list[tuple[int, float]]] = [[] for _ in range(self.count)]
        for left, right, distance in least:
            a, b = self.of[left], self.of[right]
            shift = distance + self.offset[left] - self.offset[right]
            left_of[b].append((a, shift))
            right_of[a].append((b, shift))
        for sweep in range(_SWEEPS):
            moved = 0.0
            for block in self.order if sweep % 2 else reversed(self.order):
                if not pulls[block]:
                    continue
                total = sum(weight for _, _, weight in pulls[block])
                wanted = sum((position[o] + shift) * w for o, shift, w in pulls[block]) / total
                low = max((position[o] + shift for o, shift in left_of[block]), default=-math.inf)
                high = min((position[o] - shift for o, shift in right_of[block]), default=math.inf)
                new = max(low, min(wanted, high))
                moved = max(moved, abs(new - position[block]))
                position[block] = new
            if moved < _STILL:
                break


def _aligned(
    rows: Sequence[Sequence[int]], segments: Sequence[Segment], bends: Sequence[bool]
) -> list[Segment]:
    """Returns the edges that shall be straight; no two of them cross or share an end."""
    rank = {node: number for number, row in enumerate(rows) for node in row}
    place = {node: number for row in rows for number, node in enumerate(row)}
    down: dict[int, list[Segment]] = defaultdict(list)
    up: dict[int, list[Segment]] = defaultdict(list)
    for segment in segments:
        down[segment.upper].append(segment)
        up[segment.lower].append(segment)

    def main(edges: list[Segment], end: str) -> Segment | None:
        """Returns a node's edge on the main path: the middle one, if there is a middle."""
        others = [edge for edge in edges if not bends[getattr(edge, end)]] or edges
        others = sorted(others, key=lambda edge: place[getattr(edge, end)])
        return others[len(others) // 2] if len(others) % 2 else None

    wanted = [
        segment
        for segment in segments
        if main(down[segment.upper], "lower") is segment
        and main(up[segment.lower], "upper") is segment
    ]
    # The bends of a long edge come first: a line across many ranks must not waver.
    wanted.sort(key=lambda segment: -(bends[segment.upper] + bends[segment.lower]))
    accepted: list[Segment] = []
    per_rank: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for segment in wanted:
        ends = place[segment.upper], place[segment.lower]
        others = per_rank[rank[segment.upper]]
        if all((ends[0] - a) * (ends[1] - b) > 0 for a, b in others):
            others.append(ends)
            accepted.append(segment)
    return accepted
