"""Control flow in NumPy: bodies walked node by node, in Python loops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.core import dtypes
from cornu.core.engine import Array
from cornu.core.graph import Graph, Value
from cornu.engines.reference.table import lower, lowering


def walk(graph: Graph, inputs: Sequence[Array]) -> list[Array]:
    """Returns the outputs of a graph that has no variables."""
    values: dict[Value, Array] = dict(zip(graph.inputs, inputs, strict=True))
    for value, tensor in graph.constants.items():
        values[value] = tensor._engine.to_numpy(tensor._buffer)
    for node in graph.nodes:
        operands = [values[value] for value in node.inputs]
        results = lower(node.primitive.name, operands, node.params, node.inputs, node.outputs)
        values.update(zip(node.outputs, results, strict=True))
    return [values[value] for value in graph.outputs]


@lowering("cond", raw=True)
def _cond(predicate: Array, *operands: Array, true: Graph, false: Graph) -> Any:
    return tuple(walk(true if predicate else false, operands))


@lowering("while", raw=True)
def _while(*operands: Array, condition: Graph, body: Graph, carry: int) -> Any:
    state, constants = list(operands[:carry]), operands[carry:]
    while walk(condition, [*state, *constants])[0]:
        state = walk(body, [*state, *constants])
    return tuple(state)


@lowering("scan", raw=True)
def _scan(
    *operands: Array, body: Graph, carry: int, sequences: int, length: int, reverse: bool
) -> Any:
    state = list(operands[:carry])
    stacks = operands[carry : carry + sequences]
    constants = operands[carry + sequences :]
    results = [np.empty((length, *value.shape), _stored(value)) for value in body.outputs[carry:]]
    for step in reversed(range(length)) if reverse else range(length):
        outputs = walk(body, [*state, *(stack[step] for stack in stacks), *constants])
        state = outputs[:carry]
        for stack, output in zip(results, outputs[carry:], strict=True):
            stack[step] = output
    return (*state, *results)


def _stored(value: Value) -> np.dtype[Any]:
    return dtypes.to_numpy(value.dtype)
