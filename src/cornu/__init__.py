"""cornu: deep learning the Keras way on an engine of its own.

    import cornu as keras

The names of this module are Keras's. What training needs first (tensors, ops) is imported at once;
the rest on first use, so that importing cornu stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from cornu import ops as ops
from cornu.core import old_paths as _old_paths
from cornu.core.engine import Engine as _Engine
from cornu.core.engine import register_engine as _register_engine
from cornu.core.errors import no_attribute as _no_attribute
from cornu.core.keras_tensor import KerasTensor as KerasTensor
from cornu.core.keras_tensor import Operation as Operation
from cornu.core.registry import on_complete as _on_complete
from cornu.core.tape import GradientTape as GradientTape
from cornu.core.tensor import Tensor as Tensor
from cornu.core.variable import Variable as Variable

if TYPE_CHECKING:
    from cornu import (
        activations,
        applications,
        backend,
        callbacks,
        config,
        constraints,
        datasets,
        dtype_policies,
        initializers,
        layers,
        losses,
        metrics,
        mixed_precision,
        models,
        optimizers,
        preprocessing,
        profiler,
        random,
        regularizers,
        saving,
        sklearn,
        tree,
        utils,
        visualization,
    )
    from cornu.dtype_policies import DTypePolicy
    from cornu.initializers import Initializer
    from cornu.layers import Input, InputSpec, Layer
    from cornu.losses import Loss
    from cornu.metrics import Metric
    from cornu.models import Model, Sequential
    from cornu.optimizers import Optimizer
    from cornu.regularizers import Regularizer

__version__ = "0.1.0"


def version() -> str:
    """Returns the version of cornu.

    Example:
        >>> version() == __version__
        True
    """
    return __version__


def _native_engine() -> _Engine:
    from cornu.engines.native import NativeEngine

    return NativeEngine()


def _reference_engine() -> _Engine:
    from cornu.engines.reference import ReferenceEngine

    return ReferenceEngine()


_register_engine("native", _native_engine)
_register_engine("reference", _reference_engine)
_on_complete(lambda: importlib.import_module("cornu.models"))
_old_paths.install("cornu.", _old_paths.current_name)

_ROOMS = (
    "activations", "applications", "backend", "callbacks", "config", "constraints", "data",
    "datasets", "dtype_policies", "initializers", "layers", "losses", "metrics", "mixed_precision",
    "models", "optimizers", "preprocessing", "profiler", "random", "regularizers", "saving",
    "sklearn", "tree", "tuner", "utils", "visualization", "wrappers",
)  # fmt: skip

# Classes of this namespace and the rooms they live in.
_NAMES = {
    "DTypePolicy": "dtype_policies",
    "Initializer": "initializers",
    "Input": "layers",
    "InputSpec": "layers",
    "Layer": "layers",
    "Loss": "losses",
    "Metric": "metrics",
    "Model": "models",
    "Optimizer": "optimizers",
    "Regularizer": "regularizers",
    "Sequential": "models",
}


def __getattr__(name: str) -> Any:
    if name in _ROOMS or name in _old_paths.OLD_PATHS:
        return importlib.import_module(f"cornu.{name}")
    if name in _NAMES:
        value = getattr(importlib.import_module(f"cornu.{_NAMES[name]}"), name)
        globals()[name] = value
        return value
    raise _no_attribute(__name__, name)


def __dir__() -> list[str]:
    public = [name for name in globals() if not name.startswith("_")]
    return sorted({*public, *_ROOMS, *_NAMES, "__version__"})
