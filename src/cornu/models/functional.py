"""Functional: a model made from inputs and outputs."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

from cornu import ops
from cornu.core import engine, registry, settings, tree
from cornu.core.keras_tensor import CallNode, KerasTensor, node_of
from cornu.core.tensor import Tensor
from cornu.layers.call import get_mask, map_shapes, set_mask
from cornu.layers.core.input_layer import Input, InputLayer
from cornu.layers.input_spec import InputSpec, check_inputs
from cornu.layers.layer import Layer
from cornu.models import functional_config
from cornu.models.endpoints import Endpoints
from cornu.models.graph import ModelGraph
from cornu.models.model import Model, shapes_like


@registry.builtin("model")
class Functional(Model):
    """A model made from inputs and outputs; `keras.Model(inputs, outputs)` makes one.

    The inputs may also be tensors in the middle of another model: the new model then starts there
    and shares the layers and their weights.

    Args:
        inputs: KerasTensors in any structure.
        outputs: KerasTensors computed from them, in any structure.
        name: Name; "functional", "functional_1", ... when None.
        **kwargs: `trainable`.

    Raises:
        ValueError: When inputs or outputs are no KerasTensors, when the outputs depend on other
            inputs, and when two layers have the same name.

    Example:
        >>> import cornu as keras
        >>> a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
        >>> model = keras.Model({"a": a, "b": b}, keras.layers.Add()([a, b]))
        >>> model({"a": keras.ops.ones((1, 2)), "b": keras.ops.ones((1, 2))}).numpy()
        array([[2., 2.]], dtype=float32)
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any) -> None:
        who = f"Model {name!r}" if name else "Model"
        _check_tensors(inputs, "inputs", who)
        _check_tensors(outputs, "outputs", who)
        trainable = kwargs.pop("trainable", None)
        if any(not isinstance(node_of(x).operation, InputLayer) for x in tree.flatten(inputs)):
            inputs, outputs = _start_inside(inputs, outputs)
        graph = ModelGraph(tree.flatten(inputs), outputs)
        if "optimizer" not in self.__dict__:
            Model.__init__(self, name=name, **kwargs)
        else:
            Layer.__init__(self, name=name, **kwargs)
        fields = self.__dict__
        fields["_graph"] = graph
        fields["_inputs_struct"] = inputs
        fields["_outputs_struct"] = outputs
        fields["_endpoints"] = None
        fields["_specs"] = [_spec_of(tensor) for tensor in graph.inputs]
        for operation in graph.operations:
            if isinstance(operation, Layer):
                self._track(operation)
        fields["_convert_input_args"] = False
        fields["_allow_non_tensor_positional_args"] = True
        fields["_build_shapes_dict"] = {"input_shape": None}
        fields["_path"] = "/".join([*settings.state.scopes, self.name])
        self.built = True
        if trainable is not None and not trainable:
            self.trainable = trainable

    def _lock_state(self) -> None:
        """Nothing: layers may be attached to a functional model later."""

    def build(self, input_shape: Any = None) -> None:
        """Does nothing: the layers were built when they were called."""

    @property
    def layers(self) -> list[Any]:
        """The model's layers, inputs first, in the order of computation."""
        return [operation for operation in self._graph.operations if isinstance(operation, Layer)]

    @layers.setter
    def layers(self, _: Any) -> None:
        raise AttributeError(f"{self._who()}: `layers` cannot be set.")

    @property
    def operations(self) -> list[Any]:
        """Layers and functions, in the order of computation."""
        return list(self._graph.operations)

    @property
    def inputs(self) -> list[KerasTensor]:
        """The inputs as a flat list."""
        return list(self._graph.inputs)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The outputs as a flat list."""
        return list(self._graph.outputs)

    @property
    def input_names(self) -> list[str]:
        """Names of the inputs."""
        return [node_of(tensor).operation.name for tensor in self._graph.inputs]

    @property
    def output_names(self) -> list[str]:
        """Names of the layers that make the outputs."""
        return [node_of(tensor).operation.name for tensor in self._graph.outputs]

    @property
    def input(self) -> Any:
        """The inputs in the structure in which they were given."""
        return self._inputs_struct

    @property
    def output(self) -> Any:
        """The outputs in the structure in which they were given."""
        return self._outputs_struct

    @property
    def input_shape(self) -> Any:
        """Shape of the input; a list of shapes when there are several."""
        return shapes_like(self.inputs)

    @property
    def output_shape(self) -> Any:
        """Shape of the output; a list of shapes when there are several."""
        return shapes_like(self.outputs)

    @property
    def input_spec(self) -> Any:
        """What the model demands of its inputs, one `InputSpec` each."""
        manual = self.__dict__.get("_input_spec")
        return list(self._specs) if manual is None else manual

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        self.__dict__["_input_spec"] = value

    # ---------------------------------------------------------------- calling

    def call(self, inputs: Any, training: Any = None, mask: Any = None, **kwargs: Any) -> Any:
        """Runs the layers.

        Args:
            inputs: Data in the structure of the inputs, or a list or dict by input names.
            training: Phase for layers such as Dropout; calls that were given their own keep it.
            mask: Masks of the inputs, in their structure.
            **kwargs: Accepted for Keras's signature.

        Returns:
            The outputs in the structure in which they were given.
        """
        values = self._standardize(inputs)
        if mask is not None:
            for value, own in zip(values, tree.flatten(mask), strict=True):
                if own is not None:
                    set_mask(value, own)
        outputs = self._run_graph(values, training)
        return outputs[0] if isinstance(outputs, (list, tuple)) and len(outputs) == 1 else outputs

    def _run_graph(self, values: list[Any], training: Any) -> Any:
        context = settings.state.attributes.get("call_context")
        if training is None or context is None or context.training is training:
            return self._run_layers(values)
        before, context.training = context.training, training
        try:
            return self._run_layers(values)
        finally:
            context.training = before

    def _check_inputs(self, first: Any) -> None:
        """Nothing here: `_standardize` checks, after it has brought the inputs into their form."""

    def _arrange(self, inputs: Any) -> list[Any]:
        """Returns the inputs as a flat list in the order of the model's inputs."""
        own = self._graph.inputs
        if len(own) == 1 and not tree.is_nested(inputs):
            return [inputs]
        if isinstance(inputs, dict):
            by_key = isinstance(self._inputs_struct, dict)
            if by_key and any(tree.is_nested(item) for item in self._inputs_struct.values()):
                return tree.flatten(inputs)
            if by_key:
                names = sorted(self._inputs_struct)
            else:
                names = [tensor.name for tensor in own]
            missing = [name for name in names if name not in inputs]
            if missing:
                raise ValueError(
                    f"{self._who()} has no data for its input {missing[0]!r}: the inputs are a "
                    f"dict with keys {sorted(map(str, inputs))}, expected {names}."
                )
            return [inputs[name] for name in names]
        values = tree.flatten(inputs)
        if isinstance(self._inputs_struct, dict) and len(own) > 1:
            keys = list(self._inputs_struct)
            if keys != sorted(keys):
                raise ValueError(
                    f"{self._who()} takes its inputs as a dict with the keys {keys}; got a "
                    f"{type(inputs).__name__}, whose order says nothing. Pass a dict."
                )
        if len(values) != len(own):
            listed = ", ".join(f"{tensor.name!r} {tensor.shape}" for tensor in own)
            raise ValueError(
                f"{self._who()} expects {len(own)} input(s): {listed}; got {len(values)}. Pass a "
                f"list (or a dict by input names) with one array for each input."
            )
        return values

    def _standardize(self, inputs: Any) -> list[Any]:
        own = self._graph.inputs
        if type(inputs) is Tensor and len(own) == 1:
            values = [inputs]
        else:
            values = self._arrange(inputs)
        for position, (value, reference) in enumerate(zip(values, own, strict=True)):
            if value is None:
                self._check_optional(reference)
                continue
            if type(value) is not Tensor and not isinstance(value, KerasTensor):
                value = values[position] = self._to_tensor(value, reference)
            if value.dtype != reference.dtype:
                value = values[position] = _as_dtype(value, reference.dtype)
            shape, expected = value.shape, reference.shape
            if len(shape) != len(expected) or any(
                a != b and b is not None and a is not None
                for a, b in zip(shape[1:], expected[1:], strict=True)
            ):
                value = values[position] = _with_rank_of(value, reference)
                check_inputs(self._specs[position], value, self)
        return values

    def _check_optional(self, reference: KerasTensor) -> None:
        operation = node_of(reference).operation
        if isinstance(operation, InputLayer) and not operation.optional:
            raise ValueError(
                f"{self._who()}: input {reference.name!r} got None. Pass data for it, or make it "
                f"with keras.Input(..., optional=True)."
            )

    def _to_tensor(self, value: Any, reference: KerasTensor) -> Any:
        try:
            tensor = engine.to_tensor(value)
        except TypeError as error:
            raise TypeError(f"{self._who()}, input {reference.name!r}: {error}") from None
        if tensor.dtype == "string" and reference.dtype != "string":
            raise TypeError(
                f"{self._who()}: input {reference.name!r} takes {reference.dtype} numbers, but got "
                f"text (an array of strings of shape {tensor.shape}). Turn it into numbers first, "
                f"for example with array.astype('float32') for digits."
            )
        return tensor

    def compute_output_spec(
        self, inputs: Any, training: Any = None, mask: Any = None, **kwargs: Any
    ) -> Any:
        """Returns KerasTensors with the shapes and dtypes of the outputs."""
        values = self._standardize(inputs)
        if all(x.shape == y.shape for x, y in zip(values, self._graph.inputs, strict=True)):
            outputs = tree.map_structure(
                lambda tensor: KerasTensor(tensor.shape, tensor.dtype), self._outputs_struct
            )
        else:
            outputs = self._graph.run(values, lambda operation: operation.compute_output_spec)
        return outputs[0] if isinstance(outputs, (list, tuple)) and len(outputs) == 1 else outputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shapes of the outputs for inputs of given shapes."""
        dtypes = iter([tensor.dtype for tensor in self._graph.inputs])
        inputs = map_shapes(lambda shape: KerasTensor(shape, next(dtypes)), input_shape)
        outputs = self.compute_output_spec(inputs)
        return tree.map_structure(lambda tensor: tensor.shape, outputs)

    def add_loss(self, loss: Any) -> None:
        """Adds a scalar computed from the model's tensors to what training minimises.

        The name is Keras 2's. The loss belongs to this model object: files do not hold it.

        Args:
            loss: A scalar KerasTensor computed from the model's inputs, a function without
                arguments that computes one from weights, or a list of them.

        Raises:
            ValueError: For a tensor that is not computed from the model's inputs.
        """
        for value in tree.flatten(loss):
            if isinstance(value, KerasTensor):
                self.__dict__["_endpoints"] = self._all_endpoints().with_loss(value)
            else:
                super().add_loss(value)

    def add_metric(self, value: Any, name: str | None = None, aggregation: str = "mean") -> None:
        """Has the average of one of the model's tensors reported (Keras 2's name).

        Args:
            value: A KerasTensor computed from the model's inputs.
            name: Under which the average is reported.
            aggregation: "mean"; None is taken for it.

        Raises:
            ValueError: Without a name, for another aggregation, and for a tensor that is not
                computed from the model's inputs.
        """
        if not isinstance(value, KerasTensor):
            super().add_metric(value, name, aggregation)
            return
        endpoints = self._all_endpoints().with_average(str(name), value)
        self._average(name, aggregation)
        self.__dict__["_endpoints"] = endpoints

    def _all_endpoints(self) -> Endpoints:
        return self._endpoints or Endpoints(self._graph.inputs, self._outputs_struct)

    def _run_layers(self, values: list[Any]) -> Any:
        if self._endpoints is None:
            return self._graph.run(values)
        outputs, losses, averages = self._endpoints.graph.run(values)
        for loss in losses:
            super().add_loss(loss)
        for name, value in averages.items():
            super().add_metric(value, name)
        return outputs

    # ---------------------------------------------------------------- configs

    def get_config(self) -> dict[str, Any]:
        """Returns layers and connections as a dict for `from_config`."""
        if not _is_made_from_tensors(type(self)):
            return Model.get_config(self)
        if self._endpoints is not None:
            warnings.warn(
                f"{self._who()}: what add_loss() and add_metric() were given is not in the config, "
                f"and so not in files and clones. Call them again on the new model, or put them into "
                f"the call() of a Layer subclass.",
                stacklevel=2,
            )
        return functional_config.get_config(self)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Makes a model from what `get_config` returned, with new weights."""
        if "input_layers" not in config:
            return Layer.from_config.__func__(cls, config)  # type: ignore[attr-defined]
        with registry.custom_object_scope(custom_objects or {}):
            return functional_config.from_config(cls, config)


Model._functional_kind = Functional


def _is_made_from_tensors(cls: type) -> bool:
    own = inspect.getfullargspec(cls.__init__)  # type: ignore[misc]
    wanted = inspect.getfullargspec(Functional.__init__)
    return own.args[1:] == wanted.args[1:] or bool(own.varargs and own.varkw)


def _check_tensors(structure: Any, role: str, who: str) -> None:
    leaves = tree.flatten(structure)
    if not leaves:
        raise ValueError(f"{who}: `{role}` is empty; pass at least one KerasTensor.")
    for leaf in leaves:
        if not isinstance(leaf, KerasTensor):
            hint = "Start with keras.Input(shape=...)."
            if isinstance(leaf, Layer):
                hint = f"Call the layer on a tensor and pass the result: {leaf.name}(x)."
            raise ValueError(
                f"{who}: `{role}` must be KerasTensors, made by keras.Input and by calling layers "
                f"on it; got {leaf!r} of type {type(leaf).__name__}. {hint}"
            )
        node_of(leaf)


def _start_inside(inputs: Any, outputs: Any) -> tuple[Any, Any]:
    """Returns new inputs in place of tensors inside a graph, and outputs computed from these."""
    fresh: dict[int, KerasTensor] = {}
    for tensor in tree.flatten(inputs):
        if isinstance(node_of(tensor).operation, InputLayer):
            fresh[id(tensor)] = tensor
        else:
            fresh[id(tensor)] = Input(batch_shape=tensor.shape, dtype=tensor.dtype)
    graph = ModelGraph(tree.flatten(inputs), outputs)

    def swap(leaf: Any) -> Any:
        return fresh.get(id(leaf), leaf) if isinstance(leaf, KerasTensor) else leaf

    def renew(leaf: Any) -> Any:
        if not isinstance(leaf, KerasTensor):
            return leaf
        tensor = KerasTensor(leaf.shape, leaf.dtype, name=leaf.name)
        fresh.setdefault(id(leaf), tensor)
        return tensor

    for node in graph.nodes:
        if node.inputs and not all(id(tensor) in fresh for tensor in node.outputs):
            arguments = tree.map_structure(swap, list(node.arguments))
            keywords = tree.map_structure(swap, node.keywords)
            CallNode(
                node.operation, tuple(arguments), keywords, tree.map_structure(renew, node.result)
            )
    return tree.map_structure(swap, inputs), tree.map_structure(swap, outputs)


def _spec_of(tensor: KerasTensor) -> InputSpec:
    operation = node_of(tensor).operation
    return InputSpec(
        shape=(None, *tensor.shape[1:]) if tensor.shape else (),
        allow_last_axis_squeeze=True,
        name=tensor.name,
        optional=isinstance(operation, InputLayer) and operation.optional,
    )


def _as_dtype(value: Any, dtype: str) -> Any:
    mask = get_mask(value)
    if isinstance(value, KerasTensor):
        result: Any = KerasTensor(value.shape, dtype, name=value.name)
    else:
        result = engine.cast(value, dtype)
    if mask is not None:
        set_mask(result, mask)
    return result


def _with_rank_of(value: Any, reference: KerasTensor) -> Any:
    """Returns the value with a last axis of size 1 added or dropped where that makes it fit."""
    shape, expected = tuple(value.shape), reference.shape
    if len(shape) == len(expected) + 1 and shape[-1] == 1:
        wanted = shape[:-1]
    elif len(shape) == len(expected) - 1 and expected[-1] == 1:
        wanted = (*shape, 1)
    else:
        return value
    mask = get_mask(value)
    if isinstance(value, KerasTensor):
        result: Any = KerasTensor(wanted, value.dtype, name=value.name)
    else:
        result = ops.reshape(value, wanted)
    if mask is not None:
        set_mask(result, mask)
    return result
