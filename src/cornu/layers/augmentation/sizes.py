"""Resizing, CenterCrop and RandomCrop: images of one size."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import dtypes, registry
from cornu.core.keras_tensor import KerasTensor
from cornu.core.tensor import Tensor
from cornu.layers.augmentation.base import ImageLayer


@registry.builtin("layer")
class Resizing(ImageLayer):
    """Brings images to one size.

    Args:
        height: New height.
        width: New width.
        interpolation: "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5".
        crop_to_aspect_ratio: Whether images are cut instead of distorted.
        pad_to_aspect_ratio: Whether they get borders instead of being distorted.
        fill_mode: Kind of these borders; only "constant".
        fill_value: Value of these borders.
        antialias: Whether images that become smaller are smoothed.
        data_format: "channels_last" or "channels_first".
        **kwargs: `name` and `dtype`.

    Example:
        >>> import cornu as keras
        >>> keras.layers.Resizing(4, 6)(keras.ops.ones((2, 8, 8, 3))).shape
        (2, 4, 6, 3)
    """

    _only_in_training = False

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height = int(height)
        self.width = int(width)
        self.interpolation = interpolation
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode = fill_mode
        self.fill_value = fill_value
        self.antialias = bool(antialias)

    def _working_dtype(self, inputs: Any) -> str:
        return ops.dtype(inputs)

    def _resized(self, images: Tensor, interpolation: str) -> Any:
        kind = images.dtype
        resized = ops.image.resize(
            images, (self.height, self.width), interpolation, self.antialias,
            self.crop_to_aspect_ratio, self.pad_to_aspect_ratio, self.fill_mode, self.fill_value,
            "channels_last",
        )  # fmt: skip
        if resized.dtype == kind or dtypes.is_float(kind):
            return ops.cast(resized, kind)
        return ops.saturate_cast(ops.round(resized), kind)

    def _change(self, images: Tensor, drawn: Any, training: bool) -> Any:
        return self._resized(images, self.interpolation)

    def _change_masks(self, masks: Tensor, drawn: Any, training: bool) -> Any:
        return self._resized(masks, "nearest")

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape in the new size."""
        return self._sized(input_shape, self.height, self.width)

    def compute_output_spec(self, inputs: Any, training: bool = True) -> Any:
        """Returns a KerasTensor like the output, of the dtype of the input."""
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=inputs.dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return self._settings(
            "height", "width", "interpolation", "crop_to_aspect_ratio", "pad_to_aspect_ratio",
            "fill_mode", "fill_value", "antialias",
        )  # fmt: skip


def _crop_resized(images: Tensor, height: int, width: int) -> Any:
    return ops.image.resize(
        images, (height, width), crop_to_aspect_ratio=True, data_format="channels_last"
    )


class _Crop(ImageLayer):
    """What the two layers that cut share."""

    _only_in_training = False

    def __init__(self, height: int, width: int, data_format: Any, **kwargs: Any) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height = int(height)
        self.width = int(width)

    def _change_masks(self, masks: Tensor, drawn: Any, training: bool) -> Any:
        return self._change(masks, drawn, training)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape in the new size."""
        return self._sized(input_shape, self.height, self.width)


@registry.builtin("layer")
class CenterCrop(_Crop):
    """Cuts the middle out of images; smaller ones are enlarged.

    Args:
        height: New height.
        width: New width.
        data_format: "channels_last" or "channels_first".
        **kwargs: `name` and `dtype`.

    Example:
        >>> import cornu as keras
        >>> keras.layers.CenterCrop(4, 6)(keras.ops.ones((2, 8, 8, 3))).shape
        (2, 4, 6, 3)
    """

    def __init__(self, height: int, width: int, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(height, width, data_format, **kwargs)

    def _change(self, images: Tensor, drawn: Any, training: bool) -> Any:
        rows, columns = images.shape[1] - self.height, images.shape[2] - self.width
        if rows < 0 or columns < 0:
            return _crop_resized(images, self.height, self.width)
        top, left = int(rows / 2), int(columns / 2)
        return images[:, top : top + self.height, left : left + self.width]

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return self._settings("height", "width")


@registry.builtin("layer")
class RandomCrop(_Crop):
    """Cuts a random part out of images in training, and the middle otherwise.

    All images of a batch are cut at the same place.

    Args:
        height: New height.
        width: New width.
        seed: For repeatable places.
        data_format: "channels_last" or "channels_first".
        name: Name of the layer.
        **kwargs: `dtype`.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.RandomCrop(4, 6, seed=1)
        >>> layer(keras.ops.ones((2, 8, 8, 3)), training=True).shape
        (2, 4, 6, 3)
    """

    def __init__(
        self,
        height: int,
        width: int,
        seed: int | None = None,
        data_format: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(height, width, data_format, name=name, **kwargs)
        self._seeded(seed)

    def _draw(self, images: Tensor, training: bool) -> Any:
        rows, columns = images.shape[1] - self.height, images.shape[2] - self.width
        if not training or rows <= 0 or columns <= 0:
            return None
        return [
            ops.cast(self._uniform((), 0.0, float(space + 1)), "int32") for space in (rows, columns)
        ]

    def _change(self, images: Tensor, drawn: Any, training: bool) -> Any:
        if drawn is None:
            return _crop_resized(images, self.height, self.width)
        count, _, _, channels = images.shape
        start = [0, drawn[0], drawn[1], 0]
        return ops.slice(images, start, (count, self.height, self.width, channels))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return self._settings("height", "width", "seed")
