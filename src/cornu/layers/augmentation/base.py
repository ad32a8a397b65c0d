"""ImageLayer: what layers that change images share."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import tree
from cornu.core.tensor import Tensor
from cornu.layers.layer import Layer
from cornu.ops.random import SeedGenerator
from cornu.ops.warping import INTERPOLATIONS
from cornu.ops.windows import channels_from_end, channels_to_end, image_format

FILL_MODES = ("reflect", "wrap", "constant", "nearest")


class ImageLayer(Layer):
    """Base of the layers that change images; random ones change them in training only.

    Subclasses draw a change in `_draw` and make it in `_change`, for floats of shape (batch,
    height, width, channels). Beside images, a dict with "images", "labels" and
    "segmentation_masks" may be given, in which images and masks change together.
    """

    # Whether images stay as they are outside of training.
    _only_in_training = True

    def __init__(self, data_format: Any = None, **kwargs: Any) -> None:
        if kwargs.pop("bounding_box_format", None) is not None:
            raise ValueError(f"{type(self).__name__}: bounding boxes are not supported.")
        super().__init__(**kwargs)
        self.data_format = image_format(data_format, type(self).__name__)

    def _seeded(self, seed: int | None) -> None:
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = True) -> Any:
        """Changes images: of shape (height, width, channels), or a batch of them."""
        if isinstance(inputs, dict):
            return self._call_on_dict(inputs, training)
        if self._only_in_training and not training:
            return ops.cast(inputs, self.compute_dtype)
        images = self._batch(inputs)
        changed = self._change(images, self._draw(images, training), training)
        return self._restored(changed, inputs)

    def _call_on_dict(self, inputs: dict[str, Any], training: bool) -> dict[str, Any]:
        if "bounding_boxes" in inputs:
            raise ValueError(f"{self._who()}: bounding boxes are not supported.")
        result = dict(inputs)
        images = self._batch(inputs["images"])
        if self._only_in_training and not training:
            result["images"] = ops.cast(inputs["images"], self.compute_dtype)
            return result
        drawn = self._draw(images, training)
        result["images"] = self._restored(self._change(images, drawn, training), inputs["images"])
        if "segmentation_masks" in inputs:
            masks = inputs["segmentation_masks"]
            changed = self._change_masks(self._batch(masks), drawn, training)
            result["segmentation_masks"] = ops.cast(
                self._restored(changed, masks), ops.dtype(masks)
            )
        return result

    def _batch(self, inputs: Any) -> Tensor:
        images = ops.cast(inputs, self._working_dtype(inputs))
        if images.ndim not in (3, 4):
            raise ValueError(
                f"{self._who()} takes images of shape (height, width, channels) or a batch of them; "
                f"got shape {images.shape}."
            )
        if images.ndim == 3:
            images = ops.expand_dims(images, 0)
        return channels_to_end(images, self.data_format)

    def _working_dtype(self, inputs: Any) -> str:
        return self.compute_dtype

    def _restored(self, images: Any, inputs: Any) -> Any:
        result = channels_from_end(images, self.data_format)
        return ops.squeeze(result, 0) if len(ops.shape(inputs)) == 3 else result

    def _draw(self, images: Tensor, training: bool) -> Any:
        """Returns what the change of a batch of images is."""
        return None

    def _change(self, images: Tensor, drawn: Any, training: bool) -> Any:
        """Returns a batch of images after the change."""
        raise NotImplementedError

    def _change_masks(self, masks: Tensor, drawn: Any, training: bool) -> Any:
        """Returns masks that belong to images after their change; those of colours alone stay."""
        return masks

    def _uniform(self, shape: Any, low: float = 0.0, high: float = 1.0) -> Tensor:
        return ops.random.uniform(shape, low, high, dtype="float32", seed=self.generator)

    def _chosen(self, images: Tensor, factor: tuple[float, float]) -> Tensor:
        """Returns for each image whether it changes, with a probability drawn from a range."""
        count = (images.shape[0],)
        probability = self._uniform(count, *factor)
        return ops.reshape(ops.less(self._uniform(count), probability), (*count, 1, 1, 1))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape."""
        return input_shape

    def _sized(self, input_shape: Any, height: int, width: int) -> tuple[Any, ...]:
        """Returns the shape of images in another size."""
        sizes = list(input_shape)
        first = -3 if self.data_format == "channels_last" else -2
        sizes[first], sizes[first + 1] = height, width
        return tuple(sizes)

    def compute_output_spec(self, inputs: Any, training: bool = True) -> Any:
        """Returns KerasTensors like the output."""
        if not isinstance(inputs, dict):
            return super().compute_output_spec(inputs)
        return tree.map_structure(lambda tensor: tensor, inputs)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "data_format": self.data_format}

    def _settings(self, *names: str) -> dict[str, Any]:
        return {**ImageLayer.get_config(self), **{name: getattr(self, name) for name in names}}


class Warp(ImageLayer):
    """Base of the layers that move pixels."""

    def __init__(
        self,
        interpolation: str,
        fill_mode: str,
        fill_value: float,
        seed: int | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        for name, value, allowed in (
            ("interpolation", interpolation, INTERPOLATIONS),
            ("fill_mode", fill_mode, FILL_MODES),
        ):
            if value not in allowed:
                raise NotImplementedError(
                    f"{type(self).__name__}: {name} is one of {', '.join(map(repr, allowed))}; got "
                    f"{value!r}."
                )
        self.interpolation = interpolation
        self.fill_mode = fill_mode
        self.fill_value = fill_value
        self._seeded(seed)

    def _change(self, images: Tensor, drawn: Any, training: bool) -> Any:
        return self._warp(images, drawn, self.interpolation)

    def _change_masks(self, masks: Tensor, drawn: Any, training: bool) -> Any:
        return self._warp(masks, drawn, "nearest")

    def _warp(self, images: Tensor, drawn: Any, interpolation: str) -> Any:
        return ops.image.affine_transform(
            images, drawn, interpolation, self.fill_mode, self.fill_value, "channels_last"
        )


def factor_range(
    value: Any, low: float, high: float, name: str, who: str, *, least: float | None = None
) -> tuple[float, float]:
    """Returns a range given as a pair, or as a number f that stands for -f to f.

    Args:
        value: The number or pair.
        low: Smallest number allowed.
        high: Largest.
        name: The argument, for errors.
        who: The layer, for errors.
        least: The range begins here at the lowest; `low` when None.

    Raises:
        ValueError: For anything else.
    """
    pair = isinstance(value, (list, tuple)) and len(value) == 2
    numbers = value if pair else (value,)
    if not all(isinstance(n, (int, float)) and low <= n <= high for n in numbers):
        raise ValueError(
            f"{who}: {name} is a number from {low} to {high}, or a pair of them; got {value!r}."
        )
    if pair:
        return min(numbers), max(numbers)
    return max(-abs(value), low if least is None else least), abs(value)


def value_bounds(value_range: Any, who: str) -> tuple[Any, Any]:
    """Returns the smallest and the largest value of pixels.

    Raises:
        ValueError: When it is no pair.
    """
    if not isinstance(value_range, (list, tuple)) or len(value_range) != 2:
        raise ValueError(
            f"{who}: value_range is the smallest and the largest value of pixels, such as (0, 255); "
            f"got {value_range!r}."
        )
    return min(value_range), max(value_range)
