"""TensorFlow's names for cornu's tensors, derivatives, functions and networks.

    import cornu.tf as tf

Tensors here print, promote and refuse as TensorFlow's do (no dtypes are mixed, errors are those of
`tf.errors`), and are cornu's tensors for everything else: layers, losses and `cornu.ops` take them.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
from typing import Any

from cornu.core.graph import eager_scope as _eager_scope
from cornu.tf import (
    _elementwise,
    _operators,
    _reduction,
    bitwise,
    config,
    debugging,
    dtypes,
    errors,
    linalg,
    math,
    nn,
    random,
    strings,
    test,
)
from cornu.tf._clipping import clip_by_global_norm, clip_by_norm
from cornu.tf._control import (
    TensorArray,
    case,
    cond,
    foldl,
    foldr,
    map_fn,
    scan,
    switch_case,
    vectorized_map,
    while_loop,
)
from cornu.tf._creation import (
    constant,
    convert_to_tensor,
    eye,
    fill,
    is_tensor,
    linspace,
    ones,
    ones_like,
    range,
    zeros,
    zeros_like,
)
from cornu.tf._elementwise import (
    add_n,
    cast,
    clip_by_value,
    identity,
    saturate_cast,
    stop_gradient,
)
from cornu.tf._function import Function, function
from cornu.tf._gathering import (
    boolean_mask,
    dynamic_partition,
    gather,
    gather_nd,
    one_hot,
    scatter_nd,
    sequence_mask,
    tensor_scatter_nd_add,
    tensor_scatter_nd_max,
    tensor_scatter_nd_min,
    tensor_scatter_nd_sub,
    tensor_scatter_nd_update,
    where,
)
from cornu.tf._gradients import custom_gradient, numpy_function, py_function
from cornu.tf._joining import (
    concat,
    repeat,
    split,
    stack,
    tile,
    unstack,
)
from cornu.tf._module import Module
from cornu.tf._names import no_such_name as _no_such_name
from cornu.tf._ordering import (
    argsort,
    searchsorted,
    sort,
    unique,
    unique_with_counts,
)
from cornu.tf._printing import print
from cornu.tf._reduction import argmax, argmin, cumsum
from cornu.tf._shapes import TensorShape
from cornu.tf._shaping import (
    broadcast_to,
    expand_dims,
    meshgrid,
    pad,
    rank,
    reshape,
    reverse,
    roll,
    shape,
    size,
    slice,
    squeeze,
    transpose,
)
from cornu.tf._specs import TensorSpec, type_spec_from_value
from cornu.tf._tape import GradientTape, UnconnectedGradients
from cornu.tf._tensor import Tensor
from cornu.tf._variable import Variable
from cornu.tf.debugging import Assert
from cornu.tf.dtypes import (
    DType,
    as_dtype,
    bfloat16,
    bool,
    double,
    float16,
    float32,
    float64,
    half,
    int8,
    int16,
    int32,
    int64,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
)
from cornu.tf.linalg import einsum, matmul, norm, tensordot
from cornu.tf.strings import as_string

# Programs compare it as text with "2.0" and "2.4"; cornu's own version is `cornu.__version__`.
__version__ = "2.9.0"

newaxis = None

# What `tf.math` has and `tf` has too.
_ALIASES = (
    "abs", "acos", "acosh", "add", "asin", "asinh", "atan", "atan2", "atanh", "cos", "cosh",
    "divide", "equal", "exp", "floor", "greater", "greater_equal", "less", "less_equal",
    "logical_and", "logical_not", "logical_or", "maximum", "minimum", "multiply", "negative",
    "not_equal", "pow", "round", "sigmoid", "sign", "sin", "sinh", "sqrt", "square", "subtract",
    "tan", "tanh", "truediv",
)  # fmt: skip
_REDUCTIONS = (
    "reduce_all", "reduce_any", "reduce_logsumexp", "reduce_max", "reduce_mean", "reduce_min",
    "reduce_prod", "reduce_sum",
)  # fmt: skip
globals().update({name: _elementwise.functions[name] for name in _ALIASES})
globals().update({name: _reduction.functions[name] for name in _REDUCTIONS})

# Namespaces of Keras that TensorFlow shows in two places.
_KERAS = ("initializers", "losses", "metrics", "optimizers")
_ROOMS = (
    "autograph", "compat", "data", "distribute", "experimental", "image", "io", "keras", "lookup",
    "nest", "profiler", "python", "ragged", "saved_model", "sets", "signal", "sparse", "summary",
    "train",
)  # fmt: skip
# TensorFlow's names of initializers, which are in no namespace.
_INITIALIZERS = {
    "constant_initializer": "Constant", "ones_initializer": "Ones",
    "random_normal_initializer": "RandomNormal", "random_uniform_initializer": "RandomUniform",
    "zeros_initializer": "Zeros",
}  # fmt: skip


class version:
    """Which release of TensorFlow the names are those of.

    Example:
        >>> import cornu.tf as tf
        >>> tf.version.VERSION == tf.__version__
        True
    """

    VERSION = __version__
    GIT_VERSION = "unknown"


def device(device_name: Any) -> contextlib.AbstractContextManager[None]:
    """Returns a context in which programs choose a device; everything runs on the processor.

    Args:
        device_name: Such as "/CPU:0".

    Returns:
        A context manager.

    Example:
        >>> import cornu.tf as tf
        >>> with tf.device("/CPU:0"):
        ...     x = tf.constant(1)
    """
    return contextlib.nullcontext()


def name_scope(name: str) -> contextlib.AbstractContextManager[str]:
    """Returns a context in which programs group names; names have no further meaning here.

    Args:
        name: Any text.

    Returns:
        A context manager.

    Example:
        >>> import cornu.tf as tf
        >>> with tf.name_scope("part") as name:
        ...     name
        'part'
    """
    return contextlib.nullcontext(name)


def init_scope() -> contextlib.AbstractContextManager[None]:
    """Returns a context in which everything is computed at once, also while a function is captured.

    Returns:
        A context manager.

    Example:
        >>> import cornu.tf as tf
        >>> with tf.init_scope():
        ...     tf.executing_eagerly()
        True
    """
    return _eager_scope()


def executing_eagerly() -> Any:
    """Returns whether computations run at once, which they do outside captured functions.

    Example:
        >>> import cornu.tf as tf
        >>> tf.executing_eagerly()
        True
    """
    return not _elementwise.in_capture()


def get_logger() -> logging.Logger:
    """Returns the logger whose level programs set.

    Example:
        >>> import cornu.tf as tf
        >>> tf.get_logger().name
        'cornu'
    """
    return logging.getLogger("cornu")


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        try:
            return importlib.import_module(f"cornu.tf.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"cornu.tf.{name}":
                raise
    if name in _KERAS:
        return importlib.import_module(f"cornu.{name}")
    if name in _INITIALIZERS:
        return getattr(importlib.import_module("cornu.initializers"), _INITIALIZERS[name])
    raise _no_such_name("tf", name, __dir__())


def __dir__() -> list[str]:
    public = [name for name in globals() if not name.startswith("_")]
    hidden = {"annotations", "contextlib", "importlib", "logging", "Any"}
    return sorted({*public, *_KERAS, "keras", "__version__"} - hidden)
