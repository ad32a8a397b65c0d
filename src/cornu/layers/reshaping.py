"""Layers that change the shape of their input and no value."""

from __future__ import annotations

import math
from typing import Any

from cornu import ops
from cornu.core import registry, settings
from cornu.core.keras_tensor import KerasTensor
from cornu.layers.core.dense import positive_int
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer


class _Reshaping(Layer):
    """Base: the dtype stays that of the input."""

    def compute_output_spec(self, inputs: Any) -> Any:
        """Returns a KerasTensor like the output."""
        return KerasTensor(self.compute_output_shape(inputs.shape), inputs.dtype)


@registry.builtin("layer")
class Flatten(_Reshaping):
    """All axes behind the batch axis made one.

    Args:
        data_format: "channels_last" or "channels_first"; the latter moves channels to the end
            first.
        **kwargs: `name`, `dtype`, and `input_shape` on a first layer.

    Example:
        >>> import cornu as keras
        >>> keras.layers.Flatten()(keras.ops.ones((2, 3, 4))).shape
        (2, 12)
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = data_format or settings.image_data_format()
        if self.data_format not in ("channels_last", "channels_first"):
            raise ValueError(
                f"Flatten: data_format is 'channels_last' or 'channels_first'; got {data_format!r}."
            )
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        """Reshapes."""
        shape = inputs.shape
        rank = len(shape)
        if self.data_format == "channels_first" and rank > 2:
            inputs = ops.transpose(inputs, (0, *range(2, rank), 1))
        return ops.reshape(inputs, (shape[0], math.prod(shape[1:])))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the batch size and the product of the other sizes."""
        sizes = input_shape[1:]
        return (input_shape[0], None if None in sizes else math.prod(sizes))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "data_format": self.data_format}


@registry.builtin("layer")
class Reshape(_Reshaping):
    """Another shape for each sample.

    Args:
        target_shape: Sizes behind the batch axis; one may be -1.
        **kwargs: `name`, `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: For a target that is no shape; when called, for one that does not fit.

    Example:
        >>> import cornu as keras
        >>> keras.layers.Reshape((3, -1))(keras.ops.ones((2, 12))).shape
        (2, 3, 4)
    """

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        target = (target_shape,) if isinstance(target_shape, int) else tuple(target_shape)
        if any(not hasattr(size, "__index__") or size < -1 for size in target):
            raise ValueError(
                f"Reshape: target_shape holds sizes >= 0, and at most one -1; got {target_shape!r}."
            )
        if target.count(-1) > 1:
            raise ValueError(f"Reshape: only one size may be -1; got {target_shape!r}.")
        self.target_shape = tuple(int(size) for size in target)
        self._build_at_init()

    def _resolve(self, sizes: tuple[Any, ...]) -> tuple[Any, ...]:
        target = self.target_shape
        known = math.prod(size for size in target if size != -1)
        if None in sizes:
            return tuple(None if size == -1 else size for size in target)
        total = math.prod(sizes)
        fits = total == known if -1 not in target else (known != 0 and total % known == 0)
        if not fits:
            raise ValueError(
                f"{self._who()} cannot make samples of shape {tuple(sizes)} ({total} elements) "
                f"into {target}: that takes {known} elements"
                f"{' or a multiple of it' if -1 in target else ''}."
            )
        return tuple(total // known if size == -1 else size for size in target)

    def call(self, inputs: Any) -> Any:
        """Reshapes."""
        return ops.reshape(inputs, (inputs.shape[0], *self._resolve(tuple(inputs.shape[1:]))))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the batch size and the target shape."""
        return (input_shape[0], *self._resolve(tuple(input_shape[1:])))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "target_shape": self.target_shape}


@registry.builtin("layer")
class Permute(_Reshaping):
    """The axes behind the batch axis in another order.

    Args:
        dims: Which axis comes first, second, ...; the first behind the batch axis is 1.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: When `dims` is no permutation of 1 to n.

    Example:
        >>> import cornu as keras
        >>> keras.layers.Permute((2, 1))(keras.ops.ones((2, 3, 4))).shape
        (2, 4, 3)
    """

    def __init__(self, dims: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"Permute: dims holds each of 1 to {len(self.dims)} once; got {dims!r}."
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Any) -> Any:
        """Transposes."""
        return ops.transpose(inputs, (0, *self.dims))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the sizes in the new order."""
        return (input_shape[0], *(input_shape[axis] for axis in self.dims))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "dims": self.dims}


@registry.builtin("layer")
class RepeatVector(_Reshaping):
    """Each sample, a vector, repeated along a new axis.

    Args:
        n: How often.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: When `n` is no positive int.

    Example:
        >>> import cornu as keras
        >>> keras.layers.RepeatVector(3)(keras.ops.ones((2, 4))).shape
        (2, 3, 4)
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = positive_int(n, "n", "RepeatVector")
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: Any) -> Any:
        """Repeats."""
        batch, size = inputs.shape
        return ops.broadcast_to(ops.expand_dims(inputs, 1), (batch, self.n, size))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape with the new axis in the middle."""
        return (input_shape[0], self.n, input_shape[1])

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "n": self.n}
