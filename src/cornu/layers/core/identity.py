"""Identity: a layer that does nothing."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.core.keras_tensor import KerasTensor
from cornu.core.tree import map_structure
from cornu.layers.layer import Layer


@registry.builtin("layer")
class Identity(Layer):
    """Returns its inputs; a placeholder for a layer that may be there or not.

    Args:
        **kwargs: `name` and `dtype`.

    Example:
        >>> import cornu as keras
        >>> keras.layers.Identity()(keras.ops.ones((2,))).numpy()
        array([1., 1.], dtype=float32)
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: Any) -> Any:
        """Returns the inputs."""
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape."""
        return input_shape

    def compute_output_spec(self, inputs: Any) -> Any:
        """Returns KerasTensors like the inputs."""
        return map_structure(lambda x: KerasTensor(x.shape, x.dtype), inputs)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return super().get_config()
