"""A Python function captured for one kind of arguments, and what it prints meanwhile."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from cornu.core import settings, tree
from cornu.core.engine import current_engine
from cornu.core.errors import SymbolicTensorError, UnsupportedError
from cornu.core.graph import Graph, capture
from cornu.core.primitive import Spec
from cornu.core.tensor import Tensor as CoreTensor
from cornu.tf._seeds import Trace
from cornu.tf._specs import Place, TensorSpec, as_results, put_together
from cornu.tf._tensor import Tensor, adopt

# The stream is shared by all threads, so they put another in its place one after the other.
_exchanging = threading.RLock()


class _HeldBack:
    """Takes what this thread prints; others print as ever."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.thread = threading.get_ident()
        self.parts: list[str] = []

    def write(self, text: str) -> int:
        if threading.get_ident() != self.thread:
            return self.stream.write(text)
        self.parts.append(text)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextmanager
def prints_held_back() -> Iterator[None]:
    """Prints at the end of a `with` block; not at all when a capture has failed inside.

    The function then runs again without being captured, and prints the same.
    """
    with _exchanging:
        before = sys.stdout
        held = _HeldBack(before)
        sys.stdout = held
        try:
            yield
        except (SymbolicTensorError, UnsupportedError):
            held.parts.clear()
            raise
        finally:
            sys.stdout = before
            if held.parts:
                before.write("".join(held.parts))


class ConcreteFunction:
    """A function captured for one kind of arguments.

    Attributes:
        name: Name of the function.
        graph: What was captured.
        result: The result's form, with places for the graph's outputs.
        variables_made: How many variables the function made while it was captured.

    Args:
        function: Called once with symbolic tensors.
        form: The arguments, with places for tensors.
        specs: Shapes and dtypes of the tensors.
        name: Name of the function.
    """

    def __init__(
        self, function: Callable[..., Any], form: Any, specs: list[Spec], name: str = "function"
    ) -> None:
        def body(*symbols: Any) -> Any:
            def fill(leaf: Any) -> Any:
                return adopt(symbols[leaf]) if type(leaf) is Place else leaf

            arguments, keywords = put_together(form, fill)
            return as_results(function(*arguments, **keywords))

        attributes = settings.state.attributes
        before = attributes.get("tf_trace")
        trace = attributes["tf_trace"] = Trace()
        try:
            graph, result = capture(body, *specs)
        finally:
            attributes["tf_trace"] = before
        if graph.host_calls or any(value.dtype == "string" for value in graph.constants):
            raise UnsupportedError("Text is not part of captured functions.")
        places = iter(range(len(graph.outputs)))
        # In the order in which `capture` has flattened it.
        result = tree.map_structure(
            lambda leaf: Place(next(places)) if isinstance(leaf, CoreTensor) else leaf, result
        )
        self._set(graph, result, name)
        self.variables_made = trace.variables

    def _set(self, graph: Graph, result: Any, name: str) -> None:
        self.name = name
        self.graph: Graph = graph
        self.result = result
        self.variables_made = 0
        self._engine = current_engine()
        self._executable = self._engine.compile(graph)
        self._executable.name = name
        self._outputs = [value.spec for value in graph.outputs]

    @classmethod
    def of_graph(cls, graph: Graph, result: Any, name: str) -> ConcreteFunction:
        """Returns a function that runs a graph.

        Args:
            graph: The graph.
            result: The form of its result, with places for the outputs.
            name: Name of the function.
        """
        made = cls.__new__(cls)
        made._set(graph, result, name)
        return made

    @property
    def structured_outputs(self) -> Any:
        """The result's form, with specs for tensors."""
        return put_together(
            self.result,
            lambda leaf: TensorSpec(*self._outputs[leaf]) if type(leaf) is Place else leaf,
        )

    def run(self, tensors: list[Any]) -> Any:
        """Returns the result for tensors in the order of the places."""
        engine = self._engine
        buffers = self._executable.run(
            [t._buffer if t._engine is engine else CoreTensor.numpy(t) for t in tensors]
        )

        def fill(leaf: Any) -> Any:
            if type(leaf) is not Place:
                return leaf
            spec = self._outputs[leaf]
            return Tensor(spec.shape, spec.dtype, buffers[leaf], engine)

        return put_together(self.result, fill)
