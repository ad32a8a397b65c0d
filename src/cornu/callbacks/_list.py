"""CallbackList: many callbacks called as one."""

from __future__ import annotations

from typing import Any

from cornu.callbacks._callback import Callback, Logs
from cornu.callbacks._history import History
from cornu.callbacks._progbar import ProgbarLogger
from cornu.core import tree


class CallbackList(Callback):
    """Calls each hook of several callbacks in turn.

    Args:
        callbacks: A callback, or a list of them.
        add_history: Whether a History is added unless there is one.
        add_progbar: Whether a ProgbarLogger is added unless there is one.
        model: Handed to each of them.
        **params: Facts about the run, handed to each of them.

    Raises:
        TypeError: When one of them is no Callback.

    Example:
        >>> CallbackList([], add_history=True).callbacks[0].history
        {}
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        super().__init__()
        self.callbacks: list[Any] = [] if callbacks is None else tree.flatten(callbacks)
        for callback in self.callbacks:
            if isinstance(callback, type) or not hasattr(callback, "on_epoch_end"):
                raise TypeError(
                    f"callbacks: expected keras.callbacks.Callback objects; got {callback!r}."
                    + (" Add parentheses to make an object." if isinstance(callback, type) else "")
                )
        if add_history and not any(isinstance(item, History) for item in self.callbacks):
            self.callbacks.append(History())
        if add_progbar and not any(isinstance(item, ProgbarLogger) for item in self.callbacks):
            self.callbacks.append(ProgbarLogger())
        if model is not None:
            self.set_model(model)
        self.set_params(params)

    def append(self, callback: Callback) -> None:
        """Adds a callback at the end."""
        self.callbacks.append(callback)

    def set_params(self, params: dict[str, Any]) -> None:
        """Hands the facts about the run to each callback."""
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Hands the model to each callback, and the History to the model."""
        super().set_model(model)
        for callback in self.callbacks:
            callback.set_model(model)
            if isinstance(callback, History):
                model.history = callback

    def wants_batches(self, mode: str) -> bool:
        """Whether any of the callbacks has a hook for every batch."""
        return any(callback.wants_batches(mode) for callback in self.callbacks)

    def batches_ahead(self, mode: str) -> int:
        """How many batches may pass before one of the callbacks wants a hook."""
        ahead = [item.batches_ahead(mode) for item in self.callbacks if item.wants_batches(mode)]
        return min(ahead, default=1)

    def shows(self, mode: str) -> bool:
        """Whether any of the callbacks shows progress."""
        return any(callback.shows(mode) for callback in self.callbacks)

    def progress(self, steps: int, logs: Logs = None) -> None:
        """Calls `progress` of each callback."""
        for callback in self.callbacks:
            callback.progress(steps, logs)

    def _each(self, hook: str, logs: Logs, *place: int) -> None:
        logs = {} if logs is None else logs  # one dict for all: what one adds, the next ones see
        for callback in self.callbacks:
            getattr(callback, hook)(*place, logs=logs)

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Calls the hook of each callback."""
        self._each("on_batch_begin", logs, batch)

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Calls the hook of each callback."""
        self._each("on_batch_end", logs, batch)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Calls the hook of each callback."""
        self._each("on_epoch_begin", logs, epoch)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Calls the hook of each callback."""
        self._each("on_epoch_end", logs, epoch)

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Calls the hook of each callback."""
        self._each("on_train_batch_begin", logs, batch)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Calls the hook of each callback."""
        self._each("on_train_batch_end", logs, batch)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Calls the hook of each callback."""
        self._each("on_test_batch_begin", logs, batch)

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Calls the hook of each callback."""
        self._each("on_test_batch_end", logs, batch)

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Calls the hook of each callback."""
        self._each("on_predict_batch_begin", logs, batch)

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Calls the hook of each callback."""
        self._each("on_predict_batch_end", logs, batch)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Calls the hook of each callback."""
        self._each("on_train_begin", logs)

    def on_train_end(self, logs: Logs = None) -> None:
        """Calls the hook of each callback."""
        self._each("on_train_end", logs)

    def on_test_begin(self, logs: Logs = None) -> None:
        """Calls the hook of each callback."""
        self._each("on_test_begin", logs)

    def on_test_end(self, logs: Logs = None) -> None:
        """Calls the hook of each callback."""
        self._each("on_test_end", logs)

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Calls the hook of each callback."""
        self._each("on_predict_begin", logs)

    def on_predict_end(self, logs: Logs = None) -> None:
        """Calls the hook of each callback."""
        self._each("on_predict_end", logs)
