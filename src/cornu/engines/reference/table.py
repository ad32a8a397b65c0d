"""The lowering table: one NumPy function per primitive, and the one way of calling it.

Families enter their functions by decorator. float16 and bfloat16 are widened to float32 before and
rounded once after each primitive, so no function has to know about them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np

from cornu.core import dtypes
from cornu.core.engine import Array, float_to_bfloat16
from cornu.core.errors import UnsupportedError
from cornu.core.shapes import Shape

Function = TypeVar("Function", bound=Callable[..., Any])


class HasSpec(Protocol):
    """What tells an array's shape and dtype name: a Spec, a Tensor or a graph Value."""

    @property
    def shape(self) -> Shape: ...
    @property
    def dtype(self) -> str: ...


class Lowering(NamedTuple):
    """How a primitive is computed.

    Attributes:
        function: `function(*arrays, **params)` returns an array, or a tuple of them.
        raw: The function wants arrays as they are stored, halves not widened.
    """

    function: Callable[..., Any]
    raw: bool = False


LOWERINGS: dict[str, Lowering] = {}


def lowering(*names: str, raw: bool = False) -> Callable[[Function], Function]:
    """Returns a decorator that enters a function under the names of primitives."""

    def enter(function: Function) -> Function:
        for name in names:
            LOWERINGS[name] = Lowering(function, raw)
        return function

    return enter


def widen(array: Array, dtype: str) -> Array:
    """Returns stored values in the type they are computed in: halves as float32."""
    if dtype == "bfloat16":
        return np.asarray((array.astype(np.uint32) << np.uint32(16)).view(np.float32))
    return array.astype(np.float32) if dtype == "float16" else array


def store(array: Any, dtype: str) -> Array:
    """Returns computed values as they are stored, dense and in C order."""
    if dtype == "bfloat16":
        return float_to_bfloat16(np.asarray(array, np.float32))
    if dtype == "float16":
        # From float64 and integers too through float32, as the compiled kernels do.
        array = np.asarray(array, np.float32)
    return np.asarray(array, dtypes.to_numpy(dtype), order="C")


def computed_as(dtype: str) -> np.dtype[Any]:
    """Returns the NumPy dtype in which values of `dtype` are computed."""
    return np.dtype(np.float32) if dtype in ("float16", "bfloat16") else dtypes.to_numpy(dtype)


def find(name: str) -> Lowering:
    """Returns the lowering of a primitive.

    Raises:
        UnsupportedError: When there is none.
    """
    found = LOWERINGS.get(name)
    if found is None:
        raise UnsupportedError(f"The reference engine has no lowering for primitive {name!r}.")
    return found


def lower(
    name: str,
    operands: Sequence[Array],
    params: Mapping[str, Any],
    operand_specs: Sequence[HasSpec],
    output_specs: Sequence[HasSpec],
) -> list[Array]:
    """Computes one primitive.

    Args:
        name: Of the primitive.
        operands: Its operands in their storage dtypes (bfloat16 as uint16 bits).
        params: Its parameters.
        operand_specs: Shape and dtype of each operand.
        output_specs: Shape and dtype of each output.

    Returns:
        The outputs in their storage dtypes; they may share memory with operands.

    Raises:
        UnsupportedError: When the primitive has no lowering.
    """
    function, raw = find(name)
    arrays = operands
    with np.errstate(all="ignore"):
        if not raw:
            arrays = [
                widen(array, spec.dtype)
                for array, spec in zip(operands, operand_specs, strict=True)
            ]
        results = function(*arrays, **params)
        if not isinstance(results, tuple):
            results = (results,)
        if raw:
            return [np.asarray(result, order="C") for result in results]
        return [
            store(result, spec.dtype) for result, spec in zip(results, output_specs, strict=True)
        ]
