"""Functional models as configs: layers, and the calls that connect them."""

from __future__ import annotations

import copy
from typing import Any

from cornu.core import tree
from cornu.core.keras_tensor import (
    CallNode,
    FunctionOperation,
    KerasTensor,
    Operation,
    any_symbolic,
    node_of,
)
from cornu.layers.call import signature_of
from cornu.layers.layer import Layer
from cornu.saving import deserialize_keras_object, serialize_keras_object


class _NotYet(Exception):
    """A call needs the result of one that has not been made."""


def _numbers(model: Any) -> dict[CallNode, int]:
    """Returns how the model's calls are numbered in the config, operation by operation."""
    inside = set(model._graph.nodes)
    numbers: dict[CallNode, int] = {}
    for operation in model.operations:
        # A functional model counts the call that made it, so that its first call is number 1.
        first = 1 if hasattr(operation, "_inputs_struct") else 0
        calls = [node for node in operation._inbound_nodes if node in inside]
        numbers.update((node, first + place) for place, node in enumerate(calls))
    return numbers


def get_config(model: Any) -> dict[str, Any]:
    """Returns the config of a functional model.

    Args:
        model: The model.

    Returns:
        Its layers, each with its calls, and where inputs and outputs are.
    """
    numbers = _numbers(model)

    def reference(tensor: KerasTensor) -> list[Any]:
        node = node_of(tensor)
        place = [output is tensor for output in node.outputs].index(True)
        return [node.operation.name, numbers[node], place]

    def argument(leaf: Any) -> Any:
        if not isinstance(leaf, KerasTensor):
            return serialize_keras_object(leaf)
        name, number, place = reference(leaf)
        first = 1 if hasattr(node_of(leaf).operation, "_inputs_struct") else 0
        return {
            "class_name": "__keras_tensor__",
            "config": {
                "shape": leaf.shape,
                "dtype": leaf.dtype,
                "keras_history": [name, number - first, place],
            },
        }

    layers = []
    for operation in model.operations:
        layer = serialize_keras_object(operation)
        layer["name"] = operation.name
        layer["inbound_nodes"] = [
            {
                "args": tree.map_structure(argument, list(node.arguments)),
                "kwargs": tree.map_structure(argument, node.keywords),
            }
            for node in operation._inbound_nodes
            if node in numbers and node.inputs
        ]
        layers.append(layer)
    return copy.deepcopy(
        {
            "name": model.name,
            "trainable": model.trainable,
            "layers": layers,
            "input_layers": tree.map_structure(reference, model._inputs_struct),
            "output_layers": tree.map_structure(reference, model._outputs_struct),
        }
    )


class _Reader:
    """Makes the layers of a config and calls them in an order in which that is possible.

    Attributes:
        layers: The layers by name.
        results: What the calls of each layer returned, in order. Tensors live only as long as
            somebody holds them; here they are held until the model is made.
    """

    def __init__(self) -> None:
        self.layers: dict[str, Operation] = {}
        self.results: dict[str, list[Any]] = {}

    def read(self, layers: list[Any]) -> None:
        """Makes layers from their configs, and all their calls."""
        waiting: list[tuple[str, Any]] = []
        for data in layers:
            name = data["name"] if "name" in data else data["config"]["name"]
            layer = self.layers[name] = deserialize_keras_object(data)
            calls = data.get("inbound_nodes") or []
            self.results[name] = [] if calls else [layer.output]
            waiting.extend((name, call) for call in calls)
        while waiting:
            later = self._make_calls(waiting)
            if len(later) == len(waiting):
                names = ", ".join(sorted({name for name, _ in later}))
                raise ValueError(
                    f"The config of the model cannot be followed: the calls of {names} depend on "
                    f"calls that never come."
                )
            waiting = later

    def _make_calls(self, waiting: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        """Makes the calls whose arguments exist and returns the others."""
        later = []
        blocked: set[str] = set()
        for name, call in waiting:
            if name not in blocked:  # the calls of a layer keep their order
                try:
                    arguments, keywords = self._arguments(call)
                except _NotYet:
                    blocked.add(name)
                else:
                    layer = self.layers[name]
                    keywords = _without_default_phase(layer, keywords)
                    if isinstance(layer, FunctionOperation):
                        arguments = [_tuples(value) for value in arguments]
                        keywords = {
                            key: _tuples(value)
                            for key, value in {**keywords, **layer.settings}.items()
                        }
                    self.results[name].append(layer(*arguments, **keywords))
                    continue
            later.append((name, call))
        return later

    def _arguments(self, call: Any) -> tuple[list[Any], dict[str, Any]]:
        if isinstance(call, list):  # Keras 2: [[layer, call, output, keywords], ...]
            tensors = [self._output(item[0], item[1], item[2], counted=True) for item in call]
            keywords = dict(call[0][3]) if len(call[0]) > 3 else {}
            return [tensors[0] if len(tensors) == 1 else tensors], keywords
        return self._connect(call["args"]), self._connect(call["kwargs"])

    def _connect(self, structure: Any) -> Any:
        if isinstance(structure, dict):
            if structure.get("class_name") == "__keras_tensor__":
                return self._output(*structure["config"]["keras_history"], counted=False)
            if "class_name" in structure and "config" in structure:
                return deserialize_keras_object(structure)
            return {key: self._connect(value) for key, value in structure.items()}
        if isinstance(structure, (list, tuple)):
            return [self._connect(item) for item in structure]
        return structure

    def _output(self, name: str, number: int, place: int, *, counted: bool) -> Any:
        if name not in self.layers:
            raise ValueError(f"The config of the model refers to a layer {name!r} that it lacks.")
        if counted and hasattr(self.layers[name], "_inputs_struct"):
            number -= 1
        if number >= len(self.results[name]):
            raise _NotYet
        return tree.flatten(self.results[name][number])[place]

    def place(self, structure: Any) -> Any:
        """Returns the tensors that a structure of references stands for."""
        if isinstance(structure, dict):
            return {key: self.place(value) for key, value in structure.items()}
        if len(structure) == 3 and isinstance(structure[0], str):
            return self._output(*structure, counted=True)
        return [self.place(item) for item in structure]


def _without_default_phase(layer: Any, keywords: dict[str, Any]) -> dict[str, Any]:
    """Returns keywords without a `training` that says what the layer does anyway.

    Keras notes the default of `training` in every call. Here a given phase is kept whatever the
    model is told, so a Dropout with a noted False would never drop.
    """
    if not isinstance(layer, Layer) or "training" not in keywords:
        return keywords
    default = signature_of(type(layer), "call").defaults.get("training")
    if keywords["training"] is None or keywords["training"] == default:
        return {key: value for key, value in keywords.items() if key != "training"}
    return keywords


def _tuples(value: Any) -> Any:
    """Returns a setting with tuples for the lists that JSON made of them."""
    if isinstance(value, list) and value and not any_symbolic(value):
        return tuple(_tuples(item) for item in value)
    return value


def from_config(cls: Any, config: dict[str, Any]) -> Any:
    """Makes a functional model from its config.

    Args:
        cls: Class of the model, called with `inputs`, `outputs`, `name` and `trainable`.
        config: What `get_config` returned, or an older version of Keras wrote.

    Returns:
        A model with new weights.

    Raises:
        ValueError: When calls refer to layers or calls that do not exist.
    """
    config = dict(config)
    reader = _Reader()
    reader.read(config.pop("layers"))
    inputs = reader.place(config.pop("input_layers"))
    outputs = reader.place(config.pop("output_layers"))
    name, trainable = config.pop("name", None), config.pop("trainable", None)
    return cls(inputs=inputs, outputs=outputs, name=name, trainable=trainable, **config)
