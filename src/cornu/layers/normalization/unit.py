"""UnitNormalization: vectors brought to length 1."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.layers.layer import Layer
from cornu.layers.normalization.base import check_axis


@registry.builtin("layer")
class UnitNormalization(Layer):
    """Divides vectors by their length (the root of the sum of squares).

    Args:
        axis: Axis or axes along which the vectors lie.
        **kwargs: `name` and `dtype`.

    Raises:
        TypeError: When `axis` is no int and no list of ints.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.UnitNormalization()
        >>> layer(keras.ops.array([[0.0, 2.0], [-5.0, 0.0]])).numpy()
        array([[ 0.,  1.],
               [-1.,  0.]], dtype=float32)
    """

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = check_axis(axis, "UnitNormalization")
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: Any) -> Any:
        """Divides by the length; vectors of length 0 stay."""
        return ops.normalize(inputs, axis=self.axis, order=2, epsilon=1e-12)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "axis": self.axis}
