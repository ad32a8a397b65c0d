"""ModelGraph: the calls between a model's inputs and outputs, sorted and ready to be run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from cornu.core import tree
from cornu.core.keras_tensor import CallNode, FunctionOperation, KerasTensor, Operation, node_of


class _Slot:
    """Stands for a KerasTensor in the stored arguments of a call: a place in the list of values."""

    __slots__ = ("place",)

    def __init__(self, place: int) -> None:
        self.place = place


class _Step:
    """One call: what is called, where its arguments come from, where its results go."""

    __slots__ = ("arguments", "function", "keywords", "operation", "output", "outputs", "single")

    def __init__(self, node: CallNode, places: dict[int, int]) -> None:
        self.operation = node.operation
        # A recorded function runs as it is; a layer through its __call__.
        self.function: Callable[..., Any] = node.operation
        if isinstance(node.operation, FunctionOperation):
            self.function = node.operation.function

        def place(leaf: Any) -> Any:
            return _Slot(places[id(leaf)]) if isinstance(leaf, KerasTensor) else leaf

        only = node.arguments[0] if len(node.arguments) == 1 and not node.keywords else None
        self.single = places[id(only)] if isinstance(only, KerasTensor) else -1
        self.arguments = tree.map_structure(place, list(node.arguments))
        self.keywords = tree.map_structure(place, node.keywords)
        self.outputs = [places[id(tensor)] for tensor in node.outputs]
        self.output = self.outputs[0] if len(self.outputs) == 1 else -1


def _fill(structure: Any, values: list[Any]) -> Any:
    if type(structure) is _Slot:
        return values[structure.place]
    if isinstance(structure, dict):
        return {key: _fill(value, values) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        items = [_fill(item, values) for item in structure]
        if isinstance(structure, list):
            return items
        return type(structure)(*items) if hasattr(structure, "_fields") else tuple(items)
    return structure


class ModelGraph:
    """The calls that lead from inputs to outputs.

    Args:
        inputs: The model's inputs, a flat list.
        outputs: The model's outputs, in any structure.

    Attributes:
        nodes: The calls, each after those it depends on.
        nodes_by_depth: The calls by their distance from the outputs.
        operations: Layers and functions in the order of a model's `layers`: by distance from the
            outputs, the farthest first, then in the order in which they were met.

    Raises:
        ValueError: When an output depends on an input that is not among `inputs`, or two layers
            have the same name.
    """

    def __init__(self, inputs: Sequence[KerasTensor], outputs: Any) -> None:
        self.inputs = list(inputs)
        self.output_structure = outputs
        self.outputs: list[KerasTensor] = tree.flatten(outputs)
        self._given = {id(tensor) for tensor in self.inputs}
        found, order = self._walk()
        self._sort(found, order)
        self._check_connected()
        self._check_names()
        self._plan()

    def _walk(self) -> tuple[list[CallNode], dict[Operation, int]]:
        """Returns the calls in topological order, and in which order operations were met."""
        finished: set[CallNode] = set()
        found: list[CallNode] = []
        order: dict[Operation, int] = {}
        for output in self.outputs:
            # Depth first, without recursion: models may be thousands of layers deep.
            stack: list[tuple[KerasTensor, bool]] = [(output, False)]
            while stack:
                tensor, entered = stack.pop()
                node = node_of(tensor)
                if entered:
                    if node not in finished:
                        finished.add(node)
                        found.append(node)
                    continue
                if node in finished:
                    continue
                order.setdefault(node.operation, len(order))
                stack.append((tensor, True))
                if id(tensor) not in self._given:
                    stack.extend((source, False) for source in reversed(node.inputs))
        return found, order

    def _sort(self, found: list[CallNode], order: dict[Operation, int]) -> None:
        inside = set(found)
        depths: dict[CallNode, int] = {}
        operation_depths: dict[Operation, int] = {}
        for node in reversed(found):
            depth = max(depths.setdefault(node, 0), operation_depths.get(node.operation, 0))
            operation_depths[node.operation] = depths[node] = depth
            for parent in node.parents:
                if parent in inside:
                    depths[parent] = max(depth + 1, depths.get(parent, 0))
        for tensor in self.inputs:  # inputs on which no output depends
            node = node_of(tensor)
            if node.operation not in operation_depths:
                operation_depths[node.operation] = depths[node] = 0
                order[node.operation] = -1
                found.append(node)
        self.nodes = found
        self.nodes_by_depth: dict[int, list[CallNode]] = {}
        for node, depth in depths.items():
            self.nodes_by_depth.setdefault(depth, []).append(node)
        self.operations = sorted(
            operation_depths, key=lambda operation: (-operation_depths[operation], order[operation])
        )

    def _check_connected(self) -> None:
        known = set(self._given)
        for node in self.nodes:
            if not node.inputs and not any(id(tensor) in known for tensor in node.outputs):
                tensor = node.outputs[0]
                listed = ", ".join(repr(given.name) for given in self.inputs)
                raise ValueError(
                    f"Graph disconnected: an output of the model depends on input "
                    f"{tensor.name!r} (shape {tensor.shape}), which is not among the model's "
                    f"inputs ({listed}). Add it to `inputs`, or build the outputs from the given "
                    f"inputs only."
                )
            known.update(id(tensor) for tensor in node.outputs)

    def _check_names(self) -> None:
        counts = Counter(operation.name for operation in self.operations)
        for name, count in counts.items():
            if count > 1:
                kinds = ", ".join(
                    type(operation).__name__
                    for operation in self.operations
                    if operation.name == name
                )
                raise ValueError(
                    f"The name {name!r} is used {count} times in the model (by {kinds}); layer "
                    f"names must be unique. Give the layers different names with name=..., or drop "
                    f"the names."
                )

    def _plan(self) -> None:
        # All tensors stay alive as long as the model, so that `layer.output` finds them.
        self._tensors = [tensor for node in self.nodes for tensor in node.outputs]
        places: dict[int, int] = {}
        for tensor in (*self.inputs, *self._tensors):
            places.setdefault(id(tensor), len(places))
        self._size = len(places)
        self._starts = [places[id(tensor)] for tensor in self.inputs]
        self._steps = [
            _Step(node, places)
            for node in self.nodes
            if node.inputs and not all(id(tensor) in self._given for tensor in node.outputs)
        ]
        self._result = tree.map_structure(
            lambda tensor: _Slot(places[id(tensor)]), self.output_structure
        )

    def run(self, values: Sequence[Any], function_of: Callable[[Any], Any] | None = None) -> Any:
        """Makes the calls on given inputs.

        Args:
            values: One value per input.
            function_of: What to call for an operation; the operation itself when None.

        Returns:
            The results in the form of the outputs.
        """
        slots: list[Any] = [None] * self._size
        for place, value in zip(self._starts, values, strict=True):
            slots[place] = value
        for step in self._steps:
            function = step.function if function_of is None else function_of(step.operation)
            if step.single >= 0:
                result = function(slots[step.single])
            else:
                result = function(*_fill(step.arguments, slots), **_fill(step.keywords, slots))
            if step.output >= 0 and not isinstance(result, (list, tuple, dict)):
                slots[step.output] = result
            else:
                leaves = tree.flatten(result)
                if len(leaves) != len(step.outputs):
                    # Leaves that are no tensors have no place.
                    leaves = [leaf for leaf in leaves if hasattr(leaf, "shape")]
                for place, leaf in zip(step.outputs, leaves, strict=True):
                    slots[place] = leaf
        return _fill(self._result, slots)


def graph_of(model: Any) -> ModelGraph | None:
    """Returns the graph of a functional or built Sequential model, None for any other."""
    graph = getattr(getattr(model, "_functional", None) or model, "_graph", None)
    return graph if isinstance(graph, ModelGraph) else None
