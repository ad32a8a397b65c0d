"""Callbacks that watch one quantity: EarlyStopping, ReduceLROnPlateau, TerminateOnNaN."""

from __future__ import annotations

import math
import warnings
from typing import Any

from cornu.callbacks._callback import Callback, Logs
from cornu.callbacks._progbar import write
from cornu.core.errors import suggestion


class _Monitor(Callback):
    """Reads a quantity from the logs and tells whether it got better."""

    def __init__(self, monitor: str, mode: str, min_delta: float) -> None:
        super().__init__()
        if not isinstance(monitor, str):  # as in Keras, where a number has no `endswith`
            raise AttributeError(
                f"{type(self).__name__}: monitor is the name of a quantity, such as 'val_loss'; got "
                f"{monitor!r}. Give other arguments by name: patience={monitor!r}."
            )
        if mode not in ("auto", "min", "max"):
            raise ValueError(
                f"{type(self).__name__}: mode is 'auto', 'min' or 'max'; got {mode!r}."
            )
        self.monitor = monitor
        self.mode = mode
        self.min_delta = abs(min_delta)
        self._larger_is_better = mode == "max"

    def _resolve_mode(self) -> None:
        """Decides by the metric's own direction when mode is "auto"."""
        if self.mode != "auto":
            return
        name = self.monitor.removeprefix("val_")
        for metric in getattr(self.model, "metrics", []):
            direction = getattr(metric, "_direction", None)
            if name == metric.name and direction is not None:
                self._larger_is_better = direction == "up"
                return
            for inner in getattr(metric, "metrics", []):
                direction = getattr(inner, "_direction", None)
                if name.endswith(inner.name) and direction is not None:
                    self._larger_is_better = direction == "up"
                    return
        larger = ("acc", "accuracy", "auc", "precision", "recall", "f1_score", "fbeta_score")
        self._larger_is_better = name.endswith(larger)

    def _value(self, logs: Logs) -> float | None:
        value = (logs or {}).get(self.monitor)
        if value is None:
            names = sorted(logs or {})
            warnings.warn(
                f"{type(self).__name__}: there is no {self.monitor!r} to watch; there are "
                f"{', '.join(names)}.{suggestion(self.monitor, names)} Quantities that begin with "
                f"'val_' need validation data.",
                UserWarning,
                stacklevel=4,
            )
            return None
        return float(value)

    def _better(self, value: float, best: float | None) -> bool:
        if best is None:
            return not math.isnan(value)
        if self._larger_is_better:
            return value - self.min_delta > best
        return value + self.min_delta < best


class EarlyStopping(_Monitor):
    """Stops training when a quantity has stopped getting better.

    Args:
        monitor: Name of the quantity.
        min_delta: Least change that counts as better.
        patience: Epochs without getting better after which training stops.
        verbose: 1 says when it stops.
        mode: "min", "max", or "auto" to decide by the quantity.
        baseline: The quantity must get better than this at all.
        restore_best_weights: Whether the model gets the weights of the best epoch at the end.
        start_from_epoch: Epochs before which nothing is watched.

    Raises:
        ValueError: For an unknown mode.

    Example:
        >>> EarlyStopping(monitor="val_loss", patience=3).patience
        3
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self.wait = 0
        self.stopped_epoch = 0
        self.best: float | None = None
        self.best_weights: list[Any] | None = None
        self.best_epoch = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Starts to watch anew."""
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_weights = None
        self.best_epoch = 0

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Compares the epoch with the best one and may stop the training."""
        if epoch == 0 or self.best is None:
            self._resolve_mode()
        value = self._value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights = self.model.get_weights()
            self.best_epoch = epoch
        self.wait += 1
        if self._better(value, self.best):
            self.best = value
            self.best_epoch = epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self._better(value, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs = None) -> None:
        """Puts the best weights back when asked to."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            write(f"Epoch {self.stopped_epoch + 1}: early stopping\n")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                write(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}.\n"
                )
            self.model.set_weights(self.best_weights)


class ReduceLROnPlateau(_Monitor):
    """Lowers the learning rate when a quantity has stopped getting better.

    Args:
        monitor: Name of the quantity.
        factor: The learning rate is multiplied by this; below 1.
        patience: Epochs without getting better before that.
        verbose: 1 says when it happens.
        mode: "min", "max", or "auto" to decide by the quantity.
        min_delta: Least change that counts as better.
        cooldown: Epochs after a change during which nothing is watched.
        min_lr: The learning rate goes no lower.

    Raises:
        ValueError: For a factor of 1 or more, or an unknown mode.

    Example:
        >>> ReduceLROnPlateau(factor=0.5).factor
        0.5
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        if factor >= 1.0:
            raise ValueError(f"ReduceLROnPlateau: factor must be below 1; got {factor}.")
        super().__init__(monitor, mode, min_delta)
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self._start()

    def _start(self) -> None:
        self.cooldown_counter = 0
        self.wait = 0
        self.best: float | None = None

    def on_train_begin(self, logs: Logs = None) -> None:
        """Starts to watch anew."""
        self._start()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Compares the epoch with the best one and may lower the learning rate."""
        if self.best is None:
            self._resolve_mode()
        rate = float(self.model.optimizer.learning_rate)
        if logs is not None:
            logs["learning_rate"] = rate
        value = self._value(logs)
        if value is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self._better(value, self.best):
            self.best = value
            self.wait = 0
        elif self.cooldown_counter == 0:
            self.wait += 1
            if self.wait >= self.patience and rate > self.min_lr:
                lowered = max(rate * self.factor, self.min_lr)
                self.model.optimizer.learning_rate = lowered
                if self.verbose > 0:
                    write(
                        f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to "
                        f"{lowered}.\n"
                    )
                self.cooldown_counter = self.cooldown
                self.wait = 0


class TerminateOnNaN(Callback):
    """Stops training when the loss is no longer a finite number.

    Example:
        >>> TerminateOnNaN().wants_batches("train")
        True
    """

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Looks at the loss after every batch."""
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(float(loss)):
            write(f"Batch {batch}: Invalid loss, terminating training\n")
            self.model.stop_training = True
