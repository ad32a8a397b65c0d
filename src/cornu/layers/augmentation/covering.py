"""RandomErasing and RandomGaussianBlur: images of which less is to be seen."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.core.tensor import Tensor
from cornu.layers.augmentation.base import ImageLayer, factor_range, value_bounds


@registry.builtin("layer")
class RandomErasing(ImageLayer):
    """Covers a random rectangle of each image, in training.

    Random Erasing Data Augmentation (Zhong et al., 2017).

    Args:
        factor: Probability with which an image is covered, or a pair it is drawn from.
        scale: Range of the part of the image that is covered.
        fill_value: What covers it: a number, or one for each channel; noise when None.
        value_range: Smallest and largest value of pixels.
        seed: For repeatable places.
        data_format: "channels_last" or "channels_first".
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For numbers that are not from 0 to 1.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.RandomErasing(fill_value=0, seed=1)
        >>> layer(keras.ops.ones((4, 8, 8, 3)), training=True).shape
        (4, 8, 8, 3)
    """

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = (0.02, 0.33),
        fill_value: Any = None,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.factor = factor_range(factor, 0, 1, "factor", "RandomErasing")
        self.scale = factor_range(scale, 0, 1, "scale", "RandomErasing")
        self.fill_value = fill_value
        self.value_range = value_bounds(value_range, "RandomErasing")
        self._seeded(seed)

    def _draw(self, images: Tensor, training: bool) -> Any:
        count, height, width, _ = images.shape
        shares = ops.sqrt(self._uniform((count, 2), *self.scale))
        across = self._inside(width, shares[:, 0], (count, 1, width, 1))
        down = self._inside(height, shares[:, 1], (count, height, 1, 1))
        chosen = self._chosen(images, self.factor)
        fill = self.fill_value
        if fill is None:
            fill = ops.random.normal(images.shape, seed=self.generator) * self.value_range[1]
        fill = ops.clip(ops.cast(fill, images.dtype), *self.value_range)
        return ops.logical_and(chosen, ops.logical_and(across, down)), fill

    def _inside(self, size: int, share: Tensor, shape: tuple[int, ...]) -> Any:
        """Returns which places along an axis a random span of a share of it covers."""
        length = share * size
        first = self._uniform((shape[0],)) * (size - length)
        places = ops.reshape(ops.arange(size, dtype="float32"), (1, size))
        begin, end = ops.expand_dims(first, 1), ops.expand_dims(first + length, 1)
        covered = ops.logical_and(ops.greater_equal(places, begin), ops.less(places, end))
        return ops.reshape(covered, shape)

    def _change(self, images: Tensor, drawn: Any, training: bool) -> Any:
        covered, fill = drawn
        return ops.where(covered, fill, images)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return self._settings("factor", "scale", "fill_value", "value_range", "seed")


@registry.builtin("layer")
class RandomGaussianBlur(ImageLayer):
    """Blurs random images, in training.

    Args:
        factor: Probability with which an image is blurred, or a pair it is drawn from.
        kernel_size: Pixels that are mixed, an odd number or a pair.
        sigma: Largest width of the bell curve (0 to 1), or a pair.
        value_range: Smallest and largest value of pixels.
        data_format: "channels_last" or "channels_first".
        seed: For repeatable widths.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For numbers that are not from 0 to 1, and even sizes.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.RandomGaussianBlur(seed=1)
        >>> layer(keras.ops.ones((4, 8, 8, 3)), training=True).shape
        (4, 8, 8, 3)
    """

    def __init__(
        self,
        factor: Any = 1.0,
        kernel_size: Any = 3,
        sigma: Any = 1.0,
        value_range: Any = (0, 255),
        data_format: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.factor = factor_range(factor, 0, 1, "factor", "RandomGaussianBlur")
        sizes = tuple(kernel_size) if isinstance(kernel_size, (list, tuple)) else (kernel_size,) * 2
        if len(sizes) != 2 or any(size % 2 == 0 for size in sizes):
            raise ValueError(
                f"RandomGaussianBlur: kernel_size is an odd number, or a pair of them; got "
                f"{kernel_size!r}."
            )
        self.kernel_size = sizes
        self.sigma = factor_range(sigma, 0, 1, "sigma", "RandomGaussianBlur")
        self.value_range = value_bounds(value_range, "RandomGaussianBlur")
        self._seeded(seed)

    def _draw(self, images: Tensor, training: bool) -> Any:
        chosen = self._chosen(images, self.factor)
        return chosen, self._uniform((2,), *self.sigma) + 1e-6

    def _change(self, images: Tensor, drawn: Any, training: bool) -> Any:
        chosen, sigma = drawn
        blurred = ops.image.gaussian_blur(images, self.kernel_size, sigma, "channels_last")
        return ops.clip(ops.where(chosen, blurred, images), *self.value_range)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return self._settings("factor", "kernel_size", "sigma", "value_range", "seed")
