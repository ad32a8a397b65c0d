"""The merging layers as functions."""

from __future__ import annotations

from typing import Any

from cornu.layers.merging.arithmetic import Add, Average, Maximum, Minimum, Multiply, Subtract
from cornu.layers.merging.joining import Concatenate, Dot


def add(inputs: Any, **kwargs: Any) -> Any:
    """Returns the sum of a list of tensors, as the layer `Add` computes it.

    Args:
        inputs: List of tensors.
        **kwargs: For the layer.

    Returns:
        A tensor.

    Example:
        >>> import cornu as keras
        >>> a, b = keras.ops.ones((1, 2)), keras.ops.full((1, 2), 2.0)
        >>> keras.layers.add([a, b]).numpy().tolist()
        [[3.0, 3.0]]
    """
    return Add(**kwargs)(inputs)


def subtract(inputs: Any, **kwargs: Any) -> Any:
    """Returns the difference of two tensors, as the layer `Subtract` computes it.

    Args:
        inputs: List of two tensors.
        **kwargs: For the layer.

    Returns:
        A tensor.

    Example:
        >>> import cornu as keras
        >>> a, b = keras.ops.ones((1, 2)), keras.ops.full((1, 2), 2.0)
        >>> keras.layers.subtract([a, b]).numpy().tolist()
        [[-1.0, -1.0]]
    """
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Any, **kwargs: Any) -> Any:
    """Returns the product of a list of tensors, as the layer `Multiply` computes it.

    Args:
        inputs: List of tensors.
        **kwargs: For the layer.

    Returns:
        A tensor.

    Example:
        >>> import cornu as keras
        >>> a, b = keras.ops.ones((1, 2)), keras.ops.full((1, 2), 2.0)
        >>> keras.layers.multiply([a, b]).numpy().tolist()
        [[2.0, 2.0]]
    """
    return Multiply(**kwargs)(inputs)


def average(inputs: Any, **kwargs: Any) -> Any:
    """Returns the mean of a list of tensors, as the layer `Average` computes it.

    Args:
        inputs: List of tensors.
        **kwargs: For the layer.

    Returns:
        A tensor.

    Example:
        >>> import cornu as keras
        >>> a, b = keras.ops.ones((1, 2)), keras.ops.full((1, 2), 2.0)
        >>> keras.layers.average([a, b]).numpy().tolist()
        [[1.5, 1.5]]
    """
    return Average(**kwargs)(inputs)


def maximum(inputs: Any, **kwargs: Any) -> Any:
    """Returns the maximum of a list of tensors, as the layer `Maximum` computes it.

    Args:
        inputs: List of tensors.
        **kwargs: For the layer.

    Returns:
        A tensor.

    Example:
        >>> import cornu as keras
        >>> a, b = keras.ops.ones((1, 2)), keras.ops.full((1, 2), 2.0)
        >>> keras.layers.maximum([a, b]).numpy().tolist()
        [[2.0, 2.0]]
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Any, **kwargs: Any) -> Any:
    """Returns the minimum of a list of tensors, as the layer `Minimum` computes it.

    Args:
        inputs: List of tensors.
        **kwargs: For the layer.

    Returns:
        A tensor.

    Example:
        >>> import cornu as keras
        >>> a, b = keras.ops.ones((1, 2)), keras.ops.full((1, 2), 2.0)
        >>> keras.layers.minimum([a, b]).numpy().tolist()
        [[1.0, 1.0]]
    """
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """Returns tensors joined along an axis, as the layer `Concatenate` does it.

    Args:
        inputs: List of tensors.
        axis: The axis.
        **kwargs: For the layer.

    Returns:
        A tensor.

    Example:
        >>> import cornu as keras
        >>> a, b = keras.ops.ones((1, 2)), keras.ops.full((1, 2), 2.0)
        >>> keras.layers.concatenate([a, b]).numpy().tolist()
        [[1.0, 1.0, 2.0, 2.0]]
    """
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Any, axes: Any = -1, **kwargs: Any) -> Any:
    """Returns the dot product of two tensors, as the layer `Dot` computes it.

    Args:
        inputs: List of two tensors.
        axes: The axis of both, or one for each.
        **kwargs: For the layer.

    Returns:
        A tensor.

    Example:
        >>> import cornu as keras
        >>> a, b = keras.ops.ones((1, 2)), keras.ops.full((1, 2), 2.0)
        >>> keras.layers.dot([a, b], axes=1).numpy().tolist()
        [[4.0]]
    """
    return Dot(axes=axes, **kwargs)(inputs)
