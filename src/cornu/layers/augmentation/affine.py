"""Random rotation, zoom, translation and shear."""

from __future__ import annotations

import math
from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.core.tensor import Tensor
from cornu.layers.augmentation.base import Warp, factor_range


def _rows(count: int, *columns: Any) -> Tensor:
    """Returns transformations a0, a1, a2, b0, b1, b2, 0, 0, one a row."""
    parts = [ops.broadcast_to(ops.reshape(c, (-1, 1)), (count, 1)) for c in columns]
    return ops.concatenate([*parts, ops.zeros((count, 2))], axis=1)


@registry.builtin("layer")
class RandomRotation(Warp):
    """Rotates each image by a random angle, in training.

    Args:
        factor: Largest angle as a part of a full turn, or the smallest and the largest: 0.1 draws
            from -36 to 36 degrees.
        fill_mode: What lies beyond the border: "reflect", "wrap", "constant" or "nearest".
        interpolation: "bilinear" or "nearest".
        seed: For repeatable angles.
        fill_value: The value beyond the border for "constant".
        data_format: "channels_last" or "channels_first".
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For a factor that is not from -1 to 1.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.RandomRotation(0.1, seed=1)
        >>> layer(keras.ops.ones((4, 8, 8, 3)), training=True).shape
        (4, 8, 8, 3)
    """

    def __init__(
        self,
        factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            interpolation, fill_mode, fill_value, seed, data_format=data_format, **kwargs
        )
        self.factor = factor_range(factor, -1.0, 1.0, "factor", "RandomRotation")

    def _draw(self, images: Tensor, training: bool) -> Any:
        count, height, width, _ = images.shape
        low, high = self.factor
        angle = self._uniform((count,), low * 360.0, high * 360.0) * (math.pi / 180.0)
        cos, sin = ops.cos(angle), ops.sin(angle)
        x, y = 0.5 * (width - 1), 0.5 * (height - 1)
        return _rows(count, cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return self._settings("factor", "fill_mode", "fill_value", "interpolation", "seed")


@registry.builtin("layer")
class RandomZoom(Warp):
    """Enlarges or shrinks each image by a random factor, in training.

    Args:
        height_factor: Range of the change of what is seen: 0.2 draws from 20 % enlarged (-0.2) to
            20 % shrunk; or a pair.
        width_factor: Likewise along the width; the same as the height's when None.
        fill_mode: What lies beyond the border: "reflect", "wrap", "constant" or "nearest".
        interpolation: "bilinear" or "nearest".
        seed: For repeatable factors.
        fill_value: The value beyond the border for "constant".
        data_format: "channels_last" or "channels_first".
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For a factor that is not from -1 to 1.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.RandomZoom(0.2, seed=1)
        >>> layer(keras.ops.ones((4, 8, 8, 3)), training=True).shape
        (4, 8, 8, 3)
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            interpolation, fill_mode, fill_value, seed, data_format=data_format, **kwargs
        )
        self.height_factor = height_factor
        self.width_factor = width_factor
        # -1 would show nothing.
        least = math.nextafter(-1.0, 0.0)
        self._heights = factor_range(height_factor, least, 1.0, "height_factor", "RandomZoom")
        self._widths = None
        if width_factor is not None:
            self._widths = factor_range(width_factor, least, 1.0, "width_factor", "RandomZoom")

    def _draw(self, images: Tensor, training: bool) -> Any:
        count, height, width, _ = images.shape
        low, high = self._heights
        tall = wide = self._uniform((count, 1), 1.0 + low, 1.0 + high)
        if self._widths is not None:
            low, high = self._widths
            wide = self._uniform((count, 1), 1.0 + low, 1.0 + high)
        x, y = (width - 1) / 2.0 * (1.0 - wide), (height - 1) / 2.0 * (1.0 - tall)
        return _rows(count, wide, 0.0, x, 0.0, tall, y)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        names = ("height_factor", "width_factor", "fill_mode", "interpolation", "seed")
        return self._settings(*names, "fill_value")


@registry.builtin("layer")
class RandomTranslation(Warp):
    """Shifts each image by a random distance, in training.

    Args:
        height_factor: Largest shift down and up as a part of the height, or a pair.
        width_factor: Largest shift to the right and left as a part of the width, or a pair.
        fill_mode: What lies beyond the border: "reflect", "wrap", "constant" or "nearest".
        interpolation: "bilinear" or "nearest".
        seed: For repeatable shifts.
        fill_value: The value beyond the border for "constant".
        data_format: "channels_last" or "channels_first".
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For a factor that is not from -1 to 1.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.RandomTranslation(0.1, 0.1, seed=1)
        >>> layer(keras.ops.ones((4, 8, 8, 3)), training=True).shape
        (4, 8, 8, 3)
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            interpolation, fill_mode, fill_value, seed, data_format=data_format, **kwargs
        )
        self.height_factor = height_factor
        self.width_factor = width_factor
        who = "RandomTranslation"
        self._heights = factor_range(height_factor, -1.0, 1.0, "height_factor", who)
        self._widths = factor_range(width_factor, -1.0, 1.0, "width_factor", who)

    def _draw(self, images: Tensor, training: bool) -> Any:
        count, height, width, _ = images.shape
        down = self._uniform((count, 1), *self._heights) * height
        right = self._uniform((count, 1), *self._widths) * width
        return _rows(count, 1.0, 0.0, -right, 0.0, 1.0, -down)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        names = ("height_factor", "width_factor", "fill_mode", "interpolation", "seed")
        return self._settings(*names, "fill_value")


@registry.builtin("layer")
class RandomShear(Warp):
    """Slants each image by a random amount, in training.

    Args:
        x_factor: Largest slant along the width for each pixel of height (0 to 1), or a pair.
        y_factor: Likewise along the height.
        interpolation: "bilinear" or "nearest".
        fill_mode: What lies beyond the border: "reflect", "wrap", "constant" or "nearest".
        fill_value: The value beyond the border for "constant".
        data_format: "channels_last" or "channels_first".
        seed: For repeatable slants.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For a factor that is not from 0 to 1.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.RandomShear(0.2, 0.1, seed=1)
        >>> layer(keras.ops.ones((4, 8, 8, 3)), training=True).shape
        (4, 8, 8, 3)
    """

    def __init__(
        self,
        x_factor: Any = 0.0,
        y_factor: Any = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            interpolation, fill_mode, fill_value, seed, data_format=data_format, **kwargs
        )
        self.x_factor = self._range(x_factor, "x_factor")
        self.y_factor = self._range(y_factor, "y_factor")

    def _range(self, value: Any, name: str) -> tuple[float, float]:
        pair = isinstance(value, (list, tuple))
        # What a config holds: a number f that has become (-f, f).
        if pair and len(value) == 2 and value[0] == -value[1]:
            value = value[1]
        return factor_range(value, 0.0, 1.0, name, "RandomShear", least=-1.0)

    def _draw(self, images: Tensor, training: bool) -> Any:
        count = images.shape[0]
        side = ops.where(ops.greater(self._uniform((count, 1)), 0.5), -1.0, 1.0)
        y = self._uniform((count, 1), *self.y_factor) * side
        x = self._uniform((count, 1), *self.x_factor) * side
        return _rows(count, 1.0, x, 0.0, y, 1.0, 0.0)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        names = ("x_factor", "y_factor", "fill_mode", "interpolation", "seed", "fill_value")
        return self._settings(*names)
