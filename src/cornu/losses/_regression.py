"""Losses of regression: distances between targets and predictions."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core.registry import builtin
from cornu.losses._loss import LossFunctionWrapper
from cornu.ops import loss_functions as functions


@builtin("loss")
class MeanSquaredError(LossFunctionWrapper):
    """Mean of squared errors.

    Args:
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> MeanSquaredError().name
        'mean_squared_error'
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_squared_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.mean_squared_error, reduction, name, dtype)


@builtin("loss")
class MeanAbsoluteError(LossFunctionWrapper):
    """Mean of absolute errors.

    Args:
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> MeanAbsoluteError().name
        'mean_absolute_error'
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.mean_absolute_error, reduction, name, dtype)


@builtin("loss")
class MeanAbsolutePercentageError(LossFunctionWrapper):
    """Mean of absolute errors in percent of the targets.

    Args:
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> MeanAbsolutePercentageError().name
        'mean_absolute_percentage_error'
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.mean_absolute_percentage_error, reduction, name, dtype)


@builtin("loss")
class MeanSquaredLogarithmicError(LossFunctionWrapper):
    """Mean of squared errors of the logarithms.

    Args:
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> MeanSquaredLogarithmicError().name
        'mean_squared_logarithmic_error'
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.mean_squared_logarithmic_error, reduction, name, dtype)


@builtin("loss")
class Huber(LossFunctionWrapper):
    """Squares of small errors, straight lines for large ones (Huber, 1964).

    Args:
        delta: Size of an error from which the line begins.
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> Huber().name
        'huber_loss'
    """

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.huber, reduction, name, dtype, delta=delta)


@builtin("loss")
class LogCosh(LossFunctionWrapper):
    """Logarithm of the hyperbolic cosine of the errors.

    Args:
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> LogCosh().name
        'log_cosh'
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "log_cosh",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.log_cosh, reduction, name, dtype)


@builtin("loss")
class Poisson(LossFunctionWrapper):
    """Negative log-likelihood of a Poisson distribution.

    Args:
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> Poisson().name
        'poisson'
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "poisson",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.poisson, reduction, name, dtype)


@builtin("loss")
class CosineSimilarity(LossFunctionWrapper):
    """Minus the cosine of the angle between targets and predictions: -1 where they point alike.

    Args:
        axis: Axis of the vectors.
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> float(CosineSimilarity()([[1.0, 0.0]], [[2.0, 0.0]]))
        -1.0
    """

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(_negative_cosine, reduction, name, dtype, axis=axis)


def _negative_cosine(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    return ops.negative(functions.cosine_similarity(y_true, y_pred, axis=axis))
