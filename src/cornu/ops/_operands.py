"""What every op does first: record itself for KerasTensors, convert, promote, broadcast.

Ops are written on top of a few helpers: `op` (the decorator), `as_tensor` and `floating` (one
operand), `pair` (two operands of equal shape and dtype), `constant`, `expand`, and
`differentiated` (a formula whose derivative is shorter or steadier than that of its parts).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from cornu.core import dtypes, engine, settings, shapes, tape
from cornu.core.keras_tensor import FunctionOperation, KerasTensor, any_symbolic
from cornu.core.primitives import elementwise, layout
from cornu.core.shapes import Shape
from cornu.core.tensor import Tensor

Function = TypeVar("Function", bound=Callable[..., Any])

# Scalars that take the dtype of what they meet. NumPy's double and long come out of Python
# arithmetic as easily as float and int do, so they are as weak.
_WEAK: dict[Any, str] = {
    bool: "bool", int: "int", float: "float",
    np.bool_: "bool", np.int64: "int", np.float64: "float",
}  # fmt: skip

# The largest finite number of each float dtype.
LARGEST = {
    "float16": 65504.0,
    "bfloat16": 3.3895313892515355e38,
    "float32": 3.4028234663852886e38,
    "float64": 1.7976931348623157e308,
}


def op(function: Function) -> Function:
    """Makes a function an op: KerasTensors record it, and its errors tell its name."""
    name = function.__name__

    @functools.wraps(function)
    def applied(*arguments: Any, **keywords: Any) -> Any:
        for argument in arguments:
            if type(argument) is not Tensor and any_symbolic(argument):
                return FunctionOperation(applied)(*arguments, **keywords)
        if keywords and any_symbolic(keywords):
            return FunctionOperation(applied)(*arguments, **keywords)
        try:
            return function(*arguments, **keywords)
        except (TypeError, ValueError, IndexError) as error:
            _blame(error, name)
            raise

    return applied  # type: ignore[return-value]


def _blame(error: Exception, name: str) -> None:
    """Puts the op's name in front of a message, once."""
    if getattr(error, "cornu_op", None) is None:
        text = str(error)
        if not text.startswith((f"{name}:", f"{name}(")):
            error.args = (f"{name}: {text}", *error.args[1:])
        error.cornu_op = name  # type: ignore[attr-defined]


def as_tensor(value: Any, dtype: str | None = None) -> Tensor:
    """Returns a value as a tensor; of `dtype` when one is given."""
    if type(value) is Tensor and (dtype is None or dtype == value.dtype):
        return value
    if dtype is None:
        kind = _WEAK.get(type(value))
        if kind is not None and isinstance(value, np.generic):
            value = value.item()
    return engine.to_tensor(value, dtype)


def cast(x: Tensor, dtype: str) -> Tensor:
    """Returns a tensor in a dtype; itself when it has it already."""
    if x.dtype == dtype:
        return x
    result: Tensor = elementwise.cast(x, dtype=dtype)
    return result


def floating(value: Any) -> Tensor:
    """Returns a value as a tensor of a float dtype; whole numbers become floatx."""
    x = as_tensor(value)
    if x.dtype in dtypes.FLOATS:
        return x
    return cast(x, dtypes.promote(x.dtype, "float"))


def boolean(value: Any) -> Tensor:
    """Returns a value as a bool tensor: True where it is not zero."""
    return cast(as_tensor(value), "bool")


def weak_dtype(value: Any) -> str:
    """Returns how a value takes part in promotion: a dtype, or "int" or "float" for a scalar."""
    kind = _WEAK.get(type(value))
    if kind is not None:
        return kind
    if isinstance(value, (np.ndarray, np.generic)):
        return dtypes.canonical(value.dtype)
    return as_tensor(value).dtype


def constant(value: Any, shape: Shape, dtype: str) -> Tensor:
    """Returns a tensor with every element equal to a Python scalar, which wraps as the dtype does."""
    if dtype in dtypes.FLOATS:
        value = float(value)
    elif dtype == "bool":
        value = bool(value)
    else:
        value = int(value)
        bits = 8 * dtypes.item_size(dtype)
        value &= (1 << bits) - 1
        if dtype in dtypes.SIGNED and value >> (bits - 1):
            value -= 1 << bits
    result: Tensor = elementwise.full(shape=shape, dtype=dtype, value=value)
    return result


def like(x: Tensor, value: Any) -> Tensor:
    """Returns a tensor of the shape and dtype of `x` filled with a Python scalar."""
    return constant(value, x.shape, x.dtype)


def expand(x: Tensor, shape: Shape) -> Tensor:
    """Returns a tensor broadcast to a shape that it is known to fit."""
    if x.shape == shape:
        return x
    rank = len(shape)
    dims = tuple(range(rank - len(x.shape), rank))
    result: Tensor = layout.broadcast(x, shape=shape, dims=dims)
    return result


def pair(x1: Any, x2: Any, *least: str) -> tuple[Tensor, Tensor]:
    """Returns two operands with one dtype and one shape.

    Args:
        x1: Array-like or scalar.
        x2: Array-like or scalar.
        *least: Further dtypes to promote with ("float" makes the result floating).

    Returns:
        Two tensors that a primitive takes.
    """
    alike = type(x1) is Tensor and type(x2) is Tensor
    if alike and x1.dtype == x2.dtype and x1.shape == x2.shape:
        dtype = x1.dtype
        if not least or dtype in dtypes.FLOATS:
            return x1, x2
    weak1, weak2 = _WEAK.get(type(x1)), _WEAK.get(type(x2))
    if weak1 is None:
        x1 = as_tensor(x1)
    if weak2 is None:
        x2 = as_tensor(x2)
    dtype = dtypes.promote(weak1 or x1.dtype, weak2 or x2.dtype, *least)
    if weak1 is not None:
        shape: Shape = () if weak2 is not None else x2.shape
        x1 = constant(x1, shape, dtype)
    if weak2 is not None:
        return cast(x1, dtype), constant(x2, x1.shape, dtype)
    if x1.shape == x2.shape:
        return cast(x1, dtype), cast(x2, dtype)
    shape = shapes.broadcast(x1.shape, x2.shape, who="operands")
    return expand(cast(x1, dtype), shape), expand(cast(x2, dtype), shape)


def together(values: Sequence[Any]) -> list[Tensor]:
    """Returns values as tensors of one dtype, each of its own shape."""
    weak = [_WEAK.get(type(value)) for value in values]
    if all(kind is not None for kind in weak):
        return [constant(v, (), dtypes.promote(*map(str, weak))) for v in values]
    tensors = [
        value if kind is not None else as_tensor(value)
        for value, kind in zip(values, weak, strict=True)
    ]
    dtype = dtypes.promote(
        *(kind or value.dtype for value, kind in zip(tensors, weak, strict=True))
    )
    return [
        constant(value, (), dtype) if kind is not None else cast(value, dtype)
        for value, kind in zip(tensors, weak, strict=True)
    ]


def differentiated(
    forward: Callable[..., Tensor], backward: Callable[..., Any], *operands: Tensor
) -> Tensor:
    """Returns `forward(*operands)` with a derivative of its own.

    Args:
        forward: Computes the result from the operands.
        backward: `backward(g, out, *operands)` returns the cotangent of each operand (one, or a
            tuple); written in primitives, so that it can be differentiated again.
        *operands: Tensors.

    Returns:
        The result.
    """
    if not settings.state.tapes:
        return forward(*operands)
    with tape.no_tape():
        out = forward(*operands)
    tape.add_record(operands, [out], lambda g: backward(g, out, *operands))
    return out


def static_shape(shape: Any) -> Shape:
    """Returns a shape given as an int, a sequence or an eager integer tensor as a tuple of ints."""
    if isinstance(shape, Tensor):
        shape = shape.tolist()
    if isinstance(shape, Iterable):
        return tuple(-1 if size is None else int(size) for size in shape)
    return (int(shape),)


def keep_rank(reduced: Tensor, shape: Shape, axes: Sequence[int]) -> Tensor:
    """Returns a reduced tensor with size-1 axes where `axes` of `shape` were."""
    result: Tensor = layout.reshape(reduced, shape=shapes.reduced(shape, axes, keepdims=True))
    return result


def spread(reduced: Tensor, shape: Shape, axes: Sequence[int]) -> Tensor:
    """Returns a reduced tensor repeated over the axes of `shape` that were reduced."""
    kept = tuple(axis for axis in range(len(shape)) if axis not in axes)
    result: Tensor = layout.broadcast(reduced, shape=shape, dims=kept)
    return result


def is_symbolic_argument(value: Any) -> bool:
    """Whether a value is a KerasTensor, which has no sizes yet."""
    return isinstance(value, KerasTensor)
