"""Gather, scatter, sort and cumulative nodes: kernels on dense arrays."""

from __future__ import annotations

from cornu.core import dtypes, shapes
from cornu.core.graph import Node, Value
from cornu.core.passes.clusters import Cluster
from cornu.engines.native.codes import DTYPE, REDUCTION
from cornu.engines.native.emitter import Emitter, Place, is_dense
from cornu.engines.native.epilogue import prepare_epilogue
from cornu.engines.native.layout import outer_length_inner

_MODES = {name: number for number, name in enumerate(("add", "set", "max", "min", "mul"))}


def _root(cluster: Cluster) -> Node:
    assert cluster.root is not None
    return cluster.root


def emit_take(emitter: Emitter, cluster: Cluster) -> None:
    """Emits a lookup along an axis."""
    node = _root(cluster)
    x, indices = node.inputs
    source, positions = emitter.dense(x), emitter.dense(indices)
    target = emitter.allocate(node.outputs[0], cluster)
    sizes = outer_length_inner(x.shape, node.params["axis"])
    count = shapes.size(indices.shape)
    emitter.plan.take(
        DTYPE[x.dtype], DTYPE[indices.dtype], *sizes, count, source, positions, target
    )


def emit_take_sum(emitter: Emitter, cluster: Cluster) -> None:
    """Emits sums of bags of rows."""
    node = _root(cluster)
    x, indices = node.inputs
    source, positions = emitter.dense(x), emitter.dense(indices)
    target = emitter.allocate(node.outputs[0], cluster)
    length, inner = x.shape[0], shapes.size(x.shape[1:])
    count, bag = shapes.size(indices.shape), indices.shape[-1]
    if bag == 0:
        zero = emitter.plan.constant(bytes(dtypes.item_size(x.dtype)))  # all bits of 0 are 0
        shape = node.outputs[0].shape
        emitter.copy(shape, x.dtype, Place(zero, 0, (0,) * len(shape)), target)
        return
    dtype, index_dtype = DTYPE[x.dtype], DTYPE[indices.dtype]
    emitter.plan.take_sum(dtype, index_dtype, length, inner, count, bag, source, positions, target)


def emit_take_back(emitter: Emitter, cluster: Cluster) -> None:
    """Emits the gradient of a lookup, with what works on it (often the update of the table)."""
    node = _root(cluster)
    g, indices = node.inputs
    value, axis = node.outputs[0], node.params["axis"]
    positions = emitter.dense(indices)
    outer, length, inner = outer_length_inner(value.shape, axis)
    run, rows = _rows(emitter, g, len(indices.shape), axis)
    dtype, index_dtype = DTYPE[g.dtype], DTYPE[indices.dtype]
    count = shapes.size(indices.shape)
    problem = dtype, index_dtype, outer, length, inner, count, run, rows, positions
    if cluster.members:
        read = rows.buffer, positions.buffer
        axes = 0, axis + 1, len(value.shape) - axis - 1
        epilogue = prepare_epilogue(emitter, cluster, axes, read)
        emitter.plan.take_back_epilogue(*problem, *epilogue)
    else:
        emitter.plan.take_back(*problem, emitter.allocate(value, cluster))


def _rows(emitter: Emitter, g: Value, rank: int, axis: int) -> tuple[int, Place]:
    """Returns how rows of a gradient lie: runs of rows with two strides, or dense without any."""
    place = emitter.locate(g)
    inner = place.strides[axis + rank :], g.shape[axis + rank :]
    strides, sizes = list(place.strides[axis : axis + rank]), list(g.shape[axis : axis + rank])
    kept = [i for i, size in enumerate(sizes) if size != 1]
    one_table = all(size == 1 for size in g.shape[:axis])
    if one_table and len(kept) == 2 and 0 not in g.shape and is_dense(inner[1], inner[0]):
        moved = [strides[i] for i in kept]
        if min(moved) >= 0:
            return sizes[kept[1]], Place(place.buffer, place.offset, tuple(moved))
    place = emitter.dense(g)
    return 1, Place(place.buffer, place.offset, ())


def emit_gather_nd(emitter: Emitter, cluster: Cluster) -> None:
    """Emits gather_nd and scatter_nd."""
    node = _root(cluster)
    x, indices = node.inputs[:2]
    depth = indices.shape[-1]
    source, positions, *updates = [emitter.dense(operand) for operand in node.inputs]
    target = emitter.allocate(node.outputs[0], cluster)
    dtype, index_dtype = DTYPE[x.dtype], DTYPE[indices.dtype]
    dims, inner = x.shape[:depth], shapes.size(x.shape[depth:])
    count = shapes.size(indices.shape[:-1])
    if node.primitive.name == "gather_nd":
        emitter.plan.gather_nd(dtype, index_dtype, dims, inner, count, source, positions, target)
    else:
        mode = _MODES[node.params["mode"]]
        emitter.plan.scatter_nd(
            dtype, index_dtype, dims, inner, count, mode, source, positions, updates[0], target
        )


def emit_sort(emitter: Emitter, cluster: Cluster) -> None:
    """Emits sort and argsort."""
    node = _root(cluster)
    (x,) = node.inputs
    place = emitter.dense(x)
    target = emitter.allocate(node.outputs[0], cluster)
    method = getattr(emitter.plan, node.primitive.name)
    method(DTYPE[x.dtype], *outer_length_inner(x.shape, node.params["axis"]), place, target)


def emit_top_k(emitter: Emitter, cluster: Cluster) -> None:
    """Emits top_k."""
    node = _root(cluster)
    (x,) = node.inputs
    place = emitter.dense(x)
    targets = [emitter.allocate(value, cluster) for value in node.outputs]
    outer = shapes.size(x.shape[:-1])
    emitter.plan.top_k(DTYPE[x.dtype], outer, x.shape[-1], node.params["k"], place, *targets)


def emit_cumulative(emitter: Emitter, cluster: Cluster) -> None:
    """Emits cumsum, cumprod, cummax and cummin."""
    node = _root(cluster)
    (x,) = node.inputs
    place = emitter.dense(x)
    target = emitter.allocate(node.outputs[0], cluster)
    kind = REDUCTION[node.primitive.name.removeprefix("cum")]
    sizes = outer_length_inner(x.shape, node.params["axis"])
    emitter.plan.cumulative(DTYPE[x.dtype], kind, node.params["reverse"], *sizes, place, target)
