"""LayerLosses: what a layer adds to the loss, and the values it has averaged for the logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import metrics
from cornu.core import settings, tree
from cornu.core.tensor import Tensor
from cornu.layers.state import LayerState


class LayerLosses(LayerState):
    """Collects penalties on outputs and weights, and averages of what a layer saw."""

    activity_regularizer: Any
    _losses: list[Any]
    _loss_functions: list[Callable[[], Any]]
    _averages: dict[str, Any]

    def add_loss(self, loss: Any) -> None:
        """Adds a scalar to what training minimises; meant to be called inside `call`.

        Args:
            loss: A scalar tensor, a function without arguments that computes one from weights
                (called whenever `losses` are read), or a list of them.

        Raises:
            ValueError: For anything else.
        """
        for value in tree.flatten(loss):
            if isinstance(value, Tensor):
                self._losses.append(value)
            elif callable(value):
                self._loss_functions.append(value)
            else:
                raise ValueError(
                    f"{self._who()}.add_loss expects a tensor computed inside call(), or a function "
                    f"that computes one from weights; got {value!r} of type "
                    f"{type(value).__name__}."
                )

    def add_metric(self, value: Any, name: str | None = None, aggregation: str = "mean") -> None:
        """Has a value averaged over the batches of an epoch and reported; for use inside `call`.

        The name is Keras 2's; in Keras 3 one makes a `keras.metrics.Mean` an attribute of the layer
        and calls its `update_state`.

        Args:
            value: A tensor; all of its elements count.
            name: Under which the average is reported.
            aggregation: "mean"; None is taken for it.

        Raises:
            ValueError: Without a name, or for another aggregation.
        """
        self._average(name, aggregation).update_state(value)

    def _average(self, name: str | None, aggregation: str | None) -> Any:
        """Returns the metric of a name that `add_metric` was called with; makes it the first time."""
        if not name:
            raise ValueError(
                f"{self._who()}.add_metric needs a name: add_metric(value, name='...')."
            )
        if aggregation not in ("mean", None):
            raise ValueError(
                f"{self._who()}.add_metric: aggregation must be 'mean'; got {aggregation!r}. For "
                f"others make a metric of keras.metrics an attribute of the layer and update it."
            )
        average = self._averages.get(name)
        if average is None:
            average = self._averages[name] = metrics.Mean(name=name)
            self._add_once(self._metrics, average)
        return average

    def _add_activity_loss(self, outputs: Any) -> None:
        for output in tree.flatten(outputs):
            if isinstance(output, Tensor):
                penalty = self.activity_regularizer(output)
                if output.ndim > 0:
                    penalty = penalty / max(output.shape[0], 1)
                self.add_loss(penalty)

    def _own_losses(self) -> list[Any]:
        # What was added inside a capture is of no use once the capture is over.
        captures = settings.state.captures
        added = [
            loss
            for loss in self._losses
            if not loss.is_symbolic or any(loss._engine is capture for capture in captures)
        ]
        return added + [function() for function in self._loss_functions]

    @property
    def losses(self) -> list[Any]:
        """Scalars to minimise: from `add_loss` in the last call, and regularizers of weights."""
        found = self._own_losses()
        for layer in self._flatten_layers(include_self=False):
            found.extend(layer._own_losses())
        for variable in self.trainable_weights:
            if variable.regularizer is not None:
                found.append(variable.regularizer(variable))
        return found

    def _clear_losses(self) -> None:
        if self._losses:
            self._losses.clear()
        for layer in self._layers:
            layer._clear_losses()
