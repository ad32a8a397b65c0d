"""Steps: what is done with one batch of each kind; a model may override any of it."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import tree
from cornu.core.settings import name_scope
from cornu.core.tape import GradientTape
from cornu.training.arrays import unpack_x_y_sample_weight
from cornu.training.compiling import Compiling


def _rows_of(x: Any) -> int:
    return int(tree.flatten(x)[0].shape[0])


class Steps(Compiling):
    """The part of a trainer that computes: losses, metrics, and the three steps."""

    losses: list[Any]
    trainable_weights: list[Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the outputs; the Layer interface provides it."""
        return super().__call__(*args, **kwargs)  # type: ignore[misc]

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Returns the total loss of a batch; may be overridden.

        Args:
            x: Inputs.
            y: Targets.
            y_pred: Predictions.
            sample_weight: Weights of the samples, or None.
            training: Whether the batch is trained on.

        Returns:
            A scalar tensor: the compiled losses plus those added by layers and regularizers.

        Raises:
            ValueError: When there is neither a compiled loss nor an added one.
        """
        del x, training
        total = None
        if self._compiled_loss is not None and y is not None:
            total = self._compiled_loss(y, y_pred, sample_weight)
        for added in self.losses:
            value = ops.sum(ops.cast(added, "float32"))
            total = value if total is None else ops.add(total, value)
        if total is not None:
            return total
        if self._compiled_loss is not None:
            raise ValueError(
                f"{type(self).__name__}: the model was compiled with loss={self.loss!r}, which "
                f"compares with targets, but no targets were given. Pass y, as in fit(x, y)."
            )
        raise ValueError(
            f"{type(self).__name__}: there is no loss to minimise. Pass loss= to compile(), such "
            f"as loss='mse', or override compute_loss() or train_step()."
        )

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Updates the compiled metrics with a batch; may be overridden.

        Args:
            x: Inputs.
            y: Targets.
            y_pred: Predictions.
            sample_weight: Weights of the samples, or None.

        Returns:
            The values of all metrics by name, the loss among them.
        """
        del x
        with name_scope("metrics"):
            if self._compiled_metrics is not None and y is not None:
                self._compiled_metrics.update_state(y, y_pred, sample_weight)
            return self.get_metrics_result()

    def get_metrics_result(self) -> dict[str, Any]:
        """Returns the present values of all metrics by name."""
        values: dict[str, Any] = {}
        for metric in self.metrics:
            result = metric.result()
            if isinstance(result, dict):
                values.update(result)
            else:
                values[metric.name] = result
        return values

    def train_step(self, data: Any) -> dict[str, Any]:
        """Trains on one batch; may be overridden.

        Args:
            data: What the data source gave: x, (x, y) or (x, y, sample_weight).

        Returns:
            Values to report, by name.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            with name_scope("loss"):
                loss = self.compute_loss(x, y, y_pred, sample_weight, training=True)
                scaled = self.optimizer.scale_loss(loss)
        self._track_loss(loss, x)
        weights = self.trainable_weights
        if weights:
            gradients = tape.gradient(scaled, weights)
            self.optimizer.apply_gradients(zip(gradients, weights, strict=True))
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Evaluates one batch; may be overridden.

        Args:
            data: What the data source gave: x, (x, y) or (x, y, sample_weight).

        Returns:
            Values to report, by name.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)
        if self._compiled_loss is not None or self.losses:
            with name_scope("loss"):
                loss = self.compute_loss(x, y, y_pred, sample_weight, training=False)
            self._track_loss(loss, x)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data: Any) -> Any:
        """Returns the model's output for one batch; may be overridden.

        Args:
            data: What the data source gave; only x is used.

        Returns:
            A tensor, or a structure of tensors.
        """
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)

    @property
    def compiled_loss(self) -> Any:
        """Keras 2's way to compute the loss in a `train_step`: a function, or None.

        `compiled_loss(y, y_pred, sample_weight=None, regularization_losses=None)` returns the
        total and counts it in the metric "loss".
        """
        return None if self._compiled_loss is None else self._tracked_loss

    def _tracked_loss(
        self, y: Any, y_pred: Any, sample_weight: Any = None, regularization_losses: Any = None
    ) -> Any:
        assert self._compiled_loss is not None
        total = self._compiled_loss(y, y_pred, sample_weight)
        for added in regularization_losses or ():
            total = ops.add(total, ops.sum(ops.cast(added, "float32")))
        self._track_loss(total, y_pred)
        return total

    def _track_loss(self, loss: Any, batch: Any) -> None:
        with name_scope("metrics"):
            self._loss_tracker.update_state(loss, sample_weight=_rows_of(batch))
