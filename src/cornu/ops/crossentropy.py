"""Encodings of classes, and the cross-entropies between targets and predictions.

Probabilities are scaled to sum to 1 and kept `epsilon` away from 0 and 1 before the logarithm, as
Keras does; with `from_logits=True` everything is computed from the logits without overflow.
"""

from __future__ import annotations

from typing import Any

from cornu.core import dtypes, settings, shapes
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import layout
from cornu.core.primitives import reduce as r
from cornu.core.tensor import Tensor
from cornu.ops._operands import as_tensor, cast, differentiated, floating, like, op, spread
from cornu.ops.elementwise import bounded
from cornu.ops.softmax import log_shares


def indicator(labels: Tensor, count: int, axis: int) -> Tensor:
    """Returns where the place along a new axis equals the label, as booleans."""
    shape = (*labels.shape[:axis], count, *labels.shape[axis:])
    dims = tuple(place for place in range(len(shape)) if place != axis)
    places = e.iota(shape=shape, dtype=labels.dtype, axis=axis)
    chosen: Tensor = e.eq(layout.broadcast(labels, shape=shape, dims=dims), places)
    return chosen


def _sum_where(chosen: Tensor, x: Tensor, axis: int) -> Tensor:
    result: Tensor = r.reduce_sum(e.select(chosen, x, like(x, 0)), axes=(axis,))
    return result


@op
def one_hot(
    x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> Tensor:
    """Returns each class number as a row of zeros with a one at its place.

    Args:
        x: Integer array-like; a number outside `[0, num_classes)` makes a row of zeros.
        num_classes: Number of classes.
        axis: Where the new axis goes.
        dtype: Dtype of the result; floatx when None.
        sparse: Accepted for Keras's signature; the result is dense.

    Returns:
        A tensor of one rank more.

    Example:
        >>> one_hot([0, 2], 3).tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    del sparse
    labels = as_tensor(x)
    if not dtypes.is_integer(labels.dtype):
        labels = cast(labels, "int32")
    place = shapes.normalize_axis(axis, labels.ndim + 1, "one_hot")
    wanted = settings.floatx() if dtype is None else dtypes.canonical(dtype)
    return cast(indicator(labels, int(num_classes), place), wanted)


@op
def multi_hot(
    inputs: Any,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: Any = None,
    sparse: bool = False,
    **keywords: Any,
) -> Tensor:
    """Returns each row of class numbers as one row with ones at all of their places.

    Args:
        inputs: Integer array-like; a single row may come without batch axis.
        num_classes: Number of classes.
        axis: Where the axis of classes goes.
        dtype: Dtype of the result; floatx when None.
        sparse: Accepted for Keras's signature; the result is dense.
        **keywords: `num_tokens`, the older name of `num_classes`.

    Returns:
        A tensor in which the last axis of `inputs` has become one of classes.

    Raises:
        ValueError: When the number of classes is missing.

    Example:
        >>> multi_hot([[0, 2], [1, 1]], 3).tolist()
        [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    del sparse
    num_classes = keywords.pop("num_tokens", num_classes)
    if keywords:
        raise TypeError(f"multi_hot: unexpected arguments {', '.join(sorted(keywords))}.")
    if num_classes is None:
        raise ValueError("multi_hot: the number of classes is missing; pass num_classes=.")
    labels = as_tensor(inputs)
    if not dtypes.is_integer(labels.dtype):
        labels = cast(labels, "int32")
    summed = 1 if labels.ndim > 1 else 0
    place = shapes.normalize_axis(axis, labels.ndim + 1, "multi_hot")
    wanted = settings.floatx() if dtype is None else dtypes.canonical(dtype)
    hot: Tensor = r.reduce_max(indicator(labels, int(num_classes), place), axes=(summed,))
    return cast(hot, wanted)


def _matching(name: str, target: Any, output: Any) -> tuple[Tensor, Tensor]:
    output = floating(output)
    target = as_tensor(target)
    if target.shape != output.shape:
        raise ValueError(
            f"{name}: target and output must have one shape; got {target.shape} and {output.shape}."
        )
    dtype = dtypes.promote(target.dtype, output.dtype)
    return cast(target, dtype), cast(output, dtype)


def _inside(x: Tensor) -> Tensor:
    """Keeps probabilities away from 0 and 1."""
    epsilon = settings.epsilon()
    return bounded(x, epsilon, 1.0 - epsilon)


@op
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Tensor:
    """Returns `-target * log(output) - (1 - target) * log(1 - output)`, elementwise.

    Args:
        target: Array-like of zeros and ones, or of probabilities.
        output: Predicted probabilities, or logits, of the same shape.
        from_logits: Whether `output` holds logits.

    Returns:
        A float tensor of that shape.

    Raises:
        ValueError: When the shapes differ.

    Example:
        >>> [round(x, 4) for x in binary_crossentropy([0.0, 1.0], [0.1, 0.8]).tolist()]
        [0.1054, 0.2231]
    """
    target, output = _matching("binary_crossentropy", target, output)
    if from_logits:

        def forward(logits: Tensor, target: Tensor) -> Tensor:
            tail = e.log1p(e.exp(e.neg(e.abs(logits))))
            straight = e.sub(e.max(logits, like(logits, 0)), e.mul(logits, target))
            result: Tensor = e.add(straight, tail)
            return result

        def backward(g: Tensor, out: Tensor, logits: Tensor, target: Tensor) -> Any:
            return (
                e.mul(g, e.sub(e.sigmoid(logits), target)),
                e.neg(e.mul(g, logits)),
            )

        return differentiated(forward, backward, output, target)
    output = _inside(output)
    one = like(output, 1)
    hit = e.mul(target, e.log(output))
    miss = e.mul(e.sub(one, target), e.log(e.sub(one, output)))
    return e.neg(e.add(hit, miss))


@op
def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """Returns `-sum(target * log(output))` over the axis of classes.

    Args:
        target: One-hot rows or probabilities.
        output: Predicted probabilities, or logits, of the same shape.
        from_logits: Whether `output` holds logits.
        axis: Axis of the classes.

    Returns:
        A float tensor without that axis.

    Raises:
        ValueError: When the shapes differ, or there is no axis.

    Example:
        >>> categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).shape
        (1,)
    """
    target, output = _matching("categorical_crossentropy", target, output)
    if output.ndim < 1:
        raise ValueError("categorical_crossentropy: target and output need an axis of classes.")
    place = shapes.normalize_axis(axis, output.ndim, "categorical_crossentropy")
    if from_logits:
        logs = log_shares(output, (place,))
    else:
        logs = e.log(_inside(_normalized(output, place)))
    return e.neg(r.reduce_sum(e.mul(target, logs), axes=(place,)))


def _normalized(output: Tensor, place: int) -> Tensor:
    total = r.reduce_sum(output, axes=(place,))
    result: Tensor = e.div(output, spread(total, output.shape, (place,)))
    return result


@op
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """Returns `-log(output[class])` for class numbers.

    Args:
        target: Integer array-like; its last axis may be of size 1 and is then dropped.
        output: Predicted probabilities, or logits, with one axis more than `target`.
        from_logits: Whether `output` holds logits.
        axis: Axis of the classes.

    Returns:
        A float tensor of the shape of `target`; 0 where a class does not exist.

    Raises:
        ValueError: When the shapes do not fit.

    Example:
        >>> [round(x, 4) for x in sparse_categorical_crossentropy([1], [[0.5, 0.5]]).tolist()]
        [0.6931]
    """
    labels, output = as_tensor(target), floating(output)
    if not dtypes.is_integer(labels.dtype):
        labels = cast(labels, "int32")
    if labels.ndim == output.ndim and labels.shape[-1:] == (1,):
        labels = layout.reshape(labels, shape=labels.shape[:-1])
    if output.ndim < 1 or labels.shape != output.shape[:-1]:
        raise ValueError(
            f"sparse_categorical_crossentropy: target must have the shape of output without its "
            f"last axis; got target {labels.shape} and output {output.shape}. (One-hot targets "
            f"belong to categorical_crossentropy.)"
        )
    place = shapes.normalize_axis(axis, output.ndim, "sparse_categorical_crossentropy")
    chosen = indicator(labels, output.shape[place], place)
    if from_logits:
        logs = log_shares(output, (place,))
        return e.neg(_sum_where(chosen, logs, place))
    # Only the probability of the true class matters: everything after the two sums is as small
    # as the target. A class that does not exist counts nothing.
    total = r.reduce_sum(output, axes=(place,))
    share = e.div(_sum_where(chosen, output, place), total)
    exists = e.and_(e.ge(labels, like(labels, 0)), e.lt(labels, like(labels, output.shape[place])))
    return e.select(exists, e.neg(e.log(_inside(share))), like(share, 0))
