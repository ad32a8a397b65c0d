"""Small callbacks: LearningRateScheduler, LambdaCallback, CSVLogger."""

from __future__ import annotations

import csv
import inspect
import os
from collections.abc import Callable
from typing import IO, Any

import numpy as np

from cornu.callbacks._callback import Callback, Logs
from cornu.callbacks._progbar import write


class LearningRateScheduler(Callback):
    """Sets the learning rate at the start of every epoch.

    Args:
        schedule: `schedule(epoch, learning_rate)` or `schedule(epoch)` returns the new rate.
        verbose: 1 says what was set.

    Raises:
        ValueError: In training, when the schedule does not return a float.

    Example:
        >>> LearningRateScheduler(lambda epoch, rate: rate * 0.9).verbose
        0
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose

    def _rate(self) -> float:
        return float(np.asarray(self.model.optimizer.learning_rate))

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Asks the schedule and sets the rate."""
        optimizer = getattr(self.model, "optimizer", None)
        if optimizer is None or not hasattr(optimizer, "learning_rate"):
            raise ValueError("LearningRateScheduler: the model's optimizer has no learning_rate.")
        try:
            rate = self.schedule(epoch, self._rate())
        except TypeError:
            if len(inspect.signature(self.schedule).parameters) != 1:
                raise
            rate = self.schedule(epoch)
        if not isinstance(rate, (float, np.floating)) and getattr(rate, "shape", None) != ():
            raise ValueError(
                f"LearningRateScheduler: the schedule must return a float; for epoch {epoch} it "
                f"returned {rate!r} ({type(rate).__name__})."
            )
        optimizer.learning_rate = float(rate)
        if self.verbose > 0:
            write(
                f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to "
                f"{float(rate)}.\n"
            )

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Adds the learning rate to the epoch's numbers."""
        if logs is not None:
            logs["learning_rate"] = self._rate()


class LambdaCallback(Callback):
    """Calls plain functions as hooks.

    Args:
        on_epoch_begin: `f(epoch, logs)`.
        on_epoch_end: `f(epoch, logs)`.
        on_train_begin: `f(logs)`.
        on_train_end: `f(logs)`.
        on_train_batch_begin: `f(batch, logs)`.
        on_train_batch_end: `f(batch, logs)`.
        **kwargs: Any other hook of Callback by name.

    Example:
        >>> callback = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch))
        >>> callback.on_epoch_end(4)
        4
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **kwargs: Callable[..., Any],
    ) -> None:
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for hook, function in given.items():
            if function is None:
                continue
            # A hook takes (index, logs) or (logs); the function may leave the last ones out.
            setattr(self, hook, _tolerant(function))


def _tolerant(function: Callable[..., Any]) -> Callable[..., Any]:
    def hook(*arguments: Any, logs: Logs = None) -> Any:
        given = list(arguments)
        if len(given) == 0 or (len(given) == 1 and not isinstance(given[0], dict)):
            given.append(logs)
        return function(*given)

    return hook


class CSVLogger(Callback):
    """Writes the numbers of every epoch to a CSV file, one row per epoch.

    Args:
        filename: Path of the file.
        separator: Between columns.
        append: Whether to go on with an existing file instead of starting anew.

    Example:
        >>> CSVLogger("log.csv").sep
        ','
    """

    def __init__(self, filename: Any, separator: str = ",", append: bool = False) -> None:
        super().__init__()
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.keys: list[str] | None = None
        self._file: IO[str] | None = None
        self._write_header = True

    def on_train_begin(self, logs: Logs = None) -> None:
        """Opens the file."""
        self._close()
        self.keys = None
        if self.append and os.path.exists(self.filename):
            with open(self.filename, encoding="utf-8") as old:
                self._write_header = not old.readline().strip()
        mode = "a" if self.append else "w"
        self._file = open(self.filename, mode, newline="", encoding="utf-8")  # noqa: SIM115

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Writes one row and flushes it, so that a killed training keeps its log."""
        logs = logs or {}
        if self._file is None:
            return
        writer = csv.writer(self._file, delimiter=self.sep)
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(key.startswith("val_") for key in self.keys):
                # Columns for validations that may come in a later epoch.
                self.keys += [f"val_{key}" for key in self.keys]
            if self._write_header:
                writer.writerow(["epoch", *self.keys])
        writer.writerow([epoch, *(_cell(logs.get(key, "NA")) for key in self.keys)])
        self._file.flush()

    def on_train_end(self, logs: Logs = None) -> None:
        """Closes the file."""
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _cell(value: Any) -> Any:
    array = np.asarray(value)
    if array.ndim == 0:
        return value
    return f'"[{", ".join(map(str, array.ravel()))}]"'
