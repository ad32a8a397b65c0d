"""Layer: the base of everything that is called on tensors and has weights."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from cornu import dtype_policies, regularizers
from cornu.core import dtypes, registry, settings, tree
from cornu.core.keras_tensor import (
    CallNode,
    KerasTensor,
    Operation,
    any_symbolic,
    infer_output_spec,
)
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable
from cornu.layers.building import LayerBuilding
from cornu.layers.call import (
    CallContext,
    Signature,
    enter_scope,
    get_mask,
    is_shape,
    is_tensor,
    leave_scope,
    map_shapes,
    masks_of,
    select_shapes,
    set_mask,
    shapes_of,
    signature_of,
)
from cornu.layers.configs import LayerConfigs, first_layer_shape, unknown_arguments
from cornu.layers.input_spec import check_inputs
from cornu.layers.inputs import LayerInputs
from cornu.layers.losses import LayerLosses
from cornu.layers.pickling import LayerPickling

_LOST_MASK = (
    "{who} was called on a tensor with a mask, but hands none on: layers behind it will take "
    "padding for data. Set supports_masking = True in __init__() if the layer treats each "
    "step on its own, or define compute_mask()."
)


@registry.builtin("layer")
class Layer(LayerBuilding, LayerConfigs, LayerInputs, LayerLosses, LayerPickling, Operation):
    """A function of tensors with state: the base class of all layers and models.

    Subclasses make sublayers and fixed settings in `__init__`, weights in `build(input_shape)`
    (called once, before the first call), and compute in `call(inputs)`. `call` may take
    `training` and `mask`; they are filled in from the surrounding call and from the inputs.

    Args:
        activity_regularizer: Penalty on the outputs, added to `losses`.
        trainable: Whether training may change the weights.
        dtype: A dtype or `DTypePolicy`; None takes the global policy.
        autocast: Whether float inputs are cast to the compute dtype.
        name: Name; made from the class's name when None.
        **kwargs: `input_shape`, `input_dim` or `batch_input_shape` on the first layer of a
            Sequential model.

    Example:
        >>> import cornu as keras
        >>> class Scale(keras.layers.Layer):
        ...     def build(self, input_shape):
        ...         self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones")
        ...
        ...     def call(self, inputs):
        ...         return inputs * self.factor
        >>> Scale()(keras.ops.ones((2, 3))).shape
        (2, 3)
    """

    _initialized = False

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        shape = first_layer_shape(kwargs)
        if kwargs:
            raise unknown_arguments(type(self), kwargs)
        if not isinstance(trainable, bool):
            raise ValueError(
                f"{type(self).__name__}: trainable is True or False; got {trainable!r}."
            )
        Operation.__init__(self, name)
        fields = self.__dict__
        fields["_trainable"] = trainable
        fields["_dtype_policy"] = dtype_policies.get(dtype)
        fields["_path"] = None
        fields["_input_spec"] = None
        fields["_losses"] = []
        fields["_loss_functions"] = []
        fields["_averages"] = {}
        fields["_building"] = False
        fields["_build_shapes_dict"] = None
        fields["built"] = False
        fields["autocast"] = autocast
        fields["supports_jit"] = True
        if shape is not None:
            fields["_input_shape_arg"] = shape
        fields["activity_regularizer"] = regularizers.get(activity_regularizer)
        fields["_supports_masking"] = type(self).compute_mask is not Layer.compute_mask
        fields["_convert_input_args"] = True
        fields["_allow_non_tensor_positional_args"] = False
        fields["_initialized"] = True

    def _check_initialized(self) -> None:
        if not self._initialized:
            raise RuntimeError(
                f"{type(self).__name__}: call super().__init__() as the first line of its "
                f"__init__() method; without it the layer cannot work."
            )

    # ---------------------------------------------------------------- properties

    @property
    def path(self) -> str | None:
        """Names of the enclosing layers and this one, joined by "/"; None before the build."""
        path: str | None = self._path
        return path

    @property
    def input_spec(self) -> Any:
        """What the layer demands of its inputs: an `InputSpec`, a structure of them, or None."""
        return self._input_spec

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        self.__dict__["_input_spec"] = value

    @property
    def dtype_policy(self) -> Any:
        """The `DTypePolicy` of the layer."""
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        self.__dict__["_dtype_policy"] = dtype_policies.get(value)

    @property
    def dtype(self) -> str:
        """The dtype of the variables."""
        return self.variable_dtype

    @property
    def compute_dtype(self) -> str:
        """The dtype of the computation."""
        return str(self._dtype_policy.compute_dtype)

    @property
    def variable_dtype(self) -> str:
        """The dtype of the variables."""
        return str(self._dtype_policy.variable_dtype)

    @property
    def supports_masking(self) -> bool:
        """Whether masks of the inputs pass to the outputs."""
        return bool(self._supports_masking)

    @supports_masking.setter
    def supports_masking(self, value: bool) -> None:
        self.__dict__["_supports_masking"] = value

    def __getattr__(self, name: str) -> Any:
        # Keras 2 names; only reached when a class does not define them itself.
        shape_names = ("input_shape", "output_shape")
        if name in shape_names and not hasattr(type(self), name) and "_path" in self.__dict__:
            side = self._tensors_of(name.removesuffix("_shape"))
            return tree.map_structure(lambda tensor: tensor.shape, side)
        if hasattr(type(self), name):  # a property that failed: show its own error
            return object.__getattribute__(self, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    # ---------------------------------------------------------------- calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the layer: converts inputs, builds on the first call, checks, runs `call`.

        Args:
            *args: Tensors, KerasTensors or arrays in any structure.
            **kwargs: Further arguments of `call`; `training` is also passed on to sublayers.

        Returns:
            What `call` returns; KerasTensors when an input is a KerasTensor.
        """
        fields = self.__dict__
        if not fields.get("_initialized"):
            self._check_initialized()
        signature = signature_of(type(self), "call")
        original = (args, kwargs)
        symbolic = False
        if len(args) == 1 and not kwargs and type(args[0]) is Tensor:
            value = args[0]
            if value.dtype != self.input_dtype and fields["_convert_input_args"]:
                args = (self._convert(value),)
        else:
            symbolic = any_symbolic(args, kwargs)
            if fields["_convert_input_args"]:
                args, kwargs = self._convert_arguments(args, kwargs, signature)
            else:
                kwargs = dict(kwargs)
        training = self._given_training(args, kwargs, signature)
        first = args[0] if args else kwargs.get(signature.names[0]) if signature.names else None
        if fields["_input_spec"] is not None or type(self).input_spec is not Layer.input_spec:
            self._check_inputs(first)

        attributes = settings.state.attributes
        context = attributes.get("call_context")
        entry = context is None
        if context is None:
            context = attributes["call_context"] = CallContext(self)
            self._clear_losses()
        before, inferring = context.training, context.inferring
        entered = enter_scope(self)
        try:
            if fields["_path"] is None:
                fields["_path"] = "/".join(settings.state.scopes)
            if not fields["built"]:
                self._maybe_build(signature.bind(args, kwargs, self), symbolic)
            if training is None:
                training = before
            if training is None:
                training = signature.defaults.get("training")
            context.training = training
            by_position = signature.positions.get("training", -1) < len(args)
            if training is not None and not by_position:
                kwargs["training"] = training
            previous_mask = self._fill_masks(signature, args, kwargs, first)
            context.inferring = inferring or symbolic
            outputs = self._run(symbolic, args, kwargs)
            if not fields["built"]:
                # The call has built the sublayers.
                shapes = shapes_of(signature.bind(args, kwargs, self))
                Layer.build(self, next(iter(shapes.values()), None))
            if fields["activity_regularizer"] is not None:
                self._add_activity_loss(outputs)
            if previous_mask is not None or type(self).compute_mask is not Layer.compute_mask:
                self._propagate_masks(first, outputs, previous_mask)
        finally:
            if entered:
                leave_scope()
            if entry:
                attributes["call_context"] = None
            else:
                context.training = before
                context.inferring = inferring
        if symbolic:
            CallNode(self, *original, outputs)
        return outputs

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the outputs from the inputs. Subclasses override it."""
        raise NotImplementedError(
            f"{type(self).__name__} has no call() method. Define call(self, inputs), which returns "
            f"the layer's output."
        )

    def _run(self, symbolic: bool, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        function = self.compute_output_spec if symbolic else self.call
        attributes = settings.state.attributes
        current = attributes.get("autocast")
        policy = self._dtype_policy
        wanted = current
        if current is not None:
            usable = self.autocast and dtypes.is_float(policy.compute_dtype)
            wanted = policy.compute_dtype if usable else None
        elif policy.compute_dtype != policy.variable_dtype:
            wanted = policy.compute_dtype
        if wanted == current:
            return function(*args, **kwargs)
        attributes["autocast"] = wanted
        try:
            return function(*args, **kwargs)
        finally:
            attributes["autocast"] = current

    def _check_inputs(self, first: Any) -> None:
        specs = self.input_spec
        if specs is not None:
            check_inputs(specs, first, self)

    def _given_training(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], signature: Signature
    ) -> Any:
        position = signature.positions.get("training")
        if position is not None and position < len(args):
            return args[position]
        if "training" in kwargs:
            if position is None and not signature.takes_any_keyword:
                return kwargs.pop("training")
            return kwargs["training"]
        return None

    # ---------------------------------------------------------------- masks

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Returns the mask of the outputs.

        Args:
            inputs: The first argument of the call.
            mask: Its mask, or a structure of masks, or None.

        Returns:
            A mask, a structure of masks, or None.
        """
        return mask

    def _fill_masks(
        self, signature: Signature, args: tuple[Any, ...], kwargs: dict[str, Any], first: Any
    ) -> Any:
        if not (signature.has_mask or signature.mask_names):
            return masks_of(first)
        if kwargs.get("mask") is None and signature.positions.get("mask", -1) >= len(args):
            mask = masks_of(first)
            if mask is not None:
                kwargs["mask"] = mask
        if signature.mask_names:
            for name, mask_name in signature.mask_names.items():
                position = signature.positions[name]
                value = args[position] if position < len(args) else kwargs.get(name)
                if kwargs.get(mask_name) is None and signature.positions[mask_name] >= len(args):
                    mask = masks_of(value)
                    if mask is not None:
                        kwargs[mask_name] = mask
        given = kwargs.get("mask")
        return given if given is not None else masks_of(first)

    def _propagate_masks(self, first: Any, outputs: Any, previous: Any) -> None:
        leaves = [leaf for leaf in tree.flatten(outputs) if is_tensor(leaf)]
        masked = [get_mask(leaf) is not None for leaf in leaves]
        if leaves and all(masked):
            return
        if not self._supports_masking:
            if not any(masked) and any(mask is not None for mask in tree.flatten(previous)):
                warnings.warn(_LOST_MASK.format(who=self._who()), stacklevel=3)
            return
        masks = self.compute_mask(first, previous)
        if masks is None:
            return
        for leaf, mask in zip(leaves, tree.flatten(masks), strict=False):
            if mask is not None and get_mask(leaf) is None:
                set_mask(leaf, mask)

    # ---------------------------------------------------------------- shapes

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Returns the KerasTensors that a call makes; the call itself records the node."""
        return self.compute_output_spec(*args, **kwargs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Returns KerasTensors with the shapes and dtypes of the outputs.

        Args:
            *args: The arguments of `call`, KerasTensors for tensors.
            **kwargs: Likewise.

        Returns:
            A KerasTensor or a structure of them.
        """
        if type(self).compute_output_shape is Layer.compute_output_shape:
            return infer_output_spec(self.call, *args, **kwargs)
        given = signature_of(type(self), "call").bind(args, kwargs, self)
        shapes = select_shapes(self, "compute_output_shape", shapes_of(given))
        dtype = self.compute_dtype
        return _map_output_shapes(
            lambda shape: KerasTensor(shape, dtype), self.compute_output_shape(**shapes), self
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape of the output.

        Args:
            input_shape: Shape of the first argument of `call`, sizes may be None.

        Returns:
            A shape, or a structure of shapes for several outputs.
        """
        if not self.built and self._has_own_build():
            raise NotImplementedError(
                f"{type(self).__name__} has no compute_output_shape(), and {self.name!r} is not "
                f"built, so its output shape is unknown. Define compute_output_shape(self, "
                f"input_shape), or build the layer first."
            )
        inputs = map_shapes(lambda shape: KerasTensor(shape, self.compute_dtype), input_shape)
        return tree.map_structure(lambda tensor: tensor.shape, infer_output_spec(self.call, inputs))

    # ---------------------------------------------------------------- stateless use

    def stateless_call(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Calls the layer with given values of its variables and changes none of them.

        Args:
            trainable_variables: One value for each of `trainable_variables`.
            non_trainable_variables: One value for each of `non_trainable_variables`.
            *args: Arguments of the call.
            return_losses: Whether `losses` are returned too.
            **kwargs: Keyword arguments of the call.

        Returns:
            `(outputs, non_trainable_variables)`, the latter with their values after the call, and
            the list of losses as a third item when `return_losses`.

        Raises:
            ValueError: When the layer is not built or the number of values differs.
        """
        if not self.built:
            raise ValueError(f"stateless_call: {self._who()} is not built. Call it on data first.")
        frozen = self.non_trainable_variables
        pairs: list[tuple[Variable, Any]] = []
        for kind, variables, values in (
            ("trainable_variables", self.trainable_variables, list(trainable_variables)),
            ("non_trainable_variables", frozen, list(non_trainable_variables)),
        ):
            if len(values) != len(variables):
                raise ValueError(
                    f"stateless_call: {self._who()} has {len(variables)} {kind}; got "
                    f"{len(values)} values."
                )
            pairs += zip(variables, values, strict=True)
        saved = [(variable, variable.value) for variable, _ in pairs]
        try:
            for variable, value in pairs:
                variable.assign(value)
            outputs = self(*args, **kwargs)
            losses = self.losses if return_losses else []
            after = [variable.value for variable in frozen]
        finally:
            for variable, value in saved:
                variable.assign(value)
        return (outputs, after, losses) if return_losses else (outputs, after)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def _map_output_shapes(function: Callable[..., Any], shape: Any, layer: Layer) -> Any:
    if is_shape(shape) and not isinstance(shape, str):
        return function(tuple(shape))
    if isinstance(shape, (list, tuple)):
        return type(shape)(_map_output_shapes(function, item, layer) for item in shape)
    if isinstance(shape, dict):
        return {key: _map_output_shapes(function, item, layer) for key, item in shape.items()}
    raise ValueError(
        f"{type(layer).__name__}.compute_output_shape() returned {shape!r}, which is no shape. "
        f"Return a tuple such as (None, 10), or a list of tuples for several outputs."
    )
