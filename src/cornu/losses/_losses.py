"""Losses as classes: a function of this room with its arguments, weights and reduction."""

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
class KLDivergence(LossFunctionWrapper):
    """Kullback-Leibler divergence of the predictions from the targets.

    Args:
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> KLDivergence().name
        'kl_divergence'
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "kl_divergence",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.kl_divergence, reduction, name, dtype)


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
class Hinge(LossFunctionWrapper):
    """Hinge loss of targets -1 and 1 (or 0 and 1).

    Args:
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> Hinge().name
        'hinge'
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.hinge, reduction, name, dtype)


@builtin("loss")
class SquaredHinge(LossFunctionWrapper):
    """Squared hinge loss of targets -1 and 1 (or 0 and 1).

    Args:
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> SquaredHinge().name
        'squared_hinge'
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "squared_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.squared_hinge, reduction, name, dtype)


@builtin("loss")
class CategoricalHinge(LossFunctionWrapper):
    """Hinge loss of one-hot targets.

    Args:
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> CategoricalHinge().name
        'categorical_hinge'
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.categorical_hinge, reduction, name, dtype)


@builtin("loss")
class BinaryCrossentropy(LossFunctionWrapper):
    """Cross-entropy of targets 0 and 1.

    Args:
        from_logits: Whether predictions are logits.
        label_smoothing: How far targets are moved towards 0.5.
        axis: Axis of the mean.
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> BinaryCrossentropy().name
        'binary_crossentropy'
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.binary_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@builtin("loss")
class BinaryFocalCrossentropy(LossFunctionWrapper):
    """Binary cross-entropy that gives sure samples less weight (Lin et al., 2018).

    Args:
        apply_class_balancing: Whether to weigh the classes by alpha.
        alpha: Weight of class 1.
        gamma: Power of the probability of being wrong.
        from_logits: Whether predictions are logits.
        label_smoothing: How far targets are moved towards 0.5.
        axis: Axis of the mean.
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> BinaryFocalCrossentropy().name
        'binary_focal_crossentropy'
    """

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@builtin("loss")
class CategoricalCrossentropy(LossFunctionWrapper):
    """Cross-entropy of one-hot targets.

    Args:
        from_logits: Whether predictions are logits.
        label_smoothing: How far targets are moved towards equal probabilities.
        axis: Axis of the classes.
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> CategoricalCrossentropy().name
        'categorical_crossentropy'
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@builtin("loss")
class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """Cross-entropy that gives sure samples less weight (Lin et al., 2018).

    Args:
        alpha: Factor of the loss.
        gamma: Power of the probability of being wrong.
        from_logits: Whether predictions are logits.
        label_smoothing: How far targets are moved towards equal probabilities.
        axis: Axis of the classes.
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> CategoricalFocalCrossentropy().name
        'categorical_focal_crossentropy'
    """

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@builtin("loss")
class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """Cross-entropy of class numbers.

    Args:
        from_logits: Whether predictions are logits.
        ignore_class: A class number whose samples count as 0.
        axis: Axis of the classes.
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> SparseCategoricalCrossentropy().name
        'sparse_categorical_crossentropy'
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.sparse_categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )

    def mask(self, y_true: Any) -> Any:
        """Returns which samples are not of the ignored class."""
        ignored = self._fn_kwargs["ignore_class"]
        if ignored is None:
            return None
        if len(y_true.shape) > 1 and y_true.shape[-1] == 1:
            y_true = ops.squeeze(y_true, -1)
        return ops.not_equal(y_true, ignored)


@builtin("loss")
class Dice(LossFunctionWrapper):
    """1 minus the Dice overlap of masks.

    Args:
        axis: Axes of the sums; all when None.
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> Dice().name
        'dice'
    """

    def __init__(
        self,
        axis: Any = None,
        reduction: str | None = "sum_over_batch_size",
        name: str = "dice",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.dice, reduction, name, dtype, axis=axis)


@builtin("loss")
class Tversky(LossFunctionWrapper):
    """1 minus the Tversky index of masks.

    Args:
        alpha: Weight of what is missed.
        beta: Weight of what is found wrongly.
        axis: Axes of the sums; all when None.
        reduction: As in Loss.
        name: Name.
        dtype: Element type of the computation.

    Example:
        >>> Tversky().name
        'tversky'
    """

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        axis: Any = None,
        reduction: str | None = "sum_over_batch_size",
        name: str = "tversky",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis
        )


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
