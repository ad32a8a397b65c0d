"""Work that a scan does step by step and that is done at once before or after it.

A product of slices of a sequence with something that does not change is a product of the whole
sequence, made before the loop; one that is only stacked is made after it. The sum over steps of
products, which is what the derivative of a recurrent network's weights is, is a single product over
steps and batch. Sums are added up in another order then.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from cornu.core import dtypes, shapes
from cornu.core.graph import Graph, Node, Value
from cornu.core.passes.loops import Builder, Carry, Loop, Stacks
from cornu.core.passes.substitution import Substitution
from cornu.core.primitive import REGISTRY, Primitive

# Larger stacks than this are not made for a product's sake.
_MAX_BYTES = 1 << 26
# Nodes that cost nothing in the body.
_FREE = frozenset(("full", "iota", "reshape", "transpose", "broadcast", "slice", "reverse"))
# Of a sum, the sum.
_LINEAR = frozenset(("reshape", "transpose", "neg"))


def move_work_out_of_scans(graph: Graph) -> Graph:
    """Returns the graph with less to do in the bodies of its scans.

    Args:
        graph: Without dead code, its bodies optimized.

    Returns:
        A new graph that computes the same values but for the order of sums.
    """
    if all(node.primitive.name != "scan" for node in graph.nodes):
        return graph
    used = {value for node in graph.nodes for value in node.inputs}
    used.update(graph.outputs, graph.writes.values())
    result = Substitution(graph)
    for node in graph.nodes:
        operands = result.operands(node)
        if node.primitive.name != "scan":
            result.keep(node, operands)
            continue
        loop = Loop(node, operands, used, result)
        loop.prune()
        _hoist_invariant(loop)
        _hoist_products(loop)
        _sum_after(loop)
        _sink_products(loop)
        loop.finish()
    return result.finish()


def _hoist_invariant(loop: Loop) -> None:
    same = loop.invariant()
    for node in loop.nodes:
        if not node.inputs or node.primitive.name in _FREE or node.primitive.name == "while":
            continue  # a loop that never ends must not run where there are no steps
        if all(value in same for value in node.inputs):
            for value in node.outputs:
                loop.read_constant(value)


def _shifted(axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(axis + 1 for axis in axes)


def _hoist_products(loop: Loop) -> None:
    same = loop.invariant()
    for node in loop.nodes:
        if node.primitive.name != "dot_general" or not _is_small(node.outputs[0], loop.length):
            continue
        a, b = node.inputs
        if a in loop.sequences and b in same:
            stack = _product_of_stack(loop, node, loop.sequences[a], loop.outside(b), 0)
        elif b in loop.sequences and a in same:
            stack = _product_of_stack(loop, node, loop.outside(a), loop.sequences[b], 1)
        else:
            continue
        if stack is not None:
            loop.read_slice(node.outputs[0], stack)


def _is_small(value: Value, length: int) -> bool:
    return length * shapes.size(value.shape) * dtypes.item_size(value.dtype) <= _MAX_BYTES


def _product_of_stack(loop: Loop, node: Node, a: Value, b: Value, side: int) -> Value | None:
    """The stack of a product of which one side is a stack, and the other the same in each step."""
    contract, batch = node.params["contract"], node.params["batch"]
    if batch[0]:
        return None
    moved = tuple(_shifted(axes) if i == side else axes for i, axes in enumerate(contract))
    params = {"contract": moved, "batch": batch}
    product = _add(loop.target, node.primitive, [a, b], params)
    if side == 0:
        return product
    steps = len(a.shape) - len(contract[0])  # where the axis of steps comes to lie
    rest = [axis for axis in range(len(product.shape)) if axis != steps]
    return _add(loop.target, REGISTRY["transpose"], [product], {"permutation": (steps, *rest)})


def _add(
    target: Substitution, primitive: Primitive, operands: list[Value], params: dict[str, Any]
) -> Value:
    spec = primitive.rule(*operands, **params)
    return target.add(primitive, operands, params, spec)


# ------------------------------------------------------------------------------- after the loop


def _sink_products(loop: Loop) -> None:
    """Products that nothing in the body reads are made of stacks after the loop."""
    same, uses = loop.invariant(), loop.uses()
    for value, olds in list(loop.stacks.items()):
        node = loop.maker(value)
        if node is None or node.primitive.name != "dot_general" or uses[value] != 1 or not olds:
            continue
        a, b = node.inputs
        side = 0 if b in same else 1
        if (a in same) == (b in same) or node.params["batch"][0]:
            continue
        varying = node.inputs[side]
        if not _is_small(varying, loop.length):
            continue
        fixed = loop.outside(node.inputs[1 - side])
        del loop.stacks[value]
        loop.keep(varying)
        loop.make_after(olds, _product_after(loop, node, varying, fixed, side))


def _product_after(loop: Loop, node: Node, varying: Value, fixed: Value, side: int) -> Builder:
    def build(target: Substitution, stack_of: Stacks) -> Value:
        stack = stack_of(varying)
        operands = (stack, fixed) if side == 0 else (fixed, stack)
        product = _product_of_stack(loop, node, *operands, side)
        assert product is not None
        return product

    return build


def _sum_after(loop: Loop) -> None:
    """Carries that only add something up become sums over the steps, after the loop."""
    for carry in list(loop.carries):
        uses, same = loop.uses(), loop.invariant()
        leaves = _leaves_of_sum(loop, carry.left, uses)
        if leaves.count(carry.found) != 1 or uses[carry.found] != 1:
            continue
        leaves.remove(carry.found)
        kept: list[Value] = []
        builders = [_sum_over_steps(loop, leaf, uses, same, kept) for leaf in leaves]
        found = [builder for builder in builders if builder is not None]
        if not found or len(found) < len(builders):
            continue
        for value in kept:
            loop.keep(value)
        loop.carries.remove(carry)
        loop.make_after(carry.results, _total(carry, found))


def _leaves_of_sum(loop: Loop, value: Value, uses: Counter[Value]) -> list[Value]:
    node = loop.maker(value)
    if node is None or node.primitive.name != "add" or uses[value] != 1:
        return [value]
    return [leaf for x in node.inputs for leaf in _leaves_of_sum(loop, x, uses)]


def _total(carry: Carry, builders: list[Builder]) -> Builder:
    def build(target: Substitution, stack_of: Stacks) -> Value:
        parts = [builder(target, stack_of) for builder in builders]
        start = carry.start.node
        if start is None or start.primitive.name != "full" or start.params["value"] != 0:
            parts.insert(0, carry.start)
        total = parts[0]
        for part in parts[1:]:
            total = _add(target, REGISTRY["add"], [total, part], {})
        return total

    return build


def _sum_over_steps(
    loop: Loop, value: Value, uses: Counter[Value], same: set[Value], kept: list[Value]
) -> Builder | None:
    """How the sum of a value over all steps is made from stacks; None when that does not pay.

    Adds the values to be stacked to `kept`.
    """
    node = loop.maker(value)
    if node is None or uses[value] != 1:
        return None
    name, params = node.primitive.name, node.params
    if name in _LINEAR:
        inner = _sum_over_steps(loop, node.inputs[0], uses, same, kept)
        return None if inner is None else _applied(node, inner)
    if name not in ("dot_general", "reduce_sum"):
        return None
    if any(x in same or not _is_small(x, loop.length) for x in node.inputs):
        return None
    if name == "reduce_sum":
        params = {"axes": (0, *_shifted(params["axes"]))}
    else:
        params = {
            "contract": tuple((0, *_shifted(axes)) for axes in params["contract"]),
            "batch": tuple(_shifted(axes) for axes in params["batch"]),
        }
    kept += node.inputs

    def build(target: Substitution, stack_of: Stacks) -> Value:
        return _add(target, node.primitive, [stack_of(x) for x in node.inputs], params)

    return build


def _applied(node: Node, inner: Builder) -> Builder:
    def build(target: Substitution, stack_of: Stacks) -> Value:
        return _add(target, node.primitive, [inner(target, stack_of)], node.params)

    return build
