"""ConvLSTMCell: one step of an LSTM whose products are convolutions."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry
from cornu.core.errors import InvalidArgumentError
from cornu.layers.core.dense import positive_int
from cornu.layers.input_spec import InputSpec
from cornu.layers.rnn.lstm import LSTMGates
from cornu.ops.windows import (
    image_format,
    image_shape,
    padding_mode,
    per_axis,
    spatial_sizes,
    window_places,
)


@registry.builtin("layer")
class ConvLSTMCell(LSTMGates):
    """One step of ConvLSTM1D, 2D or 3D: inputs and states are images.

    The inputs are convolved as the arguments say; the state is convolved with padding "same", so
    that it keeps its size.

    Args:
        rank: Number of spatial axes, 1 to 3.
        filters: Number of channels of the output and of both states.
        kernel_size: Size of both kernels: one number, or one for each axis.
        strides: Steps of the kernel over the inputs.
        padding: "valid" or "same", for the inputs.
        data_format: "channels_last" or "channels_first"; the setting of `keras.config` when None.
        dilation_rate: Distance of the kernel's elements over the inputs.
        activation: For the new content and the output.
        recurrent_activation: For the gates.
        use_bias: Whether a bias is added.
        kernel_initializer: For the kernel of shape (*kernel_size, channels, 4 * filters).
        recurrent_initializer: For the kernel of shape (*kernel_size, filters, 4 * filters).
        bias_initializer: For the bias of shape (4 * filters,).
        unit_forget_bias: Whether the bias of the forget gate begins with 1.
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
        ValueError: For sizes that are no positive ints, or an unknown padding or data format.

    Reference:
        Shi et al., "Convolutional LSTM network: a machine learning approach for precipitation
        nowcasting" (2015).

    Example:
        >>> import cornu as keras
        >>> from cornu.layers.rnn.conv_lstm_cell import ConvLSTMCell
        >>> cell = ConvLSTMCell(2, filters=4, kernel_size=3, padding="same")
        >>> cell.build((None, 8, 8, 1))
        >>> output, states = cell(keras.ops.ones((2, 8, 8, 1)), cell.get_initial_state(2))
        >>> output.shape
        (2, 8, 8, 4)
    """

    dropout_mask_count = 4

    def __init__(
        self,
        rank: int,
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
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        who = type(self).__name__
        if rank not in (1, 2, 3):
            raise ValueError(f"{who}: rank is 1, 2 or 3; got {rank!r}.")
        filters = positive_int(filters, "filters", who)
        super().__init__(**kwargs)
        self.rank = rank
        self.filters = filters
        self.kernel_size = per_axis(kernel_size, rank, "kernel_size", who)
        self.strides = per_axis(strides, rank, "strides", who)
        self.padding = padding_mode(padding, rank, who)
        self.data_format = image_format(data_format, who)
        self.dilation_rate = per_axis(dilation_rate, rank, "dilation_rate", who)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{who}: strides and dilation_rate cannot both be larger than 1; got "
                f"strides={self.strides} and dilation_rate={self.dilation_rate}."
            )
        self._set_arguments(
            filters,
            use_bias,
            dropout,
            recurrent_dropout,
            seed,
            seed_first=True,
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
        self.unit_forget_bias = unit_forget_bias
        self.state_size = [-1, -1]  # Images: their size follows from that of the inputs.
        if self.data_format == "channels_first":
            self._gate_axis = -rank - 1
        self.input_spec = InputSpec(ndim=rank + 2)

    def build(self, input_shape: Any) -> None:
        """Makes the kernels and the bias."""
        channels = input_shape[self._gate_axis]
        if channels is None:
            raise InvalidArgumentError(
                f"{self._who()} cannot make its kernel: the number of channels of inputs of shape "
                f"{tuple(input_shape)} ({self.data_format}) is unknown. Give it in "
                f"keras.Input(shape=...)."
            )
        columns = self.gates * self.filters
        self._built_for = tuple(input_shape)
        self.output_shape_of(input_shape)  # fails when the kernel does not fit
        self._make_weights(
            (*self.kernel_size, channels, columns), (*self.kernel_size, self.filters, columns)
        )

    def output_shape_of(self, input_shape: Any) -> tuple[Any, ...]:
        """Returns the shape of the output and of both states for inputs of one step.

        Args:
            input_shape: Shape of the inputs of one step, sizes may be None.
        """
        places = window_places(
            self.padding,
            spatial_sizes(input_shape, self.data_format),
            self.kernel_size,
            self.strides,
            self.dilation_rate,
            self._who(),
        )
        return image_shape(input_shape[0], places, self.filters, self.data_format)

    def compute_output_shape(self, inputs_shape: Any, states_shape: Any = None) -> Any:
        """Returns the shape of the output and the list of those of the states."""
        shape = self.output_shape_of(inputs_shape)
        return shape, [shape, shape]

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Returns the states before the first step: images of zeros.

        Args:
            batch_size: Number of sequences.
        """
        return self.zero_states((batch_size, *self._built_for[1:]))

    def zero_states(self, input_shape: Any) -> list[Any]:
        """Returns images of zeros of the size that goes with inputs of one step.

        Args:
            input_shape: Shape of the inputs of one step.
        """
        shape = self.output_shape_of(input_shape)
        return [ops.zeros(shape, dtype=self.compute_dtype) for _ in range(2)]

    def _input_times(self, x: Any, kernel: Any) -> Any:
        images = x
        lead: tuple[Any, ...] = ()
        if len(x.shape) > self.rank + 2:  # All steps at once.
            lead = tuple(x.shape[:2])
            images = ops.reshape(x, (lead[0] * lead[1], *x.shape[2:]))
        result = ops.conv(
            images,
            kernel,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        return ops.reshape(result, (*lead, *result.shape[1:])) if lead else result

    def _recurrent_times(self, x: Any, kernel: Any) -> Any:
        return ops.conv(x, kernel, strides=1, padding="same", data_format=self.data_format)

    def _input_bias(self) -> Any:
        if self.bias is None or self._gate_axis == -1:
            return self.bias
        return ops.reshape(self.bias, (-1, *(1,) * self.rank))

    def arguments(self) -> dict[str, Any]:
        """Returns the arguments that a cell and the layer of its name share."""
        config = super().arguments()
        del config["units"]
        return {
            **config,
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
        }

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal cell."""
        return {**super().get_config(), "rank": self.rank}
