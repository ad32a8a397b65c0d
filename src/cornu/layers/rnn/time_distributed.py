"""TimeDistributed: a layer applied to every step of sequences."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.layers.call import is_shape, signature_of
from cornu.layers.core.wrapper import Wrapper
from cornu.layers.layer import Layer
from cornu.layers.rnn.bidirectional import Bidirectional
from cornu.layers.rnn.rnn import RNN

# Layers that treat every sample alone, so that the steps can be further samples of one call.
_PER_SAMPLE = frozenset(
    [
        "Activation",
        "AdaptiveAveragePooling1D",
        "AdaptiveAveragePooling2D",
        "AdaptiveAveragePooling3D",
        "AdaptiveMaxPooling1D",
        "AdaptiveMaxPooling2D",
        "AdaptiveMaxPooling3D",
        "AveragePooling1D",
        "AveragePooling2D",
        "AveragePooling3D",
        "Conv1D",
        "Conv1DTranspose",
        "Conv2D",
        "Conv2DTranspose",
        "Conv3D",
        "Conv3DTranspose",
        "Cropping1D",
        "Cropping2D",
        "Cropping3D",
        "Dense",
        "DepthwiseConv1D",
        "DepthwiseConv2D",
        "ELU",
        "Embedding",
        "Flatten",
        "GlobalAveragePooling1D",
        "GlobalAveragePooling2D",
        "GlobalAveragePooling3D",
        "GlobalMaxPooling1D",
        "GlobalMaxPooling2D",
        "GlobalMaxPooling3D",
        "Identity",
        "InputLayer",
        "LayerNormalization",
        "LeakyReLU",
        "MaxPooling1D",
        "MaxPooling2D",
        "MaxPooling3D",
        "Permute",
        "ReLU",
        "RepeatVector",
        "Rescaling",
        "Reshape",
        "RMSNormalization",
        "SeparableConv1D",
        "SeparableConv2D",
        "UpSampling1D",
        "UpSampling2D",
        "UpSampling3D",
        "ZeroPadding1D",
        "ZeroPadding2D",
        "ZeroPadding3D",
    ]
)
# Layers that do so outside of training.
_PER_SAMPLE_IN_INFERENCE = frozenset(
    [
        "ActivityRegularization",
        "AlphaDropout",
        "BatchNormalization",
        "Dropout",
        "GaussianDropout",
        "GaussianNoise",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
    ]
)


@registry.builtin("layer")
class TimeDistributed(Wrapper):
    """Applies a layer to each step of sequences: inputs of shape (batch, steps, ...).

    Args:
        layer: The layer; it sees inputs of shape (batch, ...) and returns one tensor.
        **kwargs: `name`, `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: When `layer` is no layer, and when called on inputs with less than three axes
            or with a mask that does not fit.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.TimeDistributed(keras.layers.Conv2D(4, 3))
        >>> layer(keras.ops.ones((2, 5, 8, 8, 1))).shape
        (2, 5, 6, 6, 4)
    """

    def __init__(self, layer: Layer, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.supports_masking = True

    def _step_shape(self, input_shape: Any) -> tuple[Any, ...]:
        if not is_shape(input_shape) or len(input_shape) < 3:
            raise ValueError(
                f"{self._who()} expects inputs of shape (batch, steps, ...) with at least three "
                f"axes; got {input_shape}."
            )
        return (input_shape[0], *input_shape[2:])

    def build(self, input_shape: Any) -> None:
        """Builds the layer inside for the inputs of one step."""
        super().build(self._step_shape(input_shape))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the output shape of the layer inside, with the steps after the batch."""
        shape = self.layer.compute_output_shape(self._step_shape(input_shape))
        return (shape[0], input_shape[1], *shape[1:])

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Applies the layer.

        Args:
            inputs: Tensor of shape (batch, steps, ...).
            training: Passed on.
            mask: Tensor of shape (batch, steps, ...); the layer inside gets that of its step.

        Returns:
            The outputs of shape (batch, steps, ...).
        """
        self._step_shape(inputs.shape)
        batch, steps = inputs.shape[:2]
        if mask is not None and tuple(mask.shape[:2]) != (batch, steps):
            raise ValueError(
                f"{self._who()} got a mask of shape {tuple(mask.shape)} for inputs of shape "
                f"{tuple(inputs.shape)}; the first two sizes must agree."
            )
        accepted = signature_of(type(self.layer), "call")
        options = {"training": training} if accepted.has_training else {}
        masked = mask is not None and accepted.has_mask
        if batch * steps and _treats_samples_alone(self.layer, training):
            if masked:
                options["mask"] = _merged(mask)
            outputs = self._checked(self.layer.call(_merged(inputs), **options))
            return ops.reshape(outputs, (batch, steps, *outputs.shape[1:]))
        outputs = []
        for step in range(steps):
            if masked:
                options["mask"] = mask[:, step]
            outputs.append(self._checked(self.layer.call(inputs[:, step], **options)))
        return ops.stack(outputs, axis=1)

    def _checked(self, outputs: Any) -> Any:
        if isinstance(outputs, (list, tuple, dict)):
            raise ValueError(
                f"{self._who()}: the layer inside must return one tensor; {self.layer._who()} "
                f"returned a {type(outputs).__name__} of {len(outputs)}."
            )
        return outputs


def _merged(x: Any) -> Any:
    """Returns a tensor whose first axis runs over batch and steps."""
    return ops.reshape(x, (-1, *x.shape[2:]))


def _treats_samples_alone(layer: Any, training: Any) -> bool:
    """Whether steps can be computed as further samples of one call."""
    kind = type(layer)
    name = kind.__name__
    if registry.builtins_of("model").get(name) is kind and name == "Sequential":
        # Penalties on outputs are means over the samples of a call.
        return all(
            inner.activity_regularizer is None and _treats_samples_alone(inner, training)
            for inner in layer._layers
        )
    if registry.builtins_of("layer").get(name) is not kind:
        return False
    if isinstance(layer, Bidirectional):
        return _keeps_nothing(layer.forward_layer) and _keeps_nothing(layer.backward_layer)
    if isinstance(layer, RNN):
        return _keeps_nothing(layer)
    activation = getattr(layer, "activation", None)
    if activation is not None:
        known = registry.builtins_of("activation").get(getattr(activation, "__name__", ""))
        if known is not activation:
            return False
    return name in _PER_SAMPLE or (name in _PER_SAMPLE_IN_INFERENCE and not training)


def _keeps_nothing(layer: Any) -> bool:
    """Whether a recurrent layer has cells of cornu, draws no masks and has no states of its own."""
    cell = layer.cell if isinstance(layer, RNN) else None
    own = cell is not None and registry.builtins_of("layer").get(type(cell).__name__) is type(cell)
    drops = getattr(cell, "dropout", 1) or getattr(cell, "recurrent_dropout", 1)
    return bool(own and not drops and not layer.stateful)
