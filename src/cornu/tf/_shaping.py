"""Shapes: asking for them, changing them, joining and cutting tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.core import dtypes as core
from cornu.tf._convert import axes_of, convert, public, static_shape
from cornu.tf._tensor import Tensor
from cornu.tf.errors import InvalidArgumentError

_TEXT = "string"


def on_text(x: Tensor, compute: Any) -> Any:
    """Returns a change of layout of text, which no engine computes with."""
    return convert(np.asarray(compute(np.asarray(x)), object))


@public
def shape(input: Any, out_type: Any = "int32", name: Any = None) -> Any:
    """Returns the sizes of a tensor as a tensor.

    Args:
        input: Tensor.
        out_type: Dtype of the result.
        name: Accepted for TensorFlow's signature.

    Returns:
        An integer tensor with one number per axis.

    Example:
        >>> import cornu.tf as tf
        >>> tf.shape([[1, 2, 3]])
        <tf.Tensor: shape=(2,), dtype=int32, numpy=array([1, 3], dtype=int32)>
    """
    return convert(np.array(convert(input).shape, core.canonical(out_type)))


@public
def size(input: Any, out_type: Any = "int32", name: Any = None) -> Any:
    """Returns the number of elements as a tensor.

    Args:
        input: Tensor.
        out_type: Dtype of the result.
        name: Accepted for TensorFlow's signature.

    Returns:
        A scalar tensor.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.size([[1, 2, 3]]))
        3
    """
    return convert(np.array(convert(input).size, core.canonical(out_type)))


@public
def rank(input: Any, name: Any = None) -> Any:
    """Returns the number of axes as a tensor.

    Args:
        input: Tensor.
        name: Accepted for TensorFlow's signature.

    Returns:
        A scalar tensor.

    Example:
        >>> import cornu.tf as tf
        >>> int(tf.rank([[1, 2, 3]]))
        2
    """
    return convert(np.int32(convert(input).ndim))


@public
def reshape(tensor: Any, shape: Any, name: Any = None) -> Any:
    """Returns the same elements, row by row, in another shape.

    Args:
        tensor: Tensor.
        shape: Sizes; one of them may be -1, which takes what is left.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Raises:
        InvalidArgumentError: When the number of elements differs.

    Example:
        >>> import cornu.tf as tf
        >>> tf.reshape([1, 2, 3, 4], [2, -1]).numpy().tolist()
        [[1, 2], [3, 4]]
    """
    x = convert(tensor)
    sizes = static_shape(shape, "reshape") if not _is_empty(shape) else ()
    known = int(np.prod([s for s in sizes if s != -1], dtype=np.int64))
    fits = x.size == known if -1 not in sizes else known and x.size % known == 0
    if not fits or sizes.count(-1) > 1:
        raise InvalidArgumentError(
            f"Input to reshape is a tensor with {x.size} values (shape {x.shape}), but the "
            f"requested shape {list(sizes)} has {known if -1 not in sizes else f'a multiple of {known}'}."
        )
    return on_text(x, lambda a: a.reshape(sizes)) if x.dtype == _TEXT else ops.reshape(x, sizes)


def _is_empty(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and not value


@public
def transpose(a: Any, perm: Any = None, conjugate: bool = False, name: Any = "transpose") -> Any:
    """Returns a tensor with its axes in another order.

    Args:
        a: Tensor.
        perm: The axes in their new order; the reverse order when None.
        conjugate: Accepted for TensorFlow's signature.
        name: Likewise.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.transpose([[1, 2], [3, 4]]).numpy().tolist()
        [[1, 3], [2, 4]]
    """
    x, axes = convert(a), axes_of(perm)
    if x.dtype == _TEXT:
        return on_text(x, lambda array: array.transpose(axes))
    return ops.transpose(x, axes)


@public
def squeeze(input: Any, axis: Any = None, name: Any = None) -> Any:
    """Returns a tensor without axes of size 1.

    Args:
        input: Tensor.
        axis: Which axes to remove; all of size 1 when None.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Raises:
        InvalidArgumentError: For an axis of another size.

    Example:
        >>> import cornu.tf as tf
        >>> tf.squeeze([[[1, 2]]]).shape
        TensorShape([2])
    """
    x = convert(input)
    axes = axes_of(axis)
    for one in () if axes is None else (axes if isinstance(axes, tuple) else (axes,)):
        if not -x.ndim <= one < x.ndim:
            raise InvalidArgumentError(
                f"squeeze: axis {one} is not in [-{x.ndim}, {x.ndim}) for shape {x.shape}."
            )
        if x.shape[one] != 1:
            raise InvalidArgumentError(
                f"Can not squeeze dim[{one}], expected a dimension of 1, got {x.shape[one]} "
                f"(shape {x.shape})."
            )
    kept = None if axes == () else axes
    return on_text(x, lambda a: a.squeeze(kept)) if x.dtype == _TEXT else ops.squeeze(x, kept)


@public
def expand_dims(input: Any, axis: Any, name: Any = None) -> Any:
    """Returns a tensor with one axis of size 1 more.

    Args:
        input: Tensor.
        axis: Where the new axis stands; -1 for the end.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Raises:
        InvalidArgumentError: For a place that does not exist.

    Example:
        >>> import cornu.tf as tf
        >>> tf.expand_dims([1, 2], axis=-1).shape
        TensorShape([2, 1])
    """
    x, place = convert(input), axes_of(axis)
    if not -x.ndim - 1 <= place <= x.ndim:
        raise InvalidArgumentError(
            f"Tried to expand dim index {place} for tensor with {x.ndim} dimensions."
        )
    if x.dtype == _TEXT:
        return on_text(x, lambda a: np.expand_dims(a, place))
    return ops.expand_dims(x, place)


@public
def broadcast_to(input: Any, shape: Any, name: Any = None) -> Any:
    """Returns a tensor repeated along axes of size 1 and along new axes in front.

    Args:
        input: Tensor.
        shape: Sizes of the result.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.broadcast_to([1, 2], [2, 2]).numpy().tolist()
        [[1, 2], [1, 2]]
    """
    x, sizes = convert(input), static_shape(shape, "broadcast_to")
    if x.dtype == _TEXT:
        return on_text(x, lambda a: np.broadcast_to(a, sizes))
    return ops.broadcast_to(x, sizes)


@public
def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0, name: Any = None) -> Any:  # fmt: skip
    """Returns a tensor with a margin.

    Args:
        tensor: Tensor.
        paddings: For each axis how much before and after.
        mode: "CONSTANT", "REFLECT" (mirrored without the border) or "SYMMETRIC" (with it).
        constant_values: What a constant margin holds.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.pad([1, 2], [[1, 1]]).numpy().tolist()
        [0, 1, 2, 0]
    """
    x = convert(tensor)
    margins = [tuple(pair) for pair in np.asarray(paddings).tolist()]
    if len(margins) != x.ndim:
        raise InvalidArgumentError(
            f"pad: The first dimension of paddings must be the rank of inputs: got {len(margins)} "
            f"pairs for shape {list(x.shape)}."
        )
    kind = mode.lower()
    return ops.pad(x, margins, kind, constant_values if kind == "constant" else None)


@public
def reverse(tensor: Any, axis: Any, name: Any = None) -> Any:
    """Returns a tensor with the order along some axes turned round.

    Args:
        tensor: Tensor.
        axis: A list of axes.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.reverse([1, 2, 3], [0]).numpy().tolist()
        [3, 2, 1]
    """
    return ops.flip(convert(tensor), axes_of(axis))


@public
def roll(input: Any, shift: Any, axis: Any, name: Any = None) -> Any:
    """Returns a tensor whose elements moved along axes; what leaves at the end enters in front.

    Args:
        input: Tensor.
        shift: How far.
        axis: Along which axes.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.roll([1, 2, 3], 1, 0).numpy().tolist()
        [3, 1, 2]
    """
    return ops.roll(convert(input), axes_of(shift), axes_of(axis))


@public
def slice(input_: Any, begin: Any, size: Any, name: Any = None) -> Any:
    """Returns a block of a tensor.

    Args:
        input_: Tensor.
        begin: Where it begins in each axis.
        size: Its sizes; -1 takes all that is left.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.slice([1, 2, 3, 4], [1], [2]).numpy().tolist()
        [2, 3]
    """
    x, starts, sizes = convert(input_), static_shape(begin), static_shape(size)
    lengths = [n - b if s == -1 else s for n, b, s in zip(x.shape, starts, sizes, strict=True)]
    if any(b < 0 or b + s > n for n, b, s in zip(x.shape, starts, lengths, strict=True)):
        raise InvalidArgumentError(
            f"slice: begin {list(starts)} and size {list(sizes)} leave the shape {list(x.shape)}."
        )
    return ops.slice(x, starts, lengths)


@public
def meshgrid(*args: Any, indexing: str = "xy", name: Any = None) -> Any:
    """Returns coordinates of the points of a grid.

    Args:
        *args: The coordinates along each axis.
        indexing: "xy" or "ij".
        name: Accepted for TensorFlow's signature.

    Returns:
        A list of tensors, one for each axis.

    Example:
        >>> import cornu.tf as tf
        >>> [grid.numpy().tolist() for grid in tf.meshgrid([1, 2], [3, 4])]
        [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
    """
    return list(ops.meshgrid(*(convert(arg) for arg in args), indexing=indexing))
