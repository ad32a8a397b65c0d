"""clone_model: the same structure with weights of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.core import tree
from cornu.core.keras_tensor import FunctionOperation, KerasTensor, node_of
from cornu.layers.core.input_layer import Input, InputLayer
from cornu.layers.layer import Layer
from cornu.models.functional import Functional
from cornu.models.sequential import Sequential


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Callable[[Any], Any] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Any:
    """Returns a model with the same layers and new weights.

    Args:
        model: A Sequential or Functional model, or, without `clone_function`, any model with
            `get_config`.
        input_tensors: KerasTensors to start from instead of new inputs.
        clone_function: Makes a layer from a layer; by default from its config.
        call_function: Called as `call_function(layer, *args, **kwargs)` to connect the new layers.
        recursive: Whether `clone_function` also gets the layers inside inner models.
        **kwargs: Accepted for Keras's signature.

    Returns:
        A model; compile it before training.

    Raises:
        ValueError: For arguments that make no sense for this kind of model.

    Example:
        >>> import cornu as keras
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        >>> keras.models.clone_model(model).count_params()
        8
    """
    del kwargs
    copy = _copier(clone_function, call_function, recursive=recursive)
    if isinstance(model, Sequential):
        if call_function is not None:
            raise ValueError(
                "clone_model: call_function is for functional models; a Sequential model only "
                "passes a tensor from layer to layer."
            )
        return _clone_sequential(model, input_tensors, copy)
    if isinstance(model, Functional):
        return _clone_functional(model, input_tensors, copy, call_function)
    if clone_function is not None or input_tensors is not None:
        raise ValueError(
            f"clone_model: {type(model).__name__} is neither a Sequential nor a functional model, "
            f"so its layers cannot be exchanged; call clone_model(model) alone."
        )
    return type(model).from_config(model.get_config())


def _copier(
    clone_function: Callable[[Any], Any] | None,
    call_function: Callable[..., Any] | None,
    *,
    recursive: bool,
) -> Callable[[Any], Any]:
    def copy(layer: Any) -> Any:
        if isinstance(layer, (Functional, Sequential)) and (recursive or clone_function is None):
            inner_call = None if isinstance(layer, Sequential) else call_function
            return clone_model(
                layer, clone_function=clone_function, call_function=inner_call, recursive=recursive
            )
        if isinstance(layer, InputLayer):
            return type(layer).from_config(layer.get_config())
        if clone_function is None:
            return _copy_layer(layer)
        made = clone_function(layer)
        if not isinstance(made, Layer):
            raise ValueError(
                f"clone_model: clone_function must return a layer; for {layer.name!r} it returned "
                f"{made!r} of type {type(made).__name__}."
            )
        return made

    return copy


def _copy_layer(layer: Any) -> Any:
    if hasattr(layer, "_clone"):
        return layer._clone()
    return type(layer).from_config(layer.get_config())


def _clone_sequential(
    model: Sequential, input_tensors: Any, copy: Callable[[Any], Any]
) -> Sequential:
    layers: list[Any] = [copy(layer) for layer in model.layers]
    if input_tensors is not None:
        tensors = tree.flatten(input_tensors)
        if len(tensors) != 1 or not isinstance(tensors[0], KerasTensor):
            raise ValueError(
                f"clone_model: a Sequential model has one input; got input_tensors={input_tensors}."
            )
        if isinstance(node_of(tensors[0]).operation, InputLayer):
            layers.insert(0, tensors[0])
        else:
            layers.insert(0, Input(batch_shape=tensors[0].shape, dtype=tensors[0].dtype))
    elif isinstance(model._layers[0] if model._layers else None, InputLayer):
        layers.insert(0, copy(model._layers[0]))
    return Sequential(layers, name=model.name, trainable=model.trainable)


def _clone_functional(
    model: Functional,
    input_tensors: Any,
    copy: Callable[[Any], Any],
    call_function: Callable[..., Any] | None,
) -> Any:
    tensors: dict[int, Any] = {}
    if input_tensors is None:
        for old in model.inputs:
            tensors[id(old)] = copy(node_of(old).operation).output
    else:
        given = tree.flatten(input_tensors)
        if len(given) != len(model.inputs):
            raise ValueError(
                f"clone_model: the model has {len(model.inputs)} inputs; got {len(given)} "
                f"input_tensors."
            )
        for old, new in zip(model.inputs, given, strict=True):
            tensors[id(old)] = new
    operations: dict[int, Any] = {}

    def swap(leaf: Any) -> Any:
        return tensors[id(leaf)] if isinstance(leaf, KerasTensor) else leaf

    for node in model._graph.nodes:
        if not node.inputs:
            continue
        old = node.operation
        if id(old) not in operations:
            if isinstance(old, FunctionOperation):
                operations[id(old)] = FunctionOperation(old.function, name=old.name)
            else:
                operations[id(old)] = copy(old)
        arguments = tree.map_structure(swap, list(node.arguments))
        keywords = tree.map_structure(swap, node.keywords)
        new = operations[id(old)]
        if call_function is not None:
            result = call_function(new, *arguments, **keywords)
        else:
            result = new(*arguments, **keywords)
        for before, after in zip(node.outputs, tree.flatten(result), strict=True):
            tensors[id(before)] = after
    inputs = tree.map_structure(swap, model._inputs_struct)
    outputs = tree.map_structure(swap, model._outputs_struct)
    return Functional(inputs, outputs, name=model.name, trainable=model.trainable)
