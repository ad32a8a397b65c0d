"""DepthwiseConv1D and DepthwiseConv2D: layers that convolve each channel on its own."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.layers.conv.base import BaseConvolution
from cornu.layers.core.dense import positive_int


class _DepthwiseConvolution(BaseConvolution):
    kernel_names = ("depthwise",)

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        who = type(self).__name__
        depth_multiplier = positive_int(depth_multiplier, "depth_multiplier", who)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.depth_multiplier = depth_multiplier
        self._set_window(kernel_size, strides, padding, data_format, dilation_rate)
        self._set_weight_arguments(
            activation,
            use_bias,
            depthwise_initializer=depthwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
        )

    def _build_kernels(self, channels: int) -> int:
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.kernel = self._add_named("depthwise", shape, "kernel")
        return channels * self.depth_multiplier

    def _convolve(self, inputs: Any) -> Any:
        return ops.depthwise_conv(inputs, self.kernel, **self._arguments())

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape with `depth_multiplier` channels for each input channel."""
        channels = input_shape[self._channel_axis]
        filters = None if channels is None else channels * self.depth_multiplier
        return self._image_shape(input_shape, filters)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "depth_multiplier": self.depth_multiplier}


@registry.builtin("layer")
class DepthwiseConv1D(_DepthwiseConvolution):
    """Convolution of sequences with kernels for each channel on its own; channels do not mix.

    Inputs have shape (batch, steps, channels), or (batch, channels, steps) with
    "channels_first".

    Args:
        kernel_size: Size of the kernel.
        strides: Steps of the kernel.
        padding: "valid" (none), "same" (as many places as the input has, divided by the strides),
            "causal" (zeros in front only), or a pair (before, after) in a list.
        depth_multiplier: Number of output channels for each input channel.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements.
        activation: Name or function; None leaves the sums as they are.
        use_bias: Whether a bias is added.
        depthwise_initializer: For the kernel of shape (*kernel_size, channels, depth_multiplier).
        bias_initializer: For the bias.
        depthwise_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs.
        depthwise_constraint: Applied to the kernel after each step.
        bias_constraint: Applied to the bias after each step.
        **kwargs: `name`, `dtype`, `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown padding or data format.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.DepthwiseConv1D(3, depth_multiplier=2)
        >>> layer(keras.ops.ones((2, 10, 4))).shape
        (2, 8, 8)
    """

    rank = 1


@registry.builtin("layer")
class DepthwiseConv2D(_DepthwiseConvolution):
    """Convolution of images with kernels for each channel on its own; channels do not mix.

    Inputs have shape (batch, height, width, channels), or (batch, channels, height, width) with
    "channels_first".

    Args:
        kernel_size: Size of the kernel: one number, or two.
        strides: Steps of the kernel: one number, or two.
        padding: "valid" (none), "same" (as many places as the input has, divided by the strides),
            or for each axis a pair (before, after).
        depth_multiplier: Number of output channels for each input channel.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements: one number, or two.
        activation: Name or function; None leaves the sums as they are.
        use_bias: Whether a bias is added.
        depthwise_initializer: For the kernel of shape (*kernel_size, channels, depth_multiplier).
        bias_initializer: For the bias.
        depthwise_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs.
        depthwise_constraint: Applied to the kernel after each step.
        bias_constraint: Applied to the bias after each step.
        **kwargs: `name`, `dtype`, `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown padding or data format.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.DepthwiseConv2D(3, padding="same")
        >>> layer(keras.ops.ones((2, 8, 8, 4))).shape
        (2, 8, 8, 4)
        >>> layer.kernel.shape
        (3, 3, 4, 1)
    """

    rank = 2
