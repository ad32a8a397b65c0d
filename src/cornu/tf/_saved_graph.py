"""Captured graphs as JSON and arrays, and back. A file names primitives of cornu, and nothing else.

Shapes and dtypes are not believed: reading works them out again by the primitives' own rules, and
the engine checks all bounds when it builds a plan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.core.dtypes import canonical
from cornu.core.engine import tensor_from_numpy
from cornu.core.errors import InvalidFileError, UnsupportedError
from cornu.core.graph import Graph, Value
from cornu.core.primitive import REGISTRY, Spec
from cornu.core.primitives.convolution import Window
from cornu.core.primitives.pooling import Pool
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable

_RECORDS: dict[str, Any] = {"Window": Window, "Pool": Pool}


class GraphWriter:
    """Writes graphs, and collects the variables and constants they use.

    Attributes:
        arrays: The constants, numbered.
        variables: The variables, numbered.
    """

    def __init__(self) -> None:
        self.arrays: list[Any] = []
        self.variables: list[Variable] = []

    def number_of(self, variable: Variable) -> int:
        """Returns the number of a variable."""
        for number, known in enumerate(self.variables):
            if known is variable:
                return number
        self.variables.append(variable)
        return len(self.variables) - 1

    def write(self, graph: Graph) -> dict[str, Any]:
        """Returns a graph as what JSON can hold.

        Raises:
            NotImplementedError: For a computation that cannot be written down.
        """
        names: dict[Value, int] = {}

        def name(value: Value) -> int:
            return names.setdefault(value, len(names))

        inputs = [
            [name(value), list(value.shape), canonical(value.dtype)] for value in graph.inputs
        ]
        reads = [[name(value), self.number_of(v)] for v, value in graph.reads.items()]
        constants = []
        for value, tensor in graph.constants.items():
            constants.append([name(value), len(self.arrays), canonical(value.dtype)])
            self.arrays.append(tensor)
        nodes = [
            [
                node.primitive.name,
                [name(value) for value in node.inputs],
                {key: self._parameter(value) for key, value in node.params.items()},
                [name(value) for value in node.outputs],
            ]
            for node in graph.nodes
        ]
        return {
            "inputs": inputs,
            "reads": reads,
            "constants": constants,
            "nodes": nodes,
            "outputs": [name(value) for value in graph.outputs],
            "writes": [[self.number_of(v), name(value)] for v, value in graph.writes.items()],
        }

    def _parameter(self, value: Any) -> Any:
        if value is None or isinstance(value, (bool, str)):
            return str.__str__(value) if isinstance(value, str) else value
        if isinstance(value, (int, np.integer)):
            return int(value)
        if isinstance(value, (float, np.floating)):
            return {"float": float(value).hex()}
        if isinstance(value, Graph):
            return {"graph": self.write(value)}
        if isinstance(value, tuple):
            items = [self._parameter(item) for item in value]
            record = type(value).__name__
            return {record: items} if record in _RECORDS else {"tuple": items}
        if isinstance(value, list):
            return {"list": [self._parameter(item) for item in value]}
        raise UnsupportedError(
            f"A function that uses a parameter of type {type(value).__name__} cannot be saved."
        )


class GraphReader:
    """Makes graphs of what a GraphWriter has written.

    Args:
        shown: The file, for error messages.
        array: Returns the array of a number.
        variables: The variables, by number.
    """

    def __init__(self, shown: str, array: Callable[[int], Any], variables: list[Variable]) -> None:
        self._shown = shown
        self._array = array
        self._variables = variables

    def read(self, written: Any) -> Graph:
        """Returns the graph.

        Raises:
            InvalidFileError: When it is none.
        """
        try:
            return self._read(written)
        except InvalidFileError:
            raise
        except (
            KeyError,
            ValueError,
            TypeError,
            IndexError,
            AttributeError,
            RecursionError,
        ) as error:
            raise InvalidFileError(
                self._shown, "graphs", f"a graph is damaged ({type(error).__name__}: {error})"
            ) from error

    def _read(self, written: dict[str, Any]) -> Graph:
        graph = Graph()
        values: dict[int, Value] = {}
        for number, shape, dtype in written["inputs"]:
            values[number] = graph.add_input(tuple(map(int, shape)), str(dtype))
        for number, variable_number in written["reads"]:
            variable = self._variables[variable_number]
            value = values[number] = Value(tuple(variable.shape), canonical(variable.dtype))
            graph.reads[variable] = value
        for number, array_number, dtype in written["constants"]:
            values[number] = graph.add_constant(self._constant(array_number, dtype))
        for name, inputs, parameters, outputs in written["nodes"]:
            primitive = REGISTRY[name]
            operands = [values[number] for number in inputs]
            params = {key: self._parameter(value) for key, value in parameters.items()}
            specs = primitive.rule(*operands, **params)
            found = list(specs) if primitive.multiple else [specs]
            plain = [Spec(tuple(spec.shape), canonical(spec.dtype)) for spec in found]
            node = graph.add_node(primitive, operands, params, plain)
            values.update(zip(outputs, node.outputs, strict=True))
        graph.outputs = [values[number] for number in written["outputs"]]
        for variable_number, number in written["writes"]:
            variable, value = self._variables[variable_number], values[number]
            if (tuple(variable.shape), canonical(variable.dtype)) != (
                tuple(value.shape),
                canonical(value.dtype),
            ):
                raise ValueError("a variable is given a value of another shape or dtype")
            graph.writes[variable] = value
        return graph

    def _constant(self, number: int, dtype: str) -> Tensor:
        array = self._array(number)
        return tensor_from_numpy(array, "bfloat16" if dtype == "bfloat16" else None)

    def _parameter(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        ((kind, content),) = value.items()
        if kind == "float":
            return float.fromhex(content)
        if kind == "graph":
            return self._read(content)
        items = [self._parameter(item) for item in content]
        if kind in ("tuple", "list"):
            return tuple(items) if kind == "tuple" else items
        return _RECORDS[kind](*items)
