"""SeparableConv1D and SeparableConv2D: channels on their own first, then mixed place by place."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.layers.conv.base import BaseConvolution, check_filters
from cornu.layers.core.dense import positive_int


class _SeparableConvolution(BaseConvolution):
    kernel_names = ("depthwise", "pointwise")

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        who = type(self).__name__
        filters, _ = check_filters(filters, 1, who)
        depth_multiplier = positive_int(depth_multiplier, "depth_multiplier", who)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = filters
        self.depth_multiplier = depth_multiplier
        self._set_window(kernel_size, strides, padding, data_format, dilation_rate)
        self._set_weight_arguments(
            activation,
            use_bias,
            depthwise_initializer=depthwise_initializer,
            pointwise_initializer=pointwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            pointwise_regularizer=pointwise_regularizer,
            bias_regularizer=bias_regularizer,
            depthwise_constraint=depthwise_constraint,
            pointwise_constraint=pointwise_constraint,
            bias_constraint=bias_constraint,
        )

    def _build_kernels(self, channels: int) -> int:
        depthwise = (*self.kernel_size, channels, self.depth_multiplier)
        pointwise = (*(1,) * self.rank, channels * self.depth_multiplier, self.filters)
        self.depthwise_kernel = self._add_named("depthwise", depthwise, "depthwise_kernel")
        self.pointwise_kernel = self._add_named("pointwise", pointwise, "pointwise_kernel")
        return self.filters

    def _convolve(self, inputs: Any) -> Any:
        return ops.separable_conv(
            inputs, self.depthwise_kernel, self.pointwise_kernel, **self._arguments()
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape with as many places as the window takes, and `filters` channels."""
        return self._image_shape(input_shape, self.filters)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        own = {"filters": self.filters, "depth_multiplier": self.depth_multiplier}
        return {**super().get_config(), **own}


@registry.builtin("layer", "SeparableConvolution1D")
class SeparableConv1D(_SeparableConvolution):
    """Convolution of sequences in two steps: each channel on its own, then channels mixed.

    It needs fewer weights and products than Conv1D. Inputs have shape (batch, steps, channels),
    or (batch, channels, steps) with "channels_first".

    Args:
        filters: Number of output channels.
        kernel_size: Size of the depthwise kernel.
        strides: Steps of the depthwise kernel.
        padding: "valid" (none), "same" (as many places as the input has, divided by the strides),
            "causal" (zeros in front only), or a pair (before, after) in a list.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements.
        depth_multiplier: Number of channels between the steps for each input channel.
        activation: Name or function; None leaves the sums as they are.
        use_bias: Whether a bias is added.
        depthwise_initializer: For the kernel of shape (*kernel_size, channels, depth_multiplier).
        pointwise_initializer: For the kernel that mixes channels.
        bias_initializer: For the bias of shape (filters,).
        depthwise_regularizer: Penalty on the first kernel.
        pointwise_regularizer: Penalty on the second kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs.
        depthwise_constraint: Applied to the first kernel after each step.
        pointwise_constraint: Applied to the second kernel after each step.
        bias_constraint: Applied to the bias after each step.
        **kwargs: `name`, `dtype`, `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown padding or data format.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.SeparableConv1D(8, 3)
        >>> layer(keras.ops.ones((2, 10, 4))).shape
        (2, 8, 8)
    """

    rank = 1


@registry.builtin("layer", "SeparableConvolution2D")
class SeparableConv2D(_SeparableConvolution):
    """Convolution of images in two steps: each channel on its own, then channels mixed.

    It needs fewer weights and products than Conv2D. Inputs have shape (batch, height, width,
    channels), or (batch, channels, height, width) with "channels_first".

    Args:
        filters: Number of output channels.
        kernel_size: Size of the depthwise kernel: one number, or two.
        strides: Steps of the depthwise kernel: one number, or two.
        padding: "valid" (none), "same" (as many places as the input has, divided by the strides),
            or for each axis a pair (before, after).
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements: one number, or two.
        depth_multiplier: Number of channels between the steps for each input channel.
        activation: Name or function; None leaves the sums as they are.
        use_bias: Whether a bias is added.
        depthwise_initializer: For the kernel of shape (*kernel_size, channels, depth_multiplier).
        pointwise_initializer: For the kernel that mixes channels.
        bias_initializer: For the bias of shape (filters,).
        depthwise_regularizer: Penalty on the first kernel.
        pointwise_regularizer: Penalty on the second kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs.
        depthwise_constraint: Applied to the first kernel after each step.
        pointwise_constraint: Applied to the second kernel after each step.
        bias_constraint: Applied to the bias after each step.
        **kwargs: `name`, `dtype`, `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown padding or data format.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.SeparableConv2D(8, 3, padding="same")
        >>> layer(keras.ops.ones((2, 8, 8, 4))).shape
        (2, 8, 8, 8)
        >>> [weight.shape for weight in layer.weights]
        [(3, 3, 4, 1), (1, 1, 4, 8), (8,)]
    """

    rank = 2
