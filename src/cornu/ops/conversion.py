"""Between tensors, arrays and numbers: conversion, dtypes, sizes, constants of differentiation."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.core import dtypes, shapes, tape, tree
from cornu.core.keras_tensor import KerasTensor, any_symbolic
from cornu.core.primitives import elementwise as e
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable
from cornu.ops import _operands
from cornu.ops._operands import as_tensor, op


def convert_to_tensor(
    x: Any, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None
) -> Any:
    """Returns a value as a tensor.

    Args:
        x: Tensor, variable, NumPy array, number, or nested list of them.
        dtype: Dtype of the result; that of the value when None (floats in lists become floatx,
            ints int32).
        sparse: Accepted for Keras's signature; there are no sparse tensors.
        ragged: Accepted for Keras's signature; there are no ragged tensors.

    Returns:
        A tensor; `x` itself when it already is one of that dtype.

    Raises:
        TypeError: For something that is no array of numbers or text.

    Example:
        >>> convert_to_tensor([1, 2], "float32").tolist()
        [1.0, 2.0]
    """
    del sparse, ragged
    if isinstance(x, KerasTensor):
        return x if dtype is None or dtypes.canonical(dtype) == x.dtype else cast(x, dtype)
    if any_symbolic(x):
        return _convert(x, dtype)
    if dtype is None:
        return as_tensor(x)
    return as_tensor(x, dtypes.canonical(dtype))


@op
def _convert(x: Any, dtype: Any) -> Tensor:
    return as_tensor(x, None if dtype is None else dtypes.canonical(dtype))


def array(x: Any, dtype: Any = None) -> Any:
    """Returns a value as a tensor; another name of `convert_to_tensor`.

    Example:
        >>> array([1, 2]).dtype
        'int32'
    """
    return convert_to_tensor(x, dtype)


def convert_to_numpy(x: Any) -> np.ndarray[Any, Any]:
    """Returns a tensor's value as a NumPy array.

    Args:
        x: Tensor, variable or array-like.

    Returns:
        An array of its own that may be written to.

    Example:
        >>> convert_to_numpy([1.0, 2.0])
        array([1., 2.], dtype=float32)
    """
    return np.array(as_tensor(x).numpy())


@op
def copy(x: Any) -> Tensor:
    """Returns a copy; since tensors never change it may share memory.

    Example:
        >>> copy([1.0]).tolist()
        [1.0]
    """
    return as_tensor(x)


@op
def cast(x: Any, dtype: Any) -> Tensor:
    """Returns a tensor in another dtype.

    Args:
        x: Array-like.
        dtype: Dtype of the result. Floats lose their fraction when they become integers; anything
            but zero becomes True.

    Returns:
        A tensor; `x` itself when it has that dtype.

    Example:
        >>> cast([1.7, -1.7], "int32").tolist()
        [1, -1]
    """
    return _operands.cast(as_tensor(x), dtypes.canonical(dtype))


_LIMITS = {name: np.iinfo(name) for name in (*dtypes.SIGNED, *dtypes.UNSIGNED)}


@op
def saturate_cast(x: Any, dtype: Any) -> Tensor:
    """Returns a tensor in another dtype; what does not fit becomes the nearest number that does.

    Args:
        x: Array-like.
        dtype: Dtype of the result.

    Returns:
        A tensor.

    Example:
        >>> saturate_cast([-3.0, 300.0], "uint8").tolist()
        [0, 255]
    """
    x = as_tensor(x)
    wanted = dtypes.canonical(dtype)
    if x.dtype == "bool" or wanted == "bool" or x.dtype == wanted:
        return _operands.cast(x, wanted)
    low, high = _limits(wanted)
    least, most = _limits(x.dtype)
    if low > least:
        x = e.max(x, _operands.like(x, low))
    if high < most:
        if dtypes.is_float(x.dtype) and not dtypes.is_float(wanted):
            # The largest integer need not be a float; the next float below it is taken.
            numpy_type: Any = np.float32 if x.dtype == "bfloat16" else dtypes.to_numpy(x.dtype).type
            nearest = numpy_type(high)
            if int(nearest) > high:
                nearest = np.nextafter(nearest, numpy_type(0))
            top = _operands.like(x, float(nearest))
            limit = _operands.constant(high, x.shape, wanted)
            return e.select(e.gt(x, top), limit, _operands.cast(e.min(x, top), wanted))
        x = e.min(x, _operands.like(x, high))
    return _operands.cast(x, wanted)


def _limits(dtype: str) -> tuple[Any, Any]:
    if dtype in _LIMITS:
        return int(_LIMITS[dtype].min), int(_LIMITS[dtype].max)
    return -_operands.LARGEST[dtype], _operands.LARGEST[dtype]


def shape(x: Any) -> tuple[int | None, ...]:
    """Returns the sizes of a tensor as a tuple of ints (None where a KerasTensor's is open).

    Example:
        >>> shape([[1, 2, 3]])
        (1, 3)
    """
    return x.shape if isinstance(x, (Tensor, Variable, KerasTensor)) else as_tensor(x).shape


def ndim(x: Any) -> int:
    """Returns the number of axes.

    Example:
        >>> ndim([[1, 2, 3]])
        2
    """
    return len(shape(x))


def size(x: Any) -> Any:
    """Returns the number of elements.

    Example:
        >>> size([[1, 2, 3]])
        3
    """
    known = [dim for dim in shape(x) if dim is not None]
    return shapes.size(known) if len(known) == ndim(x) else None


def dtype(x: Any) -> str:
    """Returns the name of the dtype.

    Example:
        >>> dtype([1.5])
        'float32'
    """
    return x.dtype if isinstance(x, (Tensor, Variable, KerasTensor)) else as_tensor(x).dtype


def is_tensor(x: Any) -> bool:
    """Returns whether a value is a tensor of cornu (arrays and KerasTensors are not).

    Example:
        >>> is_tensor([1.0]), is_tensor(convert_to_tensor([1.0]))
        (False, True)
    """
    return isinstance(x, Tensor)


@op
def stop_gradient(variable: Any) -> Tensor:
    """Returns the same value as a constant, through which no derivative flows.

    Args:
        variable: Array-like or variable.

    Returns:
        A tensor.

    Example:
        >>> stop_gradient([1.0]).tolist()
        [1.0]
    """
    return tape.stop_gradient(as_tensor(variable))


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a function with a derivative of its own.

    Args:
        f: `f(*tensors)` returns the result and a function `grad(*args, upstream)` that returns one
            derivative per argument; the cotangent of the result comes as the only positional
            argument, or as keyword `upstream` when the function has one.

    Returns:
        A function that returns the result alone.

    Example:
        >>> @custom_gradient
        ... def steady(x):
        ...     return x, lambda upstream: upstream * 2.0
        >>> steady(convert_to_tensor(3.0)).item()
        3.0
    """

    def adapted(*arguments: Any, **keywords: Any) -> Any:
        result, grad = f(*arguments, **keywords)
        upstream = inspect.signature(grad).parameters.get("upstream")
        if upstream is not None and upstream.kind is inspect.Parameter.KEYWORD_ONLY:
            return result, lambda *flow: grad(upstream=flow[0] if len(flow) == 1 else flow)
        return result, grad

    tracked = tape.custom_gradient(adapted)

    def wrapped(*arguments: Any, **keywords: Any) -> Any:
        converted = tree.map_structure(
            lambda leaf: leaf if isinstance(leaf, Variable) else as_tensor(leaf), list(arguments)
        )
        return tracked(*converted, **keywords)

    return wrapped
