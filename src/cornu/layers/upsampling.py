"""Layers that make images larger by repeating or interpolating."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.core.keras_tensor import KerasTensor
from cornu.layers.core.dense import positive_int
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.ops.windows import image_format, image_shape, per_axis, spatial_sizes

_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


class _UpSampling(Layer):
    """Base: images some times as large, with the dtype of the inputs."""

    rank: int

    def __init__(self, size: Any, data_format: str | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        who = type(self).__name__
        self.size = per_axis(size, self.rank, "size", who)
        self.data_format = image_format(data_format, who)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._build_at_init()

    def call(self, inputs: Any) -> Any:
        """Repeats each place."""
        first = 1 if self.data_format == "channels_last" else 2
        for axis, times in enumerate(self._times(), start=first):
            if times > 1:
                inputs = ops.repeat(inputs, times, axis=axis)
        return inputs

    def _times(self) -> tuple[int, ...]:
        return self.size

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape with the larger spatial sizes."""
        channels = input_shape[-1 if self.data_format == "channels_last" else 1]
        pairs = zip(spatial_sizes(input_shape, self.data_format), self._times(), strict=True)
        sizes = [None if size is None else size * times for size, times in pairs]
        return image_shape(input_shape[0], sizes, channels, self.data_format)

    def compute_output_spec(self, inputs: Any) -> Any:
        """Returns a KerasTensor like the output."""
        return KerasTensor(self.compute_output_shape(inputs.shape), inputs.dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "size": self.size, "data_format": self.data_format}


@registry.builtin("layer")
class UpSampling1D(_UpSampling):
    """Sequences with each step repeated.

    Inputs have shape (batch, steps, channels).

    Args:
        size: How often.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: When `size` is no positive int.

    Example:
        >>> import cornu as keras
        >>> keras.layers.UpSampling1D(2)(keras.ops.array([[[1.0], [2.0]]])).numpy().ravel()
        array([1., 1., 2., 2.], dtype=float32)
    """

    rank = 1

    def __init__(self, size: int = 2, **kwargs: Any) -> None:
        super().__init__(size, "channels_last", **kwargs)
        self.size: Any = positive_int(self.size[0], "size", "UpSampling1D")

    def _times(self) -> tuple[int, ...]:
        return (self.size,)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        config = super().get_config()
        del config["data_format"]
        return config


@registry.builtin("layer")
class UpSampling2D(_UpSampling):
    """Images some times as high and wide.

    Inputs have shape (batch, height, width, channels), or (batch, channels, height, width) with
    "channels_first".

    Args:
        size: How many times: one number, or two.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        interpolation: "nearest" (repeats pixels), "bilinear", "bicubic", "lanczos3" or "lanczos5".
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For sizes that are no positive ints, or unknown names.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.UpSampling2D((1, 2), interpolation="bilinear")
        >>> layer(keras.ops.array([[[[0.0], [4.0]]]])).numpy().ravel()
        array([0., 1., 3., 4.], dtype=float32)
    """

    rank = 2

    def __init__(
        self,
        size: Any = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ) -> None:
        super().__init__(size, data_format, **kwargs)
        self.interpolation = str(interpolation).lower()
        if self.interpolation not in _INTERPOLATIONS:
            raise ValueError(
                f"UpSampling2D: interpolation is one of {', '.join(map(repr, _INTERPOLATIONS))}; "
                f"got {interpolation!r}."
            )

    def call(self, inputs: Any) -> Any:
        """Repeats pixels or interpolates between them."""
        if self.interpolation == "nearest":
            return super().call(inputs)
        sizes = spatial_sizes(inputs.shape, self.data_format)
        return ops.image.resize(
            inputs,
            (sizes[0] * self.size[0], sizes[1] * self.size[1]),
            interpolation=self.interpolation,
            data_format=self.data_format,
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "interpolation": self.interpolation}


@registry.builtin("layer")
class UpSampling3D(_UpSampling):
    """Volumes with each place repeated along each axis.

    Inputs have shape (batch, depth, height, width, channels), or with the channels behind the
    batch with "channels_first".

    Args:
        size: How often: one number, or three.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For sizes that are no positive ints, or an unknown data format.

    Example:
        >>> import cornu as keras
        >>> keras.layers.UpSampling3D((1, 2, 3))(keras.ops.ones((1, 2, 2, 2, 1))).shape
        (1, 2, 4, 6, 1)
    """

    rank = 3

    def __init__(
        self, size: Any = (2, 2, 2), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(size, data_format, **kwargs)
