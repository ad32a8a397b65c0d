"""Mathematics: `tf.math`."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.core import dtypes as core
from cornu.tf import _elementwise, _reduction
from cornu.tf._convert import convert, public
from cornu.tf._elementwise import add_n as add_n
from cornu.tf._gathering import known
from cornu.tf._names import no_such_name
from cornu.tf._ordering import in_top_k as in_top_k
from cornu.tf._ordering import top_k as top_k
from cornu.tf._reduction import argmax as argmax
from cornu.tf._reduction import argmin as argmin
from cornu.tf._reduction import count_nonzero as count_nonzero
from cornu.tf._reduction import cumprod as cumprod
from cornu.tf._reduction import cumsum as cumsum
from cornu.tf.errors import InvalidArgumentError
from cornu.tf.linalg import l2_normalize as l2_normalize
from cornu.tf.nn import log_softmax as log_softmax
from cornu.tf.nn import softmax as softmax

globals().update(_elementwise.functions)
globals().update(_reduction.functions)


def _segments(name: str, compute: Any, neutral: Any) -> Any:
    def function(data: Any, segment_ids: Any, num_segments: Any = None, name: Any = None) -> Any:
        x, places = convert(data), convert(segment_ids)
        count = num_segments
        if count is None:
            ids = known(places, "math.segment_sum")
            count = int(ids.max()) + 1 if ids.size else 0
        result = compute(x, places, int(count))
        return ops.cast(result, str.__str__(x.dtype))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"Returns {neutral} of the rows with equal numbers.\n\nArgs:\n    data: Tensor.\n    "
        f"segment_ids: The number of each row.\n    num_segments: How many numbers there are; one "
        f"more than the greatest when None.\n    name: Accepted for TensorFlow's signature.\n\n"
        f"Returns:\n    A tensor with one row per number.\n\nExample:\n    >>> import cornu.tf as "
        f"tf\n    >>> tf.math.{name}([1.0, 2.0, 3.0], [0, 1, 1], 2).shape\n    TensorShape([2])\n"
    )
    return public(function)


def _segment_mean(x: Any, places: Any, count: int) -> Any:
    ones = ops.ones_like(x)
    total = ops.segment_sum(x, places, count)
    return ops.divide(total, ops.maximum(ops.segment_sum(ones, places, count), 1))


segment_sum = _segments("segment_sum", ops.segment_sum, "sums")
segment_max = _segments("segment_max", ops.segment_max, "greatest elements")
segment_min = _segments("segment_min", ops.segment_min, "least elements")
segment_prod = _segments("segment_prod", ops.segment_prod, "products")
segment_mean = _segments("segment_mean", _segment_mean, "means")
unsorted_segment_sum = _segments("unsorted_segment_sum", ops.segment_sum, "sums")
unsorted_segment_max = _segments("unsorted_segment_max", ops.segment_max, "greatest elements")
unsorted_segment_min = _segments("unsorted_segment_min", ops.segment_min, "least elements")
unsorted_segment_mean = _segments("unsorted_segment_mean", _segment_mean, "means")


@public
def confusion_matrix(labels: Any, predictions: Any, num_classes: Any = None, weights: Any = None, dtype: Any = "int32", name: Any = None) -> Any:  # fmt: skip
    """Returns how often each class (row) was predicted as each class (column).

    Args:
        labels: True class numbers.
        predictions: Predicted class numbers.
        num_classes: Number of classes; one more than the greatest number when None.
        weights: How much each pair counts; 1 when None.
        dtype: Dtype of the result.
        name: Accepted for TensorFlow's signature.

    Returns:
        A square tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.math.confusion_matrix([0, 1, 1], [0, 1, 0]).numpy().tolist()
        [[1, 0], [1, 1]]
    """
    truth = known(convert(labels), "math.confusion_matrix").astype(np.int64).reshape(-1)
    guess = known(convert(predictions), "math.confusion_matrix").astype(np.int64).reshape(-1)
    if truth.shape != guess.shape:
        raise InvalidArgumentError(
            f"confusion_matrix: labels has {truth.size} elements and predictions {guess.size}."
        )
    both = np.concatenate([truth, guess])
    count = int(num_classes) if num_classes is not None else int(both.max(initial=-1)) + 1
    if both.size and (both.min() < 0 or both.max() >= count):
        raise InvalidArgumentError(
            f"confusion_matrix: class numbers must lie from 0 to {count - 1}; got numbers from "
            f"{both.min()} to {both.max()}."
        )
    shares = np.ones(truth.size) if weights is None else np.asarray(weights, np.float64).reshape(-1)
    matrix = np.zeros((count, count))
    np.add.at(matrix, (truth, guess), shares)
    return convert(matrix.astype(core.to_numpy(core.canonical(dtype))))


@public
def bincount(arr: Any, weights: Any = None, minlength: Any = None, maxlength: Any = None, dtype: Any = "int32", name: Any = None) -> Any:  # fmt: skip
    """Returns how often each whole number occurs.

    Args:
        arr: Whole numbers.
        weights: How much each counts; 1 when None.
        minlength: Least length of the result.
        maxlength: Greatest length of the result; larger numbers are left out.
        dtype: Dtype of the counts.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor with one axis.

    Example:
        >>> import cornu.tf as tf
        >>> tf.math.bincount([1, 1, 3]).numpy().tolist()
        [0, 2, 0, 1]
    """
    numbers = known(convert(arr), "math.bincount").reshape(-1)
    shares = None if weights is None else np.asarray(weights).reshape(-1)
    counts = np.bincount(numbers, shares, int(minlength or 0))
    if maxlength is not None:
        counts = counts[: int(maxlength)]
    kind = core.canonical(dtype) if shares is None else str(shares.dtype)
    return convert(counts.astype(kind))


@public
def accumulate_n(inputs: Any, name: Any = None) -> Any:
    """Returns the sum of a list of tensors.

    Args:
        inputs: Tensors.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.math.accumulate_n([1, 2]))
        3
    """
    return add_n(inputs)


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.math", name, [n for n in globals() if n[0] != "_"])
