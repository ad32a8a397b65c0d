"""What convolutional layers share: the arguments, their checks, the bias, the config."""

from __future__ import annotations

from typing import Any

from cornu import activations, constraints, initializers, ops, regularizers
from cornu.core.errors import InvalidArgumentError
from cornu.layers.core.dense import positive_int
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.ops.windows import (
    image_format,
    image_shape,
    padding_mode,
    per_axis,
    spatial_sizes,
    window_places,
)


class BaseConvolution(Layer):
    """Base of layers that move a kernel over images.

    Subclasses set `rank`, make their kernels in `_build_kernels`, and compute in `_convolve`.

    Attributes:
        rank: Number of spatial axes.
        kernel_names: The kernels; each has an initializer, a regularizer and a constraint.
        transposed: Whether places are spread out; there is no "causal" padding then.
    """

    rank: int
    kernel_names: tuple[str, ...] = ("kernel",)
    transposed = False

    def _set_window(
        self, kernel_size: Any, strides: Any, padding: Any, data_format: Any, dilation_rate: Any
    ) -> None:
        who = type(self).__name__
        self.kernel_size = per_axis(kernel_size, self.rank, "kernel_size", who)
        self.strides = per_axis(strides, self.rank, "strides", who)
        causal = self.rank == 1 and not self.transposed
        self.padding = padding_mode(padding, self.rank, who, causal=causal)
        self.data_format = image_format(data_format, who)
        self.dilation_rate = per_axis(dilation_rate, self.rank, "dilation_rate", who)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{who}: strides and dilation_rate cannot both be larger than 1; got "
                f"strides={self.strides} and dilation_rate={self.dilation_rate}."
            )
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _set_weight_arguments(self, activation: Any, use_bias: bool, **arguments: Any) -> None:
        """Takes what is said of each kernel and the bias, by the names of the arguments."""
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        for kind, find in (
            ("initializer", initializers.get),
            ("regularizer", regularizers.get),
            ("constraint", constraints.get),
        ):
            for name in (*self.kernel_names, "bias"):
                key = f"{name}_{kind}"
                setattr(self, key, find(arguments[key]))

    @property
    def _channel_axis(self) -> int:
        return -1 if self.data_format == "channels_last" else 1

    def build(self, input_shape: Any) -> None:
        """Makes kernels and bias."""
        axis = self._channel_axis
        channels = input_shape[axis]
        if channels is None:
            raise InvalidArgumentError(
                f"{self._who()} cannot make its kernel: the number of channels, axis {axis} of "
                f"inputs of shape {tuple(input_shape)} ({self.data_format}), is unknown. Give it "
                f"in keras.Input(shape=...)."
            )
        self.compute_output_shape(input_shape)  # fails when the kernel does not fit
        filters = self._build_kernels(int(channels))
        self.bias = None
        if self.use_bias:
            self.bias = self._add_named("bias", (filters,))
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: channels})

    def _build_kernels(self, channels: int) -> int:
        """Makes the kernels and returns the number of filters."""
        raise NotImplementedError

    def _add_named(self, name: str, shape: tuple[int, ...], title: str | None = None) -> Any:
        """Makes a weight with the initializer, regularizer and constraint named after it."""
        return self.add_weight(
            name=title or name,
            shape=shape,
            initializer=getattr(self, f"{name}_initializer"),
            regularizer=getattr(self, f"{name}_regularizer"),
            constraint=getattr(self, f"{name}_constraint"),
        )

    def call(self, inputs: Any) -> Any:
        """Computes the outputs."""
        outputs = self._convolve(inputs)
        if self.bias is not None:
            bias = self.bias
            if self.data_format == "channels_first":
                bias = ops.reshape(bias, (-1, *(1,) * self.rank))
            outputs = ops.add(outputs, bias)
        return outputs if self.activation is None else self.activation(outputs)

    def _convolve(self, inputs: Any) -> Any:
        raise NotImplementedError

    def _arguments(self) -> dict[str, Any]:
        """Returns the arguments of the op that computes the layer."""
        padding = self.padding
        if padding == "causal":
            padding = (((self.kernel_size[0] - 1) * self.dilation_rate[0], 0),)
        return {
            "strides": self.strides,
            "padding": padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
        }

    def _places(self, input_shape: Any) -> tuple[Any, ...]:
        """Returns the spatial sizes of the outputs."""
        if len(input_shape) != self.rank + 2:
            raise ValueError(
                f"{self._who()} expects inputs with {self.rank + 2} axes; got shape "
                f"{tuple(input_shape)}."
            )
        return window_places(
            self.padding,
            spatial_sizes(input_shape, self.data_format),
            self.kernel_size,
            self.strides,
            self.dilation_rate,
            self._who(),
        )

    def _image_shape(self, input_shape: Any, filters: int | None) -> Any:
        return image_shape(input_shape[0], self._places(input_shape), filters, self.data_format)

    def _window_config(self) -> dict[str, Any]:
        return {
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
        }

    def _weight_config(self) -> dict[str, Any]:
        config: dict[str, Any] = {
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
        }
        for kind, write in (
            ("initializer", initializers.serialize),
            ("regularizer", regularizers.serialize),
            ("constraint", constraints.serialize),
        ):
            for name in (*self.kernel_names, "bias"):
                config[f"{name}_{kind}"] = write(getattr(self, f"{name}_{kind}"))
        config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        return config

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), **self._window_config(), **self._weight_config()}


def check_filters(filters: Any, groups: Any, who: str) -> tuple[int, int]:
    """Returns the number of filters and of groups.

    Raises:
        ValueError: Unless both are positive ints and the latter divides the former.
    """
    filters = positive_int(filters, "filters", who)
    groups = positive_int(groups, "groups", who)
    if filters % groups:
        raise ValueError(
            f"{who}: filters must be a multiple of groups; got filters={filters} and "
            f"groups={groups}."
        )
    return filters, groups
