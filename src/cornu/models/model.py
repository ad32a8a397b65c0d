"""Model: a layer that can be trained, inspected, and written down as a config."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar

from cornu.core import registry, settings, tree
from cornu.core.errors import suggestion
from cornu.core.keras_tensor import KerasTensor, infer_output_spec
from cornu.layers.call import CallContext, map_shapes
from cornu.layers.layer import Layer
from cornu.models import summary
from cornu.models.old_methods import OldMethods
from cornu.models.pickling import reduced
from cornu.saving import (
    deserialize_keras_object,
    load_weights,
    save_model,
    save_weights,
    serialize_keras_object,
)
from cornu.training.trainer import Trainer


def _is_functional(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> bool:
    """Whether the arguments of Model(...) are inputs and outputs."""
    return (
        len(arguments) == 2
        or (len(arguments) == 1 and "outputs" in keywords)
        or ("inputs" in keywords and "outputs" in keywords)
    )


@registry.builtin("model")
class Model(OldMethods, Trainer, Layer):
    """Layers with inputs and outputs, and the methods that train them.

    Make one from inputs and outputs, `Model(inputs, outputs)`, or derive a class that makes its
    layers in `__init__` and uses them in `call(inputs)`.

    Args:
        *args: `inputs` and `outputs`: KerasTensors in any structure. None in a subclass.
        **kwargs: `inputs`, `outputs`, `name`, `trainable`.

    Example:
        >>> import cornu as keras
        >>> inputs = keras.Input((3,))
        >>> model = keras.Model(inputs, keras.layers.Dense(2)(inputs))
        >>> model.count_params()
        8
        >>> class Twice(keras.Model):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.dense = keras.layers.Dense(2)
        ...
        ...     def call(self, inputs):
        ...         return 2 * self.dense(inputs)
        >>> Twice()(keras.ops.ones((1, 3))).shape
        (1, 2)
    """

    _untracked_attributes = frozenset(
        {
            "optimizer", "loss", "history", "_loss_tracker", "_compiled_loss", "_compiled_metrics",
            "_compile_arguments", "_runners", "_validation", "_functional",
        }
    )  # fmt: skip

    # What Model(inputs, outputs) makes; a class that has one of its own is a base for users' models.
    _functional_kind: ClassVar[Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if "_functional_kind" in cls.__dict__ and _is_functional(args, kwargs):
            cls = cls._functional_kind
        return Layer.__new__(cls, *args, **kwargs)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        Trainer.__init__(self)
        if _is_functional(args, kwargs):
            functional = self._functional_kind
            if not isinstance(self, functional):
                _insert_base(type(self))
            functional.__init__(self, *args, **kwargs)
        else:
            Layer.__init__(self, *args, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the outputs from the inputs. Subclasses override it."""
        raise NotImplementedError(
            f"Model {type(self).__name__} has no call() method. Define call(self, inputs), or make "
            f"the model from inputs and outputs: keras.Model(inputs, outputs)."
        )

    def _who(self) -> str:
        shown: str | None = self.__dict__.get("_shown_as")
        return shown or f"{type(self).__name__} model {getattr(self, 'name', '(unnamed)')!r}"

    def _own_metrics(self) -> list[Any]:
        return [*self._metrics, *self._metrics_inside()]

    # ---------------------------------------------------------------- building

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights by running `call` on placeholders.

        Args:
            input_shape: Shape of the inputs with the batch axis, such as `(None, 8)`; a list or
                dict of shapes for several inputs.

        Raises:
            ValueError: When `call` cannot run on inputs of this shape.
        """
        if input_shape is None or not any(not layer.built for layer in self._layers):
            return
        dtype = self.compute_dtype
        inputs = map_shapes(lambda shape: KerasTensor(shape, dtype), input_shape)
        attributes = settings.state.attributes
        before = attributes.get("call_context")
        context = attributes["call_context"] = CallContext(self)
        context.inferring = True
        try:
            infer_output_spec(self.call, inputs)
        except Exception as error:
            raise ValueError(
                f"{self._who()} cannot be built for inputs of shape {input_shape}: its call() "
                f"fails on them with {type(error).__name__}: {error} Call the model on real data "
                f"instead, or define build(self, input_shape)."
            ) from error
        finally:
            attributes["call_context"] = before

    build._is_default = True  # type: ignore[attr-defined]

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Makes the weights from what `get_build_config` returned."""
        has_shapes = "shapes_dict" in config and self._has_own_build()
        if has_shapes or config.get("input_shape") is not None:
            super().build_from_config(config)

    # ---------------------------------------------------------------- layers

    @property
    def layers(self) -> list[Any]:
        """The model's layers, without those inside of them."""
        return self._flatten_layers(include_self=False, recursive=False)

    @layers.setter
    def layers(self, _: Any) -> None:
        raise AttributeError(
            f"{self._who()}: `layers` is computed from the model's attributes and cannot be set. "
            f"Store your list under another name."
        )

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """Returns a layer by its name or its place in `layers`.

        Args:
            name: Its name.
            index: Its place, from 0.

        Returns:
            The layer.

        Raises:
            ValueError: When there is no such layer, or not exactly one argument is given.

        Example:
            >>> import cornu as keras
            >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="out")])
            >>> model.get_layer("out").units
            2
        """
        if (name is None) == (index is None):
            raise ValueError(
                f"get_layer: give either a name or an index; got name={name!r}, index={index!r}."
            )
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(
                    f"get_layer: index {index} does not exist; {self._who()} has {len(layers)} "
                    f"layers."
                )
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        names = [layer.name for layer in layers]
        raise ValueError(
            f"get_layer: {self._who()} has no layer {name!r}.{suggestion(name, names)} Its layers "
            f"are: {', '.join(names)}."
        )

    def summary(
        self,
        line_length: int | None = None,
        positions: list[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Prints a table of the layers with their output shapes and numbers of weights.

        Args:
            line_length: Width of the table.
            positions: Where its columns end, as shares of the width.
            print_fn: Called with the text instead of printing it.
            expand_nested: Whether the layers of inner models are shown too.
            show_trainable: Whether a column says which layers are trained.
            layer_range: Names (or regular expressions) of the first and last layer to show.

        Raises:
            ValueError: For a `layer_range` that matches no layer.
        """
        summary.print_summary(
            self,
            line_length=line_length,
            positions=positions,
            print_fn=print_fn,
            expand_nested=expand_nested,
            show_trainable=show_trainable,
            layer_range=layer_range,
        )

    # ---------------------------------------------------------------- files

    def save(
        self,
        filepath: Any,
        overwrite: bool = True,
        zipped: bool | None = None,
        **kwargs: Any,
    ) -> None:
        """Saves the model: its structure, its weights, and how it is being trained.

        Args:
            filepath: A name that ends in ".keras" (an archive), in ".h5" or ".hdf5" (the format of
                Keras 2), or in neither: then a folder is made.
            overwrite: Whether an existing file is replaced.
            zipped: False makes a folder whatever the name.
            **kwargs: `include_optimizer` and `save_format`, as in `keras.saving.save_model`.

        Raises:
            ValueError: When the model has no weights yet or the name belongs to another format.
            FileExistsError: When there is such a file already and `overwrite` is False.
        """
        save_model(self, filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    def save_weights(self, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
        """Saves the weights and the state of the optimizer.

        Args:
            filepath: A name that ends in ".weights.h5", or any other one; with ".h5" alone the
                file has the layout of Keras 2.
            overwrite: Whether an existing file is replaced.
            **kwargs: As in `keras.saving.save_weights`.

        Raises:
            ValueError: When the model has no weights yet.
            FileExistsError: When there is such a file already and `overwrite` is False.
        """
        save_weights(self, filepath, overwrite=overwrite, **kwargs)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Sets the weights, and the state of the optimizer where the file has it.

        Args:
            filepath: A file of weights, or a saved model.
            skip_mismatch: Whether layers that do not fit are left as they are, with a warning.
            **kwargs: `by_name` and others, as in `keras.saving.load_weights`.

        Raises:
            FileNotFoundError: When there is no such file.
            ValueError: When the file is of another kind or damaged, or its weights do not fit; the
                model has the weights it had.
        """
        load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    # ---------------------------------------------------------------- configs

    def to_json(self, **kwargs: Any) -> str:
        """Returns the model's structure, without weights, as JSON.

        Args:
            **kwargs: For `json.dumps`.

        Returns:
            Text for `keras.models.model_from_json`.

        Example:
            >>> import cornu as keras
            >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
            >>> keras.models.model_from_json(model.to_json()).output_shape
            (None, 2)
        """
        return json.dumps(serialize_keras_object(self), **kwargs)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Makes a model from what `get_config` returned, with new weights.

        Args:
            config: The dict.
            custom_objects: Names of users' own classes and what they stand for.

        Returns:
            A model.
        """
        functional = cls._functional_kind
        if "input_layers" in config and "output_layers" in config and "layers" in config:
            maker = cls if issubclass(cls, functional) and cls is not functional else functional
            return functional.from_config.__func__(maker, config, custom_objects)
        return super().from_config(config)

    def __reduce__(self) -> Any:
        return reduced(self)

    def __deepcopy__(self, memo: Any) -> Any:
        revive, arguments = reduced(self)
        return revive(*arguments)


def _insert_base(cls: type) -> None:
    """Makes a subclass of Model that is used as Model(inputs, outputs) one of Functional."""
    bases = tuple(base.__dict__.get("_functional_kind", base) for base in cls.__bases__)
    if bases != cls.__bases__:
        cls.__bases__ = bases
        return
    for base in bases:
        if issubclass(base, Model):
            _insert_base(base)


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """Makes a model from what `to_json` returned, with new weights.

    Args:
        json_string: The text.
        custom_objects: Names of users' own classes and what they stand for.

    Returns:
        A model.

    Raises:
        ValueError: For text that is no JSON, and for classes that are not known.

    Example:
        >>> import cornu as keras
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)], name="two")
        >>> model_from_json(model.to_json()).name
        'two'
    """
    try:
        config = json.loads(json_string)
    except json.JSONDecodeError as error:
        raise ValueError(f"model_from_json: the text is no JSON: {error}") from error
    return deserialize_keras_object(config, custom_objects=custom_objects)


def shapes_like(structure: Any) -> Any:
    """Returns the shapes of KerasTensors in their structure; a list of one as that one."""
    shapes = tree.map_structure(lambda tensor: tensor.shape, structure)
    return shapes[0] if isinstance(shapes, list) and len(shapes) == 1 else shapes
