"""How a cell is run along sequences: one scan, with masked steps that leave the state alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import ops
from cornu.core import tree

Step = Callable[[Any, Any], tuple[Any, Any]]


def run_cell(
    step: Step,
    sequences: Any,
    states: Any,
    *,
    mask: Any = None,
    go_backwards: bool = False,
    unroll: bool = False,
    zero_output_for_mask: bool = False,
    keep_outputs: bool = True,
) -> tuple[Any, Any]:
    """Runs a cell along sequences.

    Args:
        step: `step(x, states)` returns the output and the new states of one step.
        sequences: Tensor of shape (steps, batch, ...).
        states: The states before the first step, in the form in which `step` takes them.
        mask: Bool tensor of shape (steps, batch): False where a step does not count.
        go_backwards: Whether to begin with the last step.
        unroll: Whether every step becomes a part of the graph of its own.
        zero_output_for_mask: Whether the output of a masked step is 0; it is the first state of
            the last cell otherwise, which is the output before.
        keep_outputs: Whether the outputs of the steps are wanted.

    Returns:
        The outputs of shape (steps, batch, ...) in the order in which they were computed, or None,
        and the states after the last step.
    """

    def advance(carry: Any, slices: Any) -> tuple[Any, Any]:
        x, valid = slices
        output, new = step(x, carry)
        if valid is not None:
            if keep_outputs:
                output = _masked_output(output, carry, valid, zero_output_for_mask)
            new = tree.map_structure(lambda after, before: _hold(valid, after, before), new, carry)
        return new, output if keep_outputs else ()

    if unroll:
        return _unrolled(advance, sequences, mask, states, go_backwards)
    if mask is None:
        states, outputs = ops.scan(
            lambda carry, x: advance(carry, (x, None)), states, sequences, reverse=go_backwards
        )
    else:
        states, outputs = ops.scan(advance, states, (sequences, mask), reverse=go_backwards)
    if not keep_outputs:
        return None, states
    return ops.flip(outputs, axis=0) if go_backwards else outputs, states


def _unrolled(
    advance: Step, sequences: Any, mask: Any, states: Any, go_backwards: bool
) -> tuple[Any, Any]:
    places = range(sequences.shape[0])
    outputs = []
    for place in reversed(places) if go_backwards else places:
        valid = None if mask is None else mask[place]
        states, output = advance(states, (sequences[place], valid))
        outputs.append(output)
    return None if isinstance(outputs[0], tuple) else ops.stack(outputs), states


def _masked_output(output: Any, states: Any, valid: Any, zero: bool) -> Any:
    if zero:
        return _hold(valid, output, ops.zeros_like(output))
    # The first state is taken for the previous output; of stacked cells, that of the last one.
    previous = tree.flatten(states[-1])[0] if tree.is_nested(states[0]) else states[0]
    if tuple(previous.shape) != tuple(output.shape):
        raise ValueError(
            f"A masked step repeats the previous output, for which the first state is taken; but "
            f"the cell's output has shape {tuple(output.shape)} and its first state "
            f"{tuple(previous.shape)}. Use zero_output_for_mask=True."
        )
    return _hold(valid, output, ops.cast(previous, output.dtype))


def _hold(valid: Any, after: Any, before: Any) -> Any:
    """Returns `after` for the sequences whose step counts, and `before` for the others."""
    places = (*valid.shape, *(1,) * (len(after.shape) - len(valid.shape)))
    return ops.where(ops.reshape(valid, places), after, before)


def swap_batch_and_steps(x: Any) -> Any:
    """Returns a tensor with its first two axes exchanged."""
    return ops.swapaxes(x, 0, 1)


def step_mask(mask: Any, shape: tuple[Any, ...], who: str) -> Any:
    """Returns a mask of sequences as bools of shape (steps, batch).

    Args:
        mask: Tensor of shape (batch, steps), perhaps with further axes: a step counts where any
            value is true. A list holds it first.
        shape: Shape of the sequences.
        who: The layer, for the message.

    Returns:
        The mask, or None.

    Raises:
        ValueError: When the mask does not fit.
    """
    mask = tree.flatten(mask)[0] if tree.is_nested(mask) else mask
    if mask is None:
        return None
    mask = ops.convert_to_tensor(mask)
    if tuple(mask.shape[:2]) != tuple(shape[:2]):
        raise ValueError(
            f"{who} got a mask of shape {tuple(mask.shape)} for sequences of shape "
            f"{tuple(shape)}; expected one value for each step: shape {tuple(shape[:2])}."
        )
    mask = ops.cast(mask, "bool")
    if len(mask.shape) > 2:
        mask = ops.any(mask, axis=tuple(range(2, len(mask.shape))))
    return swap_batch_and_steps(mask)
