"""The data types, their NumPy equivalents, and the rule by which two of them combine.

Promotion follows the lattice of JAX and Keras 3: integers of any width meet float32 in float32, and
Python scalars are *weak*: they take the dtype of what they meet. bfloat16 has no NumPy dtype; its
values are kept as the upper 16 bits of float32 in uint16 storage.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from cornu.core import settings
from cornu.core.errors import suggestion

BOOL = "bool"
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
FLOATS = ("float16", "bfloat16", "float32", "float64")
NUMERIC = (BOOL, *UNSIGNED, *SIGNED, *FLOATS)
ALL = (*NUMERIC, "string")

_ITEM_SIZE = {
    BOOL: 1, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4,
    "int64": 8, "uint64": 8, "float16": 2, "bfloat16": 2, "float32": 4, "float64": 8,
}  # fmt: skip

_NUMPY = {name: np.dtype(name) for name in NUMERIC if name != "bfloat16"}
_NUMPY["bfloat16"] = np.dtype("uint16")
_NUMPY["string"] = np.dtype(object)

# Each name points to the types directly above it; "int" and "float" are Python's weak scalars.
_ABOVE: dict[str, tuple[str, ...]] = {
    "bool": ("int",),
    "int": ("uint8", "int8"),
    "uint8": ("uint16", "int16"),
    "uint16": ("uint32", "int32"),
    "uint32": ("uint64", "int64"),
    "uint64": ("float",),
    "int8": ("int16",),
    "int16": ("int32",),
    "int32": ("int64",),
    "int64": ("float",),
    "float": ("bfloat16", "float16"),
    "bfloat16": ("float32",),
    "float16": ("float32",),
    "float32": ("float64",),
    "float64": (),
}


def _closure(name: str) -> frozenset[str]:
    reached = {name}
    for above in _ABOVE[name]:
        reached |= _closure(above)
    return frozenset(reached)


_UPPER = {name: _closure(name) for name in _ABOVE}
_PYTHON_SCALARS: dict[Any, str] = {bool: "bool", int: "int", float: "float", str: "string"}


def canonical(dtype: Any) -> str:
    """Returns the name of a dtype given as a name, a NumPy or Python type, or an object with `.name`.

    Args:
        dtype: What a user wrote: `"float32"`, `np.float32`, `float`, `tensor.dtype`, or None (floatx).

    Returns:
        One of `ALL`.

    Raises:
        ValueError: When it names no dtype that cornu has.

    Example:
        >>> import numpy as np
        >>> canonical(np.int64), canonical(bool), canonical(float)
        ('int64', 'bool', 'float32')
    """
    if isinstance(dtype, str) and dtype in _ITEM_SIZE:
        return dtype if type(dtype) is str else str.__str__(dtype)
    if dtype is None:
        return settings.floatx()
    # First of all: NumPy's float64 says it equals "float", and its int64 that it equals "int".
    name = getattr(dtype, "name", dtype)
    if isinstance(name, str) and name in ALL:
        return str.__str__(name)
    if dtype in ("string", "str") or dtype is str:
        return "string"
    if dtype is float or dtype == "float":
        return settings.floatx()
    if dtype is int or dtype == "int":
        return "int32"
    try:
        numpy_name = str(np.dtype(dtype).name)
    except TypeError:
        numpy_name = ""
    if numpy_name in ALL:
        return numpy_name
    if numpy_name.startswith("str") or numpy_name == "object":
        return "string"
    raise ValueError(
        f"Unknown dtype {dtype!r}; expected one of {', '.join(ALL)}.{suggestion(dtype, ALL)}"
    )


def to_numpy(dtype: str) -> np.dtype[Any]:
    """Returns the NumPy dtype in which values of `dtype` are stored."""
    return _NUMPY[dtype]


def item_size(dtype: str) -> int:
    """Returns the number of bytes of one element."""
    return _ITEM_SIZE[dtype]


def is_float(dtype: str) -> bool:
    """Whether `dtype` is a floating-point type."""
    return dtype in FLOATS


def is_integer(dtype: str) -> bool:
    """Whether `dtype` is a signed or unsigned integer type (bool is not)."""
    return dtype in SIGNED or dtype in UNSIGNED


def is_signed(dtype: str) -> bool:
    """Whether `dtype` has negative values."""
    return dtype in SIGNED or dtype in FLOATS


def scalar_kind(value: Any) -> str | None:
    """Returns the weak type of a Python scalar ("bool", "int", "float"), or None for anything else."""
    return _PYTHON_SCALARS.get(type(value))


@lru_cache(maxsize=4096)
def _join(names: frozenset[str]) -> str:
    common = frozenset.intersection(*(_UPPER[name] for name in names))
    lowest = [name for name in common if common <= _UPPER[name]]
    return lowest[0]


def promote(*dtypes: str) -> str:
    """Returns the dtype in which values of `dtypes` are combined.

    Args:
        *dtypes: Names of dtypes, or the weak "int" and "float" of Python scalars.

    Returns:
        A dtype name; a result that is still weak becomes int32 or floatx.

    Raises:
        ValueError: When a string meets a number.

    Example:
        >>> promote("int64", "float32"), promote("int32", "float"), promote("uint8", "int")
        ('float32', 'float32', 'uint8')
    """
    if "string" in dtypes:
        if all(name == "string" for name in dtypes):
            return "string"
        raise ValueError(f"Text and numbers do not combine: got dtypes {', '.join(dtypes)}.")
    joined = _join(frozenset(dtypes))
    if joined == "int":
        return "int32"
    return settings.floatx() if joined == "float" else joined
