"""Control flow: bodies become plans that run on memory of the plan around them."""

from __future__ import annotations

from collections.abc import Sequence

from cornu.core import dtypes, shapes
from cornu.core.graph import Graph, Node, Value
from cornu.core.passes.batch_parts import body_of_part
from cornu.core.passes.clusters import Cluster
from cornu.engines.native.emitter import Emitter, Place, dense_strides

_Moving = tuple[Place, int, int]

# A part of a batch has at least so many rows, and a loop in parts at least so much to do (about as
# many elements of elementwise work; multiply-adds count a sixteenth).
PART_ROWS = 16
PART_WORK = 50_000


def _root(cluster: Cluster) -> Node:
    assert cluster.root is not None
    return cluster.root


def emit_scan(emitter: Emitter, cluster: Cluster) -> None:
    """Emits a scan: the body's inputs and outputs are slices of the stacks, where these are."""
    node = _root(cluster)
    body, carry, length = node.params["body"], node.params["carry"], node.params["length"]
    count = carry + node.params["sequences"]
    starts = [emitter.dense(value) for value in node.inputs[:carry]]
    sequences = [_readable(emitter, value, 1) for value in node.inputs[carry:count]]
    constants = [_readable(emitter, value, 0) for value in node.inputs[count:]]
    results = [emitter.allocate(value, cluster) for value in node.outputs]
    before, after = _carries_in_stacks(body, carry)
    slim = Graph()
    slim.inputs, slim.constants, slim.nodes = body.inputs, body.constants, body.nodes
    slim.outputs = [body.outputs[i] for i in range(carry) if i not in after]
    slim.outputs += [
        value for i, value in enumerate(body.outputs[carry:]) if i not in before.values()
    ]
    slim, parts, batched = _in_parts(slim, count, length)
    strides = [dense_strides(value.shape) for value in body.inputs[:carry]]
    strides += [place.strides[1:] for place in sequences]
    strides += [place.strides for place in constants]
    inner = emitter.emit_body(slim, strides)
    carries = [
        (start, result, _spare(emitter, value, i in before or i in after, result),
         before.get(i, -1), after.get(i, -1))
        for i, (start, result, value) in enumerate(zip(starts, results, body.inputs, strict=False))
    ]  # fmt: skip
    given = zip([*sequences, *constants], node.inputs[carry:], strict=True)
    read = [
        _moving(place, value, steps=carry + i < count, parts=parts if carry + i in batched else 0)
        for i, (place, value) in enumerate(given)
    ]
    made = zip(results[carry:], node.outputs[carry:], strict=True)
    stacks = [_moving(place, value, steps=True, parts=parts) for place, value in made]
    frame = emitter.temporary((inner.plan.frame_bytes * parts,), "uint8")
    emitter.plan.scan(
        inner.plan, length, parts, node.params["reverse"], frame, carries, read, stacks
    )
    emitter.add_bodies(inner)


def _in_parts(body: Graph, moving: int, length: int) -> tuple[Graph, int, set[int]]:
    """Cuts the batch, where its rows do not see each other and there is enough to do.

    Returns the body for a part, the number of parts, and which inputs have rows. The cut depends
    on the problem alone, so results do not depend on the number of threads.
    """
    rows = body.inputs[0].shape[0] if moving and body.inputs[0].shape else 0
    parts = next((parts for parts in (8, 4, 2) if rows % (parts * PART_ROWS) == 0), 1)
    work = length * sum(_work(node) for node in body.nodes)
    if rows and parts > 1 and work >= PART_WORK:
        part = body_of_part(body, moving, parts)
        if part is not None:
            return part[0], parts, part[1].union(range(moving))
    return body, 1, set()


def _work(node: Node) -> int:
    size = max(shapes.size(value.shape) for value in node.outputs)
    if node.primitive.name == "dot_general":
        a = node.inputs[0].shape
        return size * shapes.size([a[axis] for axis in node.params["contract"][0]]) // 16
    return size


def _carries_in_stacks(body: Graph, carry: int) -> tuple[dict[int, int], dict[int, int]]:
    """Finds carries that live in a stack of results, which holds them before or after each step."""
    stacked = body.outputs[carry:]
    pairs = [(body.inputs[i], body.outputs[i]) for i in range(carry)]
    before = {
        i: stacked.index(found)
        for i, (found, left) in enumerate(pairs)
        if found is not left and found in stacked
    }
    after = {
        i: stacked.index(left)
        for i, (_, left) in enumerate(pairs)
        if i not in before and left in stacked and stacked.index(left) not in before.values()
    }
    return before, after


def emit_while(emitter: Emitter, cluster: Cluster) -> None:
    """Emits a loop of unknown length."""
    node = _root(cluster)
    condition, body, carry = (node.params[name] for name in ("condition", "body", "carry"))
    starts = [emitter.dense(value) for value in node.inputs[:carry]]
    constants = [_readable(emitter, value, 0) for value in node.inputs[carry:]]
    results = [emitter.allocate(value, cluster) for value in node.outputs]
    strides = [place.strides for place in (*starts, *constants)]
    test, work = emitter.emit_body(condition, strides), emitter.emit_body(body, strides)
    carries = [
        (start, result, emitter.temporary(value.shape, value.dtype), -1, -1)
        for start, result, value in zip(starts, results, node.outputs, strict=True)
    ]
    flag = emitter.temporary((), "bool")
    frames = _frame(emitter, test), _frame(emitter, work)
    emitter.plan.while_loop(test.plan, work.plan, *frames, flag, carries, constants)
    emitter.add_bodies(test, work)


def emit_cond(emitter: Emitter, cluster: Cluster) -> None:
    """Emits a choice between two bodies."""
    node = _root(cluster)
    predicate, *given = node.inputs
    places = [_readable(emitter, value, 0) for value in given]
    chosen = emitter.dense(predicate)
    results = [emitter.allocate(value, cluster) for value in node.outputs]
    strides = [place.strides for place in places]
    first, second = (emitter.emit_body(node.params[name], strides) for name in ("true", "false"))
    frame = _frame(emitter, first, second)
    emitter.plan.cond(first.plan, second.plan, chosen, frame, places, results)
    emitter.add_bodies(first, second)


def _frame(emitter: Emitter, *bodies: Emitter) -> Place:
    """Memory for the run of one of some bodies."""
    return emitter.temporary((max(body.plan.frame_bytes for body in bodies),), "uint8")


def _spare(emitter: Emitter, value: Value, stacked: bool, result: Place) -> Place:
    """The memory with which a carry alternates; none is needed for one that lives in a stack."""
    return result if stacked else emitter.temporary(value.shape, value.dtype)


def _readable(emitter: Emitter, value: Value, outer: int) -> Place:
    """Where bodies read a value: as it is, when its rows are contiguous behind `outer` axes."""
    place = emitter.locate(value)
    inner: Sequence[int] = [
        stride
        for dim, stride in zip(value.shape[outer:], place.strides[outer:], strict=True)
        if dim != 1
    ]
    if all(stride >= 0 for stride in inner) and 1 in (inner or [1]):
        return place
    return emitter.dense(value)


def _moving(place: Place, value: Value, *, steps: bool, parts: int) -> _Moving:
    """How far it is from step to step, and from part to part of the rows (0 parts: one for all)."""
    size, rows = dtypes.item_size(value.dtype), 1 if steps else 0
    step = place.strides[0] * size if steps else 0
    if parts <= 1:
        return place, step, 0
    return place, step, place.strides[rows] * size * (value.shape[rows] // parts)
