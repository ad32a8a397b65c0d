"""Ops that put tensors together, take them apart, repeat them and give them borders."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from cornu.core import shapes
from cornu.core.primitives import gather, layout
from cornu.core.tensor import Tensor
from cornu.ops._operands import as_tensor, cast, constant, op, static_shape, together
from cornu.ops.shaping import cut


def join(tensors: Sequence[Tensor], axis: int) -> Tensor:
    """Concatenates tensors of one dtype along a non-negative axis."""
    if len(tensors) == 1:
        return tensors[0]
    result: Tensor = layout.concatenate(*tensors, axis=axis)
    return result


@op
def concatenate(xs: Any, axis: int | None = 0) -> Tensor:
    """Returns tensors joined along an axis that they have.

    Args:
        xs: List of array-likes with equal sizes but along `axis`.
        axis: Axis to join along; None joins the flattened arrays.

    Returns:
        A tensor of the promoted dtype.

    Raises:
        ValueError: When the shapes do not fit.

    Example:
        >>> concatenate([[1, 2], [3]]).tolist()
        [1, 2, 3]
    """
    tensors = together(list(xs))
    if not tensors:
        raise ValueError("concatenate: at least one tensor is needed; got an empty list.")
    if axis is None:
        return join([layout.reshape(x, shape=(x.size,)) for x in tensors], 0)
    rank = tensors[0].ndim
    place = shapes.normalize_axis(axis, rank, "concatenate")
    wanted = shapes.reduced(tensors[0].shape, (place,))
    for x in tensors[1:]:
        if x.ndim != rank or shapes.reduced(x.shape, (place,)) != wanted:
            listed = ", ".join(str(tensor.shape) for tensor in tensors)
            raise ValueError(
                f"concatenate: shapes {listed} differ at an axis other than the joined one "
                f"(axis={axis}). All other sizes must be equal."
            )
    return join(tensors, place)


@op
def append(x1: Any, x2: Any, axis: int | None = None) -> Tensor:
    """Returns `x2` joined to the end of `x1` (both flattened when `axis` is None).

    Example:
        >>> append([1, 2], [[3, 4]]).tolist()
        [1, 2, 3, 4]
    """
    return concatenate([x1, x2], axis=axis)


@op
def stack(x: Any, axis: int = 0) -> Tensor:
    """Returns tensors of one shape joined along a new axis.

    Args:
        x: List of array-likes of equal shape.
        axis: Place of the new axis in the result.

    Returns:
        A tensor.

    Raises:
        ValueError: When the shapes differ.

    Example:
        >>> stack([[1, 2], [3, 4]], axis=1).tolist()
        [[1, 3], [2, 4]]
    """
    tensors = together(list(x))
    if not tensors:
        raise ValueError("stack: at least one tensor is needed; got an empty list.")
    shape = tensors[0].shape
    if builtins.any(tensor.shape != shape for tensor in tensors):
        listed = ", ".join(str(tensor.shape) for tensor in tensors)
        raise ValueError(f"stack: all shapes must be equal; got {listed}.")
    place = shapes.normalize_axis(axis, len(shape) + 1, "stack")
    wide = (*shape[:place], 1, *shape[place:])
    return join([layout.reshape(tensor, shape=wide) for tensor in tensors], place)


@op
def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[Tensor]:
    """Returns the slices of a tensor along an axis, without that axis.

    Args:
        x: Array-like.
        num: Size of the axis, if it should be checked.
        axis: Axis to take apart.

    Returns:
        A list of tensors.

    Example:
        >>> [part.tolist() for part in unstack([[1, 2], [3, 4]])]
        [[1, 2], [3, 4]]
    """
    x = as_tensor(x)
    place = shapes.normalize_axis(axis, x.ndim, "unstack")
    size = x.shape[place]
    if num is not None and num != size:
        raise ValueError(f"unstack: axis {axis} of shape {x.shape} has size {size}, not num={num}.")
    rest = shapes.reduced(x.shape, (place,))
    return [layout.reshape(cut(x, place, i, i + 1), shape=rest) for i in range(size)]


@op
def tile(x: Any, repeats: Any) -> Tensor:
    """Returns the tensor repeated as a whole along its axes.

    Args:
        x: Array-like.
        repeats: How often, for each axis (counted from the last).

    Returns:
        A tensor.

    Example:
        >>> tile([1, 2], 2).tolist()
        [1, 2, 1, 2]
    """
    x = as_tensor(x)
    counts = static_shape(repeats)
    rank = builtins.max(x.ndim, len(counts))
    counts = (1,) * (rank - len(counts)) + counts
    shape = (1,) * (rank - x.ndim) + x.shape
    wide = tuple(size for pair in zip(counts, shape, strict=True) for size in pair)
    dims = tuple(2 * place + 1 for place in range(rank - x.ndim, rank))
    spread = layout.broadcast(x, shape=wide, dims=dims)
    target = tuple(count * size for count, size in zip(counts, shape, strict=True))
    return layout.reshape(spread, shape=target)


@op
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Tensor:
    """Returns the tensor with each element repeated.

    Args:
        x: Array-like.
        repeats: How often: one number, or one for each place along `axis`.
        axis: Axis; the flattened array when None.

    Returns:
        A tensor.

    Example:
        >>> repeat([1, 2], 2).tolist()
        [1, 1, 2, 2]
    """
    x = as_tensor(x)
    if axis is None:
        x = layout.reshape(x, shape=(x.size,))
        axis = 0
    place = shapes.normalize_axis(axis, x.ndim, "repeat")
    counts = static_shape(repeats)
    before, size, after = x.shape[:place], x.shape[place], x.shape[place + 1 :]
    if len(counts) == 1:
        wide = (*before, size, counts[0], *after)
        dims = (*range(place + 1), *range(place + 2, x.ndim + 1))
        spread = layout.broadcast(x, shape=wide, dims=dims)
        return layout.reshape(spread, shape=(*before, size * counts[0], *after))
    if len(counts) != size:
        raise ValueError(f"repeat: {len(counts)} counts do not fit axis {axis} of shape {x.shape}.")
    source = [index for index, count in enumerate(counts) for _ in range(count)]
    return gather.take(x, as_tensor(source, "int32"), axis=place)


@op
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Tensor:
    """Returns the tensor with a border.

    Args:
        x: Array-like.
        pad_width: One number, one pair (before, after), or a pair for each axis.
        mode: "constant", "edge", "reflect" or "symmetric".
        constant_values: Value of the border with "constant"; 0 when None.

    Returns:
        A tensor.

    Raises:
        ValueError: For an unknown mode, or constant_values with another mode than "constant".

    Example:
        >>> pad([1, 2], 1).tolist()
        [0, 1, 2, 0]
    """
    x = as_tensor(x)
    widths = _pad_widths(pad_width, x.ndim)
    if mode != "constant" and constant_values is not None:
        raise ValueError(f"pad: constant_values has no meaning with mode={mode!r}.")
    if mode == "constant":
        value = 0 if constant_values is None else constant_values
        fill = (
            cast(as_tensor(value), x.dtype)
            if isinstance(value, Tensor)
            else constant(value, (), x.dtype)
        )
        low = tuple(before for before, _ in widths)
        high = tuple(after for _, after in widths)
        return layout.pad(x, fill, low=low, high=high, interior=(0,) * x.ndim)
    if mode not in ("edge", "reflect", "symmetric"):
        raise ValueError(
            f"pad: mode must be 'constant', 'edge', 'reflect' or 'symmetric'; got {mode!r}."
        )
    for axis, (before, after) in enumerate(widths):
        if before or after:
            source = _border(x.shape[axis], before, after, mode)
            x = gather.take(x, as_tensor(source, "int32"), axis=axis)
    return x


def _pad_widths(pad_width: Any, rank: int) -> list[tuple[int, int]]:
    if isinstance(pad_width, int):
        return [(pad_width, pad_width)] * rank
    widths = list(pad_width)
    if len(widths) == 2 and builtins.all(isinstance(width, int) for width in widths):
        return [(int(widths[0]), int(widths[1]))] * rank
    if len(widths) == 1:
        widths = widths * rank
    if len(widths) != rank:
        raise ValueError(f"pad: {len(widths)} pairs of widths do not fit a tensor of rank {rank}.")
    pairs = [(w, w) if isinstance(w, int) else (w[0], w[-1]) for w in widths]
    return [(int(before), int(after)) for before, after in pairs]


def _border(size: int, before: int, after: int, mode: str) -> list[int]:
    """Returns which elements an axis is made of after padding."""
    places = range(-before, size + after)
    if mode == "edge":
        return [builtins.min(builtins.max(place, 0), size - 1) for place in places]
    if mode == "symmetric":
        wrapped = [place % (2 * size) for place in places]
        return [place if place < size else 2 * size - 1 - place for place in wrapped]
    period = builtins.max(2 * size - 2, 1)
    wrapped = [place % period for place in places]
    return [place if place < size else period - place for place in wrapped]


def _sections(x: Tensor, indices_or_sections: Any, axis: int, who: str) -> list[Tensor]:
    """Cuts an axis into equal parts, or at given places."""
    place = shapes.normalize_axis(axis, x.ndim, who)
    size = x.shape[place]
    if isinstance(indices_or_sections, int):
        parts = indices_or_sections
        if parts <= 0 or size % parts:
            raise ValueError(
                f"{who}: axis {axis} of shape {x.shape} cannot be cut into {parts} equal parts."
            )
        limits = [size // parts * i for i in range(parts + 1)]
    else:
        limits = [0, *static_shape(indices_or_sections), size]
    limits = [builtins.min(builtins.max(n if n >= 0 else n + size, 0), size) for n in limits]
    return [cut(x, place, first, builtins.max(first, last)) for first, last in pairwise(limits)]


@op
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """Returns the parts of a tensor cut along an axis.

    Args:
        x: Array-like.
        indices_or_sections: Number of equal parts, or the places to cut at.
        axis: Axis.

    Returns:
        A list of tensors.

    Raises:
        ValueError: When the axis cannot be cut into equal parts.

    Example:
        >>> [part.tolist() for part in split([1, 2, 3, 4], 2)]
        [[1, 2], [3, 4]]
    """
    return _sections(as_tensor(x), indices_or_sections, axis, "split")


@op
def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """Returns the parts of a tensor cut along an axis; the first ones may be longer by one.

    Args:
        x: Array-like.
        indices_or_sections: Number of parts, or the places to cut at.
        axis: Axis.

    Returns:
        A list of tensors.

    Example:
        >>> [part.tolist() for part in array_split([1, 2, 3], 2)]
        [[1, 2], [3]]
    """
    x = as_tensor(x)
    if isinstance(indices_or_sections, int):
        size = x.shape[shapes.normalize_axis(axis, x.ndim, "array_split")]
        least, extra = divmod(size, indices_or_sections)
        indices_or_sections = [
            least * i + builtins.min(i, extra) for i in range(1, indices_or_sections)
        ]
    return _sections(x, indices_or_sections, axis, "array_split")


@op
def hsplit(x: Any, indices_or_sections: Any) -> list[Tensor]:
    """Returns the parts of a tensor cut along its second axis (the first of a vector).

    Args:
        x: Array-like.
        indices_or_sections: Number of equal parts, or the places to cut at.

    Example:
        >>> [part.tolist() for part in hsplit([[1, 2]], 2)]
        [[[1]], [[2]]]
    """
    x = as_tensor(x)
    return _sections(x, indices_or_sections, 1 if x.ndim > 1 else 0, "hsplit")


@op
def vsplit(x: Any, indices_or_sections: Any) -> list[Tensor]:
    """Returns the parts of a tensor cut along its first axis.

    Args:
        x: Array-like.
        indices_or_sections: Number of equal parts, or the places to cut at.

    Example:
        >>> [part.tolist() for part in vsplit([[1], [2]], 2)]
        [[[1]], [[2]]]
    """
    return _sections(as_tensor(x), indices_or_sections, 0, "vsplit")


@op
def dsplit(x: Any, indices_or_sections: Any) -> list[Tensor]:
    """Returns the parts of a tensor cut along its third axis.

    Args:
        x: Array-like.
        indices_or_sections: Number of equal parts, or the places to cut at.

    Example:
        >>> [part.tolist() for part in dsplit([[[1, 2]]], 2)]
        [[[[1]]], [[[2]]]]
    """
    return _sections(as_tensor(x), indices_or_sections, 2, "dsplit")


def _at_least(x: Tensor, rank: int) -> Tensor:
    if x.ndim >= rank:
        return x
    shape = {0: (1,) * rank, 1: (1, x.size, 1)[:rank] if rank == 3 else (1, x.size)[-rank:]}.get(
        x.ndim, (*x.shape, 1)
    )
    result: Tensor = layout.reshape(x, shape=shape)
    return result


@op
def hstack(xs: Any) -> Tensor:
    """Returns tensors joined along their second axis (vectors along their only one).

    Args:
        xs: List of array-likes.

    Example:
        >>> hstack([[1, 2], [3]]).tolist()
        [1, 2, 3]
    """
    tensors = [_at_least(x, 1) for x in together(list(xs))]
    return concatenate(tensors, axis=0 if tensors[0].ndim == 1 else 1)


@op
def vstack(xs: Any) -> Tensor:
    """Returns tensors joined along their first axis; vectors count as rows.

    Args:
        xs: List of array-likes.

    Example:
        >>> vstack([[1, 2], [3, 4]]).tolist()
        [[1, 2], [3, 4]]
    """
    return concatenate([_at_least(x, 2) for x in together(list(xs))], axis=0)


@op
def dstack(xs: Any) -> Tensor:
    """Returns tensors joined along their third axis.

    Args:
        xs: List of array-likes.

    Example:
        >>> dstack([[1, 2], [3, 4]]).tolist()
        [[[1, 3], [2, 4]]]
    """
    return concatenate([_at_least(x, 3) for x in together(list(xs))], axis=2)
