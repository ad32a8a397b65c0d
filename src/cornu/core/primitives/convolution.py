"""Convolution over 1 to 3 spatial axes, and its two gradients.

Images are (batch, *spatial, channels), kernels (*window, channels / groups, filters). The three
primitives are each other's derivatives, so the family is closed: `conv` is linear in the input and
in the kernel, `conv_input` is its transpose in the input, `conv_kernel` its transpose in the kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from cornu.core.primitive import Primitive, Spec
from cornu.core.primitives.rules import NUMBERS, check_dtype


class Window(NamedTuple):
    """How a kernel moves over an image; one entry per spatial axis.

    Attributes:
        strides: Steps of the window.
        padding: Zeros before and after, as pairs.
        dilation: Distance of the kernel's elements.
        groups: Parts into which channels and filters are divided.
    """

    strides: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]
    groups: int = 1


def output_size(
    size: int, window: int, stride: int, padding: tuple[int, int], dilation: int
) -> int:
    """Returns how many places a window takes along one axis; 0 when it does not fit."""
    reach = (window - 1) * dilation + 1
    room = size + padding[0] + padding[1] - reach
    return room // stride + 1 if room >= 0 else 0


def _check(name: str, x_shape: Sequence[int], kernel_shape: Sequence[int], how: Window) -> None:
    rank = len(x_shape) - 2
    if not 1 <= rank <= 3 or len(kernel_shape) != rank + 2:
        raise ValueError(
            f"{name}: an image of shape {tuple(x_shape)} and a kernel of shape "
            f"{tuple(kernel_shape)} do not fit: expected (batch, *spatial, channels) and "
            f"(*window, channels / groups, filters) with 1 to 3 spatial axes."
        )
    if any(len(part) != rank for part in (how.strides, how.padding, how.dilation)):
        raise ValueError(f"{name}: strides, padding and dilation need {rank} entries; got {how}.")
    if min(*how.strides, *how.dilation, how.groups) < 1 or min(map(min, how.padding)) < 0:
        raise ValueError(f"{name}: strides, dilation and groups are 1 or more; got {how}.")
    channels, filters = x_shape[-1], kernel_shape[-1]
    if channels != kernel_shape[-2] * how.groups or filters % how.groups:
        raise ValueError(
            f"{name}: {channels} input channels and {filters} filters in {how.groups} group(s) do "
            f"not fit a kernel of shape {tuple(kernel_shape)}."
        )


def _spatial(x_shape: Sequence[int], kernel_shape: Sequence[int], how: Window) -> tuple[int, ...]:
    return tuple(
        output_size(*sizes)
        for sizes in zip(
            x_shape[1:-1], kernel_shape[:-2], how.strides, how.padding, how.dilation, strict=True
        )
    )


def _conv_rule(x: Any, kernel: Any, *, window: Window) -> Spec:
    check_dtype("conv", x.dtype, NUMBERS)
    if x.dtype != kernel.dtype:
        raise TypeError(f"conv: operands have different dtypes, {x.dtype} and {kernel.dtype}.")
    _check("conv", x.shape, kernel.shape, window)
    spatial = _spatial(x.shape, kernel.shape, window)
    return Spec((x.shape[0], *spatial, kernel.shape[-1]), x.dtype)


def _conv_input_rule(g: Any, kernel: Any, *, shape: Any, window: Window) -> Spec:
    _check("conv_input", shape, kernel.shape, window)
    expected = (shape[0], *_spatial(shape, kernel.shape, window), kernel.shape[-1])
    if g.shape != expected or g.dtype != kernel.dtype:
        raise ValueError(
            f"conv_input: the cotangent must be {kernel.dtype} of shape {expected}; got {g.dtype} "
            f"of shape {g.shape}."
        )
    return Spec(tuple(shape), g.dtype)


def _conv_kernel_rule(x: Any, g: Any, *, shape: Any, window: Window) -> Spec:
    _check("conv_kernel", x.shape, shape, window)
    expected = (x.shape[0], *_spatial(x.shape, shape, window), shape[-1])
    if g.shape != expected or g.dtype != x.dtype:
        raise ValueError(
            f"conv_kernel: the cotangent must be {x.dtype} of shape {expected}; got {g.dtype} of "
            f"shape {g.shape}."
        )
    return Spec(tuple(shape), x.dtype)


conv: Primitive = Primitive(
    "conv",
    _conv_rule,
    (
        lambda g, out, x, kernel, window: conv_input(g, kernel, shape=x.shape, window=window),
        lambda g, out, x, kernel, window: conv_kernel(x, g, shape=kernel.shape, window=window),
    ),
)
conv_input: Primitive = Primitive(
    "conv_input",
    _conv_input_rule,
    (
        lambda ct, out, g, kernel, shape, window: conv(ct, kernel, window=window),
        lambda ct, out, g, kernel, shape, window: conv_kernel(
            ct, g, shape=kernel.shape, window=window
        ),
    ),
)
conv_kernel: Primitive = Primitive(
    "conv_kernel",
    _conv_kernel_rule,
    (
        lambda ct, out, x, g, shape, window: conv_input(g, ct, shape=x.shape, window=window),
        lambda ct, out, x, g, shape, window: conv(x, ct, window=window),
    ),
)
