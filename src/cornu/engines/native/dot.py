"""Matrix products with the clusters that work on their results."""

from __future__ import annotations

from cornu import _native
from cornu.core.graph import Node, Value
from cornu.core.passes.clusters import Cluster
from cornu.engines.native.codes import DTYPE
from cornu.engines.native.elementwise import ClusterProgram
from cornu.engines.native.emitter import Emitter, Place
from cornu.engines.native.product import axes_of, merged, prepare_product, result_strides

HALVES = frozenset(("float16", "bfloat16"))


def emit_dot(emitter: Emitter, cluster: Cluster) -> None:
    """Emits a product with its epilogue."""
    node = cluster.root
    assert node is not None
    value = node.outputs[0]
    if value.dtype in HALVES:
        _emit_half(emitter, cluster, node)
        return
    if not cluster.members:
        layout = None if emitter.is_kept(value, cluster) else result_strides(emitter, node)
        product, strides = prepare_product(emitter, node, result=layout)
        place = emitter.allocate(value, cluster, strides=layout)
        emitter.plan.matmul(*product, (place.buffer, place.offset, strides))
        return
    product, _ = prepare_product(emitter, node)
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
    product, _ = prepare_product(emitter, node, wide)
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


def _groups(node: Node) -> list[list[int]]:
    """Which axes of the result without axes of size 1 are batch, rows and columns."""
    axes_a, axes_b = axes_of(node)
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
    strides = merged(shape, place.strides, groups)
    if strides is None:
        place = emitter.copy_of(shape, value.dtype, place)
        strides = merged(shape, place.strides, groups)
        assert strides is not None
    return place.buffer, place.offset, strides
