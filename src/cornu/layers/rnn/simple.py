"""SimpleRNNCell and SimpleRNN: the output is fed back as a further input."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.layers.input_spec import InputSpec
from cornu.layers.rnn.cell import RecurrentCell, Step
from cornu.layers.rnn.cell_layer import CellLayer


@registry.builtin("layer")
class SimpleRNNCell(RecurrentCell):
    """One step of SimpleRNN: `activation(x @ kernel + bias + state @ recurrent_kernel)`.

    Args:
        units: Size of the output and of the state.
        activation: Name or function; None leaves the sums as they are.
        use_bias: Whether a bias is added.
        kernel_initializer: For the kernel of shape (features, units).
        recurrent_initializer: For the recurrent kernel of shape (units, units).
        bias_initializer: For the bias of shape (units,).
        kernel_regularizer: Penalty on the kernel.
        recurrent_regularizer: Penalty on the recurrent kernel.
        bias_regularizer: Penalty on the bias.
        kernel_constraint: Applied to the kernel after each step of training.
        recurrent_constraint: Applied to the recurrent kernel after each step of training.
        bias_constraint: Applied to the bias after each step of training.
        dropout: Share of the inputs that becomes 0 while training, the same in all steps.
        recurrent_dropout: Share of the state that becomes 0 while training, the same in all steps.
        seed: For repeatable dropout.
        **kwargs: `name`, `dtype` and `trainable`.

    Raises:
        ValueError: When `units` is no positive int or a share is not between 0 and 1.

    Example:
        >>> import cornu as keras
        >>> cell = keras.layers.SimpleRNNCell(4)
        >>> output, [state] = cell(keras.ops.ones((2, 3)), [keras.ops.zeros((2, 4))])
        >>> output.shape, state.shape
        ((2, 4), (2, 4))
    """

    gates = 1

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._set_arguments(
            units,
            use_bias,
            dropout,
            recurrent_dropout,
            seed,
            seed_first=True,
            activation=activation,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
        )

    def stepper(self, masks: list[Any]) -> Step:
        """Returns the part of a step that depends on the state."""
        recurrent = self._recurrent_product(masks)

        def step(projected: Any, states: list[Any]) -> tuple[Any, list[Any]]:
            output = self.activation(ops.add(projected, recurrent(states[0])))
            return output, [output]

        return step


@registry.builtin("layer")
class SimpleRNN(CellLayer):
    """A fully connected recurrent layer, whose output goes into the next step.

    Inputs have shape (batch, steps, features).

    Args:
        units: Size of the output and of the state.
        activation: Name or function; None leaves the sums as they are.
        use_bias: Whether a bias is added.
        kernel_initializer: For the kernel of shape (features, units).
        recurrent_initializer: For the recurrent kernel of shape (units, units).
        bias_initializer: For the bias of shape (units,).
        kernel_regularizer: Penalty on the kernel.
        recurrent_regularizer: Penalty on the recurrent kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs.
        kernel_constraint: Applied to the kernel after each step of training.
        recurrent_constraint: Applied to the recurrent kernel after each step of training.
        bias_constraint: Applied to the bias after each step of training.
        dropout: Share of the inputs that becomes 0 while training, the same in all steps.
        recurrent_dropout: Share of the state that becomes 0 while training, the same in all steps.
        return_sequences: Whether the outputs of all steps are returned, or only the last.
        return_state: Whether the last state is returned after the output.
        go_backwards: Whether to begin with the last step; sequences of outputs are in the order
            in which they were computed.
        stateful: Whether the last state of a batch is the first of the next; needs a fixed batch
            size.
        unroll: Whether the steps are written out one by one instead of a loop.
        seed: For repeatable dropout.
        **kwargs: `zero_output_for_mask`, `name`, `dtype`, `trainable`, and `input_shape` on a
            first layer.

    Raises:
        ValueError: For arguments that the cell refuses, and when called on inputs of another rank.

    Example:
        >>> import cornu as keras
        >>> x = keras.ops.ones((2, 5, 3))
        >>> keras.layers.SimpleRNN(4)(x).shape
        (2, 4)
        >>> layer = keras.layers.SimpleRNN(4, return_sequences=True, return_state=True)
        >>> outputs, state = layer(x)
        >>> outputs.shape, state.shape
        ((2, 5, 4), (2, 4))
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        cell = SimpleRNNCell(
            units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="simple_rnn_cell",
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.input_spec = InputSpec(ndim=3)
