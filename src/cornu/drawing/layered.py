"""Layered layout of a directed graph: boxes in ranks, and curves between them.

The way of Sugiyama, Tagawa and Toda ("Methods for visual understanding of hierarchical system
structures", 1981): ranks, then the order within them, then places, then the lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cornu.drawing.crossings import Segment, order_of_ranks
from cornu.drawing.places import places_across
from cornu.drawing.ranks import ranks_of

DIRECTIONS = ("TB", "BT", "LR", "RL")

_GAP = 28.0
_RANK_GAP = 34.0
_WIDEST_RANK_GAP = 84.0
_BEND_WIDTH = 6.0
_PORT_DISTANCE = 18.0

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A node: what it is called, and its size.

    Attributes:
        key: What links call it.
        width: Horizontal size.
        height: Vertical size.
        end: "first" or "last" for a box that must stand in the first or last rank.
    """

    key: Hashable
    width: float
    height: float
    end: str = ""


@dataclass(frozen=True)
class Link:
    """An arrow from box to box.

    Attributes:
        source: Key of a box.
        target: Key of another.
        source_port: Where on its side the arrow leaves, from the middle; None lets the layout choose.
        target_port: Where it arrives.
    """

    source: Hashable
    target: Hashable
    source_port: float | None = None
    target_port: float | None = None


@dataclass(frozen=True)
class Curve:
    """A line: a start, then pieces of one point (straight) or three (cubic Bezier)."""

    start: Point
    pieces: tuple[tuple[Point, ...], ...]

    @property
    def end(self) -> Point:
        """Its last point."""
        return self.pieces[-1][-1]


@dataclass(frozen=True)
class Layout:
    """Where everything stands.

    Attributes:
        width: Size of the whole.
        height: Size of the whole.
        places: Left upper corner of each box.
        curves: One line for each link.
    """

    width: float
    height: float
    places: dict[Hashable, Point]
    curves: list[Curve]


def layered_layout(boxes: Sequence[Box], links: Sequence[Link], direction: str = "TB") -> Layout:
    """Places boxes so that the arrows between them go one way.

    Args:
        boxes: The nodes.
        links: The arrows; at most one from a box to another.
        direction: "TB" from top to bottom, "BT", "LR" or "RL".

    Returns:
        A Layout.

    Raises:
        CycleError: When the arrows lead in a circle.

    Example:
        >>> boxes = [Box("a", 40, 20), Box("b", 40, 20)]
        >>> layered_layout(boxes, [Link("a", "b")]).places
        {'a': (0.0, 0.0), 'b': (0.0, 54.0)}
    """
    return _Layered(boxes, links, direction).layout()


class _Layered:
    """Works in two axes: `across` a rank and `along` the arrows."""

    def __init__(self, boxes: Sequence[Box], links: Sequence[Link], direction: str) -> None:
        self.boxes = boxes
        self.links = links
        self.direction = direction
        number = {box.key: i for i, box in enumerate(boxes)}
        self.ends = [(number[link.source], number[link.target]) for link in links]
        upright = direction in ("TB", "BT")
        self.widths = [box.width if upright else box.height for box in boxes]
        self.depths = [box.height if upright else box.width for box in boxes]
        self.ranks = ranks_of(len(boxes), self.ends)
        bottom = max(self.ranks, default=0)
        for i, box in enumerate(boxes):
            if box.end:
                self.ranks[i] = 0 if box.end == "first" else bottom
        self.bends = [False] * len(boxes)
        self.chains = [self._chain(a, b) for a, b in self.ends]

    def _chain(self, source: int, target: int) -> list[int]:
        """Returns the nodes an arrow passes, with a bend in every rank between its ends."""
        chain = [source]
        for rank in range(self.ranks[source] + 1, self.ranks[target]):
            chain.append(len(self.ranks))
            self.ranks.append(rank)
            self.widths.append(_BEND_WIDTH)
            self.depths.append(0.0)
            self.bends.append(True)
        return [*chain, target]

    def layout(self) -> Layout:
        segments = self._segments()
        rows = order_of_ranks(self.ranks, segments, self.widths)
        self.across = places_across(rows, segments, self.widths, self.bends, _GAP)
        source_ports, target_ports = self._ports()
        self._stack(rows, source_ports, target_ports)
        curves = [
            self._curve(chain, source_ports[i], target_ports[i])
            for i, chain in enumerate(self.chains)
        ]
        width = max((x + w / 2 for x, w in zip(self.across, self.widths)), default=0.0)
        places = {box.key: self._corner(i, self.depths[i]) for i, box in enumerate(self.boxes)}
        upright = self.direction in ("TB", "BT")
        size = (width, self.length) if upright else (self.length, width)
        return Layout(*size, places, curves)

    def _segments(self) -> list[Segment]:
        segments = []
        for link, chain in zip(self.links, self.chains):
            last = len(chain) - 2
            for i, (upper, lower) in enumerate(pairwise(chain)):
                leave = link.source_port if i == 0 else 0.0
                arrive = link.target_port if i == last else 0.0
                segments.append(Segment(upper, lower, leave or 0.0, arrive or 0.0))
        return segments

    def _ports(self) -> tuple[list[float], list[float]]:
        """Returns where on the sides of their boxes the arrows leave and arrive."""
        leaving: dict[int, list[tuple[float, int]]] = defaultdict(list)
        arriving: dict[int, list[tuple[float, int]]] = defaultdict(list)
        sources = [link.source_port or 0.0 for link in self.links]
        targets = [link.target_port or 0.0 for link in self.links]
        for i, (link, chain) in enumerate(zip(self.links, self.chains)):
            if link.source_port is None:
                shift = targets[i] if len(chain) == 2 else 0.0
                leaving[chain[0]].append((self.across[chain[1]] + shift, i))
            if link.target_port is None:
                shift = sources[i] if len(chain) == 2 else 0.0
                arriving[chain[-1]].append((self.across[chain[-2]] + shift, i))
        for sides, ports in ((leaving, sources), (arriving, targets)):
            for node, ends in sides.items():
                for i, port in self._spread(node, sorted(ends)):
                    ports[i] = port
        return sources, targets

    def _spread(self, node: int, ends: list[tuple[float, int]]) -> list[tuple[int, float]]:
        """Gives the arrows at one side of a box places side by side, a straight one the middle."""
        distance = min(_PORT_DISTANCE, self.widths[node] / (len(ends) + 1))
        straight = [j for j, (x, _) in enumerate(ends) if abs(x - self.across[node]) < 1]
        middle = float(straight[0]) if straight else (len(ends) - 1) / 2
        return [(i, (j - middle) * distance) for j, (_, i) in enumerate(ends)]

    def _stack(
        self, rows: list[list[int]], source_ports: list[float], target_ports: list[float]
    ) -> None:
        """Decides where each rank begins and ends; slanting lines get more room."""
        slant = [0.0] * len(rows)
        for i, chain in enumerate(self.chains):
            for j, (upper, lower) in enumerate(pairwise(chain)):
                start = self.across[upper] + (source_ports[i] if j == 0 else 0.0)
                end = self.across[lower] + (target_ports[i] if j == len(chain) - 2 else 0.0)
                rank = self.ranks[upper]
                slant[rank] = max(slant[rank], abs(end - start))
        self.top, self.bottom = [0.0] * len(rows), [0.0] * len(rows)
        self.length = 0.0
        for rank, row in enumerate(rows):
            self.top[rank] = self.length
            self.bottom[rank] = self.length + max(self.depths[node] for node in row)
            room = min(_WIDEST_RANK_GAP, max(_RANK_GAP, 0.16 * slant[rank] + 22))
            # Ranks without size only mark where lines enter and leave.
            if any(not any(self.depths[node] for node in near) for near in rows[rank : rank + 2]):
                room = max(_RANK_GAP / 2, room - _RANK_GAP / 2)
            self.length = self.bottom[rank] + room
        self.length = self.bottom[-1] if rows else 0.0

    def _corner(self, node: int, depth: float) -> Point:
        rank = self.ranks[node]
        across = self.across[node] - self.widths[node] / 2
        return self._point(across, (self.top[rank] + self.bottom[rank] - depth) / 2, depth)

    def _point(self, across: float, along: float, depth: float = 0.0) -> Point:
        if self.direction in ("BT", "RL"):
            along = self.length - along - depth
        return (across, along) if self.direction in ("TB", "BT") else (along, across)

    def _curve(self, chain: list[int], source_port: float, target_port: float) -> Curve:
        first, last = chain[0], chain[-1]
        x = self.across[first] + source_port
        rank = self.ranks[first]
        y = (self.top[rank] + self.bottom[rank] + self.depths[first]) / 2
        start = self._point(x, y)
        pieces: list[tuple[Point, ...]] = []
        if y < self.bottom[rank]:
            pieces.append((self._point(x, self.bottom[rank]),))
        for node in chain[1:]:
            y, rank = self.bottom[rank], self.ranks[node]
            new = self.across[node] + (target_port if node == last else 0.0)
            top = self.top[rank]
            if abs(new - x) < 0.5:
                pieces.append((self._point(new, top),))
            else:
                middle = (y + top) / 2
                controls = ((x, middle), (new, middle), (new, top))
                pieces.append(tuple(self._point(*control) for control in controls))
            x = new
            end = self.bottom[rank]
            if node == last:
                end = (self.top[rank] + self.bottom[rank] - self.depths[node]) / 2
            if end > top:
                pieces.append((self._point(x, end),))
        return Curve(start, tuple(pieces))
