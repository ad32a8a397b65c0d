"""ModelCheckpoint: saves the model while it is being trained."""

from __future__ import annotations

import os
import string
from typing import Any

from cornu.callbacks._callback import Logs
from cornu.callbacks._monitor import _Monitor
from cornu.callbacks._progbar import write
from cornu.core.errors import suggestion


class ModelCheckpoint(_Monitor):
    """Saves the model, or its weights, after epochs or every so many batches.

    Args:
        filepath: Where to. Fields such as "{epoch:02d}" (from 1), "{batch}" and those of the logs,
            "{val_loss:.2f}", are filled in.
        monitor: Name of the quantity that tells which epoch is best.
        verbose: 1 says what is saved.
        save_best_only: Whether only epochs better than all before them are saved.
        save_weights_only: Whether only weights (and the optimizer's state) are saved.
        mode: "min", "max", or "auto" to decide by the quantity.
        save_freq: "epoch", or a number of batches.
        initial_value_threshold: What the first saved epoch must be better than.
        **kwargs: `period` (Keras 2): epochs between two files. `options` is ignored.

    Raises:
        ValueError: For an unknown mode or `save_freq`.
        TypeError: For an unknown argument.

    Example:
        >>> ModelCheckpoint("best.keras", save_best_only=True).monitor
        'val_loss'
    """

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(monitor, mode, 0.0)
        kwargs.pop("options", None)
        self.period = int(kwargs.pop("period", 1))
        if kwargs:
            raise TypeError(f"ModelCheckpoint has no argument {', '.join(map(repr, kwargs))}.")
        check_frequency(type(self).__name__, save_freq)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self.best = initial_value_threshold
        self._epoch = 0
        self._batches = 0
        self._epochs = 0

    def wants_batches(self, mode: str) -> bool:
        """Whether a hook is called for every batch: only to save every so many."""
        return mode == "train" and self.save_freq != "epoch"

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Notes the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Saves when enough batches have passed since the last time."""
        self._batches += 1
        if self.save_freq != "epoch" and self._batches >= int(self.save_freq):
            self._batches = 0
            self._save(self._epoch, batch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Saves the epoch, or it if it is the best one."""
        self._epochs += 1
        if self.save_freq == "epoch" and self._epochs >= self.period:
            self._epochs = 0
            self._save(epoch, None, logs)

    def _save(self, epoch: int, batch: int | None, logs: Logs) -> None:
        path = self._path(epoch, batch, logs or {})
        if self.save_best_only and not self._is_best(epoch, logs, path):
            return
        if self.verbose > 0 and not self.save_best_only:
            write(f"\nEpoch {epoch + 1}: saving model to {path}\n")
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        if self.verbose > 0:
            write(f"\nEpoch {epoch + 1}: finished saving model to {path}\n")

    def _is_best(self, epoch: int, logs: Logs, path: str) -> bool:
        self._resolve_mode()
        value = self._value(logs)
        if value is None:
            return True
        before = "None" if self.best is None else f"{self.best:.5f}"
        if not self._better(value, self.best):
            if self.verbose > 0:
                write(f"\nEpoch {epoch + 1}: {self.monitor} did not improve from {before}\n")
            return False
        if self.verbose > 0:
            write(
                f"\nEpoch {epoch + 1}: {self.monitor} improved from {before} to {value:.5f}, "
                f"saving model to {path}\n"
            )
        self.best = value
        return True

    def _path(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> str:
        fields = {**logs, "epoch": epoch + 1}
        if batch is not None:
            fields["batch"] = batch + 1
        try:
            return self.filepath.format(**fields)
        except KeyError as error:
            name = str(error.args[0])
            raise KeyError(
                f"ModelCheckpoint: the file name {self.filepath!r} has the field {{{name}}}, but "
                f"there are only {', '.join(sorted(fields))}.{suggestion(name, fields)}"
            ) from None
        except (ValueError, IndexError) as error:
            names = [name for _, name, _, _ in string.Formatter().parse(self.filepath) if name]
            raise ValueError(
                f"ModelCheckpoint: the fields {names} of the file name {self.filepath!r} cannot "
                f"be filled in: {error}"
            ) from None


def check_frequency(owner: str, save_freq: Any) -> None:
    """Raises ValueError unless `save_freq` is "epoch" or a number of batches."""
    is_count = isinstance(save_freq, int) and not isinstance(save_freq, bool) and save_freq > 0
    if save_freq != "epoch" and not is_count:
        raise ValueError(
            f"{owner}: save_freq is 'epoch' or a number of batches; got {save_freq!r}."
        )
