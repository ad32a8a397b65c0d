"""Images in other sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.core import dtypes, engine
from cornu.core.primitives import dot as d
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import gather, layout
from cornu.core.tensor import Tensor
from cornu.ops._operands import as_tensor, cast, constant, floating, op
from cornu.ops.conversion import saturate_cast
from cornu.ops.shaping import cut
from cornu.ops.windows import image_format

__all__ = ["resize"]

_Array = np.ndarray[Any, Any]


def _triangle(x: _Array) -> _Array:
    return np.maximum(0.0, 1.0 - x)


def _cubic(x: _Array) -> _Array:
    """Keys's cubic convolution with a = -1/2."""
    near = ((1.5 * x - 2.5) * x) * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return np.where(x >= 2.0, 0.0, np.where(x >= 1.0, far, near))


def _lanczos(radius: float) -> Callable[[_Array], _Array]:
    return lambda x: np.where(x < radius, np.sinc(x) * np.sinc(x / radius), 0.0)


_KERNELS: dict[str, Callable[[_Array], _Array]] = {
    "bilinear": _triangle,
    "bicubic": _cubic,
    "lanczos3": _lanczos(3.0),
    "lanczos5": _lanczos(5.0),
}


def _weights(size: int, target: int, kernel: Callable[[_Array], _Array], antialias: bool) -> _Array:
    """Returns how much each old place counts for each new one, (size, target)."""
    step = size / target
    widened = max(step, 1.0) if antialias else 1.0
    centre = (np.arange(target) + 0.5) * step - 0.5
    weights = kernel(np.abs(centre[None, :] - np.arange(size)[:, None]) / widened)
    total = weights.sum(axis=0, keepdims=True)
    enough = np.abs(total) > 1000.0 * np.finfo(np.float32).eps
    return np.where(enough, weights / np.where(enough, total, 1.0), 0.0)


def _resized_axis(x: Tensor, axis: int, target: int, method: str, antialias: bool) -> Tensor:
    size = x.shape[axis]
    if size == target:
        return x
    if method == "nearest":
        source = np.floor((np.arange(target) + 0.5) * (size / target)).astype(np.int32)
        return gather.take(x, engine.tensor_from_numpy(np.minimum(source, size - 1)), axis=axis)
    table = engine.to_tensor(_weights(size, target, _KERNELS[method], antialias), x.dtype)
    product = d.dot_general(x, table, contract=((axis,), (0,)), batch=((), ()))
    order = [*range(x.ndim - 1)]
    order.insert(axis, x.ndim - 1)
    result: Tensor = layout.transpose(product, permutation=tuple(order))
    return result


def _cropped(x: Tensor, axes: tuple[int, int], height: int, width: int) -> Tensor:
    """Cuts the middle out, in the proportion of the target."""
    rows, columns = x.shape[axes[0]], x.shape[axes[1]]
    for axis, keep in (
        (axes[0], max(min(rows, columns * height // width), 1)),
        (axes[1], max(min(columns, rows * width // height), 1)),
    ):
        start = (x.shape[axis] - keep) // 2
        x = cut(x, axis, start, start + keep)
    return x


def _padded(x: Tensor, axes: tuple[int, int], height: int, width: int, value: float) -> Tensor:
    """Adds borders until the image has the proportion of the target."""
    rows, columns = x.shape[axes[0]], x.shape[axes[1]]
    border = [0] * x.ndim
    border[axes[0]] = (max(rows, columns * height // width) - rows) // 2
    border[axes[1]] = (max(columns, rows * width // height) - columns) // 2
    fill = constant(value, (), x.dtype)
    width_of = tuple(border)
    result: Tensor = layout.pad(x, fill, low=width_of, high=width_of, interior=(0,) * x.ndim)
    return result


@op
def resize(
    images: Any,
    size: Any,
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: Any = None,
) -> Tensor:
    """Returns images in another size; places lie at the centres of their pixels.

    Args:
        images: One image or a batch: (height, width, channels) or (batch, height, width,
            channels), or with channels before height for "channels_first".
        size: New height and width.
        interpolation: "nearest", "bilinear", "bicubic", "lanczos3" or "lanczos5".
        antialias: Whether the kernel is widened when the image becomes smaller.
        crop_to_aspect_ratio: Whether the image is cut instead of distorted.
        pad_to_aspect_ratio: Whether it gets borders instead of being distorted.
        fill_mode: Kind of these borders; only "constant".
        fill_value: Value of these borders.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.

    Returns:
        Images of the dtype of `images`.

    Raises:
        ValueError: For unknown names, a rank that is not 3 or 4, or a size that is no pair.

    Example:
        >>> resize([[[0.0], [4.0]]], (1, 4)).tolist()
        [[[0.0], [1.0], [3.0], [4.0]]]
    """
    if interpolation != "nearest" and interpolation not in _KERNELS:
        raise ValueError(
            f"resize: interpolation is 'nearest', {', '.join(map(repr, _KERNELS))}; got "
            f"{interpolation!r}."
        )
    if fill_mode != "constant":
        raise ValueError(f"resize: fill_mode must be 'constant'; got {fill_mode!r}.")
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("resize: pass one of crop_to_aspect_ratio and pad_to_aspect_ratio.")
    pair = isinstance(size, (list, tuple)) and len(size) == 2
    if not pair or any(not hasattr(n, "__index__") or n < 1 for n in size):
        raise ValueError(f"resize: size is (height, width), each at least 1; got {size!r}.")
    height, width = (int(n) for n in size)
    form = image_format(data_format, "resize")
    given = as_tensor(images)
    x = given if interpolation == "nearest" else floating(given)
    if x.ndim not in (3, 4) or 0 in x.shape[-3:]:
        raise ValueError(
            f"resize: images are (height, width, channels) or a batch of such, with no size 0; got "
            f"shape {x.shape}."
        )
    first = x.ndim - (3 if form == "channels_last" else 2)
    axes = (first, first + 1)
    if crop_to_aspect_ratio:
        x = _cropped(x, axes, height, width)
    elif pad_to_aspect_ratio:
        x = _padded(x, axes, height, width, fill_value)
    for axis, target in zip(axes, (height, width), strict=True):
        x = _resized_axis(x, axis, target, interpolation, antialias)
    if dtypes.is_float(given.dtype) or interpolation == "nearest":
        return cast(x, given.dtype)
    return saturate_cast(e.round(x), given.dtype)
