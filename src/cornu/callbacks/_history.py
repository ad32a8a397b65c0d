"""History: what `fit` returns."""

from __future__ import annotations

import time
import weakref
from typing import Any

from cornu.callbacks._callback import Callback, Logs
from cornu.drawing.curves import learning_curves


class History(Callback):
    """Keeps the numbers of every epoch.

    Attributes:
        epoch: Numbers of the epochs, from 0.
        history: One list per quantity, such as "loss", "accuracy", "val_loss".
        seconds: How long each epoch took, its validation included.

    Example:
        >>> History().history
        {}
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []
        self.seconds: list[float] = []
        self._began = 0.0

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
        self.seconds = []

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Looks at the clock."""
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Adds one number to each list."""
        self.epoch.append(epoch)
        self.seconds.append(time.perf_counter() - self._began)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def plot(self, metrics: Any = None, ax: Any = None, log: bool = False) -> Any:
        """Draws the learning curves; needs matplotlib (`pip install 'cornu[plot]'`).

        Args:
            metrics: Which quantities, such as "loss"; all when None.
            ax: Axes, or one for each quantity; a new figure when None.
            log: Whether the vertical axis is logarithmic.

        Returns:
            The Axes; an array of them for several quantities.
        """
        return learning_curves(self, metrics, ax=ax, log=log)
