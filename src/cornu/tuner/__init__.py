"""Search of hyperparameters with KerasTuner's interface, on Optuna's storage and sampler.

    import cornu.tuner as kt

    tuner = kt.Hyperband(build_model, objective="val_accuracy", max_epochs=10, directory="my_dir")
    tuner.search(x, y, epochs=50, validation_split=0.2)
    best = tuner.get_best_hyperparameters()[0]

Optuna is imported when a search is made.
"""

from cornu.tuner import errors as errors
from cornu.tuner import tuners as tuners
from cornu.tuner.errors import ChangedSpaceError, FailedTrialError, FatalError
from cornu.tuner.hypermodel import HyperModel
from cornu.tuner.hyperparameters import HyperParameters
from cornu.tuner.objective import MultiObjective, Objective
from cornu.tuner.parameters import HyperParameter
from cornu.tuner.trial import Trial
from cornu.tuner.tuner import Tuner
from cornu.tuner.tuners import (
    BayesianOptimization,
    GridSearch,
    Hyperband,
    RandomSearch,
    ZoomSearch,
)

__all__ = [
    "BayesianOptimization",
    "ChangedSpaceError",
    "FailedTrialError",
    "FatalError",
    "GridSearch",
    "HyperModel",
    "HyperParameter",
    "HyperParameters",
    "Hyperband",
    "MultiObjective",
    "Objective",
    "RandomSearch",
    "Trial",
    "Tuner",
    "ZoomSearch",
]
