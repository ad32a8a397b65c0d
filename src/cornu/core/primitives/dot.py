"""dot_general: products summed over contracted axes, for matrices of any rank."""

from __future__ import annotations

from typing import Any

from cornu.core.primitive import Primitive, Spec
from cornu.core.primitives.layout import inverse_permutation, transpose
from cornu.core.primitives.rules import NUMBERS, check_dtype


def _free_axes(rank: int, contract: Any, batch: Any) -> list[int]:
    return [axis for axis in range(rank) if axis not in contract and axis not in batch]


def _rule(a: Any, b: Any, *, contract: Any, batch: Any) -> Spec:
    check_dtype("dot_general", a.dtype, NUMBERS)
    if a.dtype != b.dtype:
        raise TypeError(f"dot_general: operands have different dtypes, {a.dtype} and {b.dtype}.")
    pairs = [*zip(*contract, strict=True), *zip(*batch, strict=True)]
    if any(a.shape[i] != b.shape[j] for i, j in pairs):
        raise ValueError(
            f"dot_general: shapes {a.shape} and {b.shape} do not agree on contracted axes "
            f"{contract} or batch axes {batch}."
        )
    a_free = _free_axes(len(a.shape), contract[0], batch[0])
    b_free = _free_axes(len(b.shape), contract[1], batch[1])
    shape = [a.shape[i] for i in (*batch[0], *a_free)] + [b.shape[j] for j in b_free]
    return Spec(tuple(shape), a.dtype)


def _reorder(x: Any, axes: list[int]) -> Any:
    """Puts the axis at place i where `axes[i]` says it belongs."""
    permutation = inverse_permutation(axes)
    if permutation == tuple(range(len(axes))):
        return x
    return transpose(x, permutation=permutation)


def _vjp_a(g: Any, out: Any, a: Any, b: Any, contract: Any, batch: Any) -> Any:
    a_free = _free_axes(len(a.shape), contract[0], batch[0])
    b_free = _free_axes(len(b.shape), contract[1], batch[1])
    count = len(batch[0])
    g_rest = tuple(range(count + len(a_free), len(g.shape)))
    product = dot_general(
        g, b, contract=(g_rest, tuple(b_free)), batch=(tuple(range(count)), tuple(batch[1]))
    )
    order = sorted(range(len(contract[1])), key=contract[1].__getitem__)
    return _reorder(product, [*batch[0], *a_free, *(contract[0][i] for i in order)])


def _vjp_b(g: Any, out: Any, a: Any, b: Any, contract: Any, batch: Any) -> Any:
    a_free = _free_axes(len(a.shape), contract[0], batch[0])
    b_free = _free_axes(len(b.shape), contract[1], batch[1])
    count = len(batch[0])
    g_rest = tuple(range(count, count + len(a_free)))
    product = dot_general(
        a, g, contract=(tuple(a_free), g_rest), batch=(tuple(batch[0]), tuple(range(count)))
    )
    order = sorted(range(len(contract[0])), key=contract[0].__getitem__)
    return _reorder(product, [*batch[1], *(contract[1][i] for i in order), *b_free])


dot_general: Primitive = Primitive("dot_general", _rule, (_vjp_a, _vjp_b))
