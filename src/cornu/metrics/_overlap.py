"""Metrics of segmentation: how far predicted and true regions of a class overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu import ops
from cornu.core import settings
from cornu.core.registry import builtin
from cornu.metrics._metric import Metric


class ConfusionMatrix(Metric):
    """Base of metrics computed from how often each class was taken for each.

    Args:
        num_classes: Number of classes.
        name: Name.
        dtype: Element type of the counts; int32 when None, to which weights are rounded down.
        ignore_class: Places of this true class do not count.
        sparse_y_true: Whether targets are class numbers; one-hot along `axis` otherwise.
        sparse_y_pred: Whether predictions are class numbers; scores along `axis` otherwise.
        axis: Axis of the classes.

    Attributes:
        total_cm: The matrix; rows are true classes, columns predicted ones.
    """

    _direction = "up"

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(name=name, dtype=dtype or "int32")
        if isinstance(num_classes, bool) or not isinstance(num_classes, int) or num_classes < 1:
            raise ValueError(
                f"{type(self).__name__}: num_classes must be a positive int; got {num_classes!r}."
            )
        self.num_classes = num_classes
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_variable((num_classes, num_classes), name="total_confusion_matrix")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Counts a batch.

        Args:
            y_true: True classes, of any shape.
            y_pred: Predicted ones, of as many elements.
            sample_weight: What each element counts, a number or of the shape of the classes.

        Raises:
            ValueError: When the numbers of elements differ.
        """
        truth = self._classes(y_true, self.sparse_y_true)
        guess = self._classes(y_pred, self.sparse_y_pred)
        if truth.shape != guess.shape:
            raise ValueError(
                f"{type(self).__name__} compares as many true as predicted classes; got y_true of "
                f"shape {ops.shape(y_true)} and y_pred of shape {ops.shape(y_pred)}."
            )
        if sample_weight is None:
            weights = ops.ones_like(truth, dtype=self.dtype)
        else:
            weights = ops.cast(ops.convert_to_tensor(sample_weight), self.dtype)
            weights = ops.reshape(weights, (-1,)) if weights.ndim > 1 else weights
            weights = ops.broadcast_to(weights, truth.shape)
        if self.ignore_class is not None:
            counted = ops.not_equal(truth, self.ignore_class)
            # Ignored classes may lie outside the matrix.
            truth = ops.where(counted, truth, 0)
            guess = ops.where(counted, guess, 0)
            weights = ops.where(counted, weights, ops.zeros_like(weights))
        cells = ops.add(ops.multiply(truth, self.num_classes), guess)
        counts = ops.segment_sum(weights, cells, num_segments=self.num_classes**2)
        self.total_cm.assign_add(ops.reshape(counts, self.total_cm.shape))

    def _classes(self, values: Any, sparse: bool) -> Any:
        numbers = ops.convert_to_tensor(values)
        if not sparse:
            numbers = ops.argmax(numbers, axis=self.axis)
        return ops.reshape(ops.cast(numbers, "int32"), (-1,))

    def _overlaps(self) -> tuple[Any, Any]:
        """Returns for each class the size of the overlap and of the union."""
        matrix = ops.cast(self.total_cm, settings.floatx())
        both = ops.diagonal(matrix)
        union = ops.subtract(ops.add(ops.sum(matrix, axis=0), ops.sum(matrix, axis=1)), both)
        return both, union

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "ignore_class": self.ignore_class,
            "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred,
            "axis": self.axis,
        }


@builtin("metric")
class IoU(ConfusionMatrix):
    """Overlap over union of true and predicted places, the mean over some classes.

    Classes that neither occur nor are predicted do not count.

    Args:
        num_classes: Number of classes.
        target_class_ids: The classes to average over.
        name: Name; "io_u" when None.
        dtype: Element type of the counts; int32 when None, to which weights are rounded down.
        ignore_class: Places of this true class do not count.
        sparse_y_true: Whether targets are class numbers; one-hot along `axis` otherwise.
        sparse_y_pred: Whether predictions are class numbers; scores along `axis` otherwise.
        axis: Axis of the classes.

    Raises:
        ValueError: For a target class outside the classes.

    Example:
        >>> metric = IoU(num_classes=2, target_class_ids=[0])
        >>> round(float(metric([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333

    Reference:
        Jaccard, "Étude comparative de la distribution florale", 1901: the index of this name.
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)
        ids = [int(number) for number in target_class_ids]
        if not ids or min(ids) < 0 or max(ids) >= num_classes:
            raise ValueError(
                f"{type(self).__name__}: target_class_ids must lie from 0 to {num_classes - 1} "
                f"(num_classes={num_classes}); got {ids}."
            )
        self.target_class_ids = ids

    def result(self) -> Any:
        """Returns the mean over the target classes."""
        both, union = self._overlaps()
        both = ops.take(both, self.target_class_ids)
        union = ops.take(union, self.target_class_ids)
        present = ops.cast(ops.greater(union, 0), union.dtype)
        shares = ops.divide(both, ops.add(union, settings.epsilon()))
        return ops.divide_no_nan(ops.sum(shares), ops.sum(present))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {**super().get_config(), "target_class_ids": self.target_class_ids}


@builtin("metric")
class BinaryIoU(IoU):
    """Overlap over union for two classes, from a score that is compared with a threshold.

    Args:
        target_class_ids: The classes to average over: (0, 1), (0,) or (1,).
        threshold: Scores from here on are class 1; None takes predictions as class numbers.
        name: Name; "binary_io_u" when None.
        dtype: Element type of the counts; int32 when None.

    Example:
        >>> metric = BinaryIoU(target_class_ids=[1], threshold=0.3)
        >>> round(float(metric([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])), 4)
        0.3333
    """

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float | None = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(2, target_class_ids, name=name, dtype=dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Counts a batch.

        Args:
            y_true: 0 or 1, of any shape.
            y_pred: Scores of as many elements.
            sample_weight: What each element counts.
        """
        if self.threshold is not None:
            y_pred = ops.greater_equal(ops.convert_to_tensor(y_pred), self.threshold)
        super().update_state(y_true, y_pred, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            "target_class_ids": self.target_class_ids,
            "threshold": self.threshold,
            "name": self.name,
            "dtype": self.dtype,
        }


@builtin("metric")
class MeanIoU(IoU):
    """Overlap over union, the mean over all classes.

    Args:
        num_classes: Number of classes.
        name: Name; "mean_io_u" when None.
        dtype: Element type of the counts; int32 when None, to which weights are rounded down.
        ignore_class: Places of this true class do not count.
        sparse_y_true: Whether targets are class numbers; one-hot along `axis` otherwise.
        sparse_y_pred: Whether predictions are class numbers; scores along `axis` otherwise.
        axis: Axis of the classes.

    Example:
        >>> metric = MeanIoU(num_classes=2)
        >>> round(float(metric([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes,
            range(num_classes if isinstance(num_classes, int) else 0),
            name,
            dtype,
            ignore_class,
            sparse_y_true,
            sparse_y_pred,
            axis,
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return _without(super().get_config(), "target_class_ids")


@builtin("metric")
class OneHotIoU(IoU):
    """Overlap over union of some classes, for one-hot targets.

    Args:
        num_classes: Number of classes.
        target_class_ids: The classes to average over.
        name: Name; "one_hot_io_u" when None.
        dtype: Element type of the counts; int32 when None.
        ignore_class: Places of this true class do not count.
        sparse_y_pred: Whether predictions are class numbers; scores along `axis` otherwise.
        axis: Axis of the classes.

    Example:
        >>> metric = OneHotIoU(num_classes=2, target_class_ids=[1])
        >>> float(metric([[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8]])) > 0.999
        True
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes,
            target_class_ids,
            name,
            dtype,
            ignore_class,
            sparse_y_true=False,
            sparse_y_pred=sparse_y_pred,
            axis=axis,
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return _without(super().get_config(), "sparse_y_true")


@builtin("metric")
class OneHotMeanIoU(MeanIoU):
    """Overlap over union, the mean over all classes, for one-hot targets.

    Args:
        num_classes: Number of classes.
        name: Name; "one_hot_mean_io_u" when None.
        dtype: Element type of the counts; int32 when None.
        ignore_class: Places of this true class do not count.
        sparse_y_pred: Whether predictions are class numbers; scores along `axis` otherwise.
        axis: Axis of the classes.

    Example:
        >>> metric = OneHotMeanIoU(num_classes=2)
        >>> float(metric([[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8]])) > 0.999
        True
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes,
            name,
            dtype,
            ignore_class,
            sparse_y_true=False,
            sparse_y_pred=sparse_y_pred,
            axis=axis,
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return _without(super().get_config(), "sparse_y_true")


def _without(config: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key != name}
