"""Constraints: what weights are forced into after each update."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import settings
from cornu.core.registry import builtin
from cornu.saving import identifiers
from cornu.saving.serialization import serialize_keras_object


class Constraint:
    """Base of constraints: override `__call__` and `get_config`.

    Example:
        >>> import numpy as np
        >>> class Halved(Constraint):
        ...     def __call__(self, w):
        ...         return w / 2
        >>> Halved()(np.array([2.0, 4.0])).tolist()
        [1.0, 2.0]
    """

    def __call__(self, w: Any) -> Any:
        """Returns the weights as they should be."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(self, w).")

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Returns a constraint with the given arguments."""
        return cls(**config)


def _norm(w: Any, axis: Any) -> Any:
    return ops.sqrt(ops.sum(ops.square(w), axis=axis, keepdims=True))


@builtin("constraint", "max_norm")
class MaxNorm(Constraint):
    """Scales down weights whose norm along an axis is above a limit (Srivastava et al., 2014).

    Args:
        max_value: Largest norm.
        axis: Axes along which the norm is taken; 0 for the incoming weights of a Dense unit.

    Example:
        >>> MaxNorm(1.0)([[3.0], [4.0]]).numpy().round(3).tolist()
        [[0.6000000238418579], [0.800000011920929]]
    """

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        """Returns the scaled weights."""
        w = ops.convert_to_tensor(w)
        norms = _norm(w, self.axis)
        wanted = ops.clip(norms, 0, self.max_value)
        return ops.multiply(w, ops.divide(wanted, ops.add(settings.epsilon(), norms)))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"max_value": self.max_value, "axis": self.axis}


@builtin("constraint", "non_neg")
class NonNeg(Constraint):
    """Makes negative weights zero.

    Example:
        >>> NonNeg()([-1.0, 2.0]).numpy()
        array([0., 2.], dtype=float32)
    """

    def __call__(self, w: Any) -> Any:
        """Returns the weights without negative ones."""
        return ops.maximum(ops.convert_to_tensor(w), 0)


@builtin("constraint", "unit_norm")
class UnitNorm(Constraint):
    """Scales weights to norm 1 along an axis.

    Args:
        axis: Axes along which the norm is taken.

    Example:
        >>> UnitNorm()([[3.0], [4.0]]).numpy().round(3).tolist()
        [[0.6000000238418579], [0.800000011920929]]
    """

    def __init__(self, axis: Any = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        """Returns the scaled weights."""
        w = ops.convert_to_tensor(w)
        return ops.divide(w, ops.add(settings.epsilon(), _norm(w, self.axis)))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"axis": self.axis}


@builtin("constraint", "min_max_norm")
class MinMaxNorm(Constraint):
    """Scales weights so that their norm along an axis lies between two limits.

    Args:
        min_value: Smallest norm.
        max_value: Largest norm.
        rate: How far to go towards the limits at each step; 1 goes all the way.
        axis: Axes along which the norm is taken.

    Example:
        >>> MinMaxNorm(max_value=1.0)([[3.0], [4.0]]).numpy().round(3).tolist()
        [[0.6000000238418579], [0.800000011920929]]
    """

    def __init__(
        self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Any = 0
    ) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        """Returns the scaled weights."""
        w = ops.convert_to_tensor(w)
        norms = _norm(w, self.axis)
        limited = ops.clip(norms, self.min_value, self.max_value)
        wanted = ops.add(ops.multiply(self.rate, limited), ops.multiply(1.0 - self.rate, norms))
        return ops.multiply(w, ops.divide(wanted, ops.add(settings.epsilon(), norms)))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


def get(identifier: Any) -> Any:
    """Returns the constraint for a name, config, class or object.

    Args:
        identifier: "max_norm", "non_neg", ..., a config, a Constraint, a function, or None.

    Returns:
        A callable, or None.

    Raises:
        ValueError: For an unknown name.

    Example:
        >>> type(get("non_neg")).__name__
        'NonNeg'
    """
    return identifiers.resolve("constraint", identifier)


def serialize(constraint: Any) -> Any:
    """Returns the config of a constraint.

    Args:
        constraint: A constraint or a function.

    Example:
        >>> serialize(NonNeg())["class_name"]
        'NonNeg'
    """
    return serialize_keras_object(constraint)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Returns the constraint of a config.

    Args:
        config: What `serialize` returned, or a name.
        custom_objects: Classes and functions by name, looked at first.

    Example:
        >>> type(deserialize(serialize(NonNeg()))).__name__
        'NonNeg'
    """
    return identifiers.resolve("constraint", config, custom_objects)


max_norm = MaxNorm
non_neg = NonNeg
unit_norm = UnitNorm
min_max_norm = MinMaxNorm
