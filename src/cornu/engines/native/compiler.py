"""From a graph to an executable plan: the passes, the schedule, the instructions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.core import dtypes
from cornu.core.graph import Graph, Node
from cornu.core.passes.bodies import has_bodies, map_bodies
from cornu.core.passes.clusters import Rules, Schedule
from cornu.core.passes.common_subexpressions import merge_common_subexpressions
from cornu.core.passes.constant_folding import evaluator, fold_constants
from cornu.core.passes.dead_code import remove_dead_code
from cornu.core.passes.dot_layout import fold_transposes_into_dots
from cornu.core.passes.joined_pads import join_padded_parts
from cornu.core.passes.loop_motion import move_work_out_of_scans
from cornu.core.passes.scheduling import schedule
from cornu.core.passes.simplify import simplify
from cornu.core.passes.take_sums import fold_sums_into_takes
from cornu.core.shapes import Shape
from cornu.engines.native import (
    control,
    conv,
    dot,
    elementwise,
    gather,
    host,
    layout,
    window,
)
from cornu.engines.native.emitter import VIEWS, Emitter, Lowering

LOWERINGS: dict[str | None, Lowering] = {
    "": elementwise.emit_elementwise,
    None: host.emit_on_host,
    "dot_general": dot.emit_dot,
    "conv": conv.emit_conv,
    "conv_input": conv.emit_conv,
    "conv_kernel": conv.emit_conv,
    "concatenate": layout.emit_concatenate,
    "pad": layout.emit_pad,
    "dynamic_slice": layout.emit_dynamic_slice,
    "dynamic_update_slice": layout.emit_dynamic_update_slice,
    "reduce_sum": layout.emit_reduce,
    "reduce_prod": layout.emit_reduce,
    "reduce_max": layout.emit_reduce,
    "reduce_min": layout.emit_reduce,
    "argmax": layout.emit_arg_reduce,
    "argmin": layout.emit_arg_reduce,
    "take": gather.emit_take,
    "take_back": gather.emit_take_back,
    "take_sum": gather.emit_take_sum,
    "gather_nd": gather.emit_gather_nd,
    "scatter_nd": gather.emit_gather_nd,
    "sort": gather.emit_sort,
    "argsort": gather.emit_sort,
    "top_k": gather.emit_top_k,
    "cumsum": gather.emit_cumulative,
    "cumprod": gather.emit_cumulative,
    "cummax": gather.emit_cumulative,
    "cummin": gather.emit_cumulative,
    "window_sum": window.emit_window,
    "window_sum_back": window.emit_window,
    "window_max": window.emit_window,
    "window_max_back": window.emit_window,
    "window_max_pick": window.emit_window,
    "cond": control.emit_cond,
    "while": control.emit_while,
    "scan": control.emit_scan,
}


def is_elementwise(node: Node) -> bool:
    """Whether a node runs in clusters; bits of narrow dtypes are no registers."""
    if node.primitive.name == "bitcast":
        return dtypes.item_size(node.outputs[0].dtype) >= 4
    return node.primitive.name in elementwise.NAMES


RULES = Rules(
    elementwise=is_elementwise,
    views=VIEWS,
    reductions=frozenset(("reduce_sum", "reduce_prod", "reduce_max", "reduce_min")),
    products=frozenset(("dot_general", "conv", "conv_input", "conv_kernel", "take_back")),
    narrow=dot.HALVES,
)


def optimize(graph: Graph, engine: Any) -> Graph:
    """Returns a graph that computes the same with less.

    Args:
        graph: As captured.
        engine: Computes constant parts.

    Returns:
        A new graph.
    """
    graph = _simplified(remove_dead_code(graph), engine)
    if any(has_bodies(node.params) for node in graph.nodes):
        graph = map_bodies(graph, lambda body: optimize(body, engine))
        graph = _simplified(move_work_out_of_scans(graph), engine)
    return graph


def _simplified(graph: Graph, engine: Any) -> Graph:
    graph = fold_constants(graph, evaluator(engine))
    graph = simplify(graph)
    graph = join_padded_parts(graph)
    graph = merge_common_subexpressions(graph)
    graph = fold_transposes_into_dots(graph)
    graph = fold_sums_into_takes(graph)
    return remove_dead_code(graph)


def plan_graph(graph: Graph) -> tuple[Emitter, Schedule]:
    """Returns the finished plan of a graph, and the schedule it follows.

    Args:
        graph: Without dead code.
    """
    clusters = schedule(graph, RULES)
    emitter = Emitter(graph, clusters, LOWERINGS, _emit_body)
    emitter.emit()
    return emitter, clusters


def _emit_body(body: Graph, strides: Sequence[Shape]) -> Emitter:
    body = remove_dead_code(body)
    emitter = Emitter(body, schedule(body, RULES), LOWERINGS, _emit_body, strides)
    emitter.emit()
    return emitter
