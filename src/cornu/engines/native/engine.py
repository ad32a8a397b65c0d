"""NativeEngine: runs primitives and graphs through plans of the C++ extension."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu import _native
from cornu.core import dtypes
from cornu.core.engine import Array
from cornu.core.graph import Graph
from cornu.core.primitive import Primitive, Spec
from cornu.engines.native.compiler import optimize
from cornu.engines.native.executable import NativeExecutable

_MAX_CACHED = 2048
_ALIGNMENT = 64
# Bytes below which alignment does not matter.
_SMALL = 1024


class NativeEngine:
    """The engine for CPUs; its buffers are C-contiguous NumPy arrays.

    Example:
        >>> NativeEngine().describe()["name"]
        'native'
    """

    name = "native"

    def __init__(self) -> None:
        self._plans: dict[Any, tuple[Any, list[tuple[Any, Any]]]] = {}

    def from_numpy(self, array: Array, dtype: str) -> Array:
        """Returns a buffer with a copy of an array that has the dtype's storage type."""
        buffer = aligned_empty(array.shape, dtypes.to_numpy(dtype))
        buffer[...] = array
        return buffer

    def to_numpy(self, buffer: Array) -> Array:
        """Returns the buffer itself, which is an array."""
        return buffer

    def copy(self, buffer: Array) -> Array:
        """Returns a new buffer with the same contents."""
        if buffer.nbytes < _SMALL:
            small: Array = buffer.copy()
            return small
        result = aligned_empty(buffer.shape, buffer.dtype)
        result[...] = buffer
        return result

    def apply(
        self, primitive: Primitive, buffers: Sequence[Array], params: dict[str, Any],
        operands: Sequence[Spec], outputs: Sequence[Spec],
    ) -> list[Array]:  # fmt: skip
        """Runs one primitive and returns new buffers."""
        shortcut = _SHORTCUTS.get(primitive.name)
        if shortcut is not None:
            return [shortcut(buffers, outputs[0], params)]
        key = (
            primitive.name,
            *[operand.shape for operand in operands],
            *[operand.dtype for operand in operands],
            *params.items(),
        )
        known = self._plans.get(key)
        if known is None:
            known = self._plan_of(primitive, params, operands, outputs)
            if len(self._plans) >= _MAX_CACHED:
                self._plans.clear()
            self._plans[key] = known
        plan, types = known
        results = [np.empty(shape, dtype) for shape, dtype in types]
        plan.run((), buffers, results)
        return results

    def _plan_of(
        self, primitive: Primitive, params: dict[str, Any],
        operands: Sequence[Spec], outputs: Sequence[Spec],
    ) -> tuple[Any, list[tuple[Any, Any]]]:  # fmt: skip
        graph = Graph()
        values = [graph.add_input(operand.shape, operand.dtype) for operand in operands]
        graph.outputs = graph.add_node(primitive, values, params, outputs).outputs
        types = [(spec.shape, dtypes.to_numpy(spec.dtype)) for spec in outputs]
        return NativeExecutable(graph).plan, types

    def compile(self, graph: Graph) -> NativeExecutable:
        """Makes a graph ready to run."""
        return NativeExecutable(optimize(graph, self))

    def set_num_threads(self, count: int) -> None:
        """Sets how many threads compute; results do not depend on it."""
        _native.set_num_threads(count)

    def describe(self) -> dict[str, Any]:
        """Returns facts for people."""
        return {
            "name": self.name,
            "instruction_set": _native.instruction_set(),
            "threads": _native.num_threads(),
        }


def aligned_empty(shape: tuple[int, ...], dtype: Any) -> Array:
    """Returns an uninitialised array, aligned to cache lines when that matters."""
    dtype = np.dtype(dtype)
    nbytes = math.prod(shape) * dtype.itemsize
    if nbytes < _SMALL or dtype.hasobject:  # text never reaches a kernel
        return np.empty(shape, dtype)
    block = np.empty(nbytes + _ALIGNMENT, np.uint8)
    begin = -block.ctypes.data % _ALIGNMENT
    result: Array = block[begin : begin + nbytes].view(dtype).reshape(shape)
    return result


def _reshape(buffers: Sequence[Array], output: Spec, params: dict[str, Any]) -> Array:
    return buffers[0].reshape(output.shape)


def _full(buffers: Sequence[Array], output: Spec, params: dict[str, Any]) -> Array:
    value = params["value"]
    if output.dtype == "bfloat16":
        bits = np.float32(value).view(np.uint32)
        rounded = (int(bits) + 0x7FFF + ((int(bits) >> 16) & 1)) >> 16 if value == value else 0x7FC0
        return np.full(output.shape, rounded, np.uint16)
    with np.errstate(all="ignore"):
        number = np.array(value).astype(dtypes.to_numpy(output.dtype))
    return np.full(output.shape, number)


# What NumPy does at least as fast as a plan: tensors never change, so a reshape shares memory.
_SHORTCUTS: dict[str, Callable[[Sequence[Array], Spec, dict[str, Any]], Array]] = {
    "reshape": _reshape,
    "full": _full,
}
