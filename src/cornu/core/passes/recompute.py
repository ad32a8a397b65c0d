"""Leaving out of a cluster what is cheaper to compute again than to write and to read."""

from __future__ import annotations

from cornu.core import dtypes, shapes
from cornu.core.graph import Value
from cornu.core.passes.items import Item

# Nodes that cost less to compute again than to write and read their result.
_CHEAP = frozenset(
    ("neg", "abs", "sign", "add", "sub", "mul", "max", "min", "select", "cast", "bitcast")
    + ("eq", "ne", "lt", "le", "gt", "ge", "and", "or", "xor", "not", "is_finite")
    + ("floor", "ceil", "round")
)


def without_cheap_ends(members: set[Item], root: Item | None, pinned: set[Value]) -> set[Item]:
    """Returns the members of a cluster without those that later clusters had better compute.

    Args:
        members: What could run in the cluster.
        root: The product that the cluster begins with, which stays.
        pinned: Values that must be stored.

    Returns:
        The members that stay; ends that only later clusters read, and what only these need, are
        left out where that moves less memory.
    """
    kept = set(members)
    for item in sorted(members, reverse=True):
        if item is root or item not in kept or not _only_read_later(item, kept, pinned):
            continue
        cone = _cheapest_cone(item, kept, root, pinned)
        kept -= cone
    return kept


def _only_read_later(item: Item, kept: set[Item], pinned: set[Value]) -> bool:
    if item.node.primitive.name not in _CHEAP or item.node.outputs[0] in pinned:
        return False
    if not item.consumers:
        return False
    for consumer, plain in item.consumers:
        inlinable = plain and consumer.elementwise and consumer.space == item.space
        if consumer in kept or consumer.done or not inlinable or consumer.last != item.last:
            return False
    return True


def _cheapest_cone(end: Item, kept: set[Item], root: Item | None, pinned: set[Value]) -> set[Item]:
    """The nodes below an unread end that are better left out; empty when none are."""
    cone = {end}
    best: set[Item] = set()
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
