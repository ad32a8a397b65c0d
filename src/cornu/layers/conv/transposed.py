"""Conv1DTranspose, Conv2DTranspose, Conv3DTranspose: layers that spread each place out."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.layers.conv.base import BaseConvolution, check_filters
from cornu.ops.windows import per_axis, spatial_sizes, transposed_padding


class _TransposedConvolution(BaseConvolution):
    transposed = True

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        who = type(self).__name__
        filters, _ = check_filters(filters, 1, who)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = filters
        self._set_window(kernel_size, strides, padding, data_format, dilation_rate)
        self.output_padding = None
        if output_padding is not None:
            self.output_padding = per_axis(
                output_padding, self.rank, "output_padding", who, least=0
            )
            if any(e >= s for e, s in zip(self.output_padding, self.strides, strict=True)):
                raise ValueError(
                    f"{who}: output_padding must be smaller than strides along each axis; got "
                    f"output_padding={self.output_padding} and strides={self.strides}."
                )
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

    def _build_kernels(self, channels: int) -> int:
        self.kernel = self._add_named("kernel", (*self.kernel_size, self.filters, channels))
        return self.filters

    def _convolve(self, inputs: Any) -> Any:
        return ops.conv_transpose(
            inputs, self.kernel, output_padding=self.output_padding, **self._arguments()
        )

    def _places(self, input_shape: Any) -> tuple[Any, ...]:
        return transposed_padding(
            self.padding,
            self.output_padding,
            spatial_sizes(input_shape, self.data_format),
            self.kernel_size,
            self.strides,
            self.dilation_rate,
            self._who(),
        )[0]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape with the places that the kernel reaches, and `filters` channels."""
        return self._image_shape(input_shape, self.filters)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        own = {"filters": self.filters, "output_padding": self.output_padding}
        return {**super().get_config(), **own}


@registry.builtin("layer", "Convolution1DTranspose")
class Conv1DTranspose(_TransposedConvolution):
    """Transposed convolution of sequences: each place spreads the kernel over the outputs.

    It goes the way of a convolution's derivative, and so makes sequences larger. Inputs have
    shape (batch, steps, channels), or (batch, channels, steps) with "channels_first".

    Args:
        filters: Number of output channels.
        kernel_size: Size of the kernel.
        strides: How far apart neighbouring inputs are in the outputs.
        padding: "valid" (all that the kernel reaches), "same" (`strides` times as large), or for
            each axis a pair of what is cut off (before, after).
        output_padding: Places added behind, fewer than `strides`; what `padding` asks for when
            None.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements.
        activation: Name or function; None leaves the sums as they are.
        use_bias: Whether a bias is added.
        kernel_initializer: For the kernel of shape (*kernel_size, filters, channels).
        bias_initializer: For the bias of shape (filters,).
        kernel_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs.
        kernel_constraint: Applied to the kernel after each step.
        bias_constraint: Applied to the bias after each step.
        **kwargs: `name`, `dtype`, `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, an unknown padding or data format, or
            output_padding that is not smaller than strides.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.Conv1DTranspose(8, 3, strides=2, padding="same")
        >>> layer(keras.ops.ones((2, 10, 4))).shape
        (2, 20, 8)
    """

    rank = 1


@registry.builtin("layer", "Convolution2DTranspose")
class Conv2DTranspose(_TransposedConvolution):
    """Transposed convolution of images: each place spreads the kernel over the outputs.

    It goes the way of a convolution's derivative, and so makes images larger. Inputs have shape
    (batch, height, width, channels), or (batch, channels, height, width) with "channels_first".

    Args:
        filters: Number of output channels.
        kernel_size: Size of the kernel: one number, or two.
        strides: How far apart neighbouring inputs are in the outputs: one number, or two.
        padding: "valid" (all that the kernel reaches), "same" (`strides` times as large), or for
            each axis a pair of what is cut off (before, after).
        output_padding: Places added behind, fewer than `strides`: one number, or two; what
            `padding` asks for when None.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements: one number, or two.
        activation: Name or function; None leaves the sums as they are.
        use_bias: Whether a bias is added.
        kernel_initializer: For the kernel of shape (*kernel_size, filters, channels).
        bias_initializer: For the bias of shape (filters,).
        kernel_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs.
        kernel_constraint: Applied to the kernel after each step.
        bias_constraint: Applied to the bias after each step.
        **kwargs: `name`, `dtype`, `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, an unknown padding or data format, or
            output_padding that is not smaller than strides.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.Conv2DTranspose(8, 3, strides=2, padding="same")
        >>> layer(keras.ops.ones((2, 7, 7, 4))).shape
        (2, 14, 14, 8)
        >>> layer.kernel.shape
        (3, 3, 8, 4)
    """

    rank = 2


@registry.builtin("layer", "Convolution3DTranspose")
class Conv3DTranspose(_TransposedConvolution):
    """Transposed convolution of volumes: each place spreads the kernel over the outputs.

    It goes the way of a convolution's derivative, and so makes volumes larger. Inputs have
    shape (batch, depth, height, width, channels), or (batch, channels, depth, height, width)
    with "channels_first".

    Args:
        filters: Number of output channels.
        kernel_size: Size of the kernel: one number, or three.
        strides: How far apart neighbouring inputs are in the outputs: one number, or three.
        padding: "valid" (all that the kernel reaches), "same" (`strides` times as large), or for
            each axis a pair of what is cut off (before, after).
        output_padding: Places added behind, fewer than `strides`: one number, or three; what
            `padding` asks for when None.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements: one number, or three.
        activation: Name or function; None leaves the sums as they are.
        use_bias: Whether a bias is added.
        kernel_initializer: For the kernel of shape (*kernel_size, filters, channels).
        bias_initializer: For the bias of shape (filters,).
        kernel_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs.
        kernel_constraint: Applied to the kernel after each step.
        bias_constraint: Applied to the bias after each step.
        **kwargs: `name`, `dtype`, `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: For sizes that are no positive ints, an unknown padding or data format, or
            output_padding that is not smaller than strides.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.Conv3DTranspose(2, 2, strides=2)
        >>> layer(keras.ops.ones((1, 2, 3, 4, 1))).shape
        (1, 4, 6, 8, 2)
    """

    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        data_format: str | None = None,
        output_padding: Any = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        # Keras has data_format and output_padding the other way round in one and two dimensions.
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            output_padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )
