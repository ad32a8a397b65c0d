"""ConvLSTM1D, ConvLSTM2D, ConvLSTM3D: recurrent layers on sequences of images."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.core.errors import InvalidArgumentError
from cornu.layers.input_spec import InputSpec
from cornu.layers.rnn.cell_layer import CellLayer, from_cell
from cornu.layers.rnn.conv_lstm_cell import ConvLSTMCell


class _ConvLSTM(CellLayer):
    """Base of the layers that make a ConvLSTMCell."""

    rank: int

    filters = from_cell("filters")
    kernel_size = from_cell("kernel_size")
    strides = from_cell("strides")
    padding = from_cell("padding")
    data_format = from_cell("data_format")
    dilation_rate = from_cell("dilation_rate")
    recurrent_activation = from_cell("recurrent_activation")
    unit_forget_bias = from_cell("unit_forget_bias")

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
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
        **kwargs: Any,
    ) -> None:
        cell = ConvLSTMCell(
            self.rank,
            filters,
            kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
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
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="conv_lstm_cell",
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.input_spec = InputSpec(ndim=self.rank + 3)

    def _output_shape(self, step_shape: Any) -> tuple[Any, ...]:
        return tuple(self.cell.output_shape_of(step_shape))

    def _state_shapes(self, shape: Any) -> list[Any]:
        return [self._output_shape((shape[0], *shape[2:]))] * 2

    def _zero_states(self, shape: Any) -> list[Any]:
        if None in shape[2:]:
            raise InvalidArgumentError(
                f"{self._who()} cannot make its states: the inputs' shape {tuple(shape)} has "
                f"unknown sizes. A stateful layer needs all of them in keras.Input(batch_shape=...)."
            )
        states: list[Any] = self.cell.zero_states((shape[0], *shape[2:]))
        return states


@registry.builtin("layer")
class ConvLSTM1D(_ConvLSTM):
    """LSTM on sequences of rows of places: its products are convolutions.

    Inputs have shape (batch, steps, places, channels), or (batch, steps, channels, places)
    with "channels_first". The gates i, f, c, o stand side by side in the kernels and the bias.

    Args:
        filters: Number of channels of the output and of both states.
        kernel_size: Size of both kernels.
        strides: Steps of the kernel over the inputs.
        padding: "valid" or "same", for the inputs; the state keeps its size.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements over the inputs.
        activation: For the new content and the output; None leaves values as they are.
        recurrent_activation: For the gates.
        use_bias: Whether a bias is added.
        kernel_initializer: For the kernel of shape (*kernel_size, channels, 4 * filters).
        recurrent_initializer: For the kernel of shape (*kernel_size, filters, 4 * filters).
        bias_initializer: For the bias of shape (4 * filters,).
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
        stateful: Whether the last state of a batch is the first of the next; needs fixed sizes.
        **kwargs: `unroll`, `zero_output_for_mask`, `name`, `dtype`, `trainable`, and
            `input_shape` on a first layer.

    Raises:
        ValueError: For arguments that the cell refuses, and when called on inputs of another rank.

    Reference:
        Shi et al., "Convolutional LSTM network: a machine learning approach for precipitation
        nowcasting" (2015).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.ConvLSTM1D(4, 3, padding="same", return_sequences=True)
        >>> layer(keras.ops.ones((2, 5, 6, 1))).shape
        (2, 5, 6, 4)
    """

    rank = 1


@registry.builtin("layer")
class ConvLSTM2D(_ConvLSTM):
    """LSTM on sequences of images: its products are convolutions.

    Inputs have shape (batch, steps, height, width, channels), or (batch, steps, channels, height, width)
    with "channels_first". The gates i, f, c, o stand side by side in the kernels and the bias.

    Args:
        filters: Number of channels of the output and of both states.
        kernel_size: Size of both kernels: one number, or two.
        strides: Steps of the kernel over the inputs: one number, or two.
        padding: "valid" or "same", for the inputs; the state keeps its size.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements over the inputs: one number, or two.
        activation: For the new content and the output; None leaves values as they are.
        recurrent_activation: For the gates.
        use_bias: Whether a bias is added.
        kernel_initializer: For the kernel of shape (*kernel_size, channels, 4 * filters).
        recurrent_initializer: For the kernel of shape (*kernel_size, filters, 4 * filters).
        bias_initializer: For the bias of shape (4 * filters,).
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
        stateful: Whether the last state of a batch is the first of the next; needs fixed sizes.
        **kwargs: `unroll`, `zero_output_for_mask`, `name`, `dtype`, `trainable`, and
            `input_shape` on a first layer.

    Raises:
        ValueError: For arguments that the cell refuses, and when called on inputs of another rank.

    Reference:
        Shi et al., "Convolutional LSTM network: a machine learning approach for precipitation
        nowcasting" (2015).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.ConvLSTM2D(4, 3, padding="same", return_sequences=True)
        >>> layer(keras.ops.ones((2, 5, 6, 6, 1))).shape
        (2, 5, 6, 6, 4)
    """

    rank = 2


@registry.builtin("layer")
class ConvLSTM3D(_ConvLSTM):
    """LSTM on sequences of volumes: its products are convolutions.

    Inputs have shape (batch, steps, depth, height, width, channels), or (batch, steps, channels, depth, height, width)
    with "channels_first". The gates i, f, c, o stand side by side in the kernels and the bias.

    Args:
        filters: Number of channels of the output and of both states.
        kernel_size: Size of both kernels: one number, or three.
        strides: Steps of the kernel over the inputs: one number, or three.
        padding: "valid" or "same", for the inputs; the state keeps its size.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements over the inputs: one number, or three.
        activation: For the new content and the output; None leaves values as they are.
        recurrent_activation: For the gates.
        use_bias: Whether a bias is added.
        kernel_initializer: For the kernel of shape (*kernel_size, channels, 4 * filters).
        recurrent_initializer: For the kernel of shape (*kernel_size, filters, 4 * filters).
        bias_initializer: For the bias of shape (4 * filters,).
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
        stateful: Whether the last state of a batch is the first of the next; needs fixed sizes.
        **kwargs: `unroll`, `zero_output_for_mask`, `name`, `dtype`, `trainable`, and
            `input_shape` on a first layer.

    Raises:
        ValueError: For arguments that the cell refuses, and when called on inputs of another rank.

    Reference:
        Shi et al., "Convolutional LSTM network: a machine learning approach for precipitation
        nowcasting" (2015).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.ConvLSTM3D(4, 3, padding="same", return_sequences=True)
        >>> layer(keras.ops.ones((2, 5, 4, 4, 4, 1))).shape
        (2, 5, 4, 4, 4, 4)
    """

    rank = 3
