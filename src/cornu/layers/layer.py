"""Layer: the base of everything that is called on tensors and has weights."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from cornu import constraints, dtype_policies, initializers, regularizers
from cornu.core import dtypes, engine, registry, settings, tree
from cornu.core.errors import InvalidArgumentError, suggestion
from cornu.core.graph import eager_scope
from cornu.core.keras_tensor import (
    STAND_INS,
    CallNode,
    KerasTensor,
    Operation,
    any_symbolic,
    infer_output_spec,
)
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable
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
from cornu.layers.input_spec import check_inputs
from cornu.layers.state import LayerState

_CONFIG_TYPES = (str, int, float, bool, type(None))


def _recorded(build: Callable[..., None]) -> Callable[..., None]:
    """Returns a `build` that opens the name scope, runs eagerly, and notes shapes and success."""
    signature = inspect.signature(build)

    @wraps(build)
    def wrapper(self: Layer, *arguments: Any, **keywords: Any) -> None:
        if self.__dict__.get("_building"):  # super().build() inside a build()
            build(self, *arguments, **keywords)
            return
        self._check_initialized()
        sizes = (len(self._trainable_variables), len(self._non_trainable_variables))
        entered = enter_scope(self)
        self.__dict__["_building"] = True
        try:
            self.__dict__["_path"] = "/".join(settings.state.scopes)
            with eager_scope():
                build(self, *arguments, **keywords)
        except BaseException:
            # A build that fails leaves nothing half-made.
            if not self.built:
                del self._trainable_variables[sizes[0] :]
                del self._non_trainable_variables[sizes[1] :]
            raise
        finally:
            self.__dict__["_building"] = False
            if entered:
                leave_scope()
        given = dict(signature.bind(self, *arguments, **keywords).arguments)
        given.pop(next(iter(signature.parameters)))
        self.__dict__["_build_shapes_dict"] = {k: _recorded_shape(v) for k, v in given.items()}
        self.built = True
        self._lock_state()

    wrapper._is_recorded = True  # type: ignore[attr-defined]
    return wrapper


def _recorded_shape(shape: Any) -> Any:
    context = settings.state.attributes.get("call_context")

    def one(sizes: tuple[Any, ...]) -> tuple[Any, ...]:
        if context is not None and context.inferring and sizes and sizes[0] in STAND_INS:
            return (None, *sizes[1:])
        return sizes

    try:
        return map_shapes(one, shape)
    except TypeError:
        return shape


@registry.builtin("layer")
class Layer(LayerState, Operation):
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

    def __new__(cls, *arguments: Any, **keywords: Any) -> Any:
        layer = super().__new__(cls)
        if cls.get_config is Layer.get_config:
            layer.__dict__["_init_arguments"] = (arguments, keywords)
        return layer

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        build = cls.__dict__.get("build")
        if inspect.isfunction(build) and not hasattr(build, "_is_recorded"):
            cls.build = _recorded(build)  # type: ignore[method-assign]

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
        shape = _first_layer_shape(kwargs)
        if kwargs:
            raise _unknown_arguments(type(self), kwargs)
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

    # ---------------------------------------------------------------- building

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights; called once, before the first call. Subclasses override it.

        Args:
            input_shape: Shape of the first argument of `call` (a structure of shapes for a
                structure of tensors); sizes may be None. A `build` with several parameters gets
                for a parameter `x_shape` the shape of the argument `x`.
        """
        self.built = True

    build = _recorded(build)  # type: ignore[assignment]
    build._is_default = True  # type: ignore[attr-defined]

    def _has_own_build(self) -> bool:
        return not hasattr(type(self).build, "_is_default")

    def _build_at_init(self) -> None:
        if not self._has_own_build():
            self.built = True
            self._lock_state()

    def _lock_state(self) -> None:
        self.__dict__["_locked"] = True

    def _maybe_build(self, given: dict[str, Any], symbolic: bool) -> None:
        if self._has_own_build():
            shapes = shapes_of(given)
            self.build(**select_shapes(self, "build", shapes))
            if self.__dict__["_input_spec"] is not None and given:
                check_inputs(self.input_spec, next(iter(given.values())), self)
        elif not any(not layer.built for layer in self._layers):
            self.build(next(iter(shapes_of(given).values()), None))
        # Otherwise the first call builds the sublayers and finishes the building of this layer.

    def get_build_config(self) -> dict[str, Any] | None:
        """Returns what `build_from_config` needs to make the weights again: the input shape.

        Returns:
            `{"input_shape": ...}`, or `{"shapes_dict": ...}` for a build with several shapes, or
            None before the build.
        """
        shapes = self._build_shapes_dict
        if shapes is None:
            return None
        if len(shapes) == 1:
            return {"input_shape": next(iter(shapes.values()))}
        return {"shapes_dict": shapes}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Makes the weights from what `get_build_config` returned.

        Args:
            config: The dict.
        """
        if not config:
            return
        if "input_shape" in config:
            self.build(_tuples(config["input_shape"]))
        elif "shapes_dict" in config:
            self.build(**{key: _tuples(value) for key, value in config["shapes_dict"].items()})

    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Makes a variable that belongs to the layer.

        Args:
            shape: Its shape, all sizes known; a scalar when None.
            initializer: Name, object or function for the first value; None means
                "glorot_uniform" for floats and "zeros" for other dtypes.
            dtype: None takes the layer's variable dtype.
            trainable: Whether training changes it.
            autocast: Whether it reads in the layer's compute dtype.
            regularizer: Penalty on its value, added to `losses`.
            constraint: Applied to its value after every optimizer step.
            aggregation: How replicas are combined.
            overwrite_with_gradient: The optimizer assigns the gradient instead of applying it.
            name: Short name, the last part of the variable's path.

        Returns:
            The variable.

        Raises:
            ValueError: For a shape that is no shape or has unknown sizes.

        Example:
            >>> import cornu as keras
            >>> layer = keras.layers.Layer(name="mine")
            >>> layer.add_weight(shape=(2,), initializer="zeros", name="offset").path
            'mine/offset'
        """
        if isinstance(shape, str):
            raise ValueError(
                f"add_weight: the first argument is the shape; got {shape!r}. Write "
                f"add_weight(shape=..., name={shape!r})."
            )
        shape = () if shape is None else shape
        sizes = (shape,) if isinstance(shape, int) else tuple(shape)
        self._check_weight_shape(sizes, name)
        wanted = dtypes.canonical(dtype) if dtype is not None else self.variable_dtype
        if initializer is None:
            initializer = "glorot_uniform" if dtypes.is_float(wanted) else "zeros"
        self._check_unlocked()
        entered = enter_scope(self)
        try:
            variable = Variable(
                initializer=initializers.get(initializer),
                shape=sizes,
                dtype=wanted,
                trainable=trainable,
                autocast=autocast,
                aggregation=aggregation,
                name=name,
            )
        finally:
            if entered:
                leave_scope()
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        variable.overwrite_with_gradient = overwrite_with_gradient
        self._track_variable(variable)
        return variable

    add_variable = add_weight

    def _check_weight_shape(self, sizes: tuple[Any, ...], name: str | None) -> None:
        for size in sizes:
            if size is None:
                raise InvalidArgumentError(
                    f"{self._who()} cannot make its weight {name or '(unnamed)'!r} of shape "
                    f"{sizes}: a size of the input that it depends on is unknown (None). Give the "
                    f"size in keras.Input(shape=...)."
                )
            if size < 0:
                raise InvalidArgumentError(
                    f"{self._who()}: weight {name or '(unnamed)'!r} has shape {sizes}; sizes "
                    f"cannot be negative."
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
    def input_dtype(self) -> str:
        """The dtype to which float inputs are cast."""
        return self.compute_dtype

    @property
    def supports_masking(self) -> bool:
        """Whether masks of the inputs pass to the outputs."""
        return bool(self._supports_masking)

    @supports_masking.setter
    def supports_masking(self, value: bool) -> None:
        self.__dict__["_supports_masking"] = value

    def __getattr__(self, name: str) -> Any:
        # Keras 2 names; only reached when a class does not define them itself.
        if name in ("input_shape", "output_shape") and "_node_references" in self.__dict__:
            side = self._tensors_of(name.removesuffix("_shape"))
            return tree.map_structure(lambda tensor: tensor.shape, side)
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
            if signature.has_training and training is not None:
                if signature.positions["training"] >= len(args):
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
            if previous_mask is not None or fields["_supports_masking"]:
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
            raise TypeError(f"{self._who()} was called on something it cannot use: {error}") from None
        if tensor.dtype == "string" and dtypes.is_float(self.input_dtype):
            raise TypeError(
                f"{self._who()} was called on text (an array of strings of shape {tensor.shape}), "
                f"but it computes with {self.input_dtype} numbers. Turn the text into numbers "
                f"first, for example with array.astype('float32') for digits, or with "
                f"keras.layers.StringLookup or TextVectorization for words."
            )
        return tensor

    def _is_cast(self, dtype: str) -> bool:
        wanted = self.input_dtype
        return (
            dtype != wanted and self.autocast and dtypes.is_float(dtype) and dtypes.is_float(wanted)
        )

    def _convert_arguments(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], signature: Signature
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if args and isinstance(args[0], (list, tuple)) and _is_numbers(args[0]):
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
        if signature.has_mask and kwargs.get("mask") is None:
            if signature.positions["mask"] >= len(args):
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
        if not self._supports_masking:
            return
        leaves = [leaf for leaf in tree.flatten(outputs) if is_tensor(leaf)]
        if leaves and all(get_mask(leaf) is not None for leaf in leaves):
            return
        if previous is None and type(self).compute_mask is Layer.compute_mask:
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
        return tree.map_structure(
            lambda tensor: tensor.shape, infer_output_spec(self.call, inputs)
        )

    # ---------------------------------------------------------------- losses

    def add_loss(self, loss: Any) -> None:
        """Adds a scalar to what training minimises; meant to be called inside `call`.

        Args:
            loss: A scalar tensor or a list of them.

        Raises:
            ValueError: For what is no tensor.
        """
        for value in tree.flatten(loss):
            if not isinstance(value, Tensor):
                raise ValueError(
                    f"{self._who()}.add_loss expects a tensor computed inside call(); got "
                    f"{value!r} of type {type(value).__name__}."
                )
            self._losses.append(value)

    def _add_activity_loss(self, outputs: Any) -> None:
        for output in tree.flatten(outputs):
            if isinstance(output, Tensor):
                penalty = self.activity_regularizer(output)
                if output.ndim > 0:
                    penalty = penalty / max(output.shape[0], 1)
                self.add_loss(penalty)

    def _own_losses(self) -> list[Any]:
        # What was added inside a capture is of no use once the capture is over.
        captures = settings.state.captures
        return [
            loss
            for loss in self._losses
            if not loss.is_symbolic or any(loss._engine is capture for capture in captures)
        ]

    @property
    def losses(self) -> list[Any]:
        """Scalars to minimise: from `add_loss` in the last call, and regularizers of weights."""
        found = self._own_losses()
        for layer in self._flatten_layers(include_self=False):
            found.extend(layer._own_losses())
        for variable in self.trainable_weights:
            if variable.regularizer is not None:
                found.append(variable.regularizer(variable))
        return found

    def _clear_losses(self) -> None:
        if self._losses:
            self._losses.clear()
        for layer in self._layers:
            layer._clear_losses()

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
        pairs = []
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

    # ---------------------------------------------------------------- configs

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer, without its weights.

        Subclasses with arguments of their own extend the dict; without that, arguments that are
        numbers, strings and lists of them are remembered from the call that made the layer.

        Returns:
            A dict for `from_config`.

        Raises:
            NotImplementedError: When the layer was made from arguments that cannot be written to
                a file and does not override `get_config`.
        """
        config = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": dtype_policies.serialize(self.dtype_policy),
        }
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        if type(self).get_config is Layer.get_config:
            config.update(self._remembered_arguments())
            names, open_ended = _init_parameters(type(self))
            if not open_ended:
                config = {key: value for key, value in config.items() if key in names}
        return config

    def _remembered_arguments(self) -> dict[str, Any]:
        arguments, keywords = self.__dict__.get("_init_arguments", ((), {}))
        names = [p.name for p in inspect.signature(type(self).__init__).parameters.values()][1:]
        given = {**dict(zip(names, arguments, strict=False)), **keywords}
        for name, value in given.items():
            if not all(isinstance(leaf, _CONFIG_TYPES) for leaf in tree.flatten(value)):
                raise NotImplementedError(
                    f"{self._who()} was made with {name}={value!r}, which cannot be written to a "
                    f"config. Define get_config(self) in class {type(self).__name__}: extend "
                    f"super().get_config() by the arguments of __init__()."
                )
        return given

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Makes a layer from what `get_config` returned.

        Args:
            config: The arguments.

        Returns:
            A new layer with weights of its own.

        Raises:
            TypeError: When the class does not take these arguments.
        """
        names, open_ended = _init_parameters(cls)
        if open_ended:
            names |= {"activity_regularizer", "trainable", "dtype", "autocast", "name"}
        # Files of other versions carry settings that cornu has not, with empty values.
        config = {key: value for key, value in config.items() if key in names or value is not None}
        try:
            return cls(**config)
        except TypeError as error:
            raise TypeError(
                f"{cls.__name__}.from_config: {error}. The config has the keys "
                f"{sorted(config)}; __init__() and get_config() of {cls.__name__} must agree."
            ) from error

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def _first_layer_shape(kwargs: dict[str, Any]) -> Any:
    """Takes Keras 2's ways of giving the input shape on a layer out of `kwargs`."""
    size = kwargs.pop("input_dim", None)
    batch_shape = kwargs.pop("batch_input_shape", None)
    shape = kwargs.pop("input_shape", None)
    if size is not None:
        shape = (size,)
    if batch_shape is not None:
        shape = tuple(batch_shape)[1:]
    if shape is None:
        return None
    return (shape,) if isinstance(shape, int) else tuple(shape)


def _init_parameters(cls: type) -> tuple[set[str], bool]:
    parameters = inspect.signature(cls.__init__).parameters.values()  # type: ignore[misc]
    return {p.name for p in parameters}, any(p.kind is p.VAR_KEYWORD for p in parameters)


def _unknown_arguments(cls: type, kwargs: dict[str, Any]) -> Exception:
    known: set[str] = set()
    for base in cls.__mro__:
        if issubclass(base, Layer) and "__init__" in base.__dict__:
            known |= _init_parameters(base)[0] - {"self", "kwargs"}
    name = next(iter(kwargs))
    return ValueError(
        f"{cls.__name__}: unknown argument {name!r} (value {kwargs[name]!r})."
        f"{suggestion(name, known)} It takes: {', '.join(sorted(known))}."
    )


def _is_numbers(values: Any) -> bool:
    leaves = tree.flatten(values)
    return bool(leaves) and all(isinstance(leaf, (int, float)) for leaf in leaves)


def _tuples(shape: Any) -> Any:
    """Returns shapes that went through JSON as tuples again."""
    return map_shapes(tuple, shape)


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
