"""Keras's names for scikit-learn's estimators: `keras.wrappers`, and Keras 2's module in it.

`from cornu.wrappers.scikit_learn import KerasClassifier` works too.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from cornu import sklearn as _estimators

if TYPE_CHECKING:
    from cornu.sklearn import Classifier as SKLearnClassifier
    from cornu.sklearn import Regressor as SKLearnRegressor
    from cornu.sklearn import Transformer as SKLearnTransformer

__path__: list[str] = []  # so that `cornu.wrappers.scikit_learn` can be imported
__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer", "scikit_learn"]

_NAMES = {
    "SKLearnClassifier": "Classifier",
    "SKLearnRegressor": "Regressor",
    "SKLearnTransformer": "Transformer",
}


class _Keras2(ModuleType):
    """The module `keras.wrappers.scikit_learn` of Keras 2; scikit-learn comes in with its names."""

    __all__ = ["KerasClassifier", "KerasRegressor"]

    def __getattr__(self, name: str) -> Any:
        if name in self.__all__:
            return getattr(_estimators, name)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


scikit_learn = _Keras2(f"{__name__}.scikit_learn", _Keras2.__doc__)
scikit_learn.__spec__ = ModuleSpec(scikit_learn.__name__, None)
sys.modules[scikit_learn.__name__] = scikit_learn


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(_estimators, _NAMES[name])
    raise AttributeError(f"module 'cornu.wrappers' has no attribute {name!r}")
