"""Regularizers: penalties on the size of weights, added to the loss."""

from __future__ import annotations

import math
from typing import Any

from cornu import ops
from cornu.core.registry import builtin
from cornu.saving import identifiers
from cornu.saving.serialization import serialize_keras_object


class Regularizer:
    """Base of penalties: override `__call__` and `get_config`.

    Example:
        >>> from cornu import ops
        >>> class Sum(Regularizer):
        ...     def __call__(self, x):
        ...         return ops.sum(x)
        >>> float(Sum()([1.0, 2.0]))
        3.0
    """

    def __call__(self, x: Any) -> Any:
        """Returns the penalty of a weight tensor as a scalar."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(self, x).")

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Returns a regularizer with the given arguments."""
        return cls(**config)


def _factor(name: str, owner: str, value: Any) -> float:
    if not isinstance(value, (int, float)) or math.isnan(value) or math.isinf(value):
        raise ValueError(f"{owner}: {name} must be a finite number; got {value!r}.")
    return float(value)


@builtin("regularizer", "l1_l2")
class L1L2(Regularizer):
    """Penalty l1 * sum(|w|) + l2 * sum(w**2).

    Args:
        l1: Factor of the absolute values.
        l2: Factor of the squares.

    Raises:
        ValueError: For a factor that is no finite number.

    Example:
        >>> float(L1L2(l1=1.0)([1.0, -2.0]))
        3.0
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        owner = type(self).__name__
        self.l1 = _factor("l1", owner, 0.0 if l1 is None else l1)
        self.l2 = _factor("l2", owner, 0.0 if l2 is None else l2)

    def __call__(self, x: Any) -> Any:
        """Returns the penalty of a weight tensor."""
        penalty = None
        if self.l1:
            penalty = ops.multiply(self.l1, ops.sum(ops.abs(x)))
        if self.l2:
            squares = ops.multiply(self.l2, ops.sum(ops.square(x)))
            penalty = squares if penalty is None else ops.add(penalty, squares)
        return ops.convert_to_tensor(0.0) if penalty is None else penalty

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"l1": self.l1, "l2": self.l2}


@builtin("regularizer", "l1")
class L1(L1L2):
    """Penalty l1 * sum(|w|), which makes weights zero.

    Args:
        l1: Factor.

    Example:
        >>> float(L1(0.5)([1.0, -3.0]))
        2.0
    """

    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(l1=0.01 if l1 is None else l1)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"l1": self.l1}


@builtin("regularizer", "l2")
class L2(L1L2):
    """Penalty l2 * sum(w**2), which keeps weights small.

    Args:
        l2: Factor.

    Example:
        >>> float(L2(0.5)([1.0, 2.0]))
        2.5
    """

    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(l2=0.01 if l2 is None else l2)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"l2": self.l2}


@builtin("regularizer", "orthogonal_regularizer")
class OrthogonalRegularizer(Regularizer):
    """Penalty on rows (or columns) that are not orthogonal to each other.

    Args:
        factor: Factor of the penalty.
        mode: "rows" or "columns".

    Raises:
        ValueError: For another mode, and in use for a tensor that is not of rank 2.

    Example:
        >>> float(OrthogonalRegularizer(factor=1.0)([[1.0, 0.0], [0.0, 1.0]]))
        0.0
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        self.factor = _factor("factor", "OrthogonalRegularizer", factor)
        if mode not in ("rows", "columns"):
            raise ValueError(f"OrthogonalRegularizer: mode is 'rows' or 'columns'; got {mode!r}.")
        self.mode = mode

    def __call__(self, inputs: Any) -> Any:
        """Returns the penalty of a weight matrix."""
        x = ops.convert_to_tensor(inputs)
        if len(x.shape) != 2:
            raise ValueError(f"OrthogonalRegularizer expects a matrix; got shape {x.shape}.")
        axis = 1 if self.mode == "rows" else 0
        x = ops.normalize(x, axis=axis)
        if self.mode == "rows":
            product, size = ops.matmul(x, ops.transpose(x)), x.shape[0]
        else:
            product, size = ops.matmul(ops.transpose(x), x), x.shape[1]
        off_diagonal = ops.multiply(product, ops.subtract(1.0, ops.eye(size)))
        pairs = max(size * (size - 1.0) / 2.0, 1.0)
        return ops.multiply(self.factor * 0.5 / pairs, ops.sum(ops.abs(off_diagonal)))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"factor": self.factor, "mode": self.mode}


def get(identifier: Any) -> Any:
    """Returns the regularizer for a name, config, class or object.

    Args:
        identifier: "l1", "l2", "l1_l2", a config, a Regularizer, a function, or None.

    Returns:
        A callable, or None.

    Raises:
        ValueError: For an unknown name.

    Example:
        >>> get("l2").l2
        0.01
    """
    return identifiers.resolve("regularizer", identifier)


def serialize(regularizer: Any) -> Any:
    """Returns the config of a regularizer.

    Args:
        regularizer: A regularizer.

    Example:
        >>> serialize(L2(0.5))["config"]
        {'l2': 0.5}
    """
    return serialize_keras_object(regularizer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Returns the regularizer of a config.

    Args:
        config: What `serialize` returned, or a name.
        custom_objects: Classes and functions by name, looked at first.

    Example:
        >>> type(deserialize(serialize(L2(0.5)))).__name__
        'L2'
    """
    return identifiers.resolve("regularizer", config, custom_objects)


l1 = L1
l2 = L2
l1_l2 = L1L2
orthogonal_regularizer = OrthogonalRegularizer
