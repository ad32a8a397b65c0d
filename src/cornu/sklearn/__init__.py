"""Models as scikit-learn's estimators: for its pipelines, cross-validation and searches.

    from cornu.sklearn import Classifier

    search = GridSearchCV(Classifier(build, epochs=20), {"units": [16, 64]}, n_jobs=2)

scikit-learn is imported when one of these names is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from cornu.core.extras import optional_import

if TYPE_CHECKING:
    from cornu.sklearn._classifier import Classifier
    from cornu.sklearn._keras2 import KerasClassifier, KerasRegressor
    from cornu.sklearn._regressor import Regressor
    from cornu.sklearn._transformer import Transformer

__all__ = ["Classifier", "KerasClassifier", "KerasRegressor", "Regressor", "Transformer"]

_FILES = {
    "Classifier": "_classifier",
    "KerasClassifier": "_keras2",
    "KerasRegressor": "_keras2",
    "Regressor": "_regressor",
    "Transformer": "_transformer",
}


def __getattr__(name: str) -> Any:
    if name not in _FILES:
        raise AttributeError(f"module 'cornu.sklearn' has no attribute {name!r}")
    optional_import("sklearn", "sklearn", f"cornu.sklearn.{name}")
    value = getattr(importlib.import_module(f"cornu.sklearn.{_FILES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
