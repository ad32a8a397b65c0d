"""Lambda: a function as a layer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from cornu.core import registry, tree
from cornu.layers.call import map_shapes
from cornu.layers.layer import Layer
from cornu.saving import deserialize_keras_object, serialize_keras_object


@registry.builtin("layer")
class Lambda(Layer):
    """Applies a function that has no weights.

    A `lambda` cannot be loaded from a file, because a file must not bring code along. Use a named
    function registered with `keras.saving.register_keras_serializable`, or write a Layer.

    Args:
        function: Takes the inputs; may also take `training` and `mask`.
        output_shape: Shape of the output without the batch axis, or a function of the input
            shape; found by running the function on placeholders when None.
        mask: Mask of the outputs, or a function of inputs and mask.
        arguments: Keyword arguments for the function.
        **kwargs: `name` and `dtype`.

    Raises:
        TypeError: When `function` cannot be called.

    Example:
        >>> import cornu as keras
        >>> double = keras.layers.Lambda(lambda x: 2 * x)
        >>> double(keras.ops.ones((2,))).numpy()
        array([2., 2.], dtype=float32)
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if not callable(function):
            raise TypeError(
                f"Lambda: `function` must be callable; got {function!r} of type "
                f"{type(function).__name__}."
            )
        super().__init__(**kwargs)
        self.function = function
        self.arguments = arguments or {}
        self.mask = mask
        self.supports_masking = mask is not None
        self._output_shape = output_shape
        accepted: Any = {}
        with suppress(TypeError, ValueError):  # a function in C has no signature
            accepted = inspect.signature(function).parameters
        self._takes = tuple(name for name in ("training", "mask") if name in accepted)

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        """Applies the function."""
        keywords = dict(self.arguments)
        if "mask" in self._takes:
            keywords["mask"] = mask
        if "training" in self._takes:
            keywords["training"] = training
        return self.function(inputs, **keywords)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Returns KerasTensors like the outputs."""
        if self._output_shape is None:
            base: Any = super(Layer, self)
            return base.compute_output_spec(*args, **kwargs)
        return super().compute_output_spec(*args, **kwargs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns `output_shape` with the batch axis, or what the function makes of the shape."""
        if self._output_shape is None:
            return Layer.compute_output_shape(self, input_shape)
        if callable(self._output_shape):
            return self._output_shape(input_shape)
        batch_size = tree.flatten(input_shape)[0]
        return map_shapes(lambda shape: (batch_size, *shape), self._output_shape)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Returns the mask of the outputs."""
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        config = {**super().get_config(), "function": serialize_keras_object(self.function)}
        if self._output_shape is not None:
            config["output_shape"] = serialize_keras_object(self._output_shape)
        if self.mask is not None:
            config["mask"] = serialize_keras_object(self.mask)
        config["arguments"] = serialize_keras_object(self.arguments)
        return config

    def _clone(self) -> Lambda:
        # Cloning stays in this process, where the function itself can be shared.
        config = Layer.get_config(self)
        config.update(function=self.function, output_shape=self._output_shape)
        config.update(mask=self.mask, arguments=dict(self.arguments))
        return type(self)(**config)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Makes a layer from what `get_config` returned."""
        config = dict(config)
        function = config.get("function")
        if isinstance(function, dict) and function.get("class_name") == "__lambda__":
            # A file's code is never run; whoever loads it may say what the function is.
            given = registry.find_custom(str(config.get("name")), custom_objects)
            config["function"] = function if given is None else given
        for key in ("function", "output_shape", "mask", "arguments"):
            if key in config and not callable(config[key]):
                config[key] = deserialize_keras_object(config[key], custom_objects=custom_objects)
        if isinstance(config.get("output_shape"), list):
            config["output_shape"] = tuple(config["output_shape"])
        return cls(**config)
