"""Control flow: primitives whose parameters are graphs.

Bodies take all they use as inputs; what a body's Python closes over is lifted to further operands
by the capture. `run_cond`, `run_while` and `run_scan` apply the primitives and put their derivatives
on the tape. The backward pass of a scan reads what the forward pass kept for it, so nothing is
computed twice: the body is split into the part before and the part after the cotangents come in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.core import dtypes
from cornu.core.errors import UnsupportedError
from cornu.core.graph import Graph, Value, capture, current_capture
from cornu.core.primitive import Primitive, Spec
from cornu.core.primitives.elementwise import add, full
from cornu.core.tape import GradientTape, add_record, count_followers, no_tape
from cornu.core.tensor import Tensor


def _check_operands(name: str, graph: Graph, operands: Sequence[Any]) -> None:
    specs = [Spec(tuple(x.shape), x.dtype) for x in operands]
    wanted = [value.spec for value in graph.inputs]
    if specs != wanted:
        raise ValueError(
            f"{name}: the body takes {', '.join(map(str, wanted))}; got "
            f"{', '.join(map(str, specs))}."
        )


def _cond_rule(predicate: Any, *operands: Any, true: Graph, false: Graph) -> tuple[Spec, ...]:
    if predicate.dtype != "bool" or predicate.shape != ():
        raise ValueError(
            f"cond: the predicate must be a bool scalar; got {predicate.dtype} of shape "
            f"{predicate.shape}."
        )
    for graph in (true, false):
        _check_operands("cond", graph, operands)
    first = tuple(value.spec for value in true.outputs)
    second = tuple(value.spec for value in false.outputs)
    if first != second:
        raise ValueError(
            f"cond: both branches must return the same shapes and dtypes; the first returns "
            f"{', '.join(map(str, first))}, the second {', '.join(map(str, second))}."
        )
    return first


def _while_rule(*operands: Any, condition: Graph, body: Graph, carry: int) -> tuple[Spec, ...]:
    _check_operands("while", body, operands)
    _check_operands("while", condition, operands)
    specs = tuple(value.spec for value in body.outputs)
    if specs != tuple(value.spec for value in body.inputs[:carry]):
        raise ValueError(
            f"while: the body must return what it takes; it takes "
            f"{', '.join(str(v.spec) for v in body.inputs[:carry])} and returns "
            f"{', '.join(map(str, specs))}."
        )
    if [value.spec for value in condition.outputs] != [Spec((), "bool")]:
        raise ValueError("while: the condition must return one bool scalar.")
    return specs


def _scan_rule(
    *operands: Any, body: Graph, carry: int, sequences: int, length: int, reverse: bool
) -> tuple[Spec, ...]:
    sliced: list[Any] = list(operands[:carry])
    for x in operands[carry : carry + sequences]:
        if not x.shape or x.shape[0] != length:
            raise ValueError(f"scan: a sequence of shape {x.shape} does not have {length} steps.")
        sliced.append(Spec(tuple(x.shape[1:]), x.dtype))
    _check_operands("scan", body, [*sliced, *operands[carry + sequences :]])
    specs = [value.spec for value in body.outputs]
    if specs[:carry] != [value.spec for value in body.inputs[:carry]]:
        raise ValueError(
            f"scan: the body must return its carry in the form it takes it; it takes "
            f"{', '.join(str(v.spec) for v in body.inputs[:carry])} and returns "
            f"{', '.join(map(str, specs[:carry]))}."
        )
    stacked = [Spec((length, *spec.shape), spec.dtype) for spec in specs[carry:]]
    return (*specs[:carry], *stacked)


cond: Primitive = Primitive("cond", _cond_rule, multiple=True)
while_: Primitive = Primitive("while", _while_rule, multiple=True)
scan: Primitive = Primitive("scan", _scan_rule, multiple=True)


def replay(graph: Graph, tensors: Sequence[Tensor]) -> dict[Value, Tensor]:
    """Applies a graph's nodes to tensors.

    Args:
        graph: A graph without variable reads and writes.
        tensors: One per graph input.

    Returns:
        The tensor of every value in the graph.
    """
    values: dict[Value, Tensor] = dict(zip(graph.inputs, tensors, strict=True))
    values.update(graph.constants)
    for node in graph.nodes:
        results = node.primitive(*[values[value] for value in node.inputs], **node.params)
        if not node.primitive.multiple:
            results = (results,)
        values.update(zip(node.outputs, results, strict=True))
    return values


def _float_places(values: Sequence[Any]) -> list[int]:
    return [place for place, value in enumerate(values) if dtypes.is_float(value.dtype)]


def _zeros(spec: Any) -> Tensor:
    result: Tensor = full(shape=spec.shape, dtype=spec.dtype, value=0)
    return result


class _Backward:
    """The derivative of a body: a graph over its inputs and cotangents, and where it is split.

    Attributes:
        graph: Inputs are the body's inputs and the cotangents of its float outputs; outputs are
            the derivatives of its float inputs.
        forward: How many of the graph's nodes compute the body itself.
        same: The body's values and the graph values that repeat them.
    """

    def __init__(self, body: Graph) -> None:
        self.forward = 0
        self.same: dict[Value, Tensor] = {}
        wanted = _float_places(body.inputs)
        results = _float_places(body.outputs)
        count = len(body.inputs)

        def derivative(*tensors: Tensor) -> list[Tensor]:
            inputs = list(tensors[:count])
            with GradientTape() as tape:
                tape.watch([inputs[place] for place in wanted])
                self.same = replay(body, inputs)
            recording = current_capture()
            self.forward = 0 if recording is None else len(recording.graph.nodes)
            targets = [self.same[body.outputs[place]] for place in results]
            gradients: list[Tensor] = tape.gradient(
                targets, [inputs[place] for place in wanted], list(tensors[count:]), "zero"
            )
            return gradients

        specs = [value.spec for value in body.inputs]
        specs += [body.outputs[place].spec for place in results]
        with no_tape():
            self.graph, _ = capture(derivative, *specs)


def run_cond(
    predicate: Tensor, operands: Sequence[Tensor], true: Graph, false: Graph
) -> list[Tensor]:
    """Applies cond and records its derivative.

    Args:
        predicate: A bool scalar.
        operands: What both branches take.
        true: Branch for True.
        false: Branch for False.

    Returns:
        What the chosen branch returns.
    """
    with no_tape():
        outputs = list(cond(predicate, *operands, true=true, false=false))
    floats = _float_places(outputs)

    def grad(*cotangents: Tensor) -> list[Tensor | None]:
        given = [*operands, *(cotangents[place] for place in floats)]
        branches = _Backward(true).graph, _Backward(false).graph
        derivatives = run_cond(predicate, given, *branches)
        result: list[Tensor | None] = [None] * len(operands)
        for place, derivative in zip(_float_places(operands), derivatives, strict=True):
            result[place] = derivative
        return result

    add_record(operands, outputs, grad)
    return outputs


def run_while(
    operands: Sequence[Tensor], condition: Graph, body: Graph, carry: int
) -> list[Tensor]:
    """Applies while; its derivative is refused, since the number of rounds is not known.

    Args:
        operands: The carried tensors, then what body and condition only read.
        condition: Takes all operands and returns a bool scalar.
        body: Takes all operands and returns the carried tensors.
        carry: How many operands are carried.

    Returns:
        The carried tensors at the end.
    """
    with no_tape():
        outputs = list(while_(*operands, condition=condition, body=body, carry=carry))

    def grad(*cotangents: Tensor) -> Any:
        raise UnsupportedError(
            "while_loop cannot be differentiated backwards, because the number of rounds is known "
            "only when it has run. Use ops.scan or ops.fori_loop with a fixed number of rounds."
        )

    add_record(operands, outputs, grad)
    return outputs


def run_scan(
    carry: Sequence[Tensor],
    sequences: Sequence[Tensor],
    constants: Sequence[Tensor],
    body: Graph,
    length: int,
    reverse: bool = False,
) -> tuple[list[Tensor], list[Tensor]]:
    """Applies scan and records its derivative.

    Args:
        carry: What goes from step to step.
        sequences: Tensors whose first axis counts steps.
        constants: What every step reads.
        body: Takes the carry, one slice of each sequence, and the constants; returns the carry and
            one slice of each result.
        length: Number of steps.
        reverse: Whether to go from the last step to the first.

    Returns:
        The carry at the end, and the results of all steps.
    """
    operands = [*carry, *sequences, *constants]
    given = len(body.outputs)
    order = count_followers(operands)
    if order > 1:
        # A derivative of the derivative needs derivatives of what the forward pass keeps.
        body = _with_all_kept(body, len(carry), len(sequences))
    backward = _Backward(body) if order else None
    kept = [] if backward is None else _kept_values(body, backward, len(carry), len(sequences))
    new = [value for value in kept if value not in body.outputs[len(carry) :]]
    with no_tape():
        results = list(
            scan(
                *operands, body=_with_outputs(body, new), carry=len(carry),
                sequences=len(sequences), length=length, reverse=reverse,
            )
        )  # fmt: skip
    count = len(body.outputs)
    outputs = results[:count]
    if backward is not None:
        stacks = dict(zip([*body.outputs[len(carry) :], *new], results[len(carry) :], strict=True))
        residuals = [stacks[value] for value in kept]
        split = _split_body(body, backward, kept, len(carry), len(sequences))

        def grad(*cotangents: Tensor) -> list[Tensor | None]:
            last, stacked = list(cotangents[: len(carry)]), list(cotangents[len(carry) :])
            totals = [_zeros(x) for x in constants if dtypes.is_float(x.dtype)]
            ends, slices = run_scan(
                [*_floats(last), *totals],
                [*_floats(stacked), *sequences, *residuals],
                constants, split, length, not reverse,
            )  # fmt: skip
            found = iter(ends)
            by_carry = [next(found) if dtypes.is_float(x.dtype) else None for x in carry]
            by_constant = [next(found) if dtypes.is_float(x.dtype) else None for x in constants]
            steps = iter(slices)
            by_sequence = [next(steps) if dtypes.is_float(x.dtype) else None for x in sequences]
            return [*by_carry, *by_sequence, *by_constant]

        add_record(operands, outputs, grad)
    return outputs[: len(carry)], outputs[len(carry) : given]


def _floats(tensors: Sequence[Any]) -> list[Any]:
    return [tensor for tensor in tensors if dtypes.is_float(tensor.dtype)]


def _kept_values(body: Graph, backward: _Backward, carry: int, sequences: int) -> list[Value]:
    """Returns the body's values that its derivative reads and that would be gone by then."""
    used = {value for node in backward.graph.nodes[backward.forward :] for value in node.inputs}
    used.update(backward.graph.outputs)
    produced = [output for node in body.nodes for output in node.outputs]
    candidates = [*body.inputs[:carry], *produced]
    return [value for value in candidates if backward.same[value]._value in used]


def _with_all_kept(body: Graph, carry: int, sequences: int) -> Graph:
    """Returns the body with everything that its own derivative reads among its results."""
    while True:
        kept = _kept_values(body, _Backward(body), carry, sequences)
        missing = [value for value in kept if value not in body.outputs[carry:]]
        if not missing:
            return body
        body = _with_outputs(body, missing)


def _with_outputs(body: Graph, kept: Sequence[Value]) -> Graph:
    """Returns the body with further outputs."""
    if not kept:
        return body
    extended = Graph()
    extended.inputs, extended.constants, extended.nodes = body.inputs, body.constants, body.nodes
    extended.outputs = [*body.outputs, *kept]
    return extended


def _split_body(
    body: Graph, backward: _Backward, kept: Sequence[Value], carry: int, sequences: int
) -> Graph:
    """Returns the body of the backward scan: the part of the derivative after the body itself.

    It carries the cotangents of the carry and the sums of the constants' derivatives; its sequences
    are the results' cotangents, the body's sequences and the kept values.
    """
    graph = Graph()
    known: dict[Value, Value] = {}
    given = len(body.inputs)
    results = _float_places(body.outputs)
    cotangents = dict(zip(results, backward.graph.inputs[given:], strict=True))
    for place, value in cotangents.items():
        if place < carry:
            known[value] = graph.add_input(value.shape, value.dtype)
    constants = body.inputs[carry + sequences :]
    totals = [graph.add_input(value.shape, value.dtype) for value in _floats(constants)]
    for place, value in cotangents.items():
        if place >= carry:
            known[value] = graph.add_input(value.shape, value.dtype)
    repeated = [backward.same[value]._value for value in body.inputs[carry : carry + sequences]]
    repeated += [backward.same[value]._value for value in kept]
    repeated += [backward.same[value]._value for value in constants]
    for twin in repeated:
        assert twin is not None
        known[twin] = graph.add_input(twin.shape, twin.dtype)
    for value, tensor in backward.graph.constants.items():
        known[value] = graph.add_constant(tensor)
    for node in backward.graph.nodes[backward.forward :]:
        copy = graph.add_node(
            node.primitive,
            [known[value] for value in node.inputs],
            node.params,
            [value.spec for value in node.outputs],
            node.scope,
        )
        known.update(zip(node.outputs, copy.outputs, strict=True))
    found = [known[value] for value in backward.graph.outputs]
    of_carry = len(_floats(body.inputs[:carry]))
    of_sequences = len(_floats(body.inputs[carry : carry + sequences]))
    sums = [
        graph.add_node(add, [total, part], {}, [total.spec]).outputs[0]
        for total, part in zip(totals, found[of_carry + of_sequences :], strict=True)
    ]
    graph.outputs = [*found[:of_carry], *sums, *found[of_carry : of_carry + of_sequences]]
    return graph
