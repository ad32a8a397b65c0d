"""Initializer, the base class, and the constant ones."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import dtypes
from cornu.core.registry import builtin
from cornu.saving.serialization import serialize_keras_object


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
        rows, columns = shape
        return ops.multiply(self.gain, ops.eye(rows, columns, dtype=dtypes.canonical(dtype)))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"gain": self.gain}
