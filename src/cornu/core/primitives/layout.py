"""Primitives that only move elements: reshape, transpose, broadcast, concatenate, slice, pad, reverse."""

from __future__ import annotations

from typing import Any

from cornu.core import shapes
from cornu.core.primitive import Primitive, Spec
from cornu.core.primitives.elementwise import constant, full, sub
from cornu.core.primitives.reduce import reduce_sum
from cornu.core.primitives.rules import check_axis


def _reshape_rule(x: Any, *, shape: Any) -> Spec:
    if shapes.size(shape) != shapes.size(x.shape):
        raise ValueError(f"reshape: {x.shape} and {tuple(shape)} have different element counts.")
    return Spec(tuple(shape), x.dtype)


reshape: Primitive = Primitive(
    "reshape", _reshape_rule, (lambda g, out, x, shape: reshape(g, shape=x.shape),)
)


def _transpose_rule(x: Any, *, permutation: Any) -> Spec:
    if sorted(permutation) != list(range(len(x.shape))):
        raise ValueError(
            f"transpose: {tuple(permutation)} does not order the axes of shape {x.shape}."
        )
    return Spec(tuple(x.shape[axis] for axis in permutation), x.dtype)


def inverse_permutation(permutation: Any) -> tuple[int, ...]:
    """Returns the permutation that undoes another."""
    result = [0] * len(permutation)
    for place, axis in enumerate(permutation):
        result[axis] = place
    return tuple(result)


transpose: Primitive = Primitive(
    "transpose",
    _transpose_rule,
    (lambda g, out, x, permutation: transpose(g, permutation=inverse_permutation(permutation)),),
)


def _broadcast_rule(x: Any, *, shape: Any, dims: Any) -> Spec:
    fits = len(dims) == len(x.shape) and list(dims) == sorted(set(dims))
    fits = fits and all(
        axis < len(shape) and size in (1, shape[axis])
        for size, axis in zip(x.shape, dims, strict=True)
    )
    if not fits:
        raise ValueError(
            f"broadcast: shape {x.shape} does not fit into {tuple(shape)} at axes {tuple(dims)}."
        )
    return Spec(tuple(shape), x.dtype)


def _broadcast_vjp(g: Any, out: Any, x: Any, shape: Any, dims: Any) -> Any:
    kept = {axis for size, axis in zip(x.shape, dims, strict=True) if size == shape[axis]}
    axes = tuple(axis for axis in range(len(shape)) if axis not in kept)
    summed = reduce_sum(g, axes=axes) if axes else g
    return summed if summed.shape == x.shape else reshape(summed, shape=x.shape)


broadcast: Primitive = Primitive("broadcast", _broadcast_rule, (_broadcast_vjp,))


def _concatenate_rule(*operands: Any, axis: int) -> Spec:
    first = operands[0]
    check_axis("concatenate", axis, first.shape)
    total = 0
    for x in operands:
        same = (
            x.shape[:axis] == first.shape[:axis] and x.shape[axis + 1 :] == first.shape[axis + 1 :]
        )
        if not same or x.dtype != first.dtype or len(x.shape) != len(first.shape):
            listed = ", ".join(f"{x.dtype}{tuple(x.shape)}" for x in operands)
            raise ValueError(f"concatenate along axis {axis}: {listed} do not fit together.")
        total += x.shape[axis]
    return Spec((*first.shape[:axis], total, *first.shape[axis + 1 :]), first.dtype)


def _concatenate_vjp(g: Any, out: Any, *operands: Any, axis: int, position: int) -> Any:
    begin = sum(x.shape[axis] for x in operands[:position])
    start = [0] * len(g.shape)
    limit = list(g.shape)
    start[axis] = begin
    limit[axis] = begin + operands[position].shape[axis]
    return slice(g, start=tuple(start), limit=tuple(limit), strides=(1,) * len(limit))


concatenate: Primitive = Primitive(
    "concatenate", _concatenate_rule, (_concatenate_vjp,), indexed=True
)


def _slice_rule(x: Any, *, start: Any, limit: Any, strides: Any) -> Spec:
    sizes = []
    for size, first, last, stride in zip(x.shape, start, limit, strides, strict=True):
        if not (0 <= first <= last <= size and stride > 0):
            raise ValueError(
                f"slice {tuple(start)}:{tuple(limit)}:{tuple(strides)} is outside shape {x.shape}."
            )
        sizes.append(-(-(last - first) // stride))
    return Spec(tuple(sizes), x.dtype)


def _zero(dtype: str) -> Any:
    return full(shape=(), dtype=dtype, value=0)


def _slice_vjp(g: Any, out: Any, x: Any, start: Any, limit: Any, strides: Any) -> Any:
    interior = tuple(stride - 1 for stride in strides)
    high = tuple(
        size - first - ((count - 1) * stride + 1 if count else 0)
        for size, first, count, stride in zip(x.shape, start, g.shape, strides, strict=True)
    )
    return pad(g, _zero(g.dtype), low=tuple(start), high=high, interior=interior)


slice: Primitive = Primitive("slice", _slice_rule, (_slice_vjp,))


def _pad_rule(x: Any, value: Any, *, low: Any, high: Any, interior: Any) -> Spec:
    if value.shape != () or value.dtype != x.dtype:
        raise ValueError(
            f"pad: the value must be a {x.dtype} scalar; got {value.dtype} of shape {value.shape}."
        )
    sizes = tuple(
        size + before + after + between * (size - 1 if size > 1 else 0)
        for size, before, after, between in zip(x.shape, low, high, interior, strict=True)
    )
    if min(sizes, default=0) < 0:
        raise ValueError(
            f"pad: cropping by {tuple(low)} and {tuple(high)} exceeds shape {x.shape}."
        )
    return Spec(sizes, x.dtype)


def _unpad(g: Any, x: Any, low: Any, high: Any, interior: Any) -> Any:
    still = (0,) * len(x.shape)
    back = pad(
        g,
        _zero(g.dtype),
        low=tuple(-n for n in low),
        high=tuple(-n for n in high),
        interior=still,
    )
    return slice(
        back, start=still, limit=back.shape, strides=tuple(between + 1 for between in interior)
    )


def _pad_value_vjp(g: Any, out: Any, x: Any, value: Any, low: Any, high: Any, interior: Any) -> Any:
    inside = _unpad(g, x, low, high, interior)
    everything = reduce_sum(g, axes=tuple(range(len(g.shape))))
    return sub(everything, reduce_sum(inside, axes=tuple(range(len(inside.shape)))))


pad: Primitive = Primitive(
    "pad",
    _pad_rule,
    (
        lambda g, out, x, value, low, high, interior: _unpad(g, x, low, high, interior),
        _pad_value_vjp,
    ),
)


def _reverse_rule(x: Any, *, axes: Any) -> Spec:
    for axis in axes:
        check_axis("reverse", axis, x.shape)
    return Spec(x.shape, x.dtype)


reverse: Primitive = Primitive(
    "reverse", _reverse_rule, (lambda g, out, x, axes: reverse(g, axes=axes),)
)


def _check_starts(name: str, starts: Any) -> None:
    if starts.dtype != "int32":
        raise TypeError(f"{name}: starts must be int32; got {starts.dtype}. Cast them first.")


def _dynamic_slice_rule(x: Any, starts: Any, *, sizes: Any) -> Spec:
    _check_starts("dynamic_slice", starts)
    if starts.shape != (len(x.shape),) or any(
        size > full_size for size, full_size in zip(sizes, x.shape, strict=True)
    ):
        raise ValueError(
            f"dynamic_slice: sizes {tuple(sizes)} do not fit in shape {x.shape} with starts of "
            f"shape {starts.shape}."
        )
    return Spec(tuple(sizes), x.dtype)


dynamic_slice: Primitive = Primitive(
    "dynamic_slice",
    _dynamic_slice_rule,
    (
        lambda g, out, x, starts, sizes: dynamic_update_slice(constant(x, 0), g, starts),
        None,
    ),
)


def _dynamic_update_slice_rule(x: Any, update: Any, starts: Any) -> Spec:
    _check_starts("dynamic_update_slice", starts)
    fits = len(update.shape) == len(x.shape) and all(
        size <= full_size for size, full_size in zip(update.shape, x.shape, strict=True)
    )
    if not fits or update.dtype != x.dtype or starts.shape != (len(x.shape),):
        raise ValueError(
            f"dynamic_update_slice: an update {update.dtype}{update.shape} does not fit into "
            f"{x.dtype}{x.shape} with starts of shape {starts.shape}."
        )
    return Spec(x.shape, x.dtype)


dynamic_update_slice: Primitive = Primitive(
    "dynamic_update_slice",
    _dynamic_update_slice_rule,
    (
        lambda g, out, x, update, starts: dynamic_update_slice(g, constant(update, 0), starts),
        lambda g, out, x, update, starts: dynamic_slice(g, starts, sizes=update.shape),
        None,
    ),
)
