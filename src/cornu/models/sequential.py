"""Sequential: layers one after the other."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.core.keras_tensor import KerasTensor, node_of
from cornu.layers.call import enter_scope, is_shape, leave_scope, masks_of, signature_of
from cornu.layers.core.input_layer import InputLayer
from cornu.layers.layer import Layer
from cornu.models.functional import Functional
from cornu.models.model import Model
from cornu.saving import deserialize_keras_object, serialize_keras_object


@registry.builtin("model")
class Sequential(Model):
    """A stack of layers, each fed with the output of the one before.

    The weights are made when the input shape is known: from a `keras.Input` as first item (or
    `input_shape=` on the first layer), else at the first call or fit.

    Args:
        layers: List of layers; may begin with `keras.Input(...)`.
        trainable: Whether training may change the weights.
        name: Name; "sequential", "sequential_1", ... when None.

    Raises:
        ValueError: When an item is no layer or two layers have the same name.

    Example:
        >>> import cornu as keras
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        >>> model.add(keras.layers.Dense(1))
        >>> model.output_shape
        (None, 1)
    """

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(trainable=trainable, name=name)
        self._functional: Functional | None = None
        if layers is None:
            return
        if isinstance(layers, Layer) or not hasattr(layers, "__iter__"):
            raise ValueError(
                f"Sequential takes a list of layers; got {layers!r}. Write "
                f"keras.Sequential([layer, ...])."
            )
        for layer in layers:
            self.add(layer, rebuild=False)
        if self._layers:
            self._rebuild()

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Puts a layer on top.

        Args:
            layer: The layer, or a `keras.Input` as the first.
            rebuild: Whether the model is connected at once when its input shape is known.

        Raises:
            ValueError: When it is no layer or its name is taken.
        """
        if isinstance(layer, KerasTensor) and layer._keras_node is not None:
            layer = node_of(layer).operation
        if not isinstance(layer, Layer):
            hint = ""
            if isinstance(layer, type) and issubclass(layer, Layer):
                hint = f" Make an object of the class: {layer.__name__}(...)."
            elif isinstance(layer, (list, tuple)):
                hint = " Add the layers one by one."
            raise ValueError(
                f"{self._who()}: only layers can be added; got {layer!r} of type "
                f"{type(layer).__name__}.{hint}"
            )
        shape = layer.__dict__.get("_input_shape_arg")
        if not self._layers and shape is not None and not isinstance(layer, InputLayer):
            self.add(InputLayer(shape=shape), rebuild=False)
        for other in self._layers:
            if other is layer or other.name == layer.name:
                raise ValueError(
                    f"{self._who()} already has a layer named {layer.name!r} (a "
                    f"{type(other).__name__}); layer names must be unique. Give the new layer "
                    f"another name with name=..., or drop the name."
                )
        first = self._layers[0] if self._layers else None
        if isinstance(layer, InputLayer) and isinstance(first, InputLayer):
            raise ValueError(
                f"{self._who()} already has an input of shape {first.batch_shape}; another Input "
                f"cannot be added to it."
            )
        self._layers.append(layer)
        if not rebuild:
            self._functional = None
            self.built = False
        elif self._functional is not None:
            self._extend(layer)
        else:
            self._rebuild()

    def pop(self, rebuild: bool = True) -> Layer:
        """Removes the last layer.

        Args:
            rebuild: Whether the model is connected again at once.

        Returns:
            The layer.

        Raises:
            ValueError: When there is none.
        """
        if not self.layers:
            raise ValueError(f"{self._who()} has no layers to pop.")
        layer: Layer = self._layers.pop()
        self._functional = None
        self.built = False
        self._forget_steps()
        if rebuild and self._layers:
            self._rebuild()
        return layer

    def _rebuild(self) -> None:
        self._functional = None
        self.built = False
        first = self._layers[0]
        if len(self._layers) < 2:
            return
        if isinstance(first, InputLayer):
            self.build(first.batch_shape)
        elif isinstance(first, Model) and getattr(first, "inputs", None):
            self.build(first.input_shape)

    def _extend(self, layer: Layer) -> None:
        """Connects a new last layer to a model that is connected already."""
        known = self._functional
        assert known is not None
        self._forget_steps()
        entered = enter_scope(self)
        try:
            outputs = layer(known.outputs[0])
            self._connect(known.inputs[0], outputs)
        except BaseException:
            self._layers.pop()
            raise
        finally:
            if entered:
                leave_scope()

    def _lock_state(self) -> None:
        """Nothing: layers may be added after the build."""

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights.

        Args:
            input_shape: Shape of the input with the batch axis, such as `(None, 8)`.

        Raises:
            ValueError: When there are no layers, or the model has an input of another shape.
        """
        if not self._layers:
            raise ValueError(
                f"{self._who()} cannot be built: it has no layers. Call model.add(layer)."
            )
        if input_shape is None or not is_shape(input_shape):
            return  # several inputs: the first layer takes them as they come
        input_shape = tuple(input_shape)
        first = self._layers[0]
        if isinstance(first, InputLayer):
            if first.batch_shape != input_shape and self._functional is not None:
                raise ValueError(
                    f"{self._who()} has an input of shape {first.batch_shape} already; it cannot "
                    f"be built for shape {input_shape}."
                )
        else:
            first = InputLayer(batch_shape=input_shape, dtype=first.compute_dtype)
            self._layers.insert(0, first)
        inputs = outputs = first.output
        for layer in self._layers[1:]:
            self._check_positional(layer)
            outputs = layer(outputs)
        self._connect(inputs, outputs)

    def _connect(self, inputs: Any, outputs: Any) -> None:
        functional = Functional(inputs, outputs)
        functional.__dict__["_shown_as"] = self._who()  # for its error messages
        self._functional = functional

    def _check_positional(self, layer: Layer) -> None:
        signature = signature_of(type(layer), "call")
        needed = [name for name in signature.names if name not in signature.defaults]
        if len(needed) > 1:
            raise ValueError(
                f"{self._who()}: layer {layer.name!r} ({type(layer).__name__}) needs several "
                f"arguments ({', '.join(needed)}), but a Sequential model passes one tensor from "
                f"layer to layer. Use keras.Model(inputs, outputs) instead."
            )

    def call(self, inputs: Any, training: Any = None, mask: Any = None, **kwargs: Any) -> Any:
        """Runs the layers one after the other.

        Args:
            inputs: The data.
            training: Phase for layers such as Dropout.
            mask: Mask of the inputs.
            **kwargs: Accepted for Keras's signature.

        Returns:
            The output of the last layer.
        """
        if self._functional is not None:
            return self._functional.call(inputs, training=training, mask=mask, **kwargs)
        for layer in self.layers:
            signature = signature_of(type(layer), "call")
            keywords = {}
            if signature.has_mask and mask is not None:
                keywords["mask"] = mask
            if signature.has_training and training is not None:
                keywords["training"] = training
            inputs = layer(inputs, **keywords)
            mask = masks_of(inputs)
        return inputs

    @property
    def layers(self) -> list[Any]:
        """The layers that were added; an input is not among them."""
        start = 1 if self._layers and isinstance(self._layers[0], InputLayer) else 0
        return self._layers[start:]

    @layers.setter
    def layers(self, _: Any) -> None:
        raise AttributeError(
            f"{self._who()}: `layers` cannot be set; use add() and pop() to change the layers."
        )

    def compute_output_spec(
        self, inputs: Any, training: Any = None, mask: Any = None, **kwargs: Any
    ) -> Any:
        """Returns a KerasTensor like the output."""
        if self._functional is not None:
            return self._functional.compute_output_spec(inputs, training=training, mask=mask)
        for layer in self.layers:
            inputs = layer.compute_output_spec(inputs)
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape of the output for an input of a given shape."""
        if self._functional is not None:
            return self._functional.compute_output_shape(input_shape)
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def _connected(self, what: str) -> Functional:
        if self._functional is None:
            raise AttributeError(
                f"{self._who()} has no {what} yet, because its input shape is unknown. Begin the "
                f"list of layers with keras.Input(shape=...), or call the model on data first."
            )
        return self._functional

    @property
    def input_shape(self) -> Any:
        """Shape of the input."""
        return self._connected("input_shape").input_shape

    @property
    def output_shape(self) -> Any:
        """Shape of the output."""
        return self._connected("output_shape").output_shape

    @property
    def inputs(self) -> Any:
        """The input, in a list."""
        return self._connected("inputs").inputs

    @property
    def outputs(self) -> Any:
        """The output, in a list."""
        return self._connected("outputs").outputs

    @property
    def input(self) -> Any:
        """The input."""
        return self._connected("input").input

    @property
    def output(self) -> Any:
        """The output."""
        return self._connected("output").output

    @property
    def input_names(self) -> list[str]:
        """Name of the input, in a list."""
        return self._connected("input").input_names

    @property
    def output_names(self) -> list[str]:
        """Name of the last layer, in a list."""
        return self._connected("output").output_names

    @property
    def input_dtype(self) -> str:
        """The dtype to which float inputs are cast: that of the input."""
        if self._layers and isinstance(self._layers[0], InputLayer):
            return str(self._layers[0].dtype)
        return super().input_dtype

    def get_config(self) -> dict[str, Any]:
        """Returns the layers' configs."""
        config = {
            **Layer.get_config(self),
            "layers": [serialize_keras_object(layer) for layer in self._layers],
        }
        if self._functional is not None:
            config["build_input_shape"] = self._layers[0].batch_shape
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Makes a model from what `get_config` returned, with new weights.

        Args:
            config: The dict; of older versions of Keras also a list of layer configs.
            custom_objects: Names of users' own classes and what they stand for.

        Returns:
            A model.

        Raises:
            ValueError: When it is no config of a Sequential model.
        """
        if isinstance(config, list):
            config = {"name": None, "layers": config}
        if "layers" not in config:
            raise ValueError(
                f"Sequential.from_config: the config needs the keys 'name' and 'layers'; got "
                f"{sorted(config)}."
            )
        model = cls(name=config.get("name"))
        with registry.custom_object_scope(custom_objects or {}):
            for layer in config["layers"]:
                model.add(deserialize_keras_object(layer), rebuild=False)
        if model._layers:
            model._rebuild()
        shape = config.get("build_input_shape")
        if shape and model._functional is None and model._layers and is_shape(shape):
            model.build(tuple(shape))
        if config.get("trainable") is False:
            model.trainable = False
        return model
