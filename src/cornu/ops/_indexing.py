"""NumPy-style indexing of tensors: `x[1, ..., ::-2, None, [0, 2], mask]`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from cornu.core import dtypes, engine, shapes
from cornu.core.keras_tensor import KerasTensor
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import gather, layout
from cornu.core.shapes import Shape
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable
from cornu.ops._operands import as_tensor, cast, expand, like, op


class _Plan(NamedTuple):
    """What an index asks for, axis by axis.

    Attributes:
        slices: For each axis of the tensor the slice to take; whole for indexed axes.
        arrays: Index tensors by axis of the tensor.
        shape: For each axis of the sliced result: the axis of the tensor, or None for a new axis;
            axes with a plain int are left out.
        dropped: Axes with a plain int.
        together: Whether the index tensors stand next to each other in the index.
    """

    slices: list[slice]
    arrays: dict[int, Tensor]
    shape: list[int | None]
    dropped: set[int]
    together: bool


@op
def get_item(x: Any, key: Any) -> Tensor:
    """Returns part of a tensor; what `x[key]` does.

    Args:
        x: Array-like.
        key: Ints, slices, `...`, None, bool masks (of tensors that have a value), integer arrays,
            and tuples of these, with NumPy's meaning.

    Returns:
        A tensor.

    Raises:
        IndexError: For too many indices, or one outside its axis.

    Example:
        >>> get_item([[1, 2, 3], [4, 5, 6]], (slice(None), -1)).tolist()
        [3, 6]
    """
    x = as_tensor(x)
    items = key if isinstance(key, tuple) else (key,)
    plan = _read(x, _without_masks(x, items), key)
    sliced = _slice(x, plan.slices)
    if plan.arrays:
        return _gather(sliced, plan)
    shape = tuple(1 if axis is None else sliced.shape[axis] for axis in plan.shape)
    return sliced if shape == sliced.shape else layout.reshape(sliced, shape=shape)


def _is_array(item: Any) -> bool:
    return isinstance(item, (list, np.ndarray, Tensor, Variable))


def _fail(x: Tensor, key: Any, reason: str) -> IndexError:
    shown = ", ".join(_show(item) for item in (key if isinstance(key, tuple) else (key,)))
    return IndexError(f"index [{shown}] does not fit a tensor of shape {x.shape}: {reason}")


def _show(item: Any) -> str:
    if isinstance(item, slice):
        parts = ["" if part is None else str(part) for part in (item.start, item.stop)]
        return ":".join(parts) + ("" if item.step is None else f":{item.step}")
    if item is Ellipsis:
        return "..."
    if isinstance(item, (Tensor, Variable, np.ndarray)):
        return f"{item.dtype} array of shape {tuple(item.shape)}"
    return repr(item)


def _without_masks(x: Tensor, items: tuple[Any, ...]) -> list[Any]:
    """Replaces bool arrays by the integer places where they hold."""
    result: list[Any] = []
    for item in items:
        if isinstance(item, (bool, np.bool_)):
            item = np.asarray(item)
        if _is_array(item):
            # An empty list is an index without places, not an array of floats.
            array = as_tensor(
                np.zeros((0,), np.int32) if isinstance(item, list) and not item else item
            )
            if array.dtype == "bool":
                if array.ndim == 0:
                    raise IndexError("A single True or False is no index; use ops.where instead.")
                where = np.nonzero(array.numpy())
                result.extend(
                    _Places(engine.tensor_from_numpy(p.astype(np.int32)), array.shape[axis])
                    for axis, p in enumerate(where)
                )
                continue
            if not dtypes.is_integer(array.dtype):
                raise IndexError(
                    f"An index must be whole numbers or booleans; got dtype {array.dtype}. "
                    f"Cast it to int32."
                )
            result.append(array)
        else:
            result.append(item)
    return result


class _Places(NamedTuple):
    """Places of True in one axis of a mask, and the size that the mask has there."""

    indices: Tensor
    size: int


def _read(x: Tensor, items: Sequence[Any], key: Any) -> _Plan:
    consumed = sum(item is not None and item is not Ellipsis for item in items)
    if consumed > x.ndim:
        raise _fail(x, key, f"{consumed} indices for {x.ndim} axes.")
    if sum(item is Ellipsis for item in items) > 1:
        raise _fail(x, key, "'...' may appear once.")
    filled: list[Any] = []
    for item in items:
        if item is Ellipsis:
            filled.extend([slice(None)] * (x.ndim - consumed))
        else:
            filled.append(item)
    missing = x.ndim - sum(item is not None for item in filled)
    filled.extend([slice(None)] * missing)
    has_arrays = any(isinstance(item, (Tensor, _Places)) for item in filled)
    slices: list[slice] = []
    arrays: dict[int, Tensor] = {}
    shape: list[int | None] = []
    dropped: set[int] = set()
    positions: list[int] = []
    for position, item in enumerate(filled):
        axis = len(slices)
        if item is None:
            shape.append(None)
            continue
        size = x.shape[axis]
        if isinstance(item, slice):
            slices.append(_bounds(item))
            shape.append(axis)
        elif isinstance(item, (Tensor, _Places)):
            if isinstance(item, _Places):
                if item.size != size:
                    raise _fail(x, key, f"a mask of size {item.size} meets axis {axis}.")
                item = item.indices
            arrays[axis] = _checked(x, key, item, axis)
            positions.append(position)
            slices.append(slice(None))
            shape.append(axis)
        elif isinstance(item, (int, np.integer)) or hasattr(item, "__index__"):
            place = item.__index__()
            if not -size <= place < size:
                raise _fail(x, key, f"{place} is outside axis {axis} of size {size}.")
            place %= size
            slices.append(slice(place, place + 1, 1))
            if has_arrays:
                # Beside index arrays an int is one of them, as in NumPy.
                arrays[axis] = engine.tensor_from_numpy(np.asarray(0, np.int32))
                positions.append(position)
                shape.append(axis)
            else:
                dropped.add(axis)
        elif isinstance(item, KerasTensor):
            raise _fail(x, key, "a KerasTensor has no value; use ops.take.")
        else:
            raise _fail(x, key, f"{type(item).__name__} is no index; use ints, slices or arrays.")
    together = not positions or positions[-1] - positions[0] == len(positions) - 1
    return _Plan(slices, arrays, shape, dropped, together)


def _bounds(item: slice) -> slice:
    def number(value: Any) -> Any:
        return None if value is None else value.__index__()

    step = number(item.step)
    if step == 0:
        raise ValueError("A slice cannot have step 0.")
    return slice(number(item.start), number(item.stop), step)


def _checked(x: Tensor, key: Any, indices: Tensor, axis: int) -> Tensor:
    """Returns indices counted from the front; those that have a value are checked."""
    size = x.shape[axis]
    if not indices.is_symbolic and indices.size:
        values = indices.numpy()
        low, high = int(values.min()), int(values.max())
        if low < -size or high >= size:
            wrong = low if low < -size else high
            raise _fail(x, key, f"{wrong} is outside axis {axis} of size {size}.")
        if low >= 0:
            return cast(indices, "int32") if indices.dtype in dtypes.UNSIGNED else indices
    indices = cast(indices, "int32") if indices.dtype != "int64" else indices
    negative = e.lt(indices, like(indices, 0))
    result: Tensor = e.select(negative, e.add(indices, like(indices, size)), indices)
    return result


def _slice(x: Tensor, wanted: list[slice]) -> Tensor:
    start, limit, strides, reversed_axes = [], [], [], []
    for axis, (item, size) in enumerate(zip(wanted, x.shape, strict=True)):
        first, last, step = item.indices(size)
        count = len(range(first, last, step))
        if count == 0:
            first, last, step = 0, 0, 1
        elif step < 0:
            reversed_axes.append(axis)
            first, last, step = first + (count - 1) * step, first + 1, -step
        else:
            last = first + (count - 1) * step + 1
        start.append(first)
        limit.append(last)
        strides.append(step)
    whole = all(b == 0 and s == 1 for b, s in zip(start, strides, strict=True))
    if not whole or tuple(limit) != x.shape:
        x = layout.slice(x, start=tuple(start), limit=tuple(limit), strides=tuple(strides))
    if reversed_axes:
        x = layout.reverse(x, axes=tuple(reversed_axes))
    return x


def _gather(x: Tensor, plan: _Plan) -> Tensor:
    axes = sorted(plan.arrays)
    indexed = shapes.broadcast(*(plan.arrays[axis].shape for axis in axes), who="index arrays")
    # Order of the gathered result's axes: those of the index arrays first, then the others.
    others = [axis for axis in range(x.ndim) if axis not in plan.arrays]
    if len(axes) == 1:
        result = gather.take(x, plan.arrays[axes[0]], axis=axes[0])
        if axes[0]:
            front = tuple(range(axes[0], axes[0] + len(indexed)))
            rest = tuple(a for a in range(result.ndim) if a not in front)
            result = layout.transpose(result, permutation=(*front, *rest))
    else:
        columns = []
        for axis in axes:
            column = expand(cast(plan.arrays[axis], "int32"), indexed)
            columns.append(layout.reshape(column, shape=(*indexed, 1)))
        places = layout.concatenate(*columns, axis=len(indexed))
        if axes != list(range(len(axes))):
            x = layout.transpose(x, permutation=(*axes, *others))
        result = gather.gather_nd(x, places)
    return _arrange(result, plan, indexed, others)


def _arrange(result: Tensor, plan: _Plan, indexed: Shape, others: list[int]) -> Tensor:
    """Moves the indexed axes to where NumPy has them and puts in the new axes."""
    rank = len(indexed)
    place = {axis: rank + i for i, axis in enumerate(others)}
    order: list[int] = []
    sizes: list[int] = []
    placed = not plan.together
    if not plan.together:
        order.extend(range(rank))
        sizes.extend(indexed)
    for axis in plan.shape:
        if axis is None:
            sizes.append(1)
        elif axis in plan.arrays:
            if not placed:
                order.extend(range(rank))
                sizes.extend(indexed)
                placed = True
        else:
            order.append(place[axis])
            sizes.append(result.shape[place[axis]])
    if order != list(range(len(order))):
        result = layout.transpose(result, permutation=tuple(order))
    shape = tuple(sizes)
    return result if shape == result.shape else layout.reshape(result, shape=shape)
