"""What a step returns, as plain Python numbers and NumPy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core.tensor import Tensor
from cornu.core.variable import Variable


def plain(logs: Any) -> dict[str, Any]:
    """Returns logs with Python numbers as values, keys in alphabetical order."""
    flat: dict[str, Any] = {}
    for key, value in (logs or {}).items():
        if isinstance(value, dict):
            flat.update(plain(value))
        else:
            flat[key] = _number(value)
    return {key: flat[key] for key in sorted(flat)}


def _number(value: Any) -> Any:
    if isinstance(value, (int, float)):
        return value
    array = value.numpy() if isinstance(value, (Tensor, Variable)) else np.asarray(value)
    return float(array) if array.ndim == 0 else array


def to_numpy(value: Any) -> Any:
    """Returns a tensor of a result as a writable NumPy array."""
    if not isinstance(value, Tensor):
        return value
    array = value.numpy()
    owner = array if array.base is None else array.base
    if isinstance(owner, np.ndarray) and owner.flags.writeable and value.dtype != "bfloat16":
        # The buffer was made for this result alone.
        return owner.reshape(array.shape)
    return array.copy()
