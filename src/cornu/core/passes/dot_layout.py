"""Transposes around dot_general become part of its dimension numbers."""

from __future__ import annotations

from typing import Any

from cornu.core.graph import Graph, Node, Value
from cornu.core.passes.substitution import Substitution


def fold_transposes_into_dots(graph: Graph) -> Graph:
    """Returns the graph with transposes of dot_general's operands and results folded away.

    A transposed operand changes the contracted and batch axes. A result whose free axes of both
    operands are exchanged is the product of the exchanged operands.

    Args:
        graph: Any graph.

    Returns:
        A new graph that computes the same values.
    """
    result = Substitution(graph)
    for node in graph.nodes:
        operands = result.operands(node)
        if node.primitive.name == "dot_general":
            params: dict[str, Any] = node.params
            operands = list(operands)
            for side in (0, 1):
                operands[side], params = _without_transpose(operands[side], params, side)
            if params is not node.params:
                output = node.outputs[0]
                result.replace(output, result.add(node.primitive, operands, params, output.spec))
                continue
            operands = result.operands(node)
        elif node.primitive.name == "transpose":
            dot = operands[0].node
            if dot is not None and tuple(node.params["permutation"]) == _exchange(dot):
                result.replace(node.outputs[0], _exchanged(result, node, dot))
                continue
        result.keep(node, operands)
    return result.finish()


def _without_transpose(
    operand: Value, params: dict[str, Any], side: int
) -> tuple[Value, dict[str, Any]]:
    node = operand.node
    if node is None or node.primitive.name != "transpose":
        return operand, params
    order = node.params["permutation"]
    contract, batch = params["contract"], params["batch"]
    bound = {*contract[side], *batch[side]}
    free = [axis for i, axis in enumerate(order) if i not in bound]
    if free != sorted(free):
        return operand, params

    def moved(axes: Any) -> Any:
        mine = tuple(order[axis] for axis in axes[side])
        return (mine, axes[1]) if side == 0 else (axes[0], mine)

    return node.inputs[0], {"contract": moved(contract), "batch": moved(batch)}


def _exchange(dot: Node) -> tuple[int, ...] | None:
    """The permutation that puts the free axes of b before those of a; None for no dot_general."""
    if dot.primitive.name != "dot_general":
        return None
    batch = len(dot.params["batch"][0])
    rank_a = len(dot.inputs[0].shape)
    free_a = rank_a - batch - len(dot.params["contract"][0])
    rank = len(dot.outputs[0].shape)
    return (*range(batch), *range(batch + free_a, rank), *range(batch, batch + free_a))


def _exchanged(result: Substitution, node: Node, dot: Node) -> Value:
    a, b = dot.inputs
    contract, batch = dot.params["contract"], dot.params["batch"]
    params = {"contract": (contract[1], contract[0]), "batch": (batch[1], batch[0])}
    return result.add(dot.primitive, [b, a], params, node.outputs[0].spec)
