"""SwapEMAWeights: validates and predicts with the moving average of the weights."""

from __future__ import annotations

from typing import Any

from cornu.callbacks._callback import Callback, Logs


class SwapEMAWeights(Callback):
    """Puts the optimizer's moving averages into the model while it is evaluated or predicts.

    The optimizer must be made with `use_ema=True`.

    Args:
        swap_on_epoch: Whether the averages are in the model from the end of an epoch to the
            beginning of the next, so that callbacks that follow save them.

    Raises:
        ValueError: When used with an optimizer that keeps no averages.

    Example:
        >>> SwapEMAWeights().swap_on_epoch
        False
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch

    def _use(self, averages: bool) -> None:
        optimizer: Any = getattr(self.model, "optimizer", None)
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        if optimizer is None or not optimizer.use_ema:
            raise ValueError(
                "SwapEMAWeights: the optimizer keeps no averages of the weights. Make it with "
                "use_ema=True."
            )
        optimizer.use_averages(averages)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begins with the weights themselves."""
        self._use(averages=False)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Trains the weights themselves."""
        self._use(averages=False)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Leaves the averages in the model when asked to."""
        if self.swap_on_epoch:
            self._use(averages=True)

    def on_test_begin(self, logs: Logs = None) -> None:
        """Evaluates the averages."""
        self._use(averages=True)

    def on_test_end(self, logs: Logs = None) -> None:
        """Puts the weights back."""
        self._use(averages=False)

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Predicts with the averages."""
        self._use(averages=True)

    def on_predict_end(self, logs: Logs = None) -> None:
        """Puts the weights back."""
        self._use(averages=False)
