"""LayerLosses: what a layer adds to the loss."""

from __future__ import annotations

from typing import Any

from cornu.core import settings, tree
from cornu.core.tensor import Tensor
from cornu.layers.state import LayerState


class LayerLosses(LayerState):
    """Collects penalties on outputs and weights."""

    activity_regularizer: Any
    _losses: list[Any]

    def add_loss(self, loss: Any) -> None:
        """Adds a scalar to what training minimises; meant to be called inside `call`.

        Args:
            loss: A scalar tensor or a list of them.

        Raises:
            ValueError: For what is no tensor.
        """
        for value in tree.flatten(loss):
            if not isinstance(value, Tensor):
                raise ValueError(
                    f"{self._who()}.add_loss expects a tensor computed inside call(); got "
                    f"{value!r} of type {type(value).__name__}."
                )
            self._losses.append(value)

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
        return [
            loss
            for loss in self._losses
            if not loss.is_symbolic or any(loss._engine is capture for capture in captures)
        ]

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
