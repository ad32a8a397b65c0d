"""The table that `model.summary()` prints."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Sequence
from typing import Any

from cornu.core import dtypes, shapes, tree
from cornu.core.keras_tensor import FunctionOperation
from cornu.layers.call import map_shapes
from cornu.layers.layer import Layer
from cornu.models import table


def memory_size(weights: Sequence[Any]) -> int:
    """Returns how many bytes variables take, each counted once."""
    unique = {id(weight): weight for weight in weights}.values()
    return sum(shapes.size(w.shape) * dtypes.item_size(w.dtype) for w in unique)


def readable_size(size: float) -> str:
    """Returns a number of bytes with a fitting unit.

    Example:
        >>> readable_size(2048)
        '2.00 KB'
    """
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} PB"


def _shape_text(shape: Any) -> str:
    return f"({', '.join(str(size) for size in shape)})"


def _structure_text(structure: Any) -> str:
    leaves = tree.flatten(structure)
    return leaves[0] if len(leaves) == 1 else str(structure).replace("'", "")


def output_shape_text(layer: Any) -> str:
    """Returns the output shape of a layer for people, "?" where it is not known."""
    nodes = layer._inbound_nodes
    if nodes:
        outputs = nodes[-1].outputs
        return _structure_text([_shape_text(tensor.shape) for tensor in outputs])
    built_with = getattr(layer, "_build_shapes_dict", None)
    if not built_with:
        return "?"
    try:
        if hasattr(layer, "output_shape"):
            return _structure_text(map_shapes(_shape_text, layer.output_shape))
        if type(layer).compute_output_shape is Layer.compute_output_shape:
            return "?"
        return _structure_text(map_shapes(_shape_text, layer.compute_output_shape(**built_with)))
    except (NotImplementedError, AttributeError, TypeError):
        return "?"


def kind_of(operation: Any) -> str:
    """Returns the class name of a layer; for a recorded function Keras's class name for it."""
    if isinstance(operation, FunctionOperation):
        return operation.function.__name__.title().replace("_", "")
    return type(operation).__name__


def is_chain(graph: Any) -> bool:
    """Returns whether every layer of a functional model has one input and is called once."""
    nodes = []
    for level in graph.nodes_by_depth.values():
        if len(level) > 1 or len(level[0].inputs) > 1:
            return False
        nodes += level
    inside = set(nodes)
    return all(
        sum(node in inside for node in operation._inbound_nodes) <= 1
        for operation in graph.operations
    )


class Rows:
    """The rows of one model's table."""

    def __init__(self, model: Any, *, expand_nested: bool, show_trainable: bool) -> None:
        graph = getattr(model, "_graph", None)
        self.layers = model.layers if graph is None else graph.operations
        self.expand_nested = expand_nested
        self.show_trainable = show_trainable
        self.nodes = set() if graph is None else set(graph.nodes)
        self.is_chain = graph is None or is_chain(graph)

    def rows_of(self, layer: Any, level: int = 0) -> list[list[str]]:
        prefix = "   " * level + "└ " if level else ""
        rows = [self.row_of(layer, prefix)]
        if self.expand_nested:
            for inner in getattr(layer, "layers", None) or []:
                rows += self.rows_of(inner, level + 1)
        return rows

    def row_of(self, layer: Any, prefix: str) -> list[str]:
        params = "0"
        if hasattr(layer, "built"):
            params = f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"
        row = [f"{prefix}{layer.name} ({kind_of(layer)})", output_shape_text(layer), params]
        if not self.is_chain:
            row.append(self.connections(layer))
        if self.show_trainable:
            has_weights = bool(getattr(layer, "weights", None))
            row.append(("Y" if layer.trainable else "N") if has_weights else "-")
        return row

    def connections(self, layer: Any) -> str:
        sources = []
        for node in layer._inbound_nodes:
            if node in self.nodes:
                for tensor in node.inputs:
                    history = tensor._keras_history
                    sources.append(
                        f"{history.operation.name}[{history.node_index}][{history.tensor_index}]"
                    )
        return ", ".join(sources) or "-"


def summary_text(
    model: Any,
    line_length: int | None = None,
    positions: list[float] | None = None,
    *,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Any = None,
) -> str:
    """Returns the text of `model.summary()`."""
    content = Rows(model, expand_nested=expand_nested, show_trainable=show_trainable)
    header = ["Layer (type)", "Output Shape", "Param #"]
    alignment = ["left", "left", "right"]
    default_length = 88
    default_positions = [0.45, 0.80, 1.0]
    if not content.is_chain:
        header.append("Connected to")
        alignment.append("left")
        default_length = 108
        default_positions = [0.3, 0.56, 0.74, 1.0]
    positions = positions or default_positions
    if show_trainable:
        header.append("Trainable")
        alignment.append("center")
        default_length += 12
        positions = [position * 0.90 for position in positions] + [1.0]
    columns = shutil.get_terminal_size().columns
    line_length = line_length or min(default_length, columns - 4)
    ends = [int(position * line_length) for position in positions]
    widths = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    if min(widths) < 4:
        raise ValueError(
            f"summary: {line_length} columns are too few for the table; pass line_length=..., or "
            f"make the terminal wider."
        )
    first, last = layers_between(content.layers, layer_range)
    rows = [row for layer in content.layers[first:last] for row in content.rows_of(layer)]
    text = f'Model: "{model.name}"\n'
    text += table.draw(header, rows, widths, alignment, line_length)
    return text + _totals(model)


def _totals(model: Any) -> str:
    trainable, frozen = model.trainable_weights, model.non_trainable_weights
    optimizer = getattr(model, "optimizer", None) if getattr(model, "compiled", False) else None
    slots = optimizer.variables if optimizer is not None and optimizer.built else None
    lines = [
        ("Total params", [*trainable, *frozen, *(slots or ())]),
        ("Trainable params", trainable),
        ("Non-trainable params", frozen),
    ]
    if slots is not None:
        lines.append(("Optimizer params", slots))
    text = ""
    for label, weights in lines:
        count = sum(shapes.size(weight.shape) for weight in weights)
        text += f" {label}: {count:,} ({readable_size(memory_size(weights))})\n"
    return text


def layers_between(
    layers: Sequence[Any], layer_range: Any, who: str = "summary"
) -> tuple[int, int]:
    """Returns the place of the first layer in a range of names, and that behind the last."""
    if layer_range is None:
        return 0, len(layers)
    if len(layer_range) != 2 or not all(isinstance(name, str) for name in layer_range):
        raise ValueError(
            f"{who}: layer_range holds the names of the first and the last layer; got "
            f"{layer_range!r}."
        )
    found = [
        [place for place, layer in enumerate(layers) if re.match(pattern, layer.name)]
        for pattern in layer_range
    ]
    if not found[0] or not found[1]:
        raise ValueError(
            f"{who}: layer_range={layer_range!r} matches no layer; the layers are "
            f"{', '.join(layer.name for layer in layers)}."
        )
    if min(found[0]) > max(found[1]):
        return min(found[1]), max(found[0]) + 1
    return min(found[0]), max(found[1]) + 1


def print_summary(
    model: Any, print_fn: Callable[[str], Any] | None = None, **settings: Any
) -> None:
    """Prints the summary of a model.

    Args:
        model: The model.
        print_fn: Called once with the text; None writes to stdout.
        **settings: As for `summary_text`.
    """
    text = summary_text(model, **settings)
    if print_fn is not None:
        print_fn(text)
    else:
        sys.stdout.write(text)
        sys.stdout.flush()
