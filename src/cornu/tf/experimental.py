"""Names that TensorFlow kept for later: `tf.experimental`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.core.old_paths import install
from cornu.tf import _numpy as numpy
from cornu.tf._names import no_such_name

__path__: list[str] = []
__all__ = ["do_not_convert", "numpy"]


def do_not_convert(func: Callable[..., Any] | None = None) -> Any:
    """Returns a function unchanged; the source code of functions never is changed.

    Args:
        func: The function; None for a decorator with brackets.

    Example:
        >>> do_not_convert(abs)(-1)
        1
    """
    return (lambda inner: inner) if func is None else func


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.experimental", name, __all__)


install(f"{__name__}.", lambda name: numpy.__name__ if name == f"{__name__}.numpy" else None)
