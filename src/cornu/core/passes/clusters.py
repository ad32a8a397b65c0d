"""Clusters: which nodes of a graph run together, in which order, and what is kept in memory.

An engine that fuses runs elementwise nodes of one shape as one cluster; a cluster may begin with a
matrix product, whose result it works on while that is hot, and may end with reductions of its
values. Layout nodes are not run at all: their readers see other strides.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

from cornu.core.graph import Node, Value
from cornu.core.profiling import Operation
from cornu.core.shapes import Shape


class Rules(NamedTuple):
    """What an engine can do in a cluster, mostly as names of primitives.

    Attributes:
        elementwise: Whether a node runs in clusters.
        views: Layouts that its kernels read through strides.
        reductions: Can end a cluster when they reduce leading or trailing axes.
        products: Can begin a cluster.
        narrow: Dtypes whose products do not begin a cluster.
        max_operands: How many values from outside a cluster can read.
        max_outputs: How many values a cluster can store.
    """

    elementwise: Callable[[Node], bool]
    views: frozenset[str]
    reductions: frozenset[str]
    products: frozenset[str]
    narrow: frozenset[str] = frozenset()
    max_operands: int = 40
    max_outputs: int = 20


class Cluster:
    """Nodes that run as one.

    Attributes:
        root: A product whose result the members work on, or a node that runs on its own, or None.
        members: Elementwise nodes, in order.
        tails: Reductions of members' values.
        leading: Whether the tails reduce the first axes of the space (else the last ones).
        split: Where in the space the reduced axes begin (or, when leading, end).
        space: The common shape without axes of size 1.
        stores: Values of the root and the members that are needed later.
        in_place: Stored values that go right into the storage of the variable they update.
        last_only: Needed for the graph's outputs only, not for its writes.
    """

    __slots__ = ("in_place", "last_only", "leading", "members", "root", "space", "split", "stores",
                 "tails")  # fmt: skip

    def __init__(self, root: Node | None, space: Shape, last_only: bool) -> None:
        self.root = root
        self.space = space
        self.last_only = last_only
        self.members: list[Node] = []
        self.tails: list[Node] = []
        self.leading = False
        self.split = len(space)
        self.stores: list[Value] = []
        self.in_place: dict[Value, Any] = {}

    @property
    def operation(self) -> Operation:
        """What a profiler says of it."""
        nodes = [*self.members, *self.tails]
        if self.root is not None:
            nodes.insert(0, self.root)
        names = list(dict.fromkeys(node.primitive.name for node in nodes))
        name = " + ".join(names[:4]) + (f" + {len(names) - 4} more" if len(names) > 4 else "")
        scope = next((node.scope for node in nodes if node.scope), "")
        return Operation(name, scope, nodes[0].outputs[0].shape)

    def __str__(self) -> str:
        parts = [node.primitive.name for node in self.members]
        if self.root is not None:
            parts.insert(0, f"[{self.root.primitive.name}]")
        parts += [f"({node.primitive.name})" for node in self.tails]
        stored = ", ".join(str(value.spec) for value in self.stores)
        target = f" -> {stored}" if stored else ""
        written = "".join(f" in place {v.path}" for v in self.in_place.values())
        last = " (last)" if self.last_only else ""
        return f"{'x'.join(map(str, self.space)) or '1'}: {' '.join(parts)}{target}{written}{last}"


class Schedule(NamedTuple):
    """The clusters of a graph in the order in which they run.

    Attributes:
        clusters: Each runs after all before it.
        base: For every value a layout node makes: the value it shows, and whether element i of the
            one is element i of the other (only axes of size 1 came or went).
    """

    clusters: list[Cluster]
    base: dict[Value, tuple[Value, bool]]

    def __str__(self) -> str:
        return "\n".join(str(cluster) for cluster in self.clusters)


@functools.lru_cache(maxsize=4096)
def squeezed(shape: Shape) -> Shape:
    """Returns a shape without its axes of size 1."""
    return tuple(dim for dim in shape if dim != 1)
