"""Sums and maxima over moving windows, and their derivatives."""

from __future__ import annotations

from typing import Any

from cornu.core.graph import Node
from cornu.core.passes.clusters import Cluster
from cornu.core.shapes import Shape
from cornu.engines.native.codes import DTYPE, REDUCTION
from cornu.engines.native.emitter import Emitter


def _window(node: Node, image: Shape, pooled: Shape) -> tuple[Any, ...]:
    pool = node.params["pool"]
    before = [low for low, _ in pool.padding]
    return (
        DTYPE[node.outputs[0].dtype], image[0], image[-1],
        image[1:-1], pool.size, pool.strides, before, pooled[1:-1],
    )  # fmt: skip


def emit_window(emitter: Emitter, cluster: Cluster) -> None:
    """Emits window_sum, window_max and what their derivatives are made of."""
    node = cluster.root
    assert node is not None
    name, plan = node.primitive.name, emitter.plan
    first, *others = [emitter.dense(value) for value in node.inputs]
    target = emitter.allocate(node.outputs[0], cluster)
    shape, result = node.inputs[0].shape, node.outputs[0].shape
    if name in ("window_sum", "window_max"):
        kind = REDUCTION[name.removeprefix("window_")]
        plan.window_reduce(_window(node, shape, result), kind, first, target)
    elif name == "window_max_pick":
        plan.window_max_pick(_window(node, shape, result), first, others[0], target)
    elif name == "window_max_back":
        pooled = node.inputs[1].shape
        plan.window_max_back(_window(node, result, pooled), first, others[0], target)
    else:
        plan.window_sum_back(_window(node, result, shape), first, target)
