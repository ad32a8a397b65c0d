"""StackedRNNCells: cells one behind the other, as one cell."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core import registry, tree
from cornu.layers.call import signature_of
from cornu.layers.layer import Layer
from cornu.saving import deserialize_keras_object, serialize_keras_object


def check_cell(cell: Any, who: str) -> None:
    """Raises ValueError for what cannot take a step: no `call`, or no `state_size`."""
    if not callable(getattr(cell, "call", None)):
        raise ValueError(
            f"{who}: a cell needs a method call(inputs, states) that returns the output and the "
            f"new states; got {cell!r}."
        )
    if "state_size" not in dir(cell):
        raise ValueError(
            f"{who}: a cell needs an attribute state_size: an int, or a list of ints for several "
            f"states; {cell!r} has none."
        )


def output_size(cell: Any) -> Any:
    """Returns the size of a cell's output: what it says, or that of its first state."""
    size = getattr(cell, "output_size", None)
    if size is not None:
        return size
    return cell.state_size[0] if isinstance(cell.state_size, (list, tuple)) else cell.state_size


def initial_state(cell: Any, batch_size: int | None, dtype: str) -> Any:
    """Returns what a cell starts from: what it says itself, or zeros of its `state_size`."""
    own = getattr(cell, "get_initial_state", None)
    if own is not None:
        return own(batch_size=batch_size)
    return tree.map_structure(
        lambda size: ops.zeros((batch_size, size), dtype=dtype), cell.state_size
    )


def call_cell(cell: Any, inputs: Any, states: Any, training: Any) -> tuple[Any, Any]:
    """Takes a step with a cell, which need not be a layer."""
    takes_training = isinstance(cell, Layer) and signature_of(type(cell), "call").has_training
    options = {"training": training} if takes_training else {}
    return (cell if callable(cell) else cell.call)(inputs, states, **options)


@registry.builtin("layer")
class StackedRNNCells(Layer):
    """Makes one cell of several: each takes the output of the one before.

    Args:
        cells: The cells, first to last.
        **kwargs: `name` and `dtype`.

    Raises:
        ValueError: When one of them is no cell.

    Example:
        >>> import cornu as keras
        >>> cell = keras.layers.StackedRNNCells([keras.layers.LSTMCell(4), keras.layers.GRUCell(3)])
        >>> cell.state_size, cell.output_size
        ([[4, 4], 3], 3)
        >>> keras.layers.RNN(cell)(keras.ops.ones((2, 5, 1))).shape
        (2, 3)
    """

    def __init__(self, cells: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not cells:
            raise ValueError("StackedRNNCells needs at least one cell; got an empty list.")
        for cell in cells:
            check_cell(cell, "StackedRNNCells")
        self.cells = list(cells)

    @property
    def state_size(self) -> list[Any]:
        """The state sizes of the cells."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> Any:
        """Size of the last cell's output."""
        return output_size(self.cells[-1])

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Returns the states before the first step, one entry for each cell.

        Args:
            batch_size: Number of sequences.
        """
        return [initial_state(cell, batch_size, self.compute_dtype) for cell in self.cells]

    def build(self, input_shape: Any) -> None:
        """Builds the cells."""
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                cell.build(input_shape)
            input_shape = (input_shape[0], output_size(cell))

    def call(self, inputs: Any, states: Any, training: Any = False) -> Any:
        """Takes one step.

        Args:
            inputs: Tensor of shape (batch, features).
            states: One entry for each cell, in the form in which the cell takes it.
            training: Passed on to the cells.

        Returns:
            The last output, and the new states in the same form.
        """
        after = []
        for cell, state in zip(self.cells, states, strict=True):
            nested = tree.is_nested(state)
            inputs, new = call_cell(cell, inputs, list(state) if nested else [state], training)
            new = list(new) if tree.is_nested(new) else [new]
            after.append(new if nested else new[0])
        return inputs, after

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal cell."""
        return {
            **super().get_config(),
            "cells": [serialize_keras_object(cell) for cell in self.cells],
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Makes a cell from what `get_config` returned."""
        config = dict(config)
        cells = [
            deserialize_keras_object(cell, custom_objects=custom_objects)
            for cell in config.pop("cells")
        ]
        return cls(cells, **config)
