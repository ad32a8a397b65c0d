"""From Python values and arrays to tensors by TensorFlow's rules, and the frame of every function."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from cornu.core import dtypes as core
from cornu.core import engine, shapes
from cornu.core.errors import SymbolicTensorError
from cornu.core.keras_tensor import FunctionOperation, KerasTensor, any_symbolic
from cornu.core.primitives import elementwise, layout
from cornu.core.tensor import Tensor as CoreTensor
from cornu.core.variable import Variable as CoreVariable
from cornu.tf._shapes import TensorShape
from cornu.tf._tensor import Tensor, adopt, dtype_of, is_tensor_like
from cornu.tf.dtypes import DType
from cornu.tf.errors import DtypeError, InvalidArgumentError

Function = TypeVar("Function", bound=Callable[..., Any])


def public(function: Function) -> Function:
    """Makes a function one of `tf`: models record it for KerasTensors, results are `tf.Tensor`s."""
    name = function.__name__

    @functools.wraps(function)
    def applied(*arguments: Any, **keywords: Any) -> Any:
        if any_symbolic(arguments, keywords):
            keywords.pop("name", None)
            return FunctionOperation(applied)(*arguments, **keywords)
        try:
            return adopted(function(*arguments, **keywords))
        except (ValueError, IndexError) as error:
            if type(error) in (ValueError, IndexError):
                text = str(error)
                text = text if text.startswith(name) else f"{name}: {text}"
                raise InvalidArgumentError(text) from error
            raise

    return applied  # type: ignore[return-value]


def adopted(result: Any) -> Any:
    """Returns a function's result with tensors of `tf`."""
    kind = type(result)
    if kind is Tensor:
        return result
    if isinstance(result, CoreTensor):
        return adopt(result)
    if kind is list or kind is tuple:
        return kind(adopted(item) for item in result)
    return result


def convert(value: Any, dtype: Any = None, hint: Any = None) -> Tensor:
    """Returns a value as a tensor.

    Args:
        value: Tensor, variable, array, number, text, or a nested list of them.
        dtype: The dtype that the result must have; None takes the value's.
        hint: The dtype that Python numbers and arrays get when they fit it.

    Returns:
        A tensor.

    Raises:
        TypeError: When a Python number does not fit `dtype`.
        ValueError: When a tensor has another dtype, or the value is no tensor.
    """
    wanted, hinted = dtype_of(dtype), dtype_of(hint)
    if isinstance(value, KerasTensor):
        raise SymbolicTensorError(
            "A KerasTensor has no value. Use it in a layer or a function of tf, or keras.Input."
        )
    if is_tensor_like(value):
        tensor: Tensor = adopt(value.value if isinstance(value, CoreVariable) else value)
        if wanted is not None and tensor.dtype != wanted:
            raise InvalidArgumentError(
                f"Tensor conversion requested dtype {wanted.name} for Tensor with dtype "
                f"{tensor.dtype.name}: {tensor!r}. Use tf.cast(x, tf.{wanted.name})."  # type: ignore[attr-defined]
            )
        return tensor
    if isinstance(value, (list, tuple)) and _holds_tensor(value):
        return _stacked(value, wanted, hinted)
    array = _array_of(value, wanted, hinted)
    tensor = adopt(engine.tensor_from_numpy(array, _stored_dtype(array, wanted)))
    return tensor


def _stored_dtype(array: Any, wanted: DType | None) -> str | None:
    if wanted is not None and wanted.name == "bfloat16":
        return "bfloat16"
    return "string" if array.dtype == object else None


def _holds_tensor(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_holds_tensor(item) for item in value)
    return is_tensor_like(value)


def _stacked(value: Sequence[Any], wanted: DType | None, hinted: DType | None) -> Tensor:
    dtype = wanted or _first_dtype(value) or hinted
    parts = [convert(item, None, dtype) for item in value]
    for part in parts:
        if part.dtype != parts[0].dtype or part.shape != parts[0].shape:
            raise InvalidArgumentError(
                f"Cannot stack these values: {parts[0].dtype.name}{list(parts[0].shape)} and "  # type: ignore[attr-defined]
                f"{part.dtype.name}{list(part.shape)} differ in shape or dtype."  # type: ignore[attr-defined]
            )
    if wanted is not None and parts[0].dtype != wanted:
        raise DtypeError(
            f"Cannot convert a list of {parts[0].dtype.name} tensors to {wanted.name}; cast them "  # type: ignore[attr-defined]
            f"with tf.cast first."
        )
    rows = [layout.reshape(part, shape=(1, *part.shape)) for part in parts]
    stacked: Tensor = adopt(rows[0] if len(rows) == 1 else layout.concatenate(*rows, axis=0))
    return stacked


def _first_dtype(value: Any) -> DType | None:
    if isinstance(value, (list, tuple)):
        return next(filter(None, map(_first_dtype, value)), None)
    return dtype_of(value.dtype) if is_tensor_like(value) else None


def _array_of(value: Any, wanted: DType | None, hinted: DType | None) -> np.ndarray[Any, Any]:
    if value is None:
        raise InvalidArgumentError(
            "Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a "
            "Tensor. Is the function that should give the value lacking its return?"
        )
    if isinstance(value, (dict, set)):
        raise InvalidArgumentError(
            f"Attempt to convert a {type(value).__name__} to a Tensor; convert its values one by "
            f"one."
        )
    from_numpy = hasattr(value, "dtype") or hasattr(value, "__array__")
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):
        raise InvalidArgumentError(
            "Can't convert non-rectangular Python sequence to Tensor: its rows have different "
            "lengths. Pad them to one length first."
        ) from None
    if array.dtype.kind in "US" and not from_numpy:
        array = np.array(value, object)  # NumPy's own texts lose zeros at their ends
    if array.dtype.kind in "OUS":
        return _text_or_objects(array, wanted, value)
    if from_numpy:
        target = wanted or (hinted if array.dtype.kind in "fiub" else None)
        if target is not None and target.name == "string":
            raise _cannot(value, target)
        return array if target is None else array.astype(_storage(target))
    if not array.size and array.dtype == np.float64:
        return array.astype(_storage(wanted or hinted or _FLOAT))
    return _python_numbers(value, array, wanted, hinted)


_FLOAT = DType("float32")


def _python_numbers(
    value: Any, array: np.ndarray[Any, Any], wanted: DType | None, hinted: DType | None
) -> np.ndarray[Any, Any]:
    kind = array.dtype.kind
    if kind == "c":
        raise _cannot(value, wanted or DType("float32"))
    if wanted is not None:
        if not _fits(kind, wanted):
            raise _cannot(value, wanted)
        if kind in "iu" and wanted.is_integer and array.size:
            low, high = int(array.min()), int(array.max())
            if low < wanted.min or high > wanted.max:
                raise _cannot(value, wanted)
        return array.astype(_storage(wanted))
    if hinted is not None and kind != "b" and _fits(kind, hinted) and not hinted.is_bool:
        return array.astype(_storage(hinted))
    if kind == "f":
        first = value
        while isinstance(first, (list, tuple)) and first:
            first = first[0]
        return array if isinstance(first, np.float64) else array.astype(np.float32)
    if kind in "iu":
        first = value
        while isinstance(first, (list, tuple)) and first:
            first = first[0]
        if isinstance(first, (np.generic, np.ndarray)):
            return array
        small = not array.size or (array.min() >= -(2**31) and array.max() < 2**31)
        return array.astype(np.int32) if small else array
    return array


def _fits(kind: str, dtype: DType) -> bool:
    if dtype.name == "string":
        return False
    if kind == "f":
        return dtype.is_floating
    return not dtype.is_bool if kind in "iu" else True


def _storage(dtype: DType) -> Any:
    return dtype.as_numpy_dtype


def _cannot(value: Any, dtype: DType) -> DtypeError:
    shown = repr(value)
    if len(shown) > 80:
        shown = shown[:77] + "..."
    return DtypeError(
        f"Cannot convert {shown} to EagerTensor of dtype {dtype.name}. Python's and NumPy's values "
        f"take a dtype only if it can hold them; cast with tf.cast(x, dtype) where that is meant."
    )


def _text_or_objects(
    array: np.ndarray[Any, Any], wanted: DType | None, value: Any
) -> np.ndarray[Any, Any]:
    flat = array.astype(object).ravel()
    if all(isinstance(item, (str, bytes)) for item in flat):
        if wanted is not None and wanted.name != "string":
            raise _cannot(value, wanted)
        decoded = np.empty(array.shape, object)
        for place in np.ndindex(array.shape):
            text = array[place]
            decoded[place] = (
                text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else str(text)
            )
        return decoded
    if all(isinstance(item, (bool, int, float, np.generic)) for item in flat):
        # Object columns of numbers, such as pandas makes of mixed tables.
        numbers = np.array(flat.tolist()).reshape(array.shape)
        if numbers.dtype.kind in "biuf":
            return _python_numbers(numbers.tolist(), numbers, wanted, None)
    kinds = sorted({type(item).__name__ for item in flat[:1000]})
    raise InvalidArgumentError(
        f"Cannot make a tensor of this {type(value).__name__}: it holds {', '.join(kinds)}. "
        f"Convert it to numbers first, for example with array.astype('float32')."
    )


def mismatch(op: str, first: CoreTensor, second: CoreTensor, position: int = 1) -> DtypeError:
    """Returns the error for operands of two dtypes."""
    a, b = str.__str__(first.dtype), str.__str__(second.dtype)
    return DtypeError(
        f"cannot compute {op} as input #{position}(zero-based) was expected to be a {a} tensor but "
        f"is a {b} tensor. TensorFlow never mixes dtypes on its own; cast one of them, for example "
        f"tf.cast(x, tf.{a if a.startswith('float') else b})."
    )


def operands(op: str, x: Any, y: Any, *, reflected: bool = False) -> tuple[Tensor, Tensor]:
    """Returns the operands of a binary operation as tensors of one dtype.

    Args:
        op: Its name in error messages.
        x: Left operand.
        y: Right operand.
        reflected: The right operand's class decides (`1 + tensor`): a left operand that does not
            fit is a TypeError, not an InvalidArgumentError.

    Returns:
        Two tensors whose shapes broadcast.

    Raises:
        InvalidArgumentError: For two dtypes, or shapes that do not broadcast.
    """
    if is_tensor_like(x):
        a = convert(x)
        b = convert(y, hint=a.dtype)
    elif is_tensor_like(y):
        b = convert(y)
        a = convert(x, dtype=b.dtype) if reflected else convert(x, hint=b.dtype)
    else:
        a = convert(x, hint=getattr(y, "dtype", None))
        b = convert(y, hint=a.dtype)
    if a.dtype != b.dtype:
        raise mismatch(op, a, b)
    if a.shape != b.shape:
        try:
            shapes.broadcast(tuple(a.shape), tuple(b.shape))
        except ValueError:
            raise InvalidArgumentError(
                f"{op}: Incompatible shapes: {list(a.shape)} vs. {list(b.shape)}. From the last "
                f"axis on, sizes must be equal or one of them 1; use tf.reshape, tf.expand_dims or "
                f"tf.transpose."
            ) from None
    return a, b


def static_shape(shape: Any, who: str = "shape") -> tuple[int, ...]:
    """Returns a shape given as a number, a sequence or an integer tensor as a tuple of ints."""
    if is_tensor_like(shape):
        shape = np.asarray(shape)
    if isinstance(shape, (int, np.integer)) or getattr(shape, "shape", None) == ():
        return (int(shape),)
    if isinstance(shape, TensorShape) and not shape.is_fully_defined():
        raise InvalidArgumentError(f"{who}: the shape {shape} has sizes that are not known.")
    try:
        return tuple(int(size) for size in shape)
    except TypeError:
        raise DtypeError(
            f"{who}: expected sizes (ints, or an integer tensor); got {shape!r}."
        ) from None


def cast_to(x: Tensor, dtype: str) -> Tensor:
    """Returns a tensor in a dtype."""
    if x.dtype == dtype:
        return x
    result: Tensor = adopt(elementwise.cast(x, dtype=core.canonical(dtype)))
    return result


def axes_of(axis: Any) -> Any:
    """Returns an axis argument (int, sequence, tensor) as an int, a tuple of ints or None."""
    if axis is None:
        return None
    if is_tensor_like(axis) or isinstance(axis, np.ndarray):
        axis = np.asarray(axis).tolist()
    return tuple(int(a) for a in axis) if isinstance(axis, (list, tuple)) else int(axis)
