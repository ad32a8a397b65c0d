"""Matrix products with the clusters that work on their results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cornu import _native
from cornu.core import shapes
from cornu.core.graph import Node, Value
from cornu.core.passes.clusters import Cluster
from cornu.core.shapes import Shape
from cornu.engines.native.codes import DTYPE
from cornu.engines.native.elementwise import ClusterProgram
from cornu.engines.native.emitter import Emitter, Place

HALVES = frozenset(("float16", "bfloat16"))

_Axes = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]


class _Product(NamedTuple):
    dtype: int
    batch: int
    m: int
    n: int
    k: int
    a: tuple[int, int, list[int]]
    b: tuple[int, int, list[int]]


def emit_dot(emitter: Emitter, cluster: Cluster) -> None:
    """Emits a product with its epilogue."""
    node = cluster.root
    assert node is not None
    value = node.outputs[0]
    if value.dtype in HALVES:
        _emit_half(emitter, cluster, node)
        return
    product = _prepare(emitter, node)
    if not cluster.members:
        place = emitter.allocate(value, cluster)
        emitter.plan.matmul(*product, place)
        return
    builder = ClusterProgram(emitter)
    builder.load_product(value)
    for member in cluster.members:
        builder.add(member)
    builder.finish(cluster)
    groups = _groups(node)
    operands = [matrix_view(emitter, groups, v, place) for v, place in builder.operands]
    read = {product.a[0], product.b[0]}
    reusable = [v for v in builder.reusable() if emitter.locate(v).buffer not in read]
    dense = [product.m * product.n, product.n, 1]
    outputs = []
    for stored in cluster.stores:
        place = emitter.allocate(stored, cluster, reusable)
        outputs.append((place.buffer, place.offset, dense))
    emitter.plan.matmul_epilogue(*product, builder.program, operands, outputs)


def _emit_half(emitter: Emitter, cluster: Cluster, node: Node) -> None:
    """Emits a product of 16-bit floats: computed in float32 and rounded once."""
    value = node.outputs[0]
    wide = [widened(emitter, operand) for operand in node.inputs]
    product = _prepare(emitter, node, wide)._replace(dtype=DTYPE["float32"])
    program = _native.Program()
    program.output(program.load(DTYPE["float32"]), DTYPE[value.dtype])
    place = emitter.allocate(value, cluster)
    target = (place.buffer, place.offset, [product.m * product.n, product.n, 1])
    emitter.plan.matmul_epilogue(*product, program, [], [target])


def widened(emitter: Emitter, value: Value) -> Place:
    """Copies 16-bit floats into a dense float32 temporary of the current cluster."""
    source = emitter.locate(value)
    target = emitter.temporary(value.shape, "float32")
    program = _native.Program()
    program.output(program.load(DTYPE[value.dtype]), DTYPE["float32"])
    kept = [i for i, dim in enumerate(value.shape) if dim != 1]
    emitter.plan.elementwise(
        program,
        [value.shape[i] for i in kept],
        [(source.buffer, source.offset, [source.strides[i] for i in kept])],
        [(target.buffer, target.offset, [target.strides[i] for i in kept])],
        [],
        reduce_leading=False,
        reduce_begin=len(kept),
    )  # fmt: skip
    return target


def _axes(node: Node) -> tuple[_Axes, _Axes]:
    """The batch, free and contracted axes of both operands, in the order of the result."""
    contract, batch = node.params["contract"], node.params["batch"]
    result = []
    for side, x in enumerate(node.inputs):
        bound = {*contract[side], *batch[side]}
        free = tuple(axis for axis in range(len(x.shape)) if axis not in bound)
        result.append((tuple(batch[side]), free, tuple(contract[side])))
    return result[0], result[1]


def _prepare(emitter: Emitter, node: Node, places: Sequence[Place] | None = None) -> _Product:
    a, b = node.inputs
    axes_a, axes_b = _axes(node)
    place_a, place_b = places or (emitter.locate(a), emitter.locate(b))
    strides_a = _merged(a.shape, place_a.strides, axes_a)
    strides_b = _merged(b.shape, place_b.strides, axes_b)
    dtype = "float32" if places else a.dtype
    if strides_a is None:
        place_a, strides_a = _gathered(emitter, a.shape, dtype, place_a, axes_a)
    if strides_b is None:
        place_b, strides_b = _gathered(emitter, b.shape, dtype, place_b, axes_b)
    batch, m, k = (_size(a.shape, axes) for axes in axes_a)
    n = _size(b.shape, axes_b[1])
    return _Product(
        DTYPE[a.dtype], batch, m, n, k,
        (place_a.buffer, place_a.offset, [strides_a[0], strides_a[1], strides_a[2]]),
        (place_b.buffer, place_b.offset, [strides_b[0], strides_b[2], strides_b[1]]),
    )  # fmt: skip


def _size(shape: Shape, axes: Sequence[int]) -> int:
    return shapes.size([shape[axis] for axis in axes])


def _merged(shape: Shape, strides: Shape, groups: Sequence[Sequence[int]]) -> list[int] | None:
    """One stride for each group of axes, if every group can be walked as one axis."""
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


def _gathered(
    emitter: Emitter, shape: Shape, dtype: str, place: Place, groups: Sequence[Sequence[int]]
) -> tuple[Place, list[int]]:
    """Copies an operand into the order batch, free, contracted."""
    order = [axis for group in groups for axis in group]
    moved_shape = tuple(shape[axis] for axis in order)
    moved = Place(place.buffer, place.offset, tuple(place.strides[axis] for axis in order))
    copy = emitter.copy_of(moved_shape, dtype, moved)
    _, free, contracted = (_size(shape, group) for group in groups)
    return copy, [free * contracted, contracted, 1]


def _groups(node: Node) -> list[list[int]]:
    """Which axes of the result without axes of size 1 are batch, rows and columns."""
    axes_a, axes_b = _axes(node)
    counts = (len(axes_a[0]), len(axes_a[1]), len(axes_b[1]))
    groups: list[list[int]] = []
    axis = kept = 0
    shape = node.outputs[0].shape
    for count in counts:
        group = []
        for _ in range(count):
            if shape[axis] != 1:
                group.append(kept)
                kept += 1
            axis += 1
        groups.append(group)
    return groups


def matrix_view(
    emitter: Emitter, groups: list[list[int]], value: Value, place: Place
) -> tuple[int, int, list[int]]:
    """Returns the view of an epilogue operand as batch, rows and columns.

    Args:
        emitter: Of the plan; copies operands that do not lie so.
        groups: Which axes of the result, without those of size 1, are batch, rows and columns.
        value: The operand.
        place: Where it is, with strides over the cluster's space.
    """
    if not place.strides:  # a key, or a single element
        return place.buffer, place.offset, [0, 0, 0]
    shape = tuple(dim for dim in value.shape if dim != 1)
    strides = _merged(shape, place.strides, groups)
    if strides is None:
        place = emitter.copy_of(shape, value.dtype, place)
        strides = _merged(shape, place.strides, groups)
        assert strides is not None
    return place.buffer, place.offset, strides
