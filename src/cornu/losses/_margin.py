"""Losses of classification by margins and by overlap."""

from __future__ import annotations

from typing import Any

from cornu.core.registry import builtin
from cornu.losses._loss import LossFunctionWrapper
from cornu.ops import loss_functions as functions


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
