"""Choosing elements: gather and scatter, where and masks, sorting, one-hot rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.core import dtypes as core
from cornu.core.errors import SymbolicTensorError
from cornu.core.tensor import Tensor as CoreTensor
from cornu.tf._convert import axes_of, convert, operands, public, static_shape
from cornu.tf._elementwise import _ALL, refuse_dtype
from cornu.tf._tensor import Tensor
from cornu.tf.errors import DtypeError, InvalidArgumentError


def known(x: Tensor, who: str) -> np.ndarray[Any, Any]:
    """Returns a tensor's value for what needs it; an error inside a captured function."""
    if x.is_symbolic:
        raise SymbolicTensorError(
            f"tf.{who}: the shape of the result depends on values that are not known while a step "
            f"is captured. Use tf.where with three arguments or tf.gather, or "
            f"compile(run_eagerly=True)."
        )
    return np.asarray(x)


def _whole(indices: Any, who: str) -> Tensor:
    places = convert(indices)
    if not core.is_integer(places.dtype):
        raise InvalidArgumentError(
            f"{who}: indices must be int32 or int64; got {str.__str__(places.dtype)}. Cast them "
            f"with tf.cast(indices, tf.int32)."
        )
    return places


def _inside(places: CoreTensor, size: int, who: str) -> None:
    if places.is_symbolic:
        return
    array = np.asarray(places)
    wrong = np.argwhere((array < 0) | (array >= size))
    if len(wrong):
        where = tuple(wrong[0])
        raise InvalidArgumentError(
            f"{who}: indices{list(map(int, where))} = {array[where]} is not in [0, {size})."
        )


@public
def gather(params: Any, indices: Any, validate_indices: Any = None, axis: Any = None, batch_dims: int = 0, name: Any = None) -> Any:  # fmt: skip
    """Returns slices of a tensor picked by number.

    Args:
        params: Tensor to pick from.
        indices: Whole numbers, of any shape.
        validate_indices: Accepted for TensorFlow's signature.
        axis: Axis of `params` to pick along; `batch_dims` when None.
        batch_dims: How many leading axes both tensors share.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Raises:
        InvalidArgumentError: For a number outside the axis.

    Example:
        >>> import cornu.tf as tf
        >>> tf.gather([10, 20, 30], [2, 0]).numpy().tolist()
        [30, 10]
    """
    x, places = convert(params), _whole(indices, "gather")
    place = batch_dims if axis is None else axes_of(axis)
    place %= max(x.ndim, 1)
    _inside(places, x.shape[place], "gather")
    if x.dtype == "string":
        return convert(np.take(np.asarray(x), np.asarray(places), place))
    if not batch_dims:
        return ops.take(x, places, axis=place)
    if batch_dims > places.ndim or batch_dims > place:
        raise InvalidArgumentError(
            f"gather: batch_dims = {batch_dims} must be at most axis = {place} and the rank of "
            f"indices, {places.ndim}."
        )
    lead = tuple(x.shape[:batch_dims])
    count = int(np.prod(lead, dtype=np.int64))
    rows = ops.reshape(x, (count, *x.shape[batch_dims:]))
    chosen = ops.reshape(places, (count, *places.shape[batch_dims:]))
    parts = [
        ops.take(ops.get_item(rows, i), ops.get_item(chosen, i), axis=place - batch_dims)
        for i in range(count)
    ]
    joined = ops.stack(parts)
    return ops.reshape(joined, (*lead, *joined.shape[1:]))


@public
def gather_nd(params: Any, indices: Any, batch_dims: int = 0, name: Any = None) -> Any:
    """Returns elements or slices of a tensor, each picked by a row of places.

    Args:
        params: Tensor to pick from.
        indices: Whole numbers; the last axis holds the places in the first axes of `params`.
        batch_dims: Only 0.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.gather_nd([[1, 2], [3, 4]], [[0, 1], [1, 0]]).numpy().tolist()
        [2, 3]
    """
    if batch_dims:
        raise InvalidArgumentError("gather_nd: batch_dims other than 0 is not supported.")
    x, places = convert(params), _whole(indices, "gather_nd")
    depth = places.shape[-1]
    if depth > x.ndim:
        raise InvalidArgumentError(
            f"gather_nd: index innermost dimension length must be <= params rank; saw: {depth} vs. "
            f"{x.ndim}."
        )
    columns = []
    for axis in range(depth):
        column = ops.get_item(places, (..., axis))
        _inside(column, x.shape[axis], "gather_nd")
        columns.append(column)
    return ops.get_item(x, tuple(columns)) if columns else x


def _scatter(tensor: Any, indices: Any, updates: Any, reduction: str | None, who: str) -> Any:
    x, places = convert(tensor), _whole(indices, who)
    values = convert(updates, hint=x.dtype)
    if values.dtype != x.dtype:
        raise DtypeError(
            f"{who}: updates must be {str.__str__(x.dtype)} as the tensor is; got "
            f"{str.__str__(values.dtype)}."
        )
    for axis in range(places.shape[-1]):
        _inside(ops.get_item(places, (..., axis)), x.shape[axis], who)
    rest = tuple(x.shape[places.shape[-1] :])
    wanted = (*places.shape[:-1], *rest)
    if values.shape != wanted:
        raise InvalidArgumentError(
            f"{who}: updates must have shape {list(wanted)} for indices {list(places.shape)} and "
            f"tensor {list(x.shape)}; got {list(values.shape)}."
        )
    return ops.scatter_update(x, places, values, reduction)


@public
def tensor_scatter_nd_update(tensor: Any, indices: Any, updates: Any, name: Any = None) -> Any:
    """Returns a tensor with some elements or slices replaced.

    Args:
        tensor: Tensor.
        indices: Whole numbers; the last axis holds the places in the first axes of `tensor`.
        updates: What to put there.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.tensor_scatter_nd_update([1, 2, 3], [[0]], [9]).numpy().tolist()
        [9, 2, 3]
    """
    return _scatter(tensor, indices, updates, None, "tensor_scatter_nd_update")


@public
def tensor_scatter_nd_add(tensor: Any, indices: Any, updates: Any, name: Any = None) -> Any:
    """Returns a tensor with numbers added to some elements or slices.

    Args:
        tensor: Tensor.
        indices: Whole numbers; the last axis holds the places in the first axes of `tensor`.
        updates: What to add there.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.tensor_scatter_nd_add([1, 2, 3], [[0], [0]], [9, 1]).numpy().tolist()
        [11, 2, 3]
    """
    return _scatter(tensor, indices, updates, "add", "tensor_scatter_nd_add")


@public
def tensor_scatter_nd_sub(tensor: Any, indices: Any, updates: Any, name: Any = None) -> Any:
    """Returns a tensor with numbers subtracted from some elements or slices.

    Args:
        tensor: Tensor.
        indices: Whole numbers; the last axis holds the places in the first axes of `tensor`.
        updates: What to subtract there.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.tensor_scatter_nd_sub([1, 2, 3], [[0]], [1]).numpy().tolist()
        [0, 2, 3]
    """
    return _scatter(tensor, indices, ops.negative(convert(updates)), "add", "tensor_scatter_nd_sub")


@public
def tensor_scatter_nd_max(tensor: Any, indices: Any, updates: Any, name: Any = None) -> Any:
    """Returns a tensor with some elements or slices raised to at least given numbers.

    Args:
        tensor: Tensor.
        indices: Whole numbers; the last axis holds the places in the first axes of `tensor`.
        updates: The numbers.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.tensor_scatter_nd_max([1, 2, 3], [[0], [2]], [9, 1]).numpy().tolist()
        [9, 2, 3]
    """
    return _scatter(tensor, indices, updates, "max", "tensor_scatter_nd_max")


@public
def tensor_scatter_nd_min(tensor: Any, indices: Any, updates: Any, name: Any = None) -> Any:
    """Returns a tensor with some elements or slices lowered to at most given numbers.

    Args:
        tensor: Tensor.
        indices: Whole numbers; the last axis holds the places in the first axes of `tensor`.
        updates: The numbers.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.tensor_scatter_nd_min([1, 2, 3], [[0], [2]], [9, 1]).numpy().tolist()
        [1, 2, 1]
    """
    return _scatter(tensor, indices, updates, "min", "tensor_scatter_nd_min")


@public
def dynamic_partition(data: Any, partitions: Any, num_partitions: int, name: Any = None) -> Any:
    """Returns slices of a tensor sorted into several tensors.

    Args:
        data: Tensor.
        partitions: The number of the tensor to which each slice of the first axis goes.
        num_partitions: How many tensors there are.
        name: Accepted for TensorFlow's signature.

    Returns:
        A list of tensors.

    Example:
        >>> import cornu.tf as tf
        >>> [p.numpy().tolist() for p in tf.dynamic_partition([1, 2, 3], [0, 1, 0], 2)]
        [[1, 3], [2]]
    """
    x, numbers = convert(data), known(convert(partitions), "dynamic_partition")
    return [
        ops.take(x, convert(np.flatnonzero(numbers == number)), axis=0)
        for number in range(num_partitions)
    ]


@public
def scatter_nd(indices: Any, updates: Any, shape: Any, name: Any = None) -> Any:
    """Returns zeros with numbers added at some places.

    Args:
        indices: Whole numbers; the last axis holds the places.
        updates: What to add there.
        shape: Sizes of the result.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.scatter_nd([[1]], [5], [3]).numpy().tolist()
        [0, 5, 0]
    """
    values = convert(updates)
    start = ops.zeros(static_shape(shape), str.__str__(values.dtype))
    return _scatter(start, indices, values, "add", "scatter_nd")


@public
def where(condition: Any, x: Any = None, y: Any = None, name: Any = None) -> Any:
    """Returns elements of one or the other tensor, or with one argument the places that hold.

    Args:
        condition: Where to take `x`; with one argument anything that may be zero.
        x: Tensor; None for the places.
        y: Tensor of the dtype of `x`.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor; int64 rows of places with one argument.

    Raises:
        ValueError: When only one of `x` and `y` is given.

    Example:
        >>> import cornu.tf as tf
        >>> tf.where([True, False], [1, 2], [3, 4]).numpy().tolist()
        [1, 4]
        >>> tf.where([True, False, True]).numpy().tolist()
        [[0], [2]]
    """
    held = convert(condition)
    if x is None and y is None:
        return convert(np.argwhere(known(held, "where")).astype(np.int64))
    if x is None or y is None:
        raise InvalidArgumentError("where: x and y must both be non-None or both be None.")
    a, b = operands("SelectV2", x, y)
    if held.dtype != "bool":
        raise InvalidArgumentError(
            f"where: the condition must be bool; got {str.__str__(held.dtype)}. Compare first, for "
            f"example x > 0."
        )
    if a.dtype == "string":
        return convert(np.where(np.asarray(held), np.asarray(a), np.asarray(b)))
    return ops.where(held, a, b)


@public
def boolean_mask(tensor: Any, mask: Any, axis: Any = None, name: Any = "boolean_mask") -> Any:
    """Returns the elements or slices where a mask holds.

    Args:
        tensor: Tensor.
        mask: Booleans, for the first axes of `tensor` or those from `axis` on.
        axis: Where the mask begins; 0 when None.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.boolean_mask([1, 2, 3], [True, False, True]).numpy().tolist()
        [1, 3]
    """
    x, held = convert(tensor), known(convert(mask), "boolean_mask").astype(bool)
    start = 0 if axis is None else axes_of(axis) % x.ndim
    if held.ndim == 0:
        raise InvalidArgumentError("boolean_mask: mask cannot be scalar.")
    if tuple(x.shape[start : start + held.ndim]) != held.shape:
        raise InvalidArgumentError(
            f"boolean_mask: Shapes {x.shape[start : start + held.ndim]} and {held.shape} are "
            f"incompatible."
        )
    key: Any = (*((np.s_[:],) * start), held)
    return convert(np.asarray(x)[key]) if x.dtype == "string" else ops.get_item(x, key)


@public
def one_hot(indices: Any, depth: Any, on_value: Any = None, off_value: Any = None, axis: Any = None, dtype: Any = None, name: Any = None) -> Any:  # fmt: skip
    """Returns rows with one value at the given places and another elsewhere.

    Args:
        indices: Whole numbers; those outside `0 ... depth - 1` give rows of `off_value`.
        depth: Length of a row.
        on_value: What stands at the place; 1 when None; may be text.
        off_value: What stands elsewhere; 0 when None.
        axis: Where the new axis stands; the end when None.
        dtype: Dtype; that of the values, or float32.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.one_hot([0, 1], 3).numpy().tolist()
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    if isinstance(indices, np.ndarray):  # of floats too, as labels often are; tensors never
        indices = indices.astype(np.int64)
    places, length = _whole(indices, "one_hot"), int(np.asarray(convert(depth)))
    wanted = None if dtype is None else core.canonical(dtype)
    if wanted is None and on_value is None and off_value is None:
        wanted = "float32"
    first = None if on_value is None else convert(on_value, hint=wanted)
    hint = wanted or (None if first is None else first.dtype)
    last = convert(0 if off_value is None else off_value, hint=hint)
    if first is None:
        first = convert(1, hint=last.dtype)
    if off_value is None and last.dtype != first.dtype:
        last = convert("" if first.dtype == "string" else 0, hint=first.dtype)
    if first.dtype != last.dtype or (wanted is not None and first.dtype != wanted):
        raise DtypeError(
            f"one_hot: on_value, off_value and dtype must agree; got {str.__str__(first.dtype)}, "
            f"{str.__str__(last.dtype)} and {wanted}."
        )
    axis = -1 if axis is None else int(axis)
    target = axis if axis >= 0 else places.ndim + 1 + axis
    line = np.arange(length, dtype=np.int32).reshape([-1 if i == target else 1 for i in range(places.ndim + 1)])  # fmt: skip
    held = ops.equal(ops.expand_dims(places, target), convert(line.astype(core.to_numpy(str.__str__(places.dtype)))))  # fmt: skip
    if first.dtype == "string":
        return convert(np.where(np.asarray(held), np.asarray(first), np.asarray(last)))
    return ops.where(held, first, last)


@public
def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = "bool", name: Any = None) -> Any:
    """Returns rows that hold up to their length.

    Args:
        lengths: Whole numbers.
        maxlen: Length of a row; the greatest of `lengths` when None.
        dtype: Dtype of the result.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor with one axis more than `lengths`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.sequence_mask([1, 2]).numpy().tolist()
        [[True, False], [True, True]]
    """
    counts = _whole(lengths, "sequence_mask")
    refuse_dtype("sequence_mask", counts, _ALL)
    most = int(known(counts, "sequence_mask").max(initial=0)) if maxlen is None else int(maxlen)
    places = convert(np.arange(most).astype(core.to_numpy(str.__str__(counts.dtype))))
    return ops.cast(ops.less(places, ops.expand_dims(counts, -1)), core.canonical(dtype))
