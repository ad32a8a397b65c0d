"""Random initializers with fixed bounds or deviations, and orthogonal matrices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu import ops
from cornu.core import dtypes
from cornu.core.keys import make_default_seed
from cornu.core.registry import builtin
from cornu.initializers._initializer import Initializer
from cornu.ops import sampling as random
from cornu.ops.seeds import SeedGenerator
from cornu.saving.serialization import deserialize_keras_object, serialize_keras_object


class RandomInitializer(Initializer):
    """Base of random initializers.

    Args:
        seed: An int, a SeedGenerator, or None to draw a seed.

    Example:
        >>> isinstance(RandomNormal(seed=1), RandomInitializer)
        True
    """

    def __init__(self, seed: Any = None) -> None:
        self._init_seed = seed
        if seed is None:
            seed = make_default_seed()
        elif isinstance(seed, dict):
            seed = deserialize_keras_object(seed)
        elif isinstance(seed, (np.integer, float)) and int(seed) == seed:
            seed = int(seed)
        if not isinstance(seed, (int, SeedGenerator)):
            raise ValueError(
                f"{type(self).__name__}: seed is an int, a keras.random.SeedGenerator or None; "
                f"got {seed!r}."
            )
        self.seed = seed

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"seed": serialize_keras_object(self._init_seed)}


@builtin("initializer", "random_normal", "normal")
class RandomNormal(RandomInitializer):
    """Normally distributed values.

    Args:
        mean: Mean.
        stddev: Standard deviation.
        seed: An int, a SeedGenerator, or None to draw a seed.

    Example:
        >>> RandomNormal(seed=1)((2, 3)).shape
        (2, 3)
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Returns random values."""
        return random.normal(shape, mean=self.mean, stddev=self.stddev, seed=self.seed, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"mean": self.mean, "stddev": self.stddev, **super().get_config()}


@builtin("initializer", "truncated_normal")
class TruncatedNormal(RandomInitializer):
    """Normally distributed values, none more than two standard deviations from the mean.

    Args:
        mean: Mean.
        stddev: Standard deviation before the cut.
        seed: An int, a SeedGenerator, or None to draw a seed.

    Example:
        >>> TruncatedNormal(seed=1)((2, 3)).shape
        (2, 3)
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Returns random values."""
        return random.truncated_normal(
            shape, mean=self.mean, stddev=self.stddev, seed=self.seed, dtype=dtype
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"mean": self.mean, "stddev": self.stddev, **super().get_config()}


@builtin("initializer", "random_uniform", "uniform")
class RandomUniform(RandomInitializer):
    """Evenly distributed values.

    Args:
        minval: Smallest value.
        maxval: Bound that is not reached.
        seed: An int, a SeedGenerator, or None to draw a seed.

    Example:
        >>> RandomUniform(seed=1)((2, 3)).shape
        (2, 3)
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed)

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Returns random values."""
        return random.uniform(
            shape, minval=self.minval, maxval=self.maxval, seed=self.seed, dtype=dtype
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"minval": self.minval, "maxval": self.maxval, **super().get_config()}


@builtin("initializer", "orthogonal", "OrthogonalInitializer")
class Orthogonal(RandomInitializer):
    """A matrix with orthogonal rows or columns (Saxe et al., 2014).

    Args:
        gain: Factor.
        seed: An int, a SeedGenerator, or None to draw a seed.

    Raises:
        ValueError: In use, for a shape of fewer than two sizes.

    Example:
        >>> q = Orthogonal(seed=1)((3, 3)).numpy()
        >>> bool(abs(q @ q.T - np.eye(3)).max() < 1e-5)
        True
    """

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        self.gain = gain
        super().__init__(seed)

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Returns the matrix, folded to the shape with all but the last axis as rows."""
        if len(shape) < 2:
            raise ValueError(
                f"Orthogonal initializer: expected a shape of two or more sizes; got {shape}."
            )
        name = dtypes.canonical(dtype)
        rows, columns = math.prod(shape[:-1]), shape[-1]
        flat = (max(rows, columns), min(rows, columns))
        draw = random.normal(flat, seed=self.seed, dtype=name)
        q, r = np.linalg.qr(np.asarray(draw, np.float64 if name == "float64" else np.float32))
        q = q * np.sign(np.diag(r))
        if rows < columns:
            q = q.T
        return ops.convert_to_tensor(self.gain * q.reshape(tuple(shape)), dtype=name)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"gain": self.gain, **super().get_config()}
