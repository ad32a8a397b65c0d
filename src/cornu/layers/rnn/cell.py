"""RecurrentCell: what SimpleRNNCell, LSTMCell and GRUCell share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import activations, constraints, initializers, ops, regularizers
from cornu.core import tree
from cornu.layers.core.dense import positive_int
from cornu.layers.layer import Layer
from cornu.layers.regularization import check_share
from cornu.layers.rnn.dropout_cell import DropoutCell, as_list
from cornu.ops import random

Step = Callable[[Any, list[Any]], tuple[Any, list[Any]]]


class RecurrentCell(DropoutCell, Layer):
    """Base of cells with a kernel, a recurrent kernel and a bias, of `gates * units` columns.

    A step has two parts: the product of the inputs with the kernel, which knows nothing of the
    state, so that a layer can compute it for all steps at once, and the rest.

    Attributes:
        gates: How many parts of `units` columns the kernels have.
        weight_kinds: Of which weights an initializer, regularizer and constraint are given.
    """

    gates: int
    weight_kinds = ("kernel", "recurrent", "bias")
    _gate_axis = -1

    def _set_arguments(
        self,
        units: Any,
        use_bias: bool,
        dropout: float,
        recurrent_dropout: float,
        seed: int | None,
        *,
        seed_first: bool = False,
        **arguments: Any,
    ) -> None:
        """Takes the arguments of the cell; seeds are drawn in the order in which Keras does."""
        who = type(self).__name__
        self.units = positive_int(units, "units", who)
        self.use_bias = use_bias
        self.seed = seed
        if seed_first:
            self.seed_generator = random.SeedGenerator(seed)
        for kind, find in (
            ("initializer", initializers.get),
            ("regularizer", regularizers.get),
            ("constraint", constraints.get),
        ):
            for name in self.weight_kinds:
                key = f"{name}_{kind}"
                setattr(self, key, find(arguments.pop(key)))
        for name, value in arguments.items():
            setattr(self, name, activations.get(value))
        self.dropout = check_share(dropout, "dropout", who)
        self.recurrent_dropout = check_share(recurrent_dropout, "recurrent_dropout", who)
        if not seed_first:
            self.seed_generator = random.SeedGenerator(seed)
        self.state_size: Any = self.units
        self.output_size = self.units

    def _set_implementation(self, implementation: int) -> None:
        """Decides whether gates have masks of their own, as Keras does."""
        if implementation not in (0, 1, 2):
            raise ValueError(
                f"{type(self).__name__}: implementation is 1 (each gate has a dropout mask of its "
                f"own) or 2 (all share one); got {implementation!r}."
            )
        self.implementation = 1 if self.recurrent_dropout else implementation
        if self.implementation == 1:
            self.dropout_mask_count = self.gates

    def build(self, input_shape: Any) -> None:
        """Makes the kernels and the bias."""
        columns = self.gates * self.units
        self._make_weights((input_shape[-1], columns), (self.units, columns))

    def _make_weights(self, shape: tuple[Any, ...], recurrent_shape: tuple[Any, ...]) -> None:
        self.kernel = self._weight("kernel", "kernel", shape)
        self.recurrent_kernel = self._weight("recurrent_kernel", "recurrent", recurrent_shape)
        self.bias = None
        if self.use_bias:
            self.bias = self._weight("bias", "bias", self._bias_shape())

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.gates * self.units,)

    def _weight(self, name: str, kind: str, shape: tuple[int, ...]) -> Any:
        initializer = getattr(self, f"{kind}_initializer")
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=self._bias_initializer() if name == "bias" else initializer,
            regularizer=getattr(self, f"{kind}_regularizer"),
            constraint=getattr(self, f"{kind}_constraint"),
        )

    def _bias_initializer(self) -> Any:
        return self.bias_initializer

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Returns the state before the first step: zeros.

        Args:
            batch_size: Number of sequences.

        Returns:
            A list of tensors of shape (batch_size, size).
        """
        sizes = tree.flatten(self.state_size)
        return [ops.zeros((batch_size, size), dtype=self.compute_dtype) for size in sizes]

    def call(self, inputs: Any, states: Any, training: Any = False) -> Any:
        """Takes one step.

        Args:
            inputs: Tensor of shape (batch, features).
            states: The state: a tensor, or a list of tensors, of shape (batch, units).
            training: Whether values are dropped.

        Returns:
            The output of shape (batch, units), and the new state in the form of `states`.
        """
        nested = tree.is_nested(states)
        states = list(states) if nested else [states]
        inputs_mask = self.get_dropout_mask(inputs) if training else None
        mask = self.get_recurrent_dropout_mask(states[0]) if training else None
        step = self.stepper(as_list(mask))
        output, states = step(self.project(inputs, as_list(inputs_mask)), states)
        return output, states if nested else states[0]

    def project(self, inputs: Any, masks: list[Any]) -> Any:
        """Returns the part of the gates that depends on the inputs only.

        Args:
            inputs: Tensor of shape (batch, features) or (steps, batch, features).
            masks: None, one, or one for each gate, of shape (batch, features).

        Returns:
            A tensor with `gates * units` columns.
        """
        kernel = ops.convert_to_tensor(self.kernel)
        if len(masks) < 2:
            total = self._input_times(inputs * masks[0] if masks else inputs, kernel)
        else:
            parts = zip(masks, ops.split(kernel, self.gates, axis=-1), strict=True)
            total = self._joined([self._input_times(inputs * mask, part) for mask, part in parts])
        bias = self._input_bias()
        return total if bias is None else ops.add(total, bias)

    def _input_bias(self) -> Any:
        return self.bias

    def stepper(self, masks: list[Any]) -> Step:
        """Returns the rest of a step, with all that is the same in every step prepared.

        Args:
            masks: None, one, or one for each gate, of the state's shape.

        Returns:
            A function of the result of `project` for one step and the list of states, which
            returns the output and the new states.
        """
        raise NotImplementedError

    def _recurrent_product(self, masks: list[Any]) -> Callable[[Any], Any]:
        """Returns the function that multiplies a state with the recurrent kernel."""
        kernel = ops.convert_to_tensor(self.recurrent_kernel)
        if not masks:
            return lambda state: self._recurrent_times(state, kernel)
        if len(masks) == 1:
            return lambda state: self._recurrent_times(state * masks[0], kernel)
        parts = list(zip(masks, ops.split(kernel, self.gates, axis=-1), strict=True))
        return lambda state: self._joined(
            [self._recurrent_times(state * mask, part) for mask, part in parts]
        )

    def _input_times(self, x: Any, kernel: Any) -> Any:
        return ops.matmul(x, kernel)

    def _recurrent_times(self, x: Any, kernel: Any) -> Any:
        return ops.matmul(x, kernel)

    def _joined(self, gates: list[Any]) -> Any:
        return ops.concatenate(gates, axis=self._gate_axis)

    def _gates(self, x: Any) -> list[Any]:
        """Returns the parts of a tensor that belong to the gates."""
        return ops.split(x, self.gates, axis=self._gate_axis)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal cell."""
        return {**super().get_config(), **self.arguments()}

    def _gate_arguments(self) -> dict[str, Any]:
        return {"recurrent_activation": activations.serialize(self.recurrent_activation)}

    def arguments(self) -> dict[str, Any]:
        """Returns the arguments that a cell and the layer of its name share, ready for a config."""
        config: dict[str, Any] = {
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
        }
        for kind, write in (
            ("initializer", initializers.serialize),
            ("regularizer", regularizers.serialize),
            ("constraint", constraints.serialize),
        ):
            for name in self.weight_kinds:
                config[f"{name}_{kind}"] = write(getattr(self, f"{name}_{kind}"))
        return {
            **config,
            "dropout": self.dropout,
            "recurrent_dropout": self.recurrent_dropout,
            "seed": self.seed,
        }
