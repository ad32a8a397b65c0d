"""Samples of sorting primitives. Oracles are Python's own stable sort."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from tests.samples.sample import ALL, Case, Refused, Sample, distinct, draw, f32, special_values

_SHAPES = ((1,), (0,), (7,), (33, 5), (5, 33), (2, 3, 4), (1027,), (2, 0), (0, 2))


def _with_ties(rng: np.random.Generator, shape: Any, dtype: str) -> np.ndarray:
    """Few different values, so that stability shows."""
    return np.round(draw(rng, shape, dtype, -3.0, 3.0).astype(np.float64)).astype(
        draw(rng, (), dtype).dtype
    )


def _cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for shape in _SHAPES:
        for axis in range(len(shape)):
            x = distinct(rng, shape, dtype)
            yield Case((x,), {"axis": axis}, dtype == "float64" and 0 < x.size < 50)
    for shape in ((40,), (257, 3)):
        yield Case((_with_ties(rng, shape, dtype),), {"axis": 0})
    special = special_values(dtype)
    yield Case((rng.permutation(np.concatenate([special, special])),), {"axis": 0})
    yield Case((draw(rng, (4099,), dtype, -1e4, 1e4),), {"axis": 0})


def _order(row: np.ndarray) -> list[int]:
    values = row.tolist()
    return sorted(range(len(values)), key=lambda i: (values[i] != values[i], values[i]))


def _along(function: Any, x: np.ndarray, axis: int, dtype: Any) -> np.ndarray:
    if not x.size:
        return np.zeros(x.shape, dtype)
    return np.apply_along_axis(function, axis, x).astype(dtype)


def _bad_axis(name: str) -> tuple[Refused, ...]:
    message = rf"{name}: axis 1 is not an axis of shape \(2,\)"
    return (Refused((f32(2),), {"axis": 1}, ValueError, message),)


Sample(
    "sort",
    ALL,
    _cases,
    lambda x, axis: _along(lambda row: row[_order(row)], x, axis, x.dtype),
    order=2,
    refused=_bad_axis("sort"),
)
Sample(
    "argsort",
    ALL,
    _cases,
    lambda x, axis: _along(_order, x, axis, np.int32),
    refused=_bad_axis("argsort"),
)


def _top_k_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for shape in ((1,), (7,), (5, 33), (2, 3, 4), (1027,), (0, 2)):
        for k in sorted({0, 1, min(3, shape[-1]), shape[-1]}):
            x = distinct(rng, shape, dtype)
            yield Case((x,), {"k": k}, dtype == "float64" and 0 < x.size < 50 and k > 0)
    yield Case((_with_ties(rng, (3, 40), dtype),), {"k": 17})
    special = special_values(dtype)
    yield Case((rng.permutation(np.concatenate([special, special])),), {"k": len(special)})


def _top_k_oracle(x: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    def order(row: np.ndarray) -> list[int]:
        values = row.tolist()
        return sorted(range(len(values)), key=lambda i: (values[i] == values[i], -values[i]))[:k]

    rows = [order(row) for row in x.reshape(-1, x.shape[-1])] if x.size else []
    indices = np.array(rows, np.int32).reshape((*x.shape[:-1], k))
    return np.take_along_axis(x, indices.astype(np.int64), -1), indices


Sample(
    "top_k",
    ALL,
    _top_k_cases,
    _top_k_oracle,
    order=2,
    refused=(
        Refused((f32(3),), {"k": 4}, ValueError, r"top_k: k=4 does not fit .*\(3,\)"),
        Refused((f32(),), {"k": 0}, ValueError, "top_k: k=0 does not fit"),
    ),
)
