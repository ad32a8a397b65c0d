"""RandomElasticTransform: images deformed as if on rubber."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.core.tensor import Tensor
from cornu.layers.augmentation.base import Warp, factor_range, value_bounds


@registry.builtin("layer")
class RandomElasticTransform(Warp):
    """Deforms images by random displacements that neighbouring pixels share, in training.

    Each batch is deformed with a strength drawn from `scale`: displacements are blurred over 0.05
    of the smaller side, times the strength. (Simard, Steinkraus, Platt, 2003.)

    Args:
        factor: Probability with which an image is deformed, or a pair it is drawn from.
        scale: Largest strength (0 to 1), or a pair.
        interpolation: "bilinear" or "nearest".
        fill_mode: What lies beyond the border: "reflect", "wrap", "constant" or "nearest".
        fill_value: The value beyond the border for "constant".
        value_range: Smallest and largest value of pixels.
        seed: For repeatable deformations.
        data_format: "channels_last" or "channels_first".
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For numbers that are not from 0 to 1.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.RandomElasticTransform(scale=0.8, value_range=(0, 1), seed=1)
        >>> layer(keras.ops.ones((4, 28, 28, 1)), training=True).shape
        (4, 28, 28, 1)
    """

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            interpolation, fill_mode, fill_value, seed, data_format=data_format, **kwargs
        )
        who = "RandomElasticTransform"
        self.factor = factor_range(factor, 0, 1, "factor", who)
        self.scale = factor_range(scale, 0, 1, "scale", who)
        self.value_range = value_bounds(value_range, who)

    def _draw(self, images: Tensor, training: bool) -> Any:
        chosen = self._chosen(images, self.factor)
        strength = self._uniform((), *self.scale)
        return chosen, strength, ops.random.SeedGenerator.next(self.generator)

    def _warp(self, images: Tensor, drawn: Any, interpolation: str) -> Any:
        chosen, strength, key = drawn
        _, height, width, _ = images.shape
        deformed = ops.image.elastic_transform(
            images,
            alpha=strength * (0.1 * max(height, width)),
            sigma=ops.maximum(strength * (0.05 * min(height, width)), 1e-3),
            interpolation=interpolation,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            seed=key,
            data_format="channels_last",
        )
        return ops.clip(ops.where(chosen, deformed, images), *self.value_range)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        names = ("factor", "scale", "interpolation", "fill_mode", "fill_value", "value_range")
        return self._settings(*names, "seed")
