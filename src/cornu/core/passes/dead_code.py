"""Dead code: nodes, constants and variable reads on which no output or write depends."""

from __future__ import annotations

from cornu.core.graph import Graph, Node, Value


def needed_nodes(graph: Graph, roots: list[Value]) -> set[Node]:
    """Returns the nodes on which some values depend."""
    needed: set[Node] = set()
    values = set(roots)
    for node in reversed(graph.nodes):
        for output in node.outputs:
            if output in values:
                needed.add(node)
                values.update(node.inputs)
                break
    return needed


def remove_dead_code(graph: Graph) -> Graph:
    """Returns the graph without what nothing depends on; its inputs stay.

    Also drops writes that give a variable the value it has.

    Args:
        graph: Any graph.

    Returns:
        A new graph that shares the nodes that stay.
    """
    writes = {
        variable: value
        for variable, value in graph.writes.items()
        if graph.reads.get(variable) is not value
    }
    roots = [*graph.outputs, *writes.values()]
    needed = needed_nodes(graph, roots)
    used = set(roots)
    for node in needed:
        used.update(node.inputs)
    result = Graph()
    result.inputs = list(graph.inputs)
    result.constants = {v: t for v, t in graph.constants.items() if v in used}
    result.reads = {variable: v for variable, v in graph.reads.items() if v in used}
    result.nodes = [node for node in graph.nodes if node in needed]
    result.outputs = list(graph.outputs)
    result.writes = writes
    result.outer = dict(graph.outer)
    return result
