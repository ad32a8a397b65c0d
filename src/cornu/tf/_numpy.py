"""NumPy's names for tensors: `tf.experimental.numpy`."""

from __future__ import annotations

import functools
import math
from typing import Any

from cornu import ops
from cornu.tf import dtypes
from cornu.tf import random as tensors
from cornu.tf._convert import adopted, convert
from cornu.tf._names import no_such_name
from cornu.tf._tensor import Tensor as ndarray

__all__ = ["array", "asarray", "copy", "experimental_enable_numpy_behavior", "ndarray", "random"]

newaxis = None
pi, e, inf, nan = math.pi, math.e, math.inf, math.nan


def experimental_enable_numpy_behavior(*arguments: Any, **keywords: Any) -> None:
    """Refuses: tensors keep TensorFlow's rules.

    Args:
        *arguments: Not used.
        **keywords: Not used.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError(
        "Tensors of cornu.tf keep TensorFlow's rules; use the functions of tf.experimental.numpy or "
        "cornu.ops, which have NumPy's names and combine dtypes."
    )


def array(val: Any, dtype: Any = None, copy: bool = True, ndmin: int = 0) -> Any:
    """Returns a tensor of a value.

    Args:
        val: Array-like.
        dtype: Element type.
        copy: Accepted for NumPy's signature.
        ndmin: Least number of axes.

    Example:
        >>> import cornu.tf as tf
        >>> tf.experimental.numpy.array([1, 2], ndmin=2).shape
        TensorShape([1, 2])
    """
    tensor = adopted(ops.convert_to_tensor(val, dtype))
    while tensor.ndim < ndmin:
        tensor = adopted(ops.expand_dims(tensor, 0))
    return tensor


asarray = array


def copy(a: Any) -> Any:
    """Returns a tensor of the same value.

    Args:
        a: Tensor or array-like.
    """
    return convert(a)


class random:
    """NumPy's names of random numbers.

    Example:
        >>> random.randn(2, 3).shape
        TensorShape([2, 3])
    """

    @staticmethod
    def seed(s: int) -> None:
        """Sets the global seed."""
        tensors.set_seed(s)

    @staticmethod
    def randn(*args: int) -> Any:
        """Returns numbers of the standard normal distribution."""
        return tensors.normal(args)

    @staticmethod
    def rand(*size: int) -> Any:
        """Returns numbers from 0 to 1."""
        return tensors.uniform(size)

    @staticmethod
    def uniform(low: float = 0.0, high: float = 1.0, size: Any = ()) -> Any:
        """Returns numbers from an interval."""
        return tensors.uniform(_sizes(size), low, high)

    @staticmethod
    def randint(low: int, high: int | None = None, size: Any = (), dtype: Any = "int64") -> Any:
        """Returns whole numbers from `low` up to but not including `high`."""
        first, last = (0, low) if high is None else (low, high)
        return tensors.uniform(_sizes(size), first, last, dtype)


def _sizes(size: Any) -> Any:
    return () if size is None else (size,) if isinstance(size, int) else size


def __getattr__(name: str) -> Any:
    if name in dtypes.__all__:
        return getattr(dtypes, name)
    function = getattr(ops, name, None) if not name.startswith("_") else None
    if not callable(function):
        raise no_such_name("tf.experimental.numpy", name, [*__all__, *dir(ops)])

    @functools.wraps(function)
    def applied(*arguments: Any, **keywords: Any) -> Any:
        return adopted(function(*arguments, **keywords))

    return applied
