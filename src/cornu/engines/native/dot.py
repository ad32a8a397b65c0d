"""Matrix products with the clusters that work on their results."""

from __future__ import annotations

from cornu import _native
from cornu.core.graph import Node, Value
from cornu.core.passes.clusters import Cluster
from cornu.engines.native.codes import DTYPE
from cornu.engines.native.emitter import Emitter, Place
from cornu.engines.native.epilogue import prepare_epilogue, result_view
from cornu.engines.native.product import axes_of, prepare_product, result_strides

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
    epilogue = prepare_epilogue(emitter, cluster, _axes(node), {product.a[0], product.b[0]})
    emitter.plan.matmul_epilogue(*product, *epilogue)


def _emit_half(emitter: Emitter, cluster: Cluster, node: Node) -> None:
    """Emits a product of 16-bit floats: computed in float32 and rounded once."""
    value = node.outputs[0]
    wide = [widened(emitter, operand) for operand in node.inputs]
    product, _ = prepare_product(emitter, node, wide)
    program = _native.Program()
    program.output(program.load(DTYPE["float32"]), DTYPE[value.dtype])
    target = result_view(emitter.allocate(value, cluster), value.shape, _axes(node))
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


def _axes(node: Node) -> tuple[int, int, int]:
    """How many axes of the result are batch, rows and columns."""
    axes_a, axes_b = axes_of(node)
    return len(axes_a[0]), len(axes_a[1]), len(axes_b[1])
