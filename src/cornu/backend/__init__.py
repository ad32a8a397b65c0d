"""Global defaults, and Keras 2's functions of tensors: Keras's `keras.backend`."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.activations import relu as relu
from cornu.backend.session import function as function
from cornu.backend.session import get_session as get_session
from cornu.backend.session import gradients as gradients
from cornu.backend.session import learning_phase as learning_phase
from cornu.backend.session import set_learning_phase as set_learning_phase
from cornu.backend.tensors import argmax as argmax
from cornu.backend.tensors import argmin as argmin
from cornu.backend.tensors import batch_dot as batch_dot
from cornu.backend.tensors import batch_flatten as batch_flatten
from cornu.backend.tensors import concatenate as concatenate
from cornu.backend.tensors import constant as constant
from cornu.backend.tensors import dtype as dtype
from cornu.backend.tensors import expand_dims as expand_dims
from cornu.backend.tensors import flatten as flatten
from cornu.backend.tensors import gather as gather
from cornu.backend.tensors import get_value as get_value
from cornu.backend.tensors import int_shape as int_shape
from cornu.backend.tensors import l2_normalize as l2_normalize
from cornu.backend.tensors import ndim as ndim
from cornu.backend.tensors import placeholder as placeholder
from cornu.backend.tensors import repeat as repeat
from cornu.backend.tensors import set_value as set_value
from cornu.backend.tensors import switch as switch
from cornu.backend.tensors import variable as variable
from cornu.core import dtypes, settings
from cornu.core.old_paths import old_modules_of
from cornu.core.settings import epsilon as epsilon
from cornu.core.settings import floatx as floatx
from cornu.core.settings import image_data_format as image_data_format
from cornu.core.settings import set_epsilon as set_epsilon
from cornu.core.settings import set_floatx as set_floatx
from cornu.core.settings import set_image_data_format as set_image_data_format
from cornu.ops import random
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


# Functions that Keras 2 had here and that are those of `cornu.ops`.
_SHARED = (
    "abs", "all", "any", "arange", "binary_crossentropy", "cast",
    "categorical_crossentropy", "clip", "cos", "cumprod", "cumsum", "dot",
    "elu", "equal", "exp", "eye", "greater", "greater_equal",
    "hard_sigmoid", "less", "less_equal", "log", "logsumexp", "max",
    "maximum", "mean", "min", "minimum", "not_equal", "one_hot",
    "ones", "ones_like", "prod", "reshape", "round", "shape",
    "sigmoid", "sign", "sin", "softmax", "softplus", "softsign",
    "sparse_categorical_crossentropy", "sqrt", "square", "squeeze", "stack", "std",
    "stop_gradient", "sum", "tanh", "tile", "transpose", "var",
    "zeros", "zeros_like",
)  # fmt: skip
# The same under other names.
_RENAMED = {
    "eval": get_value,    "permute_dimensions": ops.transpose, "pow": ops.power, "random_normal": random.normal, "random_uniform": random.uniform, "repeat_elements": ops.repeat,
    "set_session": get_session, "truncated_normal": random.truncated_normal,
}  # fmt: skip
globals().update({name: getattr(ops, name) for name in _SHARED}, **_RENAMED)

__getattr__ = old_modules_of("backend")
