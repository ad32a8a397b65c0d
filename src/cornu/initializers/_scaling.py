"""Random initializers whose spread follows from the number of inputs and outputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cornu.core.registry import builtin
from cornu.initializers._random import RandomInitializer
from cornu.ops import sampling as random
from cornu.saving.serialization import serialize_keras_object

# Standard deviation of a normal distribution cut off at two standard deviations.
_TRUNCATED_STDDEV = 0.87962566103423978


@builtin("initializer", "variance_scaling")
class VarianceScaling(RandomInitializer):
    """Random values whose variance is `scale` divided by a count of connections.

    Args:
        scale: Factor of the variance.
        mode: "fan_in", "fan_out" or "fan_avg".
        distribution: "truncated_normal", "untruncated_normal" or "uniform".
        seed: An int, a SeedGenerator, or None to draw a seed.
        input_axes: Axes whose sizes make the fan-in; with `output_axes` in place of the usual rule.
        output_axes: Axes whose sizes make the fan-out.

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
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
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
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed)

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Returns random values."""
        fan_in, fan_out = compute_fans(tuple(shape), self.input_axes, self.output_axes)
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
            **self._axes_config(),
        }

    def _axes_config(self) -> dict[str, Any]:
        # Written only when given: Keras before 3.15 does not know them.
        axes = {"input_axes": self.input_axes, "output_axes": self.output_axes}
        return {key: list(value) for key, value in axes.items() if value is not None}


class _SeedOnly(VarianceScaling):
    """A VarianceScaling whose other arguments are fixed."""

    _arguments: tuple[float, str, str]

    def __init__(
        self,
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(*self._arguments, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"seed": serialize_keras_object(self._init_seed), **self._axes_config()}


@builtin("initializer", "glorot_uniform", "xavier_uniform")
class GlorotUniform(_SeedOnly):
    """Uniform within ±sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio, 2010).

    Args:
        seed: An int, a SeedGenerator, or None to draw a seed.
        input_axes: Axes that make the fan-in, with `output_axes` in place of the usual rule.
        output_axes: Axes that make the fan-out.

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
        input_axes: Axes that make the fan-in, with `output_axes` in place of the usual rule.
        output_axes: Axes that make the fan-out.

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
        input_axes: Axes that make the fan-in, with `output_axes` in place of the usual rule.
        output_axes: Axes that make the fan-out.

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
        input_axes: Axes that make the fan-in, with `output_axes` in place of the usual rule.
        output_axes: Axes that make the fan-out.

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
        input_axes: Axes that make the fan-in, with `output_axes` in place of the usual rule.
        output_axes: Axes that make the fan-out.

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
        input_axes: Axes that make the fan-in, with `output_axes` in place of the usual rule.
        output_axes: Axes that make the fan-out.

    Example:
        >>> HeUniform(seed=1)((3, 4)).shape
        (3, 4)
    """

    _arguments = (2.0, "fan_in", "uniform")


def compute_fans(
    shape: tuple[int, ...],
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """Returns how many inputs and outputs a unit of a weight of this shape has.

    Args:
        shape: Shape of the weight; for convolutions the last two sizes are the channels.
        input_axes: Axes of the inputs, when given together with `output_axes`.
        output_axes: Axes of the outputs.

    Returns:
        (fan_in, fan_out).

    Example:
        >>> compute_fans((3, 3, 8, 16))
        (72, 144)
    """
    if input_axes is not None and output_axes is not None:
        inputs = math.prod(shape[axis] for axis in input_axes)
        return inputs, math.prod(shape[axis] for axis in output_axes)
    if len(shape) < 1:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    field = math.prod(shape[:-2])
    return field * shape[-2], field * shape[-1]
