"""What stands for tensors: specs of shape and dtype, and keys that tell kinds of arguments apart."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.core.tensor import Tensor as CoreTensor
from cornu.core.variable import Variable as CoreVariable
from cornu.tf._convert import convert
from cornu.tf._shapes import TensorShape
from cornu.tf.dtypes import as_dtype


class TensorSpec:
    """Shape and dtype of a tensor, without a value.

    Args:
        shape: Sizes; None for those that vary.
        dtype: Element type.
        name: Name.

    Example:
        >>> import cornu.tf as tf
        >>> tf.TensorSpec([None, 2], tf.int32)
        TensorSpec(shape=(None, 2), dtype=tf.int32, name=None)
    """

    def __init__(self, shape: Any, dtype: Any = "float32", name: str | None = None) -> None:
        self.shape = TensorShape(shape)
        self.dtype = as_dtype(dtype)
        self.name = name

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> TensorSpec:
        """Returns the spec of a tensor."""
        return cls(tensor.shape, tensor.dtype, name)

    @classmethod
    def from_spec(cls, spec: Any, name: str | None = None) -> TensorSpec:
        """Returns a spec like another one, with a name of its own."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    def is_compatible_with(self, other: Any) -> bool:
        """Returns whether a tensor or spec agrees."""
        return bool(self.dtype == other.dtype and self.shape.is_compatible_with(other.shape))

    def __eq__(self, other: object) -> bool:
        mine = (self.shape, self.dtype)
        return isinstance(other, TensorSpec) and mine == (other.shape, other.dtype)

    def __hash__(self) -> int:
        return hash((self.shape, self.dtype))

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype!r}, name={self.name!r})"


class Place(int):
    """Stands for a tensor, by its number, in the form of arguments or results."""


class Same:
    """Tells an object from all others, without keeping it alive where that can be avoided."""

    __slots__ = ("_id", "_refer")

    def __init__(self, held: Any) -> None:
        self._id = id(held)
        self._refer: Callable[[], Any]
        try:
            self._refer = weakref.ref(held)
        except TypeError:
            self._refer = lambda: held

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Same) or self._id != other._id:
            return False
        return self._refer() is other._refer() is not None

    def __hash__(self) -> int:
        return self._id


def is_plain(value: Any) -> bool:
    """Whether a value counts by what it is, and not as an object."""
    return value is None or isinstance(value, (Place, int, float, bool, str, bytes, complex))


def take_apart(structure: Any) -> tuple[Any, list[Any], Any]:
    """Returns arguments with places for tensors, the tensors, and a key of their kind.

    Tensors and arrays count by shape and dtype, plain Python values by value, other objects by
    identity.
    """
    tensors: list[Any] = []
    key: list[Any] = []

    def visit(part: Any) -> Any:
        kind = type(part)
        if kind in (tuple, list):
            key.append((kind, len(part)))
            return kind(map(visit, part))
        if kind is dict:
            key.append((dict, tuple(part)))
            return {name: visit(value) for name, value in part.items()}
        if isinstance(part, tuple) and hasattr(part, "_fields"):
            key.append((kind, len(part)))
            return kind(*map(visit, part))
        if isinstance(part, (CoreTensor, np.ndarray, np.generic)):
            tensor = convert(part)
            key.append((tensor.shape, tensor.dtype))
            tensors.append(tensor)
            return Place(len(tensors) - 1)
        key.append((kind, part) if is_plain(part) else Same(part))
        return part

    form = visit(structure)
    return form, tensors, tuple(key)


def put_together(form: Any, fill: Callable[[Any], Any]) -> Any:
    """Returns a form with every leaf replaced by what a function makes of it."""
    if isinstance(form, dict):
        return {name: put_together(value, fill) for name, value in form.items()}
    if isinstance(form, (list, tuple)):
        items = [put_together(item, fill) for item in form]
        return type(form)(*items) if hasattr(form, "_fields") else type(form)(items)
    return fill(form)


def as_results(result: Any) -> Any:
    """Returns what a function returned, with tensors for numbers, text, arrays and variables."""

    def leaf(value: Any) -> Any:
        if isinstance(value, (bool, int, float, str, bytes, np.ndarray, np.generic, CoreVariable)):
            return convert(value)
        return value

    return put_together(result, leaf)


def type_spec_from_value(value: Any) -> TensorSpec:
    """Returns the spec of a tensor or of what becomes one.

    Args:
        value: Tensor, variable or array-like.

    Example:
        >>> import cornu.tf as tf
        >>> tf.type_spec_from_value(tf.constant([1, 2]))
        TensorSpec(shape=(2,), dtype=tf.int32, name=None)
    """
    return TensorSpec.from_tensor(convert(value))
