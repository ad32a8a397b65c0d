"""CategoryEncoding: numbers of categories as vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.core import registry
from cornu.core.keras_tensor import KerasTensor
from cornu.core.tensor import Tensor
from cornu.layers.layer import Layer
from cornu.layers.preprocessing.encoding import MODES, checked_mode, encode, encoded_shape


@registry.builtin("layer")
class CategoryEncoding(Layer):
    """Encodes numbers of categories, 0 to `num_tokens - 1`, as vectors of that length.

    Args:
        num_tokens: Number of categories.
        output_mode: "one_hot" makes a vector of each number; "multi_hot" one of all numbers along
            the last axis, with 1 for each that occurs; "count" says how often each occurs.
        sparse: Accepted for Keras's signature; results are dense.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: When there is no number of categories, or for an unknown mode.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.CategoryEncoding(num_tokens=3, output_mode="multi_hot")
        >>> layer([[0, 1], [2, 2]]).tolist()
        [[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """

    def __init__(
        self,
        num_tokens: int | None = None,
        output_mode: str = "multi_hot",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        if "max_tokens" in kwargs:  # the name up to TensorFlow 2.5
            num_tokens = kwargs.pop("max_tokens")
        super().__init__(**kwargs)
        if num_tokens is None or num_tokens < 1:
            raise ValueError(
                f"CategoryEncoding needs num_tokens, the number of categories (1 or more); got "
                f"{num_tokens}. When it is not known, use IntegerLookup or StringLookup and adapt "
                f"it."
            )
        self.num_tokens = int(num_tokens)
        self.output_mode = checked_mode(output_mode, MODES, "CategoryEncoding")
        self.sparse = sparse
        self._allow_non_tensor_positional_args = True

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        """Encodes; `count_weights` says what each number counts in mode "count".

        Raises:
            ValueError: For numbers that no category has, and for weights in another mode.
        """
        if count_weights is not None and self.output_mode != "count":
            raise ValueError(
                f"{self._who()}: count_weights are used with output_mode='count' only; it is "
                f"{self.output_mode!r}."
            )
        numbers = ops.convert_to_tensor(inputs)
        self._check_range(numbers)
        numbers = ops.cast(numbers, "int32")
        if count_weights is not None:
            count_weights = ops.cast(count_weights, self.compute_dtype)
        return encode(numbers, self.output_mode, self.num_tokens, self.compute_dtype, count_weights)

    def _check_range(self, numbers: Tensor) -> None:
        if numbers.is_symbolic or not numbers.size:
            return
        values = np.asarray(Tensor.numpy(numbers))
        low, high = values.min(), values.max()
        if low < 0 or high >= self.num_tokens:
            raise ValueError(
                f"{self._who()} encodes numbers from 0 to {self.num_tokens - 1} "
                f"(num_tokens={self.num_tokens}); it was given numbers from {low} to {high}."
            )

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape with `num_tokens` as the last size."""
        return encoded_shape(input_shape, self.output_mode, self.num_tokens)

    def compute_output_spec(self, inputs: Any, count_weights: Any = None) -> Any:
        """Returns a KerasTensor like the output."""
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "num_tokens": self.num_tokens,
            "output_mode": self.output_mode,
        }
