"""`tf.keras.models`: models that describe themselves as in Keras 2.

The classes are those of `cornu.models` but for four things: `summary()` has Keras 2's layout and
calls `print_fn` for each line, `metrics_names` are the names of what `evaluate` returns, a model
that is a class of its own is saved to a folder or `.keras`, not to `.h5`, and losses and metrics get
targets of shape (batch,) as (batch, 1) where the outputs have two axes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from cornu import models, ops, saving
from cornu.core import settings
from cornu.core.errors import UnsupportedError
from cornu.core.tensor import Tensor
from cornu.layers import Embedding, InputLayer
from cornu.models import plain_summary

__all__ = [
    "Functional", "Model", "Sequential", "clone_model", "load_model", "model_from_config",
    "model_from_json", "save_model", "sequential_ascii",
]  # fmt: skip

save_model = models.save_model
sequential_ascii = models.sequential_ascii


class Model(models.Model):
    """Layers with inputs and outputs, as `cornu.Model`, with the manners of Keras 2.

    Args:
        *args: `inputs` and `outputs`. None in a subclass.
        **kwargs: `inputs`, `outputs`, `name`, `trainable`.

    Example:
        >>> import cornu.tf as tf
        >>> inputs = tf.keras.Input(shape=(3,))
        >>> model = tf.keras.Model(inputs, tf.keras.layers.Dense(2)(inputs))
        >>> model.count_params()
        8
    """

    _saved_as = models.Model

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
            print_fn: Called with each line instead of printing it.
            expand_nested: Whether the layers of inner models are shown too.
            show_trainable: Whether a column says which layers are trained.
            layer_range: Names (or regular expressions) of the first and last layer to show.

        Raises:
            ValueError: When the model has no weights yet, or for a `layer_range` that matches no
                layer.
        """
        lines = plain_summary.plain_lines(
            self,
            line_length,
            positions,
            expand_nested=expand_nested,
            show_trainable=show_trainable,
            layer_range=layer_range,
        )
        if print_fn is None:
            sys.stdout.write("".join(f"{line}\n" for line in lines))
            return
        for line in lines:
            print_fn(line)

    def save(
        self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any
    ) -> None:
        """Saves the model, as `cornu.Model.save`.

        Args:
            filepath: A folder, or a name that ends in ".keras" or ".h5".
            overwrite: Whether an existing file is replaced.
            zipped: False makes a folder whatever the name.
            **kwargs: `include_optimizer` and `save_format`.

        Raises:
            NotImplementedError: For ".h5" when the model is a class of its own.
        """
        in_old_format = str(filepath).endswith((".h5", ".hdf5")) or (
            kwargs.get("save_format") == "h5"
        )
        if in_old_format and not isinstance(self, (models.Functional, models.Sequential)):
            raise UnsupportedError(
                f"Saving the model to HDF5 format requires the model to be a Functional model or a "
                f"Sequential model; {self.name!r} is a {type(self).__name__}. Save it to a folder "
                f"or a '.keras' file, or its weights alone with save_weights()."
            )
        super().save(filepath, overwrite, zipped, **kwargs)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Returns the total loss, as `cornu.Model.compute_loss`; targets come as columns."""
        return super().compute_loss(x, _as_columns(y, y_pred), y_pred, sample_weight, training)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Updates the metrics, as `cornu.Model.compute_metrics`; targets come as columns."""
        weights = _as_columns(sample_weight, y_pred)
        return super().compute_metrics(x, _as_columns(y, y_pred), y_pred, weights)

    @property
    def metrics_names(self) -> list[str]:
        """Names of the numbers that `evaluate` returns; empty before the model has seen data."""
        if not self.compiled or self._output_shapes is None:
            return []
        return self._names_in_order(self.get_metrics_result())


def _as_columns(values: Any, outputs: Any) -> Any:
    """Returns vectors as columns where the outputs are matrices: own losses and metrics expect it."""
    if isinstance(values, Tensor) and isinstance(outputs, Tensor):
        return ops.expand_dims(values, -1) if (values.ndim, outputs.ndim) == (1, 2) else values
    if isinstance(values, dict) and isinstance(outputs, dict):
        return {name: _as_columns(value, outputs.get(name)) for name, value in values.items()}
    listed = isinstance(values, (list, tuple)) and isinstance(outputs, (list, tuple))
    if listed and len(values) == len(outputs):
        return type(values)(map(_as_columns, values, outputs))
    return values


class Functional(Model, models.Functional):
    """A model made from inputs and outputs; `tf.keras.Model(inputs, outputs)` makes one.

    Args:
        inputs: KerasTensors in any structure.
        outputs: KerasTensors computed from them.
        name: Name; "model", "model_1", ... when None.
        **kwargs: `trainable`.
    """

    _saved_as = models.Functional

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any) -> None:
        if name is None and type(self) is Functional:
            name = settings.unique_name("model")
        super().__init__(inputs, outputs, name=name, **kwargs)


Model._functional_kind = Functional


class Sequential(Model, models.Sequential):
    """A stack of layers, as `cornu.Sequential`, with the manners of Keras 2.

    Args:
        layers: List of layers.
        trainable: Whether training may change the weights.
        name: Name.

    Example:
        >>> import cornu.tf as tf
        >>> layer = tf.keras.layers.Dense(1, input_shape=(3,), name="only")
        >>> model = tf.keras.Sequential([layer], name="one")
        >>> model.summary(line_length=45)
        Model: "one"
        _____________________________________________
         Layer (type)      Output Shape   Param #
        =============================================
         only (Dense)      (None, 1)      4
        <BLANKLINE>
        =============================================
        Total params: 4
        Trainable params: 4
        Non-trainable params: 0
        _____________________________________________
    """

    _saved_as = models.Sequential

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Puts a layer on top, as `cornu.Sequential.add`.

        An Embedding that begins a model is built at once: it is known to take rows of numbers.

        Args:
            layer: The layer, or a `keras.Input` as the first.
            rebuild: Whether the model is connected at once when its input shape is known.
        """
        begins = not self._layers and isinstance(layer, Embedding)
        if begins and layer.__dict__.get("_input_shape_arg") is None:
            super().add(InputLayer(shape=(layer.input_length,)), rebuild=False)
        super().add(layer, rebuild)


_KINDS: dict[type, type] = {kind._saved_as: kind for kind in (Model, Functional, Sequential)}


def _adopted(model: Any) -> Any:
    """Gives a model, and the models in it, the manners of this module."""
    for layer in model._flatten_layers():
        kind = _KINDS.get(type(layer))
        if kind is not None:
            layer.__class__ = kind
    return model


def load_model(filepath: Any, custom_objects: Any = None, compile: bool = True, **kwargs: Any) -> Any:  # fmt: skip
    """Returns the model that a file or folder holds.

    Args:
        filepath: What `model.save` wrote, here or by Keras.
        custom_objects: Names of users' own classes and what they stand for.
        compile: Whether to go on with the optimizer, loss and metrics that were saved.
        **kwargs: As in `cornu.saving.load_model`.

    Returns:
        A model.
    """
    return _adopted(models.load_model(filepath, custom_objects, compile, **kwargs))


def clone_model(model: Any, input_tensors: Any = None, clone_function: Any = None, **kwargs: Any) -> Any:  # fmt: skip
    """Returns a model with the same layers and new weights.

    Args:
        model: A model.
        input_tensors: KerasTensors to start from instead of new inputs.
        clone_function: Makes a layer from a layer; by default from its config.
        **kwargs: As in `cornu.models.clone_model`.

    Returns:
        A model; compile it before training.
    """
    return _adopted(models.clone_model(model, input_tensors, clone_function, **kwargs))


def model_from_json(json_string: str, custom_objects: Any = None) -> Any:
    """Makes a model from what `to_json` returned, with new weights.

    Args:
        json_string: The text.
        custom_objects: Names of users' own classes and what they stand for.

    Returns:
        A model.
    """
    return _adopted(models.model_from_json(json_string, custom_objects))


def model_from_config(config: dict[str, Any], custom_objects: Any = None) -> Any:
    """Makes a model from the dict that describes it, with new weights.

    Args:
        config: What `tf.keras.utils.serialize_keras_object(model)` returned.
        custom_objects: Names of users' own classes and what they stand for.

    Returns:
        A model.
    """
    return _adopted(saving.deserialize_keras_object(config, custom_objects))
