"""Accuracies: how often the predicted class is right."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import settings
from cornu.core.registry import builtin
from cornu.metrics._reduction import MeanMetricWrapper


def _same_rank(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) + 1 and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    elif len(y_pred.shape) == len(y_true.shape) + 1 and y_pred.shape[-1] == 1:
        y_pred = ops.squeeze(y_pred, -1)
    return y_true, y_pred


def _as_float(condition: Any) -> Any:
    return ops.cast(condition, settings.floatx())


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """Returns 1 where prediction and target are equal, else 0."""
    y_true, y_pred = _same_rank(y_true, y_pred)
    return _as_float(ops.equal(ops.cast(y_true, y_pred.dtype), y_pred))


@builtin("metric")
def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """Returns 1 where the prediction is on the target's side of a threshold, else 0.

    Args:
        y_true: Targets 0 or 1.
        y_pred: Predictions of the same shape.
        threshold: Predictions above it count as 1.

    Returns:
        A tensor of zeros and ones.

    Example:
        >>> binary_accuracy([[1.0], [0.0]], [[0.9], [0.8]]).numpy().ravel()
        array([1., 0.], dtype=float32)
    """
    y_true, y_pred = _same_rank(y_true, y_pred)
    chosen = ops.cast(ops.greater(y_pred, threshold), "int32")
    return _as_float(ops.equal(ops.cast(y_true, settings.floatx()), _as_float(chosen)))


@builtin("metric")
def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """Returns 1 where the largest prediction is at the target's one, else 0.

    Args:
        y_true: One-hot targets, shape (batch, classes).
        y_pred: Scores of the same shape.

    Returns:
        A tensor without the last axis.

    Example:
        >>> categorical_accuracy([[0.0, 1.0]], [[0.4, 0.6]]).numpy()
        array([1.], dtype=float32)
    """
    return _as_float(ops.equal(ops.argmax(y_true, axis=-1), ops.argmax(y_pred, axis=-1)))


def _class_numbers(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    return ops.cast(y_true, "int32"), y_pred


@builtin("metric")
def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """Returns 1 where the largest prediction is at the target's class number, else 0.

    Args:
        y_true: Class numbers, shape (batch,) or (batch, 1).
        y_pred: Scores, shape (batch, classes).

    Returns:
        One value per sample.

    Example:
        >>> sparse_categorical_accuracy([1], [[0.4, 0.6]]).numpy()
        array([1.], dtype=float32)
    """
    y_true, y_pred = _class_numbers(y_true, y_pred)
    return _as_float(ops.equal(y_true, ops.cast(ops.argmax(y_pred, axis=-1), "int32")))


@builtin("metric")
def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """Returns 1 where the target's class is among the k largest predictions, else 0.

    Args:
        y_true: Targets, one-hot.
        y_pred: Scores of the classes.
        k: How many of the largest predictions count.

    Example:
        >>> top_k_categorical_accuracy([[0, 0, 1]], [[0.5, 0.1, 0.4]], k=2).tolist()
        [1.0]
    """
    return sparse_top_k_categorical_accuracy(ops.argmax(y_true, axis=-1), y_pred, k=k)


@builtin("metric")
def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Any:
    """Returns 1 where the target's class number is among the k largest predictions, else 0.

    Args:
        y_true: Class numbers, shape (batch,) or (batch, 1).
        y_pred: Scores, shape (batch, classes); sorted class numbers with `from_sorted_ids`.
        k: How many predictions count.
        from_sorted_ids: Whether predictions are class numbers, best first.

    Returns:
        One value per sample.

    Example:
        >>> sparse_top_k_categorical_accuracy([2], [[0.5, 0.1, 0.4]], k=2).tolist()
        [1.0]
    """
    y_true, y_pred = _class_numbers(y_true, y_pred)
    if from_sorted_ids:
        first = ops.cast(y_pred[..., :k], "int32")
        return _as_float(ops.any(ops.equal(ops.expand_dims(y_true, -1), first), axis=-1))
    return _as_float(ops.in_top_k(y_true, y_pred, k=min(k, y_pred.shape[-1])))


class _Accuracy(MeanMetricWrapper):
    _direction = "up"


@builtin("metric")
class Accuracy(_Accuracy):
    """How often predictions equal targets.

    Args:
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> metric = Accuracy()
        >>> metric.update_state([1.0, 2.0], [1.0, 0.0])
        >>> float(metric.result())
        0.5
    """

    def __init__(self, name: str = "accuracy", dtype: Any = None) -> None:
        super().__init__(accuracy, name, dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"name": self.name, "dtype": self.dtype}


@builtin("metric")
class BinaryAccuracy(_Accuracy):
    """How often predictions are on the target's side of a threshold.

    Args:
        name: Name.
        dtype: Element type of the state.
        threshold: Predictions above it count as 1.

    Example:
        >>> metric = BinaryAccuracy()
        >>> metric.update_state([[1.0], [0.0]], [[0.9], [0.8]])
        >>> float(metric.result())
        0.5
    """

    def __init__(
        self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5
    ) -> None:
        if not 0 <= threshold <= 1:
            raise ValueError(f"BinaryAccuracy: threshold must be in [0, 1]; got {threshold}.")
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


@builtin("metric")
class CategoricalAccuracy(_Accuracy):
    """How often the largest prediction is at the one of a one-hot target.

    Args:
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> metric = CategoricalAccuracy()
        >>> metric.update_state([[0.0, 1.0]], [[0.4, 0.6]])
        >>> float(metric.result())
        1.0
    """

    def __init__(self, name: str = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


@builtin("metric")
class SparseCategoricalAccuracy(_Accuracy):
    """How often the largest prediction is at the target's class number.

    Args:
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> metric = SparseCategoricalAccuracy()
        >>> metric.update_state([1], [[0.4, 0.6]])
        >>> float(metric.result())
        1.0
    """

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)


@builtin("metric")
class TopKCategoricalAccuracy(_Accuracy):
    """How often a one-hot target's class is among the k largest predictions.

    Args:
        k: How many predictions count.
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> metric = TopKCategoricalAccuracy(k=2)
        >>> metric.update_state([[0.0, 1.0, 0.0]], [[0.5, 0.3, 0.2]])
        >>> float(metric.result())
        1.0
    """

    def __init__(
        self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: Any = None
    ) -> None:
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)


@builtin("metric")
class SparseTopKCategoricalAccuracy(_Accuracy):
    """How often the target's class number is among the k largest predictions.

    Args:
        k: How many predictions count.
        name: Name.
        dtype: Element type of the state.
        from_sorted_ids: Whether predictions are class numbers, best first.

    Example:
        >>> metric = SparseTopKCategoricalAccuracy(k=2)
        >>> metric.update_state([1], [[0.5, 0.3, 0.2]])
        >>> float(metric.result())
        1.0
    """

    def __init__(
        self,
        k: int = 5,
        name: str = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None:
        super().__init__(
            sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids
        )
