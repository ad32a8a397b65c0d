"""Element by element: arithmetic, comparison, logic and the functions of one number.

The functions are rows of three tables; a row says which dtypes its function takes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu import ops
from cornu.core import dtypes as core
from cornu.core import settings
from cornu.core.primitive import REGISTRY
from cornu.tf._convert import convert, operands, public
from cornu.tf._tensor import Tensor, is_tensor_like
from cornu.tf.errors import DtypeError, InvalidArgumentError

_FLOATS = frozenset(core.FLOATS)
_NUMBERS = frozenset((*core.FLOATS, *core.SIGNED, *core.UNSIGNED))
_WHOLE = frozenset((*core.SIGNED, *core.UNSIGNED))
_BOOL = frozenset(("bool",))
_ALL = _NUMBERS | _BOOL


def refuse_dtype(name: str, x: Tensor, allowed: frozenset[str], example: str = "float32") -> None:
    """Raises InvalidArgumentError when a tensor's dtype is not among those a function takes."""
    if x.dtype in allowed:
        return
    listed = ", ".join(dtype for dtype in core.ALL if dtype in allowed)
    call = name if name.startswith("tf.") else f"tf.math.{name}"
    raise InvalidArgumentError(
        f"{name}: Value for attr 'T' of {str.__str__(x.dtype)} is not in the list of allowed "
        f"values: {listed}. Cast first: {call}(tf.cast(x, tf.{example}))."
    )


def _documented(function: Any, name: str, text: str, operands_text: str, example: str) -> Any:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"{text}\n\nArgs:\n{operands_text}\n    name: Accepted for TensorFlow's signature."
        f"\n\nReturns:\n    A tensor.\n\nRaises:\n    InvalidArgumentError: For a dtype that the "
        f"function does not take.\n\nExample:\n    >>> import cornu.tf as tf\n    >>> {example}\n"
    )
    return public(function)


def _unary(
    name: str, text: str, compute: Callable[[Any], Any], allowed: frozenset[str], shown: str
) -> Any:
    def function(x: Any, name: Any = None) -> Any:
        tensor = convert(x)
        refuse_dtype(function.__name__, tensor, allowed)
        return compute(tensor)

    lines = "    x: Tensor or array-like."
    return _documented(function, name, text, lines, f"tf.math.{name}(1.0).shape.rank\n    {shown}")


def _primitive(name: str) -> Callable[[Any], Any]:
    return lambda x: REGISTRY[name](x)


def _round(x: Any) -> Any:
    return x if x.dtype in _WHOLE else ops.round(x)


def _reciprocal(x: Any) -> Any:
    return ops.reciprocal(x)


def _log_sigmoid(x: Any) -> Any:
    return ops.log_sigmoid(x)


_UNARY: dict[str, tuple[str, Callable[[Any], Any], frozenset[str]]] = {
    "abs": ("Returns absolute values.", ops.abs, _NUMBERS),
    "negative": ("Returns numbers with the opposite sign.", ops.negative, _NUMBERS),
    "sign": ("Returns -1, 0 or 1 by the sign.", ops.sign, _NUMBERS),
    "square": ("Returns squares.", ops.square, _NUMBERS),
    "sqrt": ("Returns square roots.", ops.sqrt, _FLOATS),
    "rsqrt": ("Returns 1 / sqrt(x).", ops.rsqrt, _FLOATS),
    "exp": ("Returns e to the power of x.", ops.exp, _FLOATS),
    "expm1": ("Returns exp(x) - 1, exact near zero.", ops.expm1, _FLOATS),
    "log": ("Returns natural logarithms.", ops.log, _FLOATS),
    "log1p": ("Returns log(1 + x), exact near zero.", ops.log1p, _FLOATS),
    "log_sigmoid": ("Returns log(sigmoid(x)).", _log_sigmoid, _FLOATS),
    "sin": ("Returns sines.", ops.sin, _FLOATS),
    "cos": ("Returns cosines.", ops.cos, _FLOATS),
    "tan": ("Returns tangents.", ops.tan, _FLOATS),
    "asin": ("Returns inverse sines.", ops.arcsin, _FLOATS),
    "acos": ("Returns inverse cosines.", ops.arccos, _FLOATS),
    "atan": ("Returns inverse tangents.", ops.arctan, _FLOATS),
    "sinh": ("Returns hyperbolic sines.", ops.sinh, _FLOATS),
    "cosh": ("Returns hyperbolic cosines.", ops.cosh, _FLOATS),
    "tanh": ("Returns hyperbolic tangents.", ops.tanh, _FLOATS),
    "asinh": ("Returns inverse hyperbolic sines.", ops.arcsinh, _FLOATS),
    "acosh": ("Returns inverse hyperbolic cosines.", ops.arccosh, _FLOATS),
    "atanh": ("Returns inverse hyperbolic tangents.", ops.arctanh, _FLOATS),
    "sigmoid": ("Returns 1 / (1 + exp(-x)).", ops.sigmoid, _FLOATS),
    "softplus": ("Returns log(1 + exp(x)).", ops.softplus, _FLOATS),
    "softsign": ("Returns x / (1 + abs(x)).", ops.softsign, _FLOATS),
    "erf": ("Returns the error function.", ops.erf, _FLOATS),
    "erfc": ("Returns 1 - erf(x).", ops.erfc, _FLOATS),
    "erfinv": ("Returns the inverse error function.", ops.erfinv, _FLOATS),
    "lgamma": ("Returns the logarithm of abs(gamma(x)).", _primitive("lgamma"), _FLOATS),
    "digamma": ("Returns the derivative of lgamma.", _primitive("digamma"), _FLOATS),
    "reciprocal": ("Returns 1 / x.", _reciprocal, _FLOATS),
    "floor": ("Returns the next whole numbers below.", ops.floor, _FLOATS),
    "ceil": ("Returns the next whole numbers above.", ops.ceil, _FLOATS),
    "rint": ("Returns the nearest whole numbers, even ones for ties.", ops.round, _FLOATS),
    "round": ("Returns the nearest whole numbers, even ones for ties.", _round, _NUMBERS),
    "is_nan": ("Returns where x is not a number.", ops.isnan, _FLOATS),
    "is_inf": ("Returns where x is infinite.", ops.isinf, _FLOATS),
    "is_finite": ("Returns where x is finite.", ops.isfinite, _FLOATS),
    "logical_not": ("Returns where x is false.", ops.logical_not, _BOOL),
}


def _binary(name: str, text: str, compute: Any, allowed: frozenset[str], op: str) -> Any:
    def function(x: Any, y: Any, name: Any = None) -> Any:
        return apply_binary(op, compute, allowed, x, y)

    lines = (
        "    x: Tensor or array-like.\n"
        "    y: Tensor or array-like of the same dtype, whose shape broadcasts with that of x."
    )
    example = f"tf.math.{name}({_EXAMPLES.get(name, '6.0, 2.0')}).shape.rank\n    0"
    return _documented(function, name, text, lines, example)


_EXAMPLES = {
    "logical_and": "True, False", "logical_or": "True, False", "logical_xor": "True, False",
    "bitwise_and": "6, 2", "bitwise_or": "6, 2", "bitwise_xor": "6, 2", "left_shift": "6, 2",
    "right_shift": "6, 2",
}  # fmt: skip


def apply_binary(
    op: str, compute: Any, allowed: frozenset[str], x: Any, y: Any, *, reflected: bool = False
) -> Any:
    """Returns an operation of two operands after TensorFlow's checks.

    Args:
        op: TensorFlow's name of it, for messages.
        compute: The function of `cornu.ops`.
        allowed: Dtypes that it takes.
        x: Left operand.
        y: Right operand.
        reflected: As in `operands`.

    Returns:
        A tensor.
    """
    a, b = operands(op, x, y, reflected=reflected)
    if a.dtype == "string":
        return _text(op, a, b)
    if a.dtype not in allowed:
        refuse_dtype(op, a, allowed, "bool" if allowed == _BOOL else "float32")
    return compute(a, b)


def _text(op: str, a: Tensor, b: Tensor) -> Tensor:
    first, second = np.asarray(a), np.asarray(b)
    if op == "AddV2":
        return convert(first + second)
    if op in ("Equal", "NotEqual"):
        same = first == second
        return convert(np.asarray(same if op == "Equal" else ~np.asarray(same), bool))
    raise InvalidArgumentError(f"{op} does not take string tensors; see tf.strings.")


def _known_zero(y: Any) -> bool:
    return not y.is_symbolic and y.dtype in _WHOLE and not np.asarray(y).all()


def _floor_divide(x: Any, y: Any) -> Any:
    if _known_zero(y):
        raise InvalidArgumentError("FloorDiv: Integer division by zero.")
    return ops.floor_divide(x, y)


def _floor_mod(x: Any, y: Any) -> Any:
    if _known_zero(y):
        raise InvalidArgumentError("FloorMod: Integer division by zero.")
    return ops.mod(x, y)


def _divide(x: Any, y: Any) -> Any:
    if x.dtype in _FLOATS:
        return ops.divide(x, y)
    wide = "float64" if x.dtype in ("int32", "int64", "uint32", "uint64") else "float32"
    return ops.divide(ops.cast(x, wide), ops.cast(y, wide))


def _power(x: Any, y: Any) -> Any:
    if x.dtype in _WHOLE and not y.is_symbolic and (np.asarray(y) < 0).any():
        raise InvalidArgumentError(
            "Pow: Integers to negative integer powers are not allowed; cast to a float dtype first."
        )
    return ops.power(x, y)


def _squared_difference(x: Any, y: Any) -> Any:
    return ops.square(ops.subtract(x, y))


def _no_nan(x: Any, y: Any) -> Any:
    return ops.divide_no_nan(x, y)


def _xlogy(x: Any, y: Any) -> Any:
    zero = ops.equal(x, 0)
    return ops.where(
        zero, ops.zeros_like(x), ops.multiply(x, ops.log(ops.where(zero, ops.ones_like(y), y)))
    )


_BINARY: dict[str, tuple[str, Any, frozenset[str], str]] = {
    "add": ("Returns x + y; what the operator + does.", ops.add, _NUMBERS, "AddV2"),
    "subtract": ("Returns x - y; what the operator - does.", ops.subtract, _NUMBERS, "Sub"),
    "multiply": ("Returns x * y; what the operator * does.", ops.multiply, _NUMBERS, "Mul"),
    "divide": ("Returns x / y, for integers too as floats; what the operator / does.", _divide, _NUMBERS, "RealDiv"),
    "truediv": ("Returns x / y, for integers too as floats.", _divide, _NUMBERS, "RealDiv"),
    "floordiv": ("Returns x / y rounded down; what the operator // does.", _floor_divide, _NUMBERS, "FloorDiv"),
    "floormod": ("Returns x - floor(x / y) * y; what the operator % does.", _floor_mod, _NUMBERS, "FloorMod"),
    "mod": ("Returns x - floor(x / y) * y.", _floor_mod, _NUMBERS, "FloorMod"),
    "pow": ("Returns x to the power of y; what the operator ** does.", _power, _NUMBERS, "Pow"),
    "maximum": ("Returns the greater of x and y.", ops.maximum, _NUMBERS, "Maximum"),
    "minimum": ("Returns the lesser of x and y.", ops.minimum, _NUMBERS, "Minimum"),
    "squared_difference": ("Returns (x - y) ** 2.", _squared_difference, _NUMBERS, "SquaredDifference"),
    "divide_no_nan": ("Returns x / y, and 0 where y is 0.", _no_nan, _FLOATS, "DivNoNan"),
    "multiply_no_nan": ("Returns x * y, and 0 where y is 0 even if x is not finite.", lambda x, y: ops.where(ops.equal(y, 0), ops.zeros_like(y), ops.multiply(x, y)), _FLOATS, "MulNoNan"),
    "xlogy": ("Returns x * log(y), and 0 where x is 0.", _xlogy, _FLOATS, "Xlogy"),
    "atan2": ("Returns the angle of the point (y, x); note the order.", ops.arctan2, _FLOATS, "Atan2"),
    "equal": ("Returns where x equals y.", ops.equal, _ALL, "Equal"),
    "not_equal": ("Returns where x differs from y.", ops.not_equal, _ALL, "NotEqual"),
    "less": ("Returns where x is less than y.", ops.less, _NUMBERS, "Less"),
    "less_equal": ("Returns where x is at most y.", ops.less_equal, _NUMBERS, "LessEqual"),
    "greater": ("Returns where x is greater than y.", ops.greater, _NUMBERS, "Greater"),
    "greater_equal": ("Returns where x is at least y.", ops.greater_equal, _NUMBERS, "GreaterEqual"),
    "logical_and": ("Returns where both are true.", ops.logical_and, _BOOL, "LogicalAnd"),
    "logical_or": ("Returns where one is true.", ops.logical_or, _BOOL, "LogicalOr"),
    "logical_xor": ("Returns where exactly one is true.", ops.logical_xor, _BOOL, "LogicalXor"),
}  # fmt: skip

_BITWISE: dict[str, tuple[str, Any, frozenset[str], str]] = {
    "bitwise_and": ("Returns the bits set in both.", ops.bitwise_and, _WHOLE, "BitwiseAnd"),
    "bitwise_or": ("Returns the bits set in one.", ops.bitwise_or, _WHOLE, "BitwiseOr"),
    "bitwise_xor": ("Returns the bits set in exactly one.", ops.bitwise_xor, _WHOLE, "BitwiseXor"),
    "left_shift": ("Returns x * 2**y.", ops.bitwise_left_shift, _WHOLE, "LeftShift"),
    "right_shift": ("Returns x shifted right by y bits.", ops.bitwise_right_shift, _WHOLE, "RightShift"),
}  # fmt: skip

functions: dict[str, Any] = {
    **{name: _unary(name, *row, "0") for name, row in _UNARY.items()},
    **{name: _binary(name, *row) for name, row in _BINARY.items()},
}
bitwise_functions: dict[str, Any] = {name: _binary(name, *row) for name, row in _BITWISE.items()}


@public
def invert(x: Any, name: Any = None) -> Any:
    """Returns whole numbers with every bit turned over.

    Args:
        x: Integer tensor.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.bitwise.invert(1))
        -2
    """
    tensor = convert(x)
    refuse_dtype("tf.bitwise.invert", tensor, _WHOLE, "int32")
    return ops.bitwise_not(tensor)


@public
def add_n(inputs: Sequence[Any], name: Any = None) -> Any:
    """Returns the sum of a list of tensors of one shape and dtype.

    Args:
        inputs: Tensors.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.add_n([1, 2, 3]))
        6
    """
    if is_tensor_like(inputs):
        inputs = [inputs]
    if not inputs:
        raise InvalidArgumentError("add_n: expected at least one tensor; got an empty list.")
    total: Any = convert(inputs[0])
    for item in inputs[1:]:
        total = apply_binary("AddN", ops.add, _NUMBERS, total, item)
    return total


@public
def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: Any = None) -> Any:
    """Returns numbers moved into an interval.

    Args:
        t: Tensor.
        clip_value_min: Lower limit.
        clip_value_max: Upper limit.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.clip_by_value([-1.0, 0.5, 2.0], 0.0, 1.0).numpy().tolist()
        [0.0, 0.5, 1.0]
    """
    low = apply_binary("Minimum", ops.minimum, _NUMBERS, t, clip_value_max)
    return apply_binary("Maximum", ops.maximum, _NUMBERS, low, clip_value_min)


@public
def cast(x: Any, dtype: Any, name: Any = None) -> Any:
    """Returns a tensor in another dtype; the way to combine tensors of two dtypes.

    Args:
        x: Tensor or array-like.
        dtype: Dtype of the result; floats lose their fraction when they become integers.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.cast([1.7, -1.7], tf.int32)
        <tf.Tensor: shape=(2,), dtype=int32, numpy=array([ 1, -1], dtype=int32)>
    """
    tensor, wanted = convert(x), core.canonical(dtype)
    if (tensor.dtype == "string") != (wanted == "string"):
        raise DtypeError(
            f"Cast string to {wanted} is not supported; use tf.strings.to_number or "
            f"tf.strings.as_string."
        )
    return tensor if wanted == "string" else ops.cast(tensor, wanted)


@public
def saturate_cast(value: Any, dtype: Any, name: Any = None) -> Any:
    """Returns a tensor in another dtype; what does not fit becomes the nearest number that does.

    Args:
        value: Tensor or array-like.
        dtype: Dtype of the result.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.saturate_cast([300.0], tf.uint8).numpy().tolist()
        [255]
    """
    return ops.saturate_cast(convert(value), core.canonical(dtype))


@public
def identity(input: Any, name: Any = None) -> Any:
    """Returns the same value as a new tensor.

    Args:
        input: Tensor or array-like.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.identity(3))
        3
    """
    return convert(input)


@public
def stop_gradient(input: Any, name: Any = None) -> Any:
    """Returns the same value as a constant, through which no derivative flows.

    Args:
        input: Tensor.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> float(tf.stop_gradient(3.0))
        3.0
    """
    return ops.stop_gradient(convert(input))


def in_capture() -> bool:
    """Whether a function is being captured in this thread."""
    return bool(settings.state.captures)
