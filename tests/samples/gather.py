"""Samples of primitives that read and write at positions given by data.

Oracles walk element by element. Indices repeat, are negative, and leave the range.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from tests.samples.sample import (
    ALL,
    FLOATS,
    NUMBERS,
    Case,
    Refused,
    Sample,
    distinct,
    draw,
    f32,
)


def _place(index: int, size: int) -> int:
    """A negative index counts from the end once; what is still outside is clamped."""
    return min(max(index + size if index < 0 else index, 0), size - 1)


def _indices(rng: np.random.Generator, shape: Any, size: int, dtype: str) -> np.ndarray:
    low = 0 if dtype in ("uint8", "uint32", "uint64") else -size - 2
    return np.asarray(rng.integers(low, size + 2, shape)).astype(dtype)


# Shape of x, shape of the indices, axis, dtype of the indices.
_TAKES: tuple[tuple[Any, Any, int, str], ...] = (
    ((5,), (), 0, "int32"),
    ((5,), (0,), 0, "int32"),
    ((5,), (8,), 0, "int64"),
    ((1,), (3,), 0, "int8"),
    ((4, 3), (2, 3), 0, "int32"),
    ((4, 3), (5,), 1, "uint8"),
    ((2, 3, 4), (2, 2), 1, "int32"),
    ((2, 3, 4), (7,), 2, "uint32"),
    ((0, 3), (4,), 1, "int32"),
    ((0, 3), (0,), 0, "int32"),
    ((40, 33), (65,), 0, "int16"),
    ((300, 4), (1027,), 0, "uint64"),
)


def _take_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for shape, count, axis, index_dtype in _TAKES:
        x = distinct(rng, shape, dtype)
        indices = _indices(rng, count, shape[axis], index_dtype)
        smooth = dtype == "float64" and 0 < x.size < 50 and indices.size > 0
        yield Case((x, indices), {"axis": axis}, smooth)


def _take_oracle(x: np.ndarray, indices: np.ndarray, axis: int) -> np.ndarray:
    size = x.shape[axis]
    flat = [_place(index, size) for index in indices.ravel().tolist()]
    moved = np.moveaxis(x, axis, 0)
    rows = np.array([moved[place] for place in flat], x.dtype)
    rows = rows.reshape((*indices.shape, *moved.shape[1:]))
    return np.moveaxis(rows, range(indices.ndim), range(axis, axis + indices.ndim))


Sample(
    "take",
    ALL,
    _take_cases,
    _take_oracle,
    order=2,
    signed_zeros=True,
    stored=True,
    refused=(
        Refused(
            (f32(3), f32(2)), {"axis": 0}, TypeError, r"take \(indices\) does not take float32"
        ),
        Refused(
            (f32(0, 2), np.zeros(1, np.int32)),
            {"axis": 0},
            ValueError,
            r"take: shape \(0, 2\) has no elements",
        ),
    ),
)


def _take_back_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for shape, count, axis, index_dtype in (*_TAKES, ((70, 16), (50, 41), 0, "int32")):
        indices = _indices(rng, count, shape[axis], index_dtype)
        g = draw(rng, (*shape[:axis], *indices.shape, *shape[axis + 1 :]), dtype)
        smooth = dtype == "float64" and 0 < g.size < 50 and 0 not in shape
        yield Case((g, indices), {"shape": shape, "axis": axis}, smooth)


def _take_back_oracle(g: np.ndarray, indices: np.ndarray, shape: Any, axis: int) -> np.ndarray:
    result = np.zeros(shape, g.dtype)
    target = np.moveaxis(result, axis, 0)
    rank = indices.ndim
    source = np.moveaxis(g, range(axis, axis + rank), range(rank))
    for position in np.ndindex(*indices.shape):
        place = _place(int(indices[position]), shape[axis])
        target[place] = target[place] + source[position]
    return result


Sample(
    "take_back",
    NUMBERS,
    _take_back_cases,
    _take_back_oracle,
    order=2,
    ulps={"float16": 8, "bfloat16": 8, "float32": 8, "float64": 8},
    absolute=64,
    refused=(
        Refused(
            (f32(3), np.zeros(2, np.int32)),
            {"shape": (3,), "axis": 0},
            ValueError,
            r"g must be of shape \(2,\); got \(3,\)",
        ),
        Refused(
            (f32(2), f32(2)), {"shape": (3,), "axis": 0}, TypeError, r"take \(indices\) does not"
        ),
    ),
)

# Shape of x, shape of the indices, whose last axis is summed, their dtype.
_BAGS: tuple[tuple[Any, Any, str], ...] = (
    ((5,), (3,), "int32"),
    ((5,), (2, 3), "uint8"),
    ((4, 3), (3, 0), "int32"),
    ((4, 3), (0, 2), "int64"),
    ((0, 3), (0, 2), "int32"),
    ((4, 2, 3), (2, 1, 5), "int32"),
    ((50, 37), (3, 7), "int16"),
    ((9, 16), (40, 300), "int64"),
)


def _take_sum_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for shape, count, index_dtype in _BAGS:
        x = draw(rng, shape, dtype)
        indices = _indices(rng, count, shape[0], index_dtype)
        smooth = dtype == "float64" and 0 < x.size < 50 and indices.size > 0
        yield Case((x, indices), {}, smooth)


Sample(
    "take_sum",
    FLOATS,
    _take_sum_cases,
    lambda x, indices: _take_oracle(x, indices, 0).sum(axis=indices.ndim - 1),
    order=2,
    ulps={"float16": 4, "bfloat16": 4, "float32": 32, "float64": 32},
    absolute=512,
    refused=(
        Refused((f32(3), np.zeros((), np.int32)), {}, ValueError, "need an axis each"),
        Refused((f32(3), f32(2)), {}, TypeError, r"take \(indices\) does not take float32"),
        Refused(
            (np.ones(3, np.int32), np.zeros(2, np.int32)), {}, TypeError, "take_sum does not take"
        ),
    ),
)

# Shape of x, outer shape of the indices, how many axes they address, their dtype.
_POINTS: tuple[tuple[Any, Any, int, str], ...] = (
    ((5,), (), 1, "int32"),
    ((5,), (4,), 1, "int64"),
    ((4, 3), (6,), 2, "int32"),
    ((4, 3), (2, 2), 1, "int32"),
    ((2, 3, 4), (3,), 2, "int8"),
    ((2, 3), (4,), 0, "int32"),
    ((4, 3), (0,), 2, "int32"),
    ((4, 0), (3,), 1, "int32"),
    ((30, 7), (201,), 2, "uint8"),
)


def _points(rng: np.random.Generator, shape: Any, outer: Any, depth: int, dtype: str) -> np.ndarray:
    columns = [_indices(rng, outer, size, dtype) for size in shape[:depth]]
    return np.stack(columns, -1) if columns else np.zeros((*outer, 0), dtype)


def _gather_nd_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for shape, outer, depth, index_dtype in _POINTS:
        x = distinct(rng, shape, dtype)
        points = _points(rng, shape, outer, depth, index_dtype)
        smooth = dtype == "float64" and 0 < x.size < 50 and 0 not in outer
        yield Case((x, points), {}, smooth)


def _point(x: np.ndarray, indices: np.ndarray, position: Any) -> tuple[int, ...]:
    row = indices[position].tolist()
    return tuple(_place(index, size) for index, size in zip(row, x.shape, strict=False))


def _gather_nd_oracle(x: np.ndarray, indices: np.ndarray) -> np.ndarray:
    outer, depth = indices.shape[:-1], indices.shape[-1]
    result = np.zeros((*outer, *x.shape[depth:]), x.dtype)
    for position in np.ndindex(*outer):
        result[position] = x[_point(x, indices, position)]
    return result


_EMPTY = (f32(0, 2), np.zeros((1, 1), np.int32))
Sample(
    "gather_nd",
    ALL,
    _gather_nd_cases,
    _gather_nd_oracle,
    order=2,
    signed_zeros=True,
    stored=True,
    refused=(
        Refused((f32(3), np.zeros((2, 2), np.int32)), {}, ValueError, "address 2 axes"),
        Refused((f32(3), f32(2, 1)), {}, TypeError, r"gather_nd \(indices\) does not take"),
        Refused(
            (f32(3), np.zeros((), np.int32)), {}, ValueError, "gather_nd: indices need an axis"
        ),
        Refused(_EMPTY, {}, ValueError, r"gather_nd: shape \(0, 2\) has no elements"),
    ),
)


def _scatter_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for mode in ("add", "set", "max", "min", "mul"):
        if dtype == "bool" and mode != "set":
            continue
        for shape, outer, depth, index_dtype in _POINTS:
            x = distinct(rng, shape, dtype)
            points = _points(rng, shape, outer, depth, index_dtype)
            size = (*outer, *shape[depth:])
            bounds = (0.9, 1.1) if mode == "mul" and dtype in FLOATS else (-3.0, 3.0)
            updates = draw(rng, size, dtype, *bounds)
            smooth = dtype == "float64" and 0 < x.size < 50 and 0 not in outer
            yield Case((x, points, updates), {"mode": mode}, smooth)


def _scatter_oracle(
    x: np.ndarray, indices: np.ndarray, updates: np.ndarray, mode: str
) -> np.ndarray:
    combine = {
        "add": np.add,
        "set": lambda old, new: new,
        "max": np.maximum,
        "min": np.minimum,
        "mul": np.multiply,
    }[mode]
    result = x.copy()
    for position in np.ndindex(*indices.shape[:-1]):
        place = _point(x, indices, position)
        result[place] = combine(result[place], updates[position])
    return result


_ONE = np.zeros((2, 1), np.int32)
Sample(
    "scatter_nd",
    ALL,
    _scatter_cases,
    _scatter_oracle,
    order=2,
    ulps={"float16": 4, "bfloat16": 4, "float32": 64, "float64": 64},
    absolute=32,
    refused=(
        Refused((f32(3), _ONE, f32(2)), {"mode": "sub"}, ValueError, "mode is one of .* got 'sub'"),
        Refused(
            (f32(3), _ONE, f32(3)), {"mode": "add"}, ValueError, r"updates must be float32\[2\]"
        ),
        Refused((f32(3), _ONE, np.ones(2)), {"mode": "add"}, ValueError, r"got float64\[2\]"),
        Refused(
            (np.ones(3, bool), _ONE, np.ones(2, bool)),
            {"mode": "add"},
            TypeError,
            "scatter_nd.* does not take bool",
        ),
    ),
)
