"""Random contrast, brightness and loss of colour; images of full contrast."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.core.tensor import Tensor
from cornu.layers.augmentation.base import ImageLayer, factor_range, value_bounds


@registry.builtin("layer")
class RandomContrast(ImageLayer):
    """Multiplies the distance of each pixel from the mean of its channel, in training.

    Args:
        factor: The multiplier is drawn from 1 to 1 + factor; or a pair: from 1 - factor[0] to
            1 + factor[1].
        value_range: Smallest and largest value of pixels.
        seed: For repeatable factors.
        **kwargs: `name`, `dtype` and `data_format`.

    Raises:
        ValueError: For a factor that is not from 0 to 1.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.RandomContrast(0.5, seed=1)
        >>> layer(keras.ops.ones((4, 8, 8, 3)), training=True).shape
        (4, 8, 8, 3)
    """

    def __init__(
        self, factor: Any, value_range: Any = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.factor = factor_range(factor, 0, 1, "factor", "RandomContrast")
        self.value_range = value_bounds(value_range, "RandomContrast")
        self._seeded(seed)

    def _draw(self, images: Tensor, training: bool) -> Any:
        low, high = self.factor
        return self._uniform((images.shape[0], 1, 1, 1), 1.0 - low, 1.0 + high)

    def _change(self, images: Tensor, drawn: Any, training: bool) -> Any:
        mean = ops.mean(images, axis=(1, 2), keepdims=True)
        changed = (images - mean) * ops.cast(drawn, images.dtype) + mean
        return ops.clip(changed, *self.value_range)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return self._settings("factor", "value_range", "seed")


@registry.builtin("layer")
class RandomBrightness(ImageLayer):
    """Adds a random number to all pixels of an image, in training.

    Args:
        factor: Largest number as a part of the range of values, or a pair.
        value_range: Smallest and largest value of pixels.
        seed: For repeatable numbers.
        **kwargs: `name`, `dtype` and `data_format`.

    Raises:
        ValueError: For a factor that is not from -1 to 1.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.RandomBrightness(0.2, seed=1)
        >>> layer(keras.ops.ones((4, 8, 8, 3)), training=True).shape
        (4, 8, 8, 3)
    """

    def __init__(
        self, factor: Any, value_range: Any = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.factor = factor_range(factor, -1, 1, "factor", "RandomBrightness")
        self.value_range = list(value_bounds(value_range, "RandomBrightness"))
        self._seeded(seed)

    def _draw(self, images: Tensor, training: bool) -> Any:
        low, high = self.value_range
        return self._uniform((images.shape[0], 1, 1, 1), *self.factor) * (high - low)

    def _change(self, images: Tensor, drawn: Any, training: bool) -> Any:
        return ops.clip(images + ops.cast(drawn, images.dtype), *self.value_range)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return self._settings("factor", "seed") | {"value_range": list(self.value_range)}


@registry.builtin("layer")
class RandomGrayscale(ImageLayer):
    """Takes the colour from random images, in training.

    Args:
        factor: Probability.
        data_format: "channels_last" or "channels_first".
        seed: For repeatable choices.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For a probability that is not from 0 to 1.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.RandomGrayscale(0.5, seed=1)
        >>> layer(keras.ops.ones((4, 8, 8, 3)), training=True).shape
        (4, 8, 8, 3)
    """

    def __init__(
        self,
        factor: float = 0.5,
        data_format: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        if not 0 <= factor <= 1:
            raise ValueError(f"RandomGrayscale: factor is from 0 to 1; got {factor!r}.")
        self.factor = factor
        self._seeded(seed)

    def _draw(self, images: Tensor, training: bool) -> Any:
        chosen = ops.less(self._uniform((images.shape[0],)), self.factor)
        return ops.reshape(chosen, (-1, 1, 1, 1))

    def _change(self, images: Tensor, drawn: Any, training: bool) -> Any:
        gray = ops.image.rgb_to_grayscale(images, data_format="channels_last")
        return ops.where(drawn, gray, images)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return self._settings("factor")


@registry.builtin("layer")
class AutoContrast(ImageLayer):
    """Stretches each channel of an image to the whole range of values.

    Args:
        value_range: Smallest and largest value of pixels.
        **kwargs: `name`, `dtype` and `data_format`.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.AutoContrast(value_range=(0, 1))
        >>> layer(keras.ops.reshape(keras.ops.array([0.2, 0.4]), (1, 2, 1))).tolist()
        [[[0.0], [1.0]]]
    """

    _only_in_training = False

    def __init__(self, value_range: Any = (0, 255), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.value_range = list(value_bounds(value_range, "AutoContrast"))

    def _change(self, images: Tensor, drawn: Any, training: bool) -> Any:
        least, most = self.value_range
        low = ops.min(images, axis=(1, 2), keepdims=True)
        spread = ops.max(images, axis=(1, 2), keepdims=True) - low
        flat = ops.equal(spread, 0)
        stretched = (images - low) / ops.where(flat, 1.0, spread) * (most - least) + least
        return ops.where(flat, images, ops.clip(stretched, least, most))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return self._settings() | {"value_range": list(self.value_range)}
