"""Masking: marks the steps of sequences that are padding."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.layers.call import set_mask
from cornu.layers.layer import Layer


@registry.builtin("layer")
class Masking(Layer):
    """Marks steps whose features all equal a value as padding, and sets them to 0.

    Layers behind it that know masks, such as LSTM, leave these steps out.

    Args:
        mask_value: The value that padding is filled with.
        **kwargs: `name` and `dtype`.

    Example:
        >>> import cornu as keras
        >>> x = keras.ops.array([[[1.0, 2.0], [9.0, 9.0]]])
        >>> layer = keras.layers.Masking(mask_value=9.0)
        >>> layer(x).numpy().tolist()
        [[[1.0, 2.0], [0.0, 0.0]]]
        >>> layer.compute_mask(x).numpy().tolist()
        [[True, False]]
    """

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(mask_value, dict):  # a NumPy scalar from a file
            mask_value = mask_value["config"]["value"]
        self.mask_value = mask_value
        self.supports_masking = True
        self._build_at_init()

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Returns which steps are no padding."""
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs: Any) -> Any:
        """Sets padding to 0."""
        mask = self.compute_mask(inputs)
        outputs = ops.multiply(inputs, ops.cast(ops.expand_dims(mask, -1), inputs.dtype))
        set_mask(outputs, mask)
        return outputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "mask_value": self.mask_value}
