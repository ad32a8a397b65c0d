"""Merge: what layers that take a list of tensors share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cornu import ops
from cornu.core.keras_tensor import KerasTensor
from cornu.layers.call import is_shape
from cornu.layers.layer import Layer


class Merge(Layer):
    """Base of the layers that take a list of tensors."""

    _combine: Callable[[Any, Any], Any]  # of two tensors

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
        return self._merge([with_rank(tensor, rank) for tensor in inputs])

    def _merge(self, inputs: list[Any]) -> Any:
        outputs = inputs[0]
        for tensor in inputs[1:]:
            outputs = self._combine(outputs, tensor)
        return outputs

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
                f"{listed(shapes)}."
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
            f"{self._who()} cannot combine inputs of shapes {listed(shapes)}: sizes {first} and "
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


def with_rank(tensor: Any, rank: int) -> Any:
    for _ in range(rank - len(tensor.shape)):
        tensor = ops.expand_dims(tensor, 1)
    return tensor


def listed(shapes: Sequence[Any]) -> str:
    return ", ".join(str(shape) for shape in shapes)
