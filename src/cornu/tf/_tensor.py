"""Tensors that print, promote and refuse as TensorFlow's do.

They are cornu's tensors with another class: every primitive that is given one returns one
(`cornu.core.tensor.Tensor.flavour`), and layers, losses and ops take them as any other tensor.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core import settings, tape
from cornu.core.tensor import Tensor as CoreTensor
from cornu.core.variable import Variable as CoreVariable
from cornu.tf._shapes import TensorShape
from cornu.tf.dtypes import DType, as_dtype

DEVICE = "/job:localhost/replica:0/task:0/device:CPU:0"

# What NumPy's arrays have and tensors of TensorFlow have not, and what to write instead.
_ELSEWHERE = {
    "all": "tf.reduce_all(x)", "any": "tf.reduce_any(x)", "argmax": "tf.argmax(x)", "argmin": "tf.argmin(x)", "assign": "x = tf.Variable(x); x.assign(...)",
    "astype": "tf.cast(x, dtype)", "clip": "tf.clip_by_value(x, low, high)", "copy": "tf.identity(x)",
    "data": "x.numpy()", "dot": "tf.tensordot(x, y, 1)", "fill": "tf.fill(shape, value)",
    "flatten": "tf.reshape(x, [-1])", "max": "tf.reduce_max(x)", "mean": "tf.reduce_mean(x)",
    "min": "tf.reduce_min(x)", "prod": "tf.reduce_prod(x)", "ravel": "tf.reshape(x, [-1])",
    "repeat": "tf.repeat(x, n)", "reshape": "tf.reshape(x, shape)", "round": "tf.round(x)",
    "sort": "tf.sort(x)", "squeeze": "tf.squeeze(x)", "std": "tf.math.reduce_std(x)",
    "sum": "tf.reduce_sum(x)", "transpose": "tf.transpose(x)", "var": "tf.math.reduce_variance(x)",
}  # fmt: skip


class Tensor(CoreTensor):
    """An immutable array with TensorFlow's manners; made by `tf.constant` and every function here.

    Attributes:
        shape: A TensorShape.
        dtype: A DType.

    Args:
        shape: Sizes of the axes.
        dtype: Name of the element type.
        buffer: The elements, as `engine` keeps them; None for a symbolic tensor.
        engine: The engine that made the buffer.
        value: What a symbolic tensor stands for in the graph that is being captured.

    Example:
        >>> import cornu.tf as tf
        >>> tf.constant([1, 2])
        <tf.Tensor: shape=(2,), dtype=int32, numpy=array([1, 2], dtype=int32)>
    """

    __slots__ = ()

    def __init__(
        self, shape: Any, dtype: Any, buffer: Any = None, engine: Any = None, value: Any = None
    ) -> None:
        super().__init__(TensorShape(shape), as_dtype(dtype), buffer, engine, value)

    def numpy(self) -> Any:
        """Returns the value as a NumPy array of its own, or as a NumPy scalar; text as bytes.

        Raises:
            TypeError: For a symbolic tensor.

        Example:
            >>> import cornu.tf as tf
            >>> tf.constant([1, 2]).numpy()
            array([1, 2], dtype=int32)
        """
        array = CoreTensor.numpy(self)
        if self.dtype == "string":
            array = as_bytes(array)
        return array.copy() if self.shape else array[()]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        array = np.asarray(CoreTensor.numpy(self))
        if self.dtype == "string":
            array = as_bytes(array)
        return array.astype(dtype, copy=True) if dtype is not None or copy else array

    def item(self) -> Any:
        """Returns the one element as a Python number."""
        return np.asarray(self.numpy()).item()

    def tolist(self) -> Any:
        """Returns the elements as nested Python lists."""
        return np.asarray(self.numpy()).tolist()

    @property
    def device(self) -> str:
        """Name of the device that holds the value."""
        return DEVICE

    def get_shape(self) -> TensorShape:
        """Returns the shape."""
        shape: TensorShape = self.shape  # type: ignore[assignment]
        return shape

    def set_shape(self, shape: Any) -> None:
        """Checks that the tensor has a shape; None stands for any size.

        Args:
            shape: Sizes.

        Raises:
            ValueError: When the tensor has another shape.
        """
        if not self.get_shape().is_compatible_with(shape):
            raise ValueError(f"Tensor's shape {self.shape} is not compatible with {shape}.")

    def ref(self) -> Reference:
        """Returns a stand-in that dictionaries and sets can hold."""
        return Reference(self)

    def __format__(self, specification: str) -> str:
        if self._value is not None:
            return repr(self)
        return format(self.numpy(), specification) if specification else str(self.numpy())

    def __repr__(self) -> str:
        if self._value is not None:
            return f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, symbolic>"  # type: ignore[attr-defined]
        return f"<tf.Tensor: shape={self.shape}, dtype={_name(self)}, numpy={_numpy_repr(self)}>"

    def __str__(self) -> str:
        if self._value is not None:
            return f'Tensor("captured", shape={self.shape}, dtype={_name(self)})'
        text = str(self.numpy())
        if self.dtype == "string" and not self.shape:
            text = repr(self.numpy())
        if "\n" in text:
            text = f"\n{text}"
        return f"tf.Tensor({text}, shape={self.shape}, dtype={_name(self)})"

    def __bool__(self) -> bool:
        if self._value is None and self.size != 1:
            raise ValueError(
                f"The truth value of an array with more than one element is ambiguous (shape "
                f"{self.shape}). Use tf.reduce_any(x) or tf.reduce_all(x)."
            )
        return super().__bool__()

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError(
            "'EagerTensor' object does not support item assignment: tensors never change. Keep "
            "the values in v = tf.Variable(...) and write v[i].assign(value), or make a new "
            "tensor with tf.tensor_scatter_nd_update."
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        hint = f" Write {_ELSEWHERE[name]} instead." if name in _ELSEWHERE else ""
        raise AttributeError(f"'EagerTensor' object has no attribute {name!r}.{hint}")


Tensor.flavour = Tensor


class Reference:
    """Holds a tensor or variable and compares by identity."""

    __slots__ = ("_held",)

    def __init__(self, held: Any) -> None:
        self._held = held

    def deref(self) -> Any:
        """Returns what is held."""
        return self._held

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and other._held is self._held

    def __hash__(self) -> int:
        return id(self._held)


def _name(tensor: CoreTensor) -> str:
    return str.__str__(tensor.dtype)


def _numpy_repr(tensor: Tensor) -> str:
    value = tensor.numpy()
    if not tensor.shape:
        return repr(value.item() if isinstance(value, np.generic) else value)
    text = repr(value)
    return f"\n{text}" if "\n" in text else text


def as_bytes(array: Any) -> Any:
    """Returns an array of text with bytes for its elements."""
    encoded = np.empty(array.shape, object)
    for place in np.ndindex(array.shape):
        text = array[place]
        encoded[place] = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    return encoded


def adopt(tensor: Any) -> Any:
    """Returns a tensor of cornu as one of `tf`; derivatives flow from one to the other."""
    if not isinstance(tensor, CoreTensor) or type(tensor) is Tensor:
        return tensor
    adopted = Tensor(tensor.shape, tensor.dtype, tensor._buffer, tensor._engine, tensor._value)
    if settings.state.tapes:
        tape.add_record([tensor], [adopted], lambda g: g)
    return adopted


def is_tensor_like(value: Any) -> bool:
    """Whether a value is a tensor or a variable."""
    return isinstance(value, (CoreTensor, CoreVariable))


def dtype_of(dtype: Any) -> DType | None:
    """Returns an optional dtype argument as a DType."""
    return None if dtype is None else as_dtype(dtype)
