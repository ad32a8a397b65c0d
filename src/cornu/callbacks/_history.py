"""History: what `fit` returns."""

from __future__ import annotations

import weakref
from typing import Any

from cornu.callbacks._callback import Callback, Logs


class History(Callback):
    """Keeps the numbers of every epoch.

    Attributes:
        epoch: Numbers of the epochs, from 0.
        history: One list per quantity, such as "loss", "accuracy", "val_loss".

    Example:
        >>> History().history
        {}
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    @property
    def model(self) -> Any:
        """The model that was trained, or None when it is gone."""
        # The model keeps its history, so the history knows the model only weakly.
        return None if self._model is None else self._model()

    def set_model(self, model: Any) -> None:
        """Takes the model."""
        self._model = weakref.ref(model)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forgets the epochs of an earlier run."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Adds one number to each list."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
