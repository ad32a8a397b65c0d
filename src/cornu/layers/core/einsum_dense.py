"""EinsumDense: a fully connected layer over any axes, described by an Einstein sum."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from cornu import activations, constraints, initializers, ops, regularizers
from cornu.core import registry
from cornu.layers.core.lora import LowRankAdaptation
from cornu.layers.input_spec import InputSpec

_FORMS = (
    re.compile(r"()([a-zA-Z]+)(),([a-zA-Z]+)->()([a-zA-Z]+)()"),
    re.compile(r"(\.\.\.)([a-zA-Z]+)(),([a-zA-Z]+)->(\.\.\.)([a-zA-Z]+)()"),
    re.compile(r"()([a-zA-Z]{2,})(\.\.\.),([a-zA-Z]+)->()([a-zA-Z]+)(\.\.\.)"),
)


class EinsumShapes(NamedTuple):
    """What an equation says about the weights and the outputs of a layer.

    Attributes:
        kernel: Shape of the kernel.
        bias: Shape of the bias, None without one.
        output: Shape of the outputs.
        input_axes: Axes of the kernel that are summed over.
        output_axes: Axes of the kernel that the outputs have.
    """

    kernel: tuple[Any, ...]
    bias: tuple[Any, ...] | None
    output: tuple[Any, ...]
    input_axes: list[int]
    output_axes: list[int]


@registry.builtin("layer")
class EinsumDense(LowRankAdaptation):
    """A fully connected layer over any axes: `activation(einsum(equation, inputs, kernel) + bias)`.

    Args:
        equation: Einstein sum of inputs and kernel, as "abc,cd->abd", "...x,xy->...y" or
            "ab...,bc->ac...".
        output_shape: Sizes of the outputs without the batch axis and without the axes of `...`;
            None for an axis that keeps the size of the inputs. An int for a single axis.
        activation: Name or function; None leaves the sums as they are.
        bias_axes: Letters of the output axes that have a bias of their own; no bias when None.
        kernel_initializer: For the kernel.
        bias_initializer: For the bias.
        kernel_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        kernel_constraint: Applied to the kernel after each step.
        bias_constraint: Applied to the bias after each step.
        lora_rank: Rank of a change to a frozen kernel; see `enable_lora`. None trains the kernel.
        lora_alpha: The change counts `lora_alpha / lora_rank`.
        **kwargs: `name`, `dtype`, `trainable`, `activity_regularizer`.

    Raises:
        ValueError: When the equation has another form, or does not fit the inputs.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.EinsumDense("abc,cde->abde", output_shape=(None, 2, 4))
        >>> layer(keras.ops.ones((1, 5, 3))).shape
        (1, 5, 2, 4)
        >>> layer.kernel.shape
        (3, 2, 4)
    """

    _adapted_weight = "kernel"

    def __init__(
        self,
        equation: str,
        output_shape: Any,
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.equation = equation
        sizes = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        self.partial_output_shape = sizes
        self.bias_axes = bias_axes
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self._set_lora(lora_rank, lora_alpha)

    @property
    def kernel(self) -> Any:
        """The kernel, with the change of low rank where there is one."""
        return self._adapted()

    def _shapes(self, input_shape: Any) -> EinsumShapes:
        return einsum_shapes(
            self.equation, self.bias_axes, input_shape, self.partial_output_shape, self._who()
        )

    def build(self, input_shape: Any) -> None:
        """Makes the kernel and the bias."""
        found = self._shapes(input_shape)
        initializer = self.kernel_initializer
        if isinstance(initializer, initializers.VarianceScaling) and (
            initializer.input_axes is None or initializer.output_axes is None
        ):
            axes = {"input_axes": found.input_axes, "output_axes": found.output_axes}
            config = {**initializer.get_config(), "seed": initializer.seed, **axes}
            initializer = type(initializer).from_config(config)
        self._kernel = self.add_weight(
            name="kernel",
            shape=found.kernel,
            initializer=initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if found.bias is not None:
            self.bias = self.add_weight(
                name="bias",
                shape=found.bias,
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.input_spec = InputSpec(ndim=len(input_shape))
        if self.lora_rank:
            self.enable_lora(self.lora_rank, self.lora_alpha)

    def call(self, inputs: Any, training: Any = None) -> Any:
        """Computes the outputs."""
        outputs = ops.einsum(self.equation, inputs, self.kernel)
        if self.bias is not None:
            outputs = ops.add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the output shape as the equation says."""
        return self._shapes(input_shape).output

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "output_shape": self.partial_output_shape,
            "equation": self.equation,
            "activation": activations.serialize(self.activation),
            "bias_axes": self.bias_axes,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
            **self._lora_config(),
        }


def einsum_shapes(
    equation: str,
    bias_axes: str | None,
    input_shape: Sequence[Any],
    output_shape: Sequence[Any],
    who: str,
) -> EinsumShapes:
    """Returns the shapes that an equation implies.

    Args:
        equation: As `EinsumDense` takes it.
        bias_axes: Letters of the output axes that have a bias.
        input_shape: Shape of the inputs, sizes may be None.
        output_shape: Shape of the outputs without the batch axis and the axes of `...`.
        who: Name for errors.

    Returns:
        The shapes.

    Raises:
        ValueError: When equation and shapes do not fit.
    """
    match = next(filter(None, (form.fullmatch(equation) for form in _FORMS)), None)
    if match is None:
        raise ValueError(
            f"{who}: expected an equation of the form 'ab,bc->ac', '...b,bc->...c' or "
            f"'ab...,bc->ac...'; got {equation!r}."
        )
    left, inputs, right, kernel, _, outputs, _ = match.groups()
    hidden = len(input_shape) - len(inputs)
    if hidden < 0 or (hidden and not left and not right):
        raise ValueError(
            f"{who}: {inputs!r} of equation {equation!r} does not describe inputs of shape "
            f"{tuple(input_shape)}."
        )
    before, after = (hidden if left else 0), (hidden if right else 0)
    sizes_in = dict(zip(inputs, input_shape[before : len(input_shape) - after], strict=True))
    whole = (*input_shape[: max(before, 1)], *output_shape, *input_shape[len(inputs) + before :])
    if len(whole) != len(outputs) + hidden:
        raise ValueError(
            f"{who}: {outputs!r} of equation {equation!r} and output_shape={tuple(output_shape)} "
            f"do not fit together; output_shape leaves out the batch axis and the axes of '...'."
        )
    sizes_out = dict(zip(outputs, whole[before : len(whole) - after], strict=True))
    for letter in inputs:
        own, asked = sizes_in[letter], sizes_out.get(letter)
        if asked is not None and asked != own:
            raise ValueError(
                f"{who}: axis {letter!r} of equation {equation!r} has size {own} in inputs of "
                f"shape {tuple(input_shape)} and size {asked} in output_shape="
                f"{tuple(output_shape)}."
            )
    for part, letters, known in (
        ("the outputs", outputs, inputs + kernel),
        ("the kernel", kernel, inputs + outputs),
        ("bias_axes", bias_axes or "", outputs),
    ):
        strange = [letter for letter in letters if letter not in known]
        if strange:
            raise ValueError(
                f"{who}: axis {strange[0]!r} of {part} {letters!r} is nowhere else in equation "
                f"{equation!r}."
            )
    bias = None
    if bias_axes is not None:
        first = min(map(outputs.index, bias_axes), default=len(outputs))
        own_axes = [sizes_out[c] if c in bias_axes else 1 for c in outputs[first:]]
        bias = (*own_axes, *[1] * after)
    known_sizes = {**sizes_in, **{c: n for c, n in sizes_out.items() if n is not None}}
    return EinsumShapes(
        kernel=tuple(known_sizes.get(c) for c in kernel),
        bias=bias,
        output=whole,
        input_axes=[axis for axis, c in enumerate(kernel) if c not in outputs],
        output_axes=[axis for axis, c in enumerate(kernel) if c in outputs],
    )
