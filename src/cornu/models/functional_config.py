"""Functional models as configs: layers, and the calls that connect them."""

from __future__ import annotations

import copy
from typing import Any

from cornu.core import tree
from cornu.core.keras_tensor import CallNode, KerasTensor, Operation, node_of
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
    layers: dict[str, Operation] = {}
    waiting: list[tuple[str, Any]] = []
    # What is not held by a model lives as long as its tensors: keep them until the model is made.
    made: dict[str, list[Any]] = {}
    for data in config.pop("layers"):
        name = data["name"] if "name" in data else data["config"]["name"]
        layers[name] = deserialize_keras_object(data)
        calls = data.get("inbound_nodes") or []
        made[name] = []
        if not calls:
            made[name].append(layers[name].output)
        waiting.extend((name, call) for call in calls)

    def output(name: str, number: int, place: int, *, offset: bool) -> Any:
        if name not in layers:
            raise ValueError(f"The config of the model refers to a layer {name!r} that it lacks.")
        if offset and hasattr(layers[name], "_inputs_struct"):
            number -= 1
        if number >= len(made[name]):
            raise _NotYet
        return tree.flatten(made[name][number])[place]

    while waiting:
        later = []
        blocked: set[str] = set()
        for name, call in waiting:
            if name in blocked:  # the calls of a layer keep their order
                later.append((name, call))
                continue
            try:
                arguments, keywords = _call_arguments(call, output)
            except _NotYet:
                blocked.add(name)
                later.append((name, call))
                continue
            made[name].append(layers[name](*arguments, **keywords))
        if len(later) == len(waiting):
            names = ", ".join(sorted({name for name, _ in later}))
            raise ValueError(
                f"The config of the model cannot be followed: the calls of {names} depend on calls "
                f"that never come."
            )
        waiting = later

    def place(structure: Any) -> Any:
        if isinstance(structure, dict):
            return {key: place(value) for key, value in structure.items()}
        if len(structure) == 3 and isinstance(structure[0], str):
            return output(*structure, offset=True)
        return [place(item) for item in structure]

    inputs = place(config.pop("input_layers"))
    outputs = place(config.pop("output_layers"))
    name, trainable = config.pop("name", None), config.pop("trainable", None)
    return cls(inputs=inputs, outputs=outputs, name=name, trainable=trainable, **config)


def _call_arguments(call: Any, output: Any) -> tuple[list[Any], dict[str, Any]]:
    if isinstance(call, list):  # Keras 2: [[layer, call, output, keywords], ...]
        tensors = [output(item[0], item[1], item[2], offset=True) for item in call]
        keywords = dict(call[0][3]) if len(call[0]) > 3 else {}
        return [tensors[0] if len(tensors) == 1 else tensors], keywords

    def connect(structure: Any) -> Any:
        if isinstance(structure, dict):
            if structure.get("class_name") == "__keras_tensor__":
                return output(*structure["config"]["keras_history"], offset=False)
            if "class_name" in structure and "config" in structure:
                return deserialize_keras_object(structure)
            return {key: connect(value) for key, value in structure.items()}
        if isinstance(structure, (list, tuple)):
            return [connect(item) for item in structure]
        return structure

    return connect(call["args"]), connect(call["kwargs"])
