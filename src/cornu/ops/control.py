"""Control flow that a captured step can hold: cond, while_loop, fori_loop, scan, map, switch.

Run eagerly these are plain Python loops. In a captured function they become one node whose body is a
graph, so a sequence of a thousand steps is not a thousand times as many nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cornu.core import settings, tree
from cornu.core.errors import InvalidArgumentError
from cornu.core.graph import Graph, capture, current_capture
from cornu.core.keras_tensor import any_symbolic
from cornu.core.primitive import Spec
from cornu.core.primitives import control, layout
from cornu.core.tensor import Tensor
from cornu.ops._operands import as_tensor, boolean, op


def _capturing() -> bool:
    """Whether bodies must be recorded, because a graph is being captured."""
    return current_capture() is not None


def _tensors(structure: Any) -> Any:
    return tree.map_structure(as_tensor, structure)


def _body(function: Callable[..., Any], *tensors: Any) -> tuple[Graph, Any, list[Tensor]]:
    """Returns the graph of a body, its result, and the outer tensors it uses.

    The body takes tensors of the shapes and dtypes of the given ones.
    """
    specs = [Spec(tensor.shape, tensor.dtype) for tensor in tensors]
    outer = current_capture()
    tapes, settings.state.tapes = settings.state.tapes, []
    try:
        graph, result = capture(lambda *args: _tensors(function(*args)), *specs, nested=True)
    finally:
        settings.state.tapes = tapes
    lifted = list(graph.outer)
    if outer is not None:
        for variable, tensor in outer._variables.items():
            if tensor in graph.outer:
                for tape in tapes:
                    tape.read(variable, tensor)
    return graph, result, lifted


def _align(graphs: Sequence[Graph], lifted: Sequence[list[Tensor]], own: int) -> list[Tensor]:
    """Gives several bodies the same inputs: those of their own, then all outer tensors."""
    everything: list[Tensor] = []
    for tensors in lifted:
        everything += [t for t in tensors if not any(t is other for other in everything)]
    for graph in graphs:
        inputs = graph.inputs[:own]
        for tensor in everything:
            value = graph.outer.get(tensor)
            if value is None:
                value = graph.add_input(tensor.shape, tensor.dtype)
            inputs.append(value)
        graph.inputs = inputs
    return everything


@op
def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """Returns `true_fn()` or `false_fn()`, as a condition says.

    Args:
        pred: A bool scalar.
        true_fn: Called for True; takes no arguments.
        false_fn: Called for False; returns tensors of the same shapes and dtypes.

    Returns:
        What the chosen function returns.

    Raises:
        ValueError: In a captured function, when the two results differ in form.

    Example:
        >>> float(cond(True, lambda: as_tensor(1.0), lambda: as_tensor(2.0)))
        1.0
    """
    condition = as_tensor(pred)
    if not condition.is_symbolic:
        return true_fn() if bool(condition) else false_fn()
    if condition.dtype != "bool":
        condition = boolean(condition)
    first, first_result, first_outer = _body(true_fn)
    second, second_result, second_outer = _body(false_fn)
    try:
        tree.assert_same_structure(first_result, second_result)
    except ValueError as error:
        raise InvalidArgumentError(
            f"true_fn and false_fn must return the same form. {error}"
        ) from None
    operands = _align([first, second], [first_outer, second_outer], 0)
    outputs = control.run_cond(layout.reshape(condition, shape=()), operands, first, second)
    return tree.pack_sequence_as(first_result, outputs)


@op
def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    maximum_iterations: int | None = None,
) -> Any:
    """Repeats `body` as long as `cond` holds.

    Args:
        cond: `cond(*loop_vars)` returns a bool scalar.
        body: `body(*loop_vars)` returns the next loop_vars, of the same shapes and dtypes.
        loop_vars: Start values: a list or tuple of tensors, or one tensor.
        maximum_iterations: Rounds after which to stop in any case.

    Returns:
        The last loop_vars, in their form.

    Example:
        >>> [int(x) for x in while_loop(lambda i: i < 10, lambda i: [i + 3], [as_tensor(0)])]
        [12]
    """
    single = not isinstance(loop_vars, (list, tuple))
    state = _tensors([loop_vars] if single else list(loop_vars))
    if not _capturing():
        rounds = 0
        while (maximum_iterations is None or rounds < maximum_iterations) and bool(cond(*state)):
            state = _as_list(body(*state))
            rounds += 1
    else:
        state = _captured_while(cond, body, state, maximum_iterations)
    if single:
        return state[0]
    return tuple(state) if isinstance(loop_vars, tuple) else state


def _as_list(result: Any) -> list[Any]:
    listed = list(result) if isinstance(result, (list, tuple)) else [result]
    return list(_tensors(listed))


def _captured_while(
    condition: Callable[..., Any],
    body: Callable[..., Any],
    state: list[Any],
    maximum: int | None,
) -> list[Any]:
    counted = [as_tensor(0), *state] if maximum is not None else state

    def holds(*values: Any) -> Any:
        if maximum is None:
            return condition(*values)
        return (values[0] < maximum) & as_tensor(condition(*values[1:]))

    def step(*values: Any) -> list[Any]:
        if maximum is None:
            return _as_list(body(*values))
        return [values[0] + 1, *_as_list(body(*values[1:]))]

    flat = tree.flatten(counted)

    def spread(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *leaves: function(*tree.pack_sequence_as(counted, leaves))

    test, _, test_outer = _body(spread(holds), *flat)
    work, _, work_outer = _body(spread(step), *flat)
    constants = _align([test, work], [test_outer, work_outer], len(flat))
    outputs = control.run_while([*flat, *constants], test, work, len(flat))
    packed = tree.pack_sequence_as(counted, outputs)
    return list(packed[1:] if maximum is not None else packed)


@op
def fori_loop(lower: int, upper: int, body_fun: Callable[..., Any], init_val: Any) -> Any:
    """Returns `x = body_fun(i, x)` repeated for i from `lower` to `upper - 1`.

    Args:
        lower: First i.
        upper: The i before which to stop.
        body_fun: `body_fun(i, x)` returns the next x, in the same form.
        init_val: The first x: a tensor or a structure of them.

    Returns:
        The last x.

    Example:
        >>> int(fori_loop(0, 4, lambda i, x: x + i, as_tensor(0)))
        6
    """

    def step(carry: Any, _: Any) -> Any:
        i, x = carry
        return (i + 1, body_fun(i, x)), ()

    if any_symbolic(init_val):
        raise InvalidArgumentError("a KerasTensor needs the loop inside a layer's call().")
    (_, last), _ = scan(step, (as_tensor(int(lower)), init_val), length=max(upper - lower, 0))
    return last


@op
def scan(
    f: Callable[[Any, Any], Any],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> Any:
    """Carries a state along the first axis of sequences and stacks what each step gives.

    Args:
        f: `f(carry, x)` returns the next carry and the step's result.
        init: The first carry: a tensor or a structure of them.
        xs: Tensors whose first axis counts steps, in any structure; or None.
        length: Number of steps; needed without `xs`.
        reverse: Whether to go from the last step to the first.
        unroll: Accepted for Keras's signature; has no effect on the result.

    Returns:
        The last carry, and the stacked results.

    Raises:
        ValueError: When the number of steps is not known or not the same everywhere.

    Example:
        >>> total, sums = scan(lambda c, x: (c + x, c + x), as_tensor(0), as_tensor([1, 2, 3]))
        >>> int(total), sums.tolist()
        (6, [1, 3, 6])
    """
    del unroll
    carry, sequences = _tensors(init), _tensors(xs) if xs is not None else ()
    flat = tree.flatten(sequences)
    lengths = {x.shape[0] for x in flat if x.shape} | ({length} if length is not None else set())
    if len(lengths) != 1 or any(not x.shape for x in flat):
        raise InvalidArgumentError(
            f"scan needs one number of steps; got length={length} and sequences of shapes "
            f"{[x.shape for x in flat]}."
        )
    steps = int(lengths.pop())
    if not _capturing():
        return _eager_scan(f, carry, None if xs is None else sequences, steps, reverse)
    first = tree.flatten(carry)

    def body(*leaves: Any) -> Any:
        state = tree.pack_sequence_as(carry, leaves[: len(first)])
        x = tree.pack_sequence_as(sequences, leaves[len(first) :]) if xs is not None else None
        new, result = f(state, x)
        return tree.flatten(_tensors(new)), _tensors(result)

    slices = [Spec(x.shape[1:], x.dtype) for x in flat]
    graph, (_, form), constants = _body(body, *first, *slices)
    last, stacked = control.run_scan(first, flat, constants, graph, steps, reverse)
    return tree.pack_sequence_as(carry, last), tree.pack_sequence_as(form, stacked)


def _eager_scan(
    f: Callable[[Any, Any], Any], carry: Any, sequences: Any, steps: int, reverse: bool
) -> Any:
    results: list[Any] = []
    for step in reversed(range(steps)) if reverse else range(steps):
        x = None
        if sequences is not None:
            x = tree.map_structure(lambda s, place=step: s[place], sequences)
        carry, result = f(carry, x)
        carry = _tensors(carry)
        results.append(_tensors(result))
    if reverse:
        results.reverse()
    if not results:
        return carry, ()
    return carry, tree.map_structure(lambda *parts: _stack(parts), *results)


def _stack(parts: Sequence[Tensor]) -> Tensor:
    rows = [layout.reshape(part, shape=(1, *part.shape)) for part in parts]
    result: Tensor = layout.concatenate(*rows, axis=0)
    return result


@op
def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """Applies a function to each slice along the first axis and stacks the results.

    Args:
        f: `f(x)` for one slice.
        xs: A tensor or a structure of tensors with one first size.

    Returns:
        The stacked results.

    Example:
        >>> map(lambda x: x * 2, as_tensor([1, 2])).tolist()
        [2, 4]
    """
    return scan(lambda carry, x: (carry, f(x)), (), xs)[1]


@op
def switch(index: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """Returns `branches[index](*operands)`; an index out of range takes the nearest branch.

    Args:
        index: An integer scalar.
        branches: Functions that return tensors of the same shapes and dtypes.
        *operands: Their arguments.

    Returns:
        What the chosen branch returns.

    Example:
        >>> int(switch(1, [lambda x: x, lambda x: x + 5], as_tensor(1)))
        6
    """
    chosen = as_tensor(index)
    if not chosen.is_symbolic:
        place = min(max(int(chosen), 0), len(branches) - 1)
        return branches[place](*operands)

    def result() -> Any:
        return branches[-1](*operands)

    for place in range(len(branches) - 2, -1, -1):
        result = _nested_choice(chosen, place, branches[place], operands, result)
    return result()


def _nested_choice(
    index: Tensor, place: int, branch: Callable[..., Any], operands: Any, rest: Callable[[], Any]
) -> Callable[[], Any]:
    return lambda: cond(index <= place, lambda: branch(*operands), rest)
