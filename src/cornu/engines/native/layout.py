"""Layout nodes that move memory, and reductions that are no cluster's tail."""

from __future__ import annotations

from cornu.core import dtypes, shapes
from cornu.core.graph import Node, Value
from cornu.core.passes.clusters import Cluster
from cornu.core.shapes import Shape
from cornu.engines.native.codes import DTYPE, REDUCTION
from cornu.engines.native.emitter import Emitter, Place


def _root(cluster: Cluster) -> tuple[Node, Value]:
    assert cluster.root is not None
    return cluster.root, cluster.root.outputs[0]


def emit_concatenate(emitter: Emitter, cluster: Cluster) -> None:
    """Copies each operand to its part of the result, unless it was made there."""
    node, value = _root(cluster)
    parts = emitter.parts_of(value)
    target = emitter.locate(value) if parts else emitter.allocate(value, cluster)
    axis = node.params["axis"]
    size = dtypes.item_size(value.dtype)
    offset = target.offset
    for x in node.inputs:
        part = Place(target.buffer, offset, target.strides)
        if 0 not in x.shape and x not in parts:
            emitter.copy(x.shape, x.dtype, emitter.locate(x), part)
        offset += x.shape[axis] * target.strides[axis] * size


def emit_pad(emitter: Emitter, cluster: Cluster) -> None:
    """Fills the result with the value, then copies what is left of the operand."""
    node, value = _root(cluster)
    x, filler = node.inputs
    low, high = node.params["low"], node.params["high"]
    interior = node.params["interior"]
    source = emitter.locate(x)
    filling = emitter.locate(filler)
    target = emitter.allocate(value, cluster)
    everywhere = Place(filling.buffer, filling.offset, (0,) * len(value.shape))
    emitter.copy(value.shape, value.dtype, everywhere, target)
    begin_source, begin_target = 0, 0
    shape, source_strides, target_strides = [], [], []
    for axis, dim in enumerate(x.shape):
        step = interior[axis] + 1
        # Element i lands at low + i * step; those outside of the result are cropped.
        first = max(0, -(low[axis] // step))
        last = min(dim, (value.shape[axis] - 1 - low[axis]) // step + 1)
        shape.append(max(0, last - first))
        begin_source += first * source.strides[axis]
        begin_target += (low[axis] + first * step) * target.strides[axis]
        source_strides.append(source.strides[axis])
        target_strides.append(target.strides[axis] * step)
    del high
    if 0 in shape:
        return
    size = dtypes.item_size(value.dtype)
    emitter.copy(
        tuple(shape),
        value.dtype,
        Place(source.buffer, source.offset + begin_source * size, tuple(source_strides)),
        Place(target.buffer, target.offset + begin_target * size, tuple(target_strides)),
    )


def emit_dynamic_slice(emitter: Emitter, cluster: Cluster) -> None:
    """Copies a part whose position is data."""
    node, value = _root(cluster)
    x, starts = node.inputs
    operands = emitter.dense(x), emitter.dense(starts)
    target = emitter.allocate(value, cluster)
    size = dtypes.item_size(value.dtype)
    emitter.plan.dynamic_slice(size, x.shape, value.shape, *operands, target)


def emit_dynamic_update_slice(emitter: Emitter, cluster: Cluster) -> None:
    """Copies the operand and overwrites a part whose position is data."""
    node, value = _root(cluster)
    x, update, starts = node.inputs
    source = emitter.locate(x)
    parts = emitter.dense(update), emitter.dense(starts)
    target = emitter.allocate(value, cluster)
    emitter.copy(x.shape, x.dtype, source, target)
    size = dtypes.item_size(value.dtype)
    emitter.plan.dynamic_update_slice(size, x.shape, update.shape, target, *parts)


def emit_reduce(emitter: Emitter, cluster: Cluster) -> None:
    """Reduces an array that is in memory already."""
    node, value = _root(cluster)
    x = node.inputs[0]
    place = emitter.locate(x)
    target = emitter.allocate(value, cluster)
    axes = node.params["axes"]
    kept = [i for i, dim in enumerate(x.shape) if dim != 1]
    emitter.plan.reduce(
        DTYPE[x.dtype],
        REDUCTION[node.primitive.name.removeprefix("reduce_")],
        [x.shape[i] for i in kept],
        [i in axes for i in kept],
        (place.buffer, place.offset, [place.strides[i] for i in kept]),
        target,
    )


def outer_length_inner(shape: Shape, axis: int) -> tuple[int, int, int]:
    """Returns a shape as three dimensions, the given axis being the middle one."""
    return shapes.size(shape[:axis]), shape[axis], shapes.size(shape[axis + 1 :])


def emit_arg_reduce(emitter: Emitter, cluster: Cluster) -> None:
    """Finds the first extreme along an axis."""
    node, value = _root(cluster)
    x = node.inputs[0]
    place = emitter.dense(x)
    target = emitter.allocate(value, cluster)
    kind = REDUCTION["max" if node.primitive.name == "argmax" else "min"]
    sizes = outer_length_inner(x.shape, node.params["axis"])
    emitter.plan.arg_reduce(DTYPE[x.dtype], kind, DTYPE[value.dtype], *sizes, place, target)
