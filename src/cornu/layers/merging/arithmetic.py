"""Sums, products and extremes of several tensors, element by element."""

from __future__ import annotations

import functools
from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.layers.call import get_mask, set_mask
from cornu.layers.merging.base import Merge


@registry.builtin("layer")
class Add(Merge):
    """The sum of the inputs.

    Example:
        >>> import cornu as keras
        >>> a, b = keras.ops.ones((1, 2)), keras.ops.ones((1, 2))
        >>> keras.layers.Add()([a, b]).numpy()
        array([[2., 2.]], dtype=float32)
    """

    _combine = staticmethod(ops.add)


@registry.builtin("layer")
class Multiply(Merge):
    """The product of the inputs, element by element.

    Example:
        >>> import cornu as keras
        >>> a = keras.ops.ones((1, 2))
        >>> keras.layers.Multiply()([a, 3 * a]).numpy()
        array([[3., 3.]], dtype=float32)
    """

    def _merge(self, inputs: list[Any]) -> Any:
        # Masked positions count as 1; where all inputs are masked the product is 0.
        filled, valid = [], []
        for tensor in inputs:
            mask = get_mask(tensor)
            if mask is not None:
                mask = ops.broadcast_to(ops.expand_dims(mask, -1), tensor.shape)
                tensor = ops.where(mask, tensor, ops.ones_like(tensor))
                valid.append(mask)
            filled.append(tensor)
        outputs = super()._merge(filled)
        if len(valid) == len(inputs):
            anywhere = functools.reduce(ops.logical_or, valid)
            outputs = ops.where(anywhere, outputs, ops.zeros_like(outputs))
            set_mask(outputs, ops.any(anywhere, axis=-1))
        return outputs

    _combine = staticmethod(ops.multiply)


@registry.builtin("layer")
class Average(Merge):
    """The mean of the inputs, element by element.

    Example:
        >>> import cornu as keras
        >>> a = keras.ops.ones((1, 2))
        >>> keras.layers.Average()([a, 3 * a]).numpy()
        array([[2., 2.]], dtype=float32)
    """

    def _merge(self, inputs: list[Any]) -> Any:
        return ops.divide(super()._merge(inputs), len(inputs))

    _combine = staticmethod(ops.add)


@registry.builtin("layer")
class Maximum(Merge):
    """The largest of the inputs, element by element.

    Example:
        >>> import cornu as keras
        >>> a = keras.ops.ones((1, 2))
        >>> keras.layers.Maximum()([a, 3 * a]).numpy()
        array([[3., 3.]], dtype=float32)
    """

    _combine = staticmethod(ops.maximum)


@registry.builtin("layer")
class Minimum(Merge):
    """The smallest of the inputs, element by element.

    Example:
        >>> import cornu as keras
        >>> a = keras.ops.ones((1, 2))
        >>> keras.layers.Minimum()([a, 3 * a]).numpy()
        array([[1., 1.]], dtype=float32)
    """

    _combine = staticmethod(ops.minimum)


@registry.builtin("layer")
class Subtract(Merge):
    """The first of two inputs minus the second.

    Example:
        >>> import cornu as keras
        >>> a = keras.ops.ones((1, 2))
        >>> keras.layers.Subtract()([3 * a, a]).numpy()
        array([[2., 2.]], dtype=float32)
    """

    def build(self, input_shape: Any) -> None:
        """Checks that there are two inputs that fit together."""
        super().build(input_shape)
        if len(input_shape) != 2:
            raise ValueError(f"{self._who()} takes two inputs; got {len(input_shape)}.")

    _combine = staticmethod(ops.subtract)
