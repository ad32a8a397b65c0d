"""Parts of a captured computation that Python runs, such as everything that reads text.

Engines compile numbers only. A function that is called through `on_host` while a graph is captured
is computed at once on the data of the first run; the graph gets an input for its result, and notes
how to make that input again for other data. So the arguments must be inputs themselves, or come
from such functions: the parts on the host lead, what is compiled follows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cornu.core import tree
from cornu.core.errors import InvalidArgumentError
from cornu.core.graph import Capture, Graph, HostCall, Value, current_capture, eager_scope
from cornu.core.primitive import Spec
from cornu.core.tensor import Tensor


def on_host(
    function: Callable[..., Tensor],
    *tensors: Tensor,
    spec: Spec | None = None,
    rowwise: bool = False,
    name: str = "",
) -> Tensor:
    """Returns `function(*tensors)`, which Python computes also when the rest is compiled.

    Args:
        function: Takes and returns eager tensors; its result may depend on their values.
        *tensors: Its arguments.
        spec: Shape and dtype of the result, used where only shapes are wanted.
        rowwise: Whether each row of the result depends on the same row of the arguments alone.
        name: Who asks, in errors.

    Returns:
        A tensor.

    Raises:
        InvalidArgumentError: When an argument is computed by the compiled part.
    """
    capture = current_capture()
    if capture is None or not any(tensor.is_symbolic for tensor in tensors):
        return function(*tensors)
    outermost = capture
    while outermost.parent is not None:
        outermost = outermost.parent
    if outermost.sample is None and spec is not None:
        return capture.input(spec.shape, spec.dtype)
    arguments = [capture.value_of(tensor) for tensor in tensors]
    samples = [_sample(capture, tensor, name) for tensor in tensors]
    with eager_scope():
        result = function(*samples)
    value = capture.graph.add_input(result.shape, str(result.dtype))
    capture.samples[value] = result
    capture.graph.host_calls.append(HostCall(function, arguments, value, rowwise))
    return type(result).flavour(value.shape, value.dtype, engine=capture, value=value)


def _sample(capture: Capture, tensor: Tensor, name: str) -> Tensor:
    """Returns the value of a tensor in the data of the first run."""
    value = tensor._value
    if value is None:
        return tensor
    if not capture.samples and capture.sample is not None:
        leaves = [leaf for leaf in tree.flatten(capture.sample()) if leaf is not None]
        capture.samples.update(zip(capture.graph.inputs, leaves))
    known = capture.samples.get(value)
    if known is None or tensor._engine is not capture:
        raise InvalidArgumentError(
            f"{name or 'An operation on text'} runs in Python before the compiled step, so it can "
            f"work only on the model's inputs; it was given something that the step computes "
            f"(shape {tensor.shape}, dtype {tensor.dtype}). Put it first in the model, apply it to "
            f"the data beforehand (Dataset.map), or compile with run_eagerly=True."
        )
    return known


class HostPart:
    """What Python computes before each run of a captured graph; takes it out of the graph.

    Args:
        graph: The graph, which keeps as inputs only what an engine needs.

    Attributes:
        is_needed: Whether there is anything to compute.
        is_rowwise: Whether rows of the data may be computed together in any number.
    """

    def __init__(self, graph: Graph) -> None:
        self._calls = graph.host_calls
        made = {call.result for call in self._calls}
        self._given = [value for value in graph.inputs if value not in made]
        graph.inputs = [value for value in graph.inputs if value.dtype != "string"]
        self._wanted = list(graph.inputs)
        self.is_needed = len(self._wanted) != len(self._given) or bool(self._calls)
        self.is_rowwise = all(call.rowwise for call in self._calls)

    @property
    def specs(self) -> list[Spec]:
        """Shapes and dtypes of the engine's inputs."""
        return [value.spec for value in self._wanted]

    def run(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """Returns the engine's inputs for the data of one run.

        Args:
            tensors: One for each leaf of the data.
        """
        values: dict[Value, Any] = dict(zip(self._given, tensors, strict=True))
        for call in self._calls:
            values[call.result] = call.function(*(values[value] for value in call.arguments))
        return [values[value] for value in self._wanted]
