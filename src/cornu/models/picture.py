"""The picture of a model: a card for each layer, and arrows where its data go."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from cornu.core.keras_tensor import CallNode, KerasTensor, Operation
from cornu.drawing.layered import Box, Curve, Layout, Link, Point, layered_layout
from cornu.drawing.ranks import CycleError
from cornu.drawing.scene import Group, Line, Rectangle, Scene, Shape, Text, shifted, text_width
from cornu.layers.core.input_layer import InputLayer
from cornu.layers.layer import Layer
from cornu.models.graph import ModelGraph, graph_of
from cornu.models.summary import kind_of, layers_between, output_shape_text

# Tints say what family a layer is of; words stand on all of them in the same ink.
PALETTE = {
    "paper": "#ffffff",
    "card": "#ffffff",
    "ink": "#1f2328",
    "muted": "#656d76",
    "rule": "#c4cbd3",
    "edge": "#6b7683",
    "group": "#f6f8fa",
    "plain": "#eceff2",
    "dense": "#dae6fb",
    "conv": "#d5efe0",
    "pooling": "#e6f0c8",
    "rnn": "#fde4cb",
    "attention": "#fadbe5",
    "normalization": "#e8dff6",
    "regularization": "#f3e9d2",
    "merging": "#d2edf1",
    "activation": "#fff0c2",
}
# Where a layer's class is defined says its family; a user's layer has that of what it is made from.
_TINTS = {
    "cornu.layers.core.dense": "dense",
    "cornu.layers.core.einsum_dense": "dense",
    "cornu.layers.core.embedding": "dense",
    "cornu.layers.conv": "conv",
    "cornu.layers.pooling": "pooling",
    "cornu.layers.rnn": "rnn",
    "cornu.layers.attention": "attention",
    "cornu.layers.normalization": "normalization",
    "cornu.layers.regularization": "regularization",
    "cornu.layers.noise": "regularization",
    "cornu.layers.merging": "merging",
    "cornu.layers.activation": "activation",
}

_TITLE, _WORDS = 13.0, 11.0
_TITLE_LINE, _WORDS_LINE = 19.0, 16.0
_PADDING = 10.0
_RADIUS = 6.0
_LEAST_WIDTH = 76.0
_MARGIN = 16.0
_GROUP_TOP, _GROUP_SIDE = 32.0, 16.0
_MOST_SHAPES = 4


@dataclass(frozen=True)
class Details:
    """What a picture tells about each layer, and how.

    Attributes:
        shapes: The shapes of its inputs and outputs.
        dtype: The dtype of its outputs.
        names: Its name.
        activation: Its activation.
        trainable: Whether it is trained.
        expand_nested: Whether inner models are drawn with their layers.
        direction: "TB", "BT", "LR" or "RL".
    """

    shapes: bool = False
    dtype: bool = False
    names: bool = True
    activation: bool = False
    trainable: bool = False
    expand_nested: bool = False
    direction: str = "TB"


def model_scene(model: Any, details: Details, layer_range: Sequence[str] | None = None) -> Scene:
    """Returns the picture of a model.

    Args:
        model: A built model; one without a graph (a subclassed one) is a single card.
        details: What is told about each layer.
        layer_range: Names or patterns of the first and the last layer; None draws all.

    Returns:
        A Scene.

    Raises:
        ValueError: For a `layer_range` that matches no layer.
    """
    graph = graph_of(model)
    if graph is None:
        card = _card(model, [], details)
        scene = Scene(card.width, card.height, PALETTE, [card.group])
    else:
        first, last = layers_between(graph.operations, layer_range, "plot_model")
        operations = graph.operations[first:last]
        try:
            diagram = _Diagram(graph, operations, details)
        except CycleError:
            # A layer that takes its own result cannot be one card.
            diagram = _Diagram(graph, operations, details, card_per_call=True)
        scene = Scene(diagram.layout.width, diagram.layout.height, PALETTE, diagram.shapes())
    scene.shapes = [shifted(shape, _MARGIN, _MARGIN) for shape in scene.shapes]
    scene.width = float(math.ceil(scene.width + 2 * _MARGIN))
    scene.height = float(math.ceil(scene.height + 2 * _MARGIN))
    return scene


# ----------------------------------------------------------------------------------- one layer


@dataclass(frozen=True)
class _Card:
    """A layer, or an inner model with its layers; ports count from the middle of a side."""

    width: float
    height: float
    group: Group
    inputs: tuple[float, ...] | None = None
    outputs: tuple[float, ...] | None = None


def _card(operation: Any, nodes: Sequence[CallNode], details: Details, note: str = "") -> _Card:
    title = _title(operation)
    calls = note or (f"\N{MULTIPLICATION SIGN} {len(nodes)}" if len(nodes) > 1 else "")
    head = _TITLE_LINE + (_WORDS_LINE if details.names else 0) + 9
    rows = _rows(operation, nodes, details)
    keys = max((text_width(key, _WORDS) for key, _ in rows), default=0.0) + 8
    width = max(
        _LEAST_WIDTH,
        text_width(title, _TITLE, bold=True) + 2 * _PADDING,
        text_width(f"{operation.name}  {calls}", _WORDS) + 2 * _PADDING if details.names else 0,
        *(keys + text_width(value, _WORDS) + 2 * _PADDING for _, value in rows),
    )
    width = float(round(width))
    height = head + (len(rows) * _WORDS_LINE + 9 if rows else 0)
    shapes: list[Shape] = [Rectangle(0, 0, width, height, "card", "rule", _RADIUS)]
    tint = _tint(operation)
    shapes.append(Rectangle(0.5, 0.5, width - 1, head - 0.5, tint, "", _RADIUS - 0.5))
    if rows:  # the head's lower corners are square
        shapes.append(Rectangle(0.5, head - _RADIUS, width - 1, _RADIUS, tint))
    shapes.append(Text(width / 2, 19, title, _TITLE, "ink", bold=True, centred=True))
    if details.names:
        name = f"{operation.name}  {calls}".rstrip()
        shapes.append(Text(width / 2, 19 + _WORDS_LINE, name, _WORDS, "muted", centred=True))
    for number, (key, value) in enumerate(rows):
        baseline = head + 17 + number * _WORDS_LINE
        if key:
            shapes.append(Text(_PADDING, baseline, key, _WORDS, "muted"))
        shapes.append(Text(_PADDING + keys, baseline, value, _WORDS, "ink"))
    kind = "input" if isinstance(operation, InputLayer) else "layer"
    return _Card(width, height, Group(operation.name, kind, tuple(shapes)))


def _title(operation: Any) -> str:
    inner = getattr(operation, "layer", None) or getattr(operation, "forward_layer", None)
    kind = kind_of(operation)
    return f"{kind}({kind_of(inner)})" if isinstance(inner, Layer) else kind


def _tint(operation: Any) -> str:
    for cls in type(operation).__mro__:
        for module, tint in _TINTS.items():
            if cls.__module__ == module or cls.__module__.startswith(f"{module}."):
                return tint
    return "plain"


def _rows(operation: Any, nodes: Sequence[CallNode], details: Details) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    inputs = [tensor for node in nodes for tensor in node.inputs]
    outputs = [tensor for node in nodes for tensor in node.outputs]
    if details.activation and hasattr(operation, "activation"):
        rows.append(("activation", getattr(operation.activation, "__name__", None) or "linear"))
    if details.shapes:
        if not isinstance(operation, InputLayer) and inputs:
            rows += _shape_rows("input", inputs, once=len(nodes) > 1)
        if nodes:
            rows += _shape_rows("output", outputs, once=len(nodes) > 1)
        else:
            rows.append(("output", output_shape_text(operation)))
    if details.dtype:
        dtypes = dict.fromkeys(tensor.dtype for tensor in outputs)
        rows.append(("dtype", ", ".join(dtypes) or str(getattr(operation, "dtype", "?"))))
    if details.trainable and isinstance(operation, Layer):
        has_weights = operation.built and operation.weights
        rows.append(("trainable", ("yes" if operation.trainable else "no") if has_weights else "-"))
    return rows


def _shape_rows(key: str, tensors: Sequence[KerasTensor], once: bool) -> list[tuple[str, str]]:
    texts = [str(tensor.shape) for tensor in tensors]
    texts = list(dict.fromkeys(texts)) if once or len(texts) > _MOST_SHAPES else texts
    if len(texts) > _MOST_SHAPES:
        texts = [*texts[: _MOST_SHAPES - 1], f"and {len(texts) - _MOST_SHAPES + 1} more"]
    return [(key if not number else "", text) for number, text in enumerate(texts)]


# ---------------------------------------------------------------------------------- many layers


class _Diagram:
    """The cards of a graph and the links between them, laid out."""

    def __init__(
        self,
        graph: ModelGraph,
        operations: Sequence[Operation],
        details: Details,
        *,
        card_per_call: bool = False,
        is_inner: bool = False,
    ) -> None:
        self.details = details
        self.card_per_call = card_per_call
        shown = set(operations)
        inside = set(graph.nodes)
        self.cards: dict[Hashable, _Card] = {}
        self.nodes: list[CallNode] = []
        for operation in operations:
            nodes = [node for node in operation._inbound_nodes if node in inside]
            self.nodes += nodes
            if not card_per_call or len(nodes) == 1:
                self.cards[operation] = self._card_of(operation, nodes)
                continue
            for number, node in enumerate(nodes, 1):
                note = f"(call {number} of {len(nodes)})"
                self.cards[operation, node] = _card(operation, [node], details, note)
        boxes = [Box(key, card.width, card.height) for key, card in self.cards.items()]
        links = [link for node in self.nodes for link in self._links(node, shown, inside)]
        self.ends: dict[str, int] = {}
        if is_inner:
            for side, tensors in (("first", graph.inputs), ("last", graph.outputs)):
                for number, tensor in enumerate(tensors):
                    boxes.append(Box((side, number), 0.0, 0.0, end=side))
                    links += self._end_links(side, number, tensor)
                self.ends[side] = len(tensors)
        self.links = list(dict.fromkeys(links))
        self.layout: Layout = layered_layout(boxes, self.links, details.direction)

    def _card_of(self, operation: Operation, nodes: Sequence[CallNode]) -> _Card:
        graph = graph_of(operation) if self.details.expand_nested else None
        if graph is None:
            return _card(operation, nodes, self.details)
        return _inner_model(operation, graph, self.details)

    def _key(self, node: CallNode) -> Hashable:
        key = (node.operation, node)
        return key if key in self.cards else node.operation

    def _links(self, node: CallNode, shown: set[Operation], inside: set[CallNode]) -> list[Link]:
        links = []
        target = self._key(node)
        arrivals = self.cards[target].inputs
        for number, tensor in enumerate(node.inputs):
            source_node = tensor._keras_node
            if source_node in inside and source_node.operation in shown:
                source = self._key(source_node)
                leave = self._port(self.cards[source].outputs, tensor)
                arrive = arrivals[number] if arrivals and number < len(arrivals) else None
                links.append(Link(source, target, leave, arrive))
        return links

    @staticmethod
    def _port(ports: tuple[float, ...] | None, tensor: KerasTensor) -> float | None:
        place = tensor._keras_history.tensor_index if tensor._keras_history else 0
        return ports[place] if ports and place < len(ports) else None

    def _end_links(self, side: str, number: int, tensor: KerasTensor) -> list[Link]:
        node = tensor._keras_node
        key = self._key(node) if node is not None else None
        if key in self.cards:
            if side == "first":
                return [Link((side, number), key)]
            return [Link(key, (side, number), self._port(self.cards[key].outputs, tensor))]
        # The input has no card of its own: the line leads to the layers that take it.
        takers = [node for node in self.nodes if any(given is tensor for given in node.inputs)]
        return [Link((side, number), self._key(taker)) for taker in takers]

    def shapes(self) -> list[Shape]:
        """Returns what is drawn: the lines below the cards."""
        lines: list[Shape] = []
        for link, curve in zip(self.links, self.layout.curves):
            # The line goes on inside of an inner model, and ends with an arrow there.
            target = self.cards.get(link.target)
            arrow = target is not None and target.inputs is None
            lines.append(Line(curve, "edge", arrow=arrow))
        cards: list[Shape] = [
            shifted(card.group, *self.layout.places[key]) for key, card in self.cards.items()
        ]
        return [*lines, *cards]

    def end_points(self, side: str) -> list[Point]:
        """Returns where the lines of an inner model's inputs or outputs begin or end."""
        return [self.layout.places[side, number] for number in range(self.ends.get(side, 0))]


def _inner_model(model: Any, graph: ModelGraph, details: Details) -> _Card:
    """Returns the card of a model that shows its layers."""
    operations = list(graph.operations)
    if getattr(model, "_functional", None) is not None:  # a Sequential's input is no layer of it
        operations = [op for op in operations if not isinstance(op, InputLayer)]
    try:
        diagram = _Diagram(graph, operations, details, is_inner=True)
    except CycleError:
        diagram = _Diagram(graph, operations, details, is_inner=True, card_per_call=True)
    title = _title(model) + (f"  {model.name}" if details.names else "")
    title_width = text_width(title, _TITLE, bold=True)
    inner_width = max(diagram.layout.width, title_width)
    width = float(round(inner_width + 2 * _GROUP_SIDE))
    height = float(round(diagram.layout.height + _GROUP_TOP + _GROUP_SIDE))
    left = (width - diagram.layout.width) / 2
    shapes: list[Shape] = [
        Rectangle(0, 0, width, height, "group", "rule", 10),
        *(shifted(shape, left, _GROUP_TOP) for shape in diagram.shapes()),
    ]
    upright = details.direction in ("TB", "BT")
    forwards = details.direction in ("TB", "LR")
    ports: dict[str, list[float]] = {"first": [], "last": []}
    for side, found in ports.items():
        for x, y in diagram.end_points(side):
            inner = (x + left, y + _GROUP_TOP)
            far = (height if upright else width) if (side == "last") == forwards else 0.0
            border = (inner[0], far) if upright else (far, inner[1])
            ends = (border, inner) if side == "first" else (inner, border)
            shapes.append(Line(Curve(ends[0], ((ends[1],),)), "edge", arrow=False))
            found.append(inner[0] - width / 2 if upright else inner[1] - height / 2)
    # Last, so that no line runs through the words.
    shapes.append(Rectangle(10, 8, title_width + 12, 19, "group"))
    shapes.append(Text(16, 22, title, _TITLE, "ink", bold=True))
    group = Group(model.name, "model", tuple(shapes))
    return _Card(width, height, group, tuple(ports["first"]), tuple(ports["last"]))
