"""Checks of values: `tf.debugging`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.core import dtypes as core
from cornu.tf._convert import axes_of, convert
from cornu.tf._gathering import known
from cornu.tf._names import no_such_name
from cornu.tf.errors import InvalidArgumentError

__all__ = [
    "Assert", "assert_all_finite", "assert_equal", "assert_greater", "assert_greater_equal",
    "assert_integer", "assert_less", "assert_less_equal", "assert_near", "assert_negative",
    "assert_non_negative", "assert_non_positive", "assert_none_equal", "assert_positive",
    "assert_rank", "assert_rank_at_least", "assert_shapes", "assert_type", "check_numerics",
    "set_log_device_placement",
]  # fmt: skip


def _fail(message: Any, text: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"{message} {text}".strip() if message else text)


def _comparison(name: str, sign: str, holds: Callable[[Any, Any], Any]) -> Any:
    def check(x: Any, y: Any, message: Any = None, summarize: Any = None, name: Any = None) -> None:
        a = convert(x)
        b = convert(y, hint=a.dtype)
        first, second = known(a, "debugging"), known(b, "debugging")
        if not np.all(holds(first, second)):
            raise _fail(message, f"Condition x {sign} y did not hold: x = {first}, y = {second}.")

    check.__name__ = check.__qualname__ = name
    check.__doc__ = (
        f"Raises InvalidArgumentError unless x {sign} y everywhere.\n\nArgs:\n    x: Tensor.\n    "
        f"y: Tensor.\n    message: What to say first.\n    summarize: Accepted for TensorFlow's "
        f"signature.\n    name: Likewise.\n\nExample:\n    >>> import cornu.tf as tf\n    >>> "
        f"tf.debugging.{name}(*{_EXAMPLES.get(name, '(1, 2)')})\n"
    )
    return check


_EXAMPLES = {
    "assert_equal": "(1, 1)", "assert_greater": "(2, 1)", "assert_greater_equal": "(2, 1)",
}  # fmt: skip

assert_equal = _comparison("assert_equal", "==", np.equal)
assert_none_equal = _comparison("assert_none_equal", "!=", np.not_equal)
assert_less = _comparison("assert_less", "<", np.less)
assert_less_equal = _comparison("assert_less_equal", "<=", np.less_equal)
assert_greater = _comparison("assert_greater", ">", np.greater)
assert_greater_equal = _comparison("assert_greater_equal", ">=", np.greater_equal)


def _sign(name: str, sign: str, number: str, holds: Callable[[Any], Any]) -> Any:
    def check(x: Any, message: Any = None, summarize: Any = None, name: Any = None) -> None:
        array = known(convert(x), "debugging")
        if not np.all(holds(array)):
            raise _fail(message, f"Condition x {sign} 0 did not hold: x = {array}.")

    check.__name__ = check.__qualname__ = name
    check.__doc__ = (
        f"Raises InvalidArgumentError unless x {sign} 0 everywhere.\n\nArgs:\n    x: Tensor.\n    "
        f"message: What to say first.\n    summarize: Accepted for TensorFlow's signature.\n    "
        f"name: Likewise.\n\nExample:\n    >>> import cornu.tf as tf\n    >>> "
        f"tf.debugging.{name}({number})\n"
    )
    return check


assert_positive = _sign("assert_positive", ">", "1", lambda x: x > 0)
assert_negative = _sign("assert_negative", "<", "-1", lambda x: x < 0)
assert_non_negative = _sign("assert_non_negative", ">=", "0", lambda x: x >= 0)
assert_non_positive = _sign("assert_non_positive", "<=", "0", lambda x: x <= 0)


def assert_near(x: Any, y: Any, rtol: Any = None, atol: Any = None, message: Any = None, summarize: Any = None, name: Any = None) -> None:  # fmt: skip
    """Raises InvalidArgumentError unless x and y are nearly equal.

    Args:
        x: Tensor.
        y: Tensor.
        rtol: Allowed relative difference; ten times the dtype's precision when None.
        atol: Allowed absolute difference; likewise.
        message: What to say first.
        summarize: Accepted for TensorFlow's signature.
        name: Likewise.

    Example:
        >>> import cornu.tf as tf
        >>> tf.debugging.assert_near(1.0, 1.0 + 1e-8)
    """
    a = convert(x)
    first, second = known(a, "debugging"), known(convert(y, hint=a.dtype), "debugging")
    least = 10 * float(np.finfo(first.dtype).eps) if core.is_float(a.dtype) else 0.0
    limit = (least if atol is None else atol) + (least if rtol is None else rtol) * np.abs(second)
    if not np.all(np.abs(first - second) <= limit):
        raise _fail(message, f"x and y not equal to tolerance: x = {first}, y = {second}.")


def assert_rank(x: Any, rank: Any, message: Any = None, name: Any = None) -> None:
    """Raises ValueError unless a tensor has a number of axes.

    Args:
        x: Tensor.
        rank: Number of axes.
        message: What to say first.
        name: Accepted for TensorFlow's signature.

    Example:
        >>> import cornu.tf as tf
        >>> tf.debugging.assert_rank([1, 2], 1)
    """
    tensor = convert(x)
    if tensor.ndim != axes_of(rank):
        raise _fail(message, f"Tensor of shape {tensor.shape} must have rank {rank}.")


def assert_rank_at_least(x: Any, rank: Any, message: Any = None, name: Any = None) -> None:
    """Raises ValueError unless a tensor has at least a number of axes.

    Args:
        x: Tensor.
        rank: Number of axes.
        message: What to say first.
        name: Accepted for TensorFlow's signature.

    Example:
        >>> import cornu.tf as tf
        >>> tf.debugging.assert_rank_at_least([[1]], 1)
    """
    tensor = convert(x)
    if tensor.ndim < axes_of(rank):
        raise _fail(message, f"Tensor of shape {tensor.shape} must have rank at least {rank}.")


def assert_type(tensor: Any, tf_type: Any, message: Any = None, name: Any = None) -> None:
    """Raises TypeError unless a tensor has a dtype.

    Args:
        tensor: Tensor.
        tf_type: The dtype.
        message: What to say first.
        name: Accepted for TensorFlow's signature.

    Example:
        >>> import cornu.tf as tf
        >>> tf.debugging.assert_type(1, tf.int32)
    """
    x = convert(tensor)
    if x.dtype != core.canonical(tf_type):
        raise TypeError(
            f"{message or ''} Tensor must be of type {tf_type!r}, got {x.dtype!r}.".strip()
        )


def assert_integer(x: Any, message: Any = None, name: Any = None) -> None:
    """Raises TypeError unless a tensor has an integer dtype.

    Args:
        x: Tensor.
        message: What to say first.
        name: Accepted for TensorFlow's signature.

    Example:
        >>> import cornu.tf as tf
        >>> tf.debugging.assert_integer(1)
    """
    tensor = convert(x)
    if not core.is_integer(tensor.dtype):
        raise TypeError(f"{message or ''} Expected an integer type, got {tensor.dtype!r}.".strip())


def assert_shapes(shapes: Any, data: Any = None, summarize: Any = None, message: Any = None, name: Any = None) -> None:  # fmt: skip
    """Raises ValueError unless tensors have shapes whose letters agree.

    Args:
        shapes: Pairs of a tensor and its shape: sizes, letters for equal sizes, None for any.
        data: Accepted for TensorFlow's signature.
        summarize: Likewise.
        message: What to say first.
        name: Accepted for TensorFlow's signature.

    Example:
        >>> import cornu.tf as tf
        >>> tf.debugging.assert_shapes([(tf.ones((2, 3)), ("N", 3)), (tf.ones((2,)), ("N",))])
    """
    sizes: dict[str, int] = {}
    for tensor, wanted in shapes.items() if isinstance(shapes, dict) else shapes:
        shape = convert(tensor).shape
        fits = len(shape) == len(wanted) and all(
            want is None
            or (sizes.setdefault(want, size) if isinstance(want, str) else want) == size
            for size, want in zip(shape, wanted, strict=True)
        )
        if not fits:
            raise _fail(
                message, f"Tensor of shape {shape} must have shape {tuple(wanted)}, {sizes}."
            )


def assert_all_finite(x: Any, message: Any = "", name: Any = None) -> Any:
    """Raises InvalidArgumentError when a tensor holds NaN or infinity; returns the tensor otherwise.

    Args:
        x: Float tensor.
        message: What to say first.
        name: Accepted for TensorFlow's signature.

    Returns:
        The tensor.

    Example:
        >>> import cornu.tf as tf
        >>> float(tf.debugging.assert_all_finite(1.0, "loss"))
        1.0
    """
    return check_numerics(x, message)


def check_numerics(tensor: Any, message: Any, name: Any = None) -> Any:
    """Raises InvalidArgumentError when a tensor holds NaN or infinity; returns the tensor otherwise.

    Args:
        tensor: Float tensor.
        message: What to say first.
        name: Accepted for TensorFlow's signature.

    Returns:
        The tensor.

    Example:
        >>> import cornu.tf as tf
        >>> float(tf.debugging.check_numerics(1.0, "loss"))
        1.0
    """
    x = convert(tensor)
    array = known(x, "debugging")
    if np.isnan(array).any():
        raise _fail(message, ": Tensor had NaN values")
    if np.isinf(array).any():
        raise _fail(message, ": Tensor had Inf values")
    return x


def Assert(condition: Any, data: Any, summarize: Any = None, name: Any = None) -> None:
    """Raises InvalidArgumentError unless a condition holds.

    Args:
        condition: A boolean.
        data: What to show otherwise.
        summarize: Accepted for TensorFlow's signature.
        name: Likewise.

    Example:
        >>> import cornu.tf as tf
        >>> tf.debugging.Assert(True, ["fine"])
    """
    if not np.all(known(convert(condition), "debugging")):
        raise InvalidArgumentError(f"Assertion failed: {data}")


def set_log_device_placement(enabled: bool) -> None:
    """Accepts whether the device of each computation is told; there is only the processor.

    Args:
        enabled: Whether.

    Example:
        >>> import cornu.tf as tf
        >>> tf.debugging.set_log_device_placement(True)
    """


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.debugging", name, __all__)
