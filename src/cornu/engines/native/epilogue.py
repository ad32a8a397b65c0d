"""Clusters that begin with a kernel which hands its result on in tiles."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from cornu.core import shapes
from cornu.core.passes.clusters import Cluster
from cornu.engines.native.dot import matrix_view
from cornu.engines.native.elementwise import ClusterProgram
from cornu.engines.native.emitter import Emitter

MatrixView = tuple[int, int, list[int]]


def prepare_epilogue(
    emitter: Emitter, cluster: Cluster, columns_from: int, read: Collection[int]
) -> tuple[Any, list[MatrixView], list[MatrixView]]:
    """Returns the program of a cluster's members, and the views of its operands and outputs.

    Args:
        emitter: Of the plan.
        cluster: One with a root and members.
        columns_from: The axes of the root's result from this one on are columns, others rows.
        read: Buffers that the kernel reads, so that no output may take their place.
    """
    assert cluster.root is not None
    (value,) = cluster.root.outputs
    builder = ClusterProgram(emitter)
    builder.load_product(value)
    for member in cluster.members:
        builder.add(member)
    builder.finish(cluster)
    kept = [axis for axis, dim in enumerate(value.shape) if dim != 1]
    rows = sum(axis < columns_from for axis in kept)
    groups = [[], list(range(rows)), list(range(rows, len(kept)))]
    operands = [matrix_view(emitter, groups, v, place) for v, place in builder.operands]
    reusable = [v for v in builder.reusable() if emitter.locate(v).buffer not in read]
    width = shapes.size(value.shape[columns_from:])
    outputs = []
    for stored in cluster.stores:
        place = emitter.allocate(stored, cluster, reusable)
        outputs.append((place.buffer, place.offset, [0, width, 1]))
    return builder.program, operands, outputs
