"""Elementwise primitives in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core import dtypes
from cornu.core.engine import Array
from cornu.engines.reference.table import LOWERINGS, Lowering, computed_as, lowering

# Those that NumPy has under another name or the same, with exactly the semantics wanted.
_NUMPY_FUNCTIONS: dict[str, Any] = {
    "neg": np.negative,
    "abs": np.abs,
    "sign": np.sign,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": np.rint,  # half to even
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "is_finite": np.isfinite,
    "not": np.invert,  # logical on bool
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "rem": np.fmod,  # sign of the dividend; 0 for integers when the divisor is 0
    "max": np.maximum,  # NaN where either is
    "min": np.minimum,
    "atan2": np.arctan2,
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "shift_left": np.left_shift,  # counts outside [0, width) shift everything out
    "shift_right": np.right_shift,
    "select": np.where,
}
for _name, _function in _NUMPY_FUNCTIONS.items():
    LOWERINGS[_name] = Lowering(_function)


@lowering("rsqrt")
def _rsqrt(x: Array) -> Any:
    return x.dtype.type(1) / np.sqrt(x)


@lowering("sigmoid")
def _sigmoid(x: Array) -> Any:
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


@lowering("div")
def _div(x: Array, y: Array) -> Any:
    if x.dtype.kind == "f":
        return np.true_divide(x, y)
    # x - fmod(x, y) is a multiple of y, so rounding down is rounding toward zero; x / 0 is 0.
    return np.where(y == 0, 0, np.floor_divide(x - np.fmod(x, y), y))


@lowering("pow")
def _pow(x: Array, y: Array) -> Any:
    if x.dtype.kind != "i":
        return np.power(x, y)
    # x ** -n is 1 / x ** n rounded toward zero: not 0 for x = 1 and x = -1 alone (0 gives 0).
    unit = np.where(y % 2 == 0, np.abs(x), x) * (np.abs(x) == 1)
    return np.where(y < 0, unit, np.power(x, np.maximum(y, 0)))


@lowering("cast")
def _cast(x: Array, dtype: str) -> Any:
    return x.astype(computed_as(dtype))


@lowering("bitcast", raw=True)
def _bitcast(x: Array, dtype: str) -> Any:
    return x.view(dtypes.to_numpy(dtype))


@lowering("full")
def _full(shape: Any, dtype: str, value: Any) -> Any:
    return np.full(shape, value).astype(computed_as(dtype))


@lowering("iota")
def _iota(shape: Any, dtype: str, axis: int) -> Any:
    places = np.arange(shape[axis]).astype(computed_as(dtype))
    column = [1] * len(shape)
    column[axis] = shape[axis]
    return np.broadcast_to(places.reshape(column), shape)
