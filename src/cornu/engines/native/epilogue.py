"""Clusters that begin with a kernel which hands its result on in tiles."""

from __future__ import annotations

from collections.abc import Collection
from itertools import accumulate, pairwise
from typing import Any

from cornu.core import shapes
from cornu.core.graph import Value
from cornu.core.passes.clusters import Cluster
from cornu.engines.native.elementwise import ClusterProgram
from cornu.engines.native.emitter import Emitter, Place
from cornu.engines.native.product import merged

MatrixView = tuple[int, int, list[int]]


def prepare_epilogue(
    emitter: Emitter, cluster: Cluster, axes: tuple[int, int, int], read: Collection[int]
) -> tuple[Any, list[MatrixView], list[MatrixView]]:
    """Returns the program of a cluster's members, and the views of its operands and outputs.

    Args:
        emitter: Of the plan.
        cluster: One with a root and members.
        axes: How many axes of the root's result are batch, rows and columns, in this order.
        read: Buffers that the kernel reads, so that no output may take their place.
    """
    assert cluster.root is not None
    (value,) = cluster.root.outputs
    builder = ClusterProgram(emitter)
    builder.load_product(value)
    for member in cluster.members:
        builder.add(member)
    builder.finish(cluster)
    groups = _groups(value.shape, axes)
    operands = [_matrix_view(emitter, groups, v, place) for v, place in builder.operands]
    reusable = [v for v in builder.reusable() if emitter.locate(v).buffer not in read]
    outputs = [
        result_view(emitter.allocate(stored, cluster, reusable), value.shape, axes)
        for stored in cluster.stores
    ]
    return builder.program, operands, outputs


def result_view(place: Place, shape: shapes.Shape, axes: tuple[int, int, int]) -> MatrixView:
    """Returns a dense result as batch, rows and columns."""
    batch, rows, _ = axes
    matrix = shapes.size(shape[batch:])
    return place.buffer, place.offset, [matrix, shapes.size(shape[batch + rows :]), 1]


def _groups(shape: shapes.Shape, axes: tuple[int, int, int]) -> list[list[int]]:
    """Which axes of the result without axes of size 1 are batch, rows and columns."""
    kept = list(accumulate((dim != 1 for dim in shape), initial=0))
    ends = accumulate(axes, initial=0)
    return [list(range(kept[first], kept[last])) for first, last in pairwise(ends)]


def _matrix_view(
    emitter: Emitter, groups: list[list[int]], value: Value, place: Place
) -> MatrixView:
    """The view of an operand, which is copied if it does not lie in groups of axes."""
    if not place.strides:  # a key, or a single element
        return place.buffer, place.offset, [0, 0, 0]
    shape = tuple(dim for dim in value.shape if dim != 1)
    strides = merged(shape, place.strides, groups)
    if strides is None:
        place = emitter.copy_of(shape, value.dtype, place)
        strides = merged(shape, place.strides, groups)
        assert strides is not None
    return place.buffer, place.offset, strides
