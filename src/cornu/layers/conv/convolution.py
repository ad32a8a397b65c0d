"""Conv1D, Conv2D, Conv3D: convolution layers."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.layers.conv.base import BaseConvolution, check_filters
from cornu.layers.core.lora import LowRankAdaptation


class _Convolution(LowRankAdaptation, BaseConvolution):
    _adapted_weight = "kernel"

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        **kwargs: Any,
    ) -> None:
        filters, groups = check_filters(filters, groups, type(self).__name__)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = filters
        self.groups = groups
        self._set_window(kernel_size, strides, padding, data_format, dilation_rate)
        self._set_weight_arguments(
            activation,
            use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )
        self._set_lora(lora_rank, lora_alpha)

    @property
    def kernel(self) -> Any:
        """The kernel, with the change of low rank where there is one."""
        return self._adapted()

    def build(self, input_shape: Any) -> None:
        """Makes kernel and bias."""
        super().build(input_shape)
        if self.lora_rank:
            self.enable_lora(self.lora_rank, self.lora_alpha)

    def _build_kernels(self, channels: int) -> int:
        if channels % self.groups:
            raise ValueError(
                f"{self._who()}: the number of input channels must be a multiple of groups; got "
                f"{channels} channels and groups={self.groups}."
            )
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self._kernel = self._add_named("kernel", shape)
        return self.filters

    def _convolve(self, inputs: Any) -> Any:
        return ops.conv(inputs, self.kernel, **self._arguments())

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape with as many places as the window takes, and `filters` channels."""
        return self._image_shape(input_shape, self.filters)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "groups": self.groups,
            **self._lora_config(),
        }


@registry.builtin("layer", "Convolution1D")
class Conv1D(_Convolution):
    """Convolution over sequences: a kernel slides along the steps.

    Inputs have shape (batch, steps, channels), or (batch, channels, steps) with
    "channels_first".

    Args:
        filters: Number of output channels.
        kernel_size: Size of the kernel.
        strides: Steps of the kernel.
        padding: "valid" (none), "same" (as many places as the input has, divided by the strides),
            "causal" (zeros in front only, so that no output sees later steps), or a pair (before,
            after) in a list.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements.
        groups: Parts into which channels and filters are divided, and that do not mix.
        activation: Name or function; None leaves the sums as they are.
        use_bias: Whether a bias is added.
        kernel_initializer: For the kernel of shape (*kernel_size, channels / groups, filters).
        bias_initializer: For the bias of shape (filters,).
        kernel_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs.
        kernel_constraint: Applied to the kernel after each step.
        bias_constraint: Applied to the bias after each step.
        lora_rank: Rank of a change to a frozen kernel; see `enable_lora`. None trains the kernel.
        lora_alpha: The change counts `lora_alpha / lora_rank`.
        **kwargs: `name`, `dtype`, `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, an unknown padding or data format, and when
            called on inputs smaller than the kernel without padding.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.Conv1D(8, 3, padding="causal")
        >>> layer(keras.ops.ones((2, 10, 4))).shape
        (2, 10, 8)
        >>> layer.kernel.shape
        (3, 4, 8)
    """

    rank = 1


@registry.builtin("layer", "Convolution2D")
class Conv2D(_Convolution):
    """Convolution over images: a kernel slides over height and width.

    Inputs have shape (batch, height, width, channels), or (batch, channels, height, width) with
    "channels_first".

    Args:
        filters: Number of output channels.
        kernel_size: Size of the kernel: one number, or two.
        strides: Steps of the kernel: one number, or two.
        padding: "valid" (none), "same" (as many places as the input has, divided by the strides),
            or for each axis a pair (before, after).
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements: one number, or two.
        groups: Parts into which channels and filters are divided, and that do not mix.
        activation: Name or function; None leaves the sums as they are.
        use_bias: Whether a bias is added.
        kernel_initializer: For the kernel of shape (*kernel_size, channels / groups, filters).
        bias_initializer: For the bias of shape (filters,).
        kernel_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs.
        kernel_constraint: Applied to the kernel after each step.
        bias_constraint: Applied to the bias after each step.
        lora_rank: Rank of a change to a frozen kernel; see `enable_lora`. None trains the kernel.
        lora_alpha: The change counts `lora_alpha / lora_rank`.
        **kwargs: `name`, `dtype`, `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, an unknown padding or data format, and when
            called on inputs smaller than the kernel without padding.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")
        >>> layer(keras.ops.ones((2, 28, 28, 1))).shape
        (2, 14, 14, 8)
        >>> layer.kernel.shape
        (3, 3, 1, 8)
    """

    rank = 2


@registry.builtin("layer", "Convolution3D")
class Conv3D(_Convolution):
    """Convolution over volumes: a kernel slides over depth, height and width.

    Inputs have shape (batch, depth, height, width, channels), or (batch, channels, depth,
    height, width) with "channels_first".

    Args:
        filters: Number of output channels.
        kernel_size: Size of the kernel: one number, or three.
        strides: Steps of the kernel: one number, or three.
        padding: "valid" (none), "same" (as many places as the input has, divided by the strides),
            or for each axis a pair (before, after).
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements: one number, or three.
        groups: Parts into which channels and filters are divided, and that do not mix.
        activation: Name or function; None leaves the sums as they are.
        use_bias: Whether a bias is added.
        kernel_initializer: For the kernel of shape (*kernel_size, channels / groups, filters).
        bias_initializer: For the bias of shape (filters,).
        kernel_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs.
        kernel_constraint: Applied to the kernel after each step.
        bias_constraint: Applied to the bias after each step.
        lora_rank: Rank of a change to a frozen kernel; see `enable_lora`. None trains the kernel.
        lora_alpha: The change counts `lora_alpha / lora_rank`.
        **kwargs: `name`, `dtype`, `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, an unknown padding or data format, and when
            called on inputs smaller than the kernel without padding.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.Conv3D(2, 3)
        >>> layer(keras.ops.ones((1, 5, 6, 7, 1))).shape
        (1, 3, 4, 5, 2)
    """

    rank = 3
