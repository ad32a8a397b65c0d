"""Mean errors and cross-entropies as metrics."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core.registry import builtin
from cornu.metrics._reduction import Mean, MeanMetricWrapper
from cornu.ops import loss_functions as formulas


@builtin("metric")
class RootMeanSquaredError(Mean):
    """Root of the mean of squared errors.

    Args:
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> float(RootMeanSquaredError()([[0.0], [0.0]], [[3.0], [3.0]]))
        3.0
    """

    _direction = "down"

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch into account."""
        y_true, y_pred = formulas.pair(y_true, y_pred)
        super().update_state(ops.square(ops.subtract(y_pred, y_true)), sample_weight)

    def result(self) -> Any:
        """Returns the root of the mean."""
        return ops.sqrt(super().result())


@builtin("metric")
class MeanSquaredError(MeanMetricWrapper):
    """Mean of squared errors.

    Args:
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> MeanSquaredError().name
        'mean_squared_error'
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "mean_squared_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(formulas.mean_squared_error, name, dtype)


@builtin("metric")
class MeanAbsoluteError(MeanMetricWrapper):
    """Mean of absolute errors.

    Args:
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> MeanAbsoluteError().name
        'mean_absolute_error'
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(formulas.mean_absolute_error, name, dtype)


@builtin("metric")
class MeanAbsolutePercentageError(MeanMetricWrapper):
    """Mean of absolute errors in percent of the targets.

    Args:
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> MeanAbsolutePercentageError().name
        'mean_absolute_percentage_error'
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(formulas.mean_absolute_percentage_error, name, dtype)


@builtin("metric")
class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """Mean of squared errors of the logarithms.

    Args:
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> MeanSquaredLogarithmicError().name
        'mean_squared_logarithmic_error'
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(formulas.mean_squared_logarithmic_error, name, dtype)


@builtin("metric")
class CosineSimilarity(MeanMetricWrapper):
    """Mean cosine of the angle between targets and predictions.

    Args:
        name: Name.
        dtype: Element type of the state.
        axis: Axis of the vectors.

    Example:
        >>> CosineSimilarity().name
        'cosine_similarity'
    """

    _direction = "up"

    def __init__(
        self,
        name: str = "cosine_similarity",
        dtype: Any = None,
        axis: int = -1,
    ) -> None:
        super().__init__(formulas.cosine_similarity, name, dtype, axis=axis)


@builtin("metric")
class LogCoshError(MeanMetricWrapper):
    """Mean logarithm of the hyperbolic cosine of the errors.

    Args:
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> LogCoshError().name
        'logcosh'
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "logcosh",
        dtype: Any = None,
    ) -> None:
        super().__init__(formulas.log_cosh, name, dtype)


@builtin("metric")
class KLDivergence(MeanMetricWrapper):
    """Mean Kullback-Leibler divergence.

    Args:
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> KLDivergence().name
        'kl_divergence'
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "kl_divergence",
        dtype: Any = None,
    ) -> None:
        super().__init__(formulas.kl_divergence, name, dtype)


@builtin("metric")
class Poisson(MeanMetricWrapper):
    """Mean Poisson loss.

    Args:
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> Poisson().name
        'poisson'
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "poisson",
        dtype: Any = None,
    ) -> None:
        super().__init__(formulas.poisson, name, dtype)


@builtin("metric")
class BinaryCrossentropy(MeanMetricWrapper):
    """Mean cross-entropy of targets 0 and 1.

    Args:
        name: Name.
        dtype: Element type of the state.
        from_logits: Whether predictions are logits.
        label_smoothing: How far targets are moved towards 0.5.

    Example:
        >>> BinaryCrossentropy().name
        'binary_crossentropy'
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        super().__init__(
            formulas.binary_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
        )


@builtin("metric")
class CategoricalCrossentropy(MeanMetricWrapper):
    """Mean cross-entropy of one-hot targets.

    Args:
        name: Name.
        dtype: Element type of the state.
        from_logits: Whether predictions are logits.
        label_smoothing: How far targets are moved towards equal probabilities.
        axis: Axis of the classes.

    Example:
        >>> CategoricalCrossentropy().name
        'categorical_crossentropy'
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        super().__init__(
            formulas.categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@builtin("metric")
class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """Mean cross-entropy of class numbers.

    Args:
        name: Name.
        dtype: Element type of the state.
        from_logits: Whether predictions are logits.
        axis: Axis of the classes.

    Example:
        >>> SparseCategoricalCrossentropy().name
        'sparse_categorical_crossentropy'
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(
            formulas.sparse_categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            axis=axis,
        )


@builtin("metric")
class Hinge(MeanMetricWrapper):
    """Mean hinge loss.

    Args:
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> Hinge().name
        'hinge'
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(formulas.hinge, name, dtype)


@builtin("metric")
class SquaredHinge(MeanMetricWrapper):
    """Mean squared hinge loss.

    Args:
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> SquaredHinge().name
        'squared_hinge'
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "squared_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(formulas.squared_hinge, name, dtype)


@builtin("metric")
class CategoricalHinge(MeanMetricWrapper):
    """Mean hinge loss of one-hot targets.

    Args:
        name: Name.
        dtype: Element type of the state.

    Example:
        >>> CategoricalHinge().name
        'categorical_hinge'
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "categorical_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(formulas.categorical_hinge, name, dtype)
