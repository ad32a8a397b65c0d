"""A captured graph as TensorBoard's graph plugin shows it."""

from __future__ import annotations

import re
from typing import Any

from cornu.core.graph import Graph, Node, Value
from cornu.core.primitive import Spec
from cornu.summaries.records import data_type
from cornu.summaries.writer import proto

# Parameters longer than this say nothing in the side bar.
_LONGEST = 200


def graph_def(graph: Graph) -> Any:
    """Returns the GraphDef of a captured graph.

    Nodes are grouped by the layers that applied them; a variable is a node with the name of its
    path, and its update a node beside it.

    Args:
        graph: What to show; bodies of loops and branches are not opened.
    """
    return _Picture(graph).made


class _Picture:
    def __init__(self, graph: Graph) -> None:
        self.made = proto("graph").GraphDef()
        self.made.versions.producer = 1
        self._names: set[str] = set()
        self._values: dict[Value, str] = {}
        for value in graph.inputs:
            self._values[value] = self._add("input", "Placeholder", [], [value.spec])
        for variable, value in graph.reads.items():
            self._values[value] = self._add(variable.path, "Variable", [], [value.spec])
        self._constants = set(graph.constants)
        for node in graph.nodes:
            self._add_node(node)
        for variable, value in graph.writes.items():
            inputs = [self._name(value, variable.path)]
            self._add(f"{variable.path}/assign", "Assign", inputs, [value.spec])
        for value in graph.outputs:
            self._add("output", "Identity", [self._name(value, "")], [value.spec])

    def _add_node(self, node: Node) -> None:
        scope = f"{node.scope}/" if node.scope else ""
        inputs = [self._name(value, node.scope) for value in node.inputs]
        specs = [value.spec for value in node.outputs]
        name = self._add(f"{scope}{node.primitive.name}", node.primitive.name, inputs, specs)
        for value in node.outputs:
            self._values[value] = name if value.index == 0 else f"{name}:{value.index}"
        attributes = self.made.node[-1].attr
        for key, parameter in node.params.items():
            if not isinstance(parameter, Graph):
                attributes[key].s = str(parameter)[:_LONGEST].encode()

    def _name(self, value: Value, scope: str) -> str:
        if value not in self._values and value in self._constants:
            inside = f"{scope}/" if scope else ""
            self._values[value] = self._add(f"{inside}constant", "Const", [], [value.spec])
        return self._values[value]

    def _add(self, wanted: str, operation: str, inputs: list[str], specs: list[Spec]) -> str:
        name = base = re.sub(r"[^A-Za-z0-9_.\-/]", "_", wanted).strip("/") or "unnamed"
        number = 0
        while name in self._names:
            number += 1
            name = f"{base}_{number}"
        self._names.add(name)
        node = self.made.node.add(name=name, op=operation, input=inputs)
        node.attr["dtype"].type = data_type(specs[0].dtype)
        shapes = node.attr["_output_shapes"].list.shape
        for spec in specs:
            shape = shapes.add()
            for size in spec.shape:
                shape.dim.add(size=size)
        return name
