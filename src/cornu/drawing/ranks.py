"""Ranks of a layered drawing: in which row each node of a directed graph stands.

Source: Gansner, Koutsofios, North, Vo, "A technique for drawing directed graphs", 1993, section 2:
the ranks that make all edges together as short as possible, by the network simplex method.
"""

from __future__ import annotations

from collections.abc import Sequence

Edge = tuple[int, int]


class CycleError(ValueError):
    """The graph has a cycle, so its nodes have no ranks."""


def topological_order(count: int, edges: Sequence[Edge]) -> list[int]:
    """Returns the nodes, each after those it depends on.

    Args:
        count: Number of nodes.
        edges: Pairs of node numbers.

    Returns:
        Node numbers.

    Raises:
        CycleError: When there is none.

    Example:
        >>> topological_order(3, [(2, 0), (0, 1)])
        [2, 0, 1]
    """
    after: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for tail, head in edges:
        after[tail].append(head)
        waiting[head] += 1
    order = [node for node in range(count) if not waiting[node]]
    for node in order:
        for head in after[node]:
            waiting[head] -= 1
            if not waiting[head]:
                order.append(head)
    if len(order) < count:
        raise CycleError("The graph has a cycle.")
    return order


def ranks_of(count: int, edges: Sequence[Edge]) -> list[int]:
    """Returns the rank of each node: edges go downwards, and their total length is minimal.

    Args:
        count: Number of nodes.
        edges: Pairs of node numbers.

    Returns:
        Ranks from 0.

    Raises:
        CycleError: When the edges form a cycle.

    Example:
        >>> ranks_of(4, [(0, 1), (1, 2), (3, 2)])
        [0, 1, 2, 1]
    """
    if not count:
        return []
    ranks = [0] * (count + 1)
    for tail, head in _sorted_by_tail(count, edges):
        ranks[head] = max(ranks[head], ranks[tail] + 1)
    # A root above all, whose edges cost nothing, keeps separate parts together.
    weighted = [(tail, head, 1, 1) for tail, head in edges]
    weighted += [(count, node, 0, 0) for node in range(count)]
    _Simplex(ranks, weighted).run()
    top = min(ranks[:count])
    return [rank - top for rank in ranks[:count]]


def _sorted_by_tail(count: int, edges: Sequence[Edge]) -> list[Edge]:
    place = {node: number for number, node in enumerate(topological_order(count, edges))}
    return sorted(edges, key=lambda edge: place[edge[0]])


class _Simplex:
    """Shortens a feasible ranking: edges are (tail, head, weight, least length)."""

    def __init__(self, ranks: list[int], edges: list[tuple[int, int, int, int]]) -> None:
        self.ranks = ranks
        self.edges = edges
        self.pull = [0] * len(ranks)
        for tail, head, weight, _ in edges:
            self.pull[tail] += weight
            self.pull[head] -= weight
        self.tree: set[int] = set()

    def run(self) -> None:
        self._grow_tree()
        # Exchanges of equal worth could go round in a circle; no graph needs this many.
        for _ in range(20 * len(self.ranks)):
            leaving = self._worst_edge()
            if leaving is None:
                return
            self._exchange(leaving)

    def _slack(self, number: int) -> int:
        tail, head, _, least = self.edges[number]
        return self.ranks[head] - self.ranks[tail] - least

    def _grow_tree(self) -> None:
        """Makes a spanning tree of edges that are as short as they may be."""
        touching: list[list[int]] = [[] for _ in self.ranks]
        for number, (tail, head, _, _) in enumerate(self.edges):
            touching[tail].append(number)
            touching[head].append(number)
        root = len(self.ranks) - 1
        inside = {root}
        stack = [root]
        while True:
            while stack:
                for number in touching[stack.pop()]:
                    tail, head, _, _ = self.edges[number]
                    if (tail in inside) != (head in inside) and self._slack(number) == 0:
                        self.tree.add(number)
                        new = head if tail in inside else tail
                        inside.add(new)
                        stack.append(new)
            if len(inside) == len(self.ranks):
                return
            nearest = min(
                (n for n, (t, h, _, _) in enumerate(self.edges) if (t in inside) != (h in inside)),
                key=self._slack,
            )
            tail, head, _, _ = self.edges[nearest]
            shift = self._slack(nearest) if tail in inside else -self._slack(nearest)
            for node in inside:
                self.ranks[node] += shift
            stack = list(inside & {tail, head})

    def _walk(self, start: int, without: int) -> list[tuple[int, int]]:
        """Returns the tree's nodes from `start` on with the edges that led to them (-1 first)."""
        beside: dict[int, list[tuple[int, int]]] = {}
        for number in self.tree:
            if number != without:
                tail, head, _, _ = self.edges[number]
                beside.setdefault(tail, []).append((head, number))
                beside.setdefault(head, []).append((tail, number))
        seen = {start}
        found = [(start, -1)]
        for node, _ in found:
            for other, number in beside.get(node, ()):
                if other not in seen:
                    seen.add(other)
                    found.append((other, number))
        return found

    def _worst_edge(self) -> int | None:
        """Returns the tree edge whose lengthening saves most, None when none does."""
        sums = list(self.pull)
        worst, least = None, 0
        for node, number in reversed(self._walk(len(self.ranks) - 1, -1)):
            if number < 0:
                continue
            tail, head, _, _ = self.edges[number]
            gain = sums[node] if node == tail else -sums[node]
            if gain < least:
                worst, least = number, gain
            sums[head if node == tail else tail] += sums[node]
        return worst

    def _exchange(self, leaving: int) -> None:
        below = {node for node, _ in self._walk(self.edges[leaving][1], leaving)}
        entering = min(
            (n for n, (t, h, _, _) in enumerate(self.edges) if t in below and h not in below),
            key=self._slack,
        )
        shift = self._slack(entering)
        for node in below:
            self.ranks[node] += shift
        self.tree.remove(leaving)
        self.tree.add(entering)
