"""Leaving out of a cluster what is cheaper to compute again than to write and to read."""

from __future__ import annotations

from typing import Protocol

from cornu.core import dtypes, shapes
from cornu.core.graph import Value
from cornu.core.passes.clusters import Rules
from cornu.core.passes.items import Item, tail_of

# Nodes that cost less to compute again than to write and read their result.
_CHEAP = frozenset(
    ("neg", "abs", "sign", "add", "sub", "mul", "max", "min", "select", "cast", "bitcast")
    + ("eq", "ne", "lt", "le", "gt", "ge", "and", "or", "xor", "not", "is_finite")
    + ("floor", "ceil", "round")
)

# Operands this many times smaller than a result cost nothing to read again.
_SMALL_PART = 8
# Elements below which values are in a cache when they are read again.
_LARGE = 4096


class Context(Protocol):
    """What is known about the graph: a part of the scheduler."""

    rules: Rules
    states: set[Value]
    pinned: set[Value]


def without_cheap_ends(members: set[Item], root: Item | None, context: Context) -> set[Item]:
    """Returns the members of a cluster without those that later clusters had better compute.

    Args:
        members: What could run in the cluster.
        root: The product that the cluster begins with, which stays.
        context: The graph, what the engine can do, and which values must be stored.

    Returns:
        The members that stay; ends that only later clusters read, and what only these need, are
        left out where that moves less memory.
    """
    kept = set(members)
    for item in sorted(members, reverse=True):
        if item is root or item not in kept or not _only_read_later(item, kept, context):
            continue
        cone = _cheapest_cone(item, kept, root, context)
        kept -= cone
    return kept


def is_cheaper_again(item: Item, members: set[Item], context: Context) -> bool:
    """Whether a member of a finished cluster is not worth storing for those who read it later.

    It is when it is cheap and made of one value of its size, which is in memory, and small ones:
    an image minus the means of its channels, say. Reading that value costs them no more.

    Args:
        item: The member; members and what they read have been marked as done.
        members: The nodes of the cluster.
        context: The graph, what the engine can do, and which values must be stored.
    """
    output = item.node.outputs[0]
    if item.node.primitive.name not in _CHEAP or output in context.pinned:
        return False
    if shapes.size(output.shape) <= _LARGE:
        return False
    readers = [(consumer, plain) for consumer, plain in item.consumers if not consumer.done]
    if not readers or not all(_inlines(item, *reader, context) for reader in readers):
        return False
    large = 0
    for value, _, maker in item.inputs:
        if value in context.states or maker in members:
            return False  # may have another value later, or is not in memory
        if maker is not None and not (maker.done or maker.source):
            return False
        nbytes = shapes.size(value.shape) * dtypes.item_size(value.dtype)
        if nbytes * _SMALL_PART > _bytes(item):
            large += 1
            if nbytes > _bytes(item):
                return False
    return large == 1


def _inlines(item: Item, consumer: Item, plain: bool, context: Context) -> bool:
    """Whether a reader can compute a node itself."""
    if not plain or consumer.last != item.last:
        return False
    if consumer.elementwise:
        return consumer.space == item.space
    name = consumer.node.primitive.name
    return name in context.rules.reductions and tail_of(consumer, item.space) is not None


def _only_read_later(item: Item, kept: set[Item], context: Context) -> bool:
    if item.node.primitive.name not in _CHEAP or item.node.outputs[0] in context.pinned:
        return False
    return bool(item.consumers) and all(
        consumer not in kept and not consumer.done and _inlines(item, consumer, plain, context)
        for consumer, plain in item.consumers
    )


def _cheapest_cone(end: Item, kept: set[Item], root: Item | None, context: Context) -> set[Item]:
    """The nodes below an unread end that are better left out; empty when none are."""
    pinned = context.pinned
    cone = {end}
    best: set[Item] = set()
    # A reduction that computes the end itself reads its operands once more.
    reduced = any(not consumer.elementwise for consumer, _ in end.consumers)
    best_cost = _bytes(end) - int(reduced)
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
            if not (maker.node.outputs[0] in pinned or _read_beyond(maker, kept, cone))
        )
        if cost <= best_cost and not (best and cost == best_cost):
            best, best_cost = set(cone), cost
        more = [
            maker
            for maker in border
            if maker is not root
            and maker.node.primitive.name in _CHEAP
            and maker.node.outputs[0] not in pinned
            and all(consumer in cone for consumer, _ in maker.consumers)
        ]
        if not more:
            return best
        cone.update(more)


def _read_beyond(item: Item, kept: set[Item], cone: set[Item]) -> bool:
    """Whether the value is stored anyway, for readers outside of cluster and cone."""
    return any(
        not c.done and c not in kept and c not in cone for c, _ in item.consumers
    )  # fmt: skip


def _bytes(item: Item) -> int:
    output = item.node.outputs[0]
    return shapes.size(output.shape) * dtypes.item_size(output.dtype)
