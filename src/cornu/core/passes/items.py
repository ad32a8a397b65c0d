"""What a scheduler knows about a graph before it begins: its nodes that run, and who needs whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cornu.core.graph import Graph, Node, Value
from cornu.core.passes.clusters import Rules, squeezed
from cornu.core.passes.dead_code import needed_nodes
from cornu.core.shapes import Shape


class Item:
    """A node that is run, with what the scheduler knows about it."""

    __slots__ = ("consumers", "done", "elementwise", "inputs", "last", "missing", "node", "position",
                 "ready", "source", "space", "updates")  # fmt: skip

    def __init__(self, node: Node, position: int, elementwise: bool, space: Shape) -> None:
        self.node = node
        self.position = position
        self.elementwise = elementwise
        self.space = space
        self.inputs: list[tuple[Value, bool, Item | None]] = []
        self.consumers: list[tuple[Item, bool]] = []
        self.missing = 0
        self.done = False
        self.ready = False
        self.last = False
        self.source = elementwise and not node.inputs
        self.updates: list[Any] = []  # variables whose new value is worth waiting for

    def __lt__(self, other: Item) -> bool:
        return self.position < other.position


class Members(set[Item]):
    """Nodes of a cluster that is being put together.

    Attributes:
        operands: Values that they read from outside.
        outputs: How many of their values are stored, or more.
        full: Whether a node was refused because an engine could not take more.
    """

    def __init__(self, items: Iterable[Item] = ()) -> None:
        super().__init__(items)
        self.operands: set[Value] = set()
        self.outputs = len(self)
        self.full = False


class Survey:
    """The nodes of a graph that run, and how their values are used.

    Attributes:
        items: The nodes, in the graph's order.
        base: For every value a layout node makes: the value it shows, and whether it is plain (see
            `Schedule`).
        makers: The item that makes a value.
        readers: For values that no node makes: who reads them, and whether plainly.
        pinned: Values needed after the last cluster.
        written: Values that variables get, where an update in place may be possible.
    """

    def __init__(self, graph: Graph, rules: Rules) -> None:
        self.graph = graph
        self.items: list[Item] = []
        self.base: dict[Value, tuple[Value, bool]] = {}
        self.makers: dict[Value, Item] = {}
        self.readers: dict[Value, list[tuple[Item, bool]]] = {}
        self.pinned: set[Value] = set()
        self.written: dict[Value, Any] = {}
        self._rules = rules
        self._collect()
        self._pin()

    def _collect(self) -> None:
        rules, base, makers = self._rules, self.base, self.makers
        for position, node in enumerate(self.graph.nodes):
            name = node.primitive.name
            output = node.outputs[0]
            if name in rules.views:
                x = node.inputs[0]
                under, plain = base.get(x, (x, True))
                if plain:
                    plain = name == "reshape" and squeezed(output.shape) == squeezed(under.shape)
                base[output] = (under, plain)
                continue
            item = Item(node, position, rules.elementwise(node), squeezed(output.shape))
            self.items.append(item)
            for value in node.outputs:
                makers[value] = item
            seen: set[tuple[Value, bool]] = set()
            producers: list[Item] = []
            is_key = name == "random_bits"
            for x in node.inputs:
                under, plain = base.get(x, (x, True))
                plain = plain and not is_key
                maker = makers.get(under)
                if (under, plain) in seen:
                    continue
                seen.add((under, plain))
                item.inputs.append((under, plain, maker))
                if maker is None:
                    self.readers.setdefault(under, []).append((item, plain))
                    continue
                maker.consumers.append((item, plain))
                if maker not in producers:
                    producers.append(maker)
            item.missing = len(producers)

    def _pin(self) -> None:
        """Finds the values needed at the end, and which of them update variables."""
        graph, base = self.graph, self.base
        states = {value: variable for variable, value in graph.reads.items()}
        every = needed_nodes(graph, list(graph.writes.values()))
        for item in self.items:
            item.last = item.node not in every
        needed_at_end = [base.get(v, (v, True))[0] for v in graph.outputs]
        needed_at_end += [base.get(v, (v, True))[0] for v in graph.writes.values()]
        self.pinned.update(needed_at_end)
        kept_states = {states[v] for v in needed_at_end if v in states}
        for variable, value in graph.writes.items():
            if value in self.makers and value not in self.written and variable not in kept_states:
                self.written[value] = variable
        for value, variable in self.written.items():
            self._announce_update(self.makers[value], variable)

    def _announce_update(self, item: Item, variable: Any) -> None:
        """Tells the products from which an update is computed elementwise."""
        pending, seen = [item], {item}
        while pending:
            item = pending.pop()
            if not item.elementwise:
                if item.node.primitive.name in self._rules.products:
                    item.updates.append(variable)
                continue
            for _, plain, maker in item.inputs:
                if plain and maker is not None and maker.space == item.space and maker not in seen:
                    seen.add(maker)
                    pending.append(maker)


def tail_of(item: Item, space: Shape) -> tuple[bool, int] | None:
    """Returns (leading, split) when a node reduces the first or the last axes of a space."""
    x = item.node.inputs[0]
    axes = item.node.params["axes"]
    kept = [axis not in axes for axis, dim in enumerate(x.shape) if dim != 1]
    if len(kept) != len(space):
        return None
    split = kept.count(True)
    if all(kept[:split]):
        return False, split
    reduced = len(kept) - split
    if all(kept[reduced:]):
        return True, reduced
    return None
