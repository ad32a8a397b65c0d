"""Building a graph from another one, sharing every node that stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.core.graph import Graph, Node, Value
from cornu.core.primitive import Primitive, Spec


class Substitution:
    """A graph under construction and the values that replace those of the graph it comes from.

    Attributes:
        graph: The new graph; nodes are appended in order.
        replaced: Old values and what stands for them now.
    """

    def __init__(self, source: Graph) -> None:
        self._source = source
        self.replaced: dict[Value, Value] = {}
        self.graph = Graph()
        self.graph.inputs = list(source.inputs)
        self.graph.constants = dict(source.constants)
        self.graph.reads = dict(source.reads)
        self.graph.outer = dict(source.outer)

    def operands(self, node: Node) -> list[Value]:
        """Returns what the node's operands are now; its own list when they have not changed."""
        replaced = self.replaced
        for value in node.inputs:
            if value in replaced:
                return [replaced.get(x, x) for x in node.inputs]
        return node.inputs

    def keep(self, node: Node, operands: list[Value]) -> Node:
        """Appends the node; a copy of it when its operands have changed."""
        if operands is not node.inputs:
            copy = Node(node.primitive, operands, node.params, node.outputs, node.scope)
            self.replaced.update(zip(node.outputs, copy.outputs, strict=True))
            node = copy
        self.graph.nodes.append(node)
        return node

    def add(
        self, primitive: Primitive, operands: Sequence[Value], params: dict[str, Any], spec: Spec
    ) -> Value:
        """Appends a new node with one output and returns that."""
        return self.graph.add_node(primitive, operands, params, [spec]).outputs[0]

    def replace(self, old: Value, new: Value) -> None:
        """Makes one value stand for another in all nodes that follow."""
        self.replaced[old] = new

    def finish(self) -> Graph:
        """Ends with the outputs and writes of the source, and returns the new graph."""
        replaced = self.replaced
        self.graph.outputs = [replaced.get(value, value) for value in self._source.outputs]
        self.graph.writes = {
            variable: replaced.get(value, value) for variable, value in self._source.writes.items()
        }
        return self.graph
