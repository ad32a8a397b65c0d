"""Bodies whose rows do not see each other can run on a part of the batch at a time."""

from __future__ import annotations

from typing import Any

from cornu.core.graph import Graph, Node, Value
from cornu.core.primitive import Primitive
from cornu.core.primitives import elementwise

_ELEMENTWISE = frozenset(
    item.name for item in vars(elementwise).values() if isinstance(item, Primitive)
) - {"full", "iota"}


class _Mixed(Exception):
    """Rows depend on each other, or it cannot be told that they do not."""


class _BatchConstant(Exception):
    """A constant has one row for each row of the batch."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


def body_of_part(body: Graph, moving: int, parts: int) -> tuple[Graph, set[int]] | None:
    """Returns a body that does for a part of the rows what a body does for all of them.

    Args:
        body: Of a scan.
        moving: How many of its inputs are carried or slices; their first axis is the batch.
        parts: How many parts there are.

    Returns:
        The body for a part, and which of the other inputs have a row for each row of the batch
        too; None when rows depend on each other or do not divide.
    """
    given = body.inputs[:moving]
    rows = given[0].shape[0] if given and given[0].shape else 0
    if rows == 0 or rows % parts or any(value.shape[:1] != (rows,) for value in given):
        return None
    batched = set(given)
    graph = None
    while graph is None:
        graph = _try_part(body, batched, rows, rows // parts)
        if graph is body:
            return None
    others = range(moving, len(body.inputs))
    return graph, {i for i in others if body.inputs[i] in batched}


def _try_part(body: Graph, batched: set[Value], rows: int, part: int) -> Graph | None:
    """The body for a part; the body itself when there is none, None when `batched` has grown."""
    try:
        return _Part(body, batched, rows, part).graph
    except _BatchConstant as found:
        batched.add(found.value)
        return None
    except _Mixed:
        return body


class _Part:
    def __init__(self, body: Graph, batched: set[Value], rows: int, part: int) -> None:
        self.graph = Graph()
        self._rows, self._part = rows, part
        self._inputs = set(body.inputs)
        self._batched = set(batched)
        self._known: dict[Value, Value] = {}
        for value in body.inputs:
            shape = (part, *value.shape[1:]) if value in batched else value.shape
            self._known[value] = self.graph.add_input(shape, value.dtype)
        for value, tensor in body.constants.items():
            self._known[value] = self.graph.add_constant(tensor)
        for node in body.nodes:
            if any(value in self._batched for value in node.inputs):
                self._add_batched(node)
            else:
                operands = [self._known[value] for value in node.inputs]
                self._add(node, operands, node.params)
        self.graph.outputs = [self._rows_of(value) for value in body.outputs]

    def _add(self, node: Node, operands: list[Value], params: dict[str, Any]) -> list[Value]:
        specs = node.primitive.rule(*operands, **params)
        outputs = specs if node.primitive.multiple else (specs,)
        copy = self.graph.add_node(node.primitive, operands, params, outputs, node.scope)
        self._known.update(zip(node.outputs, copy.outputs, strict=True))
        return copy.outputs

    def _add_batched(self, node: Node) -> None:
        name, params = node.primitive.name, node.params
        if name in _ELEMENTWISE:
            operands = [self._rows_of(value) for value in node.inputs]
        elif name == "concatenate":
            if params["axis"] == 0:
                raise _Mixed
            operands = [self._rows_of(value) for value in node.inputs]
        else:
            self._check_first(node)
            operands = [self._known[value] for value in node.inputs]
            change = _CHANGES.get(name)
            if change is None:
                raise _Mixed
            changed = change(node, self._rows, self._part)
            if changed is None:
                raise _Mixed
            params = {**params, **changed}
        self._add(node, operands, params)
        if any(value.shape[:1] != (self._rows,) for value in node.outputs):
            raise _Mixed
        self._batched.update(node.outputs)

    def _check_first(self, node: Node) -> None:
        """Only the first operand of a node that is not elementwise may have rows."""
        first, *rest = node.inputs
        if first not in self._batched or any(value in self._batched for value in rest):
            raise _Mixed

    def _rows_of(self, value: Value) -> Value:
        return self._known[value] if value in self._batched else self._as_batched(value)

    def _as_batched(self, value: Value) -> Value:
        """The rows of a part of something that is the same in every row, or a constant's."""
        if value.shape[:1] != (self._rows,):
            raise _Mixed
        if value in self._inputs:
            raise _BatchConstant(value)
        node = value.node
        name = "" if node is None else node.primitive.name
        if node is None or name not in ("full", "broadcast"):
            raise _Mixed
        if name == "broadcast" and 0 in node.params["dims"]:
            axis = tuple(node.params["dims"]).index(0)
            if node.inputs[0].shape[axis] != 1:
                raise _Mixed
        params = {**node.params, "shape": (self._part, *value.shape[1:])}
        operands = [self._known[x] for x in node.inputs]
        spec = node.primitive.rule(*operands, **params)
        return self.graph.add_node(node.primitive, operands, params, [spec]).outputs[0]


def _dot(node: Node, rows: int, part: int) -> dict[str, Any] | None:
    bound = {*node.params["contract"][0], *node.params["batch"][0]}
    return None if bound & {0} or node.params["batch"][0] else {}


def _reduced(node: Node, rows: int, part: int) -> dict[str, Any] | None:
    return None if 0 in node.params["axes"] else {}


def _reshaped(node: Node, rows: int, part: int) -> dict[str, Any] | None:
    shape = node.params["shape"]
    return {"shape": (part, *shape[1:])} if tuple(shape[:1]) == (rows,) else None


def _transposed(node: Node, rows: int, part: int) -> dict[str, Any] | None:
    return {} if node.params["permutation"][0] == 0 else None


def _broadcast(node: Node, rows: int, part: int) -> dict[str, Any] | None:
    return _reshaped(node, rows, part) if node.params["dims"][0] == 0 else None


def _sliced(node: Node, rows: int, part: int) -> dict[str, Any] | None:
    params = node.params
    if (params["start"][0], params["limit"][0], params["strides"][0]) != (0, rows, 1):
        return None
    return {"limit": (part, *params["limit"][1:])}


def _padded(node: Node, rows: int, part: int) -> dict[str, Any] | None:
    return None if any(node.params[side][0] for side in ("low", "high", "interior")) else {}


_CHANGES = {
    "dot_general": _dot,
    "reduce_sum": _reduced,
    "reduce_prod": _reduced,
    "reduce_max": _reduced,
    "reduce_min": _reduced,
    "reshape": _reshaped,
    "transpose": _transposed,
    "broadcast": _broadcast,
    "slice": _sliced,
    "reverse": _reduced,
    "pad": _padded,
}
