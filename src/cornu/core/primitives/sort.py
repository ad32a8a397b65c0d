"""Sorting primitives; equal elements keep their order and NaN comes last."""

from __future__ import annotations

from typing import Any

from cornu.core.primitive import Primitive, Spec
from cornu.core.primitives.elementwise import constant
from cornu.core.primitives.gather import gather_nd, scatter_nd
from cornu.core.primitives.reduce import full_indices
from cornu.core.primitives.rules import ALL, check_axis, check_dtype


def _sort_rule(x: Any, *, axis: int) -> Spec:
    check_dtype("sort", x.dtype, ALL)
    check_axis("sort", axis, x.shape)
    return Spec(x.shape, x.dtype)


def _sort_vjp(g: Any, out: Any, x: Any, axis: int) -> Any:
    """Sends each cotangent back to where its element came from."""
    back = argsort(argsort(x, axis=axis), axis=axis)
    return gather_nd(g, full_indices(back, axis))


sort: Primitive = Primitive("sort", _sort_rule, (_sort_vjp,))


def _argsort_rule(x: Any, *, axis: int) -> Spec:
    check_dtype("argsort", x.dtype, ALL)
    check_axis("argsort", axis, x.shape)
    return Spec(x.shape, "int32")


argsort: Primitive = Primitive("argsort", _argsort_rule)


def _top_k_rule(x: Any, *, k: int) -> tuple[Spec, Spec]:
    check_dtype("top_k", x.dtype, ALL)
    if not x.shape or not 0 <= k <= x.shape[-1]:
        raise ValueError(f"top_k: k={k} does not fit the last axis of shape {x.shape}.")
    shape = (*x.shape[:-1], k)
    return Spec(shape, x.dtype), Spec(shape, "int32")


def _top_k_vjp(g: Any, out: Any, x: Any, k: int) -> Any:
    indices = full_indices(out[1], len(x.shape) - 1)
    return scatter_nd(constant(x, 0), indices, g[0], mode="add")


top_k: Primitive = Primitive("top_k", _top_k_rule, (_top_k_vjp,), multiple=True)
