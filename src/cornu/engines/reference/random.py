"""Random bits in NumPy."""

from __future__ import annotations

from typing import Any

from cornu.core import keys
from cornu.core.engine import Array
from cornu.engines.reference.table import lowering


@lowering("random_bits")
def _random_bits(key: Array, shape: Any) -> Any:
    return keys.random_bits(key, shape)
