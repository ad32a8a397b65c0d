"""Graph: a recorded computation, and the capture that records it.

Running Python on symbolic tensors appends nodes to the graph of the innermost open capture. Tensors
that have a value become constants; variables are read once per state and written at the end.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from cornu.core import settings, tree
from cornu.core.primitive import Primitive, Spec
from cornu.core.shapes import Shape
from cornu.core.tensor import Tensor

if TYPE_CHECKING:
    from cornu.core.variable import Variable


class Value:
    """One value in a graph: an input, a constant, a variable's state, or an output of a node.

    Attributes:
        shape: Sizes, all known.
        dtype: Name of the dtype.
        index: Which of the node's outputs it is.
    """

    __slots__ = ("_maker", "dtype", "index", "shape")

    def __init__(self, shape: Shape, dtype: str, node: Node | None = None, index: int = 0) -> None:
        self.shape = shape
        self.dtype = dtype
        # A node owns its values; graphs own nodes. A strong link back would be a cycle, and keep
        # every graph in memory until the next garbage collection.
        self._maker = None if node is None else weakref.ref(node)
        self.index = index

    @property
    def node(self) -> Node | None:
        """The node that makes it, or None."""
        return None if self._maker is None else self._maker()

    @property
    def spec(self) -> Spec:
        """Shape and dtype."""
        return Spec(self.shape, self.dtype)


class Node:
    """One application of a primitive.

    Attributes:
        primitive: What is applied.
        inputs: Operand values.
        params: The primitive's parameters.
        outputs: The values it makes.
        scope: Names of the layers (or other parts of the step) that applied it, for people.
    """

    __slots__ = ("__weakref__", "inputs", "outputs", "params", "primitive", "scope")

    def __init__(
        self,
        primitive: Primitive,
        inputs: Sequence[Value],
        params: dict[str, Any],
        specs: Sequence[Spec | Value],
        scope: str = "",
    ) -> None:
        self.primitive = primitive
        self.scope = scope
        self.inputs = list(inputs)
        self.params = params
        self.outputs = [Value(spec.shape, spec.dtype, self, i) for i, spec in enumerate(specs)]


class HostCall(NamedTuple):
    """A function of tensors that no engine can run, such as one of text.

    Attributes:
        function: Takes and returns eager tensors.
        arguments: Inputs of the graph, or results of earlier calls.
        result: The input of the graph that stands for what the function returns.
        rowwise: Whether each row of the result depends on the same row of the arguments alone.
    """

    function: Callable[..., Tensor]
    arguments: list[Value]
    result: Value
    rowwise: bool


class Graph:
    """Inputs, constants, variable reads, nodes in order, outputs and variable writes.

    Attributes:
        inputs: Values given at each run.
        constants: Values with their fixed buffers (as the engine that made them holds them).
        reads: Variables and the values that stand for their state before the run.
        nodes: In an order in which every operand comes before its use.
        outputs: Values returned by each run.
        writes: Variables and the values they get at the end of the run.
        outer: In the body of a control-flow primitive: tensors of the enclosing capture that the
            body uses, and the input values that stand for them.
        host_calls: What Python computes from inputs before each run; their results are inputs too.
    """

    def __init__(self) -> None:
        self.inputs: list[Value] = []
        self.constants: dict[Value, Tensor] = {}
        self.reads: dict[Variable, Value] = {}
        self.nodes: list[Node] = []
        self.outputs: list[Value] = []
        self.writes: dict[Variable, Value] = {}
        self.outer: dict[Tensor, Value] = {}
        self.host_calls: list[HostCall] = []

    def add_input(self, shape: Shape, dtype: str) -> Value:
        """Returns a new input value."""
        value = Value(shape, dtype)
        self.inputs.append(value)
        return value

    def add_node(
        self,
        primitive: Primitive,
        inputs: Sequence[Value],
        params: dict[str, Any],
        specs: Sequence[Spec],
        scope: str = "",
    ) -> Node:
        """Appends a node and returns it."""
        node = Node(primitive, inputs, params, specs, scope)
        self.nodes.append(node)
        return node

    def add_constant(self, tensor: Tensor) -> Value:
        """Returns a value that always is the given eager tensor."""
        value = Value(tensor.shape, tensor.dtype)
        self.constants[value] = tensor
        return value

    def __str__(self) -> str:
        names: dict[Value, str] = {}
        lines: list[str] = []

        def name(value: Value) -> str:
            return names.setdefault(value, f"%{len(names)}")

        lines += [f"{name(value)} = input {value.spec}" for value in self.inputs]
        for variable, value in self.reads.items():
            lines.append(f"{name(value)} = read {variable.path} {value.spec}")
        lines += [f"{name(value)} = constant {value.spec}" for value in self.constants]
        for node in self.nodes:
            results = ", ".join(name(value) for value in node.outputs)
            operands = " ".join(name(value) for value in node.inputs)
            params = " ".join(f"{key}={value}" for key, value in node.params.items())
            specs = ", ".join(str(value.spec) for value in node.outputs)
            text = f"{results} = {node.primitive.name} {operands} {params}".rstrip()
            lines.append(f"{text} : {specs}")
        for variable, value in self.writes.items():
            lines.append(f"write {variable.path} {name(value)}")
        lines.append("return " + " ".join(name(value) for value in self.outputs))
        return "\n".join(line.rstrip() for line in lines)


class Capture:
    """Records the primitives that Python applies into one graph.

    Attributes:
        graph: The graph being recorded.
        parent: The capture around this one, when this one records a body.
        sample: Returns the data that the first inputs stand for; None when only shapes are wanted.
        samples: What is known of the data by value.
    """

    def __init__(
        self, parent: Capture | None = None, sample: Callable[[], Any] | None = None
    ) -> None:
        self.graph = Graph()
        self.parent = parent
        self.sample = sample
        self.samples: dict[Value, Tensor] = {}
        self._constants: dict[int, tuple[Tensor, Value]] = {}
        self._variables: dict[Any, Tensor] = {}

    def symbol(self, value: Value) -> Tensor:
        """Returns a symbolic tensor that stands for a value of this graph."""
        return Tensor(value.shape, value.dtype, engine=self, value=value)

    def input(self, shape: Shape, dtype: str) -> Tensor:
        """Adds a graph input and returns the tensor that stands for it."""
        return self.symbol(self.graph.add_input(shape, dtype))

    def value_of(self, tensor: Tensor) -> Value:
        """Returns the graph value of a tensor; eager ones become constants."""
        value = tensor._value
        if value is None:
            known = self._constants.get(id(tensor))
            if known is None:
                known = (tensor, self.graph.add_constant(tensor))
                self._constants[id(tensor)] = known
            return known[1]
        if tensor._engine is self:
            return value
        if self.parent is None:
            raise ValueError(
                f"A symbolic tensor of shape {tensor.shape} left the captured function that made "
                f"it. Return it from that function instead of keeping it in a variable outside."
            )
        lifted = self.graph.outer.get(tensor)
        if lifted is None:
            lifted = self.graph.outer[tensor] = self.graph.add_input(tensor.shape, tensor.dtype)
        return lifted

    def record(
        self,
        primitive: Primitive,
        operands: Sequence[Tensor],
        params: dict[str, Any],
        specs: Sequence[Spec],
        flavour: type[Tensor] = Tensor,
    ) -> list[Tensor]:
        """Appends a node and returns the tensors that stand for its outputs."""
        inputs = [self.value_of(tensor) for tensor in operands]
        scope = "/".join(settings.state.scopes)
        node = self.graph.add_node(primitive, inputs, params, specs, scope)
        return [flavour(v.shape, v.dtype, engine=self, value=v) for v in node.outputs]

    def read(self, variable: Variable) -> Tensor:
        """Returns the variable's state at this point of the captured program."""
        tensor = self._variables.get(variable)
        if tensor is None:
            if self.parent is not None:
                tensor = self.parent.read(variable)
            else:
                value = Value(variable.shape, variable.dtype)
                self.graph.reads[variable] = value
                tensor = self.symbol(value)
            self._variables[variable] = tensor
        return tensor

    def write(self, variable: Variable, tensor: Tensor) -> None:
        """Makes a tensor the variable's state from this point on."""
        if self.parent is not None:
            raise ValueError(
                f"Variable {variable.path!r} is assigned inside the body of a control-flow "
                f"operation. Return the new value from the body and assign it afterwards."
            )
        value = self.value_of(tensor)
        self.graph.writes[variable] = value
        self._variables[variable] = self.symbol(value)


def current_capture() -> Capture | None:
    """Returns the capture that records in this thread, or None."""
    captures = settings.state.captures
    return captures[-1] if captures else None


@contextmanager
def open_capture(
    nested: bool = False, sample: Callable[[], Any] | None = None
) -> Iterator[Capture]:
    """Records into a new graph inside a `with` block; `nested` bodies may use outer symbols."""
    capture = Capture(current_capture() if nested else None, sample)
    settings.state.captures.append(capture)
    try:
        yield capture
    finally:
        settings.state.captures.pop()
        # Tensors know their capture: without this, it and its variables would be a cycle.
        capture._variables.clear()
        capture._constants.clear()
        capture.samples.clear()
        capture.sample = None


@contextmanager
def eager_scope() -> Iterator[None]:
    """Runs a `with` block eagerly although a capture is open (making of variables, for one)."""
    captures, settings.state.captures = settings.state.captures, []
    tapes, settings.state.tapes = settings.state.tapes, []
    try:
        yield
    finally:
        settings.state.captures = captures
        settings.state.tapes = tapes


def capture(
    function: Callable[..., Any],
    *specs: Any,
    nested: bool = False,
    sample: Callable[[], Any] | None = None,
) -> tuple[Graph, Any]:
    """Records a function called with symbolic tensors.

    Args:
        function: Called with the tensors; may read and assign variables.
        *specs: Nested structures of `Spec`, one per argument; None leaves stay None.
        nested: Whether the function is the body of a control-flow primitive.
        sample: Returns eager tensors in the form of the specs, for parts that Python computes.

    Returns:
        The graph, whose outputs are the tensors in the function's result in tree order, and the
        result itself, in which graph outputs are symbolic tensors (its form tells how to pack).
    """
    with open_capture(nested, sample) as recording:
        arguments = [_symbols(spec, recording) for spec in specs]
        result = function(*arguments)
        for leaf in tree.flatten(result):
            if isinstance(leaf, Tensor):
                recording.graph.outputs.append(recording.value_of(leaf))
    return recording.graph, result


def _symbols(structure: Any, recording: Capture) -> Any:
    if isinstance(structure, Spec):
        return recording.input(structure.shape, structure.dtype)
    if isinstance(structure, dict):
        return {key: _symbols(structure[key], recording) for key in sorted(structure)}
    if isinstance(structure, (list, tuple)):
        items = [_symbols(item, recording) for item in structure]
        if hasattr(structure, "_fields"):
            return type(structure)(*items)
        return items if isinstance(structure, list) else tuple(items)
    return structure
