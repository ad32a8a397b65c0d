"""Samples of elementwise primitives with one operand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy.special
from tests.samples.sample import (
    ALL,
    BIG,
    BITS,
    FLOATS,
    INTEGERS,
    NUMBERS,
    SHAPES,
    Case,
    Refused,
    Sample,
    by_kind,
    draw,
    elementwise,
    f32,
    numpy_dtype,
    special_values,
    ulps,
    wrap,
)


def _unary(
    name: str,
    oracle: Callable[..., Any],
    domain: tuple[float, float] = (-3.0, 3.0),
    *,
    smooth: tuple[float, float] | None = None,
    allowed: tuple[str, ...] = FLOATS,
    order: int = 2,
    tolerance: dict[str, float] | float = 0,
    absolute: float = 0,
    extremes: bool = True,
    signed_zeros: bool = False,
) -> None:
    """Enters a primitive; `smooth` is the part of the domain where derivatives are checked."""

    def cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
        for shape in SHAPES:
            yield Case((draw(rng, shape, dtype, *domain),))
        if dtype in ("float32", "float64"):
            yield Case((draw(rng, BIG, dtype, *domain),))
        special = special_values(dtype)
        if not extremes:
            special = special[: -2 if dtype in FLOATS else None]
        yield Case((special,))
        if dtype == "float64" and order:
            yield Case((draw(rng, (2, 3), dtype, *(smooth or domain)),), smooth=True)

    wrong = "float32" if "float32" not in allowed else "bool" if "bool" not in allowed else None
    refused = ()
    if wrong:
        refused = (Refused((np.ones(2, wrong),), {}, TypeError, f"{name} does not take {wrong}"),)
    Sample(name, allowed, cases, oracle, order, tolerance, absolute, signed_zeros, refused=refused)


# Exact.
_unary(
    "neg",
    by_kind(lambda x: np.copysign(x, -np.copysign(1, x)), elementwise(lambda x: -x)),
    allowed=NUMBERS,
    signed_zeros=True,
)
_unary(
    "abs",
    by_kind(lambda x: np.copysign(x, 1), elementwise(abs)),
    allowed=NUMBERS,
    smooth=(0.2, 3.0),
    signed_zeros=True,
)
_unary(
    "sign",
    by_kind(
        lambda x: np.where(np.isnan(x), x, (x > 0) * 1.0 - (x < 0)),
        elementwise(lambda x: (x > 0) - (x < 0)),
    ),
    allowed=NUMBERS,
    order=0,
)
_unary("floor", lambda x: -np.ceil(-x), order=0)
_unary("ceil", lambda x: -np.floor(-x), order=0)


def _half_to_even(x: np.ndarray) -> np.ndarray:
    below = np.floor(x)
    odd = below % 2 == 1
    up = (x - below > 0.5) | ((x - below == 0.5) & odd)
    return np.where(np.isfinite(x), below + up, x)


_unary("round", _half_to_even, order=0)
_unary("is_finite", lambda x: ~(np.isnan(x) | (np.abs(x) == np.inf)), order=0)
_unary("sqrt", np.sqrt, (0.0, 5.0), smooth=(0.5, 5.0))
_unary(
    "not", by_kind(np.invert, elementwise(lambda x: -x - 1), lambda x: ~x), allowed=BITS, order=0
)

# Approximated. The tolerances leave the reference room for NumPy's own float32 functions.
_unary("rsqrt", lambda x: 1 / np.sqrt(x), (0.01, 5.0), smooth=(0.5, 5.0), tolerance=ulps(2))
_unary("exp", np.exp, (-20.0, 20.0), smooth=(-2.0, 2.0), tolerance=ulps(3))
_unary("expm1", np.expm1, (-3.0, 8.0), smooth=(-2.0, 2.0), tolerance=ulps(3))
_unary("log", np.log, (1e-3, 50.0), smooth=(0.5, 5.0), tolerance=ulps(3))
_unary("log1p", np.log1p, (-0.95, 50.0), smooth=(-0.5, 5.0), tolerance=ulps(3))
_unary("sigmoid", scipy.special.expit, (-30.0, 30.0), smooth=(-3.0, 3.0), tolerance=ulps(4))
_unary("sin", np.sin, (-50.0, 50.0), tolerance=ulps(3), absolute=1, extremes=False)
_unary("cos", np.cos, (-50.0, 50.0), tolerance=ulps(3), absolute=1, extremes=False)
_unary("tan", np.tan, (-1.5, 1.5), smooth=(-1.2, 1.2), tolerance=ulps(4), extremes=False)
_unary("asin", np.arcsin, (-1.0, 1.0), smooth=(-0.9, 0.9), tolerance=ulps(4))
_unary("acos", np.arccos, (-1.0, 1.0), smooth=(-0.9, 0.9), tolerance=ulps(4), absolute=1)
_unary("atan", np.arctan, (-20.0, 20.0), tolerance=ulps(3))
_unary("sinh", np.sinh, (-8.0, 8.0), tolerance=ulps(4))
_unary("cosh", np.cosh, (-8.0, 8.0), tolerance=ulps(4))
_unary("tanh", np.tanh, (-6.0, 6.0), tolerance=ulps(4))
_unary("asinh", np.arcsinh, (-20.0, 20.0), tolerance=ulps(4))
_unary("acosh", np.arccosh, (1.0, 20.0), smooth=(1.5, 20.0), tolerance=ulps(4))
_unary("atanh", np.arctanh, (-0.99, 0.99), smooth=(-0.8, 0.8), tolerance=ulps(4))
_unary("erf", scipy.special.erf, (-4.0, 4.0), tolerance=ulps(4))
# The float32 polynomial is the one XLA uses, good to six digits (Giles 2010).
_unary("erf_inv", scipy.special.erfinv, (-0.99, 0.99), smooth=(-0.8, 0.8), tolerance=ulps(64, 64))


def _log_abs_gamma(x: np.ndarray) -> np.ndarray:
    return np.where(x == -np.inf, np.inf, scipy.special.gammaln(x))


def _digamma(x: np.ndarray) -> np.ndarray:
    pole = (x <= 0) & ((x == np.floor(x)) | np.isinf(x))
    return np.where(pole, np.nan, scipy.special.digamma(np.where(pole, 1.0, x)))


# Without a polygamma primitive the gamma family is differentiated once.
_unary(
    "lgamma", _log_abs_gamma, (0.05, 30.0), order=1, smooth=(0.5, 5.0),
    tolerance=ulps(16, 64), absolute=16,
)  # fmt: skip
_unary(
    "digamma", _digamma, (0.05, 30.0), order=0, tolerance=ulps(16, 64), absolute=16,
)  # fmt: skip


# Conversions: every dtype to every other, with values that both can hold.
def _cast_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for target in ALL:
        low = 0.0 if dtype in FLOATS and not target.startswith("int") else -100.0
        if target in FLOATS:
            low = -100.0
        for shape in ((), (0,), (33,), (4, 3)):
            smooth = target == "float64" and 0 not in shape
            yield Case((draw(rng, shape, dtype, low, 100.0),), {"dtype": target}, smooth)
        if target in FLOATS or dtype not in FLOATS or target == "bool":
            yield Case((special_values(dtype),), {"dtype": target})


def _cast_oracle(x: np.ndarray, dtype: str) -> np.ndarray:
    if dtype == "bool":
        return np.array([bool(value) for value in x.ravel().tolist()]).reshape(x.shape)
    if dtype in INTEGERS:
        target = np.dtype(dtype)
        flat = [wrap(int(value), target) for value in x.ravel().tolist()]
        return np.array(flat, target).reshape(x.shape)
    return x.astype(numpy_dtype(dtype))


Sample(
    "cast", ALL, _cast_cases, _cast_oracle, order=2, ulps={"float16": 1, "bfloat16": 1},
    signed_zeros=True,
    refused=(Refused((f32(2),), {"dtype": "float23"}, TypeError, "cast does not take float23"),),
)  # fmt: skip


def _bitcast_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for target in ALL:
        if target != "bool" and numpy_dtype(target).itemsize == numpy_dtype(dtype).itemsize:
            for shape in ((), (0,), (33,), (4, 3)):
                yield Case((draw(rng, shape, dtype, -100.0, 100.0),), {"dtype": target})
            yield Case((special_values(dtype),), {"dtype": target})


Sample(
    "bitcast", NUMBERS, _bitcast_cases, lambda x, dtype: x.view(numpy_dtype(dtype)),
    signed_zeros=True, stored=True,
    refused=(
        Refused((f32(2),), {"dtype": "int64"}, TypeError, "bitcast: float32 .* int64"),
        Refused((f32(2),), {"dtype": "bool"}, TypeError, "bitcast: float32 .* bool"),
    ),
)  # fmt: skip
