"""Concatenate and Dot: tensors joined along an axis, or multiplied and summed over it."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.layers.call import is_shape
from cornu.layers.merging.base import Merge, listed


@registry.builtin("layer")
class Concatenate(Merge):
    """The inputs one after the other along an axis; their other sizes must be equal.

    Args:
        axis: The axis.
        **kwargs: `name` and `dtype`.

    Example:
        >>> import cornu as keras
        >>> a = keras.ops.ones((1, 2))
        >>> keras.layers.Concatenate()([a, 3 * a]).numpy()
        array([[1., 1., 3., 3.]], dtype=float32)
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any) -> Any:
        """Concatenates the tensors."""
        self._check_list(inputs, is_shape=False)
        return ops.concatenate(list(inputs), axis=self.axis)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the inputs' shape with the sizes along the axis added up."""
        self._check_list(None if is_shape(input_shape) else input_shape, is_shape=True)
        shapes = [tuple(shape) for shape in input_shape]
        rank = len(shapes[0])
        if any(len(shape) != rank for shape in shapes) or not -rank <= self.axis < rank:
            raise self._mismatch(shapes)
        axis = self.axis % rank
        result: list[Any] = list(shapes[0])
        for shape in shapes[1:]:
            for position, size in enumerate(shape):
                known = result[position]
                if position == axis:
                    result[axis] = None if known is None or size is None else known + size
                elif known is None:
                    result[position] = size
                elif size is not None and size != known:
                    raise self._mismatch(shapes)
        return tuple(result)

    def _mismatch(self, shapes: Any) -> ValueError:
        return ValueError(
            f"{self._who()} cannot join inputs of shapes {listed(shapes)} along axis {self.axis}: "
            f"all other sizes must be equal."
        )

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Returns the positions where any feature of the joined tensors is valid."""
        if mask is None or all(m is None for m in mask):
            return None
        masks = []
        for tensor, own in zip(inputs, mask, strict=True):
            everywhere = ops.ones_like(tensor, dtype="bool")
            if own is not None:
                for _ in range(len(tensor.shape) - len(own.shape)):
                    own = ops.expand_dims(own, -1)
                everywhere = ops.logical_and(everywhere, own)
            masks.append(everywhere)
        return ops.any(ops.concatenate(masks, axis=self.axis), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "axis": self.axis}


@registry.builtin("layer")
class Dot(Merge):
    """Products of two inputs summed along an axis of each.

    Args:
        axes: The axis of both inputs, or one axis for each.
        normalize: Whether the vectors are scaled to length 1 first (cosine similarity).
        **kwargs: `name` and `dtype`.

    Example:
        >>> import cornu as keras
        >>> a = keras.ops.ones((1, 2))
        >>> keras.layers.Dot(axes=1)([a, 3 * a]).numpy()
        array([[6.]], dtype=float32)
    """

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(axes, int):
            if not isinstance(axes, (list, tuple)) or len(axes) != 2:
                raise ValueError(f"Dot: axes is an int or two ints; got axes={axes!r}.")
            if not all(isinstance(axis, int) for axis in axes):
                raise ValueError(f"Dot: axes is an int or two ints; got axes={axes!r}.")
        self.axes = axes
        self.normalize = normalize

    def _pair(self, ranks: tuple[int, int]) -> tuple[int, int]:
        pair = (self.axes, self.axes) if isinstance(self.axes, int) else tuple(self.axes)
        return pair[0] % ranks[0], pair[1] % ranks[1]

    def call(self, inputs: Any) -> Any:
        """Computes the products."""
        self._check_list(inputs, is_shape=False)
        left, right = inputs
        first, second = self._pair((len(left.shape), len(right.shape)))
        if self.normalize:
            left, right = ops.normalize(left, axis=first), ops.normalize(right, axis=second)
        left, right = ops.moveaxis(left, first, -1), ops.moveaxis(right, second, -1)
        batch, size = left.shape[0], left.shape[-1]
        rows = ops.reshape(left, (batch, -1, size))
        columns = ops.reshape(right, (batch, -1, size))
        products = ops.matmul(rows, ops.transpose(columns, (0, 2, 1)))
        shape = (batch, *left.shape[1:-1], *right.shape[1:-1])
        return ops.reshape(products, shape if len(shape) > 1 else (batch, 1))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the inputs' sizes without those summed over."""
        self._check_list(None if is_shape(input_shape) else input_shape, is_shape=True)
        if len(input_shape) != 2:
            raise ValueError(f"{self._who()} takes two inputs; got {len(input_shape)}.")
        left, right = (list(shape) for shape in input_shape)
        first, second = self._pair((len(left), len(right)))
        if None not in (left[first], right[second]) and left[first] != right[second]:
            raise ValueError(
                f"{self._who()} cannot sum over sizes {left[first]} and {right[second]}: shapes "
                f"{tuple(left)} and {tuple(right)} with axes={self.axes}."
            )
        del left[first], right[second]
        shape = (*left, *right[1:])
        return shape if len(shape) > 1 else (*shape, 1)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Returns None: the summed axis is gone."""
        return None

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "axes": self.axes, "normalize": self.normalize}
