"""Initializers: the values that weights begin with.

A seeded initializer gives the same values at every call; without a seed one is drawn from Python's
`random`, so that `keras.utils.set_random_seed` makes all weights repeat.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu import ops
from cornu.core import dtypes
from cornu.core.keys import make_default_seed
from cornu.core.registry import builtin
from cornu.ops import sampling as random
from cornu.ops.seeds import SeedGenerator
from cornu.saving import identifiers
from cornu.saving.serialization import serialize_keras_object

# Standard deviation of a normal distribution cut off at two standard deviations.
_TRUNCATED_STDDEV = 0.87962566103423978


class Initializer:
    """Base of initializers: override `__call__` and `get_config`.

    Example:
        >>> from cornu import ops
        >>> class Sevens(Initializer):
        ...     def __call__(self, shape, dtype=None):
        ...         return ops.full(shape, 7.0)
        >>> Sevens()((2,)).tolist()
        [7.0, 7.0]
    """

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Returns a tensor of initial values."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(shape, dtype=None).")

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Returns an initializer with the given arguments."""
        return cls(**{key: value for key, value in config.items() if key != "dtype"})

    def clone(self) -> Any:
        """Returns another initializer with the same arguments."""
        return type(self).from_config(self.get_config())


@builtin("initializer", "zeros", "zero")
class Zeros(Initializer):
    """All zeros.

    Example:
        >>> Zeros()((2,)).numpy()
        array([0., 0.], dtype=float32)
    """

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Returns zeros."""
        return ops.zeros(shape, dtype=dtypes.canonical(dtype))


@builtin("initializer", "ones", "one")
class Ones(Initializer):
    """All ones.

    Example:
        >>> Ones()((2,)).numpy()
        array([1., 1.], dtype=float32)
    """

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Returns ones."""
        return ops.ones(shape, dtype=dtypes.canonical(dtype))


@builtin("initializer", "constant")
class Constant(Initializer):
    """One value everywhere.

    Args:
        value: A number, or an array that broadcasts to the shape.

    Example:
        >>> Constant(3.0)((2,)).numpy()
        array([3., 3.], dtype=float32)
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Returns the value in every place."""
        name = dtypes.canonical(dtype)
        return ops.broadcast_to(ops.cast(ops.convert_to_tensor(self.value), name), tuple(shape))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"value": serialize_keras_object(self.value)}


@builtin("initializer", "identity", "IdentityInitializer", "eye")
class Identity(Initializer):
    """The identity matrix times a gain.

    Args:
        gain: Factor.

    Raises:
        ValueError: In use, for a shape that is not of rank 2.

    Example:
        >>> Identity()((2, 2)).numpy().tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Returns the matrix."""
        if len(shape) != 2:
            raise ValueError(f"Identity initializer: expected a shape of two sizes; got {shape}.")
        return ops.multiply(self.gain, ops.eye(*shape, dtype=dtypes.canonical(dtype)))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"gain": self.gain}


class RandomInitializer(Initializer):
    """Base of random initializers.

    Args:
        seed: An int, a SeedGenerator, or None to draw a seed.

    Example:
        >>> isinstance(GlorotUniform(seed=1), RandomInitializer)
        True
    """

    def __init__(self, seed: Any = None) -> None:
        self._init_seed = seed
        if seed is None:
            seed = make_default_seed()
        elif isinstance(seed, dict):
            seed = identifiers.deserialize_keras_object(seed)
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


@builtin("initializer", "variance_scaling")
class VarianceScaling(RandomInitializer):
    """Random values whose variance is `scale` divided by a count of connections.

    Args:
        scale: Factor of the variance.
        mode: "fan_in", "fan_out" or "fan_avg".
        distribution: "truncated_normal", "untruncated_normal" or "uniform".
        seed: An int, a SeedGenerator, or None to draw a seed.

    Raises:
        ValueError: For a scale that is not positive, an unknown mode or distribution.

    Example:
        >>> VarianceScaling(seed=1)((2, 3)).shape
        (2, 3)
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
    ) -> None:
        owner = type(self).__name__
        if scale <= 0.0:
            raise ValueError(f"{owner}: scale must be positive; got {scale!r}.")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"{owner}: mode is 'fan_in', 'fan_out' or 'fan_avg'; got {mode!r}.")
        distribution = "truncated_normal" if distribution == "normal" else distribution
        if distribution not in ("uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError(
                f"{owner}: distribution is 'uniform', 'truncated_normal' or 'untruncated_normal'; "
                f"got {distribution!r}."
            )
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        super().__init__(seed)

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Returns random values."""
        fan_in, fan_out = compute_fans(tuple(shape))
        count = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}
        variance = self.scale / max(1.0, count[self.mode])
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return random.uniform(shape, minval=-limit, maxval=limit, dtype=dtype, seed=self.seed)
        if self.distribution == "untruncated_normal":
            return random.normal(
                shape, mean=0.0, stddev=math.sqrt(variance), dtype=dtype, seed=self.seed
            )
        stddev = math.sqrt(variance) / _TRUNCATED_STDDEV
        return random.truncated_normal(shape, mean=0.0, stddev=stddev, dtype=dtype, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            **super().get_config(),
        }


class _SeedOnly(VarianceScaling):
    """A VarianceScaling whose other arguments are fixed."""

    _arguments: tuple[float, str, str]

    def __init__(self, seed: Any = None) -> None:
        super().__init__(*self._arguments, seed=seed)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"seed": serialize_keras_object(self._init_seed)}


@builtin("initializer", "glorot_uniform", "xavier_uniform")
class GlorotUniform(_SeedOnly):
    """Uniform within ±sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio, 2010).

    Args:
        seed: An int, a SeedGenerator, or None to draw a seed.

    Example:
        >>> bool(abs(GlorotUniform(seed=1)((4, 2)).numpy()).max() <= 1.0)
        True
    """

    _arguments = (1.0, "fan_avg", "uniform")


@builtin("initializer", "glorot_normal", "xavier_normal")
class GlorotNormal(_SeedOnly):
    """Truncated normal of variance 2 / (fan_in + fan_out) (Glorot & Bengio, 2010).

    Args:
        seed: An int, a SeedGenerator, or None to draw a seed.

    Example:
        >>> GlorotNormal(seed=1)((3, 4)).shape
        (3, 4)
    """

    _arguments = (1.0, "fan_avg", "truncated_normal")


@builtin("initializer", "lecun_normal")
class LecunNormal(_SeedOnly):
    """Truncated normal of variance 1 / fan_in (LeCun et al., 1998); goes with selu.

    Args:
        seed: An int, a SeedGenerator, or None to draw a seed.

    Example:
        >>> LecunNormal(seed=1)((3, 4)).shape
        (3, 4)
    """

    _arguments = (1.0, "fan_in", "truncated_normal")


@builtin("initializer", "lecun_uniform")
class LecunUniform(_SeedOnly):
    """Uniform within ±sqrt(3 / fan_in) (LeCun et al., 1998).

    Args:
        seed: An int, a SeedGenerator, or None to draw a seed.

    Example:
        >>> LecunUniform(seed=1)((3, 4)).shape
        (3, 4)
    """

    _arguments = (1.0, "fan_in", "uniform")


@builtin("initializer", "he_normal")
class HeNormal(_SeedOnly):
    """Truncated normal of variance 2 / fan_in (He et al., 2015); goes with relu.

    Args:
        seed: An int, a SeedGenerator, or None to draw a seed.

    Example:
        >>> HeNormal(seed=1)((3, 4)).shape
        (3, 4)
    """

    _arguments = (2.0, "fan_in", "truncated_normal")


@builtin("initializer", "he_uniform")
class HeUniform(_SeedOnly):
    """Uniform within ±sqrt(6 / fan_in) (He et al., 2015).

    Args:
        seed: An int, a SeedGenerator, or None to draw a seed.

    Example:
        >>> HeUniform(seed=1)((3, 4)).shape
        (3, 4)
    """

    _arguments = (2.0, "fan_in", "uniform")


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


def compute_fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Returns how many inputs and outputs a unit of a weight of this shape has.

    Args:
        shape: Shape of the weight; for convolutions the last two sizes are the channels.

    Returns:
        (fan_in, fan_out).

    Example:
        >>> compute_fans((3, 3, 8, 16))
        (72, 144)
    """
    if len(shape) < 1:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    field = math.prod(shape[:-2])
    return field * shape[-2], field * shape[-1]


def get(identifier: Any) -> Any:
    """Returns the initializer for a name, config, class or object.

    Args:
        identifier: "glorot_uniform", "he_normal", ..., a config, an Initializer, a function, or None.

    Returns:
        A callable, or None.

    Raises:
        ValueError: For an unknown name, with the closest one.

    Example:
        >>> type(get("he_normal")).__name__
        'HeNormal'
    """
    return identifiers.resolve("initializer", identifier)


def serialize(initializer: Any) -> Any:
    """Returns the config of an initializer.

    Args:
        initializer: An initializer.

    Example:
        >>> serialize(Zeros())["class_name"]
        'Zeros'
    """
    return serialize_keras_object(initializer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Returns the initializer of a config.

    Args:
        config: What `serialize` returned, or a name.
        custom_objects: Classes and functions by name, looked at first.

    Example:
        >>> type(deserialize("zeros")).__name__
        'Zeros'
    """
    return identifiers.resolve("initializer", config, custom_objects)


zeros = Zeros
ones = Ones
constant = Constant
identity = Identity
random_normal = RandomNormal
random_uniform = RandomUniform
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
glorot_uniform = GlorotUniform
glorot_normal = GlorotNormal
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
he_normal = HeNormal
he_uniform = HeUniform
orthogonal = Orthogonal
