"""Callback, the base class: the hooks of training, evaluation and prediction."""

from __future__ import annotations

from typing import Any

Logs = dict[str, Any] | None

_BATCH_HOOKS = {
    "train": ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
    "predict": ("on_predict_batch_begin", "on_predict_batch_end"),
}


class Callback:
    """Base of objects that act during training, evaluation and prediction.

    Override the hooks you need; each gets `logs`, a dict of numbers such as `{"loss": 0.3}`.

    Attributes:
        model: The model, set before any hook is called.
        params: Facts about the run: "verbose", "epochs", "steps".

    Example:
        >>> class Stop(Callback):
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         if logs["loss"] < 0.1:
        ...             self.model.stop_training = True
    """

    def __init__(self) -> None:
        self.params: dict[str, Any] | None = None
        self._model: Any = None

    @property
    def model(self) -> Any:
        """The model that is being trained."""
        return getattr(self, "_model", None)

    def __getstate__(self) -> dict[str, Any]:
        # Copies and pickles: a training hands its model to the callbacks anyway.
        return {**self.__dict__, "_model": None}

    def set_params(self, params: dict[str, Any]) -> None:
        """Takes the facts about the run."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Takes the model."""
        self._model = model

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Old name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Old name of `on_train_batch_end`."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Called when a training epoch begins; `epoch` counts from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Called when a training epoch ends, with its averages and those of the validation."""

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before a training step; `batch` counts from 0 in each epoch."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after a training step, with the averages of the epoch so far."""
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before a step of `evaluate` or of the validation."""

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after a step of `evaluate` or of the validation."""

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before a step of `predict`."""

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after a step of `predict`; `logs["outputs"]` holds the batch's predictions."""

    def on_train_begin(self, logs: Logs = None) -> None:
        """Called once when `fit` begins."""

    def on_train_end(self, logs: Logs = None) -> None:
        """Called once when `fit` ends, with the logs of the last epoch."""

    def on_test_begin(self, logs: Logs = None) -> None:
        """Called when `evaluate` or a validation begins."""

    def on_test_end(self, logs: Logs = None) -> None:
        """Called when `evaluate` or a validation ends."""

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Called when `predict` begins."""

    def on_predict_end(self, logs: Logs = None) -> None:
        """Called when `predict` ends."""

    def wants_batches(self, mode: str) -> bool:
        """Whether a hook that is called for every batch is overridden.

        Args:
            mode: "train", "test" or "predict".

        Returns:
            True when Python must come in after every batch.
        """
        own = type(self)
        return any(
            getattr(own, hook, None) is not getattr(Callback, hook, None) or hook in vars(self)
            for hook in _BATCH_HOOKS[mode]
        )

    def batches_ahead(self, mode: str) -> int:
        """Tells, when `wants_batches` says that hooks matter, how many batches may pass before one.

        The begin hook is called before the first and the end hook after the last of them.

        Args:
            mode: "train", "test" or "predict".

        Returns:
            1 or more.
        """
        del mode
        return 1

    def shows(self, mode: str) -> bool:
        """Whether `progress` wants to be told how far the steps of a mode have come.

        Args:
            mode: "train", "test" or "predict".

        Returns:
            True for a progress bar.
        """
        del mode
        return False

    def progress(self, steps: int, logs: Logs = None) -> None:
        """Called now and then with the number of steps done, when `shows` says so."""
