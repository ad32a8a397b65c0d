"""Sorting in NumPy: stable, NaN after all numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core.engine import Array
from cornu.engines.reference.table import lowering


@lowering("sort")
def _sort(x: Array, axis: int) -> Any:
    return np.sort(x, axis=axis, kind="stable")


@lowering("argsort")
def _argsort(x: Array, axis: int) -> Any:
    return np.argsort(x, axis=axis, kind="stable")


@lowering("top_k")
def _top_k(x: Array, k: int) -> Any:
    # Sorting the mirrored array and reading the result backwards keeps ties in their order.
    order = x.shape[-1] - 1 - np.argsort(x[..., ::-1], axis=-1, kind="stable")[..., ::-1]
    order = order[..., :k]
    return np.take_along_axis(x, order, axis=-1), order
