"""Metrics of how predictions go with targets: Pearson's correlation and concordance."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import settings
from cornu.core.registry import builtin
from cornu.metrics._reduction import MeanMetricWrapper
from cornu.ops.loss_functions import pair


@builtin("metric")
def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Returns Pearson's correlation of targets and predictions along an axis.

    Args:
        y_true: Targets.
        y_pred: Predictions of the same shape.
        axis: Axis over which to correlate.

    Returns:
        Numbers from -1 to 1, of the shape without the axis; NaN where one side is constant.

    Example:
        >>> round(float(pearson_correlation([[0.0, 1.0, 2.0]], [[1.0, 3.0, 5.0]])[0]), 4)
        1.0

    Reference:
        Pearson, "Notes on regression and inheritance in the case of two parents", 1895.
    """
    y_true, y_pred = pair(y_true, y_pred)
    scaled = []
    for values in (y_true, y_pred):
        centred = ops.subtract(values, ops.mean(values, axis=axis, keepdims=True))
        scaled.append(ops.divide(centred, ops.std(centred, axis=axis, keepdims=True)))
    return ops.mean(ops.multiply(*scaled), axis=axis)


@builtin("metric")
def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Returns the concordance of targets and predictions: 1 when they are equal.

    Args:
        y_true: Targets.
        y_pred: Predictions of the same shape.
        axis: Axis over which to correlate.

    Returns:
        Numbers from -1 to 1, of the shape without the axis.

    Example:
        >>> round(float(concordance_correlation([[0.0, 1.0, 2.0]], [[0.0, 1.0, 2.0]])[0]), 4)
        1.0

    Reference:
        Lin, "A concordance correlation coefficient to evaluate reproducibility", 1989.
    """
    y_true, y_pred = pair(y_true, y_pred)
    true_mean = ops.mean(y_true, axis=axis, keepdims=True)
    mean = ops.mean(y_pred, axis=axis, keepdims=True)
    spread = ops.add(
        ops.var(y_true, axis=axis, keepdims=True), ops.var(y_pred, axis=axis, keepdims=True)
    )
    apart = ops.add(ops.square(ops.subtract(true_mean, mean)), settings.epsilon())
    # The mean of the products is the covariance, whatever constant is taken off the targets.
    products = ops.multiply(ops.subtract(y_true, mean), ops.subtract(y_pred, mean))
    return ops.mean(ops.divide(ops.multiply(2.0, products), ops.add(spread, apart)), axis=axis)


class _Correlation(MeanMetricWrapper):
    _direction = "up"

    def __init__(self, function: Any, name: str, dtype: Any, axis: int) -> None:
        super().__init__(function, name, dtype, axis=axis)
        self.axis = axis

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {"name": self.name, "dtype": self.dtype, "axis": self.axis}


@builtin("metric")
class PearsonCorrelation(_Correlation):
    """Pearson's correlation of targets and predictions, the mean over rows.

    Args:
        name: Name.
        dtype: Element type of the state.
        axis: Axis over which to correlate.

    Example:
        >>> metric = PearsonCorrelation()
        >>> round(float(metric([[0.0, 1.0, 2.0]], [[1.0, 3.0, 5.0]])), 4)
        1.0
    """

    def __init__(
        self, name: str = "pearson_correlation", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(pearson_correlation, name, dtype, axis)


@builtin("metric")
class ConcordanceCorrelation(_Correlation):
    """Concordance of targets and predictions, the mean over rows.

    Args:
        name: Name.
        dtype: Element type of the state.
        axis: Axis over which to correlate.

    Example:
        >>> metric = ConcordanceCorrelation()
        >>> round(float(metric([[0.0, 1.0, 2.0]], [[0.0, 1.0, 2.0]])), 4)
        1.0
    """

    def __init__(
        self, name: str = "concordance_correlation", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(concordance_correlation, name, dtype, axis)
