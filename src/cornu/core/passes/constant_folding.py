"""Constant folding: what depends on constants alone is computed once, when the graph is compiled."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Any

from cornu.core import shapes
from cornu.core.graph import Graph, Node, Value
from cornu.core.passes.substitution import Substitution
from cornu.core.primitive import REGISTRY, Primitive, Spec
from cornu.core.primitives import elementwise
from cornu.core.tensor import Tensor

Evaluate = Callable[[Primitive, Sequence[Tensor], dict[str, Any]], Sequence[Tensor]]

_LAYOUT = frozenset(("reshape", "transpose", "broadcast", "slice", "reverse"))

# Larger results are computed in each run: a plan should not carry around megabytes of ones.
_MAX_ELEMENTS = 4096

_ELEMENTWISE = frozenset(
    item.name for item in vars(elementwise).values() if isinstance(item, Primitive)
) - {"full", "iota"}


def fold_constants(graph: Graph, evaluate: Evaluate) -> Graph:
    """Returns the graph with constant computations replaced by their values.

    An elementwise or layout primitive on operands that hold one number everywhere (`full`, or a
    constant of shape ()) becomes a `full`; other primitives on small constants become constants.

    Args:
        graph: Any graph.
        evaluate: Runs a primitive on eager tensors.

    Returns:
        A new graph that computes the same values.
    """
    result = Substitution(graph)
    uniform: dict[Value, Any] = {
        value: tensor.item()
        for value, tensor in graph.constants.items()
        if value.shape == () and value.dtype != "string"
    }
    for node in graph.nodes:
        name = node.primitive.name
        operands = result.operands(node)
        if name == "full":
            uniform[node.outputs[0]] = node.params["value"]
        elif operands and _all_in(operands, uniform) and (name in _ELEMENTWISE or name in _LAYOUT):
            output = node.outputs[0]
            numbers = [uniform[value] for value in operands]
            scalar = numbers[0] if name in _LAYOUT else _on_scalars(node, numbers, evaluate)
            params = {"shape": output.shape, "dtype": output.dtype, "value": scalar}
            folded = result.add(REGISTRY["full"], (), params, output.spec)
            result.replace(output, folded)
            uniform[folded] = scalar
            continue
        elif _is_small_constant(node, operands, result.graph):
            tensors = [result.graph.constants[value] for value in operands]
            for old, tensor in zip(
                node.outputs, evaluate(node.primitive, tensors, node.params), strict=True
            ):
                result.replace(old, result.graph.add_constant(tensor))
            continue
        result.keep(node, operands)
    return result.finish()


def _all_in(operands: Sequence[Value], table: Container[Value]) -> bool:
    return all(value in table for value in operands)


def _on_scalars(node: Node, numbers: Sequence[Any], evaluate: Evaluate) -> Any:
    operands = [
        evaluate(REGISTRY["full"], (), {"shape": (), "dtype": value.dtype, "value": number})[0]
        for value, number in zip(node.inputs, numbers, strict=True)
    ]
    return evaluate(node.primitive, operands, node.params)[0].item()


def _is_small_constant(node: Node, operands: Sequence[Value], graph: Graph) -> bool:
    return (
        bool(operands)
        and _all_in(operands, graph.constants)
        and all(shapes.size(value.shape) <= _MAX_ELEMENTS for value in node.outputs)
    )


def evaluator(engine: Any) -> Evaluate:
    """Returns a function that runs primitives on an engine."""

    def evaluate(
        primitive: Primitive, operands: Sequence[Tensor], params: dict[str, Any]
    ) -> Sequence[Tensor]:
        specs = primitive.rule(*operands, **params)
        outputs: tuple[Spec, ...] = specs if primitive.multiple else (specs,)
        buffers = engine.apply(
            primitive, [tensor._buffer for tensor in operands], params, operands, outputs
        )
        return [
            Tensor(spec.shape, spec.dtype, buffer, engine)
            for spec, buffer in zip(outputs, buffers, strict=True)
        ]

    return evaluate
