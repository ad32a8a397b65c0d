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
        name, params = node.primitive.name, node.params
        if name == "full":  # 0.0 and -0.0 compare equal, as do 1, 1.0 and True
            key: Any = (name, params["shape"], params["dtype"], repr(params["value"]))
        else:
            key = (name, *operands, *params.items())
        first = known.get(key)
        if first is None:
            known[key] = result.keep(node, operands).outputs
        else:
            result.replaced.update(zip(node.outputs, first, strict=True))
    return result.finish()
