"""Functions with derivatives of their own, and control flow as functions."""

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


def cond(pred: Any, true_fn: Any = None, false_fn: Any = None, name: Any = None) -> Any:
    """Returns the result of one of two functions.

    Args:
        pred: Which: a boolean.
        true_fn: Called without arguments when it holds.
        false_fn: Called otherwise.
        name: Accepted for TensorFlow's signature.

    Returns:
        What the function returns.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.cond(tf.constant(True), lambda: tf.constant(1), lambda: tf.constant(2)))
        1
    """
    held = convert(pred)
    if held.is_symbolic:
        return tree.map_structure(adopt, ops.cond(held, true_fn, false_fn))
    return true_fn() if held else false_fn()


def while_loop(cond: Any, body: Any, loop_vars: Any, shape_invariants: Any = None, maximum_iterations: Any = None, name: Any = None, **keywords: Any) -> Any:  # fmt: skip
    """Returns loop variables after a function was applied as long as a condition holds.

    Args:
        cond: From the variables to a boolean.
        body: From the variables to their next values.
        loop_vars: What they are at the beginning.
        shape_invariants: Accepted for TensorFlow's signature.
        maximum_iterations: Stop after so many rounds.
        name: Accepted for TensorFlow's signature.
        **keywords: Likewise.

    Returns:
        The variables at the end, as a list.

    Example:
        >>> import cornu.tf as tf
        >>> [int(i) for i in tf.while_loop(lambda i: i < 5, lambda i: [i + 1], [tf.constant(0)])]
        [5]
    """
    values = [tree.map_structure(convert, value) for value in loop_vars]
    rounds = 0
    while maximum_iterations is None or rounds < int(maximum_iterations):
        if not convert(cond(*values)):
            break
        result = body(*values)
        values = list(result) if isinstance(result, (list, tuple)) else [result]
        rounds += 1
    return values


def map_fn(fn: Any, elems: Any, dtype: Any = None, parallel_iterations: Any = None, fn_output_signature: Any = None, name: Any = None, **keywords: Any) -> Any:  # fmt: skip
    """Returns a function's results for the slices of the first axis, stacked.

    Args:
        fn: From a slice (or a structure of them) to a tensor or structure.
        elems: Tensor, or structure of tensors of one length.
        dtype: Accepted for TensorFlow's signature.
        parallel_iterations: Likewise.
        fn_output_signature: Likewise.
        name: Likewise.
        **keywords: Likewise.

    Returns:
        Tensors with the first axis of `elems`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.map_fn(lambda x: x * x, tf.constant([1, 2, 3])).numpy().tolist()
        [1, 4, 9]
    """
    tensors = tree.map_structure(convert, elems)
    count = tree.flatten(tensors)[0].shape[0]
    rows = [fn(tree.map_structure(lambda t, i=i: t[i], tensors)) for i in range(count)]
    return tree.map_structure(lambda *parts: adopt(ops.stack([convert(p) for p in parts])), *rows)


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
