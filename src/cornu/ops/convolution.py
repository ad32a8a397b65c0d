"""Convolutions: plain, transposed, depthwise and separable, over 1 to 3 spatial axes."""

from __future__ import annotations

import math
from typing import Any

from cornu.core import dtypes
from cornu.core.primitives import convolution as c
from cornu.core.primitives import layout
from cornu.core.primitives.convolution import Window
from cornu.core.tensor import Tensor
from cornu.ops._operands import as_tensor, cast, op
from cornu.ops.windows import (
    channels_from_end,
    channels_to_end,
    explicit_padding,
    image_format,
    padding_mode,
    per_axis,
    transposed_padding,
    window_places,
)


def _operands(inputs: Any, *kernels: Any, who: str) -> list[Tensor]:
    """Returns image and kernels as tensors of one dtype, after a check of their ranks."""
    tensors = [as_tensor(value) for value in (inputs, *kernels)]
    rank = tensors[0].ndim
    if not 3 <= rank <= 5 or any(kernel.ndim != rank for kernel in tensors[1:]):
        kinds = " and ".join(str(kernel.shape) for kernel in tensors[1:])
        raise ValueError(
            f"{who}: inputs have a batch axis, 1 to 3 spatial axes and channels, and kernels have "
            f"as many axes; got inputs of shape {tensors[0].shape} and kernels of shape {kinds}."
        )
    dtype = dtypes.promote(*(tensor.dtype for tensor in tensors))
    return [cast(tensor, dtype) for tensor in tensors]


def _convolve(
    x: Tensor, kernel: Tensor, strides: Any, padding: Any, dilation: Any, groups: int, who: str
) -> Tensor:
    """Convolves an image whose channels are last."""
    rank = x.ndim - 2
    steps = per_axis(strides, rank, "strides", who)
    gaps = per_axis(dilation, rank, "dilation_rate", who)
    mode = padding_mode(padding, rank, who)
    window_places(mode, x.shape[1:-1], kernel.shape[:-2], steps, gaps, who)
    pairs = explicit_padding(mode, x.shape[1:-1], kernel.shape[:-2], steps, gaps)
    result: Tensor = c.conv(x, kernel, window=Window(steps, pairs, gaps, groups))
    return result


@op
def conv(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: Any = "valid",
    data_format: Any = None,
    dilation_rate: Any = 1,
) -> Tensor:
    """Returns the convolution of images with a kernel (1-D, 2-D or 3-D, by their rank).

    Args:
        inputs: Images of shape (batch, *spatial, channels), or (batch, channels, *spatial) with
            "channels_first".
        kernel: Of shape (*window, channels / groups, filters). With fewer channels than the images
            have, channels and filters are divided into groups that do not mix.
        strides: Steps of the window: one number, or one for each spatial axis.
        padding: "valid" (none), "same" (as many places as the image has, divided by the strides),
            or explicit pairs (before, after).
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements: one number, or one for each axis.

    Returns:
        Images with one channel for each filter.

    Raises:
        ValueError: When shapes do not fit, or the window does not fit the image.

    Example:
        >>> conv([[[1.0], [2.0], [4.0]]], [[[-1.0]], [[1.0]]]).tolist()
        [[[1.0], [2.0]]]
    """
    image, weights = _operands(inputs, kernel, who="conv")
    form = image_format(data_format, "conv")
    image = channels_to_end(image, form)
    channels, taken = image.shape[-1], weights.shape[-2]
    if not taken or channels % taken:
        raise ValueError(
            f"conv: inputs have {channels} channels ({form}), but a kernel of shape "
            f"{weights.shape} takes {taken}; the former must be a multiple of the latter."
        )
    groups = channels // taken
    result = _convolve(image, weights, strides, padding, dilation_rate, groups, "conv")
    return channels_from_end(result, form)


@op
def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: Any = "valid",
    data_format: Any = None,
    dilation_rate: Any = 1,
) -> Tensor:
    """Returns images with each channel convolved on its own.

    Args:
        inputs: Images of shape (batch, *spatial, channels), or (batch, channels, *spatial) with
            "channels_first".
        kernel: Of shape (*window, channels, multiplier).
        strides: Steps of the window: one number, or one for each spatial axis.
        padding: "valid", "same", or explicit pairs (before, after).
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements: one number, or one for each axis.

    Returns:
        Images with `channels * multiplier` channels.

    Raises:
        ValueError: When shapes do not fit, or the window does not fit the image.

    Example:
        >>> depthwise_conv([[[1.0, 2.0]]], [[[3.0], [4.0]]]).tolist()
        [[[3.0, 8.0]]]
    """
    image, weights = _operands(inputs, kernel, who="depthwise_conv")
    form = image_format(data_format, "depthwise_conv")
    image = channels_to_end(image, form)
    result = _each_channel(image, weights, strides, padding, dilation_rate, "depthwise_conv")
    return channels_from_end(result, form)


def _each_channel(
    image: Tensor, kernel: Tensor, strides: Any, padding: Any, dilation: Any, who: str
) -> Tensor:
    channels = image.shape[-1]
    if kernel.shape[-2] != channels:
        raise ValueError(
            f"{who}: inputs have {channels} channels, but a kernel of shape {kernel.shape} takes "
            f"{kernel.shape[-2]}; the two must be equal."
        )
    filters = math.prod(kernel.shape[-2:])
    grouped = layout.reshape(kernel, shape=(*kernel.shape[:-2], 1, filters))
    return _convolve(image, grouped, strides, padding, dilation, max(channels, 1), who)


@op
def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = 1,
    padding: Any = "valid",
    data_format: Any = None,
    dilation_rate: Any = 1,
) -> Tensor:
    """Returns images with each channel convolved on its own, and then the channels mixed.

    Args:
        inputs: Images of shape (batch, *spatial, channels), or (batch, channels, *spatial) with
            "channels_first".
        depthwise_kernel: Of shape (*window, channels, multiplier).
        pointwise_kernel: Of shape (1, ..., 1, channels * multiplier, filters).
        strides: Steps of the window: one number, or one for each spatial axis.
        padding: "valid", "same", or explicit pairs (before, after).
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the depthwise kernel's elements.

    Returns:
        Images with one channel for each filter.

    Raises:
        ValueError: When shapes do not fit, or the window does not fit the image.

    Example:
        >>> separable_conv([[[1.0, 2.0]]], [[[3.0], [4.0]]], [[[1.0], [1.0]]]).tolist()
        [[[11.0]]]
    """
    who = "separable_conv"
    image, depthwise, pointwise = _operands(inputs, depthwise_kernel, pointwise_kernel, who=who)
    form = image_format(data_format, who)
    image = channels_to_end(image, form)
    image = _each_channel(image, depthwise, strides, padding, dilation_rate, who)
    if pointwise.shape[-2] != image.shape[-1] or max(pointwise.shape[:-2]) != 1:
        expected = (*(1,) * (image.ndim - 2), image.shape[-1], pointwise.shape[-1])
        raise ValueError(
            f"{who}: pointwise_kernel must have shape {expected}; got {pointwise.shape}."
        )
    return channels_from_end(_convolve(image, pointwise, 1, "valid", 1, 1, who), form)


@op
def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: Any = "valid",
    output_padding: Any = None,
    data_format: Any = None,
    dilation_rate: Any = 1,
) -> Tensor:
    """Returns the transpose of a convolution: each input place spreads the kernel over the result.

    Reference: Zeiler et al., "Deconvolutional networks" (2010).

    Args:
        inputs: Images of shape (batch, *spatial, channels), or (batch, channels, *spatial) with
            "channels_first".
        kernel: Of shape (*window, filters, channels).
        strides: How far apart neighbouring input places are in the result.
        padding: "valid", "same", or explicit pairs of what is cut off (before, after).
        output_padding: Places added behind, fewer than `strides`: one number, or one for each
            axis. None takes what makes the result `strides` times as large with "same".
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements: one number, or one for each axis.

    Returns:
        Images with one channel for each filter.

    Raises:
        ValueError: When shapes do not fit.

    Example:
        >>> conv_transpose([[[1.0], [2.0]]], [[[1.0]], [[10.0]]], strides=2).tolist()
        [[[1.0], [10.0], [2.0], [20.0]]]
    """
    who = "conv_transpose"
    image, weights = _operands(inputs, kernel, who=who)
    form = image_format(data_format, who)
    image = channels_to_end(image, form)
    rank = image.ndim - 2
    if weights.shape[-1] != image.shape[-1]:
        raise ValueError(
            f"{who}: inputs have {image.shape[-1]} channels, but a kernel of shape "
            f"{weights.shape} takes {weights.shape[-1]}; the two must be equal."
        )
    steps = per_axis(strides, rank, "strides", who)
    gaps = per_axis(dilation_rate, rank, "dilation_rate", who)
    mode = padding_mode(padding, rank, who)
    extra = None
    if output_padding is not None:
        extra = per_axis(output_padding, rank, "output_padding", who, least=0)
    sizes, pairs = transposed_padding(
        mode, extra, image.shape[1:-1], weights.shape[:-2], steps, gaps, who
    )
    shape = (image.shape[0], *sizes, weights.shape[-2])
    result: Tensor = c.conv_input(image, weights, shape=shape, window=Window(steps, pairs, gaps))
    return channels_from_end(result, form)
