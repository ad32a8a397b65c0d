"""LayerInputs: what a layer is called on, made into tensors of its dtype."""

from __future__ import annotations

from typing import Any

from cornu.core import dtypes, engine, tree
from cornu.core.keras_tensor import KerasTensor
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable
from cornu.layers.call import Signature, get_mask, is_tensor, set_mask
from cornu.layers.state import LayerState


class LayerInputs(LayerState):
    """Converts arrays and casts floats."""

    autocast: bool
    compute_dtype: str
    _allow_non_tensor_positional_args: bool

    @property
    def input_dtype(self) -> str:
        """The dtype to which float inputs are cast."""
        return self.compute_dtype

    def _convert(self, value: Any) -> Any:
        """Returns an argument as a tensor of the layer's dtype where it is an array."""
        kind = type(value)
        if kind is KerasTensor:
            if self._is_cast(value.dtype):
                tensor = KerasTensor(value.shape, self.input_dtype, name=value.name)
                tensor._keras_mask = value._keras_mask
                return tensor
            return value
        if kind is not Tensor:
            if isinstance(value, Variable):
                value = value.value
            elif hasattr(value, "__array__"):
                value = self._convert_array(value)
            else:
                return value
        if self._is_cast(value.dtype):
            mask = get_mask(value)
            value = engine.cast(value, self.input_dtype)
            if mask is not None:
                set_mask(value, mask)
        return value

    def _convert_array(self, value: Any) -> Any:
        name = getattr(getattr(value, "dtype", None), "name", "")
        wanted = self.input_dtype if name in dtypes.FLOATS and self._is_cast(name) else None
        try:
            tensor = engine.to_tensor(value, wanted)
        except TypeError as error:
            raise TypeError(
                f"{self._who()} was called on something it cannot use: {error}"
            ) from None
        if tensor.dtype == "string" and not self._reads_text():
            raise TypeError(
                f"{self._who()} was called on text (an array of strings of shape {tensor.shape}), "
                f"but it computes with {self.input_dtype} numbers. Turn the text into numbers "
                f"first, for example with array.astype('float32') for digits, or with "
                f"keras.layers.StringLookup or TextVectorization for words."
            )
        return tensor

    def _reads_text(self) -> bool:
        """Whether the layer or one inside it takes text."""
        layers = self._flatten_layers()
        return any(getattr(layer, "takes_text", False) for layer in layers)

    def _is_array(self, values: Any) -> bool:
        """Whether a list is one array written as numbers, or as text for a layer that reads it."""
        leaves = tree.flatten(values)
        if not leaves:
            return False
        if all(isinstance(leaf, (int, float)) for leaf in leaves):
            return True
        return all(isinstance(leaf, str) for leaf in leaves) and self._reads_text()

    def _is_cast(self, dtype: str) -> bool:
        wanted = self.input_dtype
        return (
            dtype != wanted and self.autocast and dtypes.is_float(dtype) and dtypes.is_float(wanted)
        )

    def _convert_arguments(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], signature: Signature
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if args and isinstance(args[0], (list, tuple)) and self._is_array(args[0]):
            args = (engine.to_tensor(list(args[0])), *args[1:])
        args = tuple(
            tree.map_structure(self._convert, arg) if tree.is_nested(arg) else self._convert(arg)
            for arg in args
        )
        if not self._allow_non_tensor_positional_args:
            for leaf in tree.flatten(list(args)):
                if leaf is not None and not is_tensor(leaf):
                    names = ", ".join(signature.names[1:]) or "none"
                    raise ValueError(
                        f"{self._who()} takes only tensors and arrays by position; got {leaf!r} of "
                        f"type {type(leaf).__name__}. Pass settings by keyword (call() takes: "
                        f"{names})."
                    )
        return args, {
            key: tree.map_structure(self._convert, value)
            if tree.is_nested(value)
            else self._convert(value)
            for key, value in kwargs.items()
        }
