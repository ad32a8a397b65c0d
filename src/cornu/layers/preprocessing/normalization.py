"""Normalization: shifts and scales features to mean 0 and variance 1."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from cornu import ops
from cornu.core import registry, settings
from cornu.core.tensor import Tensor
from cornu.layers.layer import Layer


@registry.builtin("layer")
class Normalization(Layer):
    """`(inputs - mean) / sqrt(variance)`, with the statistics of a data set.

    Args:
        axis: The axis or axes with statistics of their own; None for a single mean and variance.
        mean: Known mean, with `variance`; otherwise call `adapt(data)`.
        variance: Known variance.
        invert: Whether the inverse is computed: `inputs * sqrt(variance) + mean`.
        **kwargs: `name`, `dtype`, and `input_shape` on a first layer.

    Raises:
        ValueError: When only one of `mean` and `variance` is given or their shapes do not fit.

    Example:
        >>> import cornu as keras, numpy as np
        >>> layer = keras.layers.Normalization()
        >>> layer.adapt(np.array([[1.0], [3.0]]))
        >>> layer(np.array([[1.0], [5.0]])).numpy().tolist()
        [[-1.0], [3.0]]
    """

    def __init__(
        self,
        axis: Any = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if axis is None:
            axis = ()
        self.axis = (axis,) if isinstance(axis, int) else tuple(axis)
        self.input_mean = mean
        self.input_variance = variance
        self.invert = invert
        self.supports_masking = True
        self._build_input_shape: Any = None
        if (mean is None) != (variance is None):
            raise ValueError(
                f"Normalization: give both mean and variance, or neither and call adapt(data); got "
                f"mean={mean} and variance={variance}."
            )
        if mean is not None:
            shapes = np.shape(mean), np.shape(variance)
            if shapes[0] != shapes[1] or len(shapes[0]) > len(self.axis):
                raise ValueError(
                    f"Normalization: mean and variance have the same shape, with at most one axis "
                    f"for each entry of axis={self.axis}; got shapes {shapes[0]} and {shapes[1]}."
                )

    def build(self, input_shape: Any) -> None:
        """Makes the statistics."""
        if input_shape is None:
            return
        rank = len(input_shape)
        if any(not -rank <= axis < rank for axis in self.axis):
            raise ValueError(
                f"{self._who()}: axis={self.axis} does not exist in inputs of shape {input_shape}."
            )
        keep = tuple(sorted(axis % rank for axis in self.axis))
        for axis in keep:
            if input_shape[axis] is None:
                raise ValueError(
                    f"{self._who()} keeps statistics along axis {axis}, whose size is unknown in "
                    f"inputs of shape {input_shape}. Give the size, or call adapt(data) first."
                )
        self._build_input_shape = tuple(input_shape)
        self._keep_axis = keep
        self._reduce_axis = tuple(axis for axis in range(rank) if axis not in keep)
        self._broadcast_shape = tuple(
            input_shape[axis] if axis in keep else 1 for axis in range(rank)
        )
        if self.input_mean is None:
            sizes = tuple(input_shape[axis] for axis in keep)
            self.adapt_mean = self.add_weight(
                name="mean", shape=sizes, initializer="zeros", trainable=False
            )
            self.adapt_variance = self.add_weight(
                name="variance", shape=sizes, initializer="ones", trainable=False
            )
            # Unused; files written by Keras hold it.
            self.count = self.add_weight(
                name="count", shape=(), dtype="int32", initializer="zeros", trainable=False
            )
        else:
            self._given_mean = self._aligned(self.input_mean)
            self._given_variance = self._aligned(self.input_variance)

    def _aligned(self, value: Any) -> Tensor:
        """Returns a given statistic in a shape that broadcasts against the inputs."""
        array = np.asarray(value)
        sizes = [1] * len(self._broadcast_shape)
        for position in range(1, array.ndim + 1):
            sizes[self._keep_axis[-position]] = array.shape[-position]
        try:
            array = np.broadcast_to(array.reshape(sizes), self._broadcast_shape)
        except ValueError as error:
            raise ValueError(
                f"{self._who()}: mean and variance of shape {array.shape} do not fit inputs of "
                f"shape {self._build_input_shape} with axis={self.axis}."
            ) from error
        return ops.convert_to_tensor(np.array(array), self.compute_dtype)

    @property
    def mean(self) -> Any:
        """The mean, in a shape that broadcasts against the inputs; None before the build."""
        return self._statistic("mean")

    @property
    def variance(self) -> Any:
        """The variance, in a shape that broadcasts against the inputs; None before the build."""
        return self._statistic("variance")

    def _statistic(self, name: str) -> Any:
        if not self.built:
            return None
        if self.input_mean is not None:
            return getattr(self, f"_given_{name}")
        adapted = ops.reshape(getattr(self, f"adapt_{name}"), self._broadcast_shape)
        return ops.cast(adapted, self.compute_dtype)

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Computes mean and variance of data, forgetting earlier ones.

        Args:
            data: An array, a tensor, a data frame, or an iterable of batches (of which the first
                item counts when they are tuples).
            batch_size: Accepted for Keras 2's signature; has no effect.
            steps: How many batches of an iterable are taken; all when None.

        Raises:
            ValueError: For empty data, and for data whose shape is not the one built for.
            TypeError: For what is no data.
        """
        del batch_size
        if self.input_mean is not None:
            raise ValueError(
                f"{self._who()} was made with a mean and a variance, so it cannot adapt to data."
            )
        array = _whole(data)
        if array is not None:
            self._check_adapt_shape(array.shape)
            if array.size == 0:
                raise ValueError(f"{self._who()}.adapt: the data are empty (shape {array.shape}).")
            self._set(np.mean(array, self._reduce_axis), np.var(array, self._reduce_axis))
            return
        if not hasattr(data, "__iter__"):
            raise TypeError(
                f"{self._who()}.adapt expects an array or an iterable of batches; got "
                f"{type(data).__name__}."
            )
        mean: Any = 0.0
        variance: Any = 0.0
        total = 0
        for batch in itertools.islice(iter(data), steps):
            values = _whole(batch[0] if isinstance(batch, (tuple, list)) else batch)
            if values is None:
                raise TypeError(
                    f"{self._who()}.adapt: the data yield {type(batch).__name__}, not arrays."
                )
            self._check_adapt_shape(values.shape)
            count = math.prod(values.shape[axis] for axis in self._reduce_axis)
            if count == 0:
                continue
            total += count
            weight = count / total
            batch_mean = np.mean(values, self._reduce_axis)
            batch_variance = np.var(values, self._reduce_axis)
            merged = mean * (1 - weight) + batch_mean * weight
            variance = (variance + (mean - merged) ** 2) * (1 - weight)
            variance = variance + (batch_variance + (batch_mean - merged) ** 2) * weight
            mean = merged
        if total == 0:
            raise ValueError(f"{self._who()}.adapt: the data are empty; give at least one batch.")
        self._set(mean, variance)

    def _set(self, mean: Any, variance: Any) -> None:
        self.adapt_mean.assign(np.asarray(mean, np.float32))
        self.adapt_variance.assign(np.asarray(variance, np.float32))

    def _check_adapt_shape(self, shape: tuple[int, ...]) -> None:
        if not self.built:
            self.build((None, *shape[1:]))
        known = self._build_input_shape
        if len(shape) != len(known) or any(shape[axis] != known[axis] for axis in self._keep_axis):
            raise ValueError(
                f"{self._who()} was built for inputs of shape {known}; adapt() got data of shape "
                f"{shape}."
            )

    def call(self, inputs: Any) -> Any:
        """Normalizes, or undoes it with `invert`."""
        inputs = ops.cast(inputs, self.compute_dtype)
        scale = ops.maximum(ops.sqrt(self.variance), settings.epsilon())
        if self.invert:
            return ops.add(ops.multiply(inputs, scale), self.mean)
        return ops.divide(ops.subtract(inputs, self.mean), scale)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "axis": list(self.axis),
            "invert": self.invert,
            "mean": None if self.input_mean is None else np.asarray(self.input_mean).tolist(),
            "variance": (
                None if self.input_variance is None else np.asarray(self.input_variance).tolist()
            ),
        }


def _whole(data: Any) -> np.ndarray[Any, Any] | None:
    """Returns data as one array, or None when they are no array but may be batches of arrays."""
    if isinstance(data, np.ndarray):
        return data
    if isinstance(data, Tensor):
        return data.numpy()
    if hasattr(data, "__array__") and hasattr(data, "shape"):
        return np.asarray(data)
    if isinstance(data, (list, tuple)) and data:
        first = data[0]
        while isinstance(first, (list, tuple)) and first:
            first = first[0]
        if isinstance(first, (int, float)):
            return np.asarray(data, np.float32)
    return None
