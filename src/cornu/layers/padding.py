"""Layers that add borders to images or cut them off."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.core.keras_tensor import KerasTensor
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.ops.windows import image_format, image_shape, spatial_sizes

_Pairs = tuple[tuple[int, int], ...]


def _border(value: Any, rank: int, argument: str, who: str) -> _Pairs:
    """Returns widths as a pair (before, after) for each spatial axis."""
    if hasattr(value, "__index__"):
        value = [value] * rank
    elif rank == 1:
        value = [value]
    fits = isinstance(value, (list, tuple)) and len(value) == rank
    pairs = [(w, w) if hasattr(w, "__index__") else w for w in value] if fits else []
    for pair in pairs:
        whole = isinstance(pair, (list, tuple)) and len(pair) == 2
        fits = fits and whole and all(hasattr(w, "__index__") and w >= 0 for w in pair)
    if not fits:
        wanted = "an int >= 0 or a pair of them (before, after)"
        if rank > 1:
            wanted = f"an int >= 0, {rank} of them, or {rank} pairs (before, after)"
        raise ValueError(f"{who}: {argument} must be {wanted}; got {argument}={value!r}.")
    return tuple((int(before), int(after)) for before, after in pairs)


class _Bordering(Layer):
    """Base: images of another size, with the dtype of the inputs."""

    rank: int

    def __init__(self, data_format: str | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = image_format(data_format, type(self).__name__)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._build_at_init()

    def _sizes(self, sizes: tuple[Any, ...]) -> tuple[Any, ...]:
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape with the new spatial sizes."""
        channels = input_shape[-1 if self.data_format == "channels_last" else 1]
        sizes = self._sizes(spatial_sizes(input_shape, self.data_format))
        return image_shape(input_shape[0], sizes, channels, self.data_format)

    def compute_output_spec(self, inputs: Any) -> Any:
        """Returns a KerasTensor like the output."""
        return KerasTensor(self.compute_output_shape(inputs.shape), inputs.dtype)


class _ZeroPadding(_Bordering):
    padding: Any

    def _pairs(self) -> _Pairs:
        return self.padding

    def _sizes(self, sizes: tuple[Any, ...]) -> tuple[Any, ...]:
        pairs = zip(sizes, self._pairs(), strict=True)
        return tuple(None if size is None else size + sum(pair) for size, pair in pairs)

    def call(self, inputs: Any) -> Any:
        """Adds the border."""
        return ops.pad(inputs, image_shape((0, 0), self._pairs(), (0, 0), self.data_format))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "padding": self.padding, "data_format": self.data_format}


class _Cropping(_Bordering):
    cropping: Any

    def _pairs(self) -> _Pairs:
        return self.cropping

    def _sizes(self, sizes: tuple[Any, ...]) -> tuple[Any, ...]:
        pairs = list(zip(sizes, self._pairs(), strict=True))
        if any(size is not None and sum(pair) >= size for size, pair in pairs):
            raise ValueError(
                f"{self._who()}: cropping={self.cropping} leaves nothing of images with spatial "
                f"size {tuple(sizes)}."
            )
        return tuple(None if size is None else size - sum(pair) for size, pair in pairs)

    def call(self, inputs: Any) -> Any:
        """Cuts the border off."""
        sizes = spatial_sizes(inputs.shape, self.data_format)
        self._sizes(sizes)
        pairs = zip(sizes, self._pairs(), strict=True)
        kept = [slice(before, size - after) for size, (before, after) in pairs]
        return inputs[image_shape(slice(None), kept, slice(None), self.data_format)]

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "cropping": self.cropping, "data_format": self.data_format}


@registry.builtin("layer")
class ZeroPadding1D(_ZeroPadding):
    """Steps of zeros before and after sequences.

    Inputs have shape (batch, steps, channels), or (batch, channels, steps) with "channels_first".

    Args:
        padding: How many: one number for both ends, or a pair (before, after).
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For what are no such numbers.

    Example:
        >>> import cornu as keras
        >>> keras.layers.ZeroPadding1D((1, 2))(keras.ops.ones((1, 2, 1))).numpy().ravel()
        array([0., 1., 1., 0., 0.], dtype=float32)
    """

    rank = 1

    def __init__(self, padding: Any = 1, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        self.padding = _border(padding, 1, "padding", "ZeroPadding1D")[0]

    def _pairs(self) -> _Pairs:
        return (self.padding,)


@registry.builtin("layer")
class ZeroPadding2D(_ZeroPadding):
    """Rows and columns of zeros around images.

    Inputs have shape (batch, height, width, channels), or (batch, channels, height, width) with
    "channels_first".

    Args:
        padding: How many: one number for all sides, two (for rows and columns), or two pairs
            ((top, bottom), (left, right)).
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For what are no such numbers.

    Example:
        >>> import cornu as keras
        >>> keras.layers.ZeroPadding2D(((1, 0), (2, 2)))(keras.ops.ones((1, 4, 4, 3))).shape
        (1, 5, 8, 3)
    """

    rank = 2

    def __init__(
        self, padding: Any = (1, 1), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data_format, **kwargs)
        self.padding = _border(padding, 2, "padding", "ZeroPadding2D")


@registry.builtin("layer")
class ZeroPadding3D(_ZeroPadding):
    """Zeros around volumes.

    Inputs have shape (batch, depth, height, width, channels), or with the channels behind the
    batch with "channels_first".

    Args:
        padding: How many: one number for all sides, one for each axis, or a pair (before, after)
            for each axis.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For what are no such numbers.

    Example:
        >>> import cornu as keras
        >>> keras.layers.ZeroPadding3D(1)(keras.ops.ones((1, 2, 3, 4, 1))).shape
        (1, 4, 5, 6, 1)
    """

    rank = 3

    def __init__(
        self,
        padding: Any = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format, **kwargs)
        self.padding = _border(padding, 3, "padding", "ZeroPadding3D")


@registry.builtin("layer")
class Cropping1D(_Cropping):
    """Sequences without their first and last steps.

    Inputs have shape (batch, steps, channels).

    Args:
        cropping: How many: one number for both ends, or a pair (before, after).
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For what are no such numbers, and when nothing would be left.

    Example:
        >>> import cornu as keras
        >>> keras.layers.Cropping1D((1, 2))(keras.ops.ones((1, 5, 2))).shape
        (1, 2, 2)
    """

    rank = 1

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__("channels_last", **kwargs)
        self.cropping = _border(cropping, 1, "cropping", "Cropping1D")[0]

    def _pairs(self) -> _Pairs:
        return (self.cropping,)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        config = super().get_config()
        del config["data_format"]
        return config


@registry.builtin("layer")
class Cropping2D(_Cropping):
    """Images without rows and columns at their sides.

    Inputs have shape (batch, height, width, channels), or (batch, channels, height, width) with
    "channels_first".

    Args:
        cropping: How many: one number for all sides, two (for rows and columns), or two pairs
            ((top, bottom), (left, right)).
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For what are no such numbers, and when nothing would be left.

    Example:
        >>> import cornu as keras
        >>> keras.layers.Cropping2D(((1, 0), (2, 1)))(keras.ops.ones((1, 5, 6, 3))).shape
        (1, 4, 3, 3)
    """

    rank = 2

    def __init__(
        self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data_format, **kwargs)
        self.cropping = _border(cropping, 2, "cropping", "Cropping2D")


@registry.builtin("layer")
class Cropping3D(_Cropping):
    """Volumes without their outer parts.

    Inputs have shape (batch, depth, height, width, channels), or with the channels behind the
    batch with "channels_first".

    Args:
        cropping: How many: one number for all sides, one for each axis, or a pair (before, after)
            for each axis.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: For what are no such numbers, and when nothing would be left.

    Example:
        >>> import cornu as keras
        >>> keras.layers.Cropping3D(1)(keras.ops.ones((1, 4, 5, 6, 1))).shape
        (1, 2, 3, 4, 1)
    """

    rank = 3

    def __init__(
        self,
        cropping: Any = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format, **kwargs)
        self.cropping = _border(cropping, 3, "cropping", "Cropping3D")
