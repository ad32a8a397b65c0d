"""Contents of image files as tensors, for `tf.image` and `tf.io`."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from cornu.core.tensor import Tensor as CoreTensor
from cornu.data.images import decoded, pillow
from cornu.tf._colors import convert_image_dtype
from cornu.tf._convert import convert, public
from cornu.tf.errors import InvalidArgumentError


def bytes_of(value: Any, who: str) -> bytes:
    """Returns one text as bytes."""
    tensor = convert(value)
    if tensor.dtype != "string" or tensor.ndim:
        raise InvalidArgumentError(f"{who}: expected one text (scalar string); got {tensor!r:.80}")
    text: str = np.asarray(CoreTensor.numpy(tensor)).item()
    return text.encode("utf-8", "surrogateescape")


def text_of(data: bytes) -> Any:
    """Returns bytes as a string tensor."""
    # In an object array: NumPy's own arrays of bytes lose zeros at the end.
    return convert(np.array(data.decode("utf-8", "surrogateescape"), object))


def _pixels(contents: Any, channels: Any, who: str) -> Any:
    count = int(channels or 0)
    if count not in (0, 1, 3, 4):
        raise InvalidArgumentError(f"{who}: channels must be 0, 1, 3 or 4; got {channels}.")
    return convert(decoded(bytes_of(contents, who), count, f"contents given to {who}"))


@public
def decode_jpeg(contents: Any, channels: Any = 0, ratio: Any = 1, fancy_upscaling: Any = True, try_recover_truncated: Any = False, acceptable_fraction: Any = 1, dct_method: Any = "", name: Any = None) -> Any:  # fmt: skip
    """Returns the pixels of a JPEG file.

    Args:
        contents: The file's contents, as `tf.io.read_file` returns them.
        channels: 1 or 3; 0 takes those of the file.
        ratio: Accepted for TensorFlow's signature, as the others.
        fancy_upscaling: Likewise.
        try_recover_truncated: Likewise.
        acceptable_fraction: Likewise.
        dct_method: Likewise.
        name: Likewise.

    Returns:
        A uint8 tensor (height, width, channels).

    Raises:
        ValueError: When it is no image, or damaged.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.decode_jpeg(tf.io.encode_jpeg(tf.zeros((2, 3, 3), tf.uint8))).shape
        TensorShape([2, 3, 3])
    """
    return _pixels(contents, channels, "decode_jpeg")


@public
def decode_png(contents: Any, channels: Any = 0, dtype: Any = "uint8", name: Any = None) -> Any:
    """Returns the pixels of a PNG file; the arguments are those of `decode_image`.

    Args:
        contents: The file's contents.
        channels: 1, 3 or 4; 0 takes those of the file.
        dtype: Dtype of the result.
        name: Accepted for TensorFlow's signature.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.decode_png(tf.io.encode_png(tf.zeros((2, 3, 1), tf.uint8))).shape
        TensorShape([2, 3, 1])
    """
    return convert_image_dtype(_pixels(contents, channels, "decode_png"), dtype)


@public
def decode_bmp(contents: Any, channels: Any = 0, name: Any = None) -> Any:
    """Returns the pixels of a BMP file.

    Args:
        contents: The file's contents.
        channels: 1, 3 or 4; 0 takes those of the file.
        name: Accepted for TensorFlow's signature.

    Example:
        >>> import cornu.tf as tf
        >>> callable(tf.image.decode_bmp)
        True
    """
    return _pixels(contents, channels, "decode_bmp")


@public
def decode_gif(contents: Any, name: Any = None) -> Any:
    """Returns the first picture of a GIF file, with an axis of pictures in front.

    Args:
        contents: The file's contents.
        name: Accepted for TensorFlow's signature.

    Example:
        >>> import cornu.tf as tf
        >>> callable(tf.image.decode_gif)
        True
    """
    return _pixels(contents, 3, "decode_gif")[None]


@public
def decode_image(contents: Any, channels: Any = None, dtype: Any = "uint8", name: Any = None, expand_animations: bool = True) -> Any:  # fmt: skip
    """Returns the pixels of an image file of any kind.

    Args:
        contents: The file's contents, as `tf.io.read_file` returns them.
        channels: 1, 3 or 4; None or 0 takes those of the file.
        dtype: Dtype of the result; floats are in [0, 1].
        name: Accepted for TensorFlow's signature.
        expand_animations: Likewise; of an animation the first picture is taken.

    Returns:
        A tensor (height, width, channels).

    Raises:
        ValueError: When it is no image, or damaged.

    Example:
        >>> import cornu.tf as tf
        >>> tf.image.decode_image(tf.io.encode_png(tf.zeros((2, 3, 3), tf.uint8))).shape
        TensorShape([2, 3, 3])
    """
    return convert_image_dtype(_pixels(contents, channels, "decode_image"), dtype)


def _encoded(image: Any, kind: str, **options: Any) -> Any:
    pixels = np.asarray(convert(image))
    if pixels.dtype != np.uint8 or pixels.ndim != 3:
        raise InvalidArgumentError(
            f"encode_{kind}: expected uint8 pixels (height, width, channels); got {pixels.dtype} "
            f"of shape {list(pixels.shape)}."
        )
    buffer = io.BytesIO()
    flat = pixels[:, :, 0] if pixels.shape[2] == 1 else pixels
    pillow(f"encode_{kind}").fromarray(flat).save(buffer, kind, **options)
    return text_of(buffer.getvalue())


@public
def encode_jpeg(image: Any, format: Any = "", quality: Any = 95, name: Any = None, **options: Any) -> Any:  # fmt: skip
    """Returns the contents of a JPEG file for uint8 pixels.

    Args:
        image: Pixels (height, width, channels).
        format: Accepted for TensorFlow's signature.
        quality: From 0 to 100.
        name: Accepted for TensorFlow's signature.
        **options: Likewise.

    Example:
        >>> import cornu.tf as tf
        >>> tf.io.encode_jpeg(tf.zeros((2, 3, 3), tf.uint8)).dtype
        tf.string
    """
    return _encoded(image, "jpeg", quality=int(quality))


@public
def encode_png(image: Any, compression: Any = -1, name: Any = None) -> Any:
    """Returns the contents of a PNG file for uint8 pixels.

    Args:
        image: Pixels (height, width, channels).
        compression: Accepted for TensorFlow's signature.
        name: Likewise.

    Example:
        >>> import cornu.tf as tf
        >>> tf.io.encode_png(tf.zeros((2, 3, 1), tf.uint8)).dtype
        tf.string
    """
    return _encoded(image, "png")
