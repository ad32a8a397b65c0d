"""Images in other sizes, for `tf.image`."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.data import resizing
from cornu.tf._convert import convert, public
from cornu.tf._tensor import adopt
from cornu.tf.errors import InvalidArgumentError


class ResizeMethod:
    """Names of the methods of `tf.image.resize`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.ResizeMethod.BILINEAR
        'bilinear'
    """

    AREA = "area"
    BICUBIC = "bicubic"
    BILINEAR = "bilinear"
    GAUSSIAN = "gaussian"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    MITCHELLCUBIC = "mitchellcubic"
    NEAREST_NEIGHBOR = "nearest"


def image_of(value: Any, who: str) -> Any:
    """Returns an image or a batch of images as a tensor; InvalidArgumentError for other ranks."""
    image = convert(value)
    if image.ndim not in (3, 4):
        raise InvalidArgumentError(
            f"{who}: 'image' must be (height, width, channels) or a batch of such; its shape is "
            f"{list(image.shape)}. Use tf.expand_dims or tf.newaxis for a missing axis."
        )
    return image


def two_sizes(size: Any, who: str) -> tuple[int, int]:
    """Returns a height and a width."""
    sizes = np.asarray(convert(size)).ravel().tolist()
    if len(sizes) != 2 or min(sizes) < 1:
        raise InvalidArgumentError(f"{who}: 'size' must be (height, width); got {size!r}.")
    return int(sizes[0]), int(sizes[1])


def _along(image: Any, axis: int, target: int, method: str, antialias: bool) -> Any:
    size = image.shape[axis]
    if size == target and method not in resizing.SMOOTHING:
        return image
    if method == "nearest":
        return ops.take(image, resizing.nearest_places(size, target).astype(np.int32), axis=axis)
    table = resizing.weights(size, target, method, antialias)
    return ops.moveaxis(ops.tensordot(image, np.array(table), axes=((axis,), (1,))), -1, axis)


@public
def resize(images: Any, size: Any, method: Any = "bilinear", preserve_aspect_ratio: bool = False, antialias: bool = False, name: Any = None) -> Any:  # fmt: skip
    """Returns images in another size.

    Args:
        images: (height, width, channels) or a batch of such.
        size: New (height, width).
        method: One of `tf.image.ResizeMethod`.
        preserve_aspect_ratio: Whether the proportions stay; `size` is the largest then.
        antialias: Whether the kernel is widened when images become smaller.
        name: Accepted for TensorFlow's signature.

    Returns:
        float32 images; of the dtype of `images` for "nearest" and for an equal size.

    Raises:
        ValueError: For another rank, size or method.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.resize([[[0.0], [4.0]]], (1, 4)).numpy().ravel().tolist()
        [0.0, 1.0, 3.0, 4.0]
    """
    kind = resizing.checked_method(method)
    x = image_of(images, "resize")
    height, width = two_sizes(size, "resize")
    rows, columns = x.shape[-3], x.shape[-2]
    if preserve_aspect_ratio:
        scale = min(height / rows, width / columns)
        height, width = max(1, round(scale * rows)), max(1, round(scale * columns))
    if (rows, columns) == (height, width):
        return x
    if kind != "nearest":
        x = ops.cast(x, "float32")
    x = _along(x, x.ndim - 3, height, kind, antialias)
    return _along(x, x.ndim - 2, width, kind, antialias)


@public
def crop_to_bounding_box(image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any) -> Any:  # fmt: skip
    """Returns the part of `image` with its corner at (offset_height, offset_width).

    Args:
        image: Image or batch.
        offset_height: Rows above the part.
        offset_width: Columns left of it.
        target_height: Its rows.
        target_width: Its columns.

    Raises:
        ValueError: When it lies outside.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.crop_to_bounding_box(tf.zeros((4, 5, 3)), 1, 2, 2, 3).shape
        TensorShape([2, 3, 3])
    """
    x = image_of(image, "crop_to_bounding_box")
    top, left = int(offset_height), int(offset_width)
    bottom, right = top + int(target_height), left + int(target_width)
    if min(top, left) < 0 or bottom > x.shape[-3] or right > x.shape[-2]:
        raise InvalidArgumentError(
            f"crop_to_bounding_box: rows {top} to {bottom} and columns {left} to {right} do not "
            f"lie in an image of {x.shape[-3]} by {x.shape[-2]}."
        )
    return x[..., top:bottom, left:right, :]


@public
def pad_to_bounding_box(image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any) -> Any:  # fmt: skip
    """Returns `image` with zeros around it.

    Args:
        image: Image or batch.
        offset_height: Rows of zeros above it.
        offset_width: Columns of zeros left of it.
        target_height: Rows of the result.
        target_width: Columns of the result.

    Raises:
        ValueError: When the image does not fit in.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.pad_to_bounding_box(tf.zeros((2, 2, 3)), 1, 1, 4, 5).shape
        TensorShape([4, 5, 3])
    """
    x = image_of(image, "pad_to_bounding_box")
    top, left = int(offset_height), int(offset_width)
    bottom = int(target_height) - top - x.shape[-3]
    right = int(target_width) - left - x.shape[-2]
    if min(top, left, bottom, right) < 0:
        raise InvalidArgumentError(
            f"pad_to_bounding_box: an image of {x.shape[-3]} by {x.shape[-2]} at ({top}, {left}) "
            f"does not fit into {int(target_height)} by {int(target_width)}."
        )
    borders = [(0, 0)] * (x.ndim - 3) + [(top, bottom), (left, right), (0, 0)]
    return ops.pad(x, borders)


@public
def central_crop(image: Any, central_fraction: Any) -> Any:
    """Returns the middle of `image`, with the share `central_fraction` of each side.

    Raises:
        ValueError: Unless the share lies in (0, 1].

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.central_crop(tf.zeros((4, 8, 3)), 0.5).shape
        TensorShape([2, 4, 3])
    """
    x = image_of(image, "central_crop")
    share = float(central_fraction)
    if not 0 < share <= 1:
        raise ValueError(f"central_crop: central_fraction lies in (0, 1]; got {share}.")
    top, left = (int((size - size * share) / 2) for size in x.shape[-3:-1])
    return x[..., top : x.shape[-3] - top, left : x.shape[-2] - left, :]


@public
def resize_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> Any:
    """Returns `image` cut or with zeros around it: `target_height` rows, `target_width` columns.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.resize_with_crop_or_pad(tf.zeros((4, 4, 3)), 2, 6).shape
        TensorShape([2, 6, 3])
    """
    x = image_of(image, "resize_with_crop_or_pad")
    height, width = two_sizes((int(target_height), int(target_width)), "resize_with_crop_or_pad")
    rows, columns = x.shape[-3], x.shape[-2]
    keep_rows, keep_columns = min(rows, height), min(columns, width)
    x = crop_to_bounding_box(
        x, (rows - keep_rows) // 2, (columns - keep_columns) // 2, keep_rows, keep_columns
    )
    return pad_to_bounding_box(
        x, (height - keep_rows) // 2, (width - keep_columns) // 2, height, width
    )


@public
def resize_with_pad(image: Any, target_height: Any, target_width: Any, method: Any = "bilinear", antialias: bool = False) -> Any:  # fmt: skip
    """Returns `image` resized in its proportions, with zeros around it.

    Args:
        image: Image or batch.
        target_height: Rows of the result.
        target_width: Columns of the result.
        method: As in `resize`.
        antialias: As in `resize`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.resize_with_pad(tf.zeros((4, 8, 3)), 6, 6).shape
        TensorShape([6, 6, 3])
    """
    x = image_of(image, "resize_with_pad")
    height, width = two_sizes((int(target_height), int(target_width)), "resize_with_pad")
    rows, columns, top, left = resizing.fitted(x.shape[-3], x.shape[-2], height, width)
    small = adopt(ops.cast(resize(x, (rows, columns), method, antialias=antialias), "float32"))
    return pad_to_bounding_box(small, top, left, height, width)
