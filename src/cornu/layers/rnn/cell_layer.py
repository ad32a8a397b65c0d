"""CellLayer: a recurrent layer that makes its own cell, as LSTM and ConvLSTM2D do."""

from __future__ import annotations

from typing import Any

from cornu import regularizers
from cornu.layers.rnn.rnn import RNN


def from_cell(name: str) -> Any:
    """Returns a property of a layer that is an attribute of its cell."""

    def read(layer: Any) -> Any:
        return getattr(layer.cell, name)

    return property(read, doc=f"The cell's `{name}`.")


def check_use_cudnn(value: Any, who: str) -> Any:
    """Returns the setting, which has no effect.

    Raises:
        ValueError: Unless it is True, False or "auto".
    """
    if value not in (True, False, "auto"):
        raise ValueError(f"{who}: use_cudnn is True, False or 'auto'; got {value!r}.")
    return value


class CellLayer(RNN):
    """Base of layers whose arguments are those of their cell.

    The config of such a layer holds the cell's arguments instead of the cell.
    """

    units = from_cell("units")
    activation = from_cell("activation")
    use_bias = from_cell("use_bias")
    kernel_initializer = from_cell("kernel_initializer")
    recurrent_initializer = from_cell("recurrent_initializer")
    bias_initializer = from_cell("bias_initializer")
    kernel_regularizer = from_cell("kernel_regularizer")
    recurrent_regularizer = from_cell("recurrent_regularizer")
    bias_regularizer = from_cell("bias_regularizer")
    kernel_constraint = from_cell("kernel_constraint")
    recurrent_constraint = from_cell("recurrent_constraint")
    bias_constraint = from_cell("bias_constraint")
    dropout = from_cell("dropout")
    recurrent_dropout = from_cell("recurrent_dropout")
    seed = from_cell("seed")

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        config = super().get_config()
        del config["cell"]
        config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        return {**config, **self.cell.arguments()}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Makes a layer from what `get_config` returned."""
        return super(RNN, cls).from_config(config)
