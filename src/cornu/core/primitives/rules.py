"""Shape and dtype rules that families of primitives share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.core import dtypes
from cornu.core.primitive import Primitive, Rule, Spec

FLOATS = frozenset(dtypes.FLOATS)
NUMBERS = frozenset((*dtypes.FLOATS, *dtypes.SIGNED, *dtypes.UNSIGNED))
INTEGERS = frozenset((*dtypes.SIGNED, *dtypes.UNSIGNED))
BITS = INTEGERS | {dtypes.BOOL}
ALL = NUMBERS | {dtypes.BOOL}


def check_dtype(name: str, dtype: str, allowed: frozenset[str]) -> None:
    """Raises TypeError when a primitive does not take a dtype."""
    if dtype not in allowed:
        listed = ", ".join(d for d in dtypes.NUMERIC if d in allowed)
        raise TypeError(f"{name} does not take {dtype}; it takes {listed}. Cast the tensor first.")


def check_same(name: str, x: Any, y: Any) -> None:
    """Raises when two operands do not have equal shape and dtype."""
    if x.dtype != y.dtype:
        raise TypeError(f"{name}: operands have different dtypes, {x.dtype} and {y.dtype}.")
    if x.shape != y.shape:
        raise ValueError(f"{name}: operands have different shapes, {x.shape} and {y.shape}.")


def check_axis(name: str, axis: int, shape: Any) -> None:
    """Raises ValueError when there is no such axis; primitives do not count from the end."""
    if not 0 <= axis < len(shape):
        raise ValueError(f"{name}: axis {axis} is not an axis of shape {tuple(shape)}.")


def unary(
    name: str, allowed: frozenset[str], vjp: Rule | None = None, result: str | None = None
) -> Primitive:
    """Returns an elementwise primitive of one operand; `result` is a fixed result dtype."""

    def rule(x: Any) -> Spec:
        check_dtype(name, x.dtype, allowed)
        return Spec(x.shape, result or x.dtype)

    return Primitive(name, rule, (vjp,))


def binary(
    name: str,
    allowed: frozenset[str],
    vjps: tuple[Callable[..., Any] | None, ...] = (),
    result: str | None = None,
) -> Primitive:
    """Returns an elementwise primitive of two operands of equal shape and dtype."""

    def rule(x: Any, y: Any) -> Spec:
        if x.dtype != y.dtype or x.shape != y.shape:
            check_same(name, x, y)
        check_dtype(name, x.dtype, allowed)
        return Spec(x.shape, result or x.dtype)

    return Primitive(name, rule, vjps)
