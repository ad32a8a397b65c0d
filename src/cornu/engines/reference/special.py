"""The error function and the gamma family, which NumPy does not have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.core.engine import Array
from cornu.engines.reference.table import lowering


@lowering("erf")
def _erf(x: Array) -> Any:
    return np.vectorize(math.erf, otypes=[np.float64])(x).astype(x.dtype)


def _log_abs_gamma(x: float) -> float:
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):  # a pole, or beyond the range of float64
        return math.inf


@lowering("lgamma")
def _lgamma(x: Array) -> Any:
    return np.vectorize(_log_abs_gamma, otypes=[np.float64])(x).astype(x.dtype)


@lowering("digamma")
def _digamma(x: Array) -> Any:
    """Recurrence up to 10, then the asymptotic series; reflection below zero; NaN at the poles.

    Reference: Abramowitz and Stegun, Handbook of Mathematical Functions, 6.3.5, 6.3.7, 6.3.18.
    """
    wide = x.astype(np.float64)
    below = wide <= 0
    large = np.where(below, 1 - wide, wide)
    total = np.zeros_like(large)
    for _ in range(10):
        step = large < 10
        total = total - np.where(step, 1 / large, 0)
        large = np.where(step, large + 1, large)
    inverse = 1 / (large * large)
    series = _polynomial(
        (1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12, 0), inverse
    )
    total = total + np.log(large) - 0.5 / large - series
    # The fraction alone enters the tangent, which keeps the reflection accurate far below zero.
    angle = np.pi * (wide - np.rint(wide))
    total = total - np.where(below, np.pi / np.tan(angle), 0)
    pole = below & (wide == np.rint(wide))
    return np.where(pole, np.nan, total).astype(x.dtype)


# Giles, "Approximating the erfinv function", GPU Computing Gems (2010): polynomials in
# w = -log(1 - x * x), highest power first, by the size of w.
_SINGLE: tuple[tuple[float, ...], ...] = (
    (2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
     -0.00125372503, -0.00417768164, 0.246640727, 1.50140941),
    (-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773,
     -0.0076224613, 0.00943887047, 1.00167406, 2.83297682),
)  # fmt: skip
_DOUBLE: tuple[tuple[float, ...], ...] = (
    (-3.6444120640178196996e-21, -1.685059138182016589e-19, 1.2858480715256400167e-18,
     1.115787767802518096e-17, -1.333171662854620906e-16, 2.0972767875968561637e-17,
     6.6376381343583238325e-15, -4.0545662729752068639e-14, -8.1519341976054721522e-14,
     2.6335093153082322977e-12, -1.2975133253453532498e-11, -5.4154120542946279317e-11,
     1.051212273321532285e-09, -4.1126339803469836976e-09, -2.9070369957882005086e-08,
     4.2347877827932403518e-07, -1.3654692000834678645e-06, -1.3882523362786468719e-05,
     0.0001867342080340571352, -0.00074070253416626697512, -0.0060336708714301490533,
     0.24015818242558961693, 1.6536545626831027356),
    (2.2137376921775787049e-09, 9.0756561938885390979e-08, -2.7517406297064545428e-07,
     1.8239629214389227755e-08, 1.5027403968909827627e-06, -4.013867526981545969e-06,
     2.9234449089955446044e-06, 1.2475304481671778723e-05, -4.7318229009055733981e-05,
     6.8284851459573175448e-05, 2.4031110387097893999e-05, -0.0003550375203628474796,
     0.00095328937973738049703, -0.0016882755560235047313, 0.0024914420961078508066,
     -0.0037512085075692412107, 0.005370914553590063617, 1.0052589676941592334,
     3.0838856104922207635),
    (-2.7109920616438573243e-11, -2.5556418169965252055e-10, 1.5076572693500548083e-09,
     -3.7894654401267369937e-09, 7.6157012080783393804e-09, -1.4960026627149240478e-08,
     2.9147953450901080826e-08, -6.7711997758452339498e-08, 2.2900482228026654717e-07,
     -9.9298272942317002539e-07, 4.5260625972231537039e-06, -1.9681778105531670567e-05,
     7.5995277030017761139e-05, -0.00021503011930044477347, -0.00013871931833623122026,
     1.0103004648645343977, 4.8499064014085844221),
)  # fmt: skip


@lowering("erf_inv")
def _erf_inv(x: Array) -> Any:
    if x.dtype == np.float32:
        w = -np.log1p(-x * x)
        near = _polynomial(_SINGLE[0], w - np.float32(2.5))
        far = _polynomial(_SINGLE[1], np.sqrt(w) - np.float32(3))
        factor = np.where(w < 5, near, far)
    else:
        w = -(np.log1p(-x) + np.log1p(x))
        root = np.sqrt(w)
        near = _polynomial(_DOUBLE[0], w - 3.125)
        middle = _polynomial(_DOUBLE[1], root - 3.25)
        far = _polynomial(_DOUBLE[2], root - 5)
        factor = np.where(w < 6.25, near, np.where(w < 16, middle, far))
    return np.where(np.abs(x) == 1, x * np.inf, factor * x)


def _polynomial(coefficients: Sequence[float], x: Array) -> Any:
    """Horner's rule with each step rounded once, as fused multiply-add does it."""
    total = x * 0 + x.dtype.type(coefficients[0])
    for coefficient in coefficients[1:]:
        step = total.astype(np.float64) * x + np.float64(x.dtype.type(coefficient))
        total = step.astype(x.dtype)
    return total
