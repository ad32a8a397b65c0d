"""Loss formulas shared by losses and metrics: one value per sample, averaged over the last axis."""

from __future__ import annotations

import math
from typing import Any

from cornu import ops
from cornu.core import settings
from cornu.core.registry import builtin


def same_rank(x: Any, y: Any) -> tuple[Any, Any]:
    """Returns two tensors with a last axis of size 1 dropped or added where ranks differ by one."""
    if len(x.shape) == len(y.shape) + 1 and x.shape[-1] == 1:
        return (x, ops.expand_dims(y, -1)) if len(y.shape) == 1 else (ops.squeeze(x, -1), y)
    if len(y.shape) == len(x.shape) + 1 and y.shape[-1] == 1:
        return (ops.expand_dims(x, -1), y) if len(x.shape) == 1 else (x, ops.squeeze(y, -1))
    return x, y


def with_trailing_axes(weights: Any, rank: int) -> Any:
    """Returns weights with axes of size 1 behind theirs, up to a rank; scalars stay."""
    if not 0 < len(weights.shape) < rank:
        return weights
    return ops.reshape(weights, (*weights.shape, *[1] * (rank - len(weights.shape))))


def pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Returns targets and predictions as tensors of one dtype and rank."""
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(ops.convert_to_tensor(y_true), y_pred.dtype)
    return same_rank(y_true, y_pred)


@builtin("loss", "mse", "MSE")
def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """Returns mean((y_true - y_pred)**2).

    Args:
        y_true: Targets, shape (batch, ...).
        y_pred: Predictions of the same shape.

    Returns:
        A tensor without the last axis.

    Example:
        >>> mean_squared_error([[0.0, 2.0]], [[1.0, 0.0]]).numpy()
        array([2.5], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    return ops.mean(ops.square(ops.subtract(y_true, y_pred)), axis=-1)


@builtin("loss", "mae", "MAE")
def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """Returns mean(|y_true - y_pred|); arguments as of `mean_squared_error`."""
    y_true, y_pred = pair(y_true, y_pred)
    return ops.mean(ops.abs(ops.subtract(y_true, y_pred)), axis=-1)


@builtin("loss", "mape", "MAPE")
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """Returns 100 * mean(|y_true - y_pred| / max(|y_true|, epsilon))."""
    y_true, y_pred = pair(y_true, y_pred)
    scale = ops.maximum(ops.abs(y_true), settings.epsilon())
    return ops.multiply(
        100.0, ops.mean(ops.abs(ops.divide(ops.subtract(y_true, y_pred), scale)), axis=-1)
    )


@builtin("loss", "msle", "MSLE")
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """Returns mean((log(y_true + 1) - log(y_pred + 1))**2), values below epsilon raised to it."""
    y_true, y_pred = pair(y_true, y_pred)
    epsilon = settings.epsilon()
    first = ops.log(ops.add(ops.maximum(y_pred, epsilon), 1.0))
    second = ops.log(ops.add(ops.maximum(y_true, epsilon), 1.0))
    return ops.mean(ops.square(ops.subtract(first, second)), axis=-1)


@builtin("loss")
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """Returns the mean of squares of small errors and straight lines for large ones (Huber, 1964).

    Args:
        y_true: Targets.
        y_pred: Predictions.
        delta: Size of an error from which the line begins.

    Returns:
        A tensor without the last axis.

    Example:
        >>> huber([[0.0]], [[3.0]]).numpy()
        array([2.5], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    size = ops.abs(ops.subtract(y_pred, y_true))
    square = ops.multiply(0.5, ops.square(size))
    line = ops.subtract(ops.multiply(delta, size), 0.5 * delta * delta)
    return ops.mean(ops.where(ops.less_equal(size, delta), square, line), axis=-1)


@builtin("loss", "logcosh")
def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """Returns mean(log(cosh(y_pred - y_true))), computed without overflow."""
    y_true, y_pred = pair(y_true, y_pred)
    error = ops.subtract(y_pred, y_true)
    value = ops.add(error, ops.softplus(ops.multiply(-2.0, error)))
    return ops.mean(ops.subtract(value, math.log(2.0)), axis=-1)


@builtin("loss", "kld", "KLD", "kullback_leibler_divergence")
def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """Returns sum(y_true * log(y_true / y_pred)) with both limited to [epsilon, 1]."""
    y_true, y_pred = pair(y_true, y_pred)
    y_true = ops.clip(y_true, settings.epsilon(), 1.0)
    y_pred = ops.clip(y_pred, settings.epsilon(), 1.0)
    return ops.sum(ops.multiply(y_true, ops.log(ops.divide(y_true, y_pred))), axis=-1)


@builtin("loss")
def poisson(y_true: Any, y_pred: Any) -> Any:
    """Returns mean(y_pred - y_true * log(y_pred + epsilon))."""
    y_true, y_pred = pair(y_true, y_pred)
    logarithm = ops.log(ops.add(y_pred, settings.epsilon()))
    return ops.mean(ops.subtract(y_pred, ops.multiply(y_true, logarithm)), axis=-1)


@builtin("loss", "cosine_proximity")
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Returns the cosine of the angle between targets and predictions."""
    y_true, y_pred = pair(y_true, y_pred)
    first = ops.normalize(y_true, axis=axis)
    second = ops.normalize(y_pred, axis=axis)
    return ops.sum(ops.multiply(first, second), axis=axis)


def _signs(y_true: Any) -> Any:
    """Returns targets of 0 and 1 as -1 and 1; others stay."""
    binary = ops.all(ops.logical_or(ops.equal(y_true, 0), ops.equal(y_true, 1)))
    return ops.where(binary, ops.subtract(ops.multiply(2.0, y_true), 1.0), y_true)


@builtin("loss")
def hinge(y_true: Any, y_pred: Any) -> Any:
    """Returns mean(max(1 - y_true * y_pred, 0)) for targets -1 and 1 (or 0 and 1)."""
    y_true, y_pred = pair(y_true, y_pred)
    margin = ops.subtract(1.0, ops.multiply(_signs(y_true), y_pred))
    return ops.mean(ops.maximum(margin, 0.0), axis=-1)


@builtin("loss")
def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """Returns mean(max(1 - y_true * y_pred, 0)**2) for targets -1 and 1 (or 0 and 1)."""
    y_true, y_pred = pair(y_true, y_pred)
    margin = ops.subtract(1.0, ops.multiply(_signs(y_true), y_pred))
    return ops.mean(ops.square(ops.maximum(margin, 0.0)), axis=-1)


@builtin("loss")
def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """Returns max(1 + best wrong score - right score, 0) for one-hot targets."""
    y_true, y_pred = pair(y_true, y_pred)
    right = ops.sum(ops.multiply(y_true, y_pred), axis=-1)
    wrong = ops.max(ops.multiply(ops.subtract(1.0, y_true), y_pred), axis=-1)
    return ops.maximum(ops.add(ops.subtract(wrong, right), 1.0), 0.0)


def _check_smoothing(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{name}: label_smoothing must be in [0, 1]; got {value}.")


@builtin("loss", "bce", "BCE")
def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Returns the mean of -y_true log(y_pred) - (1 - y_true) log(1 - y_pred).

    Args:
        y_true: Targets 0 or 1.
        y_pred: Probabilities, or logits.
        from_logits: Whether predictions are logits (no sigmoid in the last layer).
        label_smoothing: How far targets are moved towards 0.5, 0 to 1.
        axis: Axis of the mean.

    Returns:
        A tensor without that axis.

    Example:
        >>> binary_crossentropy([[1.0]], [[0.5]]).numpy().round(4)
        array([0.6931], dtype=float32)
    """
    _check_smoothing("binary_crossentropy", label_smoothing)
    y_true, y_pred = pair(y_true, y_pred)
    if label_smoothing:
        y_true = ops.add(ops.multiply(y_true, 1.0 - label_smoothing), 0.5 * label_smoothing)
    return ops.mean(ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits), axis=axis)


@builtin("loss")
def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Returns binary cross-entropy that gives sure samples less weight (Lin et al., 2018).

    Args:
        y_true: Targets 0 or 1.
        y_pred: Probabilities, or logits.
        apply_class_balancing: Whether class 1 weighs `alpha` and class 0 `1 - alpha`.
        alpha: The weight.
        gamma: Power of the probability of being wrong.
        from_logits: Whether predictions are logits.
        label_smoothing: How far targets are moved towards 0.5.
        axis: Axis of the mean.

    Returns:
        A tensor without that axis.
    """
    _check_smoothing("binary_focal_crossentropy", label_smoothing)
    y_true, y_pred = pair(y_true, y_pred)
    if label_smoothing:
        y_true = ops.add(ops.multiply(y_true, 1.0 - label_smoothing), 0.5 * label_smoothing)
    if from_logits:
        y_pred = ops.sigmoid(y_pred)
    entropy = ops.binary_crossentropy(y_true, y_pred)
    wrong = ops.subtract(1.0, y_true)
    right = ops.add(ops.multiply(y_true, y_pred), ops.multiply(wrong, ops.subtract(1.0, y_pred)))
    value = ops.multiply(ops.power(ops.subtract(1.0, right), gamma), entropy)
    if apply_class_balancing:
        weight = ops.add(ops.multiply(y_true, alpha), ops.multiply(wrong, 1.0 - alpha))
        value = ops.multiply(weight, value)
    return ops.mean(value, axis=axis)


@builtin("loss")
def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Returns -sum(y_true * log(y_pred)) for one-hot targets.

    Args:
        y_true: One-hot targets, shape (batch, classes).
        y_pred: Probabilities or logits of the same shape.
        from_logits: Whether predictions are logits (no softmax in the last layer).
        label_smoothing: How far targets are moved towards equal probabilities, 0 to 1.
        axis: Axis of the classes.

    Returns:
        A tensor without that axis.

    Raises:
        ValueError: When the shapes differ.

    Example:
        >>> categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).numpy().round(4)
        array([0.6931], dtype=float32)
    """
    _check_smoothing("categorical_crossentropy", label_smoothing)
    y_true, y_pred = pair(y_true, y_pred)
    if label_smoothing:
        classes = y_pred.shape[axis]
        y_true = ops.add(ops.multiply(y_true, 1.0 - label_smoothing), label_smoothing / classes)
    return ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


@builtin("loss")
def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Returns cross-entropy that gives sure samples less weight (Lin et al., 2018).

    Args:
        y_true: One-hot targets, shape (batch, classes).
        y_pred: Probabilities or logits of the same shape.
        alpha: Factor of the loss.
        gamma: Power of the probability of being wrong.
        from_logits: Whether predictions are logits.
        label_smoothing: How far targets are moved towards equal probabilities.
        axis: Axis of the classes.

    Returns:
        A tensor without that axis.
    """
    _check_smoothing("categorical_focal_crossentropy", label_smoothing)
    y_true, y_pred = pair(y_true, y_pred)
    if label_smoothing:
        classes = y_pred.shape[axis]
        y_true = ops.add(ops.multiply(y_true, 1.0 - label_smoothing), label_smoothing / classes)
    if from_logits:
        y_pred = ops.softmax(y_pred, axis=axis)
    y_pred = ops.divide(y_pred, ops.sum(y_pred, axis=axis, keepdims=True))
    y_pred = ops.clip(y_pred, settings.epsilon(), 1.0 - settings.epsilon())
    weight = ops.multiply(alpha, ops.power(ops.subtract(1.0, y_pred), gamma))
    value = ops.multiply(weight, ops.negative(ops.multiply(y_true, ops.log(y_pred))))
    return ops.sum(value, axis=axis)


@builtin("loss")
def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Any:
    """Returns -log of the probability given to the right class, for class numbers as targets.

    Args:
        y_true: Class numbers, shape (batch,) or (batch, 1).
        y_pred: Probabilities or logits, shape (batch, classes).
        from_logits: Whether predictions are logits (no softmax in the last layer).
        ignore_class: A class number whose samples count as 0.
        axis: Axis of the classes.

    Returns:
        One value per sample.

    Example:
        >>> sparse_categorical_crossentropy([1], [[0.5, 0.5]]).numpy().round(4)
        array([0.6931], dtype=float32)
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(y_true)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, axis=-1)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(
            y_true, y_pred, from_logits=from_logits, axis=axis
        )
    kept = ops.not_equal(y_true, ignore_class)
    safe = ops.where(kept, y_true, ops.zeros_like(y_true))
    value = ops.sparse_categorical_crossentropy(safe, y_pred, from_logits=from_logits, axis=axis)
    return ops.where(kept, value, ops.zeros_like(value))


sparse_categorical_crossentropy.takes_class_numbers = True  # type: ignore[attr-defined]


@builtin("loss")
def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Any:
    """Returns 1 - 2 * overlap / total size, for masks of images."""
    y_true, y_pred = pair(y_true, y_pred)
    if axis is None:
        y_true, y_pred = ops.reshape(y_true, (-1,)), ops.reshape(y_pred, (-1,))
    epsilon = settings.epsilon()
    overlap = ops.sum(ops.multiply(y_true, y_pred), axis=axis)
    total = ops.add(ops.sum(y_true, axis=axis), ops.sum(y_pred, axis=axis))
    ratio = ops.divide(ops.multiply(2.0, overlap), ops.add(total, epsilon))
    return ops.subtract(1.0, ratio)


@builtin("loss")
def tversky(
    y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None
) -> Any:
    """Returns 1 - the Tversky index, Dice with its own weights of the two kinds of errors.

    As in Keras, `alpha` weighs what is missed and `beta` what is found wrongly.
    """
    y_true, y_pred = pair(y_true, y_pred)
    if axis is None:
        y_true, y_pred = ops.reshape(y_true, (-1,)), ops.reshape(y_pred, (-1,))
    epsilon = settings.epsilon()
    overlap = ops.sum(ops.multiply(y_true, y_pred), axis=axis)
    false_positive = ops.sum(ops.multiply(ops.subtract(1.0, y_true), y_pred), axis=axis)
    false_negative = ops.sum(ops.multiply(y_true, ops.subtract(1.0, y_pred)), axis=axis)
    errors = ops.add(ops.multiply(false_negative, alpha), ops.multiply(false_positive, beta))
    index = ops.divide(overlap, ops.add(ops.add(overlap, errors), epsilon))
    return ops.subtract(1.0, index)
