"""StepRunner: captures a step once for each form of batch and runs it, many steps per call."""

from __future__ import annotations

import os
import traceback
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from cornu.core import dtypes, tree
from cornu.core.engine import Executable, current_engine
from cornu.core.errors import SymbolicTensorError
from cornu.core.graph import capture
from cornu.core.tensor import Tensor
from cornu.training.arrays import (
    Array,
    batch_specs,
    pack_x_y_sample_weight,
    standard_batch,
)
from cornu.training.logs import to_numpy
from cornu.training.sources import ArraySource

# Python comes in at least this often (seconds): for Ctrl-C and the progress bar.
SLICE = 0.08

# Folders whose lines are nothing to a user who looks for a mistake.
_FOREIGN = (os.path.dirname(os.path.dirname(os.path.abspath(__file__))), np.__path__[0])

Begin = Callable[[int], None] | None


class CompiledStep:
    """A captured step, ready to run.

    Args:
        step: `step(data)`, called once on symbolic tensors.
        specs: Specs of a batch: a tuple (x, y, sample_weight).
        name: Of the step, for people.
    """

    def __init__(self, step: Callable[[Any], Any], specs: Any, name: str) -> None:
        graph, result = capture(step, specs)
        self.engine = current_engine()
        self.executable: Executable = self.engine.compile(graph)
        self.executable.name = name
        self._output_specs = [value.spec for value in graph.outputs]
        # The result with numbers for tensors: symbolic ones would keep the whole capture alive.
        places = iter(range(len(self._output_specs)))
        self._form = tree.map_structure(
            lambda leaf: _Place(next(places)) if isinstance(leaf, Tensor) else leaf, result
        )

    def pack(self, buffers: list[Any]) -> Any:
        """Returns the step's result with tensors of the buffers."""
        form = self._form
        if type(form) is _Place:
            spec = self._output_specs[0]
            return Tensor(spec.shape, spec.dtype, buffers[0], self.engine)

        def fill(leaf: Any) -> Any:
            if type(leaf) is not _Place:
                return leaf
            spec = self._output_specs[leaf]
            return Tensor(spec.shape, spec.dtype, buffers[leaf], self.engine)

        return tree.map_structure(fill, form)

    def run(self, batch: Any) -> Any:
        """Runs one step on a batch of arrays."""
        leaves = [leaf for leaf in tree.flatten(batch) if leaf is not None]
        return self.pack(self.executable.run(leaves))


class _Place(int):
    """Stands for an output of the graph in the form of a step's result."""


class StepRunner:
    """Runs one kind of step on batches.

    Args:
        model: Whose step it is; known weakly, as the model keeps its runners.
        step: Name of the method.
    """

    def __init__(self, model: Any, step: str) -> None:
        self._model = weakref.ref(model)
        self._step = step
        self._eager = bool(model.run_eagerly)
        self._compiled: dict[Any, CompiledStep] = {}
        self._quick: dict[Any, tuple[CompiledStep, Any]] = {}

    def _call(self, data: Any) -> Any:
        return getattr(self._model(), self._step)(pack_x_y_sample_weight(*data))

    def compiled(self, specs: Any) -> CompiledStep:
        """Returns the step captured for a form of batch; it is captured once.

        Capturing before anything has run brings out errors while nothing is changed.
        """
        key = _key(specs)
        found = self._compiled.get(key)
        if found is None:
            model: Any = self._model()
            with users_line_in_errors(model):
                found = CompiledStep(self._call, specs, self._step)
            model._clear_losses()
            self._compiled[key] = found
        return found

    def prepare(self, specs: Any) -> None:
        """Captures the step for a form of batch, unless it runs eagerly."""
        if not self._eager:
            self.compiled(specs)

    def run_one(self, x: Array) -> Any:
        """Returns a prediction for one array of inputs; the short way for repeated calls."""
        known = self._quick.get((x.shape, x.dtype))
        if known is None:
            batch = standard_batch((x, None, None))
            known = self._quick[(x.shape, x.dtype)] = (
                self.compiled(batch_specs(batch)),
                batch[0].dtype,
            )
        step, dtype = known
        result = step.pack(step.executable.run([np.ascontiguousarray(x, dtype)]))
        return to_numpy(result) if type(result) is Tensor else tree.map_structure(to_numpy, result)

    def run(self, batch: Any) -> Any:
        """Runs one step on a batch (a structure of arrays) and returns the step's result."""
        if self._eager:
            return self._call(as_tensors(batch))
        return self.compiled(batch_specs(batch)).run(batch)

    def steps(
        self, source: ArraySource, first: int, stop: int, begin: Begin
    ) -> Iterator[tuple[int, Any]]:
        """Runs steps of a pass over arrays in memory.

        Args:
            source: The arrays and the order of the pass.
            first: First step to run.
            stop: Step before which to stop.
            begin: Called before every step with its number, counted from `first`; None lets the
                engine run many steps without coming back to Python.

        Yields:
            The number of steps done, counted from `first`, and the last step's result.
        """
        size = source.batch_size
        full = source.rows // size
        order = source.current
        done = first
        while done < stop:
            if begin is not None:
                begin(done - first)
            if self._eager:
                rows = order[done * size : (done + 1) * size]
                result = self._call(as_tensors(source.batch(rows)))
                done += 1
            elif done < full:
                compiled = self.compiled(source.specs(size))
                wanted = 1 if begin is not None else min(full, stop) - done
                ran, buffers = compiled.executable.run_steps(
                    source.arrays, order, done, wanted, SLICE
                )
                result = compiled.pack(buffers)
                done += ran
            else:
                rest = order[full * size :]
                compiled = self.compiled(source.specs(len(rest)))
                _, buffers = compiled.executable.run_steps(source.arrays, rest, 0, 1, SLICE)
                result = compiled.pack(buffers)
                done += 1
            yield done - first, result


@contextmanager
def users_line_in_errors(model: Any) -> Iterator[None]:
    """Says which line of the user's code asked for a value while a `with` block was captured."""
    try:
        yield
    except SymbolicTensorError as error:
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if not frame.filename.startswith(_FOREIGN)
        ]
        where = type(model).__name__
        if frames:
            last = frames[-1]
            where += f", in {last.name}(), line {last.lineno} of {os.path.basename(last.filename)}"
        raise SymbolicTensorError(f"{where}: {error}") from None


def _key(specs: Any) -> Any:
    """Returns something hashable that tells forms of batches apart."""
    if isinstance(specs, dict):
        return tuple((key, _key(value)) for key, value in specs.items())
    if type(specs) in (list, tuple):
        return (type(specs), *map(_key, specs))
    return specs


def as_tensors(batch: Any) -> Any:
    """Returns a batch of arrays as tensors; None stays None."""
    engine = current_engine()

    def convert(leaf: Any) -> Any:
        if leaf is None:
            return None
        name = dtypes.canonical(leaf.dtype)
        array = np.ascontiguousarray(leaf).reshape(leaf.shape)
        return Tensor(tuple(leaf.shape), name, engine.from_numpy(array, name), engine)

    return tree.map_structure(convert, batch)
