"""`tf.keras`: cornu's Keras namespace, with the manners of Keras 2 where the two differ.

Its rooms can be imported under their old path (`from cornu.tf.keras.layers import Dense`); they are
the modules of cornu themselves.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from types import ModuleType
from typing import Any

import cornu
from cornu import layers
from cornu.tf._names import no_such_name

__version__ = "2.9.0"
__path__: list[str] = []


class _Rooms(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `cornu.tf.keras.x` as `cornu.x`."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        """Returns a spec for names below this module."""
        if not fullname.startswith(f"{__name__}."):
            return None
        try:
            found = importlib.util.find_spec(_real(fullname))
        except ModuleNotFoundError:
            return None
        return None if found is None else importlib.machinery.ModuleSpec(fullname, self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Returns the module of cornu, with a note of its own spec."""
        module = importlib.import_module(_real(spec.name))
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Gives the module its own spec back; it has run already."""
        spec = module.__spec__
        if spec is not None and spec.loader_state is not None:
            module.__spec__ = spec.loader_state


def _real(name: str) -> str:
    return f"cornu.{name.removeprefix(f'{__name__}.')}"


if not any(isinstance(finder, _Rooms) for finder in sys.meta_path):
    sys.meta_path.append(_Rooms())


def Input(shape: Any = None, *arguments: Any, **keywords: Any) -> Any:
    """Returns the start of a functional model; `shape=(784)`, a number, stands for `(784,)`.

    Args:
        shape: Sizes without the batch.
        *arguments: As in `cornu.Input`.
        **keywords: Likewise.

    Returns:
        A KerasTensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.keras.Input(shape=(784)).shape
        (None, 784)
    """
    return layers.Input((shape,) if isinstance(shape, int) else shape, *arguments, **keywords)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    try:
        return getattr(cornu, name)
    except AttributeError:
        raise no_such_name("tf.keras", name, dir(cornu)) from None


def __dir__() -> list[str]:
    return sorted({*dir(cornu), "Input"})
