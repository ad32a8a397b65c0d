"""The seam between what is computed and who computes it: the engine protocol and `apply`.

An engine runs primitives one at a time, or a captured graph at once. Engines are registered by name
with a factory; nothing above this module knows which one is current.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from cornu.core import dtypes, host, primitive, profiling, settings, shapes, tape, variable
from cornu.core.errors import SymbolicTensorError, suggestion
from cornu.core.graph import Graph
from cornu.core.primitive import Primitive, Spec
from cornu.core.profiling import Operation
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable

Buffer = Any
Array = np.ndarray[Any, Any]


class Executable(Protocol):
    """A graph made ready to run. Variables are read and written in place.

    Attributes:
        name: What it computes, for people.
        graph: What it runs.
    """

    name: str
    graph: Graph

    def run(self, inputs: Sequence[Any]) -> list[Buffer]:
        """Runs the graph once.

        Args:
            inputs: One buffer or NumPy array per graph input, of its exact shape and dtype.

        Returns:
            One buffer per graph output.
        """

    def run_steps(
        self, sources: Sequence[Array], index: Array, first: int, steps: int, seconds: float
    ) -> tuple[int, list[Buffer]]:
        """Runs the graph many times on minibatches of arrays in memory.

        Step s takes as every input the rows `index[s * batch : (s + 1) * batch]` of its source,
        converted to the input's dtype; batch is the inputs' first size.

        Args:
            sources: One array per graph input, any numeric dtype; the first axis counts rows.
            index: int64 row numbers of all steps one after the other.
            first: The first step to run.
            steps: How many steps to run at most.
            seconds: Stop after the step during which this much time is over.

        Returns:
            How many steps ran (at least one), and the outputs of the last one.
        """


class Engine(Protocol):
    """Runs primitives and graphs. Buffers are opaque to everybody else."""

    name: str

    def from_numpy(self, array: Array, dtype: str) -> Buffer:
        """Returns a buffer with a copy of an array that has the dtype's storage type."""

    def to_numpy(self, buffer: Buffer) -> Array:
        """Returns the buffer's contents, sharing memory where possible."""

    def copy(self, buffer: Buffer) -> Buffer:
        """Returns a new buffer with the same contents."""

    def apply(
        self, primitive: Primitive, buffers: Sequence[Buffer], params: dict[str, Any],
        operands: Sequence[Spec], outputs: Sequence[Spec],
    ) -> Sequence[Buffer]:  # fmt: skip
        """Runs one primitive and returns new buffers."""

    def compile(self, graph: Graph) -> Executable:
        """Makes a graph ready to run."""

    def describe(self) -> dict[str, Any]:
        """Returns facts for people: instruction set, threads, device."""


_factories: dict[str, Callable[[], Engine]] = {}
_order: list[str] = []
_current: Engine | None = None
_choosing = threading.RLock()


def register_engine(name: str, factory: Callable[[], Engine]) -> None:
    """Makes an engine known; the first registered one that can be made is the default."""
    _factories[name] = factory
    if name not in _order:
        _order.append(name)


def set_engine(name: str) -> None:
    """Chooses the engine for all further tensors.

    Args:
        name: "native", "reference" or another registered engine.

    Raises:
        ValueError: For a name that no engine has.
        ImportError: When the engine cannot be used here.
    """
    global _current
    if name not in _factories:
        raise ValueError(
            f"No engine is called {name!r}; there are {', '.join(_order)}."
            f"{suggestion(name, _order)}"
        )
    _current = _factories[name]()


def current_engine() -> Engine:
    """Returns the engine in use; the first call decides by CORNU_ENGINE or the default."""
    if _current is None:
        with _choosing:
            _choose()
    assert _current is not None
    return _current


def _choose() -> None:
    """Makes the engine, unless another thread has just done it."""
    global _current
    if _current is not None:
        return
    wanted = os.environ.get("CORNU_ENGINE")
    if wanted:
        set_engine(wanted)
        return
    for name in _order:
        try:
            _current = _factories[name]()
            break
        except ImportError:
            continue
    if _current is None:
        raise RuntimeError("No engine is registered; import cornu before using cornu.core.")


def apply(primitive: Primitive, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """Applies a primitive: records it while a graph is captured, else runs it on the engine.

    Args:
        primitive: What to apply.
        operands: Tensors of exactly the shapes and dtypes that the primitive wants.
        params: Its parameters.

    Returns:
        A tensor, or a tuple of them for a primitive with several outputs.
    """
    state = settings.state
    specs = primitive.rule(*operands, **params)
    if not primitive.multiple:
        specs = (specs,)
    symbolic = False
    flavour = Tensor
    for tensor in operands:
        if tensor._value is not None:
            symbolic = True
        if type(tensor) is not Tensor:
            flavour = tensor.flavour
    if state.captures and symbolic and any(tensor.dtype == "string" for tensor in operands):
        # No engine compiles text: Python computes this before each run.
        return host.on_host(lambda *eager: primitive(*eager, **params), *operands)
    if state.captures and (symbolic or not operands):
        outputs = state.captures[-1].record(primitive, operands, params, specs, flavour)
    else:
        if symbolic:
            raise SymbolicTensorError(
                f"{primitive.name} was given a symbolic tensor outside the captured function that "
                f"made it. Return tensors from a captured function instead of storing them."
            )
        engine = current_engine()
        buffers = [tensor._buffer for tensor in operands]
        if profiling.listener is None:
            results = engine.apply(primitive, buffers, params, operands, specs)
        else:
            begin = time.perf_counter_ns()
            results = engine.apply(primitive, buffers, params, operands, specs)
            operation = Operation(primitive.name, "/".join(state.scopes), specs[0].shape)
            profiling.listener.applied(operation, begin, time.perf_counter_ns())
        outputs = [
            flavour(spec.shape, spec.dtype, buffer, engine)
            for spec, buffer in zip(specs, results, strict=True)
        ]
    if state.tapes:
        tape.record_primitive(primitive, operands, outputs, params)
    return tuple(outputs) if primitive.multiple else outputs[0]


primitive.install_interpreter(apply)


def tensor_from_numpy(array: Array, dtype: str | None = None) -> Tensor:
    """Returns a tensor with a copy of a NumPy array.

    Args:
        array: Numbers, booleans or text.
        dtype: Element type of the tensor; the array's own when None.

    Returns:
        An eager tensor.
    """
    engine = current_engine()
    name = dtype or dtypes.canonical(array.dtype)
    if name == "bfloat16":
        stored = float_to_bfloat16(np.asarray(array, np.float32))
    else:
        stored = np.asarray(array, dtypes.to_numpy(name))
    return Tensor(tuple(stored.shape), name, engine.from_numpy(stored, name), engine)


def float_to_bfloat16(array: Array) -> Array:
    """Returns the bits of float32 values rounded to bfloat16 (to nearest, ties to even)."""
    bits = np.ascontiguousarray(array, np.float32).reshape(array.shape).view(np.uint32)
    rounded = (bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) >> np.uint32(16)
    quiet = (bits >> np.uint32(16)) | np.uint32(0x40)
    return np.asarray(np.where(np.isnan(array), quiet, rounded).astype(np.uint16))


def to_tensor(value: Any, dtype: str | None = None) -> Tensor:
    """Returns a value as a tensor.

    Args:
        value: Tensor, Variable, NumPy array, Python number or (nested) list of them.
        dtype: Wanted element type. None keeps a tensor's or array's own; Python floats become
            floatx and Python ints int32.

    Returns:
        A tensor; the value itself when it already is one of that dtype.

    Raises:
        TypeError: For what is no array, such as a ragged list or a dict.
    """
    if isinstance(value, Variable):
        value = value.value
    if isinstance(value, Tensor):
        if dtype is None or value.dtype == dtype:
            return value
        return cast(value, dtype)
    if isinstance(value, (list, tuple)) and _holds_symbol(value):
        parts = [to_tensor(item, dtype) for item in value]
        joined = dtype or dtypes.promote(*(part.dtype for part in parts))
        rows = [
            primitive.REGISTRY["reshape"](cast(part, joined), shape=(1, *part.shape))
            for part in parts
        ]
        stacked: Tensor = primitive.REGISTRY["concatenate"](*rows, axis=0)
        return stacked
    if not isinstance(value, np.ndarray) or value.dtype.kind in "OUS":
        value = _array_of(value)
    return tensor_from_numpy(value, dtype)


def _holds_symbol(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_holds_symbol(item) for item in value)
    return isinstance(value, (Tensor, Variable))


def _array_of(value: Any) -> Array:
    python_numbers = not hasattr(value, "dtype")
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise TypeError(
            f"Cannot make a tensor of this {type(value).__name__}: its rows have different lengths "
            f"or it holds something that is no number. Pad the rows to one length first."
        ) from error
    if array.dtype == object:
        kinds = sorted({type(item).__name__ for item in array.ravel()[:1000]})
        if kinds == ["str"]:
            return array
        raise TypeError(
            f"Cannot make a tensor of this {type(value).__name__}: it holds {', '.join(kinds)}. "
            f"Convert it to numbers first, for example with array.astype('float32')."
        )
    if array.dtype.kind in "US":
        return array.astype(object)
    if python_numbers and array.dtype == np.float64:
        return array.astype(dtypes.to_numpy(settings.floatx()))
    if python_numbers and array.dtype == np.int64:
        small = array.size == 0 or (array.min() >= -(2**31) and array.max() < 2**31)
        return array.astype(np.int32) if small else array
    return array


def cast(tensor: Tensor, dtype: str) -> Tensor:
    """Returns the tensor in another dtype; itself when it has it already."""
    if tensor.dtype == dtype:
        return tensor
    result: Tensor = primitive.REGISTRY["cast"](tensor, dtype=dtype)
    return result


variable.install_conversions(to_tensor, cast)


def memory_of(specs: Sequence[Spec]) -> int:
    """Returns the bytes that values of these specs take."""
    return sum(shapes.size(spec.shape) * dtypes.item_size(spec.dtype) for spec in specs)
