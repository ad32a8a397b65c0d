"""LSTMCell and LSTM: a state that gates open for writing, keeping and reading."""

from __future__ import annotations

from typing import Any

from cornu import initializers, ops
from cornu.core import registry
from cornu.layers.input_spec import InputSpec
from cornu.layers.rnn.cell import RecurrentCell, Step
from cornu.layers.rnn.cell_layer import CellLayer, check_use_cudnn, from_cell


def forget_gate_open(initializer: Any, units: int) -> Any:
    """Returns an initializer for the biases of the gates i, f, c, o that puts 1 on f.

    Args:
        initializer: For the other gates.
        units: Size of a gate.
    """

    def start(shape: Any, dtype: Any = None, **keywords: Any) -> Any:
        ones = initializers.Ones()
        return ops.concatenate(
            [
                initializer((units,), dtype=dtype, **keywords),
                ones((units,), dtype=dtype),
                initializer((2 * units,), dtype=dtype, **keywords),
            ]
        )

    return start


class LSTMGates(RecurrentCell):
    """The step of LSTM, whatever its products are."""

    gates = 4

    def _bias_initializer(self) -> Any:
        if not self.unit_forget_bias:
            return self.bias_initializer
        return forget_gate_open(self.bias_initializer, self.units)

    def stepper(self, masks: list[Any]) -> Step:
        """Returns the part of a step that depends on the state."""
        recurrent = self._recurrent_product(masks)

        def step(projected: Any, states: list[Any]) -> tuple[Any, list[Any]]:
            state, carry = states
            gates = self._gates(ops.add(projected, recurrent(state)))
            write, keep = self.recurrent_activation(gates[0]), self.recurrent_activation(gates[1])
            carry = keep * carry + write * self.activation(gates[2])
            output = self.recurrent_activation(gates[3]) * self.activation(carry)
            return output, [output, carry]

        return step

    def arguments(self) -> dict[str, Any]:
        """Returns the arguments that a cell and the layer of its name share."""
        return {
            **super().arguments(),
            **self._gate_arguments(),
            "unit_forget_bias": self.unit_forget_bias,
        }


@registry.builtin("layer")
class LSTMCell(LSTMGates):
    """One step of LSTM.

    With the gates i, f, c, o side by side in the kernels and the bias, and state (h, c):
    `i, f, o = recurrent_activation(x @ kernel + bias + h @ recurrent_kernel)`,
    `c = f * c + i * activation(...)`, `h = o * activation(c)`.

    Args:
        units: Size of the output and of both states.
        activation: For the new content and the output; None leaves values as they are.
        recurrent_activation: For the gates.
        use_bias: Whether a bias is added.
        kernel_initializer: For the kernel of shape (features, 4 * units).
        recurrent_initializer: For the recurrent kernel of shape (units, 4 * units).
        bias_initializer: For the bias of shape (4 * units,).
        unit_forget_bias: Whether the bias of the forget gate f begins with 1.
        kernel_regularizer: Penalty on the kernel.
        recurrent_regularizer: Penalty on the recurrent kernel.
        bias_regularizer: Penalty on the bias.
        kernel_constraint: Applied to the kernel after each step of training.
        recurrent_constraint: Applied to the recurrent kernel after each step of training.
        bias_constraint: Applied to the bias after each step of training.
        dropout: Share of the inputs that becomes 0 while training, the same in all steps.
        recurrent_dropout: Share of the state that becomes 0 while training, the same in all steps.
        seed: For repeatable dropout.
        **kwargs: `implementation`: 1 gives each gate a dropout mask of its own, 2 (the default)
            one mask to all; `recurrent_dropout` implies 1. `name`, `dtype` and `trainable`.

    Raises:
        ValueError: When `units` is no positive int or a share is not between 0 and 1.

    Example:
        >>> import cornu as keras
        >>> cell = keras.layers.LSTMCell(4)
        >>> output, states = cell(keras.ops.ones((2, 3)), cell.get_initial_state(batch_size=2))
        >>> output.shape, len(states)
        ((2, 4), 2)
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
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
        implementation = kwargs.pop("implementation", 2)
        super().__init__(**kwargs)
        self._set_arguments(
            units,
            use_bias,
            dropout,
            recurrent_dropout,
            seed,
            activation=activation,
            recurrent_activation=recurrent_activation,
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
        self._set_implementation(implementation)
        self.unit_forget_bias = unit_forget_bias
        self.state_size = [self.units, self.units]


@registry.builtin("layer")
class LSTM(CellLayer):
    """Long short-term memory: a recurrent layer that learns what to keep over many steps.

    Inputs have shape (batch, steps, features). The gates i, f, c, o stand side by side in the
    kernels and the bias.

    Args:
        units: Size of the output and of both states.
        activation: For the new content and the output; None leaves values as they are.
        recurrent_activation: For the gates.
        use_bias: Whether a bias is added.
        kernel_initializer: For the kernel of shape (features, 4 * units).
        recurrent_initializer: For the recurrent kernel of shape (units, 4 * units).
        bias_initializer: For the bias of shape (4 * units,).
        unit_forget_bias: Whether the bias of the forget gate f begins with 1.
        kernel_regularizer: Penalty on the kernel.
        recurrent_regularizer: Penalty on the recurrent kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs.
        kernel_constraint: Applied to the kernel after each step of training.
        recurrent_constraint: Applied to the recurrent kernel after each step of training.
        bias_constraint: Applied to the bias after each step of training.
        dropout: Share of the inputs that becomes 0 while training, the same in all steps.
        recurrent_dropout: Share of the state that becomes 0 while training, the same in all steps.
        seed: For repeatable dropout.
        return_sequences: Whether the outputs of all steps are returned, or only the last.
        return_state: Whether the last states h and c are returned after the output.
        go_backwards: Whether to begin with the last step; sequences of outputs are in the order
            in which they were computed.
        stateful: Whether the last state of a batch is the first of the next; needs a fixed batch
            size.
        unroll: Whether the steps are written out one by one instead of a loop.
        use_cudnn: Accepted for Keras's signature; has no effect.
        **kwargs: `implementation` of the cell, `zero_output_for_mask`, `name`, `dtype`,
            `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: For arguments that the cell refuses, and when called on inputs of another rank.

    Reference:
        Hochreiter and Schmidhuber, "Long short-term memory" (1997); Gers, Schmidhuber and Cummins,
        "Learning to forget" (2000).

    Example:
        >>> import cornu as keras
        >>> x = keras.ops.ones((2, 5, 3))
        >>> keras.layers.LSTM(4)(x).shape
        (2, 4)
        >>> outputs, h, c = keras.layers.LSTM(4, return_sequences=True, return_state=True)(x)
        >>> outputs.shape, h.shape, c.shape
        ((2, 5, 4), (2, 4), (2, 4))
    """

    recurrent_activation = from_cell("recurrent_activation")
    unit_forget_bias = from_cell("unit_forget_bias")

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        use_cudnn: bool | str = "auto",
        **kwargs: Any,
    ) -> None:
        cell = LSTMCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            implementation=kwargs.pop("implementation", 2),
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="lstm_cell",
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
        self.use_cudnn = check_use_cudnn(use_cudnn, type(self).__name__)
        self.input_spec = InputSpec(ndim=3)
