"""Learning-rate schedules: functions of the number of steps made so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cornu import ops
from cornu.core.registry import builtin
from cornu.saving.serialization import deserialize_keras_object, serialize_keras_object


class LearningRateSchedule:
    """Base of schedules: override `__call__` and `get_config`.

    Example:
        >>> class Harmonic(LearningRateSchedule):
        ...     def __call__(self, step):
        ...         return 1.0 / (step + 1)
        >>> Harmonic()(3)
        0.25
    """

    def __call__(self, step: Any) -> Any:
        """Returns the learning rate for a step number."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(self, step).")

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        raise NotImplementedError(f"{type(self).__name__} must define get_config().")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Returns a schedule with the given arguments."""
        return cls(**config)


def _float(value: Any) -> Any:
    return ops.cast(ops.convert_to_tensor(value), "float32")


def _progress(step: Any, total: float, staircase: bool) -> Any:
    part = ops.divide(_float(step), float(total))
    return ops.floor(part) if staircase else part


@builtin("schedule")
class ExponentialDecay(LearningRateSchedule):
    """initial_learning_rate * decay_rate ** (step / decay_steps).

    Args:
        initial_learning_rate: Rate at step 0.
        decay_steps: Steps after which the rate is multiplied by `decay_rate`.
        decay_rate: The factor.
        staircase: Whether the exponent is rounded down.
        name: Name.

    Raises:
        ValueError: When `decay_steps` is not positive.

    Example:
        >>> float(ExponentialDecay(1.0, decay_steps=10, decay_rate=0.5)(10))
        0.5
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        _check_steps(type(self).__name__, decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> Any:
        """Returns the learning rate for a step number."""
        power = ops.power(
            _float(self.decay_rate), _progress(step, self.decay_steps, self.staircase)
        )
        return ops.multiply(self.initial_learning_rate, power)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


@builtin("schedule")
class InverseTimeDecay(LearningRateSchedule):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps).

    Args:
        initial_learning_rate: Rate at step 0.
        decay_steps: Scale of the steps.
        decay_rate: Scale of the decay.
        staircase: Whether `step / decay_steps` is rounded down.
        name: Name.

    Raises:
        ValueError: When `decay_steps` is not positive.

    Example:
        >>> float(InverseTimeDecay(1.0, decay_steps=10, decay_rate=1.0)(10))
        0.5
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        _check_steps(type(self).__name__, decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> Any:
        """Returns the learning rate for a step number."""
        progress = _progress(step, self.decay_steps, self.staircase)
        return ops.divide(
            self.initial_learning_rate, ops.add(1.0, ops.multiply(self.decay_rate, progress))
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


@builtin("schedule")
class PolynomialDecay(LearningRateSchedule):
    """Goes from one rate to another along a power of the remaining steps.

    Args:
        initial_learning_rate: Rate at step 0.
        decay_steps: Steps until the end rate.
        end_learning_rate: Rate from then on.
        power: 1 is a straight line.
        cycle: Whether to stretch the steps to the next multiple instead of staying at the end.
        name: Name.

    Raises:
        ValueError: When `decay_steps` is not positive.

    Example:
        >>> float(PolynomialDecay(1.0, decay_steps=10, end_learning_rate=0.0)(5))
        0.5
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        _check_steps(type(self).__name__, decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step: Any) -> Any:
        """Returns the learning rate for a step number."""
        steps = _float(step)
        total = _float(self.decay_steps)
        if self.cycle:
            rounds = ops.maximum(ops.ceil(ops.divide(steps, total)), 1.0)
            total = ops.multiply(total, rounds)
        else:
            steps = ops.minimum(steps, total)
        left = ops.power(ops.subtract(1.0, ops.divide(steps, total)), _float(self.power))
        span = self.initial_learning_rate - self.end_learning_rate
        return ops.add(ops.multiply(span, left), self.end_learning_rate)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "end_learning_rate": self.end_learning_rate,
            "power": self.power,
            "cycle": self.cycle,
            "name": self.name,
        }


@builtin("schedule")
class PiecewiseConstantDecay(LearningRateSchedule):
    """One rate up to each boundary, and one after the last.

    Args:
        boundaries: Step numbers in rising order; a rate holds up to and including its boundary.
        values: Rates, one more than boundaries.
        name: Name.

    Raises:
        ValueError: When there is not one value more than boundaries.

    Example:
        >>> schedule = PiecewiseConstantDecay([100], [0.1, 0.01])
        >>> round(float(schedule(100)), 4), round(float(schedule(101)), 4)
        (0.1, 0.01)
    """

    def __init__(
        self,
        boundaries: Sequence[float],
        values: Sequence[float],
        name: str = "PiecewiseConstant",
    ) -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                f"PiecewiseConstantDecay: {len(boundaries)} boundaries need "
                f"{len(boundaries) + 1} values; got {len(values)}."
            )
        self.boundaries = list(boundaries)
        self.values = list(values)
        self.name = name

    def __call__(self, step: Any) -> Any:
        """Returns the learning rate for a step number."""
        steps = _float(step)
        rate = _float(self.values[-1])
        for boundary, value in reversed(list(zip(self.boundaries, self.values, strict=False))):
            rate = ops.where(ops.less_equal(steps, float(boundary)), _float(value), rate)
        return rate

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}


@builtin("schedule")
class CosineDecay(LearningRateSchedule):
    """Goes down along half a cosine, possibly after a linear warm-up (Loshchilov & Hutter, 2017).

    Args:
        initial_learning_rate: Rate at step 0.
        decay_steps: Steps of the decay.
        alpha: The last rate as a fraction of the highest.
        name: Name.
        warmup_target: Rate at the end of the warm-up; None means no warm-up.
        warmup_steps: Steps of the warm-up.

    Raises:
        ValueError: When `decay_steps` is not positive.

    Example:
        >>> round(float(CosineDecay(1.0, decay_steps=10)(5)), 3)
        0.5
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        _check_steps(type(self).__name__, decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def _decayed(self, steps: Any, highest: float) -> Any:
        part = ops.divide(ops.minimum(steps, float(self.decay_steps)), float(self.decay_steps))
        wave = ops.multiply(0.5, ops.add(1.0, ops.cos(ops.multiply(math.pi, part))))
        return ops.multiply(highest, ops.add(ops.multiply(1.0 - self.alpha, wave), self.alpha))

    def __call__(self, step: Any) -> Any:
        """Returns the learning rate for a step number."""
        steps = _float(step)
        if self.warmup_target is None:
            return self._decayed(steps, self.initial_learning_rate)
        length = float(max(self.warmup_steps, 1))
        rise = self.warmup_target - self.initial_learning_rate
        warm = ops.add(ops.multiply(rise, ops.divide(steps, length)), self.initial_learning_rate)
        later = self._decayed(ops.subtract(steps, float(self.warmup_steps)), self.warmup_target)
        return ops.where(ops.less(steps, float(self.warmup_steps)), warm, later)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "name": self.name,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }


@builtin("schedule")
class CosineDecayRestarts(LearningRateSchedule):
    """Cosine decay that starts anew, each round longer and lower (Loshchilov & Hutter, 2017).

    Args:
        initial_learning_rate: Rate at step 0.
        first_decay_steps: Steps of the first round.
        t_mul: Factor of the length of each further round.
        m_mul: Factor of the highest rate of each further round.
        alpha: The last rate as a fraction of the highest.
        name: Name.

    Raises:
        ValueError: When `first_decay_steps` is not positive.

    Example:
        >>> round(float(CosineDecayRestarts(1.0, first_decay_steps=10)(10)), 3)
        1.0
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        _check_steps(type(self).__name__, first_decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step: Any) -> Any:
        """Returns the learning rate for a step number."""
        part = ops.divide(_float(step), float(self.first_decay_steps))
        if self.t_mul == 1.0:
            number = ops.floor(part)
            part = ops.subtract(part, number)
        else:
            growth = ops.subtract(1.0, ops.multiply(part, 1.0 - self.t_mul))
            number = ops.floor(ops.divide(ops.log(growth), math.log(self.t_mul)))
            length = ops.power(_float(self.t_mul), number)
            before = ops.divide(ops.subtract(1.0, length), 1.0 - self.t_mul)
            part = ops.divide(ops.subtract(part, before), length)
        height = ops.power(_float(self.m_mul), number)
        wave = ops.multiply(
            ops.multiply(0.5, height), ops.add(1.0, ops.cos(ops.multiply(math.pi, part)))
        )
        fraction = ops.add(ops.multiply(1.0 - self.alpha, wave), self.alpha)
        return ops.multiply(self.initial_learning_rate, fraction)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self.t_mul,
            "m_mul": self.m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }


def _check_steps(owner: str, steps: Any) -> None:
    if steps <= 0:
        raise ValueError(f"{owner}: the number of decay steps must be positive; got {steps}.")


def serialize(learning_rate_schedule: LearningRateSchedule) -> Any:
    """Returns the config of a schedule.

    Args:
        learning_rate_schedule: A schedule.

    Example:
        >>> serialize(ExponentialDecay(0.1, 100, 0.9))["class_name"]
        'ExponentialDecay'
    """
    return serialize_keras_object(learning_rate_schedule)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Returns the schedule of a config.

    Args:
        config: What `serialize` returned.
        custom_objects: Classes and functions by name, looked at first.

    Example:
        >>> schedule = ExponentialDecay(0.1, 100, 0.9)
        >>> type(deserialize(serialize(schedule))).__name__
        'ExponentialDecay'
    """
    return deserialize_keras_object(config, custom_objects=custom_objects)
