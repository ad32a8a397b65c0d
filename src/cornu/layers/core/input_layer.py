"""InputLayer and Input: where a functional model starts."""

from __future__ import annotations

from typing import Any

from cornu.core import dtypes, registry
from cornu.core.keras_tensor import CallNode, KerasTensor
from cornu.layers.layer import Layer


@registry.builtin("layer")
class InputLayer(Layer):
    """The start of a model: says shape and dtype of the data and computes nothing.

    Args:
        shape: Shape of one sample, None where any size fits.
        batch_size: Number of samples when it is fixed.
        dtype: Element type; floatx when None.
        sparse: Accepted for Keras's signature; sparse tensors do not exist here.
        ragged: Accepted for Keras's signature; ragged tensors do not exist here.
        batch_shape: Shape with the batch axis; instead of `shape` and `batch_size`.
        input_tensor: A KerasTensor to start from instead of a new one.
        optional: Whether the model may be called with None for this input.
        name: Name; also the name of the input.
        **kwargs: `input_shape` and `batch_input_shape`, the older names.

    Raises:
        ValueError: When no shape or an impossible one is given.

    Example:
        >>> import cornu as keras
        >>> keras.Sequential([keras.layers.InputLayer((4,)), keras.layers.Dense(2)]).output_shape
        (None, 2)
    """

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: KerasTensor | None = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        shape = kwargs.pop("input_shape", shape)
        batch_shape = kwargs.pop("batch_input_shape", batch_shape)
        super().__init__(name=name, **kwargs)
        if input_tensor is not None:
            if not isinstance(input_tensor, KerasTensor):
                raise ValueError(
                    f"Input {self.name!r}: `tensor` must be a KerasTensor; got "
                    f"{type(input_tensor).__name__}."
                )
            batch_shape, dtype, shape = input_tensor.shape, input_tensor.dtype, None
        self._batch_shape = self._resolve_shape(shape, batch_size, batch_shape)
        self.__dict__["_dtype"] = dtypes.canonical(dtype)
        self.sparse = bool(sparse)
        self.ragged = bool(ragged)
        if self.sparse or self.ragged:
            raise ValueError(
                f"Input {self.name!r}: sparse and ragged inputs are not supported. Pass dense "
                f"arrays (pad rows of different lengths with keras.utils.pad_sequences)."
            )
        self.optional = optional
        self.built = True
        self.__dict__["_path"] = self.name
        if input_tensor is not None:
            CallNode(self, (), {}, input_tensor)

    def _resolve_shape(
        self, shape: Any, batch_size: int | None, batch_shape: Any
    ) -> tuple[int | None, ...]:
        who = f"Input {self.name!r}"
        if batch_shape is not None and (shape is not None or batch_size is not None):
            raise ValueError(
                f"{who}: pass either batch_shape, or shape and batch_size; got both "
                f"batch_shape={batch_shape} and shape={shape}, batch_size={batch_size}."
            )
        if shape is None and batch_shape is None:
            raise ValueError(
                f"{who} needs the shape of one sample, for example keras.Input(shape=(8,)) for "
                f"eight features."
            )
        if batch_shape is not None:
            sizes = tuple(batch_shape)
        else:
            sizes = (batch_size, *((shape,) if isinstance(shape, int) else tuple(shape)))
        for size in sizes:
            if size is not None and (not hasattr(size, "__index__") or int(size) < 0):
                raise ValueError(
                    f"{who}: sizes are non-negative ints or None; got {size!r} in {sizes}."
                )
        return tuple(None if size is None else int(size) for size in sizes)

    @property
    def batch_shape(self) -> tuple[int | None, ...]:
        """Shape with the batch axis."""
        return self._batch_shape

    @property
    def dtype(self) -> str:
        """Element type of the data."""
        return str(self._dtype)

    @property
    def output(self) -> Any:
        """The KerasTensor that stands for the data."""
        nodes = self._inbound_nodes
        if nodes:
            return nodes[0].result
        # The layer does not own its tensor (that would be a cycle): make it again.
        self._node_references.clear()
        tensor = KerasTensor(self._batch_shape, self._dtype, name=self.name)
        CallNode(self, (), {}, tensor)
        return tensor

    @property
    def takes_text(self) -> bool:
        """Whether the data are text."""
        return self.dtype == "string"

    def call(self) -> None:
        """Does nothing; models put the data in place of the layer's output."""

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        config = {
            "batch_shape": self.batch_shape,
            "dtype": self.dtype,
            "sparse": self.sparse,
            "name": self.name,
        }
        if self.optional:
            config["optional"] = True
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputLayer:
        """Makes a layer from what `get_config` returned."""
        config = {key: value for key, value in config.items() if key != "trainable"}
        if isinstance(config.get("dtype"), dict):
            config["dtype"] = config["dtype"]["config"]["name"]
        return cls(**config)


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: KerasTensor | None = None,
    optional: bool = False,
) -> KerasTensor:
    """Returns a KerasTensor that stands for the data a model will get.

    Args:
        shape: Shape of one sample, None where any size fits.
        batch_size: Number of samples when it is fixed.
        dtype: Element type; floatx when None.
        sparse: Accepted for Keras's signature; sparse tensors do not exist here.
        ragged: Accepted for Keras's signature; ragged tensors do not exist here.
        batch_shape: Shape with the batch axis; instead of `shape` and `batch_size`.
        name: Name of the input: the key when data come as a dict.
        tensor: A KerasTensor to start from instead of a new one.
        optional: Whether the model may be called with None for this input.

    Returns:
        The KerasTensor, to call layers on.

    Raises:
        ValueError: When no shape or an impossible one is given.

    Example:
        >>> import cornu as keras
        >>> inputs = keras.Input(shape=(3,))
        >>> keras.Model(inputs, keras.layers.Dense(1)(inputs)).output_shape
        (None, 1)
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        input_tensor=tensor,
        optional=optional,
        name=name,
    )
    return layer.output
