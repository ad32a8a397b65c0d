"""What several of Keras's modules tell about the running session."""

from __future__ import annotations

from typing import Any

from cornu.core import dtypes, settings
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
