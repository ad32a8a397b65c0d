"""Samples of reductions, arg-reductions and cumulative primitives."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from tests.samples.sample import (
    ALL,
    BIG,
    FLOATS,
    NUMBERS,
    Case,
    Refused,
    Sample,
    by_kind,
    distinct,
    draw,
    epsilon,
    f32,
    special_values,
    wrap,
)

_SHAPES = ((7,), (1,), (33, 5), (5, 33), (2, 3, 4), (1027, 3), (3, 1027), (1, 6))


def _axes(rank: int) -> Iterator[tuple[int, ...]]:
    for count in range(1, rank + 1):
        yield from itertools.combinations(range(rank), count)


def _special_rows(dtype: str) -> np.ndarray:
    """Rows in which each special value stands once among ordinary ones."""
    special = special_values(dtype)
    rows = np.ones((len(special), 5), special.dtype)
    rows[:, 2] = special
    return rows


def _reduction(
    name: str,
    oracle: Callable[..., Any],
    *,
    allowed: tuple[str, ...] = NUMBERS,
    bounds: tuple[float, float] = (-1.0, 1.0),
    ulps: float = 0,
    absolute: float = 0,
    empty: bool = True,
) -> None:
    def cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
        make = distinct if allowed is ALL else draw
        limits = () if allowed is ALL else bounds if dtype in FLOATS else (-4.0, 4.0)
        for shape in (*_SHAPES, BIG if dtype == "float32" else (2049,)):
            for axes in _axes(len(shape)):
                smooth = np.prod(shape) < 50 and dtype == "float64"
                yield Case((make(rng, shape, dtype, *limits),), {"axes": axes}, smooth)
        yield Case((make(rng, (), dtype, *limits),), {"axes": ()})
        yield Case((make(rng, (3, 2), dtype, *limits),), {"axes": ()})
        yield Case((make(rng, (0, 3), dtype, *limits),), {"axes": (1,)})
        yield Case((_special_rows(dtype),), {"axes": (1,)})
        yield Case((_special_rows(dtype).T.copy(),), {"axes": (0,)})
        if empty:
            yield Case((make(rng, (0, 3), dtype, *limits),), {"axes": (0,)})
            yield Case((make(rng, (2, 0), dtype, *limits),), {"axes": (0, 1)})

    refused = []
    if allowed is not ALL:
        message = f"{name} does not take bool"
        refused.append(Refused((np.ones(2, bool),), {"axes": (0,)}, TypeError, message))
    if not empty:
        message = rf"{name}: shape \(0, 3\) has no elements"
        refused.append(Refused((f32(0, 3),), {"axes": (0,)}, ValueError, message))
    Sample(
        name,
        allowed,
        cases,
        oracle,
        order=2,
        ulps={dtype: ulps if epsilon(dtype) < 1e-4 else 1 for dtype in FLOATS} if ulps else 0,
        absolute=absolute,
        refused=tuple(refused),
    )


def _folded(function: Callable[..., Any], start: int) -> Callable[..., Any]:
    """Integers one by one as Python ints, wrapped at the end."""

    def oracle(x: np.ndarray, axes: Any) -> Any:
        total = np.asarray(function(x.astype(object), axis=axes, initial=start), object)
        flat = [wrap(int(value), x.dtype) for value in total.ravel()]
        return np.array(flat, x.dtype).reshape(total.shape)

    return oracle


def _ordered(x: np.ndarray, axes: Any, last: int) -> Any:
    """The first or last element of the sorted reduced axes; NaN where one is."""
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    sizes = [x.shape[axis] for axis in kept]
    count = math.prod(x.shape[axis] for axis in axes)
    flat = x.transpose([*kept, *axes]).reshape([*sizes, count])
    chosen = np.sort(flat, axis=-1)[..., last]
    return (
        np.where(np.any(flat != flat, axis=-1), np.nan, chosen) if x.dtype.kind == "f" else chosen
    )


_reduction(
    "reduce_sum",
    by_kind(lambda x, axes: np.sum(x, axis=axes), _folded(np.sum, 0)),
    ulps=16,
    absolute=64,
)
_reduction(
    "reduce_prod",
    by_kind(lambda x, axes: np.prod(x, axis=axes), _folded(np.prod, 1)),
    bounds=(0.98, 1.02),
    ulps=4096,
)
_reduction("reduce_max", lambda x, axes: _ordered(x, axes, -1), allowed=ALL, empty=False)
_reduction("reduce_min", lambda x, axes: _ordered(x, axes, 0), allowed=ALL, empty=False)


def _arg(name: str, better: Callable[[Any, Any], bool]) -> None:
    def first_best(row: np.ndarray) -> int:
        best = 0
        for place, value in enumerate(row.tolist()):
            if value != value:
                return place
            if better(value, row[best]):
                best = place
        return best

    def oracle(x: np.ndarray, axis: int, dtype: str) -> np.ndarray:
        return np.apply_along_axis(first_best, axis, x).astype(dtype)

    def cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
        for shape in ((7,), (1,), (33, 5), (5, 33), (2, 3, 4), (2, 1027)):
            for axis in range(len(shape)):
                x = draw(rng, shape, dtype, -3.0, 3.0)  # integers: many ties
                yield Case((x,), {"axis": axis, "dtype": "int32" if axis else "int64"})
        yield Case((draw(rng, (4099,), dtype, -99.0, 99.0),), {"axis": 0, "dtype": "int32"})
        yield Case((_special_rows(dtype),), {"axis": 1, "dtype": "int32"})
        yield Case((np.zeros((3, 4)).astype(x.dtype),), {"axis": 0, "dtype": "int64"})

    Sample(
        name,
        ALL,
        cases,
        oracle,
        refused=(
            Refused(
                (f32(2, 0),),
                {"axis": 1, "dtype": "int32"},
                ValueError,
                rf"{name}: shape \(2, 0\) has no elements along axis 1",
            ),
        ),
    )


_arg("argmax", lambda value, best: value > best)
_arg("argmin", lambda value, best: value < best)


def _cumulative(
    name: str,
    step: Callable[[Any, Any], Any],
    bounds: tuple[float, float],
    *,
    ulps: float = 0,
    absolute: float = 0,
    ranked: bool = False,
) -> None:
    def oracle(x: np.ndarray, axis: int, reverse: bool) -> np.ndarray:
        moved = np.moveaxis(
            x[(slice(None),) * axis + (slice(None, None, -1 if reverse else 1),)], axis, 0
        )
        rows: list[Any] = []
        for row in moved:
            rows.append(step(rows[-1], row) if rows else row)
        joined = np.stack(rows) if rows else moved
        joined = joined[::-1] if reverse else joined
        return np.moveaxis(joined, 0, axis).astype(x.dtype)

    def cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
        limits = bounds if dtype in FLOATS else (-4.0, 4.0)
        for shape in ((7,), (1,), (0,), (33, 5), (5, 33), (2, 3, 4), (1027,), (2, 0, 3), (130, 70)):
            for axis in range(len(shape)):
                for reverse in (False, True):
                    params = {"axis": axis, "reverse": reverse}
                    x = distinct(rng, shape, dtype) if ranked else draw(rng, shape, dtype, *limits)
                    small = 0 < x.size < 50 and dtype == "float64"
                    yield Case((x,), params, small)
        for reverse in (False, True):
            yield Case((_special_rows(dtype),), {"axis": 1, "reverse": reverse})

    Sample(
        name,
        NUMBERS,
        cases,
        oracle,
        order=2,
        ulps={dtype: ulps if epsilon(dtype) < 1e-4 else 1 for dtype in FLOATS} if ulps else 0,
        absolute=absolute,
        refused=(
            Refused(
                (np.ones(2, bool),),
                {"axis": 0, "reverse": False},
                TypeError,
                f"{name} does not take bool",
            ),
        ),
    )


_cumulative("cumsum", lambda total, x: total + x, (-1.0, 1.0), ulps=64, absolute=256)
_cumulative("cumprod", lambda total, x: total * x, (0.98, 1.02), ulps=2048)
_cumulative(
    "cummax", lambda best, x: np.where((best != best) | (best > x), best, x), (-3, 3), ranked=True
)
_cumulative(
    "cummin", lambda best, x: np.where((best != best) | (best < x), best, x), (-3, 3), ranked=True
)
