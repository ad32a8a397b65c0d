"""Bidirectional: a recurrent layer forwards and another one backwards along the same sequences."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry, tree
from cornu.layers.call import signature_of
from cornu.layers.layer import Layer
from cornu.layers.rnn.rnn import split_states
from cornu.layers.rnn.stacked import StackedRNNCells
from cornu.saving import deserialize_keras_object, serialize_keras_object

_MODES = ("sum", "mul", "concat", "ave", None)
_SHARED = ("stateful", "return_sequences", "return_state")


@registry.builtin("layer")
class Bidirectional(Layer):
    """Runs copies of a recurrent layer from both ends of the sequences and merges their outputs.

    So every output knows the steps before and after it.

    Args:
        layer: A recurrent layer such as LSTM; it is copied, and is not used itself.
        merge_mode: "concat" (side by side), "sum", "mul", "ave", or None for both outputs.
        weights: Arrays that the weights begin with, first those of the forward layer.
        backward_layer: A layer that goes backwards, in place of the copy.
        **kwargs: `name` and `dtype`.

    Attributes:
        forward_layer: The layer that begins with the first step.
        backward_layer: The layer that begins with the last step.

    Raises:
        ValueError: When `layer` is no recurrent layer, the two layers do not go together, or
            `merge_mode` is unknown.

    Reference:
        Schuster and Paliwal, "Bidirectional recurrent neural networks" (1997).

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.Bidirectional(keras.layers.GRU(4, return_sequences=True))
        >>> layer(keras.ops.ones((2, 5, 3))).shape
        (2, 5, 8)
    """

    def __init__(
        self,
        layer: Layer,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Layer | None = None,
        **kwargs: Any,
    ) -> None:
        if merge_mode not in _MODES:
            raise ValueError(
                f"Bidirectional: merge_mode is 'sum', 'mul', 'concat', 'ave' or None; got "
                f"{merge_mode!r}."
            )
        for argument, value in (("layer", layer), ("backward_layer", backward_layer)):
            if value is not None or argument == "layer":
                _check_recurrent(argument, value)
        super().__init__(**kwargs)
        self.forward_layer = _copy(layer, "forward")
        self.backward_layer = (
            _copy(layer, "backward", go_backwards=True)
            if backward_layer is None
            else backward_layer
        )
        self._check_pair()
        for one in (self.forward_layer, self.backward_layer):
            # A repeated output would be merged with that of another step.
            if getattr(one, "zero_output_for_mask", None) is not None:
                one.zero_output_for_mask = one.return_sequences
        self.merge_mode = merge_mode
        self._start_weights = None if weights is None else list(weights)
        self.stateful = layer.stateful
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self.supports_masking = True
        self.input_spec = layer.input_spec

    def _check_pair(self) -> None:
        forward, backward = self.forward_layer, self.backward_layer
        if forward.go_backwards == backward.go_backwards:
            raise ValueError(
                f"Bidirectional: one layer must go forwards and the other backwards; both have "
                f"go_backwards={forward.go_backwards}. Set go_backwards on one of them."
            )
        for name in _SHARED:
            first, second = getattr(forward, name), getattr(backward, name)
            if first != second:
                raise ValueError(
                    f"Bidirectional: both layers must have the same {name}; the forward layer has "
                    f"{first} and the backward layer {second}."
                )

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Builds both layers."""
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)
        if self._start_weights is not None:
            both = [*self.forward_layer.weights, *self.backward_layer.weights]
            if len(both) != len(self._start_weights):
                raise ValueError(
                    f"{self._who()} has {len(both)} weights, forward then backward; got "
                    f"{len(self._start_weights)} arrays as weights=."
                )
            for variable, value in zip(both, self._start_weights, strict=True):
                variable.assign(value)

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
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = None
    ) -> Any:
        """Runs both layers and merges.

        Args:
            sequences: Tensor of shape (batch, steps, ...).
            initial_state: List of the states before the first step, those of the forward layer
                first.
            mask: Bool tensor of shape (batch, steps): False where a step does not count.
            training: Passed on.

        Returns:
            The merged output; with `return_state` a tuple of it (or of both outputs) and the
            states of the forward and the backward layer.
        """
        forward = self._run_layer(self.forward_layer, sequences, initial_state, 0, mask, training)
        backward = self._run_layer(self.backward_layer, sequences, initial_state, 1, mask, training)
        states: tuple[Any, ...] = ()
        if self.return_state:
            states = (*forward[1:], *backward[1:])
            forward, backward = forward[0], backward[0]
        merged = self._merge(forward, backward)
        if self.merge_mode is None:
            return (*merged, *states)
        return (merged, *states) if self.return_state else merged

    def _run_layer(
        self, layer: Any, sequences: Any, initial_state: Any, half: int, mask: Any, training: Any
    ) -> Any:
        accepted = signature_of(type(layer), "call")
        options: dict[str, Any] = {}
        if accepted.has_training:
            options["training"] = training
        if accepted.has_mask:
            options["mask"] = mask
        if initial_state is not None:
            states = initial_state if isinstance(initial_state, (list, tuple)) else [initial_state]
            if len(states) % 2:
                raise ValueError(
                    f"{self._who()} needs the initial states of both layers, forward then "
                    f"backward: an even number; got {len(states)}."
                )
            middle = len(states) // 2
            options["initial_state"] = list(states[middle:] if half else states[:middle])
        return layer(sequences, **options)

    def _merge(self, forward: Any, backward: Any) -> Any:
        dtype = self.compute_dtype
        forward, backward = ops.cast(forward, dtype), ops.cast(backward, dtype)
        if self.return_sequences:  # The backward layer gives the last step first.
            backward = ops.flip(backward, axis=1)
        if self.merge_mode is None:
            return forward, backward
        if self.merge_mode == "concat":
            return ops.concatenate([forward, backward], axis=-1)
        if self.merge_mode == "mul":
            return forward * backward
        total = forward + backward
        return total / 2 if self.merge_mode == "ave" else total

    # ---------------------------------------------------------------- shapes and masks

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        """Returns the shape of the merged output, followed by those of the states."""
        shapes = [
            layer.compute_output_shape(sequences_shape)
            for layer in (self.forward_layer, self.backward_layer)
        ]
        states: tuple[Any, ...] = ()
        if self.return_state:
            states = (*shapes[0][1:], *shapes[1][1:])
            shapes = [shape[0] for shape in shapes]
        if self.merge_mode is None:
            return (*map(tuple, shapes), *states)
        first, second = shapes
        merged = tuple(first)
        if self.merge_mode == "concat":
            merged = (*first[:-1], first[-1] + second[-1])
        return (merged, *states) if self.return_state else merged

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Returns the mask of the sequences for sequences of outputs, and none for states."""
        mask = tree.flatten(mask)[0] if tree.is_nested(mask) else mask
        own = mask if self.return_sequences else None
        outputs = [own, own] if self.merge_mode is None else [own]
        if self.return_state:
            sizes = (self.forward_layer.state_size, self.backward_layer.state_size)
            outputs += [None for size in sizes for _ in size]
        return outputs if len(outputs) > 1 else own

    # ---------------------------------------------------------------- states

    @property
    def states(self) -> Any:
        """The states that stateful layers keep, forward then backward; None without any."""
        forward, backward = self.forward_layer.states, self.backward_layer.states
        return (*forward, *backward) if forward and backward else None

    def reset_state(self) -> None:
        """Sets the states of both layers back to 0.

        Raises:
            AttributeError: When the layers are not stateful.
        """
        if not self.stateful:
            raise AttributeError(
                f"{self._who()} keeps no states to reset: its layers are not stateful. Make the "
                f"layer inside with stateful=True."
            )
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    def reset_states(self) -> None:
        """Does what `reset_state` does; the name of Keras 2."""
        self.reset_state()

    # ---------------------------------------------------------------- config

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "merge_mode": self.merge_mode,
            "layer": serialize_keras_object(self.forward_layer),
            "backward_layer": serialize_keras_object(self.backward_layer),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Makes a layer from what `get_config` returned."""
        config = dict(config)
        for name in ("layer", "backward_layer"):
            if config.get(name) is not None:
                config[name] = deserialize_keras_object(config[name], custom_objects=custom_objects)
        return cls(**config)


def _check_recurrent(argument: str, layer: Any) -> None:
    needed = ("go_backwards", *_SHARED)
    missing = [name for name in needed if not hasattr(layer, name)]
    if not isinstance(layer, Layer) or missing:
        lacks = f", which has no {', '.join(missing)}" if isinstance(layer, Layer) else ""
        raise ValueError(
            f"Bidirectional: {argument} must be a recurrent layer, such as "
            f"keras.layers.LSTM(32); got {layer!r}{lacks}."
        )


def _copy(layer: Any, direction: str, **changes: Any) -> Any:
    """Returns a layer of the same arguments, named after its direction."""
    config = serialize_keras_object(layer)
    name = f"{direction}_{layer.name.removeprefix(f'{direction}_')}"
    config["config"] = {**config["config"], **changes, "name": name}
    # The classes are at hand: users need not register theirs for a copy.
    parts = [*layer._flatten_layers(), *_cells(getattr(layer, "cell", None))]
    own = {registry.get_registered_name(type(part)): type(part) for part in parts}
    return deserialize_keras_object(config, custom_objects=own)


def _cells(cell: Any) -> list[Any]:
    if cell is None:
        return []
    return [cell, *cell.cells] if isinstance(cell, StackedRNNCells) else [cell]
