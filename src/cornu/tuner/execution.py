"""One training of a trial: a callback that keeps the best epoch, and the value of a result."""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

from cornu.callbacks import Callback, History
from cornu.tuner.errors import FatalError
from cornu.tuner.objective import Objective, value_of


class BestEpoch(Callback):
    """Keeps the weights and the optimizer's state of the epoch with the best objective.

    Args:
        objective: What is best.
        cancelled: Returns whether the search is being ended; then the training stops.
    """

    def __init__(self, objective: Objective, cancelled: Any) -> None:
        super().__init__()
        self._objective = objective
        self._cancelled = cancelled
        self.value: float | None = None
        self.epoch: int | None = None
        self._kept: list[tuple[Any, Any]] = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Looks whether the epoch is the best one so far."""
        if self._cancelled():
            self.model.stop_training = True
        try:
            value = value_of(self._objective, logs or {})
        except KeyError as error:
            raise FatalError(error.args[0]) from None
        if self._objective.is_better(value, self.value):
            self.value, self.epoch = value, epoch
            optimizer = self.model.optimizer
            variables = [*self.model.variables, *(optimizer.variables if optimizer else ())]
            self._kept = [(variable, variable.numpy().copy()) for variable in variables]

    def restore(self) -> None:
        """Gives the model the state of that epoch."""
        for variable, value in self._kept:
            variable.assign(value)


def copied_callbacks(callbacks: Any, folder: Path) -> list[Any]:
    """Returns copies of a user's callbacks for one training.

    Args:
        callbacks: A callback, a list of them, or None.
        folder: The training's place below the log folders of TensorBoard callbacks.

    Raises:
        TypeError: For a callback that cannot be copied.
    """
    given = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
    copies = []
    for callback in given:
        if callback is None:
            continue
        try:
            made = copy.deepcopy(callback)
        except Exception as error:
            raise FatalError(
                f"The callback {callback!r} cannot be copied, but each training of a search needs "
                f"one of its own: {error}"
            ) from error
        if type(made).__name__ == "TensorBoard" and hasattr(made, "log_dir"):
            made.log_dir = os.path.join(made.log_dir, *folder.parts)
        copies.append(made)
    return copies


def outcome(result: Any, objective: Objective) -> tuple[float, int | None, dict[str, list[float]]]:
    """Returns value, best epoch and history of what a training returned.

    Args:
        result: A History, a number, or a dict of numbers by name.
        objective: What is best.

    Raises:
        FatalError: For anything else, and when the objective is not among the names.
    """
    try:
        if isinstance(result, History):
            history = {k: [float(v) for v in vs] for k, vs in result.history.items()}
            best: tuple[float, int] | None = None
            for epoch in range(len(result.epoch)):
                logs = {
                    name: values[epoch] for name, values in history.items() if epoch < len(values)
                }
                value = value_of(objective, logs)
                if objective.is_better(value, None if best is None else best[0]):
                    best = value, epoch
            if best is None:
                return float("nan"), None, history
            return best[0], result.epoch[best[1]], history
        if isinstance(result, dict):
            value = value_of(objective, result)
            return value, None, {name: [float(item)] for name, item in result.items()}
    except KeyError as error:
        raise FatalError(error.args[0]) from None
    try:
        return float(result), None, {objective.name: [float(result)]}
    except (TypeError, ValueError):
        raise FatalError(
            f"A trial returned {result!r}; expected a History, a number, or a dict of numbers. "
            f"Return what model.fit() returns."
        ) from None
