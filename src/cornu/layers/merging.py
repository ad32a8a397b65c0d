"""Layers that make one tensor of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.core.keras_tensor import KerasTensor
from cornu.layers.call import get_mask, is_shape
from cornu.layers.layer import Layer


class _Merge(Layer):
    """Base of the layers that take a list of tensors."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Checks that the shapes fit together."""
        self.compute_output_shape(input_shape)

    def call(self, inputs: Any) -> Any:
        """Merges the tensors."""
        self._check_list(inputs, is_shape=False)
        rank = max(len(tensor.shape) for tensor in inputs)
        return self._merge([_with_rank(tensor, rank) for tensor in inputs])

    def _merge(self, inputs: list[Any]) -> Any:
        outputs = inputs[0]
        for tensor in inputs[1:]:
            outputs = self._combine(outputs, tensor)
        return outputs

    def _combine(self, left: Any, right: Any) -> Any:
        raise NotImplementedError(
            f"{type(self).__name__} does not say how it combines two tensors."
        )

    def _check_list(self, inputs: Any, *, is_shape: bool) -> None:
        if not isinstance(inputs, (list, tuple)) or not inputs:
            got = inputs if is_shape else getattr(inputs, "shape", inputs)
            raise ValueError(
                f"{self._who()} merges a list of tensors; got a single input of shape {got}. Call "
                f"it as layer([a, b])."
            )

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the common shape of the inputs by broadcasting behind the batch axis."""
        self._check_list(None if is_shape(input_shape) else input_shape, is_shape=True)
        shapes = [tuple(shape) for shape in input_shape]
        batch_sizes = {shape[0] for shape in shapes if shape} - {None}
        if len(batch_sizes) > 1:
            raise ValueError(
                f"{self._who()} got inputs with different numbers of samples: shapes "
                f"{_listed(shapes)}."
            )
        rank = max(len(shape) for shape in shapes)
        sizes: list[Any] = [1] * max(rank - 1, 0)
        for shape in shapes:
            for axis, size in enumerate(reversed(shape[1:]), start=1):
                sizes[-axis] = self._meet(sizes[-axis], size, shapes)
        return (batch_sizes.pop() if batch_sizes else None, *sizes)

    def _meet(self, first: Any, second: Any, shapes: Any) -> Any:
        if first is None or second is None:
            known = first if second is None else second
            return known if known is not None and known > 1 else None
        if first == 1 or first == second:
            return second
        if second == 1:
            return first
        raise ValueError(
            f"{self._who()} cannot combine inputs of shapes {_listed(shapes)}: sizes {first} and "
            f"{second} meet, but they must be equal or one of them 1."
        )

    def compute_output_spec(self, inputs: Any) -> Any:
        """Returns a KerasTensor like the output."""
        self._check_list(inputs, is_shape=False)
        shape = self.compute_output_shape([tensor.shape for tensor in inputs])
        return KerasTensor(shape, self.compute_dtype)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Returns the positions that are valid in any input; None if one input has no mask."""
        if mask is None or any(m is None for m in mask):
            return None
        merged = mask[0]
        for other in mask[1:]:
            merged = ops.logical_or(merged, other)
        return merged

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return super().get_config()


def _with_rank(tensor: Any, rank: int) -> Any:
    for _ in range(rank - len(tensor.shape)):
        tensor = ops.expand_dims(tensor, 1)
    return tensor


def _listed(shapes: Sequence[Any]) -> str:
    return ", ".join(str(shape) for shape in shapes)


@registry.builtin("layer")
class Add(_Merge):
    """The sum of the inputs.

    Example:
        >>> import cornu as keras
        >>> a, b = keras.ops.ones((1, 2)), keras.ops.ones((1, 2))
        >>> keras.layers.Add()([a, b]).numpy()
        array([[2., 2.]], dtype=float32)
    """

    def _combine(self, left: Any, right: Any) -> Any:
        return ops.add(left, right)


@registry.builtin("layer")
class Multiply(_Merge):
    """The product of the inputs, element by element.

    Example:
        >>> import cornu as keras
        >>> a = keras.ops.ones((1, 2))
        >>> keras.layers.Multiply()([a, 3 * a]).numpy()
        array([[3., 3.]], dtype=float32)
    """

    def _merge(self, inputs: list[Any]) -> Any:
        # Masked positions count as 1.
        filled = []
        for tensor in inputs:
            mask = get_mask(tensor)
            if mask is not None:
                mask = ops.broadcast_to(ops.expand_dims(mask, -1), tensor.shape)
                tensor = ops.where(mask, tensor, ops.ones_like(tensor))
            filled.append(tensor)
        return super()._merge(filled)

    def _combine(self, left: Any, right: Any) -> Any:
        return ops.multiply(left, right)


@registry.builtin("layer")
class Average(_Merge):
    """The mean of the inputs, element by element.

    Example:
        >>> import cornu as keras
        >>> a = keras.ops.ones((1, 2))
        >>> keras.layers.Average()([a, 3 * a]).numpy()
        array([[2., 2.]], dtype=float32)
    """

    def _merge(self, inputs: list[Any]) -> Any:
        return ops.divide(super()._merge(inputs), len(inputs))

    def _combine(self, left: Any, right: Any) -> Any:
        return ops.add(left, right)


@registry.builtin("layer")
class Maximum(_Merge):
    """The largest of the inputs, element by element.

    Example:
        >>> import cornu as keras
        >>> a = keras.ops.ones((1, 2))
        >>> keras.layers.Maximum()([a, 3 * a]).numpy()
        array([[3., 3.]], dtype=float32)
    """

    def _combine(self, left: Any, right: Any) -> Any:
        return ops.maximum(left, right)


@registry.builtin("layer")
class Minimum(_Merge):
    """The smallest of the inputs, element by element.

    Example:
        >>> import cornu as keras
        >>> a = keras.ops.ones((1, 2))
        >>> keras.layers.Minimum()([a, 3 * a]).numpy()
        array([[1., 1.]], dtype=float32)
    """

    def _combine(self, left: Any, right: Any) -> Any:
        return ops.minimum(left, right)


@registry.builtin("layer")
class Subtract(_Merge):
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

    def _combine(self, left: Any, right: Any) -> Any:
        return ops.subtract(left, right)


@registry.builtin("layer")
class Concatenate(_Merge):
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
            f"{self._who()} cannot join inputs of shapes {_listed(shapes)} along axis {self.axis}: "
            f"all other sizes must be equal."
        )

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Returns the positions that are valid in every input at that place."""
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
        return ops.all(ops.concatenate(masks, axis=self.axis), axis=-1, keepdims=False)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "axis": self.axis}


@registry.builtin("layer")
class Dot(_Merge):
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
