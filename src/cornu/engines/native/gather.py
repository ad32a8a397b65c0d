"""Gather, scatter, sort and cumulative nodes: kernels on dense arrays."""

from __future__ import annotations

from cornu.core import shapes
from cornu.core.graph import Node
from cornu.core.passes.clusters import Cluster
from cornu.engines.native.codes import DTYPE, REDUCTION
from cornu.engines.native.emitter import Emitter
from cornu.engines.native.layout import outer_length_inner

_MODES = {name: number for number, name in enumerate(("add", "set", "max", "min", "mul"))}


def _root(cluster: Cluster) -> Node:
    assert cluster.root is not None
    return cluster.root


def emit_take(emitter: Emitter, cluster: Cluster) -> None:
    """Emits take and take_add."""
    node = _root(cluster)
    x, indices = node.inputs[:2]
    places = [emitter.dense(operand) for operand in node.inputs]
    places.append(emitter.allocate(node.outputs[0], cluster))
    sizes = outer_length_inner(x.shape, node.params["axis"])
    method = getattr(emitter.plan, node.primitive.name)
    count = shapes.size(indices.shape)
    method(DTYPE[x.dtype], DTYPE[indices.dtype], *sizes, count, *places)


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
