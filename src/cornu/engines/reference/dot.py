"""dot_general in NumPy: both operands as stacks of matrices, then one matrix product."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu.core.engine import Array
from cornu.engines.reference.table import lowering


@lowering("dot_general")
def _dot_general(a: Array, b: Array, contract: Any, batch: Any) -> Any:
    a_free = [i for i in range(a.ndim) if i not in contract[0] and i not in batch[0]]
    b_free = [i for i in range(b.ndim) if i not in contract[1] and i not in batch[1]]
    stack = [a.shape[i] for i in batch[0]]
    rows = [a.shape[i] for i in a_free]
    columns = [b.shape[i] for i in b_free]
    depth = math.prod(a.shape[i] for i in contract[0])
    left = a.transpose([*batch[0], *a_free, *contract[0]])
    right = b.transpose([*batch[1], *contract[1], *b_free])
    product = np.matmul(
        left.reshape([*stack, math.prod(rows), depth]),
        right.reshape([*stack, depth, math.prod(columns)]),
    )
    return product.reshape([*stack, *rows, *columns])
