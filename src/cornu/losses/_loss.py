"""Loss, the base class: masks, sample weights and reduction to one number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import ops
from cornu.core import dtypes, tree
from cornu.core.keras_tensor import get_mask
from cornu.ops.loss_functions import same_rank, with_trailing_axes
from cornu.saving.serialization import serialize_keras_object

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


class Loss:
    """Base of losses: override `call`, which returns one value per sample.

    Args:
        name: Name; the class's own when None.
        reduction: "sum_over_batch_size" (sum over samples divided by their number), "sum", "mean",
            "mean_with_sample_weight" (divided by the sum of the weights), or "none"/None.
        dtype: Element type of the computation; float32 when None.

    Raises:
        ValueError: For another reduction.

    Example:
        >>> class Cube(Loss):
        ...     def call(self, y_true, y_pred):
        ...         return ops.mean(ops.abs(y_true - y_pred) ** 3, axis=-1)
        >>> float(Cube()(ops.ones((1, 1)), 3 * ops.ones((1, 1))))
        8.0
    """

    # Whether targets are cast to the dtype of the computation; class numbers are not.
    casts_targets = True

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        self.name = name or type(self).__name__.lower()
        if reduction == "auto":
            reduction = "sum_over_batch_size"
        if reduction not in REDUCTIONS:
            raise ValueError(
                f"{type(self).__name__}: reduction is one of {REDUCTIONS}; got {reduction!r}."
            )
        self.reduction = reduction
        self._dtype = getattr(dtype, "compute_dtype", None) or dtypes.canonical(dtype)

    @property
    def dtype(self) -> str:
        """Element type of the computation."""
        return self._dtype

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        travelling = get_mask(y_pred)
        y_pred = tree.map_structure(
            lambda leaf: ops.cast(ops.convert_to_tensor(leaf), self._dtype), y_pred
        )
        y_true = tree.map_structure(self._target, y_true)
        values = ops.cast(self.call(y_true, y_pred), self._dtype)
        mask = self.mask(y_true)
        if mask is None or travelling is None:
            mask = travelling if mask is None else mask
        else:
            mask = ops.logical_and(mask, travelling)
        if mask is not None:
            sample_weight = _masked(sample_weight, mask, self.reduction, self._dtype)
        return reduce_weighted_values(values, sample_weight, self.reduction, self._dtype)

    def mask(self, y_true: Any) -> Any:
        """Returns which values count, as a bool tensor, or None when all do."""
        del y_true
        return None

    def _target(self, leaf: Any) -> Any:
        tensor = ops.convert_to_tensor(leaf)
        return ops.cast(tensor, self._dtype) if self.casts_targets else tensor

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns one value per sample."""
        raise NotImplementedError(f"{type(self).__name__} must define call(self, y_true, y_pred).")

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        config: dict[str, Any] = {"name": self.name, "reduction": self.reduction}
        if self._dtype != "float32":
            config["dtype"] = self._dtype
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Returns a loss with the given arguments."""
        return cls(**{key: value for key, value in config.items() if key != "fn"})


class LossFunctionWrapper(Loss):
    """A loss made of a function.

    Args:
        fn: `fn(y_true, y_pred, **kwargs)` returns one value per sample.
        reduction: As in Loss.
        name: Name; the function's own when None.
        dtype: Element type of the computation.
        **kwargs: Further arguments of the function.

    Example:
        >>> loss = LossFunctionWrapper(lambda y_true, y_pred: ops.abs(ops.subtract(y_true, y_pred)))
        >>> float(loss([1.0, 2.0], [1.5, 2.5]))
        0.5
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name or getattr(fn, "__name__", None), reduction, dtype)
        self.fn = fn
        self._fn_kwargs = kwargs
        self.casts_targets = not getattr(fn, "takes_class_numbers", False)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns one value per sample."""
        if not tree.is_nested(y_true) and not tree.is_nested(y_pred):
            y_true, y_pred = same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        config = super().get_config()
        if type(self) is LossFunctionWrapper:
            config["fn"] = serialize_keras_object(self.fn)
        return {**config, **self._fn_kwargs}


def _masked(sample_weight: Any, mask: Any, reduction: str | None, dtype: str) -> Any:
    """Returns weights that are 0 where masked; means are taken over what is left."""
    weights = ops.cast(mask, dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        scale = ops.divide_no_nan(float(mask.size), ops.sum(weights))
        weights = ops.multiply(weights, scale)
    if sample_weight is None:
        return weights
    given = ops.cast(ops.convert_to_tensor(sample_weight), dtype)
    weights, given = same_rank(weights, given)
    return ops.multiply(weights, with_trailing_axes(given, len(weights.shape)))


def reduce_weighted_values(
    values: Any, sample_weight: Any, reduction: str | None, dtype: str
) -> Any:
    """Returns values times weights, reduced.

    Args:
        values: One value per sample (or per sample and position).
        sample_weight: Weights that broadcast to the values, or None.
        reduction: As in Loss.
        dtype: Element type of the weights.

    Returns:
        A scalar, or the weighted values for "none".
    """
    weights = None
    if sample_weight is not None:
        weights = ops.cast(ops.convert_to_tensor(sample_weight), dtype)
        weights, values = same_rank(weights, values)
        weights = with_trailing_axes(weights, len(values.shape))
        values = ops.multiply(values, weights)
    if reduction is None or reduction == "none" or len(values.shape) == 0:
        return values
    total = ops.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and weights is not None:
        count = ops.sum(ops.broadcast_to(weights, values.shape))
        return ops.divide_no_nan(total, count)
    return ops.divide(total, float(max(values.size, 1)))
