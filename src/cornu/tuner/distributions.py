"""Hyperparameters as Optuna knows them: distributions, and values in them."""

from __future__ import annotations

from typing import Any

from cornu.core.extras import optional_import
from cornu.tuner.hyperparameters import HyperParameters
from cornu.tuner.parameters import Fixed, Float, HyperParameter, Int


def key_of(item: HyperParameter) -> str:
    """Returns a name that tells hyperparameters of one name under several conditions apart.

    Args:
        item: The hyperparameter.
    """
    conditions = ", ".join(f"{parent}={list(values)}" for parent, values in item.conditions)
    return f"{item.name} [{conditions}]" if conditions else item.name


def distribution_of(item: HyperParameter) -> Any:
    """Returns Optuna's distribution of a hyperparameter.

    Args:
        item: The hyperparameter.
    """
    kinds = optional_import("optuna.distributions", "tune", "cornu.tuner")
    if not isinstance(item, (Int, Float)):
        return kinds.CategoricalDistribution(item.values)
    if _is_direct(item):
        log = item.sampling == "log"
        if isinstance(item, Int):
            high = item.max_value if log else item.values[-1]
            return kinds.IntDistribution(item.min_value, high, log=log, step=item.step or 1)
        high = item.max_value if item.step is None else item.values[-1]
        return kinds.FloatDistribution(item.min_value, high, log=log, step=item.step)
    return kinds.FloatDistribution(0.0, 1.0)


def stored(item: HyperParameter, value: Any) -> Any:
    """Returns a value as it stands in the distribution.

    Args:
        item: The hyperparameter.
        value: Its value.
    """
    return value if _is_direct(item) else item.position_of(value)


def suggested(item: HyperParameter, trial: Any) -> Any:
    """Returns the value that a trial of Optuna suggests.

    Args:
        item: The hyperparameter.
        trial: The trial.
    """
    key, kind = key_of(item), distribution_of(item)
    if not isinstance(item, (Int, Float)):
        return trial.suggest_categorical(key, kind.choices)
    suggest = trial.suggest_int if isinstance(kind.low, int) else trial.suggest_float
    value = suggest(key, kind.low, kind.high, step=kind.step, log=kind.log)
    return value if _is_direct(item) else item.at(value)


def parameters_of(hp: HyperParameters) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the values in use and their distributions, by key.

    Args:
        hp: Hyperparameters with values.
    """
    chosen = [
        item
        for item in hp.space
        if not isinstance(item, Fixed) and item.name in hp.values and hp.is_active(item)
    ]
    values = {key_of(item): stored(item, hp.values[item.name]) for item in chosen}
    return values, {key_of(item): distribution_of(item) for item in chosen}


def _is_direct(item: HyperParameter) -> bool:
    """Whether Optuna has such a distribution; else it gets positions from 0 to 1."""
    if not isinstance(item, (Int, Float)):
        return True
    return item.sampling == "linear" or (item.sampling == "log" and item.step is None)
