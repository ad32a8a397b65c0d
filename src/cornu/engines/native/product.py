"""How the operands and the result of a matrix product lie: as runs, entries, rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cornu.core import shapes
from cornu.core.graph import Node, Value
from cornu.core.shapes import Shape
from cornu.engines.native.codes import DTYPE
from cornu.engines.native.emitter import Emitter, Place, dense_strides

# Axes of the batch, free ones, contracted ones.
Axes = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]


class Product(NamedTuple):
    """The sizes and operands of a product, as the plan takes them.

    Attributes:
        dtype: Code of the element type.
        runs: The batch has this many runs,
        batch: each of this many entries.
        m: Rows of the result.
        n: Columns of the result.
        k: Length of the sums.
        a: Left operand: buffer, offset, strides of run, entry, row and column.
        b: Right operand.
    """

    dtype: int
    runs: int
    batch: int
    m: int
    n: int
    k: int
    a: tuple[int, int, list[int]]
    b: tuple[int, int, list[int]]


class _Matrices(NamedTuple):
    """Matrices in memory: the axes of batch, rows and columns, and the ways to cut the batch."""

    shape: Shape
    place: Place
    axes: tuple[Sequence[int], Sequence[int], Sequence[int]]

    def strides(self, cut: int) -> list[int] | None:
        """Strides of run, entry, row and column when the first `cut` batch axes count the runs."""
        batch, rows, columns = self.axes
        return merged(self.shape, self.place.strides, (batch[:cut], batch[cut:], rows, columns))


def axes_of(node: Node) -> tuple[Axes, Axes]:
    """Returns the batch, free and contracted axes of both operands, in the order of the result."""
    contract, batch = node.params["contract"], node.params["batch"]
    result = []
    for side, x in enumerate(node.inputs):
        bound = {*contract[side], *batch[side]}
        free = tuple(axis for axis in range(len(x.shape)) if axis not in bound)
        result.append((tuple(batch[side]), free, tuple(contract[side])))
    return result[0], result[1]


def merged(shape: Shape, strides: Shape, groups: Sequence[Sequence[int]]) -> list[int] | None:
    """Returns one stride for each group of axes, if every group can be walked as one axis."""
    result = []
    for group in groups:
        inner = 0
        length = 1
        for axis in reversed(group):
            if shape[axis] == 1:
                continue
            if length == 1:
                inner, length = strides[axis], shape[axis]
            elif strides[axis] == inner * length:
                length *= shape[axis]
            else:
                return None
        result.append(inner)
    return result


def prepare_product(
    emitter: Emitter,
    node: Node,
    places: Sequence[Place] | None = None,
    result: Shape | None = None,
) -> tuple[Product, list[int]]:
    """Returns a product for the plan; copies an operand that cannot be read where it is.

    Args:
        emitter: Of the plan.
        node: The dot_general.
        places: Where the operands are, in float32; where the emitter has them when None.
        result: Strides of the result, as `result_strides` gave them; dense when None.

    Returns:
        The product, and the strides of run, entry, row and column of its result.
    """
    (batch_a, free_a, sums_a), (batch_b, free_b, sums_b) = axes_of(node)
    a, b = node.inputs
    place_a, place_b = places or (emitter.locate(a), emitter.locate(b))
    value = node.outputs[0]
    target = _target(node, dense_strides(value.shape) if result is None else result)
    assert target is not None
    matrices, cuts, turned = target
    if turned:  # the transposed product
        left = _Matrices(b.shape, place_b, (batch_b, free_b, sums_b))
        right = _Matrices(a.shape, place_a, (batch_a, sums_a, free_a))
    else:
        left = _Matrices(a.shape, place_a, (batch_a, free_a, sums_a))
        right = _Matrices(b.shape, place_b, (batch_b, sums_b, free_b))
    cut = max(cuts, key=lambda cut: sum(x.strides(cut) is not None for x in (left, right)))
    dtype = "float32" if places else a.dtype
    views = [_view(emitter, operand, cut, dtype) for operand in (left, right)]
    runs, batch = (_size(a.shape, axes) for axes in (batch_a[:cut], batch_a[cut:]))
    m, k = (_size(left.shape, axes) for axes in left.axes[1:])
    n = _size(right.shape, right.axes[2])
    strides = matrices.strides(cut)
    assert strides is not None
    return Product(DTYPE[dtype], runs, batch, m, n, k, *views), [*strides[:3], 1]


def result_strides(emitter: Emitter, node: Node) -> Shape | None:
    """Returns the strides of a product's result that spare its readers the most copies.

    Args:
        emitter: Of the plan.
        node: A dot_general whose result nothing is computed from before it is stored.

    Returns:
        Strides for the axes of the result; None when the dense layout is as good as any.
    """
    (value,) = node.outputs
    readers = emitter.readers(value)
    orders = [order for reader in readers for order in _orders(reader, value)]
    dense = tuple(range(len(value.shape)))
    best, most = None, _served(readers, value, dense_strides(value.shape))
    for order in dict.fromkeys(orders):
        strides = _ordered(value.shape, order)
        served = _served(readers, value, strides)
        if order != dense and served > most and _target(node, strides) is not None:
            best, most = strides, served
    return best


def _orders(reader: Node, value: Value) -> list[tuple[int, ...]]:
    """Orders of a value's axes in which a reader may like to have it in memory."""
    if reader.primitive.name == "transpose":
        return [tuple(reader.params["permutation"])]
    if reader.primitive.name != "dot_general":
        return []
    found = []
    for x, (batch, free, sums) in zip(reader.inputs, axes_of(reader), strict=True):
        if x is value:
            found += [(*batch, *free, *sums), (*batch, *sums, *free)]
    return found


def _served(readers: Sequence[Node], value: Value, strides: Shape) -> int:
    """How many readers take a value as it lies; those that may have to copy it count double."""
    place = Place(0, 0, strides)
    count = 0
    for reader in readers:
        if reader.primitive.name == "dot_general":
            for x, axes in zip(reader.inputs, axes_of(reader), strict=True):
                if x is value:  # the other operand lies somewhere else, and may have other axes
                    cuts = range(max(len(axes[0]), 1))
                    fits = any(_Matrices(x.shape, place, axes).strides(cut) for cut in cuts)
                    count += 2 * fits
        elif reader.primitive.name == "transpose":
            count += strides == _ordered(value.shape, reader.params["permutation"])
        else:
            count += strides == dense_strides(value.shape)
    return count


def _ordered(shape: Shape, order: Sequence[int]) -> Shape:
    """The strides of axes that lie in memory in a given order."""
    strides = [0] * len(shape)
    packed = dense_strides(tuple(shape[axis] for axis in order))
    for axis, stride in zip(order, packed, strict=True):
        strides[axis] = stride
    return tuple(strides)


def _target(node: Node, strides: Shape) -> tuple[_Matrices, list[int], bool] | None:
    """The result as matrices, how its batch may be cut, and whether it lies turned; None if not.

    Rows of the result, or else its columns, must be contiguous.
    """
    (value,) = node.outputs
    batch_axes, free, _ = axes_of(node)[0]
    first, second = len(batch_axes), len(batch_axes) + len(free)
    batch, rows = range(first), range(first, second)
    columns = range(second, len(value.shape))
    for turned, axes in enumerate(((batch, rows, columns), (batch, columns, rows))):
        matrices = _Matrices(value.shape, Place(0, 0, strides), axes)
        cuts = []
        for cut in range(max(first, 1)):
            found = matrices.strides(cut)
            if found is not None and found[3] in (0, 1):  # 0: a single column
                cuts.append(cut)
        if cuts:
            return matrices, cuts, bool(turned)
    return None


def _view(emitter: Emitter, operand: _Matrices, cut: int, dtype: str) -> tuple[int, int, list[int]]:
    """An operand as the plan takes it; copied when its axes cannot be walked like that."""
    strides = operand.strides(cut)
    if strides is not None:
        return operand.place.buffer, operand.place.offset, strides
    order = [axis for group in operand.axes for axis in group]
    shape = tuple(operand.shape[axis] for axis in order)
    place = operand.place
    moved = Place(place.buffer, place.offset, tuple(place.strides[axis] for axis in order))
    copy = emitter.copy_of(shape, dtype, moved)
    batch, rows, columns = operand.axes
    entry = _size(operand.shape, (*rows, *columns))
    run = entry * _size(operand.shape, batch[cut:])
    return copy.buffer, copy.offset, [run, entry, _size(operand.shape, columns), 1]


def _size(shape: Shape, axes: Sequence[int]) -> int:
    return shapes.size([shape[axis] for axis in axes])
