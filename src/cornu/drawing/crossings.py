"""Order of the nodes within the ranks of a layered drawing, with few crossings of edges."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass

_ROUNDS = 8
_PASSES = 6

# The node at the other end of an edge, the port there, and the port here (shares of the widths).
_End = tuple[int, float, float]


@dataclass(frozen=True)
class Segment:
    """An edge between neighbouring ranks.

    Attributes:
        upper: Node in the rank above.
        lower: Node in the rank below.
        upper_port: Where it leaves, measured from the middle of the upper node.
        lower_port: Where it arrives, measured from the middle of the lower node.
    """

    upper: int
    lower: int
    upper_port: float = 0.0
    lower_port: float = 0.0


def order_of_ranks(
    ranks: Sequence[int], segments: Sequence[Segment], widths: Sequence[float]
) -> list[list[int]]:
    """Returns the nodes of each rank from left to right.

    Source: the barycentre method of Sugiyama, Tagawa and Toda, 1981, with exchanges of neighbours;
    where nothing is won, nodes stand in the order in which a walk through the graph meets them.

    Args:
        ranks: Rank of each node.
        segments: Edges between neighbouring ranks.
        widths: Size of each node across.

    Returns:
        One list of node numbers for each rank.

    Example:
        >>> order_of_ranks([0, 0, 1, 1], [Segment(0, 3), Segment(1, 2)], [4, 4, 4, 4])
        [[0, 1], [3, 2]]
    """
    ordering = _Ordering(ranks, segments, widths)
    best = [list(row) for row in ordering.rows]
    fewest = ordering.crossings()
    for turn in range(_ROUNDS):
        if not fewest:
            break
        ordering.sweep(downwards=turn % 2 == 0)
        ordering.exchange()
        count = ordering.crossings()
        if count < fewest:
            fewest, best = count, [list(row) for row in ordering.rows]
    return best


class _Ordering:
    """Rows that are improved in place; an edge's end is its node's place, and a bit for its port."""

    def __init__(
        self, ranks: Sequence[int], segments: Sequence[Segment], widths: Sequence[float]
    ) -> None:
        self.below: list[list[_End]] = [[] for _ in ranks]
        self.above: list[list[_End]] = [[] for _ in ranks]
        for s in segments:
            upper = s.upper_port / (widths[s.upper] or 1.0)
            lower = s.lower_port / (widths[s.lower] or 1.0)
            self.below[s.upper].append((s.lower, lower, upper))
            self.above[s.lower].append((s.upper, upper, lower))
        self.rows: list[list[int]] = [[] for _ in range(max(ranks, default=-1) + 1)]
        self.place = [0] * len(ranks)
        self._first_order(ranks)

    def _first_order(self, ranks: Sequence[int]) -> None:
        met: set[int] = set()
        starts = [node for node in range(len(ranks)) if not self.above[node]]
        for start in starts:
            stack = [start]
            while stack:
                node = stack.pop()
                if node not in met:
                    met.add(node)
                    self.rows[ranks[node]].append(node)
                    ends = sorted(self.below[node], key=lambda end: end[2])
                    stack.extend(lower for lower, _, _ in reversed(ends))
        for row in self.rows:
            self._number(row)

    def _number(self, row: list[int]) -> None:
        for number, node in enumerate(row):
            self.place[node] = number

    def crossings(self) -> int:
        total = 0
        for row in self.rows:
            edges = sorted(
                (self.place[node] + own, self.place[lower] + port)
                for node in row
                for lower, port, own in self.below[node]
            )
            passed: list[float] = []
            for _, end in edges:
                total += len(passed) - bisect_right(passed, end)
                insort(passed, end)
        return total

    def sweep(self, *, downwards: bool) -> None:
        beside = self.above if downwards else self.below
        for row in self.rows if downwards else reversed(self.rows):
            wanted = {
                node: sum(self.place[other] + port for other, port, _ in beside[node])
                / len(beside[node])
                for node in row
                if beside[node]
            }
            # Nodes that nothing pulls keep their places; the others share the rest in order.
            moved = iter(sorted((n for n in row if n in wanted), key=wanted.__getitem__))
            row[:] = [next(moved) if node in wanted else node for node in row]
            self._number(row)

    def exchange(self) -> None:
        """Swaps neighbours where that removes crossings."""
        for _ in range(_PASSES):
            improved = False
            for row in self.rows:
                for number in range(len(row) - 1):
                    left, right = row[number : number + 2]
                    if self._between(left, right) > self._between(right, left):
                        row[number : number + 2] = right, left
                        self.place[left], self.place[right] = number + 1, number
                        improved = True
            if not improved:
                return

    def _between(self, left: int, right: int) -> int:
        """Returns how often the edges of two neighbours cross, `left` standing left."""
        return sum(
            self.place[a] + port_a > self.place[b] + port_b
            for side in (self.above, self.below)
            for a, port_a, _ in side[left]
            for b, port_b, _ in side[right]
        )
