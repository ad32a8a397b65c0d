"""Clusters: which nodes of a graph run together, in which order, and what is kept in memory.

An engine that fuses runs elementwise nodes of one shape as one cluster; a cluster may begin with a
matrix product, whose result it works on while that is hot, and may end with reductions of its
values. Layout nodes are not run at all: their readers see other strides.

The schedule is made by walking the graph in its own order. Elementwise nodes wait until something
else needs them; then they run together with everything of the same shape that can run by then. All
operands of a cluster are done before it starts, so no cluster waits for itself.
"""

from __future__ import annotations

import functools
import heapq
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from cornu.core import dtypes, shapes
from cornu.core.graph import Graph, Node, Value
from cornu.core.passes.dead_code import needed_nodes
from cornu.core.shapes import Shape

# Nodes that cost less to compute again than to write and read their result.
_CHEAP = frozenset(
    ("neg", "abs", "sign", "add", "sub", "mul", "max", "min", "select", "cast", "bitcast")
    + ("eq", "ne", "lt", "le", "gt", "ge", "and", "or", "xor", "not", "is_finite")
    + ("floor", "ceil", "round")
)

# Up to this size independent nodes share a cluster: one dispatch instead of many.
_SMALL = 4096
_MAX_MEMBERS = 48
_MAX_SMALL_MEMBERS = 400


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


class _Item:
    """A node that is run, with what the scheduler knows about it."""

    __slots__ = ("consumers", "done", "elementwise", "inputs", "last", "missing", "node", "position",
                 "ready", "source", "space", "updates")  # fmt: skip

    def __init__(self, node: Node, position: int, elementwise: bool, space: Shape) -> None:
        self.node = node
        self.position = position
        self.elementwise = elementwise
        self.space = space
        self.inputs: list[tuple[Value, bool, _Item | None]] = []
        self.consumers: list[tuple[_Item, bool]] = []
        self.missing = 0
        self.done = False
        self.ready = False
        self.last = False
        self.source = elementwise and not node.inputs
        self.updates: list[Any] = []  # variables whose new value is worth waiting for

    def __lt__(self, other: _Item) -> bool:
        return self.position < other.position


class _Members(set[_Item]):
    """Nodes of a cluster that is being put together.

    Attributes:
        operands: Values that they read from outside.
        outputs: How many of their values are stored, or more.
    """

    def __init__(self, items: Iterable[_Item] = ()) -> None:
        super().__init__(items)
        self.operands: set[Value] = set()
        self.outputs = len(self)


@functools.lru_cache(maxsize=4096)
def squeezed(shape: Shape) -> Shape:
    """Returns a shape without its axes of size 1."""
    return tuple(dim for dim in shape if dim != 1)


def schedule(graph: Graph, rules: Rules) -> Schedule:
    """Returns the clusters in which an engine should run a graph.

    Args:
        graph: Any graph without dead code.
        rules: What the engine can do in a cluster.

    Returns:
        The schedule; every node but layout nodes is in it at least once (cheap nodes and nodes
        without operands may be computed again where that saves memory traffic).
    """
    return _Scheduler(graph, rules).run()


class _Scheduler:
    def __init__(self, graph: Graph, rules: Rules) -> None:
        self.graph = graph
        self.rules = rules
        self.base: dict[Value, tuple[Value, bool]] = {}
        self.makers: dict[Value, _Item] = {}
        self.items: list[_Item] = []
        self.clusters: list[Cluster] = []
        self.heap: list[_Item] = []
        self.waiting: dict[Shape, list[_Item]] = {}  # elementwise nodes by shape
        # Members of clusters that are being put together: not yet run, but spoken for.
        self.busy: set[_Item] = set()
        self.readers: dict[Value, list[tuple[_Item, bool]]] = {}
        self._collect()
        self.pinned: set[Value] = set()
        self.written: dict[Value, Any] = {}
        self._pin()
        for item in self.items:
            if item.missing == 0 and not item.ready:
                self._becomes_ready(item)

    def _collect(self) -> None:
        rules, base, makers = self.rules, self.base, self.makers
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
            item = _Item(node, position, rules.elementwise(node), squeezed(output.shape))
            self.items.append(item)
            if item.elementwise and node.inputs:
                self.waiting.setdefault(item.space, []).append(item)
            for value in node.outputs:
                makers[value] = item
            seen: list[Value] = []
            producers: list[_Item] = []
            is_key = name == "random_bits"
            for x in node.inputs:
                under, plain = base.get(x, (x, True))
                plain = plain and not is_key
                maker = makers.get(under)
                if under in seen and any(u is under and p == plain for u, p, _ in item.inputs):
                    continue
                seen.append(under)
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

    def _announce_update(self, item: _Item, variable: Any) -> None:
        """Tells the products from which an update is computed elementwise."""
        pending, seen = [item], {item}
        while pending:
            item = pending.pop()
            if not item.elementwise:
                if item.node.primitive.name in self.rules.products:
                    item.updates.append(variable)
                continue
            for _, plain, maker in item.inputs:
                if plain and maker is not None and maker.space == item.space and maker not in seen:
                    seen.add(maker)
                    pending.append(maker)

    def run(self) -> Schedule:
        waiting: list[_Item] = []
        while self.heap or waiting:
            if self.heap:
                item = heapq.heappop(self.heap)
                if item.done:
                    continue
                if self._should_wait(item):
                    waiting.append(item)
                    continue
            else:
                item = waiting.pop(0)
            self._run_item(item)
            for other in [w for w in waiting if not self._should_wait(w)]:
                waiting.remove(other)
                heapq.heappush(self.heap, other)
        for value in [*self.graph.writes.values(), *self.graph.outputs]:
            maker = self.makers.get(self.base.get(value, (value, True))[0])
            if maker is not None and not maker.done:
                self._flush(maker)
        for item in self.items:  # items know each other: without this they would outlive the graph
            item.inputs, item.consumers, item.updates = [], [], []
        return Schedule(self.clusters, self.base)

    def _should_wait(self, item: _Item) -> bool:
        """Whether others must read a variable first that this product could then update."""
        return any(
            not reader.done
            and reader is not item
            and not (reader.elementwise and plain and reader.space == item.space)
            for variable in item.updates
            for reader, plain in self.readers.get(self.graph.reads.get(variable), ())  # type: ignore[arg-type]
        )

    def _becomes_ready(self, item: _Item) -> None:
        pending = [item]
        while pending:
            item = pending.pop()
            if item.elementwise and not item.ready:
                item.ready = True
            elif not item.done:
                item.ready = True
                heapq.heappush(self.heap, item)
                continue
            counted: set[_Item] = set()
            for consumer, _ in item.consumers:
                if consumer in counted:
                    continue
                counted.add(consumer)
                consumer.missing -= 1
                if consumer.missing == 0:
                    pending.append(consumer)

    def _finish(self, item: _Item) -> None:
        """Marks a node that is not elementwise as done, and wakes its readers."""
        item.done = True
        self._becomes_ready(item)

    # ------------------------------------------------------------------------------ single nodes

    def _run_item(self, item: _Item) -> None:
        name = item.node.primitive.name
        narrow = item.node.outputs[0].dtype in self.rules.narrow
        if name in self.rules.reductions:
            _, plain, maker = item.inputs[0]
            if (
                maker is not None and maker.elementwise and not maker.done
                and plain and maker.last == item.last and _tail_of(item, maker.space) is not None
            ):  # fmt: skip
                self._flush(maker, item)
                if item.done:
                    return
        for _, _, maker in item.inputs:
            if maker is not None and not maker.done:
                self._flush(maker)
        cluster = Cluster(item.node, item.space, item.last)
        self._finish(item)
        if name in self.rules.products and not narrow:
            members = _Members((item,))
            self._grow(members, item.space, item.last)
            self._close(cluster, members, item)
        else:
            cluster.stores = list(item.node.outputs)
            self.clusters.append(cluster)

    # --------------------------------------------------------------------------------- clusters

    def _flush(self, seed: _Item, tail: _Item | None = None) -> None:
        """Runs a waiting elementwise node together with all that fits."""
        if not self._settle(seed):
            return
        nodes = self._pull(seed)
        members = _Members()
        while not self._fits(members, nodes):
            self._close(self._cluster(seed), self._part_that_fits(nodes), None, whole=False)
            nodes = self._pull(seed)
        members |= nodes
        self._grow(members, seed.space, seed.last)
        if shapes.size(seed.space) <= _SMALL:
            neighbours = self.waiting.get(seed.space, [])
            neighbours[:] = [item for item in neighbours if not item.done]
            for item in list(neighbours):
                if len(members) >= _MAX_SMALL_MEMBERS:
                    break
                if item.ready and not item.done and item.last == seed.last:
                    self._try(item, members)
        self._close(self._cluster(seed), members, None, tail)

    def _cluster(self, seed: _Item) -> Cluster:
        return Cluster(None, seed.space, seed.last)

    def _fits(self, members: _Members, added: set[_Item]) -> bool:
        """Whether the cluster still reads and stores what an engine can with more nodes in it."""
        makers, base, rules = self.makers, self.base, self.rules
        operands = set(members.operands)
        for item in added:
            for value in item.node.inputs:
                maker = makers.get(base[value][0] if value in base else value)
                if maker is None or not (maker in members or maker in added or maker.source):
                    operands.add(value)
        if len(operands) > rules.max_operands:
            return False
        outputs = members.outputs + len(added)
        if outputs > rules.max_outputs:
            together = members | added
            outputs = sum(
                item.node.outputs[0] in self.pinned
                or any(not c.done and c not in together for c, _ in item.consumers)
                for item in together
            )
            if outputs > rules.max_outputs:
                return False
        members.operands = operands
        members.outputs = outputs
        return True

    def _part_that_fits(self, nodes: set[_Item]) -> _Members:
        """Returns the first of the nodes, as many as one cluster takes."""
        part = _Members()
        for item in sorted(nodes):
            if not self._fits(part, {item}):
                break
            part.add(item)
        return part

    def _settle(self, seed: _Item) -> bool:
        """Runs what a node needs from other shapes; False when that ran the node itself."""
        pending, seen = [seed], {seed}
        while pending:
            item = pending.pop()
            for _, plain, maker in item.inputs:
                if maker is None or maker.done or (plain and maker.source):
                    continue
                if not (plain and maker.space == item.space and maker.last == item.last):
                    self._flush(maker)
                elif maker not in seen:
                    seen.add(maker)
                    pending.append(maker)
        return not seed.done

    def _pull(self, seed: _Item) -> set[_Item]:
        """Returns a node and the waiting nodes of its shape that it needs."""
        members = {seed}
        pending = [seed]
        while pending:
            for _, _, maker in pending.pop().inputs:
                if maker is None or maker.done or maker.source or maker in members:
                    continue
                members.add(maker)
                pending.append(maker)
        return members

    def _grow(self, members: _Members, space: Shape, last: bool) -> None:
        """Adds waiting nodes of the same shape that read what the members make."""
        limit = _MAX_SMALL_MEMBERS if shapes.size(space) <= _SMALL else _MAX_MEMBERS
        queue = sorted(members)
        for item in queue:
            for consumer, plain in item.consumers:
                if (
                    plain and consumer.elementwise and consumer.ready and not consumer.done
                    and consumer.space == space and consumer.last == last
                    and consumer not in members and len(members) < limit
                ):  # fmt: skip
                    queue += sorted(self._try(consumer, members))

    def _try(self, item: _Item, members: _Members) -> set[_Item]:
        """Adds a node with what it needs if that can run with the members; returns what is new."""
        busy = self.busy
        if item in members or item in busy:
            return set()
        added = {item}
        outside: list[_Item] = []
        pending = [item]
        while pending:
            for _, plain, maker in pending.pop().inputs:
                if maker is None:
                    continue
                if maker in members or maker in added:
                    if not plain:
                        return set()
                elif maker in busy:
                    return set()
                elif maker.done or (plain and maker.source):
                    continue
                elif plain and maker.space == item.space and maker.last == item.last:
                    added.add(maker)
                    pending.append(maker)
                else:
                    outside.append(maker)
        together = members | added
        for new in added:
            variable = self.written.get(new.node.outputs[0])
            if variable is not None and not self._may_overwrite(variable, together):
                return set()
        if not self._fits(members, added):
            return set()
        if outside:
            if self._reaches(outside, members | busy):
                return set()
            self.busy = busy | together
            for maker in outside:
                if not maker.done:
                    self._flush(maker)
            self.busy = busy
            added = {new for new in added if not new.done}
        members |= added
        return added

    def _reaches(self, starts: Iterable[_Item], goal: set[_Item]) -> bool:
        """Whether waiting nodes depend on nodes of clusters that are being put together."""
        pending, seen = list(starts), set(starts)
        while pending:
            item = pending.pop()
            if item in goal:
                return True
            if item.done:
                continue
            for _, _, maker in item.inputs:
                if maker is not None and maker not in seen:
                    seen.add(maker)
                    pending.append(maker)
        return False

    def _may_overwrite(self, variable: Any, members: set[_Item]) -> bool:
        """Whether nobody but the members, each at its own place, will read the old value."""
        state = self.graph.reads.get(variable)
        if state is None:
            return True
        for reader, plain in self.readers.get(state, ()):
            if reader in members:
                if not plain or not reader.elementwise:
                    return False
            elif not reader.done:
                return False
        return True

    def _close(
        self,
        cluster: Cluster,
        members: set[_Item],
        root: _Item | None,
        tail: _Item | None = None,
        *,
        whole: bool = True,
    ) -> None:
        if root is None and whole:
            self._add_tails(cluster, members, tail)
        kept = self._leave_cheap_ends(members, root) if whole else members
        for item in kept:
            item.done = True
        members = kept
        for item in sorted(members):
            if item is not root:
                cluster.members.append(item.node)
            for value in item.node.outputs:
                variable = self.written.get(value)
                if variable is not None and self._may_overwrite(variable, members):
                    cluster.in_place[value] = variable
                if value in self.pinned or self._has_readers(item):
                    cluster.stores.append(value)
        self.clusters.append(cluster)
        for tail_node in cluster.tails:
            self._finish(self.makers[tail_node.outputs[0]])

    def _has_readers(self, item: _Item) -> bool:
        """Whether a node outside of its cluster will read the value (tails are done already)."""
        return any(not consumer.done for consumer, _ in item.consumers)

    def _add_tails(self, cluster: Cluster, members: set[_Item], first: _Item | None) -> None:
        found: list[_Item] = [] if first is None else [first]
        for item in sorted(members):
            for consumer, plain in item.consumers:
                if (
                    plain and not consumer.done and consumer.last == cluster.last_only
                    and consumer.node.primitive.name in self.rules.reductions
                    and consumer not in found
                ):  # fmt: skip
                    found.append(consumer)
        chosen: tuple[bool, int] | None = None
        for item in found:
            way = _tail_of(item, cluster.space)
            if way is not None and chosen in (None, way):
                chosen = way
                cluster.leading, cluster.split = way
                cluster.tails.append(item.node)
                item.done = True

    def _leave_cheap_ends(self, members: set[_Item], root: _Item | None) -> set[_Item]:
        """Drops members that only later clusters read, where computing them there moves less memory."""
        kept = set(members)
        for item in sorted(members, reverse=True):
            if item is root or item not in kept or not self._only_read_later(item, kept):
                continue
            cone = self._cheapest_cone(item, kept, root)
            kept -= cone
        return kept

    def _only_read_later(self, item: _Item, kept: set[_Item]) -> bool:
        if item.node.primitive.name not in _CHEAP or item.node.outputs[0] in self.pinned:
            return False
        if not item.consumers:
            return False
        for consumer, plain in item.consumers:
            inlinable = plain and consumer.elementwise and consumer.space == item.space
            if consumer in kept or consumer.done or not inlinable or consumer.last != item.last:
                return False
        return True

    def _cheapest_cone(self, end: _Item, kept: set[_Item], root: _Item | None) -> set[_Item]:
        """The nodes below an unread end that are better left out; empty when none are."""
        cone = {end}
        best: set[_Item] = set()
        best_cost = _bytes(end)
        while True:
            border = {
                maker
                for item in cone
                for _, _, maker in item.inputs
                if maker is not None and maker in kept and maker not in cone
            }
            cost = sum(
                _bytes(maker)
                for maker in border
                if not (
                    maker.node.outputs[0] in self.pinned or self._read_beyond(maker, kept, cone)
                )
            )
            if cost <= best_cost and not (best and cost == best_cost):
                best, best_cost = set(cone), cost
            more = [
                maker
                for maker in border
                if maker is not root
                and maker.node.primitive.name in _CHEAP
                and maker.node.outputs[0] not in self.pinned
                and all(consumer in cone for consumer, _ in maker.consumers)
            ]
            if not more:
                return best
            cone.update(more)

    def _read_beyond(self, item: _Item, kept: set[_Item], cone: set[_Item]) -> bool:
        """Whether the value is stored anyway, for readers outside of cluster and cone."""
        return any(
            not c.done and c not in kept and c not in cone for c, _ in item.consumers
        )  # fmt: skip


def _bytes(item: _Item) -> int:
    output = item.node.outputs[0]
    return shapes.size(output.shape) * dtypes.item_size(output.dtype)


def _tail_of(item: _Item, space: Shape) -> tuple[bool, int] | None:
    """(leading, split) when a node reduces the first or the last axes of a space."""
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
