"""`tf.keras`: cornu's Keras namespace, with the manners of Keras 2 where the two differ.

Its rooms can be imported under their old path (`from cornu.tf.keras.layers import Dense`); they are
the modules of cornu themselves, but for `models`, which prints summaries as Keras 2 does, and `utils`
and `preprocessing`, whose datasets are those of `tf.data`.
"""

from __future__ import annotations

from typing import Any

import cornu
from cornu.core import old_paths
from cornu.tf import _keras_models as models
from cornu.tf import _keras_preprocessing as preprocessing
from cornu.tf import _keras_utils as utils
from cornu.tf._keras_models import Model as Model
from cornu.tf._keras_models import Sequential as Sequential
from cornu.tf._names import no_such_name

__version__ = "2.9.0"
__path__: list[str] = []

# Rooms that differ from those of cornu.
_OWN = {"models": models, "preprocessing": preprocessing, "utils": utils}


def _real(name: str) -> str:
    """Returns the name of the module of cornu that an import below `tf.keras` means."""
    room = old_paths.room_of(name.removeprefix(f"{__name__}."))
    return _OWN[room].__name__ if room in _OWN else f"cornu.{room}"


old_paths.install(f"{__name__}.", _real)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    try:
        return getattr(cornu, name)
    except AttributeError:
        raise no_such_name("tf.keras", name, dir(cornu)) from None


def __dir__() -> list[str]:
    return sorted({*dir(cornu), *_OWN})
