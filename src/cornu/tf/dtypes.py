"""Data types under TensorFlow's names: `tf.float32`, `tf.dtypes`."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from cornu.core import dtypes as core

__all__ = [
    "DType", "as_dtype", "bfloat16", "bool", "double", "float16", "float32", "float64", "half",
    "int8", "int16", "int32", "int64", "string", "uint8", "uint16", "uint32", "uint64",
]  # fmt: skip


class DType(str):
    """The name of a dtype that prints as TensorFlow's dtypes do.

    It is the plain name for everything in cornu, so `cornu.ops.cast(x, tf.float32)` works.

    Example:
        >>> float32, float32 == "float32", print(float32)
        <dtype: 'float32'>
        (tf.float32, True, None)
    """

    __slots__ = ()

    @property
    def name(self) -> str:
        """The plain name."""
        return str.__str__(self)

    @property
    def as_numpy_dtype(self) -> Any:
        """NumPy's type with the same values (bfloat16 values come out as float32)."""
        if self.name == "string":
            return np.object_
        return np.float32 if self.name == "bfloat16" else core.to_numpy(self.name).type

    @property
    def base_dtype(self) -> DType:
        """The dtype itself."""
        return self

    @property
    def is_floating(self) -> builtins.bool:
        """Whether it is a float type."""
        return core.is_float(self)

    @property
    def is_integer(self) -> builtins.bool:
        """Whether it is a signed or unsigned integer type."""
        return core.is_integer(self)

    @property
    def is_bool(self) -> builtins.bool:
        """Whether it is bool."""
        return self.name == "bool"

    @property
    def is_complex(self) -> builtins.bool:
        """Whether it is a complex type; there are none."""
        return False

    @property
    def is_unsigned(self) -> builtins.bool:
        """Whether it is an unsigned integer type."""
        return self.name in core.UNSIGNED

    @property
    def is_numpy_compatible(self) -> builtins.bool:
        """Whether NumPy can hold its values."""
        return True

    @property
    def size(self) -> int:
        """Bytes of an element; 1 for text."""
        return 1 if self.name == "string" else core.item_size(self.name)

    @property
    def min(self) -> Any:
        """The least finite value."""
        return self._limits().min

    @property
    def max(self) -> Any:
        """The greatest finite value."""
        return self._limits().max

    def _limits(self) -> Any:
        if self.is_integer:
            return np.iinfo(self.as_numpy_dtype)
        if self.is_floating:
            return np.finfo(self.as_numpy_dtype)
        raise TypeError(f"{self!r} has no least and greatest value.")

    def is_compatible_with(self, other: Any) -> builtins.bool:
        """Returns whether `other` names the same dtype."""
        return self == other

    def __eq__(self, other: object) -> builtins.bool:
        if isinstance(other, str):
            return str.__eq__(self, other)
        if other is None:
            return False
        try:
            return self.name == core.canonical(other)
        except (TypeError, ValueError):
            return False

    def __ne__(self, other: object) -> builtins.bool:
        return not self == other

    __hash__ = str.__hash__

    def __repr__(self) -> str:
        return f"tf.{str.__str__(self)}"

    def __str__(self) -> str:
        return f"<dtype: {str.__repr__(self)}>"

    def __format__(self, specification: str) -> str:
        return format(str(self), specification)

    def __reduce__(self) -> Any:
        return as_dtype, (self.name,)


_KNOWN = {name: DType(name) for name in core.ALL}
# The numbers by which TensorFlow's files and some programs name dtypes.
_NUMBERS = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 7: "string",
    9: "int64", 10: "bool", 14: "bfloat16", 17: "uint16", 19: "float16", 22: "uint32", 23: "uint64",
}  # fmt: skip

bfloat16 = _KNOWN["bfloat16"]
float16 = half = _KNOWN["float16"]
float32 = _KNOWN["float32"]
float64 = double = _KNOWN["float64"]
int8 = _KNOWN["int8"]
int16 = _KNOWN["int16"]
int32 = _KNOWN["int32"]
int64 = _KNOWN["int64"]
uint8 = _KNOWN["uint8"]
uint16 = _KNOWN["uint16"]
uint32 = _KNOWN["uint32"]
uint64 = _KNOWN["uint64"]
string = _KNOWN["string"]
bool = _KNOWN["bool"]


def as_dtype(type_value: Any) -> DType:
    """Returns the dtype that a name, a NumPy or a Python type, or TensorFlow's number stands for.

    Args:
        type_value: What names a dtype.

    Returns:
        A DType.

    Raises:
        TypeError: When there is no such dtype.

    Example:
        >>> as_dtype("float32"), as_dtype(int)
        (tf.float32, tf.int32)
    """
    if type(type_value) is DType:
        return type_value
    if type_value is None:
        raise TypeError("Cannot convert None to a dtype; write for example tf.float32.")
    if isinstance(type_value, str) and str.__str__(type_value) in ("half", "double"):
        return float16 if type_value == "half" else float64
    if type(type_value) is int and type_value in _NUMBERS:
        return _KNOWN[_NUMBERS[type_value]]
    try:
        return _KNOWN[core.canonical(type_value)]
    except ValueError as error:
        raise TypeError(f"Cannot convert {type_value!r} to a dtype. {error}") from None
