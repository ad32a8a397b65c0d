"""StepRunner: captures a step once for each form of batch and runs it, many steps per call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu.core import dtypes, tree
from cornu.core.engine import Executable, current_engine
from cornu.core.graph import capture
from cornu.core.tensor import Tensor
from cornu.training.sources import Array, ArraySource, batch_specs

# Python comes in at least this often (seconds): for Ctrl-C and the progress bar.
SLICE = 0.08


class _Compiled:
    """A captured step: the executable and how its outputs are packed."""

    def __init__(self, step: Callable[[Any], Any], specs: Any) -> None:
        graph, self._result = capture(step, specs)
        self.specs = [spec for spec in tree.flatten(specs) if spec is not None]
        self.engine = current_engine()
        self.executable: Executable = self.engine.compile(graph)
        self._output_specs = [value.spec for value in graph.outputs]

    def pack(self, buffers: list[Any]) -> Any:
        """Returns the step's result with tensors of the buffers."""
        tensors = iter(
            Tensor(spec.shape, spec.dtype, buffer, self.engine)
            for spec, buffer in zip(self._output_specs, buffers, strict=True)
        )
        return tree.map_structure(
            lambda leaf: next(tensors) if isinstance(leaf, Tensor) else leaf, self._result
        )

    def run(self, batch: Any) -> Any:
        """Runs one step on a batch of arrays."""
        leaves = [leaf for leaf in tree.flatten(batch) if leaf is not None]
        return self.pack(self.executable.run(leaves))


class StepRunner:
    """Runs one kind of step (train, test or predict) on batches.

    Args:
        step: `step(data)` with data the tuple (x, y, sample_weight) of a batch.
        eager: Whether to call `step` on tensors instead of capturing it.
    """

    def __init__(self, step: Callable[[Any], Any], eager: bool = False) -> None:
        self._step = step
        self._eager = eager
        self._compiled: dict[Any, _Compiled] = {}

    def clear(self) -> None:
        """Forgets all captured steps."""
        self._compiled.clear()

    def _for_specs(self, specs: Any) -> _Compiled:
        key = _key(specs)
        compiled = self._compiled.get(key)
        if compiled is None:
            compiled = self._compiled[key] = _Compiled(self._step, specs)
        return compiled

    def prepare(self, specs: Any) -> None:
        """Captures the step for a form of batch, so that errors come before anything changes."""
        if not self._eager:
            self._for_specs(specs)

    def run(self, batch: Any) -> Any:
        """Runs one step on a batch (a structure of arrays) and returns the step's result."""
        if self._eager:
            return self._step(_tensors(batch))
        return self._for_specs(batch_specs(batch)).run(batch)

    def epoch(
        self, source: ArraySource, order: Array, first: int, limit: int, every_batch: bool
    ) -> Iterator[tuple[int, Any]]:
        """Runs the steps of an epoch over arrays in memory.

        Args:
            source: The arrays.
            order: Row numbers of the epoch.
            first: First step to run.
            limit: Step before which to stop.
            every_batch: Whether Python must come in after every step.

        Yields:
            The number of steps done in all, and the last step's result.
        """
        size = source.batch_size
        full = source.rows // size
        done = first
        if self._eager:
            while done < limit:
                rows = order[done * size : (done + 1) * size]
                result = self._step(_tensors(source.batch(rows)))
                done += 1
                yield done, result
            return
        arrays = source.arrays
        while done < min(full, limit):
            compiled = self._for_specs(source.specs(size))
            wanted = 1 if every_batch else min(full, limit) - done
            ran, buffers = compiled.executable.run_steps(arrays, order, done, wanted, SLICE)
            done += ran
            yield done, compiled.pack(buffers)
        if done < limit:
            rest = order[full * size :]
            compiled = self._for_specs(source.specs(len(rest)))
            _, buffers = compiled.executable.run_steps(arrays, rest, 0, 1, SLICE)
            yield done + 1, compiled.pack(buffers)


def _key(specs: Any) -> Any:
    flat = tuple(tree.flatten(specs))
    if len(flat) <= 3 and isinstance(specs, tuple) and not any(map(tree.is_nested, specs)):
        return flat
    return (flat, repr(tree.map_structure(lambda _: 0, specs)))


def _tensors(batch: Any) -> Any:
    engine = current_engine()

    def convert(leaf: Any) -> Any:
        if leaf is None:
            return None
        name = dtypes.canonical(leaf.dtype)
        array = np.ascontiguousarray(leaf).reshape(leaf.shape)
        return Tensor(tuple(leaf.shape), name, engine.from_numpy(array, name), engine)

    return tree.map_structure(convert, batch)
