"""GRUCell and GRU: a state that is its own output, with gates for renewal and reset."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.layers.input_spec import InputSpec
from cornu.layers.rnn.cell import RecurrentCell, Step
from cornu.layers.rnn.cell_layer import CellLayer, check_use_cudnn, from_cell


@registry.builtin("layer")
class GRUCell(RecurrentCell):
    """One step of GRU.

    With the gates z, r, h side by side in the kernels and the bias, and state h:
    `z, r = recurrent_activation(x @ kernel + h @ recurrent_kernel)`, then
    `new = activation(x @ kernel_h + r * (h @ recurrent_kernel_h))` and `h = z * h + (1 - z) * new`.

    Args:
        units: Size of the output and of the state.
        activation: For the new content; None leaves values as they are.
        recurrent_activation: For the gates.
        use_bias: Whether biases are added.
        kernel_initializer: For the kernel of shape (features, 3 * units).
        recurrent_initializer: For the recurrent kernel of shape (units, 3 * units).
        bias_initializer: For the bias, of shape (2, 3 * units) with `reset_after` (for the inputs
            and for the state), of shape (3 * units,) without.
        kernel_regularizer: Penalty on the kernel.
        recurrent_regularizer: Penalty on the recurrent kernel.
        bias_regularizer: Penalty on the bias.
        kernel_constraint: Applied to the kernel after each step of training.
        recurrent_constraint: Applied to the recurrent kernel after each step of training.
        bias_constraint: Applied to the bias after each step of training.
        dropout: Share of the inputs that becomes 0 while training, the same in all steps.
        recurrent_dropout: Share of the state that becomes 0 while training, the same in all steps.
        reset_after: Whether the gate r is applied after the product with the recurrent kernel, or
            to the state before it.
        seed: For repeatable dropout.
        **kwargs: `implementation`: 1 gives each gate a dropout mask of its own, 2 (the default)
            one mask to all; `recurrent_dropout` implies 1. `name`, `dtype` and `trainable`.

    Raises:
        ValueError: When `units` is no positive int or a share is not between 0 and 1.

    Example:
        >>> import cornu as keras
        >>> cell = keras.layers.GRUCell(4)
        >>> output, [state] = cell(keras.ops.ones((2, 3)), cell.get_initial_state(batch_size=2))
        >>> output.shape, cell.bias.shape
        ((2, 4), (2, 12))
    """

    gates = 3

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
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
        reset_after: bool = True,
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
        self.reset_after = reset_after

    def _bias_shape(self) -> tuple[int, ...]:
        columns = self.gates * self.units
        return (2, columns) if self.reset_after else (columns,)

    def _input_bias(self) -> Any:
        if self.bias is None or not self.reset_after:
            return self.bias
        # The gates z and r add both biases; only that of the content stays behind the gate r.
        behind = ops.zeros((self.units,), dtype=self.compute_dtype)
        return self.bias[0] + ops.concatenate([self.bias[1, : 2 * self.units], behind])

    def stepper(self, masks: list[Any]) -> Step:
        """Returns the part of a step that depends on the state."""
        content = self._content_after_reset if self.reset_after else self._content_of_reset_state
        content_of = content(masks)

        def step(projected: Any, states: list[Any]) -> tuple[Any, list[Any]]:
            state = states[0]
            keep, new = content_of(projected, state)
            output = keep * state + (1 - keep) * new
            return output, [output]

        return step

    def _content_after_reset(self, masks: list[Any]) -> Any:
        recurrent = self._recurrent_product(masks)
        bias = None if self.bias is None else self.bias[1, 2 * self.units :]

        def content(projected: Any, state: Any) -> tuple[Any, Any]:
            inputs, own = self._gates(projected), self._gates(recurrent(state))
            keep = self.recurrent_activation(inputs[0] + own[0])
            reset = self.recurrent_activation(inputs[1] + own[1])
            last = own[2] if bias is None else ops.add(own[2], bias)
            return keep, self.activation(inputs[2] + reset * last)

        return content

    def _content_of_reset_state(self, masks: list[Any]) -> Any:
        kernels = ops.split(ops.convert_to_tensor(self.recurrent_kernel), 3, axis=-1)
        drops = masks if len(masks) == 3 else [masks[0] if masks else None] * 3

        def dropped(state: Any, gate: int) -> Any:
            return state if drops[gate] is None else state * drops[gate]

        def content(projected: Any, state: Any) -> tuple[Any, Any]:
            inputs = self._gates(projected)
            keep, reset = (
                self.recurrent_activation(
                    inputs[gate] + ops.matmul(dropped(state, gate), kernels[gate])
                )
                for gate in (0, 1)
            )
            own = ops.matmul(reset * dropped(state, 2), kernels[2])
            return keep, self.activation(inputs[2] + own)

        return content

    def arguments(self) -> dict[str, Any]:
        """Returns the arguments that a cell and the layer of its name share."""
        return {
            **super().arguments(),
            **self._gate_arguments(),
            "reset_after": self.reset_after,
        }


@registry.builtin("layer")
class GRU(CellLayer):
    """Gated recurrent unit: a recurrent layer with fewer gates than LSTM and one state.

    Inputs have shape (batch, steps, features). The gates z, r, h stand side by side in the kernels
    and the bias.

    Args:
        units: Size of the output and of the state.
        activation: For the new content; None leaves values as they are.
        recurrent_activation: For the gates.
        use_bias: Whether biases are added.
        kernel_initializer: For the kernel of shape (features, 3 * units).
        recurrent_initializer: For the recurrent kernel of shape (units, 3 * units).
        bias_initializer: For the bias, of shape (2, 3 * units) with `reset_after` (for the inputs
            and for the state), of shape (3 * units,) without.
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
        return_state: Whether the last state is returned after the output.
        go_backwards: Whether to begin with the last step; sequences of outputs are in the order
            in which they were computed.
        stateful: Whether the last state of a batch is the first of the next; needs a fixed batch
            size.
        unroll: Whether the steps are written out one by one instead of a loop.
        reset_after: Whether the gate r is applied after the product with the recurrent kernel, or
            to the state before it.
        use_cudnn: Accepted for Keras's signature; has no effect.
        **kwargs: `implementation` of the cell, `zero_output_for_mask`, `name`, `dtype`,
            `trainable`, and `input_shape` on a first layer.

    Raises:
        ValueError: For arguments that the cell refuses, and when called on inputs of another rank.

    Reference:
        Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical
        machine translation" (2014).

    Example:
        >>> import cornu as keras
        >>> x = keras.ops.ones((2, 5, 3))
        >>> keras.layers.GRU(4)(x).shape
        (2, 4)
        >>> keras.layers.GRU(4, return_sequences=True)(x).shape
        (2, 5, 4)
    """

    recurrent_activation = from_cell("recurrent_activation")
    reset_after = from_cell("reset_after")

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
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
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        use_cudnn: bool | str = "auto",
        **kwargs: Any,
    ) -> None:
        cell = GRUCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
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
            reset_after=reset_after,
            seed=seed,
            implementation=kwargs.pop("implementation", 2),
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="gru_cell",
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
