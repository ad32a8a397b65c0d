"""Passes on the bodies of control-flow nodes."""

from __future__ import annotations

from collections.abc import Callable

from cornu.core.graph import Graph
from cornu.core.passes.substitution import Substitution


def map_bodies(graph: Graph, function: Callable[[Graph], Graph]) -> Graph:
    """Returns the graph with each body replaced by what a function makes of it.

    Args:
        graph: Any graph.
        function: Takes a body and returns one with the same inputs and outputs.

    Returns:
        A new graph, or the same one when it has no bodies.
    """
    if not any(has_bodies(node.params) for node in graph.nodes):
        return graph
    result = Substitution(graph)
    for node in graph.nodes:
        operands = result.operands(node)
        if not has_bodies(node.params):
            result.keep(node, operands)
            continue
        params = {
            name: function(value) if isinstance(value, Graph) else value
            for name, value in node.params.items()
        }
        copy = result.graph.add_node(
            node.primitive, operands, params, [value.spec for value in node.outputs], node.scope
        )
        result.replaced.update(zip(node.outputs, copy.outputs, strict=True))
    return result.finish()


def has_bodies(params: dict[str, object]) -> bool:
    """Whether parameters of a node hold graphs."""
    return any(isinstance(value, Graph) for value in params.values())
