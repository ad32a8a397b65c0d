"""ReferenceEngine: runs primitives one by one and graphs by walking them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.core import dtypes, profiling
from cornu.core.engine import Array
from cornu.core.graph import Graph, Value
from cornu.core.primitive import Primitive, Spec
from cornu.core.profiling import Operation
from cornu.engines.reference.table import find, lower, store


class ReferenceEngine:
    """The engine whose buffers are NumPy arrays: no speed, no cleverness, the definition.

    Example:
        >>> ReferenceEngine().describe()["name"]
        'reference'
    """

    name = "reference"

    def from_numpy(self, array: Array, dtype: str) -> Array:
        """Returns a buffer with a copy of an array that has the dtype's storage type."""
        return np.array(array, dtypes.to_numpy(dtype), order="C")

    def to_numpy(self, buffer: Array) -> Array:
        """Returns the buffer itself, which is an array."""
        return buffer

    def copy(self, buffer: Array) -> Array:
        """Returns a new buffer with the same contents."""
        return np.array(buffer)

    def apply(
        self, primitive: Primitive, buffers: Sequence[Array], params: dict[str, Any],
        operands: Sequence[Spec], outputs: Sequence[Spec],
    ) -> list[Array]:  # fmt: skip
        """Runs one primitive and returns new buffers."""
        return lower(primitive.name, buffers, params, operands, outputs)

    def compile(self, graph: Graph) -> ReferenceExecutable:
        """Makes a graph ready to run.

        Raises:
            UnsupportedError: When a primitive in the graph has no lowering.
        """
        return ReferenceExecutable(graph)

    def describe(self) -> dict[str, Any]:
        """Returns facts for people."""
        return {"name": self.name, "numpy": np.__version__, "threads": 1}


class ReferenceExecutable:
    """A graph that is walked node by node at each run.

    Args:
        graph: What to run; it must not change afterwards.

    Attributes:
        name: What it computes, for people.
        graph: As given.
    """

    name = "graph"

    def __init__(self, graph: Graph) -> None:
        for node in graph.nodes:
            find(node.primitive.name)
        self.graph = graph
        self._constants: dict[Value, Array] = {
            value: tensor._engine.to_numpy(tensor._buffer)
            for value, tensor in graph.constants.items()
        }

    def run(self, inputs: Sequence[Array]) -> list[Array]:
        """Runs the graph once and returns its outputs; variables are written at the end.

        Args:
            inputs: One array per graph input, of its exact shape and storage dtype.

        Raises:
            ValueError: When the inputs do not fit the graph; no variable has changed then.
        """
        graph = self.graph
        if len(inputs) != len(graph.inputs):
            raise ValueError(f"The graph has {len(graph.inputs)} inputs; got {len(inputs)}.")
        values = dict(self._constants)
        for position, (value, array) in enumerate(zip(graph.inputs, inputs, strict=True)):
            if array.shape != value.shape or array.dtype != dtypes.to_numpy(value.dtype):
                raise ValueError(
                    f"Input {position} of the graph is {value.spec}; got an array of shape "
                    f"{array.shape} and dtype {array.dtype}."
                )
            values[value] = np.array(array)  # the caller may change his later
        for variable, value in graph.reads.items():
            values[value] = variable.storage(write=False)
        listener = profiling.listener
        if listener is not None:
            listener.watch(self)
        for node in graph.nodes:
            operands = [values[value] for value in node.inputs]
            begin = time.perf_counter_ns()
            results = lower(node.primitive.name, operands, node.params, node.inputs, node.outputs)
            if listener is not None:
                operation = Operation(node.primitive.name, node.scope, node.outputs[0].shape)
                listener.applied(operation, begin, time.perf_counter_ns())
            values.update(zip(node.outputs, results, strict=True))
        for variable, value in graph.writes.items():
            variable.replace_storage(values[value])
        return [values[value] for value in graph.outputs]

    def run_steps(
        self, sources: Sequence[Array], index: Array, first: int, steps: int, seconds: float
    ) -> tuple[int, list[Array]]:
        """Runs the graph on minibatches; see `cornu.core.engine.Executable`."""
        inputs = self.graph.inputs
        batch = inputs[0].shape[0]
        end = time.monotonic() + seconds
        done = 0
        while True:
            rows = index[(first + done) * batch : (first + done + 1) * batch]
            with np.errstate(all="ignore"):
                arrays = [
                    store(np.take(source, rows, axis=0), value.dtype)
                    for source, value in zip(sources, inputs, strict=True)
                ]
            outputs = self.run(arrays)
            done += 1
            if done >= steps or time.monotonic() >= end:
                return done, outputs
