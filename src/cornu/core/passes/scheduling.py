"""The scheduler: puts the nodes of a graph into clusters.

It walks the graph in its own order. Elementwise nodes wait until something else needs them; then
they run together with everything of the same shape that can run by then. All operands of a cluster
are done before it starts, so no cluster waits for itself.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any

from cornu.core import shapes
from cornu.core.graph import Graph, Value
from cornu.core.passes.clusters import Cluster, Rules, Schedule, squeezed
from cornu.core.passes.items import Item, Members, Survey, tail_of
from cornu.core.passes.recompute import is_cheaper_again, without_cheap_ends
from cornu.core.shapes import Shape

# Up to this size independent nodes share a cluster: one dispatch instead of many.
_SMALL = 4096
_MAX_MEMBERS = 48
_MAX_SMALL_MEMBERS = 400
# Reductions of operands are added to a cluster up to this many tails.
_MAX_TAILS = 4


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
        survey = Survey(graph, rules)
        self.graph = graph
        self.rules = rules
        self.states = set(graph.reads.values())
        self.items = survey.items
        self.base = survey.base
        self.makers = survey.makers
        self.readers = survey.readers
        self.pinned = survey.pinned
        self.written = survey.written
        self.clusters: list[Cluster] = []
        self.heap: list[Item] = []
        self.waiting: dict[Shape, list[Item]] = {}  # elementwise nodes by shape
        # Members of clusters that are being put together: not yet run, but spoken for.
        self.busy: set[Item] = set()
        for item in self.items:
            if item.elementwise and not item.source:
                self.waiting.setdefault(item.space, []).append(item)
        for item in self.items:
            if item.missing == 0 and not item.ready:
                self._becomes_ready(item)

    def run(self) -> Schedule:
        waiting: list[Item] = []
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

    def _should_wait(self, item: Item) -> bool:
        """Whether others must read a variable first that this product could then update."""
        return any(
            not reader.done
            and reader is not item
            and not (reader.elementwise and plain and reader.space == item.space)
            for variable in item.updates
            for reader, plain in self.readers.get(self.graph.reads.get(variable), ())  # type: ignore[arg-type]
        )

    def _becomes_ready(self, item: Item) -> None:
        pending = [item]
        while pending:
            item = pending.pop()
            if item.elementwise and not item.ready:
                item.ready = True
            elif not item.done:
                item.ready = True
                heapq.heappush(self.heap, item)
                continue
            counted: set[Item] = set()
            for consumer, _ in item.consumers:
                if consumer in counted:
                    continue
                counted.add(consumer)
                consumer.missing -= 1
                if consumer.missing == 0:
                    pending.append(consumer)

    def _finish(self, item: Item) -> None:
        """Marks a node that is not elementwise as done, and wakes its readers."""
        item.done = True
        self._becomes_ready(item)

    # ------------------------------------------------------------------------------ single nodes

    def _run_item(self, item: Item) -> None:
        name = item.node.primitive.name
        narrow = item.node.outputs[0].dtype in self.rules.narrow
        if name in self.rules.reductions:
            _, plain, maker = item.inputs[0]
            if (
                maker is not None and maker.elementwise and not maker.done
                and plain and maker.last == item.last and tail_of(item, maker.space) is not None
            ):  # fmt: skip
                self._flush(maker, item)
            elif plain and (partner := self._partner(item)) is not None:
                self._flush(partner, item)
            if item.done:
                return
        for _, _, maker in item.inputs:
            if maker is not None and not maker.done:
                self._flush(maker)
        cluster = Cluster(item.node, item.space, item.last)
        self._finish(item)
        if name in self.rules.products and not narrow:
            members = Members((item,))
            self._grow(members, item.space, item.last)
            self._close(cluster, members, item)
        else:
            cluster.stores = list(item.node.outputs)
            self.clusters.append(cluster)

    # --------------------------------------------------------------------------------- clusters

    def _flush(self, seed: Item, tail: Item | None = None) -> None:
        """Runs a waiting elementwise node together with all that fits."""
        if not self._settle(seed):
            return
        nodes = self._pull(seed)
        members = Members()
        while not self._fits(members, nodes):
            self._close(self._cluster(seed), self._part_that_fits(nodes), None, whole=False)
            nodes = self._pull(seed)
        members |= nodes
        self._grow(members, seed.space, seed.last)
        if shapes.size(seed.space) <= _SMALL:
            neighbours = self.waiting.get(seed.space, [])
            neighbours[:] = [item for item in neighbours if not item.done]
            for item in list(neighbours):
                if members.full or len(members) >= _MAX_SMALL_MEMBERS:
                    break
                if item.ready and not item.done and item.last == seed.last:
                    self._try(item, members)
        self._close(self._cluster(seed), members, None, tail)

    def _cluster(self, seed: Item) -> Cluster:
        return Cluster(None, seed.space, seed.last)

    def _fits(self, members: Members, added: set[Item]) -> bool:
        """Whether the cluster still reads and stores what an engine can with more nodes in it."""
        makers, base, rules = self.makers, self.base, self.rules
        operands = set(members.operands)
        for item in added:
            for value in item.node.inputs:
                maker = makers.get(base[value][0] if value in base else value)
                if maker is None or not (maker in members or maker in added or maker.source):
                    operands.add(value)
        if len(operands) > rules.max_operands:
            members.full = True
            return False
        outputs = members.outputs + len(added)
        if outputs > rules.max_outputs:
            together = members | added
            outputs = sum(self._is_stored(item, together) for item in together)
            if outputs > rules.max_outputs:
                members.full = True
                return False
        members.operands = operands
        members.outputs = outputs
        return True

    def _is_stored(self, item: Item, members: set[Item]) -> bool:
        if item.node.outputs[0] in self.pinned:
            return True
        return any(not reader.done and reader not in members for reader, _ in item.consumers)

    def _part_that_fits(self, nodes: set[Item]) -> Members:
        """Returns the first of the nodes, as many as one cluster takes."""
        part = Members()
        for item in sorted(nodes):
            if not self._fits(part, {item}):
                break
            part.add(item)
        return part

    def _settle(self, seed: Item) -> bool:
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

    def _pull(self, seed: Item) -> set[Item]:
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

    def _grow(self, members: Members, space: Shape, last: bool) -> None:
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

    def _try(self, item: Item, members: Members) -> set[Item]:
        """Adds a node with what it needs if that can run with the members; returns what is new."""
        busy = self.busy
        if item in members or item in busy:
            return set()
        added = {item}
        outside: list[Item] = []
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

    def _reaches(self, starts: Iterable[Item], goal: set[Item]) -> bool:
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

    def _may_overwrite(self, variable: Any, members: set[Item]) -> bool:
        """Whether nobody but the members, each at its own place, will read the old value."""
        state = self.graph.reads.get(variable)
        if state is None:
            return True
        for reader, plain in self.readers.get(state, ()):
            if reader in members:
                if not plain or not reader.elementwise:
                    return False
            elif not reader.done or reader in self.busy:
                return False
        return True

    def _close(
        self,
        cluster: Cluster,
        members: set[Item],
        root: Item | None,
        tail: Item | None = None,
        *,
        whole: bool = True,
    ) -> None:
        if root is None and whole:
            self._add_tails(cluster, members, tail)
        kept = without_cheap_ends(members, root, self) if whole else members
        for item in kept:
            item.done = True
        members = kept
        for item in members if whole else ():
            if item is not root and is_cheaper_again(item, members, self):
                item.done = False  # whoever reads it later computes it too
        for item in sorted(members):
            if item is not root:
                cluster.members.append(item.node)
            for value in item.node.outputs:
                variable = self.written.get(value)
                if variable is not None and self._may_overwrite(variable, members):
                    cluster.in_place[value] = variable
                if value in self.pinned or (item.done and self._has_readers(item)):
                    cluster.stores.append(value)
        self.clusters.append(cluster)
        for tail_node in cluster.tails:
            self._finish(self.makers[tail_node.outputs[0]])

    def _has_readers(self, item: Item) -> bool:
        """Whether a node outside of its cluster will read the value (tails are done already)."""
        return any(not consumer.done for consumer, _ in item.consumers)

    def _add_tails(self, cluster: Cluster, members: set[Item], first: Item | None) -> None:
        found: list[Item] = [] if first is None else [first]
        for item in sorted(members):
            for consumer, plain in item.consumers:
                if (
                    plain and not consumer.done and consumer.last == cluster.last_only
                    and consumer.node.primitive.name in self.rules.reductions
                    and consumer not in found
                ):  # fmt: skip
                    found.append(consumer)
        chosen: tuple[bool, int] | None = None
        # What the cluster reads can be reduced on the way, too.
        for item in [*found, *self._reductions_of_operands(cluster, members, found)]:
            way = tail_of(item, cluster.space)
            if way is not None and chosen in (None, way) and not item.done:
                if item not in found and len(cluster.tails) >= _MAX_TAILS:
                    break
                chosen = way
                cluster.leading, cluster.split = way
                cluster.tails.append(item.node)
                item.done = True

    def _reductions_of_operands(
        self, cluster: Cluster, members: set[Item], found: list[Item]
    ) -> list[Item]:
        return [
            consumer
            for item in sorted(members)
            for value, plain, maker in item.inputs
            if plain and (maker is None or (maker.done and maker not in members))
            for consumer in self._waiting_reductions(value, maker, cluster.last_only)
            if consumer not in found
        ]

    def _waiting_reductions(self, value: Value, maker: Item | None, last: bool) -> list[Item]:
        """The reductions of a value that have not been run."""
        readers = self.readers.get(value, ()) if maker is None else maker.consumers
        return [
            reader
            for reader, plain in readers
            if plain and not reader.done and reader.last == last
            and reader.node.primitive.name in self.rules.reductions
            and reader.inputs[0][0] is value  # and not another result of its maker
        ]  # fmt: skip

    def _partner(self, item: Item) -> Item | None:
        """Returns an elementwise reader of what a reduction reads that is reduced the same way."""
        value, _, maker = item.inputs[0]
        readers = self.readers.get(value, ()) if maker is None else maker.consumers
        way = tail_of(item, squeezed(value.shape))
        for reader, plain in readers if way is not None else ():
            if (
                plain
                and reader.elementwise
                and reader.ready
                and not reader.done
                and (reader.last == item.last and reader.space == squeezed(value.shape))
            ):
                (output,) = reader.node.outputs
                for other in self._waiting_reductions(output, reader, item.last):
                    if tail_of(other, reader.space) == way:
                        return reader
        return None
