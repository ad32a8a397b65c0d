"""Primitives that read and write at positions given by data: take, gather, scatter."""

from __future__ import annotations

from typing import Any

from cornu.core import shapes
from cornu.core.primitive import Primitive, Spec
from cornu.core.primitives.elementwise import (
    cast,
    constant,
    div,
    eq,
    full,
    iota,
    max,
    mul,
    select,
)
from cornu.core.primitives.layout import broadcast, reshape
from cornu.core.primitives.rules import FLOATS, INTEGERS, NUMBERS, check_axis, check_dtype

MODES = ("add", "set", "max", "min", "mul")


def _take_rule(x: Any, indices: Any, *, axis: int) -> Spec:
    check_dtype("take (indices)", indices.dtype, INTEGERS)
    check_axis("take", axis, x.shape)
    if x.shape[axis] == 0 and shapes.size(indices.shape):
        raise ValueError(f"take: shape {x.shape} has no elements along axis {axis}.")
    return Spec((*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]), x.dtype)


take: Primitive = Primitive(
    "take",
    _take_rule,
    (
        lambda g, out, x, indices, axis: take_back(g, indices, shape=x.shape, axis=axis),
        None,
    ),
)


def _take_back_rule(g: Any, indices: Any, *, shape: Any, axis: int) -> Spec:
    check_dtype("take_back", g.dtype, NUMBERS)
    taken = _take_rule(Spec(tuple(shape), g.dtype), indices, axis=axis)
    if g.shape != taken.shape:
        raise ValueError(f"take_back: g must be of shape {taken.shape}; got {g.shape}.")
    return Spec(tuple(shape), g.dtype)


# The transpose of take: zeros, and g added up where it would have been taken from.
take_back: Primitive = Primitive(
    "take_back",
    _take_back_rule,
    (
        lambda ct, out, g, indices, shape, axis: take(ct, indices, axis=axis),
        None,
    ),
)


def _take_sum_rule(x: Any, indices: Any) -> Spec:
    check_dtype("take_sum", x.dtype, FLOATS)
    if not x.shape or not indices.shape:
        raise ValueError(
            f"take_sum: x and indices need an axis each; got shapes {x.shape} and {indices.shape}."
        )
    taken = _take_rule(x, indices, axis=0)
    rank = len(indices.shape)
    return Spec((*taken.shape[: rank - 1], *taken.shape[rank:]), x.dtype)


def _take_sum_vjp(g: Any, out: Any, x: Any, indices: Any) -> Any:
    rank = len(indices.shape)
    dims = (*range(rank - 1), *range(rank, rank + len(x.shape) - 1))
    rows = broadcast(g, shape=(*indices.shape, *x.shape[1:]), dims=dims)
    return take_back(rows, indices, shape=x.shape, axis=0)


# What is taken at axis 0, summed over the last axis of the indices: a bag of embeddings.
take_sum: Primitive = Primitive("take_sum", _take_sum_rule, (_take_sum_vjp, None))


def _points_spec(name: str, x: Any, indices: Any) -> Spec:
    """Returns the Spec of the slices of x that index tuples address."""
    check_dtype(f"{name} (indices)", indices.dtype, INTEGERS)
    if not indices.shape:
        raise ValueError(f"{name}: indices need an axis of positions; got a scalar.")
    depth = indices.shape[-1]
    if depth > len(x.shape):
        raise ValueError(
            f"{name}: indices of shape {indices.shape} address {depth} axes; the tensor has "
            f"shape {x.shape}."
        )
    if 0 in x.shape[:depth] and shapes.size(indices.shape[:-1]):
        raise ValueError(f"{name}: shape {x.shape} has no elements along the indexed axes.")
    return Spec((*indices.shape[:-1], *x.shape[depth:]), x.dtype)


def _gather_nd_rule(x: Any, indices: Any) -> Spec:
    return _points_spec("gather_nd", x, indices)


gather_nd: Primitive = Primitive(
    "gather_nd",
    _gather_nd_rule,
    (
        lambda g, out, x, indices: scatter_nd(constant(x, 0), indices, g, mode="add"),
        None,
    ),
)


def _scatter_nd_rule(x: Any, indices: Any, updates: Any, *, mode: str) -> Spec:
    if mode not in MODES:
        raise ValueError(f"scatter_nd: mode is one of {', '.join(MODES)}; got {mode!r}.")
    if mode != "set":
        check_dtype(f"scatter_nd ({mode})", x.dtype, NUMBERS)
    expected = _points_spec("scatter_nd", x, indices)
    if updates.shape != expected.shape or updates.dtype != x.dtype:
        raise ValueError(
            f"scatter_nd: updates must be {expected}; got {Spec(updates.shape, updates.dtype)}."
        )
    return Spec(x.shape, x.dtype)


def _last_writers(x: Any, indices: Any, updates: Any) -> Any:
    """Returns, as a bool tensor, which updates are the last ones written to their places."""
    outer = indices.shape[:-1]
    order = reshape(iota(shape=(shapes.size(outer),), dtype="int32", axis=0), shape=outer)
    nothing = full(shape=x.shape[: indices.shape[-1]], dtype="int32", value=0)
    winners = scatter_nd(nothing, indices, order, mode="set")
    last = eq(gather_nd(winners, indices), order)
    return broadcast(last, shape=updates.shape, dims=tuple(range(len(outer))))


def _ties(x: Any, out: Any, indices: Any, updates: Any) -> tuple[Any, Any, Any]:
    """Returns which old elements and updates equal the result, and how many share each place."""
    old = cast(eq(x, out), dtype=x.dtype)
    new = cast(eq(updates, gather_nd(out, indices)), dtype=x.dtype)
    return old, new, scatter_nd(old, indices, new, mode="add")


def _scatter_x_vjp(g: Any, out: Any, x: Any, indices: Any, updates: Any, mode: str) -> Any:
    if mode == "add":
        return g
    if mode == "set":
        return scatter_nd(g, indices, constant(updates, 0), mode="set")
    if mode == "mul":
        return scatter_nd(g, indices, updates, mode="mul")
    old, _, count = _ties(x, out, indices, updates)
    return mul(g, div(old, max(count, constant(count, 1))))


def _scatter_updates_vjp(g: Any, out: Any, x: Any, indices: Any, updates: Any, mode: str) -> Any:
    passed = gather_nd(g, indices)
    if mode == "add":
        return passed
    if mode == "set":
        return select(_last_writers(x, indices, updates), passed, constant(passed, 0))
    if mode == "mul":
        return div(gather_nd(mul(g, out), indices), updates)
    _, new, count = _ties(x, out, indices, updates)
    return mul(passed, div(new, gather_nd(count, indices)))


scatter_nd: Primitive = Primitive(
    "scatter_nd", _scatter_nd_rule, (_scatter_x_vjp, None, _scatter_updates_vjp)
)
