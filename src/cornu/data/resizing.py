"""How much each pixel counts when an image gets another size.

Places lie at the centres of pixels. A row of weights sums to 1; near an edge, what falls outside is
left out and the rest is scaled up. The kernels are those of TensorFlow's `tf.image.ResizeMethod`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from cornu.core.errors import InvalidArgumentError, suggestion
from cornu.data.elements import Array


def _triangle(x: Array) -> Array:
    return np.maximum(0.0, 1.0 - x)


def _keys(x: Array) -> Array:
    near = ((1.5 * x - 2.5) * x) * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return np.where(x >= 2.0, 0.0, np.where(x >= 1.0, far, near))


def _mitchell(x: Array) -> Array:
    near = ((7.0 * x - 12.0) * x * x + 16.0 / 3.0) / 6.0
    far = (((-7.0 / 3.0 * x + 12.0) * x - 20.0) * x + 32.0 / 3.0) / 6.0
    return np.where(x >= 2.0, 0.0, np.where(x >= 1.0, far, near))


def _lanczos(radius: float, x: Array) -> Array:
    return np.where(x < radius, np.sinc(x) * np.sinc(x / radius), 0.0)


def _gaussian(x: Array) -> Array:
    return np.where(x < 1.5, np.exp(-(x**2) / (2 * 0.5**2)), 0.0)


_KERNELS: dict[str, Callable[[Array], Array]] = {
    "bilinear": _triangle,
    "bicubic": _keys,
    "lanczos3": functools.partial(_lanczos, 3.0),
    "lanczos5": functools.partial(_lanczos, 5.0),
    "gaussian": _gaussian,
    "mitchellcubic": _mitchell,
}
METHODS = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")  # fmt: skip

# Methods that change an image along an axis of which the size stays.
SMOOTHING = ("gaussian", "mitchellcubic")


def checked_method(name: object) -> str:
    """Returns the name of a method in lower case; ValueError for one that there is not."""
    method = str(name).lower()
    if method not in METHODS:
        raise InvalidArgumentError(
            f"interpolation must be one of {', '.join(METHODS)}; got {name!r}."
            f"{suggestion(method, METHODS)}"
        )
    return method


def nearest_places(size: int, target: int) -> Array:
    """Returns the old place for each new one."""
    places = np.floor((np.arange(target) + 0.5) * (size / target)).astype(np.int64)
    return np.minimum(places, size - 1)


@functools.lru_cache(maxsize=256)
def weights(size: int, target: int, method: str, antialias: bool = False) -> Array:
    """Returns how much each old place counts for each new one.

    Args:
        size: Number of old places.
        target: Number of new ones.
        method: Any of METHODS but "nearest".
        antialias: Whether the kernel is widened when there are fewer new places.

    Returns:
        A float32 array of shape (target, size).
    """
    step = size / target
    old = np.arange(size)
    if method == "area":
        edges = np.arange(target) * step
        ends = np.minimum(edges[:, None] + step, old + 1.0)
        table = np.maximum(0.0, ends - np.maximum(edges[:, None], old))
    else:
        widened = max(step, 1.0) if antialias else 1.0
        centres = (np.arange(target) + 0.5) * step - 0.5
        table = _KERNELS[method](np.abs(centres[:, None] - old) / widened)
    total = table.sum(axis=1, keepdims=True)
    result: Array = (table / np.where(np.abs(total) > 1e-4, total, 1.0)).astype(np.float32)
    result.flags.writeable = False
    return result


def resized(image: Array, height: int, width: int, method: str) -> Array:
    """Returns an image (height, width, channels) in another size, as float32.

    Args:
        image: The image.
        height: Its new height.
        width: Its new width.
        method: One of METHODS.
    """
    rows, columns = image.shape[:2]
    if method == "nearest":
        image = image[nearest_places(rows, height)][:, nearest_places(columns, width)]
        return image.astype(np.float32)
    x = image.astype(np.float32)
    if (rows, columns) == (height, width):
        return x
    if rows != height or method in SMOOTHING:
        x = np.tensordot(weights(rows, height, method), x, (1, 0))
    if columns != width or method in SMOOTHING:
        x = np.tensordot(x, weights(columns, width, method), (1, 1)).transpose(0, 2, 1)
    return np.ascontiguousarray(x)


def cropped_to_ratio(image: Array, height: int, width: int) -> Array:
    """Returns the largest middle part of an image with the proportions of a size."""
    rows, columns = image.shape[:2]
    keep_rows = min(rows, int(np.float32(columns * height) / np.float32(width)))
    keep_columns = min(columns, int(np.float32(rows * width) / np.float32(height)))
    top, left = (rows - keep_rows) // 2, (columns - keep_columns) // 2
    return image[top : top + keep_rows, left : left + keep_columns]


def fitted(rows: int, columns: int, height: int, width: int) -> tuple[int, int, int, int]:
    """Returns the size of an image scaled to fit into another size, and where it lies there.

    Returns:
        Its rows and columns, and the rows above and the columns left of it.
    """
    ratio = max(columns / width, rows / height)
    tall, wide = rows / ratio, columns / ratio
    return int(tall), int(wide), max(0, int((height - tall) / 2)), max(0, int((width - wide) / 2))


def resized_with_pad(image: Array, height: int, width: int, method: str) -> Array:
    """Returns an image in another size and its own proportions, with black around it."""
    given_rows, given_columns = image.shape[:2]
    rows, columns, top, left = fitted(given_rows, given_columns, height, width)
    result = np.zeros((height, width, image.shape[2]), np.float32)
    inside = resized(image, max(1, rows), max(1, columns), method)
    result[top : top + inside.shape[0], left : left + inside.shape[1]] = inside
    return result
