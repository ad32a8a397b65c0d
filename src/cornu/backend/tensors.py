"""Keras 2's functions of tensors, where they differ from those of `cornu.ops`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu import ops
from cornu.core import dtypes, settings
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable
from cornu.layers import Input


def variable(value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None) -> Variable:  # fmt: skip
    """Returns a variable with a value.

    Args:
        value: Array-like.
        dtype: Element type; floatx when None.
        name: Name.
        constraint: Function that optimizers apply to the value after an update.

    Example:
        >>> from cornu import backend as K
        >>> float(K.variable(2.0))
        2.0
    """
    made = Variable(value, dtype=dtype or settings.floatx(), name=name)
    made.constraint = constraint
    return made


def constant(value: Any, dtype: Any = None, shape: Any = None, name: Any = None) -> Any:
    """Returns a tensor with a value.

    Args:
        value: Array-like.
        dtype: Element type; floatx when None.
        shape: Shape to which the value is repeated.
        name: Accepted for Keras 2's signature.

    Example:
        >>> from cornu import backend as K
        >>> K.constant(1.0, shape=(2,)).numpy().tolist()
        [1.0, 1.0]
    """
    tensor = ops.convert_to_tensor(value, dtype or settings.floatx())
    return tensor if shape is None else ops.broadcast_to(tensor, shape)


def placeholder(shape: Any = None, ndim: int | None = None, dtype: Any = None, name: str | None = None) -> Any:  # fmt: skip
    """Returns a KerasTensor, from which a model or `function` can start.

    Args:
        shape: Shape with the batch axis.
        ndim: Number of axes when no shape is known.
        dtype: Element type.
        name: Name.

    Example:
        >>> from cornu import backend as K
        >>> K.placeholder((None, 2)).shape
        (None, 2)
    """
    sizes = shape if shape is not None else (None,) * (ndim or 0)
    return Input(batch_shape=tuple(sizes), dtype=dtype, name=name)


def get_value(x: Any) -> Any:
    """Returns the value of a variable or tensor as a NumPy array.

    Example:
        >>> from cornu import backend as K
        >>> float(K.get_value(K.variable(2.0)))
        2.0
    """
    return np.asarray(x.numpy() if isinstance(x, (Tensor, Variable)) else x)


def set_value(x: Variable, value: Any) -> None:
    """Sets the value of a variable, such as an optimizer's learning rate.

    Args:
        x: The variable.
        value: Array-like of its shape.

    Example:
        >>> from cornu import backend as K
        >>> v = K.variable(2.0)
        >>> K.set_value(v, 3.0)
        >>> float(v)
        3.0
    """
    x.assign(ops.convert_to_tensor(value, x.dtype))


def int_shape(x: Any) -> tuple[int | None, ...]:
    """Returns the sizes of a tensor; None where they are unknown.

    Example:
        >>> from cornu import backend as K
        >>> K.int_shape(K.constant([[1.0]]))
        (1, 1)
    """
    return tuple(x.shape)


def ndim(x: Any) -> int:
    """Returns the number of axes.

    Example:
        >>> from cornu import backend as K
        >>> K.ndim(K.constant([[1.0]]))
        2
    """
    return len(x.shape)


def dtype(x: Any) -> str:
    """Returns the name of the element type.

    Example:
        >>> from cornu import backend as K
        >>> K.dtype(K.constant(1.0))
        'float32'
    """
    return dtypes.canonical(x.dtype)


def concatenate(tensors: Sequence[Any], axis: int = -1) -> Any:
    """Returns tensors joined along an axis, by default the last.

    Args:
        tensors: The tensors.
        axis: The axis.

    Example:
        >>> from cornu import backend as K
        >>> K.concatenate([K.constant([1.0]), K.constant([2.0])]).shape
        (2,)
    """
    return ops.concatenate(tensors, axis)


def expand_dims(x: Any, axis: int = -1) -> Any:
    """Returns a tensor with one axis of size 1 more, by default at the end.

    Args:
        x: Tensor.
        axis: Where the new axis stands.

    Example:
        >>> from cornu import backend as K
        >>> K.expand_dims(K.constant([1.0, 2.0])).shape
        (2, 1)
    """
    return ops.expand_dims(x, axis)


def flatten(x: Any) -> Any:
    """Returns a tensor with all elements along one axis.

    Example:
        >>> from cornu import backend as K
        >>> K.flatten(K.constant([[1.0, 2.0]])).shape
        (2,)
    """
    return ops.reshape(x, (-1,))


def batch_flatten(x: Any) -> Any:
    """Returns a tensor with the elements of each sample along one axis.

    Example:
        >>> from cornu import backend as K
        >>> K.batch_flatten(K.zeros((2, 3, 4))).shape
        (2, 12)
    """
    return ops.reshape(x, (-1, int(np.prod(x.shape[1:]))))


def gather(reference: Any, indices: Any) -> Any:
    """Returns slices of the first axis picked by number.

    Args:
        reference: Tensor to pick from.
        indices: Whole numbers.

    Example:
        >>> from cornu import backend as K
        >>> K.gather(K.constant([1.0, 2.0]), [1]).numpy().tolist()
        [2.0]
    """
    return ops.take(reference, indices, axis=0)


def argmax(x: Any, axis: int = -1) -> Any:
    """Returns the places of the greatest elements, by default along the last axis.

    Args:
        x: Tensor.
        axis: The axis.

    Example:
        >>> from cornu import backend as K
        >>> int(K.argmax(K.constant([1.0, 3.0])))
        1
    """
    return ops.argmax(x, axis)


def argmin(x: Any, axis: int = -1) -> Any:
    """Returns the places of the least elements, by default along the last axis.

    Args:
        x: Tensor.
        axis: The axis.

    Example:
        >>> from cornu import backend as K
        >>> int(K.argmin(K.constant([1.0, 3.0])))
        0
    """
    return ops.argmin(x, axis)


def l2_normalize(x: Any, axis: int | None = None) -> Any:
    """Returns a tensor divided by its Euclidean norm.

    Args:
        x: Tensor.
        axis: Axis of the vectors; all elements are one vector when None.

    Example:
        >>> from cornu import backend as K
        >>> K.l2_normalize(K.constant([3.0, 4.0])).numpy().round(1).tolist()
        [0.6000000238418579, 0.800000011920929]
    """
    total = ops.sum(ops.square(x), axis, keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(total, 1e-12)))


def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    """Returns the products of the samples of two batches.

    Args:
        x: Tensor of shape (batch, ...).
        y: Tensor of shape (batch, ...).
        axes: The axis of each to sum over, or one for both; the last of `x` and the first after the
            batch of `y` when None.

    Example:
        >>> from cornu import backend as K
        >>> K.batch_dot(K.ones((2, 3, 4)), K.ones((2, 4, 5))).shape
        (2, 3, 5)
    """
    if axes is None:
        axes = (x.ndim - 1, y.ndim - 1 if y.ndim == 2 else y.ndim - 2)
    first, second = (axes, axes) if isinstance(axes, int) else axes
    first, second = first % x.ndim, second % y.ndim
    letters = iter("abcdefghijklmnopqrstuvw")
    left = ["z" if i == 0 else "y" if i == first else next(letters) for i in range(x.ndim)]
    right = ["z" if i == 0 else "y" if i == second else next(letters) for i in range(y.ndim)]
    kept = ["z", *(c for c in left + right if c not in "zy")]
    result = ops.einsum(f"{''.join(left)},{''.join(right)}->{''.join(kept)}", x, y)
    return ops.expand_dims(result, 1) if len(kept) == 1 else result


def repeat(x: Any, n: int) -> Any:
    """Returns vectors repeated along a new axis after the first.

    Args:
        x: Tensor of shape (batch, size).
        n: How often.

    Example:
        >>> from cornu import backend as K
        >>> K.repeat(K.ones((2, 3)), 4).shape
        (2, 4, 3)
    """
    return ops.repeat(ops.expand_dims(x, 1), n, axis=1)


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """Returns one or the other of two values.

    Args:
        condition: A boolean tensor.
        then_expression: Tensor, or function without arguments that returns one.
        else_expression: Likewise.

    Example:
        >>> from cornu import backend as K
        >>> float(K.switch(K.constant(1.0) > 0, K.constant(2.0), K.constant(3.0)))
        2.0
    """
    first = then_expression() if callable(then_expression) else then_expression
    second = else_expression() if callable(else_expression) else else_expression
    held = condition
    for _ in range(len(first.shape) - len(held.shape)):
        held = ops.expand_dims(held, -1)
    return ops.where(held, first, second)
