"""Sums of what a lookup has taken become sums of bags: the rows taken are never stored."""

from __future__ import annotations

from cornu.core import shapes
from cornu.core.dtypes import FLOATS
from cornu.core.graph import Graph, Node, Value
from cornu.core.passes.substitution import Substitution
from cornu.core.primitive import REGISTRY, Spec


def fold_sums_into_takes(graph: Graph) -> Graph:
    """Returns the graph with `reduce_sum` of `take` replaced by `take_sum` where that is the same.

    Args:
        graph: Any graph.

    Returns:
        A new graph; the order in which a sum's terms are added may change.
    """
    if not any(node.primitive.name == "take" for node in graph.nodes):
        return graph
    readers: dict[Value, int] = dict.fromkeys((*graph.outputs, *graph.writes.values()), 2)
    for node in graph.nodes:
        for value in node.inputs:
            readers[value] = readers.get(value, 0) + 1
    result = Substitution(graph)
    for node in graph.nodes:
        operands = result.operands(node)
        take = _summed_take(node)
        if take is None or readers[node.inputs[0]] > 1:
            result.keep(node, operands)
            continue
        x, indices = (result.replaced.get(value, value) for value in take.inputs)
        count = len(node.params["axes"])
        if count > 1:
            outer = indices.shape[: len(indices.shape) - count]
            bags = (*outer, shapes.size(indices.shape[len(outer) :]))
            spec = Spec(bags, indices.dtype)
            indices = result.add(REGISTRY["reshape"], [indices], {"shape": bags}, spec)
        summed = result.add(REGISTRY["take_sum"], [x, indices], {}, node.outputs[0].spec)
        result.replace(node.outputs[0], summed)
    return result.finish()


def _summed_take(node: Node) -> Node | None:
    """The lookup at axis 0 of which a node sums the last axes of the indices."""
    if node.primitive.name != "reduce_sum":
        return None
    take = node.inputs[0].node
    if take is None or take.primitive.name != "take" or take.params["axis"] != 0:
        return None
    if take.outputs[0].dtype not in FLOATS:
        return None
    rank = len(take.inputs[1].shape)
    axes = sorted(node.params["axes"])
    return take if axes and axes == list(range(rank - len(axes), rank)) else None
