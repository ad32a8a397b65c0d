"""Functions with derivatives of their own, and functions of Python inside of computations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu import ops
from cornu.core import dtypes as core
from cornu.core import tree
from cornu.core.variable import Variable as CoreVariable
from cornu.tf._convert import adopted, convert
from cornu.tf._gathering import known
from cornu.tf._tensor import adopt


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a function with a derivative of its own.

    Args:
        f: `f(*tensors)` returns the result and a function from the derivative by the result to
            those by the arguments.

    Returns:
        A function that returns the result alone.

    Example:
        >>> import cornu.tf as tf
        >>> @tf.custom_gradient
        ... def steady(x):
        ...     return x * 1.0, lambda upstream: upstream * 5.0
        >>> x = tf.constant(2.0)
        >>> with tf.GradientTape() as tape:
        ...     tape.watch(x)
        ...     y = steady(x)
        >>> float(tape.gradient(y, x))
        5.0
    """
    tracked = ops.custom_gradient(lambda *arguments: f(*arguments))

    def wrapped(*arguments: Any) -> Any:
        leaves = [a if isinstance(a, CoreVariable) else convert(a) for a in arguments]
        return tree.map_structure(adopt, tracked(*leaves))

    return wrapped


def py_function(func: Any = None, inp: Any = None, Tout: Any = None, name: Any = None) -> Any:
    """Returns the results of a Python function of tensors that have values.

    Args:
        func: The function.
        inp: Its arguments.
        Tout: Dtype of the result, or a list of them.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor, or a list of them.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.py_function(lambda x: x + 1, [tf.constant(1)], tf.int32))
        2
    """
    tensors = [convert(value) for value in inp or ()]
    for tensor in tensors:
        known(tensor, "py_function")
    return _typed(func(*tensors), Tout)


def numpy_function(func: Any = None, inp: Any = None, Tout: Any = None, stateful: bool = True, name: Any = None) -> Any:  # fmt: skip
    """Returns the results of a Python function of NumPy arrays.

    Args:
        func: The function.
        inp: Its arguments.
        Tout: Dtype of the result, or a list of them.
        stateful: Accepted for TensorFlow's signature.
        name: Likewise.

    Returns:
        A tensor, or a list of them.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.numpy_function(lambda x: x + 1, [tf.constant(1)], tf.int32))
        2
    """
    arrays = [known(convert(value), "numpy_function") for value in inp or ()]
    return _typed(func(*arrays), Tout)


def _typed(result: Any, wanted: Any) -> Any:
    if isinstance(wanted, (list, tuple)):
        return [_typed(part, dtype) for part, dtype in zip(result, wanted, strict=True)]
    if isinstance(result, (np.ndarray, np.generic)) and wanted is not None:
        kind = core.canonical(wanted)
        if kind not in ("string", "bfloat16"):
            result = result.astype(core.to_numpy(kind))
    return adopted(convert(result, wanted))
