"""Facts about the backend and global defaults: Keras's `keras.backend`."""

from __future__ import annotations

from typing import Any

from cornu.core import dtypes, settings
from cornu.core.settings import epsilon as epsilon
from cornu.core.settings import floatx as floatx
from cornu.core.settings import image_data_format as image_data_format
from cornu.core.settings import set_epsilon as set_epsilon
from cornu.core.settings import set_floatx as set_floatx
from cornu.core.settings import set_image_data_format as set_image_data_format
from cornu.ops.session import backend as backend
from cornu.ops.session import clear_session as clear_session
from cornu.ops.session import is_keras_tensor as is_keras_tensor
from cornu.ops.session import standardize_dtype as standardize_dtype


def get_uid(prefix: str = "") -> int:
    """Returns 1, 2, 3, ... on successive calls with the same prefix.

    Args:
        prefix: Any text.

    Returns:
        An int.

    Example:
        >>> get_uid("example of a prefix")
        1
    """
    name = settings.unique_name(f"uid of {prefix}")
    number = name.rpartition("_")[2]
    return int(number) + 1 if number.isdigit() and name != f"uid of {prefix}" else 1


def is_float_dtype(dtype: Any) -> bool:
    """Returns whether a dtype is a floating-point one.

    Example:
        >>> is_float_dtype("bfloat16"), is_float_dtype("int8")
        (True, False)
    """
    return dtypes.is_float(dtypes.canonical(dtype))


def is_int_dtype(dtype: Any) -> bool:
    """Returns whether a dtype is an integer one.

    Example:
        >>> is_int_dtype("uint8"), is_int_dtype("bool")
        (True, False)
    """
    return dtypes.is_integer(dtypes.canonical(dtype))


def result_type(*types: Any) -> str:
    """Returns the dtype in which values of some dtypes are combined.

    Args:
        *types: Dtypes; Python's `int` and `float` stand for numbers without a dtype of their own.

    Returns:
        A dtype name.

    Example:
        >>> result_type("int32", "float16"), result_type("int8", float)
        ('float16', 'float32')
    """
    weak = {int: "int", float: "float", bool: "bool"}
    return dtypes.promote(*(weak.get(item) or dtypes.canonical(item) for item in types))
