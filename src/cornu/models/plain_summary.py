"""The summary of a model as Keras 2 prints it: plain lines, fields cut at columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cornu.core import shapes
from cornu.layers.core.input_layer import InputLayer
from cornu.models.summary import Rows, kind_of, layers_between, output_shape_text

# A field that is cut goes on in the next line after one of these.
_BREAKS = ("),", "},", "],", "',")


def _fields(columns: Sequence[Any], ends: Sequence[int], level: int) -> Iterator[str]:
    """Yields the lines of a row; what does not fit into a column goes on below."""
    left = [str(column) for column in columns]
    while any(left):
        line = ""
        for place, text in enumerate(left):
            gap = 0 if place == len(ends) - 1 else 2
            room = ends[place] - (ends[place - 1] if place else 0) - gap
            breaks = [text[:room].find(end) + len(end) for end in _BREAKS if end in text[:room]]
            taken = min(breaks, default=room)
            if place == 0:
                line += "|" * level + " "
            line += text[:taken] + " " * gap
            line += " " * (ends[place] - len(line) - level)
            left[place] = text[taken:]
        yield line + "|" * level


def _shape(layer: Any) -> str:
    text = output_shape_text(layer)
    if isinstance(layer, InputLayer):
        return f"[{text}]"
    return "multiple" if text == "?" else text


class _PlainRows(Rows):
    """The rows of one model in Keras 2's layout."""

    def __init__(self, model: Any, *, expand_nested: bool, show_trainable: bool) -> None:
        super().__init__(model, expand_nested=expand_nested, show_trainable=show_trainable)
        self.ends: list[int] = []
        self.width = 0

    def lines_of(self, layer: Any, level: int = 0, *, last: bool = False) -> Iterator[str]:
        """Yields the lines of a layer and of the layers in it."""
        params: Any = 0
        if hasattr(layer, "built"):
            params = layer.count_params() if layer.built else "0 (unused)"
        row = [f"{layer.name} ({kind_of(layer)})", _shape(layer), params]
        if not self.is_chain:
            row.append([source for source in self.connections(layer).split(", ") if source != "-"])
        if self.show_trainable:
            row.append("Y" if layer.trainable else "N")
        yield from _fields(row, self.ends, level)
        inner = getattr(layer, "layers", None) if self.expand_nested else None
        if inner:
            yield self._rule(level + 1, "¯")
            for child in inner:
                yield from self.lines_of(child, level + 1, last=child is inner[-1])
            yield self._rule(level, "¯")
        if not last:
            yield self._rule(level, " ")

    def _rule(self, level: int, fill: str) -> str:
        return "|" * level + fill * (self.width - 2 * level) + "|" * level


def plain_lines(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    *,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Any = None,
) -> Iterator[str]:
    """Yields the lines of a model's summary in Keras 2's layout.

    Args:
        model: The model.
        line_length: Width; 65 for a chain of layers and 98 for other models when None.
        positions: Where columns end, as shares of the width or as numbers of characters.
        expand_nested: Whether the layers of inner models are shown too.
        show_trainable: Whether a column says which layers are trained.
        layer_range: Names (or regular expressions) of the first and last layer to show.

    Raises:
        ValueError: For a model without weights yet, and a `layer_range` that matches no layer.
    """
    if not model.built:
        raise ValueError(
            "This model has not yet been built. Build the model first by calling build() or by "
            "calling the model on a batch of data."
        )
    table = _PlainRows(model, expand_nested=expand_nested, show_trainable=show_trainable)
    titles = ["Layer (type)", "Output Shape", "Param #"]
    width, ends = (65, [0.45, 0.85, 1.0]) if table.is_chain else (98, [0.33, 0.55, 0.67, 1.0])
    if not table.is_chain:
        titles.append("Connected to")
    width = line_length or width
    ends = list(positions or ends)
    if ends[-1] <= 1:
        ends = [int(width * end) for end in ends]
    if show_trainable:
        titles.append("Trainable")
        width += 11
        ends.append(width)
    table.width, table.ends = width, [int(end) for end in ends]
    first, last = layers_between(table.layers, layer_range)
    yield f'Model: "{model.name}"'
    yield "_" * width
    yield from _fields(titles, table.ends, 0)
    yield "=" * width
    for layer in table.layers[first:last]:
        yield from table.lines_of(layer)
    yield "=" * width
    trainable = sum(shapes.size(weight.shape) for weight in model.trainable_weights)
    frozen = sum(shapes.size(weight.shape) for weight in model.non_trainable_weights)
    yield f"Total params: {trainable + frozen:,}"
    yield f"Trainable params: {trainable:,}"
    yield f"Non-trainable params: {frozen:,}"
    yield "_" * width
