"""Convolutions and their gradients, with the clusters that work on their results."""

from __future__ import annotations

from typing import NamedTuple

from cornu import _native
from cornu.core.graph import Node, Value
from cornu.core.passes.clusters import Cluster
from cornu.core.primitives.convolution import Window
from cornu.core.shapes import Shape
from cornu.engines.native.codes import DTYPE
from cornu.engines.native.dot import HALVES, widened
from cornu.engines.native.emitter import Emitter
from cornu.engines.native.epilogue import prepare_epilogue, result_view

KINDS = {"conv": 0, "conv_input": 1, "conv_kernel": 2}


class _Problem(NamedTuple):
    dtype: int
    kind: int
    sizes: list[int]
    input: list[int]
    window: list[int]
    output: list[int]
    strides: list[int]
    padding: list[int]
    dilation: list[int]


def emit_conv(emitter: Emitter, cluster: Cluster) -> None:
    """Emits a convolution, or one of its gradients, with its epilogue."""
    node = cluster.root
    assert node is not None
    value = node.outputs[0]
    if value.dtype in HALVES:
        _emit_half(emitter, cluster, node)
        return
    a, b = (emitter.dense(operand) for operand in node.inputs)
    problem = _problem(node, value.dtype)
    if not cluster.members:
        emitter.plan.conv(*problem, a, b, emitter.allocate(value, cluster))
        return
    epilogue = prepare_epilogue(emitter, cluster, _axes(value), {a.buffer, b.buffer})
    emitter.plan.conv_epilogue(*problem, a, b, *epilogue)


def _emit_half(emitter: Emitter, cluster: Cluster, node: Node) -> None:
    """Emits a convolution of 16-bit floats: computed in float32 and rounded once."""
    value = node.outputs[0]
    a, b = (widened(emitter, operand) for operand in node.inputs)
    program = _native.Program()
    program.output(program.load(DTYPE["float32"]), DTYPE[value.dtype])
    target = result_view(emitter.allocate(value, cluster), value.shape, _axes(value))
    problem = _problem(node, "float32")
    emitter.plan.conv_epilogue(*problem, a, b, program, [], [target])


def _axes(value: Value) -> tuple[int, int, int]:
    """The result is a matrix with its last axis as columns."""
    return 0, len(value.shape) - 1, 1


def _problem(node: Node, dtype: str) -> _Problem:
    kind = KINDS[node.primitive.name]
    window: Window = node.params["window"]
    first, second = (value.shape for value in node.inputs)
    given = node.params.get("shape", ())
    image, kernel, result = (
        (first, second, node.outputs[0].shape),
        (tuple(given), second, first),
        (first, tuple(given), second),
    )[kind]
    return _Problem(
        DTYPE[dtype],
        kind,
        [image[0], image[-1], kernel[-1], window.groups],
        _three(image[1:-1]),
        _three(kernel[:-2]),
        _three(result[1:-1]),
        _three(window.strides),
        _three(tuple(before for before, _ in window.padding), 0),
        _three(window.dilation),
    )


def _three(sizes: Shape, missing: int = 1) -> list[int]:
    return [*[missing] * (3 - len(sizes)), *sizes]
