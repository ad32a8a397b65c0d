"""Sum, Mean, and the mean of a function of targets and predictions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import ops
from cornu.core.keras_tensor import get_mask
from cornu.core.registry import builtin
from cornu.metrics._metric import Metric
from cornu.ops.loss_functions import with_trailing_axes
from cornu.saving.serialization import serialize_keras_object


def samplewise(values: Any, sample_weight: Any, reduce: Callable[..., Any]) -> tuple[Any, Any]:
    """Returns one value per sample, times its weight, and the weights.

    Args:
        values: Any shape; the first axis counts samples.
        sample_weight: Weights for samples or elements, or None.
        reduce: How the other axes are reduced: `ops.mean` or `ops.sum`.

    Returns:
        Values and weights (None without weights).
    """
    values = ops.convert_to_tensor(values)
    if sample_weight is not None:
        weights = ops.cast(ops.convert_to_tensor(sample_weight), values.dtype)
        if len(weights.shape) == len(values.shape) + 1 and weights.shape[-1] == 1:
            weights = ops.squeeze(weights, -1)
        rank = len(weights.shape)
        if len(values.shape) > rank:
            values = reduce(values, axis=tuple(range(rank, len(values.shape))))
        weights = ops.broadcast_to(weights, values.shape)
        values = ops.multiply(values, weights)
        if rank > 1:
            weights = reduce(weights, axis=tuple(range(1, rank)))
        sample_weight = weights
    if len(values.shape) > 1:
        values = reduce(values, axis=tuple(range(1, len(values.shape))))
    return values, sample_weight


def _masked(sample_weight: Any, mask: Any, dtype: str) -> Any:
    """Returns weights that are 0 where masked."""
    weights = ops.cast(mask, dtype)
    if sample_weight is None:
        return weights
    given = ops.cast(ops.convert_to_tensor(sample_weight), dtype)
    return ops.multiply(weights, with_trailing_axes(given, len(weights.shape)))


@builtin("metric")
class Sum(Metric):
    """The (weighted) sum of values.

    Args:
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> metric = Sum()
        >>> metric.update_state([1.0, 2.0])
        >>> float(metric.result())
        3.0
    """

    def __init__(self, name: str = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Adds values."""
        values = ops.cast(ops.convert_to_tensor(values), self.dtype)
        values, _ = samplewise(values, sample_weight, ops.sum)
        self.total.assign(ops.add(self.total, ops.sum(values)))

    def result(self) -> Any:
        """Returns the sum."""
        return self.total.value


@builtin("metric")
class Mean(Metric):
    """The (weighted) mean of values.

    Args:
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> metric = Mean()
        >>> metric.update_state([1.0, 3.0])
        >>> metric.update_state([5.0])
        >>> float(metric.result())
        3.0
    """

    def __init__(self, name: str = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), name="total")
        self.count = self.add_variable((), name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Takes values into account."""
        values = ops.cast(ops.convert_to_tensor(values), self.dtype)
        values, weights = samplewise(values, sample_weight, ops.mean)
        self.total.assign(ops.add(self.total, ops.sum(values)))
        if weights is None:
            count: Any = float(values.shape[0] if values.shape else 1)
        else:
            count = ops.sum(weights)
        self.count.assign(ops.add(self.count, count))

    def result(self) -> Any:
        """Returns the mean; 0 before any value."""
        return ops.divide_no_nan(self.total, self.count)


@builtin("metric")
class MeanMetricWrapper(Mean):
    """The mean of a function of targets and predictions.

    Args:
        fn: `fn(y_true, y_pred, **kwargs)` returns one value per sample.
        name: Name; the function's own when None.
        dtype: Element type of the state.
        **kwargs: Further arguments of the function.

    Example:
        >>> metric = MeanMetricWrapper(lambda y_true, y_pred: ops.equal(y_true, y_pred))
        >>> float(metric([1, 2], [1, 3]))
        0.5
    """

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name or str(getattr(fn, "__name__", "metric")), dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch into account; what the mask of `y_pred` leaves out does not count."""
        mask = get_mask(y_pred)
        values = self._fn(y_true, y_pred, **self._fn_kwargs)
        if mask is not None:
            sample_weight = _masked(sample_weight, mask, self.dtype)
        super().update_state(values, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        config = {**super().get_config(), **self._fn_kwargs}
        if type(self) is MeanMetricWrapper:
            config["fn"] = serialize_keras_object(self._fn)
        return config
