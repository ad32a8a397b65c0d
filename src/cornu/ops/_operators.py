"""Python's operators and indexing for tensors, variables and KerasTensors.

This module is imported for its effect: it hangs the ops on the classes of the core.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.core import dtypes
from cornu.core.keras_tensor import KerasTensor
from cornu.core.primitive import Primitive
from cornu.core.primitives import elementwise as e
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable
from cornu.ops import arithmetic, comparison, elementwise, linear, shaping
from cornu.ops._indexing import get_item

_NUMBERS = frozenset((*dtypes.FLOATS, *dtypes.SIGNED, *dtypes.UNSIGNED))

# Operand types that an operator leaves to the other operand's class.
_UNKNOWN = (str, bytes, dict, set, type(None))


def _forward(
    function: Callable[..., Any], direct: Primitive | None, allowed: frozenset[str]
) -> Any:
    """Returns `left.__op__(right)`; equal tensors go straight to the primitive."""

    def operator(self: Any, other: Any) -> Any:
        if type(other) is Tensor:
            alike = type(self) is Tensor and self.dtype == other.dtype in allowed
            if alike and direct is not None and self.shape == other.shape:
                return direct(self, other)
        elif isinstance(other, _UNKNOWN):
            return NotImplemented
        return function(self, other)

    return operator


def _reflected(function: Callable[..., Any]) -> Any:
    """Returns `right.__rop__(left)`."""

    def operator(self: Any, other: Any) -> Any:
        if isinstance(other, _UNKNOWN):
            return NotImplemented
        return function(other, self)

    return operator


_FLOATS = frozenset(dtypes.FLOATS)
_BITS = frozenset(("bool", *dtypes.SIGNED, *dtypes.UNSIGNED))
_ANY = _NUMBERS | {"bool"}
_NEVER: frozenset[str] = frozenset()

_ARITHMETIC: dict[str, tuple[Callable[..., Any], Primitive | None, frozenset[str]]] = {
    "add": (arithmetic.add, e.add, _NUMBERS),
    "sub": (arithmetic.subtract, e.sub, _NUMBERS),
    "mul": (arithmetic.multiply, e.mul, _NUMBERS),
    "truediv": (arithmetic.divide, e.div, _FLOATS),
    "floordiv": (arithmetic.floor_divide, None, _NEVER),
    "mod": (arithmetic.mod, None, _NEVER),
    "pow": (arithmetic.power, e.pow, _FLOATS),
    "matmul": (linear.matmul, None, _NEVER),
    "and": (comparison.bitwise_and, e.and_, _BITS),
    "or": (comparison.bitwise_or, e.or_, _BITS),
    "xor": (comparison.bitwise_xor, e.xor, _BITS),
    "lshift": (comparison.bitwise_left_shift, None, _NEVER),
    "rshift": (comparison.bitwise_right_shift, None, _NEVER),
}

_COMPARISON: dict[str, tuple[Callable[..., Any], Primitive, frozenset[str]]] = {
    "eq": (comparison.equal, e.eq, _ANY),
    "ne": (comparison.not_equal, e.ne, _ANY),
    "lt": (comparison.less, e.lt, _ANY),
    "le": (comparison.less_equal, e.le, _ANY),
    "gt": (comparison.greater, e.gt, _ANY),
    "ge": (comparison.greater_equal, e.ge, _ANY),
}


def _invert(self: Any) -> Any:
    return comparison.bitwise_not(self)


def _round(self: Any, ndigits: int | None = None) -> Any:
    return elementwise.round(self, ndigits or 0)


def _variable_item(self: Variable, key: Any) -> Any:
    return get_item(self.value, key)


def _attach(kind: type[Any]) -> None:
    def put(name: str, function: Any) -> None:
        function.__name__ = name
        function.__qualname__ = f"{kind.__name__}.{name}"
        setattr(kind, name, function)

    for name, (function, direct, allowed) in _ARITHMETIC.items():
        put(f"__{name}__", _forward(function, direct, allowed))
        put(f"__r{name}__", _reflected(function))
    for name, (function, direct, allowed) in _COMPARISON.items():
        if kind is KerasTensor and name == "eq":
            continue  # as in Keras it is identity, so that `tensor in [...]` finds that very tensor
        put(f"__{name}__", _forward(function, direct, allowed))
    for name, function in (
        ("__neg__", lambda self: elementwise.negative(self)),
        ("__pos__", lambda self: self),
        ("__abs__", lambda self: elementwise.absolute(self)),
        ("__invert__", lambda self: _invert(self)),
        ("__round__", lambda self, ndigits=None: _round(self, ndigits)),
    ):
        put(name, function)
    kind.__getitem__ = _variable_item if kind is Variable else lambda self, key: get_item(self, key)
    kind.T = property(lambda self: shaping.transpose(self))


for _kind in (Tensor, Variable, KerasTensor):
    _attach(_kind)
