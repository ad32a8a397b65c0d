"""Losses of classification by probabilities."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core.registry import builtin
from cornu.losses._loss import LossFunctionWrapper
from cornu.ops import loss_functions as functions


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
