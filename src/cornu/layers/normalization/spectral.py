"""SpectralNormalization: a layer whose kernel is kept at spectral norm 1."""

from __future__ import annotations

from typing import Any

from cornu import initializers, ops
from cornu.core import registry
from cornu.layers.core.dense import positive_int
from cornu.layers.core.wrapper import Wrapper
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer


@registry.builtin("layer")
class SpectralNormalization(Wrapper):
    """Divides the kernel of another layer by its largest singular value in each training call.

    So the layer does not stretch its inputs, which steadies the training of adversarial networks.
    The singular value is followed by power iteration from call to call.

    Args:
        layer: A layer with a `kernel` or `embeddings`.
        power_iterations: Steps of the iteration in each call.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: When `power_iterations` is no positive int, `layer` is no layer, or it has no
            such weight.

    Reference:
        Miyato et al., "Spectral normalization for generative adversarial networks" (2018).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.SpectralNormalization(keras.layers.Dense(3))
        >>> layer(keras.ops.ones((2, 4)), training=True).shape
        (2, 3)
        >>> layer.vector_u.shape
        (1, 3)
    """

    def __init__(self, layer: Layer, power_iterations: int = 1, **kwargs: Any) -> None:
        power_iterations = positive_int(
            power_iterations, "power_iterations", "SpectralNormalization"
        )
        super().__init__(layer, **kwargs)
        self.power_iterations = power_iterations

    def build(self, input_shape: Any = None) -> None:
        """Builds the layer inside and the vector of the iteration."""
        super().build(input_shape)
        self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})
        kernel = getattr(self.layer, "kernel", None)
        if kernel is None:
            kernel = getattr(self.layer, "embeddings", None)
        if kernel is None:
            raise ValueError(
                f"{self._who()}: {type(self.layer).__name__} has no `kernel` and no `embeddings`."
            )
        self.kernel = kernel
        self.vector_u = self.add_weight(
            name="vector_u",
            shape=(1, kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            dtype=kernel.dtype,
            trainable=False,
        )

    def call(self, inputs: Any, training: Any = False) -> Any:
        """Calls the layer, after normalizing its kernel when `training`."""
        if training:
            vector, kernel = self.normalized_weights()
            unusable = ops.all(ops.equal(self.kernel, 0))
            self.vector_u.assign(ops.where(unusable, self.vector_u, vector))
            self.kernel.assign(ops.where(unusable, self.kernel, kernel))
        return ops.cast(self.layer(inputs), inputs.dtype)

    def normalized_weights(self) -> tuple[Any, Any]:
        """Returns the next vector of the iteration and the kernel divided by its spectral norm.

        Returns:
            The vector of shape (1, filters), and a tensor of the kernel's shape.
        """
        shape = self.kernel.shape
        matrix = ops.reshape(self.kernel, (-1, shape[-1]))
        u = ops.convert_to_tensor(self.vector_u)
        v = u
        for _ in range(self.power_iterations):
            v = ops.normalize(ops.matmul(u, ops.transpose(matrix)), axis=None)
            u = ops.normalize(ops.matmul(v, matrix), axis=None)
        u, v = ops.stop_gradient(u), ops.stop_gradient(v)
        norm = ops.matmul(ops.matmul(v, matrix), ops.transpose(u))
        kernel = ops.reshape(ops.divide(matrix, norm), shape)
        return ops.cast(u, self.vector_u.dtype), ops.cast(kernel, self.kernel.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the output shape of the layer inside."""
        return self.layer.compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "power_iterations": self.power_iterations}
