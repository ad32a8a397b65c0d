"""Common subexpressions: the same primitive on the same values is computed once."""

from __future__ import annotations

from typing import Any

from cornu.core.graph import Graph, Value
from cornu.core.passes.substitution import Substitution


def merge_common_subexpressions(graph: Graph) -> Graph:
    """Returns the graph with equal computations merged into the first of them.

    Args:
        graph: Any graph; all primitives are functions of their operands and parameters.

    Returns:
        A new graph that computes the same values.
    """
    result = Substitution(graph)
    known: dict[Any, list[Value]] = {}
    for node in graph.nodes:
        operands = result.operands(node)
        params = node.params
        # repr tells 0.0 from -0.0, which compare equal.
        key = (
            node.primitive.name,
            *operands,
            *((repr(params),) if node.primitive.name == "full" else params.items()),
        )
        first = known.get(key)
        if first is None:
            known[key] = result.keep(node, operands).outputs
        else:
            result.replaced.update(zip(node.outputs, first, strict=True))
    return result.finish()
