"""A compiled graph: a plan with the variables it works on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from cornu.core import dtypes, profiling, shapes
from cornu.core.engine import Array
from cornu.core.errors import InvalidArgumentError
from cornu.core.graph import Graph
from cornu.core.profiling import Operation, Timing
from cornu.engines.native.codes import ARRAY_DTYPE
from cornu.engines.native.compiler import plan_graph
from cornu.engines.native.emitter import Instructions


class NativeExecutable:
    """Runs a plan on NumPy arrays; see `cornu.core.engine.Executable`.

    Args:
        graph: What to run, already optimized; it must not change afterwards.

    Attributes:
        plan: The native plan.
        graph: As given.
        name: What it computes, for people.
    """

    name = "graph"

    def __init__(self, graph: Graph) -> None:
        emitter, self._schedule = plan_graph(graph)
        self.graph = graph
        self.plan = emitter.plan
        self._instructions = emitter.instructions
        self._variables = list(emitter.variables.items())
        self._inputs = [value.spec for value in graph.inputs]
        self._input_types = [(v.shape, dtypes.to_numpy(v.dtype)) for v in graph.inputs]
        self._output_types = [(v.shape, dtypes.to_numpy(v.dtype)) for v in graph.outputs]
        self._profiled_since = 0

    def run(self, inputs: Sequence[Array]) -> list[Array]:
        """Runs the graph once.

        Args:
            inputs: One array per graph input, of its exact shape and storage dtype.

        Returns:
            One new array per graph output.

        Raises:
            ValueError: When the inputs do not fit; no variable has changed then.
        """
        arrays = self._checked(inputs)
        outputs = [np.empty(shape, dtype) for shape, dtype in self._output_types]
        listener = profiling.listener
        if listener is None:
            self.plan.run(self._storages(), arrays, outputs)
            return outputs
        listener.watch(self)
        begin = time.perf_counter_ns()
        self.plan.run(self._storages(), arrays, outputs)
        listener.ran(self, 1, begin, time.perf_counter_ns())
        return outputs

    def _storages(self) -> list[Array]:
        return [variable.storage(write=write) for variable, write in self._variables]

    def _checked(self, inputs: Sequence[Array]) -> list[Array]:
        if len(inputs) != len(self._input_types):
            raise InvalidArgumentError(
                f"The graph has {len(self._input_types)} inputs; got {len(inputs)}."
            )
        arrays: list[Array] = []
        for array, (shape, dtype) in zip(inputs, self._input_types, strict=True):
            if array.shape != shape or array.dtype != dtype:
                raise InvalidArgumentError(
                    f"Input {len(arrays)} of the graph has shape {shape} and storage dtype "
                    f"{dtype}; got an array of shape {array.shape} and dtype {array.dtype}."
                )
            arrays.append(array if array.flags.c_contiguous else np.ascontiguousarray(array))
        return arrays

    def run_steps(
        self, sources: Sequence[Array], index: Array, first: int, steps: int, seconds: float
    ) -> tuple[int, list[Array]]:
        """Runs the graph on minibatches without Python in between.

        Args:
            sources: One array per graph input; the first axis counts rows. C-contiguous arrays
                are used where they are, others are copied at each call.
            index: int64 row numbers of all steps one after the other.
            first: The first step to run.
            steps: How many steps to run at most.
            seconds: Stop after the step during which this much time is over.

        Returns:
            How many steps ran, and the outputs of the last one.

        Raises:
            ValueError: When sources or index do not fit; no variable has changed then.
        """
        if len(sources) != len(self._inputs):
            raise InvalidArgumentError(
                f"The graph has {len(self._inputs)} inputs; got {len(sources)} sources."
            )
        rows = []
        for position, (source, spec) in enumerate(zip(sources, self._inputs, strict=True)):
            code = ARRAY_DTYPE.get(source.dtype)
            if code is None or source.shape[1:] != spec.shape[1:]:
                raise InvalidArgumentError(
                    f"Input {position} of the graph takes rows of shape {spec.shape[1:]}; its "
                    f"source has shape {source.shape} and dtype {source.dtype}."
                )
            array = np.ascontiguousarray(source)
            row_size = shapes.size(spec.shape[1:])
            rows.append((array, code, array.shape[0], row_size))
        outputs = [np.empty(shape, dtype) for shape, dtype in self._output_types]
        listener = profiling.listener
        if listener is not None:
            listener.watch(self)
        begin = time.perf_counter_ns()
        done: int = self.plan.run_steps(
            self._storages(), rows, np.ascontiguousarray(index, np.int64),
            first, steps, seconds, outputs,
        )  # fmt: skip
        if listener is not None:
            listener.ran(self, done, begin, time.perf_counter_ns())
        return done, outputs

    def describe(self) -> str:
        """Returns the instructions, one a line: the cluster each belongs to, and its memory."""
        header, *lines = str(self.plan).splitlines()
        labels = list(_labels(self._instructions))
        width = max((len(label) for label in labels), default=0)
        rows = [
            f"{number:3} {label:{width}}  | {line.strip()}"
            for number, (label, line) in enumerate(zip(labels, lines, strict=True))
        ]
        return "\n".join([header, *rows])

    __str__ = describe

    def profile(self, *, enabled: bool) -> None:
        """Starts, from zero, or stops taking the time of each instruction."""
        self._profiled_since = time.perf_counter_ns()
        self.plan.set_profiling(enabled)

    def timings(self) -> list[Timing]:
        """Returns the time of each instruction since profiling started."""
        operations = _operations(self._instructions)
        return [
            Timing(operation, *row)
            for operation, row in zip(operations, self.plan.profile(), strict=True)
        ]

    def take_events(self) -> Array:
        """Returns the calls not returned before; see `cornu.core.profiling.Profiled`."""
        events: Array = np.frombuffer(self.plan.take_events(), np.int64).reshape(-1, 3).copy()
        events[:, 1] += self._profiled_since
        return events

    def profile_table(self) -> str:
        """Returns the time of each instruction since profiling started, slowest first.

        The instructions of bodies are indented; their time is part of that of their loop.
        """
        times: list[Any] = self.plan.profile()
        own = [not label.startswith(" ") for label in _labels(self._instructions)]
        total = sum(row[1] for row, counts in zip(times, own, strict=True) if counts) or 1
        rows = sorted(
            (row[1], row[1] / row[0] / 1e3, row[2] / 1e3, label)
            for label, row in zip(_labels(self._instructions), times, strict=True)
            if row[0]
        )
        return "\n".join(
            f"{mean:10.2f} us (best {best:8.2f}) {100 * spent / total:5.1f} % {label}"
            for spent, mean, best, label in reversed(rows)
        )


def _labels(instructions: Instructions, depth: int = 0) -> Iterator[str]:
    """Names each instruction of a plan; those of bodies are indented."""
    for item in instructions:
        if isinstance(item, list):
            yield from _labels(item, depth + 1)
        else:
            yield "  " * depth + str(item)


def _operations(instructions: Instructions, depth: int = 0) -> Iterator[Operation]:
    """Says of each instruction of a plan what it does; those of bodies lie deeper."""
    for item in instructions:
        if isinstance(item, list):
            yield from _operations(item, depth + 1)
        else:
            operation = Operation(item) if isinstance(item, str) else item.operation
            yield operation._replace(depth=depth)
