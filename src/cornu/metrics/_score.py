"""F-scores and the coefficient of determination."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import settings
from cornu.core.registry import builtin
from cornu.metrics._confusion import add_to
from cornu.metrics._metric import Metric


@builtin("metric")
class FBetaScore(Metric):
    """Weighted harmonic mean of precision and recall, for one-hot targets.

    Args:
        average: None for one score per class, or "micro", "macro", "weighted".
        beta: Weight of recall against precision.
        threshold: Predictions above it count as positive; None takes the largest of a row.
        name: Name.
        dtype: Element type of the state.

    Raises:
        ValueError: For an unknown average, or a bad beta or threshold.

    Example:
        >>> metric = FBetaScore(beta=2.0, threshold=0.5, average="micro")
        >>> round(float(metric([[1, 0], [0, 1]], [[0.9, 0.1], [0.8, 0.7]])), 4)
        0.9091
    """

    _direction = "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        owner = type(self).__name__
        if average not in (None, "micro", "macro", "weighted"):
            raise ValueError(
                f"{owner}: average is None, 'micro', 'macro' or 'weighted'; got {average!r}."
            )
        if not isinstance(beta, float) or beta <= 0.0:
            raise ValueError(f"{owner}: beta must be a positive float; got {beta!r}.")
        if threshold is not None and (
            not isinstance(threshold, float) or not 0.0 < threshold <= 1.0
        ):
            raise ValueError(f"{owner}: threshold must be a float in (0, 1]; got {threshold!r}.")
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self._built = False

    def _build(self, classes: int) -> None:
        shape = () if self.average == "micro" else (classes,)
        self.true_positives = self.add_variable(shape, name="true_positives")
        self.false_positives = self.add_variable(shape, name="false_positives")
        self.false_negatives = self.add_variable(shape, name="false_negatives")
        self.class_weights = self.add_variable(shape, name="intermediate_weights")
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch into account."""
        y_true = ops.cast(ops.convert_to_tensor(y_true), self.dtype)
        y_pred = ops.cast(ops.convert_to_tensor(y_pred), self.dtype)
        if len(y_true.shape) != 2 or y_true.shape != y_pred.shape:
            raise ValueError(
                f"{type(self).__name__} needs one-hot targets and scores of one shape "
                f"(batch, classes); got {y_true.shape} and {y_pred.shape}."
            )
        if not self._built:
            self._build(y_pred.shape[-1])
        if self.threshold is None:
            largest = ops.max(y_pred, axis=-1, keepdims=True)
            chosen = ops.logical_and(
                ops.greater_equal(y_pred, largest), ops.greater(ops.abs(y_pred), 1e-9)
            )
        else:
            chosen = ops.greater(y_pred, self.threshold)
        decided = ops.cast(chosen, self.dtype)
        axis = None if self.average == "micro" else 0

        def total(values: Any) -> Any:
            if sample_weight is not None:
                weights = ops.cast(ops.convert_to_tensor(sample_weight), self.dtype)
                values = ops.multiply(values, ops.reshape(weights, (-1, 1)))
            return ops.sum(values, axis=axis)

        wrong_true = ops.subtract(1.0, y_true)
        wrong_decided = ops.subtract(1.0, decided)
        add_to(self.true_positives, total(ops.multiply(decided, y_true)))
        add_to(self.false_positives, total(ops.multiply(decided, wrong_true)))
        add_to(self.false_negatives, total(ops.multiply(wrong_decided, y_true)))
        add_to(self.class_weights, total(y_true))

    def result(self) -> Any:
        """Returns the score, or one per class."""
        if not self._built:
            return ops.convert_to_tensor(0.0)
        epsilon = settings.epsilon()
        hits = self.true_positives
        precision = ops.divide(hits, ops.add(ops.add(hits, self.false_positives), epsilon))
        recall = ops.divide(hits, ops.add(ops.add(hits, self.false_negatives), epsilon))
        square = self.beta**2
        product = ops.multiply(precision, recall)
        mixed = ops.add(ops.multiply(square, precision), recall)
        score = ops.multiply(ops.divide(product, ops.add(mixed, epsilon)), 1.0 + square)
        if self.average == "weighted":
            weights = ops.divide(self.class_weights, ops.add(ops.sum(self.class_weights), epsilon))
            return ops.sum(ops.multiply(score, weights))
        return score if self.average is None else ops.mean(score)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            "average": self.average,
            "beta": self.beta,
            "threshold": self.threshold,
            **super().get_config(),
        }


@builtin("metric")
class F1Score(FBetaScore):
    """Harmonic mean of precision and recall, for one-hot targets.

    Args:
        average: None for one score per class, or "micro", "macro", "weighted".
        threshold: Predictions above it count as positive; None takes the largest of a row.
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> metric = F1Score(average="macro", threshold=0.5)
        >>> round(float(metric([[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.7]])), 4)
        1.0
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        config = super().get_config()
        del config["beta"]
        return config


@builtin("metric")
class R2Score(Metric):
    """Coefficient of determination: 1 is perfect, 0 is as good as the mean of the targets.

    Args:
        class_aggregation: "uniform_average", "variance_weighted_average", or None for one score
            per output.
        num_regressors: Number of inputs for the adjusted score; 0 for the plain one.
        name: Name.
        dtype: Element type of the state.

    Raises:
        ValueError: For an unknown aggregation or a negative number.

    Example:
        >>> round(float(R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])), 4)
        0.5714
    """

    _direction = "up"

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if class_aggregation not in (None, "uniform_average", "variance_weighted_average"):
            raise ValueError(
                f"R2Score: class_aggregation is None, 'uniform_average' or "
                f"'variance_weighted_average'; got {class_aggregation!r}."
            )
        if num_regressors < 0:
            raise ValueError(f"R2Score: num_regressors must be 0 or more; got {num_regressors}.")
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), dtype="int32", name="num_samples")
        self._built = False

    def _build(self, shape: tuple[int, ...]) -> None:
        self.squared_sum = self.add_variable(shape, name="squared_sum")
        self.sum = self.add_variable(shape, name="sum")
        self.total_mse = self.add_variable(shape, name="residual")
        self.count = self.add_variable(shape, name="count")
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch into account."""
        y_pred = ops.cast(ops.convert_to_tensor(y_pred), self.dtype)
        y_true = ops.cast(ops.convert_to_tensor(y_true), self.dtype)
        if len(y_true.shape) == 1 and len(y_pred.shape) == 2:
            y_true = ops.expand_dims(y_true, -1)
        if y_true.shape != y_pred.shape:
            raise ValueError(
                f"R2Score: y_true has shape {y_true.shape}, y_pred {y_pred.shape}; they must agree."
            )
        if not self._built:
            self._build(y_pred.shape[1:])
        if sample_weight is None:
            weights = ops.ones_like(y_true)
        else:
            weights = ops.cast(ops.convert_to_tensor(sample_weight), self.dtype)
            while len(weights.shape) < len(y_true.shape):
                weights = ops.expand_dims(weights, -1)
            weights = ops.broadcast_to(weights, y_true.shape)
        weighted = ops.multiply(weights, y_true)
        add_to(self.sum, ops.sum(weighted, axis=0))
        add_to(self.squared_sum, ops.sum(ops.multiply(y_true, weighted), axis=0))
        residual = ops.multiply(ops.square(ops.subtract(y_true, y_pred)), weights)
        add_to(self.total_mse, ops.sum(residual, axis=0))
        add_to(self.count, ops.sum(weights, axis=0))
        self.num_samples.assign(ops.add(self.num_samples, y_true.size))

    def result(self) -> Any:
        """Returns the score."""
        if not self._built:
            return ops.convert_to_tensor(0.0)
        mean = ops.divide_no_nan(self.sum, self.count)
        total = ops.subtract(self.squared_sum, ops.multiply(self.sum, mean))
        raw = ops.subtract(1.0, ops.divide_no_nan(self.total_mse, total))
        raw = ops.where(ops.equal(total, 0.0), ops.zeros_like(raw), raw)
        if self.class_aggregation == "uniform_average":
            raw = ops.mean(raw)
        elif self.class_aggregation == "variance_weighted_average":
            raw = ops.divide_no_nan(ops.sum(ops.multiply(total, raw)), ops.sum(total))
        if self.num_regressors:
            samples = ops.cast(self.num_samples, self.dtype)
            factor = ops.divide(
                ops.subtract(samples, 1.0),
                ops.subtract(ops.subtract(samples, float(self.num_regressors)), 1.0),
            )
            raw = ops.subtract(1.0, ops.multiply(ops.subtract(1.0, raw), factor))
        return raw

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            "class_aggregation": self.class_aggregation,
            "num_regressors": self.num_regressors,
            **super().get_config(),
        }
