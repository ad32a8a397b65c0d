"""Samples of dot_general."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from tests.samples.sample import NUMBERS, Case, Refused, Sample, draw, f32

# Shapes of both operands, contracted axes, batch axes.
_CALLS: tuple[tuple[Any, Any, Any, Any], ...] = (
    ((), (), ((), ()), ((), ())),
    ((3,), (3,), ((0,), (0,)), ((), ())),
    ((3,), (4,), ((), ()), ((), ())),
    ((3, 4), (4,), ((1,), (0,)), ((), ())),
    ((4,), (4, 3), ((0,), (0,)), ((), ())),
    ((1, 1), (1, 1), ((1,), (0,)), ((), ())),
    ((3, 4), (4, 5), ((1,), (0,)), ((), ())),
    ((4, 3), (4, 5), ((0,), (0,)), ((), ())),
    ((3, 4), (5, 4), ((1,), (1,)), ((), ())),
    ((4, 3), (5, 4), ((0,), (1,)), ((), ())),
    ((0, 3), (3, 2), ((1,), (0,)), ((), ())),
    ((3, 0), (0, 2), ((1,), (0,)), ((), ())),
    ((2, 3, 4), (2, 4, 5), ((2,), (1,)), ((0,), (0,))),
    ((3, 4, 2), (5, 2, 4), ((1,), (2,)), ((2,), (1,))),
    ((2, 3, 4), (4, 3, 5), ((1, 2), (1, 0)), ((), ())),
    ((2, 3, 4), (3, 2, 5), ((), ()), ((0, 1), (1, 0))),
    ((2, 2, 3, 2), (2, 2, 2, 3), ((3,), (2,)), ((0, 1), (0, 1))),
    ((2, 3), (3, 2), ((1, 0), (0, 1)), ((), ())),
    ((0, 3, 4), (0, 4, 5), ((2,), (1,)), ((0,), (0,))),
)
_BIG: tuple[tuple[Any, Any, Any, Any], ...] = (
    ((33, 17), (17, 9), ((1,), (0,)), ((), ())),
    ((65, 129), (129, 67), ((1,), (0,)), ((), ())),
    ((129, 65), (67, 129), ((0,), (1,)), ((), ())),
    ((1, 1027), (1027, 10), ((1,), (0,)), ((), ())),
    ((7, 33, 5), (7, 33, 6), ((1,), (1,)), ((0,), (0,))),
    ((515, 3), (515, 130), ((0,), (0,)), ((), ())),
)


def _cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for a, b, contract, batch in (*_CALLS, *_BIG):
        operands = (draw(rng, a, dtype, -2.0, 2.0), draw(rng, b, dtype, -2.0, 2.0))
        smooth = dtype == "float64" and max(x.size for x in operands) < 70
        smooth = smooth and min(x.size for x in operands) > 0
        yield Case(operands, {"contract": contract, "batch": batch}, smooth)
    if dtype in ("float32", "float64"):
        a, b = draw(rng, (9, 9), dtype), draw(rng, (9, 9), dtype)
        a[4, 4], a[7, 1], b[1, 2] = np.nan, np.inf, 0.0
        yield Case((a, b), {"contract": ((1,), (0,)), "batch": ((), ())})


def _oracle(a: np.ndarray, b: np.ndarray, contract: Any, batch: Any) -> np.ndarray:
    """Each sum as einsum takes it, integers in 64 bits and wrapped at the end."""
    letters = iter("abcdefghijklmnop")
    left = [next(letters) for _ in a.shape]
    right = [next(letters) for _ in b.shape]
    for i, j in (*zip(*contract, strict=True), *zip(*batch, strict=True)):
        right[j] = left[i]
    shared = [left[i] for i in batch[0]]
    summed = [left[i] for i in contract[0]]
    free = [c for c in left + right if c not in shared and c not in summed]
    formula = f"{''.join(left)},{''.join(right)}->{''.join(shared + free)}"
    if a.dtype.kind == "f":
        return np.einsum(formula, a, b)
    return np.einsum(formula, a.astype(np.int64), b.astype(np.int64)).astype(a.dtype)


_MATRIX = {"contract": ((1,), (0,)), "batch": ((), ())}
Sample(
    "dot_general",
    NUMBERS,
    _cases,
    _oracle,
    order=2,
    ulps={"float16": 1, "bfloat16": 1, "float32": 16, "float64": 16},
    absolute=512,
    refused=(
        Refused((f32(2, 3), f32(2, 3)), _MATRIX, ValueError, r"\(2, 3\) and \(2, 3\) do not agree"),
        Refused((f32(2, 3), np.ones((3, 2))), _MATRIX, TypeError, "float32 and float64"),
        Refused((np.ones((2, 2), bool),) * 2, _MATRIX, TypeError, "does not take bool"),
    ),
)
