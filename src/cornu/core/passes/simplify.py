"""Cleanups that keep every bit: layouts of layouts, conversions there and back, neutral elements."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from cornu.core.graph import Graph, Node, Value
from cornu.core.passes.substitution import Substitution
from cornu.core.primitive import REGISTRY

Rule = Callable[[Substitution, Node, list[Value]], "Value | None"]


def simplify(graph: Graph) -> Graph:
    """Returns the graph with needless nodes removed and chains of layout nodes shortened.

    Args:
        graph: Any graph.

    Returns:
        A new graph that computes the same values.
    """
    result = Substitution(graph)
    for node in graph.nodes:
        operands = result.operands(node)
        rule = _RULES.get(node.primitive.name)
        value = rule(result, node, operands) if rule is not None else None
        if value is None:
            result.keep(node, operands)
        else:
            result.replace(node.outputs[0], value)
    return result.finish()


def _made_by(value: Value, name: str) -> Node | None:
    node = value.node
    return node if node is not None and node.primitive.name == name else None


def _full_like(result: Substitution, node: Node, full: Node) -> Value:
    output = node.outputs[0]
    params = {"shape": output.shape, "dtype": output.dtype, "value": full.params["value"]}
    return result.add(REGISTRY["full"], (), params, output.spec)


def _reshape(result: Substitution, node: Node, operands: list[Value]) -> Value | None:
    (x,) = operands
    output = node.outputs[0]
    if x.shape == output.shape:
        return x
    full = _made_by(x, "full")
    if full is not None:
        return _full_like(result, node, full)
    inner = _made_by(x, "reshape")
    if inner is None:
        return None
    if inner.inputs[0].shape == output.shape:
        return inner.inputs[0]
    return result.add(node.primitive, inner.inputs, node.params, output.spec)


def _transpose(result: Substitution, node: Node, operands: list[Value]) -> Value | None:
    (x,) = operands
    order = node.params["permutation"]
    if tuple(order) == tuple(range(len(order))):
        return x
    output = node.outputs[0]
    full = _made_by(x, "full")
    if full is not None:
        return _full_like(result, node, full)
    inner = _made_by(x, "transpose")
    if inner is not None:
        before = inner.params["permutation"]
        both = tuple(before[axis] for axis in order)
        if both == tuple(range(len(both))):
            return inner.inputs[0]
        return result.add(node.primitive, inner.inputs, {"permutation": both}, output.spec)
    moved = [axis for axis in order if x.shape[axis] != 1]
    if moved == sorted(moved):
        return result.add(REGISTRY["reshape"], [x], {"shape": output.shape}, output.spec)
    return None


def _broadcast(result: Substitution, node: Node, operands: list[Value]) -> Value | None:
    (x,) = operands
    output = node.outputs[0]
    dims = tuple(node.params["dims"])
    if x.shape == output.shape and dims == tuple(range(len(dims))):
        return x
    full = _made_by(x, "full")
    if full is not None:
        return _full_like(result, node, full)
    inner = _made_by(x, "broadcast")
    if inner is not None:
        both = tuple(dims[axis] for axis in inner.params["dims"])
        params = {"shape": output.shape, "dims": both}
        return result.add(node.primitive, inner.inputs, params, output.spec)
    if x.shape != () and _size(x) == _size(output) and _increasing(dims):
        return result.add(REGISTRY["reshape"], [x], {"shape": output.shape}, output.spec)
    return None


def _size(value: Value) -> int:
    size = 1
    for dim in value.shape:
        size *= dim
    return size


def _increasing(dims: tuple[int, ...]) -> bool:
    return all(a < b for a, b in itertools.pairwise(dims))


def _slice(result: Substitution, node: Node, operands: list[Value]) -> Value | None:
    (x,) = operands
    full = _made_by(x, "full")
    if full is not None:
        return _full_like(result, node, full)
    return x if node.outputs[0].shape == x.shape else None


def _reverse(result: Substitution, node: Node, operands: list[Value]) -> Value | None:
    (x,) = operands
    full = _made_by(x, "full")
    if full is not None:
        return _full_like(result, node, full)
    return x if all(x.shape[axis] == 1 for axis in node.params["axes"]) else None


def _concatenate(result: Substitution, node: Node, operands: list[Value]) -> Value | None:
    return operands[0] if len(operands) == 1 else None


def _pad(result: Substitution, node: Node, operands: list[Value]) -> Value | None:
    changes = (*node.params["low"], *node.params["high"], *node.params["interior"])
    return None if any(changes) else operands[0]


def _reduce(result: Substitution, node: Node, operands: list[Value]) -> Value | None:
    (x,) = operands
    output = node.outputs[0]
    if not all(x.shape[axis] == 1 for axis in node.params["axes"]):
        return None
    if x.shape == output.shape:
        return x
    return result.add(REGISTRY["reshape"], [x], {"shape": output.shape}, output.spec)


# Conversions that lose nothing: back again gives the same value.
_INTEGERS_WITHIN = {
    "int8": {"int16", "int32", "int64", "float16", "float32", "float64"},
    "uint8": {"int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "float32", "float64"},
    "int16": {"int32", "int64", "float32", "float64"},
    "uint16": {"int32", "int64", "uint32", "uint64", "float32", "float64"},
    "int32": {"int64", "float64"},
    "uint32": {"int64", "uint64", "float64"},
    "float16": {"float32", "float64"},
    "bfloat16": {"float32", "float64"},
    "float32": {"float64"},
}  # fmt: skip


def _cast(result: Substitution, node: Node, operands: list[Value]) -> Value | None:
    (x,) = operands
    output = node.outputs[0]
    if x.dtype == output.dtype:
        return x
    inner = _made_by(x, "cast")
    if inner is None:
        return None
    origin = inner.inputs[0]
    lossless = origin.dtype == "bool" or x.dtype in _INTEGERS_WITHIN.get(origin.dtype, ())
    if not lossless:
        return None
    if origin.dtype == output.dtype:
        return origin
    return result.add(node.primitive, [origin], node.params, output.spec)


def _is_full(value: Value, number: float) -> bool:
    full = _made_by(value, "full")
    return full is not None and repr(float(full.params["value"])) == repr(float(number))


def _involution(result: Substitution, node: Node, operands: list[Value]) -> Value | None:
    inner = _made_by(operands[0], node.primitive.name)
    return None if inner is None else inner.inputs[0]


def _mul(result: Substitution, node: Node, operands: list[Value]) -> Value | None:
    x, y = operands
    if _is_full(y, 1.0):
        return x
    return y if _is_full(x, 1.0) else None


def _div(result: Substitution, node: Node, operands: list[Value]) -> Value | None:
    return operands[0] if _is_full(operands[1], 1.0) else None


def _sub(result: Substitution, node: Node, operands: list[Value]) -> Value | None:
    # x + 0 is not x for x = -0, but x - 0 is.
    return operands[0] if _is_full(operands[1], 0.0) else None


def _add(result: Substitution, node: Node, operands: list[Value]) -> Value | None:
    x, y = operands
    if _is_full(y, -0.0) or (_is_full(y, 0.0) and "int" in x.dtype):
        return x
    return y if _is_full(x, -0.0) or (_is_full(x, 0.0) and "int" in x.dtype) else None


def _select(result: Substitution, node: Node, operands: list[Value]) -> Value | None:
    return operands[1] if operands[1] is operands[2] else None


_RULES: dict[str, Rule] = {
    "reshape": _reshape,
    "transpose": _transpose,
    "broadcast": _broadcast,
    "slice": _slice,
    "reverse": _reverse,
    "concatenate": _concatenate,
    "pad": _pad,
    "reduce_sum": _reduce,
    "reduce_prod": _reduce,
    "reduce_max": _reduce,
    "reduce_min": _reduce,
    "cast": _cast,
    "neg": _involution,
    "not": _involution,
    "mul": _mul,
    "div": _div,
    "sub": _sub,
    "add": _add,
    "select": _select,
}
