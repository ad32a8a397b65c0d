"""Metrics that count right and wrong decisions at thresholds: counts, precision, recall."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from cornu import ops
from cornu.core.registry import builtin
from cornu.core.variable import Variable
from cornu.metrics._metric import Metric

_LOWEST = -1e10


class Counts(NamedTuple):
    """Weighted counts, one per threshold (and label)."""

    true_positives: Any
    false_positives: Any
    true_negatives: Any
    false_negatives: Any


def check_thresholds(owner: str, thresholds: Any, default: float) -> list[float]:
    """Returns thresholds as a list of floats.

    Raises:
        ValueError: For one outside [0, 1].
    """
    if thresholds is None:
        return [default]
    listed = (
        [float(t) for t in thresholds] if isinstance(thresholds, Iterable) else [float(thresholds)]
    )
    for value in listed:
        if not 0 <= value <= 1:
            raise ValueError(f"{owner}: thresholds must be in [0, 1]; got {value}.")
    return listed


def count(
    y_true: Any,
    y_pred: Any,
    thresholds: Iterable[float],
    sample_weight: Any = None,
    top_k: int | None = None,
    class_id: int | None = None,
    multi_label: bool = False,
    label_weights: Any = None,
) -> Counts:
    """Returns the counts of a batch.

    Args:
        y_true: Targets 0 or 1.
        y_pred: Predictions of the same shape.
        thresholds: Predictions above one count as positive.
        sample_weight: Weights that broadcast to the targets, or None.
        top_k: Only the k largest predictions of a row can be positive.
        class_id: Look at this column alone.
        multi_label: Whether each column is counted for itself.
        label_weights: Weights of the columns when they are counted together.

    Returns:
        Counts of shape (thresholds,), or (thresholds, labels) when `multi_label`.
    """
    y_pred = ops.cast(ops.convert_to_tensor(y_pred), "float32")
    y_true = ops.cast(ops.convert_to_tensor(y_true), "float32")
    if len(y_true.shape) == len(y_pred.shape) + 1 and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    elif len(y_pred.shape) == len(y_true.shape) + 1 and y_pred.shape[-1] == 1:
        y_pred = ops.squeeze(y_pred, -1)
    if y_true.shape != y_pred.shape:
        raise ValueError(
            f"Precision, recall and the like compare targets and predictions one by one; got "
            f"y_true of shape {y_true.shape} and y_pred of shape {y_pred.shape}. Class numbers need "
            f"keras.utils.to_categorical first."
        )
    if top_k is not None:
        least = ops.top_k(y_pred, top_k)[0][..., -1:]
        y_pred = ops.where(ops.greater_equal(y_pred, least), y_pred, _LOWEST)
    if class_id is not None:
        y_true, y_pred = y_true[..., class_id], y_pred[..., class_id]
    columns = y_pred.shape[-1] if len(y_pred.shape) > 1 else 1
    weights = None
    if sample_weight is not None:
        weights = ops.cast(ops.convert_to_tensor(sample_weight), "float32")
        while len(weights.shape) < len(y_pred.shape):
            weights = ops.expand_dims(weights, -1)
        weights = ops.broadcast_to(weights, y_pred.shape)
    if label_weights is not None and not multi_label:
        spread = ops.broadcast_to(ops.convert_to_tensor(label_weights), y_pred.shape)
        weights = spread if weights is None else ops.multiply(weights, spread)
    form = (1, -1, columns) if multi_label else (1, -1)
    limits = ops.convert_to_tensor(list(thresholds), dtype="float32")
    limits = ops.reshape(limits, (-1, 1, 1) if multi_label else (-1, 1))
    chosen = ops.cast(ops.greater(ops.reshape(y_pred, form), limits), "float32")
    positive = ops.cast(ops.not_equal(ops.reshape(y_true, form), 0.0), "float32")
    weight = 1.0 if weights is None else ops.reshape(weights, form)
    right = ops.multiply(positive, weight)
    wrong = ops.multiply(ops.subtract(1.0, positive), weight)
    true_positives = ops.sum(ops.multiply(chosen, right), axis=1)
    false_positives = ops.sum(ops.multiply(chosen, wrong), axis=1)
    return Counts(
        true_positives,
        false_positives,
        ops.subtract(ops.sum(wrong, axis=1), false_positives),
        ops.subtract(ops.sum(right, axis=1), true_positives),
    )


def add_to(variable: Variable, value: Any) -> None:
    """Adds a tensor to a state variable."""
    variable.assign(ops.add(variable, value))


class _ConfusionCount(Metric):
    """One of the four counts at given thresholds."""

    _field: str

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = check_thresholds(type(self).__name__, thresholds, 0.5)
        self.accumulator = self.add_variable((len(self.thresholds),), name="accumulator")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch into account."""
        counts = count(y_true, y_pred, self.thresholds, sample_weight)
        add_to(self.accumulator, getattr(counts, self._field))

    def result(self) -> Any:
        """Returns the count, one per threshold when there are several."""
        value = self.accumulator.value
        return value[0] if len(self.thresholds) == 1 else value

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"thresholds": self.init_thresholds, **super().get_config()}


@builtin("metric")
class TruePositives(_ConfusionCount):
    """Positive targets predicted positive.

    Args:
        thresholds: Predictions above it count as positive; 0.5 when None.
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> float(TruePositives()([1, 1, 0], [0.9, 0.2, 0.8]))
        1.0
    """

    _field = "true_positives"
    _direction = "up"


@builtin("metric")
class FalsePositives(_ConfusionCount):
    """Negative targets predicted positive; arguments as of TruePositives.

    Args:
        thresholds: Predictions above it count as positive; 0.5 when None.
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> float(FalsePositives()([1, 1, 0], [0.9, 0.2, 0.8]))
        1.0
    """

    _field = "false_positives"
    _direction = "down"


@builtin("metric")
class TrueNegatives(_ConfusionCount):
    """Negative targets predicted negative; arguments as of TruePositives.

    Args:
        thresholds: Predictions above it count as positive; 0.5 when None.
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> float(TrueNegatives()([1, 0, 0], [0.9, 0.2, 0.8]))
        1.0
    """

    _field = "true_negatives"
    _direction = "up"


@builtin("metric")
class FalseNegatives(_ConfusionCount):
    """Positive targets predicted negative; arguments as of TruePositives.

    Args:
        thresholds: Predictions above it count as positive; 0.5 when None.
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> float(FalseNegatives()([1, 1, 0], [0.9, 0.2, 0.8]))
        1.0
    """

    _field = "false_negatives"
    _direction = "down"


class _Ratio(Metric):
    """True positives divided by true positives and one kind of errors."""

    _direction = "up"
    _errors: str

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id
        default = 0.5 if top_k is None else _LOWEST / 10
        self.thresholds = check_thresholds(type(self).__name__, thresholds, default)
        shape = (len(self.thresholds),)
        self.true_positives = self.add_variable(shape, name="true_positives")
        self._wrong = self.add_variable(shape, name=self._errors)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch into account."""
        counts = count(y_true, y_pred, self.thresholds, sample_weight, self.top_k, self.class_id)
        add_to(self.true_positives, counts.true_positives)
        add_to(self._wrong, getattr(counts, self._errors))

    def result(self) -> Any:
        """Returns the ratio, one per threshold when there are several; 0 for 0 / 0."""
        total = ops.add(self.true_positives, self._wrong)
        value = ops.divide_no_nan(self.true_positives, total)
        return value[0] if len(self.thresholds) == 1 else value

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            "thresholds": self.init_thresholds,
            "top_k": self.top_k,
            "class_id": self.class_id,
            **super().get_config(),
        }


@builtin("metric")
class Precision(_Ratio):
    """Of what is predicted positive, the part that is positive.

    Args:
        thresholds: Predictions above it count as positive; 0.5 when None.
        top_k: Only the k largest predictions of a row can be positive.
        class_id: Look at this class alone.
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> float(Precision()([0, 1, 1, 1], [1, 0, 1, 1]))  # doctest: +ELLIPSIS
        0.666...
    """

    _errors = "false_positives"


@builtin("metric")
class Recall(_Ratio):
    """Of what is positive, the part that is predicted positive; arguments as of Precision.

    Args:
        thresholds: Predictions above it count as positive; 0.5 when None.
        top_k: Only the k largest predictions of a row can be positive.
        class_id: Look at this class alone.
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> float(Recall()([0, 1, 1, 1], [1, 0, 1, 1]))  # doctest: +ELLIPSIS
        0.666...
    """

    _errors = "false_negatives"
