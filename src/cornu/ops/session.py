"""What several of Keras's modules tell about the running session."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core import dtypes, session, settings
from cornu.core.keras_tensor import KerasTensor
from cornu.ops.seeds import forget_global_seed


def backend() -> str:
    """Returns the name of what computes: "cornu".

    Example:
        >>> backend()
        'cornu'
    """
    return "cornu"


def clear_session(free_memory: bool = True) -> None:
    """Starts automatic names and the global random generator anew.

    Args:
        free_memory: Accepted for Keras's signature; memory is free as soon as nothing refers to it.

    Example:
        >>> clear_session()
    """
    del free_memory
    settings.reset_names()
    forget_global_seed()


def set_random_seed(seed: int) -> None:
    """Makes everything random repeat: initial weights, dropout, shuffling, sampling.

    Seeds Python's `random` and NumPy's global generator and starts the global seed generator anew.

    Args:
        seed: A whole number from 0 to 2**32 - 1.

    Raises:
        ValueError: For anything else.

    Example:
        >>> set_random_seed(7)
    """
    if not isinstance(seed, (int, np.integer)) or not 0 <= int(seed) < 2**32:
        raise ValueError(f"set_random_seed: expected an int from 0 to 2**32 - 1; got {seed!r}.")
    current = session.current()
    current.seeds.seed(int(seed))
    current.shuffles.seed(int(seed))
    current.values["seed"] = int(seed)
    forget_global_seed()


def is_keras_tensor(x: Any) -> bool:
    """Returns whether a value is a KerasTensor, the placeholder of functional models.

    Example:
        >>> is_keras_tensor(1.0)
        False
    """
    return isinstance(x, KerasTensor)


def standardize_dtype(dtype: Any) -> str:
    """Returns the name of a dtype given in any form; floatx for None.

    Example:
        >>> standardize_dtype(float)
        'float32'
    """
    return dtypes.canonical(dtype)
