"""Sums of parts padded with zeros: the derivative of a split, which is a concatenation."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from cornu.core.graph import Graph, Node, Value
from cornu.core.passes.substitution import Substitution
from cornu.core.primitive import REGISTRY


class _Part(NamedTuple):
    begin: int
    end: int
    value: Value


class _Parts(NamedTuple):
    """A value that is zero along an axis but for some parts."""

    axis: int
    parts: list[_Part]


def join_padded_parts(graph: Graph) -> Graph:
    """Returns the graph with sums of zero-padded values that do not overlap as concatenations.

    Args:
        graph: Any graph.

    Returns:
        A new graph that computes the same values (but that a part keeps its negative zeros).
    """
    known: dict[Value, _Parts] = {}
    result = Substitution(graph)
    for node in graph.nodes:
        operands = result.operands(node)
        if node.primitive.name == "pad":
            padded = _padded(node, operands)
            if padded is not None:
                known[result.keep(node, operands).outputs[0]] = padded
                continue
        elif node.primitive.name == "add":
            joined = _joined(known.get(operands[0]), known.get(operands[1]))
            if joined is not None:
                value = _concatenated(result, joined, node.outputs[0])
                known[value] = joined
                result.replace(node.outputs[0], value)
                continue
        result.keep(node, operands)
    return result.finish()


def _padded(node: Node, operands: list[Value]) -> _Parts | None:
    x, filler = operands
    low, high = node.params["low"], node.params["high"]
    full = filler.node
    if full is None or full.primitive.name != "full" or full.params["value"] != 0:
        return None
    axes = [axis for axis, (a, b) in enumerate(zip(low, high, strict=True)) if a or b]
    if len(axes) != 1 or any(node.params["interior"]) or min(*low, *high) < 0:
        return None
    begin = low[axes[0]]
    return _Parts(axes[0], [_Part(begin, begin + x.shape[axes[0]], x)])


def _joined(a: _Parts | None, b: _Parts | None) -> _Parts | None:
    if a is None or b is None or a.axis != b.axis:
        return None
    parts = sorted([*a.parts, *b.parts], key=lambda part: part[:2])
    for first, second in itertools.pairwise(parts):
        if second.begin < first.end:
            return None
    return _Parts(a.axis, parts)


def _concatenated(result: Substitution, joined: _Parts, total: Value) -> Value:
    axis, pieces, place = joined.axis, [], 0
    for begin, end, value in [*joined.parts, _Part(total.shape[joined.axis], 0, total)]:
        if begin > place:
            shape = (*total.shape[:axis], begin - place, *total.shape[axis + 1 :])
            params = {"shape": shape, "dtype": total.dtype, "value": 0}
            full = REGISTRY["full"]
            pieces.append(result.add(full, (), params, full.rule(**params)))
        if end > begin:
            pieces.append(value)
            place = end
    return result.add(REGISTRY["concatenate"], pieces, {"axis": axis}, total.spec)
