"""Samples of control flow: bodies captured once for each dtype."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from tests.samples.sample import Case, Refused, Sample, draw, f32

from cornu.core.graph import Graph, capture
from cornu.core.primitive import Spec
from cornu.core.primitives import elementwise as e

_DTYPES = ("float32", "float64", "int32")


@lru_cache
def _graph(kind: str, dtype: str) -> Graph:
    vector, scalar, count = Spec((3,), dtype), Spec((), dtype), Spec((), "int32")
    if kind == "double":
        return capture(lambda x: [e.add(x, x)], vector)[0]
    if kind == "square":
        return capture(lambda x: [e.mul(x, x)], vector)[0]
    if kind == "below":
        three = lambda i: e.full(shape=(), dtype="int32", value=3)  # noqa: E731
        return capture(lambda i, x: [e.lt(i, three(i))], count, vector)[0]
    if kind == "count":
        one = lambda i: e.full(shape=(), dtype="int32", value=1)  # noqa: E731
        return capture(lambda i, x: [e.add(i, one(i)), e.add(x, x)], count, vector)[0]
    return capture(lambda c, x, w: [e.add(c, e.mul(x, w)), e.sub(c, x)], scalar, scalar, scalar)[0]


def _cond_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    params = {"true": _graph("double", dtype), "false": _graph("square", dtype)}
    for chosen in (True, False):
        yield Case((np.array(chosen), draw(rng, (3,), dtype)), params)


def _cond(predicate: np.ndarray, x: np.ndarray, true: Any, false: Any) -> Any:
    return x + x if predicate else x * x


def _while_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    params = {"condition": _graph("below", dtype), "body": _graph("count", dtype), "carry": 2}
    for start in (0, 2, 7):
        yield Case((np.array(start, np.int32), draw(rng, (3,), dtype)), params)


def _while(i: np.ndarray, x: np.ndarray, condition: Any, body: Any, carry: int) -> Any:
    rounds = max(3 - int(i), 0)
    return np.asarray(i + rounds, np.int32), x * 2**rounds


def _scan_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for length in (0, 1, 5):
        for reverse in (False, True):
            operands = (draw(rng, (), dtype), draw(rng, (length,), dtype), draw(rng, (), dtype))
            params = {"carry": 1, "sequences": 1, "length": length, "reverse": reverse}
            yield Case(operands, {"body": _graph("scan", dtype), **params})


def _scan(c: Any, x: Any, w: Any, reverse: bool, **params: Any) -> Any:
    results = np.zeros_like(x)
    for step in reversed(range(len(x))) if reverse else range(len(x)):
        results[step] = c - x[step]
        c = c + x[step] * w
    return np.asarray(c, x.dtype), results


_BRANCHES = {"true": _graph("double", "float32"), "false": _graph("square", "float32")}
Sample(
    "cond",
    _DTYPES,
    _cond_cases,
    _cond,
    ulps=1.0,
    refused=(
        Refused((f32(), f32(3)), _BRANCHES, ValueError, "must be a bool scalar"),
        Refused((np.array(True), f32(4)), _BRANCHES, ValueError, r"takes float32\[3\]"),
    ),
)
Sample("while", _DTYPES, _while_cases, _while, ulps=1.0)
Sample("scan", _DTYPES, _scan_cases, _scan, ulps=4.0, absolute=32.0)
