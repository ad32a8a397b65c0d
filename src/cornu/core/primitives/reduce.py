"""Reductions and cumulative primitives."""

from __future__ import annotations

from typing import Any

from cornu.core import shapes
from cornu.core.primitive import REGISTRY, Primitive, Rule, Spec
from cornu.core.primitives.elementwise import (
    and_,
    cast,
    constant,
    div,
    eq,
    iota,
    mul,
    select,
)
from cornu.core.primitives.rules import ALL, NUMBERS, check_axis, check_dtype


def _spread(small: Any, x: Any, axes: Any) -> Any:
    """Returns a reduced tensor broadcast back over the reduced axes."""
    kept = tuple(axis for axis in range(len(x.shape)) if axis not in axes)
    return REGISTRY["broadcast"](small, shape=x.shape, dims=kept)


def _reduction(name: str, allowed: frozenset[str], vjp: Rule) -> Primitive:
    def rule(x: Any, *, axes: Any) -> Spec:
        check_dtype(name, x.dtype, allowed)
        for axis in axes:
            check_axis(name, axis, x.shape)
        extreme = name in ("reduce_max", "reduce_min")
        if extreme and any(x.shape[axis] == 0 for axis in axes):
            raise ValueError(f"{name}: shape {x.shape} has no elements along axes {axes}.")
        return Spec(shapes.reduced(x.shape, axes), x.dtype)

    return Primitive(name, rule, (vjp,))


def _extreme_vjp(g: Any, out: Any, x: Any, axes: Any) -> Any:
    """The cotangent is shared equally by all elements that equal the extreme."""
    chosen = cast(eq(x, _spread(out, x, axes)), dtype=x.dtype)
    share = div(g, reduce_sum(chosen, axes=axes))
    return mul(chosen, _spread(share, x, axes))


def _product_vjp(g: Any, out: Any, x: Any, axes: Any) -> Any:
    """The product of all other elements, from both sides, so that zeros are no trouble."""
    kept = tuple(axis for axis in range(len(x.shape)) if axis not in axes)
    order = (*kept, *axes)
    moved = REGISTRY["transpose"](x, permutation=order)
    count = shapes.size([x.shape[axis] for axis in axes])
    flat = REGISTRY["reshape"](moved, shape=(*(x.shape[axis] for axis in kept), count))
    last = len(kept)
    others = mul(_exclusive(flat, last, reverse=False), _exclusive(flat, last, reverse=True))
    others = REGISTRY["reshape"](others, shape=moved.shape)
    inverse = sorted(range(len(order)), key=order.__getitem__)
    others = REGISTRY["transpose"](others, permutation=tuple(inverse))
    return mul(others, _spread(g, x, axes))


def _exclusive(x: Any, axis: int, reverse: bool) -> Any:
    """Cumulative product of the elements strictly before (or after) each place."""
    if x.shape[axis] == 0:
        return x
    still = [0] * len(x.shape)
    step = list(still)
    step[axis] = 1
    drop = [-n for n in step]
    low, high = (drop, step) if reverse else (step, drop)
    one = REGISTRY["full"](shape=(), dtype=x.dtype, value=1)
    shifted = REGISTRY["pad"](x, one, low=tuple(low), high=tuple(high), interior=tuple(still))
    return cumprod(shifted, axis=axis, reverse=reverse)


reduce_sum: Primitive = _reduction(
    "reduce_sum", NUMBERS, lambda g, out, x, axes: _spread(g, x, axes)
)
reduce_prod: Primitive = _reduction("reduce_prod", NUMBERS, _product_vjp)
reduce_max: Primitive = _reduction("reduce_max", ALL, _extreme_vjp)
reduce_min: Primitive = _reduction("reduce_min", ALL, _extreme_vjp)


def _arg_rule(name: str) -> Rule:
    def rule(x: Any, *, axis: int, dtype: str) -> Spec:
        check_dtype(name, x.dtype, ALL)
        check_axis(name, axis, x.shape)
        if x.shape[axis] == 0:
            raise ValueError(f"{name}: shape {x.shape} has no elements along axis {axis}.")
        return Spec(shapes.reduced(x.shape, (axis,)), dtype)

    return rule


argmax: Primitive = Primitive("argmax", _arg_rule("argmax"))
argmin: Primitive = Primitive("argmin", _arg_rule("argmin"))


def _cumulative(name: str, vjp: Rule) -> Primitive:
    def rule(x: Any, *, axis: int, reverse: bool) -> Spec:
        check_dtype(name, x.dtype, NUMBERS)
        check_axis(name, axis, x.shape)
        return Spec(x.shape, x.dtype)

    return Primitive(name, rule, (vjp,))


cumsum: Primitive = _cumulative(
    "cumsum", lambda g, out, x, axis, reverse: cumsum(g, axis=axis, reverse=not reverse)
)


def _cumprod_vjp(g: Any, out: Any, x: Any, axis: int, reverse: bool) -> Any:
    """Exact also when elements are zero: only places up to the first zero get a derivative."""
    zero = eq(x, constant(x, 0))
    seen = cumsum(cast(zero, dtype="int32"), axis=axis, reverse=reverse)
    before = eq(seen, constant(seen, 0))
    first = and_(zero, eq(seen, constant(seen, 1)))
    safe = select(zero, constant(x, 1), x)
    plain = div(cumsum(mul(g, out), axis=axis, reverse=not reverse), safe)
    without = cumprod(select(first, constant(x, 1), x), axis=axis, reverse=reverse)
    at_zero = cumsum(mul(g, without), axis=axis, reverse=not reverse)
    return select(before, plain, select(first, at_zero, constant(g, 0)))


cumprod: Primitive = _cumulative("cumprod", _cumprod_vjp)


def _cumulative_extreme_vjp(g: Any, out: Any, x: Any, axis: int, reverse: bool) -> Any:
    """Each place passes its cotangent to the latest element that set the extreme."""
    places = iota(shape=x.shape, dtype="int32", axis=axis)
    sets = eq(x, out)
    if reverse:
        size = constant(places, x.shape[axis])
        source = cummin(select(sets, places, size), axis=axis, reverse=True)
    else:
        source = cummax(select(sets, places, constant(places, -1)), axis=axis, reverse=False)
    indices = full_indices(source, axis)
    return REGISTRY["scatter_nd"](constant(x, 0), indices, g, mode="add")


def full_indices(indices: Any, axis: int) -> Any:
    """Returns indices along one axis as complete element positions, shape `indices.shape + (rank,)`."""
    rank = len(indices.shape)
    columns = [
        indices if a == axis else iota(shape=indices.shape, dtype=indices.dtype, axis=a)
        for a in range(rank)
    ]
    expanded = [REGISTRY["reshape"](c, shape=(*indices.shape, 1)) for c in columns]
    return REGISTRY["concatenate"](*expanded, axis=rank)


cummax: Primitive = _cumulative("cummax", _cumulative_extreme_vjp)
cummin: Primitive = _cumulative("cummin", _cumulative_extreme_vjp)
