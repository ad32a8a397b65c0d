"""StepRunner: captures a step once for each form of batch and runs it, many steps per call."""

from __future__ import annotations

import functools
import os
import traceback
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from cornu.core import dtypes, tree
from cornu.core.engine import Executable, current_engine, memory_of
from cornu.core.errors import SymbolicTensorError
from cornu.core.graph import Graph, capture
from cornu.core.host import HostPart
from cornu.core.primitive import Spec
from cornu.core.tensor import Tensor
from cornu.training.arrays import (
    Array,
    batch_specs,
    pack_x_y_sample_weight,
    standard_batch,
)
from cornu.training.datasets import Batches
from cornu.training.logs import to_numpy
from cornu.training.sources import ArraySource

# Python comes in at least this often (seconds): for Ctrl-C and the progress bar.
SLICE = 0.08

# Folders whose lines are nothing to a user who looks for a mistake.
_FOREIGN = (os.path.dirname(os.path.dirname(os.path.abspath(__file__))), np.__path__[0])

# So many forms of what Python computes from batches are kept: sequences of many lengths, for one.
_MOST_FORMS = 128

# What Python computes from all rows of the data is kept up to this size.
_MOST_BYTES = 1 << 29

# Told the number of the next step, it returns how many steps may run before it is asked again.
Begin = Callable[[int], int] | None


class CompiledStep:
    """A captured step, ready to run.

    Args:
        step: `step(data)`, called once on symbolic tensors.
        specs: Specs of a batch: a tuple (x, y, sample_weight).
        name: Of the step, for people.
        sample: Returns a batch of that form.

    Attributes:
        host: What Python computes from a batch first.
    """

    def __init__(
        self, step: Callable[[Any], Any], specs: Any, name: str, sample: Callable[[], Any]
    ) -> None:
        graph, result = capture(step, specs, sample=lambda: as_tensors(sample()))
        self.host = HostPart(graph)
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

    def run(self, inputs: Sequence[Any]) -> Any:
        """Runs one step on one array for each input."""
        return self.pack(self.executable.run(inputs))


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
        self._prepared: tuple[Any, list[Array]] | None = None

    def _call(self, data: Any) -> Any:
        return getattr(self._model(), self._step)(pack_x_y_sample_weight(*data))

    def compiled(self, specs: Any, sample: Callable[[], Any], made: Any = ()) -> CompiledStep:
        """Returns the step captured for a form of batch; it is captured once.

        Capturing before anything has run brings out errors while nothing is changed.

        Args:
            specs: Specs of a batch.
            sample: Returns a batch of that form.
            made: Specs of what Python computes from the batch.
        """
        key = (_key(specs), *made)
        found = self._compiled.get(key)
        if found is None:
            model: Any = self._model()
            with users_line_in_errors(model):
                found = CompiledStep(self._call, specs, self._step, sample)
            model._clear_losses()
            self._compiled[key] = found
            if found.host.is_needed:
                if len(self._compiled) > _MOST_FORMS:
                    del self._compiled[next(iter(self._compiled))]
                with_made = (_key(specs), *found.host.specs)
                self._compiled[with_made] = found
        return found

    def prepare(self, source: Any) -> None:
        """Captures the step for the first batch of a source, unless it runs eagerly."""
        if not self._eager:
            self.compiled(source.first_specs(), source.peek)

    @property
    def graph(self) -> Graph | None:
        """What the engine runs for the form of batch seen first; None when nothing is captured."""
        steps = iter(self._compiled.values())
        first = next(steps, None)
        return None if first is None else first.executable.graph

    def run_one(self, x: Array) -> Any:
        """Returns a prediction for one array of inputs; the short way for repeated calls."""
        known = self._quick.get((x.shape, x.dtype))
        if known is None:
            batch = standard_batch((x, None, None))
            known = self._quick[(x.shape, x.dtype)] = (
                self.compiled(batch_specs(batch), lambda: batch),
                batch[0].dtype,
            )
        step, dtype = known
        if step.host.is_needed:
            result = self.run(standard_batch((x, None, None)))
        else:
            result = step.pack(step.executable.run([np.ascontiguousarray(x, dtype)]))
        return to_numpy(result) if type(result) is Tensor else tree.map_structure(to_numpy, result)

    def run(self, batch: Any) -> Any:
        """Runs one step on a batch (a structure of arrays) and returns the step's result."""
        if self._eager:
            return self._call(as_tensors(batch))
        specs = batch_specs(batch)
        step = self.compiled(specs, lambda: batch)
        if not step.host.is_needed:
            return step.run([leaf for leaf in tree.flatten(batch) if leaf is not None])
        tensors = [leaf for leaf in tree.flatten(as_tensors(batch)) if leaf is not None]
        arrays = [tensor.numpy() for tensor in step.host.run(tensors)]
        made = [Spec(array.shape, dtypes.canonical(array.dtype)) for array in arrays]
        return self.compiled(specs, lambda: batch, made).run(arrays)

    def steps(
        self, source: ArraySource, first: int, stop: int, begin: Begin
    ) -> Iterator[tuple[int, Any]]:
        """Runs steps of a pass over arrays in memory.

        Args:
            source: The arrays and the order of the pass.
            first: First step to run.
            stop: Step before which to stop.
            begin: Called with the number of the next step, counted from `first`; returns how many
                steps may run before it is called again. None sets no limit.

        Yields:
            The number of steps done, counted from `first`, and the last step's result.
        """
        size = source.batch_size
        full = source.rows // size
        order = source.current
        arrays = None if self._eager else self._engine_arrays(source)
        done = first
        while done < stop:
            wanted = stop - done if begin is None else min(begin(done - first), stop - done)
            if self._eager:
                rows = order[done * size : (done + 1) * size]
                result = self._call(as_tensors(source.batch(rows)))
                done += 1
            elif arrays is None:
                result = self.run(source.batch(order[done * size : (done + 1) * size]))
                done += 1
            elif done < full:
                compiled = self.compiled(source.specs(size), source.peek)
                ran, buffers = compiled.executable.run_steps(
                    arrays, order, done, min(wanted, full - done), SLICE
                )
                result = compiled.pack(buffers)
                done += ran
            else:
                rest = order[full * size :]
                sample = functools.partial(source.batch, rest)
                compiled = self.compiled(source.specs(len(rest)), sample)
                _, buffers = compiled.executable.run_steps(arrays, rest, 0, 1, SLICE)
                result = compiled.pack(buffers)
                done += 1
            yield done - first, result

    def _engine_arrays(self, source: ArraySource) -> list[Array] | None:
        """Returns arrays from whose rows the engine can take batches; None when it cannot.

        What Python computes row by row, such as words from text, is computed once for all rows.
        """
        host = self.compiled(source.specs(), source.peek).host
        if not host.is_needed:
            return source.arrays
        rows = min(source.batch_size, source.rows)
        size = memory_of(host.specs) / rows * source.rows
        if not host.is_rowwise or size > _MOST_BYTES:
            return None
        if self._prepared is None or self._prepared[0]() is not source:
            tensors = [leaf for leaf in tree.flatten(as_tensors(source.data)) if leaf is not None]
            arrays = [tensor.numpy() for tensor in host.run(tensors)]
            self._prepared = (weakref.ref(source), arrays)
        return self._prepared[1]

    def steps_of_batches(
        self, given: Iterator[Batches | Any], begin: Begin
    ) -> Iterator[tuple[int, Any]]:
        """Runs steps on batches that come one or many at a time.

        Args:
            given: Batches, or single batches as structures of arrays.
            begin: As in `steps`.

        Yields:
            The number of steps done, and the last step's result.
        """
        done = 0
        for item in given:
            step = None
            if isinstance(item, Batches) and not self._eager:
                step = self.compiled(item.specs(), item.first)
            if step is None or step.host.is_needed:
                for batch in item.each() if isinstance(item, Batches) else [item]:
                    if begin is not None:
                        begin(done)
                    done += 1
                    yield done, self.run(batch)
                continue
            arrays, order = item.arrays(), np.arange(item.steps * item.size, dtype=np.int64)
            first = 0
            while first < item.steps:
                left = item.steps - first
                wanted = left if begin is None else min(begin(done), left)
                ran, buffers = step.executable.run_steps(arrays, order, first, wanted, SLICE)
                first += ran
                done += ran
                yield done, step.pack(buffers)


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
