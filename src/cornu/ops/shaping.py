"""Ops that move elements without changing them: reshape, transpose, broadcast, reverse, roll."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.core import shapes
from cornu.core.primitives import layout
from cornu.core.tensor import Tensor
from cornu.ops._operands import as_tensor, expand, op, static_shape


@op
def reshape(x: Any, newshape: Any) -> Tensor:
    """Returns the same elements in another shape.

    Args:
        x: Array-like.
        newshape: Sizes; one of them may be -1 and is then found from the others.

    Returns:
        A tensor.

    Raises:
        ValueError: When the number of elements does not fit.

    Example:
        >>> reshape([1, 2, 3, 4], (2, -1)).tolist()
        [[1, 2], [3, 4]]
    """
    x = as_tensor(x)
    shape = shapes.resolve_reshape(x.shape, static_shape(newshape))
    return x if shape == x.shape else layout.reshape(x, shape=shape)


@op
def ravel(x: Any) -> Tensor:
    """Returns the elements in one axis.

    Example:
        >>> ravel([[1, 2], [3, 4]]).tolist()
        [1, 2, 3, 4]
    """
    x = as_tensor(x)
    return layout.reshape(x, shape=(x.size,))


@op
def transpose(x: Any, axes: Sequence[int] | None = None) -> Tensor:
    """Returns the tensor with its axes in another order.

    Args:
        x: Array-like.
        axes: Which axis comes where; reversed order when None.

    Returns:
        A tensor.

    Example:
        >>> transpose([[1, 2], [3, 4]]).tolist()
        [[1, 3], [2, 4]]
    """
    x = as_tensor(x)
    return permute(x, tuple(reversed(range(x.ndim))) if axes is None else axes)


def permute(x: Tensor, axes: Sequence[int]) -> Tensor:
    """Transposes by axes that may be negative."""
    order = tuple(shapes.normalize_axis(axis, x.ndim, "transpose") for axis in axes)
    if order == tuple(range(x.ndim)):
        return x
    result: Tensor = layout.transpose(x, permutation=order)
    return result


@op
def swapaxes(x: Any, axis1: int, axis2: int) -> Tensor:
    """Returns the tensor with two axes exchanged.

    Args:
        x: Array-like.
        axis1: One axis.
        axis2: The other.

    Example:
        >>> swapaxes([[[1, 2, 3]]], 0, 2).shape
        (3, 1, 1)
    """
    x = as_tensor(x)
    order = list(range(x.ndim))
    first = shapes.normalize_axis(axis1, x.ndim, "swapaxes")
    second = shapes.normalize_axis(axis2, x.ndim, "swapaxes")
    order[first], order[second] = second, first
    return permute(x, order)


@op
def moveaxis(x: Any, source: Any, destination: Any) -> Tensor:
    """Returns the tensor with axes moved to other places; the rest keep their order.

    Args:
        x: Array-like.
        source: Axis or axes to move.
        destination: Where they go.

    Returns:
        A tensor.

    Example:
        >>> moveaxis([[[1, 2, 3]]], 2, 0).shape
        (3, 1, 1)
    """
    x = as_tensor(x)
    return permute(x, moved_axes(x.ndim, source, destination))


def moved_axes(rank: int, source: Any, destination: Any) -> list[int]:
    """Returns the permutation that `moveaxis` applies."""
    sources = [source] if isinstance(source, int) else list(source)
    targets = [destination] if isinstance(destination, int) else list(destination)
    if len(sources) != len(targets):
        raise ValueError(f"{len(sources)} axes cannot move to {len(targets)} places.")
    sources = [shapes.normalize_axis(axis, rank, "moveaxis") for axis in sources]
    targets = [shapes.normalize_axis(axis, rank, "moveaxis") for axis in targets]
    order = [axis for axis in range(rank) if axis not in sources]
    for target, origin in sorted(zip(targets, sources, strict=True)):
        order.insert(target, origin)
    return order


@op
def expand_dims(x: Any, axis: Any) -> Tensor:
    """Returns the tensor with new axes of size 1.

    Args:
        x: Array-like.
        axis: Place or places of the new axes in the result.

    Returns:
        A tensor.

    Example:
        >>> expand_dims([1, 2], -1).shape
        (2, 1)
    """
    x = as_tensor(x)
    places = [axis] if isinstance(axis, int) else list(axis)
    rank = x.ndim + len(places)
    taken = shapes.normalize_axes(places, rank, "expand_dims")
    rest = iter(x.shape)
    shape = tuple(1 if place in taken else next(rest) for place in range(rank))
    return layout.reshape(x, shape=shape)


@op
def squeeze(x: Any, axis: Any = None) -> Tensor:
    """Returns the tensor without axes of size 1.

    Args:
        x: Array-like.
        axis: Axis or axes to drop; all of size 1 when None.

    Returns:
        A tensor.

    Raises:
        ValueError: When an axis to drop is not of size 1.

    Example:
        >>> squeeze([[1], [2]], axis=1).shape
        (2,)
    """
    x = as_tensor(x)
    if axis is None:
        axes = tuple(place for place, size in enumerate(x.shape) if size == 1)
    else:
        axes = shapes.normalize_axes(axis, x.ndim, "squeeze")
    for place in axes:
        if x.shape[place] != 1:
            raise ValueError(
                f"squeeze: axis {place} of shape {x.shape} has size {x.shape[place]}; only an axis "
                f"of size 1 can be dropped."
            )
    return layout.reshape(x, shape=shapes.reduced(x.shape, axes)) if axes else x


@op
def broadcast_to(x: Any, shape: Any) -> Tensor:
    """Returns the tensor repeated to a larger shape.

    Args:
        x: Array-like.
        shape: Sizes that `x` broadcasts to.

    Returns:
        A tensor.

    Example:
        >>> broadcast_to([1, 2], (2, 2)).tolist()
        [[1, 2], [1, 2]]
    """
    x = as_tensor(x)
    target = static_shape(shape)
    if len(target) < x.ndim or shapes.broadcast(x.shape, target, who="broadcast_to") != target:
        raise ValueError(f"broadcast_to: shape {x.shape} does not broadcast to {target}.")
    return expand(x, target)


@op
def flip(x: Any, axis: Any = None) -> Tensor:
    """Returns the tensor with the order of elements reversed along axes (all when None).

    Args:
        x: Array-like.
        axis: Axis or axes; all of them when None.

    Example:
        >>> flip([1, 2, 3]).tolist()
        [3, 2, 1]
    """
    x = as_tensor(x)
    axes = shapes.normalize_axes(axis, x.ndim, "flip")
    return layout.reverse(x, axes=axes) if axes else x


@op
def fliplr(x: Any) -> Tensor:
    """Returns the tensor reversed along its second axis.

    Example:
        >>> fliplr([[1, 2], [3, 4]]).tolist()
        [[2, 1], [4, 3]]
    """
    x = as_tensor(x)
    shapes.normalize_axis(1, x.ndim, "fliplr")
    return layout.reverse(x, axes=(1,))


@op
def flipud(x: Any) -> Tensor:
    """Returns the tensor reversed along its first axis.

    Example:
        >>> flipud([[1, 2], [3, 4]]).tolist()
        [[3, 4], [1, 2]]
    """
    x = as_tensor(x)
    shapes.normalize_axis(0, x.ndim, "flipud")
    return layout.reverse(x, axes=(0,))


@op
def rot90(array: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Tensor:
    """Returns the tensor turned by `k` quarter turns in the plane of two axes.

    Args:
        array: Array-like of rank 2 or more.
        k: Number of quarter turns, from the first axis towards the second.
        axes: The plane.

    Returns:
        A tensor.

    Example:
        >>> rot90([[1, 2], [3, 4]]).tolist()
        [[2, 4], [1, 3]]
    """
    x = as_tensor(array)
    if x.ndim < 2:
        raise ValueError(f"rot90: a tensor of rank 2 or more is needed; got shape {x.shape}.")
    first, second = (shapes.normalize_axis(axis, x.ndim, "rot90") for axis in axes)
    if first == second:
        raise ValueError(f"rot90: axes must differ; got {axes}.")
    turns = k % 4
    if turns == 0:
        return x
    if turns == 2:
        return layout.reverse(x, axes=tuple(sorted((first, second))))
    order = list(range(x.ndim))
    order[first], order[second] = second, first
    if turns == 1:
        return permute(layout.reverse(x, axes=(second,)), order)
    return layout.reverse(permute(x, order), axes=(second,))


@op
def roll(x: Any, shift: Any, axis: Any = None) -> Tensor:
    """Returns the tensor with elements moved along axes; what leaves one end enters at the other.

    Args:
        x: Array-like.
        shift: How many places, one number or one for each axis.
        axis: Axis or axes; the flattened array when None.

    Returns:
        A tensor of the shape of `x`.

    Example:
        >>> roll([1, 2, 3, 4], 1).tolist()
        [4, 1, 2, 3]
    """
    x = as_tensor(x)
    if axis is None:
        flat = layout.reshape(x, shape=(x.size,))
        return layout.reshape(_roll(flat, int(shift), 0), shape=x.shape)
    axes = [axis] if isinstance(axis, int) else list(axis)
    shifts = [shift] * len(axes) if isinstance(shift, int) else list(shift)
    if len(axes) == 1 and len(shifts) > 1:
        axes = axes * len(shifts)
    for place, amount in zip(axes, shifts, strict=True):
        x = _roll(x, int(amount), shapes.normalize_axis(place, x.ndim, "roll"))
    return x


def cut(x: Tensor, axis: int, start: int, limit: int) -> Tensor:
    """Returns the part of a tensor from `start` to `limit` along one axis."""
    if start == 0 and limit == x.shape[axis]:
        return x
    begin, end = [0] * x.ndim, list(x.shape)
    begin[axis], end[axis] = start, limit
    strides = (1,) * x.ndim
    result: Tensor = layout.slice(x, start=tuple(begin), limit=tuple(end), strides=strides)
    return result


def _roll(x: Tensor, shift: int, axis: int) -> Tensor:
    size = x.shape[axis]
    moved = shift % size if size else 0
    if moved == 0:
        return x
    parts = (cut(x, axis, size - moved, size), cut(x, axis, 0, size - moved))
    result: Tensor = layout.concatenate(*parts, axis=axis)
    return result
