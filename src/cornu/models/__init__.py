"""Models: layers put together, with training on top."""

from cornu.models.cloning import clone_model
from cornu.models.diagram import sequential_ascii
from cornu.models.functional import Functional
from cornu.models.model import Model, model_from_json
from cornu.models.sequential import Sequential
from cornu.saving import load_model, save_model

__all__ = [
    "Functional",
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_json",
    "save_model",
    "sequential_ascii",
]
