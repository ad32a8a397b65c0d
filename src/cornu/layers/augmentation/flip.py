"""RandomFlip: mirrored images."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.core.tensor import Tensor
from cornu.layers.augmentation.base import ImageLayer

_AXES = {"horizontal": (2,), "vertical": (1,), "horizontal_and_vertical": (2, 1)}


@registry.builtin("layer")
class RandomFlip(ImageLayer):
    """Mirrors half of the images, each time others, in training.

    Args:
        mode: "horizontal" (left and right), "vertical", or "horizontal_and_vertical" (both).
        seed: For repeatable choices.
        data_format: "channels_last" or "channels_first".
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For an unknown mode.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.RandomFlip("horizontal", seed=1)
        >>> layer(keras.ops.ones((4, 8, 8, 3)), training=True).shape
        (4, 8, 8, 3)
    """

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: int | None = None,
        data_format: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        if mode not in _AXES:
            listed = ", ".join(map(repr, _AXES))
            raise ValueError(f"RandomFlip: mode is one of {listed}; got {mode!r}.")
        self.mode = mode
        self._seeded(seed)

    def _draw(self, images: Tensor, training: bool) -> Any:
        return ops.less_equal(self._uniform((images.shape[0], 1, 1, 1)), 0.5)

    def _change(self, images: Tensor, drawn: Any, training: bool) -> Any:
        for axis in _AXES[self.mode]:
            images = ops.where(drawn, ops.flip(images, axis), images)
        return images

    def _change_masks(self, masks: Tensor, drawn: Any, training: bool) -> Any:
        return self._change(masks, drawn, training)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return self._settings("seed", "mode")
