"""Metrics over many thresholds: the area under a curve, one rate at a given other rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu import ops
from cornu.core import settings
from cornu.core.registry import builtin
from cornu.metrics._confusion import add_to, check_thresholds, count
from cornu.metrics._metric import Metric


def _even_thresholds(number: int, margin: float) -> list[float]:
    inner = [(place + 1) / (number - 1) for place in range(number - 2)]
    return [-margin, *inner, 1.0 + margin]


class _Curve(Metric):
    """Keeps the four counts at many thresholds."""

    _direction = "up"

    def _add_counts(self, shape: tuple[int, ...]) -> None:
        self.true_positives = self.add_variable(shape, name="true_positives")
        self.false_positives = self.add_variable(shape, name="false_positives")
        self.true_negatives = self.add_variable(shape, name="true_negatives")
        self.false_negatives = self.add_variable(shape, name="false_negatives")

    def _add(self, counts: Any) -> None:
        add_to(self.true_positives, counts.true_positives)
        add_to(self.false_positives, counts.false_positives)
        add_to(self.true_negatives, counts.true_negatives)
        add_to(self.false_negatives, counts.false_negatives)

    def _recall(self) -> Any:
        total = ops.add(self.true_positives, self.false_negatives)
        return ops.divide_no_nan(self.true_positives, total)

    def _precision(self) -> Any:
        total = ops.add(self.true_positives, self.false_positives)
        return ops.divide_no_nan(self.true_positives, total)

    def _specificity(self) -> Any:
        total = ops.add(self.true_negatives, self.false_positives)
        return ops.divide_no_nan(self.true_negatives, total)


@builtin("metric")
class AUC(_Curve):
    """The area under the ROC or precision-recall curve (Davis & Goadrich, 2006, for the latter).

    Args:
        num_thresholds: How many thresholds approximate the curve.
        curve: "ROC" or "PR".
        summation_method: "interpolation", "minoring" or "majoring".
        name: Name.
        dtype: Element type of the state.
        thresholds: Thresholds of your own between 0 and 1.
        multi_label: Whether each column has a curve of its own, averaged in the end.
        num_labels: Number of columns, when known beforehand.
        label_weights: Weights of the columns in the average.
        from_logits: Whether predictions are logits.

    Raises:
        ValueError: For unknown names or too few thresholds.

    Example:
        >>> metric = AUC(num_thresholds=3)
        >>> metric.update_state([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
        >>> float(metric.result())
        0.75
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(name=name or settings.unique_name("auc"), dtype=dtype)
        self.curve = str(getattr(curve, "value", curve)).upper()
        if self.curve not in ("ROC", "PR"):
            raise ValueError(f"AUC: curve is 'ROC' or 'PR'; got {curve!r}.")
        method = str(getattr(summation_method, "value", summation_method)).lower()
        if method not in ("interpolation", "minoring", "majoring"):
            raise ValueError(
                f"AUC: summation_method is 'interpolation', 'minoring' or 'majoring'; got "
                f"{summation_method!r}."
            )
        self.summation_method = method
        epsilon = settings.epsilon()
        self._given = thresholds
        if thresholds is not None:
            inner = sorted(check_thresholds("AUC", thresholds, 0.5))
            self.thresholds = [-epsilon, *inner, 1.0 + epsilon]
        else:
            if num_thresholds <= 1:
                raise ValueError(f"AUC: num_thresholds must be above 1; got {num_thresholds}.")
            self.thresholds = _even_thresholds(num_thresholds, epsilon)
        self.num_thresholds = len(self.thresholds)
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = label_weights
        self._from_logits = from_logits
        self._built = False
        if not multi_label:
            self._build((self.num_thresholds,))
        elif num_labels:
            self._build((self.num_thresholds, num_labels))

    def _build(self, shape: tuple[int, ...]) -> None:
        self._add_counts(shape)
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch into account."""
        y_pred = ops.convert_to_tensor(y_pred)
        if self._from_logits:
            y_pred = ops.sigmoid(y_pred)
        if not self._built:
            self._build((self.num_thresholds, y_pred.shape[-1]))
        weights = None if self.multi_label else self.label_weights
        self._add(
            count(
                y_true, y_pred, self.thresholds, sample_weight, multi_label=self.multi_label,
                label_weights=weights,
            )
        )  # fmt: skip

    def _interpolated_precision(self) -> Any:
        """The area under the precision-recall curve with counts interpolated between points."""
        positives = self.true_positives.value
        predicted = ops.add(self.true_positives, self.false_positives)
        change = ops.subtract(positives[:-1], positives[1:])
        width = ops.subtract(predicted[:-1], predicted[1:])
        slope = ops.divide_no_nan(change, ops.maximum(width, 0.0))
        intercept = ops.subtract(positives[1:], ops.multiply(slope, predicted[1:]))
        both = ops.logical_and(ops.greater(predicted[:-1], 0.0), ops.greater(predicted[1:], 0.0))
        ratio = ops.divide_no_nan(predicted[:-1], ops.maximum(predicted[1:], 0.0))
        safe = ops.where(both, ratio, ops.ones_like(ratio))
        area = ops.multiply(slope, ops.add(change, ops.multiply(intercept, ops.log(safe))))
        total = ops.add(positives[1:], self.false_negatives.value[1:])
        return self._average(ops.divide_no_nan(area, ops.maximum(total, 0.0)))

    def _average(self, areas: Any) -> Any:
        if not self.multi_label:
            return ops.sum(areas)
        by_label = ops.sum(areas, axis=0)
        if self.label_weights is None:
            return ops.mean(by_label)
        weights = ops.convert_to_tensor(self.label_weights, dtype=self.dtype)
        return ops.divide_no_nan(ops.sum(ops.multiply(by_label, weights)), ops.sum(weights))

    def result(self) -> Any:
        """Returns the area."""
        if not self._built:
            return ops.convert_to_tensor(0.0)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._interpolated_precision()
        recall = self._recall()
        if self.curve == "ROC":
            total = ops.add(self.false_positives, self.true_negatives)
            x, y = ops.divide_no_nan(self.false_positives, total), recall
        else:
            x, y = recall, self._precision()
        if self.summation_method == "interpolation":
            height = ops.divide(ops.add(y[:-1], y[1:]), 2.0)
        elif self.summation_method == "minoring":
            height = ops.minimum(y[:-1], y[1:])
        else:
            height = ops.maximum(y[:-1], y[1:])
        return self._average(ops.multiply(ops.subtract(x[:-1], x[1:]), height))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        config = {
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": self.label_weights,
            "from_logits": self._from_logits,
            **super().get_config(),
        }
        if self._given is not None:
            config["thresholds"] = list(self._given)
        return config


class _RateAtRate(_Curve):
    """The best of one rate over the thresholds at which another one is high enough."""

    _argument: str

    def __init__(
        self,
        value: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        owner = type(self).__name__
        if not 0 <= value <= 1:
            raise ValueError(f"{owner}: {self._argument} must be in [0, 1]; got {value}.")
        if num_thresholds <= 0:
            raise ValueError(f"{owner}: num_thresholds must be positive; got {num_thresholds}.")
        self._value = value
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        self.thresholds = [0.5] if num_thresholds == 1 else _even_thresholds(num_thresholds, 0.0)
        self._add_counts((len(self.thresholds),))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch into account."""
        self._add(count(y_true, y_pred, self.thresholds, sample_weight, class_id=self.class_id))

    def _best(self, rate: Any, given: Any) -> Any:
        feasible = ops.greater_equal(given, self._value)
        return ops.max(ops.where(feasible, rate, ops.zeros_like(rate)))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            self._argument: self._value,
            "num_thresholds": self.num_thresholds,
            "class_id": self.class_id,
            **super().get_config(),
        }


@builtin("metric")
class SensitivityAtSpecificity(_RateAtRate):
    """The best sensitivity where the specificity is at least a given one.

    Args:
        specificity: The given one, 0 to 1.
        num_thresholds: How many thresholds are tried.
        class_id: Look at this class alone.
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> metric = SensitivityAtSpecificity(0.5)
        >>> metric.update_state([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9])
        >>> round(float(metric.result()), 4)
        1.0
    """

    _argument = "specificity"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)

    def result(self) -> Any:
        """Returns the best sensitivity."""
        return self._best(self._recall(), self._specificity())


@builtin("metric")
class SpecificityAtSensitivity(_RateAtRate):
    """The best specificity where the sensitivity is at least a given one.

    Args:
        sensitivity: The given one, 0 to 1.
        num_thresholds: How many thresholds are tried.
        class_id: Look at this class alone.
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> metric = SpecificityAtSensitivity(0.5)
        >>> metric.update_state([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9])
        >>> round(float(metric.result()), 4)
        1.0
    """

    _argument = "sensitivity"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)

    def result(self) -> Any:
        """Returns the best specificity."""
        return self._best(self._specificity(), self._recall())


@builtin("metric")
class PrecisionAtRecall(_RateAtRate):
    """The best precision where the recall is at least a given one.

    Args:
        recall: The given one, 0 to 1.
        num_thresholds: How many thresholds are tried.
        class_id: Look at this class alone.
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> metric = PrecisionAtRecall(0.5)
        >>> metric.update_state([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9])
        >>> round(float(metric.result()), 4)
        1.0
    """

    _argument = "recall"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)

    def result(self) -> Any:
        """Returns the best precision."""
        return self._best(self._precision(), self._recall())


@builtin("metric")
class RecallAtPrecision(_RateAtRate):
    """The best recall where the precision is at least a given one.

    Args:
        precision: The given one, 0 to 1.
        num_thresholds: How many thresholds are tried.
        class_id: Look at this class alone.
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> metric = RecallAtPrecision(0.5)
        >>> metric.update_state([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9])
        >>> round(float(metric.result()), 4)
        1.0
    """

    _argument = "precision"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)

    def result(self) -> Any:
        """Returns the best recall."""
        return self._best(self._recall(), self._precision())
