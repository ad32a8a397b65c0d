"""RNN: the layer that runs a cell along sequences."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry, tree
from cornu.core.errors import InvalidArgumentError
from cornu.core.keras_tensor import STAND_INS
from cornu.core.variable import Variable, autocast_scope
from cornu.layers.call import current_context, enter_scope, leave_scope
from cornu.layers.layer import Layer
from cornu.layers.rnn.cell import RecurrentCell
from cornu.layers.rnn.dropout_cell import DropoutCell, as_list
from cornu.layers.rnn.loop import run_cell, step_mask, swap_batch_and_steps
from cornu.layers.rnn.stacked import (
    StackedRNNCells,
    call_cell,
    check_cell,
    initial_state,
    output_size,
)
from cornu.layers.tracking import untracked
from cornu.saving import deserialize_keras_object, serialize_keras_object


@registry.builtin("layer")
class RNN(Layer):
    """Runs a cell along sequences: inputs of shape (batch, steps, ...), one step after the other.

    A cell is an object with `call(inputs, states)`, which returns the output of one step and a list
    of the new states, and `state_size`, an int or a list of ints; most often a `Layer`. It may
    have an `output_size` (that of its first state otherwise) and a
    `get_initial_state(batch_size=None)` (zeros otherwise).

    Where the mask of a step is False, the states stay as they are and the output of the step before
    is repeated.

    Args:
        cell: A cell, or a list of cells that are stacked.
        return_sequences: Whether the outputs of all steps are returned, or only the last.
        return_state: Whether the last states are returned after the output.
        go_backwards: Whether to begin with the last step; sequences of outputs are in the order
            in which they were computed.
        stateful: Whether the last states of a batch are the first of the next, until
            `reset_state()`; needs a fixed batch size.
        unroll: Whether the steps are written out one by one instead of a loop; the numbers are the
            same.
        zero_output_for_mask: Whether masked steps give 0 instead of the output before.
        **kwargs: `name`, `dtype`, `trainable`, `activity_regularizer`, and `input_shape` on a
            first layer.

    Raises:
        ValueError: For what is no cell, and when called with sequences, a mask or an
            `initial_state` that do not fit.

    Example:
        >>> import cornu as keras
        >>> class Sum(keras.layers.Layer):
        ...     state_size = 3
        ...
        ...     def call(self, inputs, states):
        ...         total = states[0] + inputs
        ...         return total, [total]
        >>> keras.layers.RNN(Sum())(keras.ops.ones((1, 5, 3))).numpy()
        array([[5., 5., 5.]], dtype=float32)
        >>> cells = [keras.layers.GRUCell(8), keras.layers.GRUCell(4)]
        >>> keras.layers.RNN(cells, return_sequences=True)(keras.ops.ones((1, 5, 3))).shape
        (1, 5, 4)
    """

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        check_cell(cell, type(self).__name__)
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.supports_masking = True
        self.states: Any = None
        size = cell.state_size
        if not isinstance(size, (int, list, tuple)):
            raise ValueError(
                f"{type(self).__name__}: a cell's state_size is an int, or a list of ints for "
                f"several states; got {size!r}."
            )
        self.single_state = isinstance(size, int)
        self.state_size = [size] if isinstance(size, int) else list(size)

    # ---------------------------------------------------------------- shapes

    def _state_shapes(self, shape: Any) -> list[Any]:
        """Returns the shapes of the states for sequences of a shape, in lists for stacked cells."""
        batch = shape[0]
        return [
            (batch, size) if isinstance(size, int) else [(batch, one) for one in size]
            for size in self.state_size
        ]

    def _zero_states(self, shape: Any) -> list[Any]:
        """Returns the states before the first step of sequences of a shape."""
        return self.get_initial_state(shape[0])

    def _output_shape(self, step_shape: Any) -> tuple[Any, ...]:
        """Returns the shape of the output of one step."""
        size = output_size(self.cell)
        return (step_shape[0], *((size,) if isinstance(size, int) else tuple(size)))

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        """Returns the shape of the output, followed by those of the states with `return_state`."""
        batch, steps = sequences_shape[:2]
        shape = self._output_shape((batch, *sequences_shape[2:]))
        if self.return_sequences:
            shape = (batch, steps, *shape[1:])
        return (shape, *self._state_shapes(sequences_shape)) if self.return_state else shape

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Returns the mask of the sequences for sequences of outputs, and none for states."""
        mask = tree.flatten(mask)[0] if tree.is_nested(mask) else mask
        own = mask if self.return_sequences else None
        return [own, *(None for _ in self.state_size)] if self.return_state else own

    # ---------------------------------------------------------------- states

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Builds the cell, and the variables of the states when `stateful`."""
        if isinstance(self.cell, Layer) and not self.cell.built:
            self.cell.build((sequences_shape[0], *sequences_shape[2:]))
        if self.stateful and self.states is None:
            batch = sequences_shape[0]
            context = current_context()
            if batch is None or (context and context.inferring and batch in STAND_INS):
                raise InvalidArgumentError(
                    f"{self._who()} is stateful, so the batch size must be known; got sequences "
                    f"of shape {(None, *sequences_shape[1:])}. Give it: keras.Input("
                    f"batch_shape=({', '.join(map(str, (32, *sequences_shape[1:])))}))."
                )
            self._make_state_variables(sequences_shape)

    def _make_state_variables(self, shape: Any) -> None:
        # They are no weights: files and get_weights() leave them out.
        entered = enter_scope(self)
        try:
            with untracked():
                self.states = tree.map_structure(
                    lambda value: Variable(
                        value, dtype=self.variable_dtype, trainable=False, name="rnn_state"
                    ),
                    self._zero_states(shape),
                )
        finally:
            if entered:
                leave_scope()

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Returns the states before the first step: what the cell says, or zeros.

        Args:
            batch_size: Number of sequences.

        Returns:
            A list of tensors, of lists of them where a stacked cell has several.
        """
        states = initial_state(self.cell, batch_size, self._cell_dtype)
        return list(states) if tree.is_nested(states) else [states]

    def reset_state(self, states: Any = None) -> None:
        """Sets the states of a stateful layer back to 0, or to given values.

        Args:
            states: An array, or a list with one array for each state.

        Raises:
            ValueError: When values are given and do not fit, or there are no states yet.
        """
        if self.states is None:
            if states is not None:
                raise ValueError(
                    f"{self._who()} has no states to set: it must be stateful and built."
                )
            return
        variables = tree.flatten(self.states)
        if states is None:
            for variable in variables:
                variable.assign(ops.zeros(variable.shape, dtype=variable.dtype))
            return
        values = tree.flatten(states) if tree.is_nested(states) else [states]
        self._check_states(values, [variable.shape for variable in variables])
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)

    def reset_states(self, states: Any = None) -> None:
        """Does what `reset_state` does; the name of Keras 2."""
        self.reset_state(states)

    @property
    def _cell_dtype(self) -> str:
        return str(getattr(self.cell, "compute_dtype", self.compute_dtype))

    def _check_states(self, values: list[Any], shapes: list[Any]) -> None:
        if len(values) != len(shapes):
            raise ValueError(
                f"{self._who()} has {len(shapes)} state(s), of shapes "
                f"{', '.join(map(str, shapes))}; got {len(values)}. Pass a list with one tensor "
                f"for each."
            )
        for value, shape in zip(values, shapes, strict=True):
            given = tuple(ops.shape(value))
            if given != tuple(shape):
                raise ValueError(
                    f"{self._who()} needs a state of shape {tuple(shape)} (batch, then the cell's "
                    f"state_size); got one of shape {given}."
                )

    def _first_states(self, initial_state: Any, shape: tuple[int, ...]) -> list[Any]:
        """Returns the states before the first step in the form in which the cell takes them."""
        batch = shape[0]
        if self.stateful and self.states is not None:
            expected = tree.flatten(self.states)[0].shape[0]
            if batch != expected:
                raise ValueError(
                    f"{self._who()} is stateful and keeps states for batches of {expected}; got a "
                    f"batch of {batch}. All batches must have the same size."
                )
        if initial_state is None:
            own = self.states if self.stateful else None
            states = self._zero_states(shape) if own is None else own
        else:
            values = tree.flatten(initial_state)
            entries = self._state_shapes(shape)
            nested = [entry if isinstance(entry, list) else [entry] for entry in entries]
            self._check_states(values, [one for entry in nested for one in entry])
            form = [[None] * len(e) if isinstance(e, list) else None for e in entries]
            states = tree.pack_sequence_as(form, values)
        dtype = self._cell_dtype
        return list(tree.map_structure(lambda x: ops.cast(x, dtype), states))

    # ---------------------------------------------------------------- calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the layer; a list as first argument holds the sequences, then initial states.

        Args:
            *args: Sequences, or a list `[sequences, state, ...]`.
            **kwargs: `initial_state`, `mask`, `training`.

        Returns:
            What `call` returns.
        """
        return super().__call__(*split_states(args, kwargs), **kwargs)

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = False
    ) -> Any:
        """Runs the cell along the sequences.

        Args:
            sequences: Tensor of shape (batch, steps, ...).
            initial_state: The states before the first step: a tensor or a list of them; those kept
                by a stateful layer, or else those of the cell, when None.
            mask: Bool tensor of shape (batch, steps): False where a step does not count.
            training: Passed on to the cell; dropout happens only in training.

        Returns:
            The output; with `return_state` a tuple of the output and the last states.
        """
        shape = tuple(sequences.shape)
        if len(shape) < 3 or shape[1] == 0:
            raise ValueError(
                f"{self._who()} expects sequences of shape (batch, steps, features) with at least "
                f"one step; got shape {shape}."
            )
        states = self._first_states(initial_state, shape)
        self._draw_masks(self.cell, sequences[:, 0], states, training)
        try:
            last, outputs, states = self.inner_loop(sequences, states, mask, training=training)
        finally:
            self._reset_masks(self.cell)
        dtype = self.compute_dtype
        states = tree.map_structure(lambda x: ops.cast(x, dtype), states)
        if self.stateful:
            kept = zip(tree.flatten(self.states), tree.flatten(states), strict=True)
            for variable, state in kept:
                variable.assign(state)
        output = ops.cast(outputs if self.return_sequences else last, dtype)
        return (output, *states) if self.return_state else output

    def inner_loop(
        self, sequences: Any, initial_state: Any, mask: Any, training: Any = False
    ) -> tuple[Any, Any, Any]:
        """Runs the loop over the steps.

        Args:
            sequences: Tensor of shape (batch, steps, ...).
            initial_state: List of the states before the first step.
            mask: Tensor of shape (batch, steps), or None.
            training: Passed on to the cell.

        Returns:
            The last output, the outputs of all steps (None unless `return_sequences`), and the
            last states.
        """
        valid = step_mask(mask, tuple(sequences.shape), self._who())
        xs = swap_batch_and_steps(sequences)
        own = isinstance(self.cell, RecurrentCell) and type(self.cell).call is RecurrentCell.call
        if own:
            xs, step = self._prepared_step(xs, initial_state, training)
        else:
            step = self._cell_step(training)
        # The first state of cornu's own cells is the last output that was not masked.
        is_state = own and (valid is None or not self.zero_output_for_mask)
        outputs, states = run_cell(
            step,
            xs,
            initial_state,
            mask=valid,
            go_backwards=self.go_backwards,
            unroll=self.unroll,
            zero_output_for_mask=self.zero_output_for_mask,
            keep_outputs=self.return_sequences or not is_state,
        )
        last = states[0] if is_state else outputs[-1]
        return last, swap_batch_and_steps(outputs) if self.return_sequences else None, states

    def _prepared_step(self, xs: Any, states: list[Any], training: Any) -> tuple[Any, Any]:
        """Returns the input's part of the gates for all steps, and the rest of the step."""
        cell = self.cell
        inputs_masks = as_list(cell.get_dropout_mask(xs[0]) if training else None)
        masks = as_list(cell.get_recurrent_dropout_mask(states[0]) if training else None)
        with autocast_scope(self._cell_dtype):
            return cell.project(ops.cast(xs, self._cell_dtype), inputs_masks), cell.stepper(masks)

    def _cell_step(self, training: Any) -> Any:
        """Returns the step of a cell that is called like a layer, its states checked."""

        def step(x: Any, states: Any) -> tuple[Any, Any]:
            output, new = call_cell(self.cell, x, states, training)
            before, after = tree.flatten(states), tree.flatten(new)
            if [tuple(x.shape) for x in after] != [tuple(x.shape) for x in before]:
                raise ValueError(
                    f"{self._who()}: the cell {type(self.cell).__name__} was given states of "
                    f"shapes {[tuple(x.shape) for x in before]} and returned "
                    f"{[tuple(x.shape) for x in after]}. Its call() must return (output, "
                    f"new_states), the latter as state_size={self.cell.state_size} says."
                )
            kept = [ops.cast(a, b.dtype) for a, b in zip(after, before, strict=True)]
            return output, tree.pack_sequence_as(states, kept)

        return step

    def _draw_masks(self, cell: Any, step_input: Any, states: Any, training: Any) -> None:
        """Draws the dropout masks of a call before the loop, in the order in which Keras does."""
        first = states[0] if isinstance(states, (list, tuple)) else states
        if isinstance(cell, DropoutCell):
            cell.reset_dropout_mask()
            cell.reset_recurrent_dropout_mask()
            if training:
                cell.get_dropout_mask(step_input)
                cell.get_recurrent_dropout_mask(first)
            else:
                cell.skip_dropout_masks()
        elif isinstance(cell, StackedRNNCells):
            for inner, own in zip(cell.cells, states, strict=True):
                self._draw_masks(inner, step_input, own, training)
                size = output_size(inner)
                step_input = ops.zeros((step_input.shape[0], size), dtype=step_input.dtype)

    def _reset_masks(self, cell: Any) -> None:
        for inner in cell.cells if isinstance(cell, StackedRNNCells) else [cell]:
            if isinstance(inner, DropoutCell):
                inner.reset_dropout_mask()
                inner.reset_recurrent_dropout_mask()

    # ---------------------------------------------------------------- config

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "return_sequences": self.return_sequences,
            "return_state": self.return_state,
            "go_backwards": self.go_backwards,
            "stateful": self.stateful,
            "unroll": self.unroll,
            "zero_output_for_mask": self.zero_output_for_mask,
            "cell": serialize_keras_object(self.cell),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Makes a layer from what `get_config` returned."""
        config = dict(config)
        cell = deserialize_keras_object(config.pop("cell"), custom_objects=custom_objects)
        return cls(cell, **config)


def split_states(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """Takes initial states out of a list given as first argument.

    Args:
        args: Arguments of a call of a recurrent layer.
        kwargs: Its keyword arguments; gets `initial_state`.

    Returns:
        The arguments, the first of them the sequences alone.
    """
    if not args or not isinstance(args[0], (list, tuple)) or len(args[0]) < 2:
        return args
    if not all(hasattr(value, "shape") for value in tree.flatten(args[0])):
        return args
    sequences, *states = args[0]
    if len(args) > 1 or kwargs.get("initial_state") is not None:
        raise ValueError(
            "A recurrent layer got initial states twice: in the list [sequences, state, ...] and "
            "as initial_state."
        )
    kwargs["initial_state"] = states
    return (sequences, *args[1:])
