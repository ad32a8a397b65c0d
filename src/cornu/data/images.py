"""Images in files and arrays, by Pillow (an extra)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from cornu.core import settings
from cornu.core.errors import InvalidArgumentError, InvalidFileError, MissingFileError
from cornu.core.extras import optional_import
from cornu.core.settings import floatx
from cornu.data.elements import Array
from cornu.saving.replacing import replacing_file

_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
_INTERPOLATIONS = {
    "nearest": "NEAREST", "bilinear": "BILINEAR", "bicubic": "BICUBIC", "hamming": "HAMMING",
    "box": "BOX", "lanczos": "LANCZOS",
}  # fmt: skip


def pillow(purpose: str) -> Any:
    """Returns the module `PIL.Image`."""
    return optional_import("PIL.Image", "image", purpose)


def decoded(data: bytes, channels: int, name: str) -> Array:
    """Returns the pixels of an image file.

    Args:
        data: The file's contents.
        channels: 1, 3 or 4; 0 takes those of the file.
        name: What the file is called in errors.

    Returns:
        A uint8 array (height, width, channels).

    Raises:
        InvalidFileError: When it is no image, or damaged.
    """
    image = pillow("Reading an image")
    try:
        with image.open(io.BytesIO(data)) as picture:
            mode = {0: _own_mode(picture), 1: "L", 3: "RGB", 4: "RGBA"}[channels]
            pixels = np.asarray(picture if picture.mode == mode else picture.convert(mode))
    except (OSError, SyntaxError, ValueError, image.DecompressionBombError) as error:
        raise InvalidFileError(name, None, f"it is no image, or damaged ({error})") from error
    return pixels if pixels.ndim == 3 else pixels[:, :, np.newaxis]


def _own_mode(picture: Any) -> str:
    if picture.mode in ("L", "RGB", "RGBA"):
        return str(picture.mode)
    return "RGBA" if "transparency" in picture.info else "L" if picture.mode == "1" else "RGB"


def read_file(path: str) -> bytes:
    """Returns a file's contents; an error that names it when there is none."""
    if not Path(path).is_file():
        raise MissingFileError(f"{path}; No such file or directory")
    return Path(path).read_bytes()


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: Any = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """Returns an image file as a Pillow image.

    Args:
        path: The file, or an open one.
        color_mode: "rgb", "rgba" or "grayscale".
        target_size: New (height, width); None keeps the size.
        interpolation: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos".
        keep_aspect_ratio: Whether the image is cut to the proportions of `target_size` instead of
            distorted.

    Returns:
        An image.

    Raises:
        FileNotFoundError: When there is no such file.
        ValueError: When it is no image, or an argument is unknown.

    Example:
        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "a.png")
        >>> save_img(path, np.zeros((4, 6, 3)))
        >>> load_img(path, target_size=(2, 3)).size
        (3, 2)
    """
    image = pillow("load_img")
    if color_mode not in _MODES:
        raise InvalidArgumentError(
            f"color_mode must be 'grayscale', 'rgb' or 'rgba'; got {color_mode!r}."
        )
    if interpolation not in _INTERPOLATIONS:
        raise InvalidArgumentError(
            f"interpolation must be one of {', '.join(_INTERPOLATIONS)}; got {interpolation!r}."
        )
    data = path.read() if hasattr(path, "read") else read_file(str(path))
    try:
        picture = image.open(io.BytesIO(data))
        grey = color_mode == "grayscale" and picture.mode in ("I;16", "I")
        picture = picture if grey else picture.convert(_MODES[color_mode])
    except (OSError, SyntaxError, image.DecompressionBombError) as error:
        raise InvalidFileError(path, None, f"it is no image, or damaged ({error})") from error
    if target_size is None:
        return picture
    height, width = (int(n) for n in target_size)
    if picture.size == (width, height):
        return picture
    how = getattr(image.Resampling, _INTERPOLATIONS[interpolation])
    box = _middle(picture.size, height, width) if keep_aspect_ratio else None
    return picture.resize((width, height), how, box=box)


def _middle(size: tuple[int, int], height: int, width: int) -> tuple[int, int, int, int]:
    columns, rows = size
    keep_columns = min(columns, rows * width // height)
    keep_rows = min(rows, columns * height // width)
    left, top = (columns - keep_columns) // 2, (rows - keep_rows) // 2
    return left, top, left + keep_columns, top + keep_rows


def _format(data_format: Any) -> str:
    form = data_format or settings.image_data_format()
    if form not in ("channels_first", "channels_last"):
        raise InvalidArgumentError(
            f"data_format must be 'channels_first' or 'channels_last'; got {data_format!r}."
        )
    return str(form)


def img_to_array(img: Any, data_format: Any = None, dtype: Any = None) -> Array:
    """Returns a Pillow image as an array.

    Args:
        img: The image.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dtype: NumPy dtype; floatx when None.

    Returns:
        An array of three axes.

    Raises:
        ValueError: For another number of axes.

    Example:
        >>> img_to_array(array_to_img(np.zeros((2, 3, 1)))).shape
        (2, 3, 1)
    """
    form = _format(data_format)
    array = np.array(img, dtype or floatx())
    if array.ndim == 2:
        return array[np.newaxis] if form == "channels_first" else array[:, :, np.newaxis]
    if array.ndim != 3:
        raise InvalidArgumentError(f"img_to_array: an image has no shape {array.shape}.")
    return array.transpose(2, 0, 1) if form == "channels_first" else array


def array_to_img(x: Any, data_format: Any = None, scale: bool = True, dtype: Any = None) -> Any:
    """Returns an array as a Pillow image.

    Args:
        x: Array of three axes, with 1, 3 or 4 channels.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        scale: Whether the values are stretched to 0 to 255.
        dtype: NumPy dtype to compute in; floatx when None.

    Returns:
        An image.

    Raises:
        ValueError: For another shape.

    Example:
        >>> array_to_img(np.zeros((2, 3, 3))).size
        (3, 2)
    """
    image = pillow("array_to_img")
    array = np.array(x, dtype or floatx())
    if array.ndim != 3:
        raise InvalidArgumentError(
            f"array_to_img: an image has three axes; got the shape {array.shape}."
        )
    if _format(data_format) == "channels_first":
        array = array.transpose(1, 2, 0)
    if scale:
        array = array - array.min()
        largest = array.max()
        array = array / largest * 255 if largest else array
    channels = array.shape[2]
    if channels not in (1, 3, 4):
        raise InvalidArgumentError(
            f"array_to_img: an image has 1, 3 or 4 channels; got {channels}."
        )
    if channels == 1:
        flat = array[:, :, 0]
        return image.fromarray(flat.astype(np.int32 if flat.max() > 255 else np.uint8))
    return image.fromarray(array.astype(np.uint8))


def save_img(
    path: Any,
    x: Any,
    data_format: Any = None,
    file_format: Any = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Writes an array as an image file.

    Args:
        path: The file; it appears when it is complete.
        x: Array of three axes, with 1, 3 or 4 channels.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        file_format: Such as "png"; told from the name when None.
        scale: Whether the values are stretched to 0 to 255.
        **kwargs: For Pillow's `save`.

    Raises:
        ValueError: For another shape, or an unknown kind of file.

    Example:
        >>> import os, tempfile
        >>> save_img(os.path.join(tempfile.mkdtemp(), "a.png"), np.zeros((4, 6, 3)))
    """
    picture = array_to_img(x, data_format, scale)
    kind = (file_format or Path(path).suffix.lstrip(".")).lower()
    kind = "jpeg" if kind == "jpg" else kind
    known = {name.upper() for name in pillow("save_img").registered_extensions().values()}
    if kind.upper() not in known:
        raise InvalidArgumentError(f"save_img: there is no kind of image file called {kind!r}.")
    if picture.mode == "RGBA" and kind == "jpeg":
        picture = picture.convert("RGB")
    with replacing_file(path) as beside:
        picture.save(beside, format=kind, **kwargs)
