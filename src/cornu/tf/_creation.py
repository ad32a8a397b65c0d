"""Tensors from nothing or from Python: constants, zeros, ranges."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.core import dtypes as core
from cornu.core.keras_tensor import KerasTensor
from cornu.tf._convert import convert, public, static_shape
from cornu.tf._tensor import Tensor, is_tensor_like
from cornu.tf.dtypes import as_dtype
from cornu.tf.errors import DtypeError, InvalidArgumentError


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str = "Const") -> Any:
    """Returns a tensor with a value: Python ints become int32, floats float32, arrays keep theirs.

    Args:
        value: Number, text, array, or nested list.
        dtype: Element type; None takes the value's.
        shape: Shape of the result; a single number fills it.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Raises:
        TypeError: When the value does not fit the dtype, or its size not the shape.
        ValueError: For what is no tensor, such as a ragged list.

    Example:
        >>> import cornu.tf as tf
        >>> tf.constant([[1, 2], [3, 4]]).shape
        TensorShape([2, 2])
    """
    tensor = convert(value) if dtype is None else _typed(value, dtype)
    if shape is None:
        return tensor
    sizes = static_shape(shape)
    count = int(np.prod(sizes, dtype=np.int64))
    if tensor.size != count and tensor.size != 1:
        raise DtypeError(
            f"tf.constant: a value with {tensor.size} elements does not fill the shape {sizes} "
            f"with its {count} elements."
        )
    array = np.asarray(tensor)
    spread = np.full(sizes, array.reshape(-1)[0]) if tensor.size == 1 else array.reshape(sizes)
    return convert(spread, tensor.dtype if tensor.dtype != "string" else None)


def _typed(value: Any, dtype: Any) -> Tensor:
    wanted = as_dtype(dtype)
    if is_tensor_like(value) and convert(value).dtype != wanted:
        return ops.cast(convert(value), wanted)  # type: ignore[return-value]
    return convert(value, wanted)


def convert_to_tensor(
    value: Any, dtype: Any = None, dtype_hint: Any = None, name: Any = None
) -> Any:
    """Returns a value as a tensor.

    Args:
        value: Tensor, variable, array, number, text, or nested list.
        dtype: The dtype that the result must have; a tensor of another one is refused.
        dtype_hint: A dtype to take if the value fits it.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Raises:
        ValueError: For a tensor of another dtype (cast it), or for what is no tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.convert_to_tensor([1, 2], dtype=tf.float32).numpy().tolist()
        [1.0, 2.0]
    """
    if isinstance(value, KerasTensor):
        return value
    return convert(value, dtype, dtype_hint)


def _filled(shape: Any, value: Any, dtype: Any, who: str) -> Any:
    wanted = as_dtype(dtype)
    sizes = static_shape(shape, who)
    if any(size < 0 for size in sizes):
        raise InvalidArgumentError(f"{who}: sizes must not be negative; got {sizes}.")
    if wanted == "string":
        return convert(np.full(sizes, "" if value == 0 else str(value), object))
    if wanted == "bfloat16":
        return convert(np.full(sizes, value, np.float32), wanted)
    return convert(np.full(sizes, value, core.to_numpy(wanted.name)))


@public
def zeros(shape: Any, dtype: Any = "float32", name: Any = None) -> Any:
    """Returns a tensor of zeros.

    Args:
        shape: Sizes.
        dtype: Element type.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.zeros((2,))
        <tf.Tensor: shape=(2,), dtype=float32, numpy=array([0., 0.], dtype=float32)>
    """
    return _filled(shape, 0, dtype, "zeros")


@public
def ones(shape: Any, dtype: Any = "float32", name: Any = None) -> Any:
    """Returns a tensor of ones.

    Args:
        shape: Sizes.
        dtype: Element type.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.ones((2,), tf.int32).numpy().tolist()
        [1, 1]
    """
    return _filled(shape, 1, dtype, "ones")


@public
def fill(dims: Any, value: Any, name: Any = None) -> Any:
    """Returns a tensor with the same value everywhere.

    Args:
        dims: Sizes.
        value: A number, text or scalar tensor; gives the dtype.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.fill([2], 7).numpy().tolist()
        [7, 7]
    """
    scalar = convert(value)
    if scalar.ndim:
        raise InvalidArgumentError(f"fill: value must be a scalar; got shape {scalar.shape}.")
    sizes = static_shape(dims, "fill")
    if scalar.dtype == "string":
        return convert(np.full(sizes, scalar.numpy(), object))
    return ops.broadcast_to(scalar, sizes)


@public
def zeros_like(input: Any, dtype: Any = None, name: Any = None) -> Any:
    """Returns zeros of the shape of another tensor.

    Args:
        input: Tensor.
        dtype: Element type; that of `input` when None.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.zeros_like([1, 2]).numpy().tolist()
        [0, 0]
    """
    tensor = convert(input)
    return _filled(tensor.shape, 0, dtype or tensor.dtype, "zeros_like")


@public
def ones_like(input: Any, dtype: Any = None, name: Any = None) -> Any:
    """Returns ones of the shape of another tensor.

    Args:
        input: Tensor.
        dtype: Element type; that of `input` when None.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.ones_like([5, 6]).numpy().tolist()
        [1, 1]
    """
    tensor = convert(input)
    return _filled(tensor.shape, 1, dtype or tensor.dtype, "ones_like")


@public
def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: Any = "range") -> Any:  # fmt: skip
    """Returns numbers from `start` up to, but without, `limit`.

    Args:
        start: First number; the limit when it stands alone (it then starts at 0).
        limit: Where to stop.
        delta: Step.
        dtype: Element type; that of the arguments when None.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor with one axis.

    Raises:
        ValueError: For a step of 0, or one that leads away from the limit.

    Example:
        >>> import cornu.tf as tf
        >>> tf.range(3), tf.range(1, 2, 0.5).numpy().tolist()
        (<tf.Tensor: shape=(3,), dtype=int32, numpy=array([0, 1, 2], dtype=int32)>, [1.0, 1.5])
    """
    if limit is None:
        start, limit = 0, start
    parts = [convert(part) for part in (start, limit, delta)]
    if dtype is None:
        rank = ["int32", "int64", "float16", "bfloat16", "float32", "float64"]
        kinds = [str.__str__(part.dtype) for part in parts]
        dtype = max(kinds, key=lambda kind: rank.index(kind) if kind in rank else 0)
    first: Any
    last: Any
    step: Any
    first, last, step = (part.item() for part in parts)
    if step == 0:
        raise InvalidArgumentError("range: Requires delta != 0: 0.")
    if (last - first) * step < 0:
        sign = ">= limit when delta < 0" if step < 0 else "<= limit when delta > 0"
        raise InvalidArgumentError(f"range: Requires start {sign}: {first}/{last}.")
    kind: Any = core.to_numpy(as_dtype(dtype).name)
    return _typed(np.arange(first, last, step, dtype=kind), dtype)


@public
def linspace(start: Any, stop: Any, num: int, name: Any = None, axis: int = 0) -> Any:
    """Returns evenly spaced numbers from `start` to `stop`, both included.

    Args:
        start: First number.
        stop: Last number.
        num: How many.
        name: Accepted for TensorFlow's signature.
        axis: Where the new axis stands.

    Returns:
        A float tensor; whole numbers give float64.

    Example:
        >>> import cornu.tf as tf
        >>> tf.linspace(0.0, 1.0, 3).numpy().tolist()
        [0.0, 0.5, 1.0]
    """
    first = convert(start)
    last = convert(stop, hint=first.dtype)
    if first.dtype != last.dtype:
        raise InvalidArgumentError(
            f"linspace: start is {first.dtype.name} and stop is {last.dtype.name}; use one dtype."  # type: ignore[attr-defined]
        )
    dtype = str.__str__(first.dtype) if core.is_float(first.dtype) else "float64"
    numbers = np.linspace(np.asarray(first), np.asarray(last), int(num), axis=axis)
    return _typed(numbers, dtype)


@public
def eye(num_rows: int, num_columns: int | None = None, batch_shape: Any = None, dtype: Any = "float32", name: Any = None) -> Any:  # fmt: skip
    """Returns the identity matrix.

    Args:
        num_rows: Number of rows.
        num_columns: Number of columns; that of the rows when None.
        batch_shape: Sizes of further axes in front.
        dtype: Element type.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.eye(2).numpy().tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    matrix = np.eye(int(num_rows), None if num_columns is None else int(num_columns))
    if batch_shape is not None:
        matrix = np.broadcast_to(matrix, (*static_shape(batch_shape), *matrix.shape))
    return _typed(matrix, dtype)


def is_tensor(x: Any) -> bool:
    """Returns whether a value is a tensor or a variable.

    Args:
        x: Anything.

    Returns:
        A bool.

    Example:
        >>> import cornu.tf as tf
        >>> tf.is_tensor([1]), tf.is_tensor(tf.constant(1))
        (False, True)
    """
    return is_tensor_like(x) or isinstance(x, KerasTensor)
