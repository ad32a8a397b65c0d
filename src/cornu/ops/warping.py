"""Images whose pixels come from other places: rotated, shifted, deformed, blurred."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.core import dtypes
from cornu.core.tensor import Tensor
from cornu.ops._operands import as_tensor, cast, floating, op
from cornu.ops.comparison import greater_equal, less, logical_and
from cornu.ops.convolution import depthwise_conv
from cornu.ops.creation import arange
from cornu.ops.einsum import einsum
from cornu.ops.elementwise import abs as absolute
from cornu.ops.elementwise import clip, exp, floor, sign
from cornu.ops.indexing import take, where
from cornu.ops.reduction import sum as total
from cornu.ops.sampling import normal
from cornu.ops.shaping import broadcast_to, expand_dims, reshape, squeeze
from cornu.ops.windows import channels_from_end, channels_to_end, image_format

FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")
INTERPOLATIONS = ("nearest", "bilinear")


def _mirrored(index: Any, size: int) -> Any:
    last = size - 1
    return index * 0 if last == 0 else absolute((index + last) % (2 * last) - last)


# Where to look for a pixel beyond the border.
_FOLDS: dict[str, Callable[[Any, int], Any]] = {
    "constant": lambda index, size: clip(index, 0, size - 1),
    "nearest": lambda index, size: clip(index, 0, size - 1),
    "wrap": lambda index, size: index % size,
    "mirror": _mirrored,
    "reflect": lambda index, size: (_mirrored(2 * index + 1, 2 * size + 1) - 1) // 2,
}


def _check_modes(interpolation: str, fill_mode: str, who: str) -> None:
    if interpolation not in INTERPOLATIONS:
        raise ValueError(f"{who}: interpolation is 'nearest' or 'bilinear'; got {interpolation!r}.")
    if fill_mode not in FILL_MODES:
        listed = ", ".join(map(repr, FILL_MODES))
        raise ValueError(f"{who}: fill_mode is one of {listed}; got {fill_mode!r}.")


def _corners(places: Tensor, order: int) -> list[tuple[Any, Any]]:
    """Returns the whole numbers around places, and how much each counts (None for all)."""
    if order == 0:
        # Halves are rounded away from zero.
        return [(cast(sign(places) * floor(absolute(places) + 0.5), "int32"), None)]
    lower = floor(places)
    share = places - lower
    index = cast(lower, "int32")
    return [(index, 1.0 - share), (index + 1, share)]


def sampled(
    rows: Tensor,
    sizes: tuple[int, ...],
    places: list[Tensor],
    order: int,
    mode: str,
    value: Any,
    base: Any = 0,
) -> Tensor:
    """Returns values between the points of a grid.

    Args:
        rows: The grid's points in C order, (points, ...).
        sizes: Sizes of the grid's axes.
        places: Coordinates along each axis, all of one shape.
        order: 0 takes the nearest point, 1 interpolates linearly.
        mode: What lies beyond the border, one of FILL_MODES.
        value: The value there for "constant".
        base: Number of the row where the grid begins, broadcast against the coordinates.

    Returns:
        A tensor of the shape of the coordinates and of one row.
    """
    trailing = rows.ndim - 1

    def widened(x: Any) -> Any:
        return reshape(x, (*x.shape, *((1,) * trailing)))

    corners: list[tuple[Any, Any, Any]] = [(base, None, None)]
    for size, coordinate in zip(sizes, places, strict=True):
        extended = []
        for flat, weight, valid in corners:
            for index, share in _corners(coordinate, order):
                inside = valid
                if mode == "constant":
                    here = logical_and(greater_equal(index, 0), less(index, size))
                    inside = here if valid is None else logical_and(valid, here)
                joint = share if weight is None else weight * share if share is not None else weight
                extended.append((flat * size + _FOLDS[mode](index, size), joint, inside))
        corners = extended
    result: Any = None
    for flat, weight, valid in corners:
        part = take(rows, flat, axis=0)
        if valid is not None:
            part = where(widened(valid), part, cast(as_tensor(value), part.dtype))
        if weight is not None:
            part = part * widened(cast(weight, part.dtype))
        result = part if result is None else result + part
    return result


def _warped(
    images: Tensor, y: Tensor, x: Tensor, interpolation: str, mode: str, value: Any
) -> Tensor:
    """Returns pixels of (batch, height, width, channels) at places of shape (batch, ...)."""
    batch, height, width, channels = images.shape
    rows = reshape(images, (batch * height * width, channels))
    start = reshape(arange(batch, dtype="int32"), (batch, *((1,) * (y.ndim - 1))))
    order = INTERPOLATIONS.index(interpolation)
    return sampled(rows, (height, width), [y, x], order, mode, value, start)


def _restored(result: Tensor, given: Tensor, form: str) -> Tensor:
    """Returns a result in the rank, the layout and the dtype of what was given."""
    result = channels_from_end(result, form)
    if given.ndim == 3:
        result = squeeze(result, 0)
    if not dtypes.is_float(given.dtype):
        result = sign(result) * floor(absolute(result) + 0.5)
    return cast(result, given.dtype)


def _batch(images: Any, data_format: Any, who: str) -> tuple[Tensor, Tensor, str]:
    """Returns images as given, as floats (batch, height, width, channels), and their layout."""
    form = image_format(data_format, who)
    given = as_tensor(images)
    if given.ndim not in (3, 4):
        raise ValueError(
            f"{who}: expected one image (height, width, channels) or a batch of them; got shape "
            f"{given.shape}."
        )
    batch = expand_dims(given, 0) if given.ndim == 3 else given
    return given, floating(channels_to_end(batch, form)), form


@op
def affine_transform(
    images: Any,
    transform: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0,
    data_format: Any = None,
) -> Tensor:
    """Returns images rotated, scaled, sheared and shifted.

    The pixel at (x, y) of the result is taken from (a0 x + a1 y + a2, b0 x + b1 y + b2).

    Args:
        images: One image or a batch.
        transform: The numbers a0, a1, a2, b0, b1, b2 and two zeros; or a row of them for each
            image.
        interpolation: "bilinear" or "nearest".
        fill_mode: What lies beyond the border: "constant", "nearest" (the last pixel), "wrap",
            "mirror" or "reflect" (which doubles the last pixel).
        fill_value: The value there for "constant".
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.

    Returns:
        Images of the shape and dtype of `images`.

    Raises:
        ValueError: For unknown names and shapes that do not fit.

    Example:
        >>> shift = [1, 0, 1, 0, 1, 0, 0, 0]
        >>> affine_transform([[[1.0], [2.0], [3.0]]], shift).tolist()
        [[[2.0], [3.0], [0.0]]]
    """
    _check_modes(interpolation, fill_mode, "affine_transform")
    given, batch, form = _batch(images, data_format, "affine_transform")
    rows = cast(as_tensor(transform), "float32")
    if rows.ndim == 1:
        rows = expand_dims(rows, 0)
    if rows.ndim != 2 or rows.shape[1] != 8 or rows.shape[0] not in (1, batch.shape[0]):
        raise ValueError(
            f"affine_transform: transform is 8 numbers, or a row of 8 for each image; got shape "
            f"{rows.shape} for images of shape {given.shape}."
        )
    count, height, width, _ = batch.shape
    rows = broadcast_to(rows, (count, 8))
    a0, a1, a2, b0, b1, b2 = (reshape(rows[:, place], (count, 1, 1)) for place in range(6))
    x = reshape(arange(width, dtype="float32"), (1, 1, width))
    y = reshape(arange(height, dtype="float32"), (1, height, 1))
    places = y * b1 + x * b0 + b2, y * a1 + x * a0 + a2
    return _restored(_warped(batch, *places, interpolation, fill_mode, fill_value), given, form)


@op
def map_coordinates(
    inputs: Any, coordinates: Any, order: int, fill_mode: str = "constant", fill_value: float = 0.0
) -> Tensor:
    """Returns the values of an array at places between its elements.

    Args:
        inputs: An array of rank n.
        coordinates: Of shape (n, ...): a coordinate along each axis for each result.
        order: 0 takes the nearest element, 1 interpolates linearly.
        fill_mode: What lies beyond the border, as of `affine_transform`.
        fill_value: The value there for "constant".

    Returns:
        A tensor of the shape of `coordinates` without its first axis.

    Raises:
        ValueError: For unknown names and shapes that do not fit.

    Example:
        >>> map_coordinates([0.0, 10.0, 20.0], [[0.5, 2.0]], order=1).tolist()
        [5.0, 20.0]
    """
    given, places = as_tensor(inputs), floating(coordinates)
    if order not in (0, 1):
        raise ValueError(f"map_coordinates: order is 0 or 1; got {order!r}.")
    _check_modes("nearest", fill_mode, "map_coordinates")
    if places.ndim < 2 or places.shape[0] != given.ndim:
        raise ValueError(
            f"map_coordinates: coordinates are of shape ({given.ndim}, ...) for inputs of rank "
            f"{given.ndim}; got {places.shape}."
        )
    rows = reshape(floating(given), (-1,))
    axes = [places[axis] for axis in range(given.ndim)]
    result = sampled(rows, given.shape, axes, order, fill_mode, fill_value)
    if not dtypes.is_float(given.dtype):
        result = sign(result) * floor(absolute(result) + 0.5)
    return cast(result, given.dtype)


@op
def gaussian_blur(
    images: Any, kernel_size: Any = (3, 3), sigma: Any = (1.0, 1.0), data_format: Any = None
) -> Tensor:
    """Returns images blurred with a bell curve; beyond the border lies 0.

    Args:
        images: One image or a batch.
        kernel_size: Pixels of the curve along the width and the height (as in Keras).
        sigma: Its widths along both.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.

    Returns:
        Images of the shape and dtype of `images`.

    Example:
        >>> gaussian_blur([[[0.0], [1.0], [0.0]]], (3, 1)).numpy().round(2)
        array([[[0.27],
                [0.45],
                [0.27]]], dtype=float32)
    """
    given, batch, form = _batch(images, data_format, "gaussian_blur")
    widths = floating(as_tensor(sigma))
    channels = batch.shape[-1]
    for place, size in enumerate(kernel_size):
        curve = _curve(int(size), widths[place])
        # As in Keras, the first size is that of the columns of the kernel.
        shape = (1, int(size), 1, 1) if place == 0 else (int(size), 1, 1, 1)
        kernel = broadcast_to(reshape(curve, shape), (*shape[:2], channels, 1))
        batch = depthwise_conv(batch, cast(kernel, batch.dtype), 1, "same", "channels_last")
    return _restored(batch, given, form)


def _curve(size: int, width: Any) -> Tensor:
    places = arange(size, dtype="float32") - (size - 1) / 2
    curve = exp(-0.5 * (places / width) ** 2)
    return curve / total(curve)


@op
def elastic_transform(
    images: Any,
    alpha: Any = 20.0,
    sigma: Any = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Any = None,
    data_format: Any = None,
) -> Tensor:
    """Returns images deformed by random displacements that neighbours share.

    Displacements are normal noise times `sigma`, blurred with a bell curve of width `sigma`, times
    `alpha`; those along x and along y are independent. (Simard, Steinkraus, Platt, 2003.)

    Args:
        images: One image or a batch.
        alpha: How strong.
        sigma: How far neighbours move together, in pixels; a number or a scalar tensor.
        interpolation: "bilinear" or "nearest".
        fill_mode: What lies beyond the border, as of `affine_transform`.
        fill_value: The value there for "constant".
        seed: An int, a SeedGenerator or None.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.

    Returns:
        Images of the shape and dtype of `images`.

    Raises:
        ValueError: For unknown names and other shapes.

    Example:
        >>> elastic_transform([[[1.0], [1.0]], [[1.0], [1.0]]], seed=1).shape
        (2, 2, 1)
    """
    _check_modes(interpolation, fill_mode, "elastic_transform")
    given, batch, form = _batch(images, data_format, "elastic_transform")
    count, height, width, _ = batch.shape
    scale = cast(as_tensor(sigma), "float32")
    noise = normal((count, 2, height, width), dtype="float32", seed=seed) * scale
    moved = einsum("ij,ncjk,kl->ncil", _blur(height, scale), noise, _blur(width, scale))
    moved = moved * cast(as_tensor(alpha), "float32")
    x = reshape(arange(width, dtype="float32"), (1, 1, width)) + moved[:, 0]
    y = reshape(arange(height, dtype="float32"), (1, height, 1)) + moved[:, 1]
    return _restored(_warped(batch, y, x, interpolation, fill_mode, fill_value), given, form)


def _blur(size: int, width: Any) -> Tensor:
    """Returns the matrix that blurs a vector; the curve is cut off where Keras's kernel ends."""
    steps = absolute(
        reshape(arange(size, dtype="float32"), (size, 1)) - arange(size, dtype="float32")
    )
    reach = floor(floor(6.0 * width) / 2.0)
    curve = where(less(steps, reach + 0.5), exp(-0.5 * (steps / width) ** 2), 0.0)
    # The sum of the whole curve, which the border may cut.
    far = arange(-4 * size, 4 * size + 1, dtype="float32")
    whole = total(where(less(absolute(far), reach + 0.5), exp(-0.5 * (far / width) ** 2), 0.0))
    return curve / whole
