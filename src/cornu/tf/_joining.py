"""Joining tensors, cutting them, and repeating them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu import ops
from cornu.tf._convert import axes_of, convert, mismatch, public, static_shape
from cornu.tf._shaping import _TEXT, on_text
from cornu.tf._tensor import Tensor
from cornu.tf.errors import InvalidArgumentError


def _alike(values: Sequence[Any], who: str) -> list[Tensor]:
    if not isinstance(values, (list, tuple)):
        values = list(convert(values))
    first = next((v for v in values if hasattr(v, "dtype")), None)
    hint = None if first is None else convert(first).dtype
    tensors = [convert(value, hint=hint) for value in values]
    if not tensors:
        raise InvalidArgumentError(f"{who}: expected at least one tensor; got an empty list.")
    for position, tensor in enumerate(tensors):
        if tensor.dtype != tensors[0].dtype:
            raise mismatch(who, tensors[0], tensor, position)
    return tensors


@public
def concat(values: Any, axis: Any, name: Any = "concat") -> Any:
    """Returns tensors joined along an axis that they have.

    Args:
        values: Tensors of one dtype whose shapes differ at most in `axis`.
        axis: The axis.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Raises:
        InvalidArgumentError: For shapes or dtypes that do not fit.

    Example:
        >>> import cornu.tf as tf
        >>> tf.concat([[1, 2], [3]], axis=0).numpy().tolist()
        [1, 2, 3]
    """
    tensors, place = _alike(values, "ConcatV2"), axes_of(axis)
    first = tensors[0]
    if not -first.ndim <= place < first.ndim:
        raise InvalidArgumentError(
            f"ConcatOp: Expected concatenating dimensions in the range [-{first.ndim}, "
            f"{first.ndim}), but got {place}; use tf.stack for a new axis."
        )
    for position, tensor in enumerate(tensors):
        if tensor.ndim != first.ndim or any(
            a != b
            for i, (a, b) in enumerate(zip(first.shape, tensor.shape))
            if i != place % first.ndim
        ):
            raise InvalidArgumentError(
                f"ConcatOp: shapes must be equal but in axis {place}: shape[0] = "
                f"{list(first.shape)} vs. shape[{position}] = {list(tensor.shape)}."
            )
    if first.dtype == _TEXT:
        return convert(np.concatenate([np.asarray(t) for t in tensors], place))
    return ops.concatenate(tensors, place)


@public
def stack(values: Any, axis: Any = 0, name: Any = "stack") -> Any:
    """Returns tensors of one shape joined along a new axis.

    Args:
        values: Tensors of one shape and dtype.
        axis: Where the new axis stands.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Raises:
        InvalidArgumentError: For shapes or dtypes that differ.

    Example:
        >>> import cornu.tf as tf
        >>> tf.stack([[1, 2], [3, 4]], axis=1).numpy().tolist()
        [[1, 3], [2, 4]]
    """
    tensors = _alike(values, "Pack")
    for position, tensor in enumerate(tensors):
        if tensor.shape != tensors[0].shape:
            raise InvalidArgumentError(
                f"Shapes of all inputs must match: values[0].shape = {list(tensors[0].shape)} != "
                f"values[{position}].shape = {list(tensor.shape)}."
            )
    if tensors[0].dtype == _TEXT:
        return convert(np.stack([np.asarray(t) for t in tensors], axes_of(axis)))
    return ops.stack(tensors, axes_of(axis))


@public
def unstack(value: Any, num: int | None = None, axis: int = 0, name: Any = "unstack") -> Any:
    """Returns the parts of a tensor along an axis, as a list of tensors without that axis.

    Args:
        value: Tensor.
        num: How many parts there are, to check.
        axis: The axis.
        name: Accepted for TensorFlow's signature.

    Returns:
        A list of tensors.

    Example:
        >>> import cornu.tf as tf
        >>> [part.numpy().tolist() for part in tf.unstack([[1, 2], [3, 4]])]
        [[1, 2], [3, 4]]
    """
    x = convert(value)
    if num is not None and x.shape[axis] != num:
        raise InvalidArgumentError(
            f"unstack: Input shape axis {axis} must equal {num}, got shape {list(x.shape)}."
        )
    return list(ops.unstack(x, axis=axis))


@public
def split(value: Any, num_or_size_splits: Any, axis: Any = 0, num: Any = None, name: Any = "split") -> Any:  # fmt: skip
    """Returns a tensor cut along an axis.

    Args:
        value: Tensor.
        num_or_size_splits: Number of equal parts, or the size of each part (one may be -1).
        axis: The axis.
        num: Accepted for TensorFlow's signature.
        name: Likewise.

    Returns:
        A list of tensors.

    Raises:
        InvalidArgumentError: When the parts do not fit the axis.

    Example:
        >>> import cornu.tf as tf
        >>> [part.numpy().tolist() for part in tf.split([1, 2, 3, 4], 2)]
        [[1, 2], [3, 4]]
    """
    x, place, parts = convert(value), axes_of(axis), axes_of(num_or_size_splits)
    length = x.shape[place]
    if isinstance(parts, int):
        if parts < 1 or length % parts:
            raise InvalidArgumentError(
                f"Number of ways to split should evenly divide the split dimension, but got "
                f"split_dim {place} (size = {length}) and num_split {parts}."
            )
        return list(ops.split(x, parts, place))
    sizes = [length - sum(s for s in parts if s != -1) if s == -1 else s for s in parts]
    if sum(sizes) != length or min(sizes, default=0) < 0:
        raise InvalidArgumentError(
            f"split: the sizes {list(parts)} do not add up to the {length} of axis {place}."
        )
    return list(ops.split(x, np.cumsum(sizes)[:-1].tolist(), place)) if len(sizes) > 1 else [x]


@public
def tile(input: Any, multiples: Any, name: Any = None) -> Any:
    """Returns a tensor repeated whole.

    Args:
        input: Tensor.
        multiples: How many times along each axis.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.tile([1, 2], [2]).numpy().tolist()
        [1, 2, 1, 2]
    """
    x, times = convert(input), static_shape(multiples, "tile")
    if len(times) != x.ndim:
        raise InvalidArgumentError(
            f"tile: expected multiples to be a vector of length {x.ndim} but got length "
            f"{len(times)}."
        )
    return on_text(x, lambda a: np.tile(a, times)) if x.dtype == _TEXT else ops.tile(x, times)


@public
def repeat(input: Any, repeats: Any, axis: int | None = None, name: Any = None) -> Any:
    """Returns a tensor with every element repeated.

    Args:
        input: Tensor.
        repeats: How many times: a number, or one for each place.
        axis: Along which axis; the flattened tensor when None.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.repeat([1, 2], 2).numpy().tolist()
        [1, 1, 2, 2]
    """
    times = np.asarray(repeats)
    return ops.repeat(convert(input), times.tolist() if times.ndim else int(times), axis)
