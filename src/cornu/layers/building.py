"""LayerBuilding: how a layer gets its weights."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from cornu import constraints, initializers, regularizers
from cornu.core import dtypes, settings, shapes
from cornu.core.errors import InvalidArgumentError
from cornu.core.graph import eager_scope
from cornu.core.keras_tensor import STAND_INS
from cornu.core.variable import Variable
from cornu.layers.call import enter_scope, leave_scope, map_shapes, select_shapes, shapes_of
from cornu.layers.input_spec import check_inputs
from cornu.layers.state import LayerState

Method = TypeVar("Method", bound=Callable[..., Any])


def recorded(build: Callable[..., None]) -> Callable[..., None]:
    """Returns a `build` that opens the name scope, runs eagerly, and notes shapes and success."""
    signature = inspect.signature(build)

    @wraps(build)
    def wrapper(self: Any, *arguments: Any, **keywords: Any) -> None:
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
        for action in self.__dict__.pop("_when_built", ()):  # values that waited for the weights
            action()

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


def _tuples(shape: Any) -> Any:
    """Returns shapes that went through JSON as tuples again."""
    return map_shapes(tuple, shape)


_OLD_ORDER = ("name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint")


def _name_first(add_weight: Method) -> Method:
    """Makes `add_weight` take its arguments in the order of Keras 2 too, with the name in front."""

    @wraps(add_weight)
    def either(self: Any, *args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], str):
            return add_weight(self, **dict(zip(_OLD_ORDER, args)), **kwargs)
        return add_weight(self, *args, **kwargs)

    return cast(Method, either)


class LayerBuilding(LayerState):
    """Builds a layer once, and makes its variables."""

    variable_dtype: str
    input_spec: Any
    _build_shapes_dict: dict[str, Any] | None

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        build = cls.__dict__.get("build")
        if inspect.isfunction(build) and not hasattr(build, "_is_recorded"):
            cls.build = recorded(build)  # type: ignore[method-assign]

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights; called once, before the first call. Subclasses override it.

        Args:
            input_shape: Shape of the first argument of `call` (a structure of shapes for a
                structure of tensors); sizes may be None. A `build` with several parameters gets
                for a parameter `x_shape` the shape of the argument `x`.
        """
        self.built = True

    build = recorded(build)
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

    @_name_first
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
        shape = () if shape is None else shape
        sizes = (shape,) if isinstance(shape, int) else tuple(shape)
        self._check_weight_shape(sizes, name)
        wanted = dtypes.canonical(dtype) if dtype is not None else self.variable_dtype
        if initializer is None:
            initializer = "glorot_uniform" if dtypes.is_float(wanted) else "zeros"
        budget = settings.state.attributes.get("weight_budget")
        if budget is not None:  # a file is being read, and asks for no more than it holds
            budget.take(shapes.size(sizes) * dtypes.item_size(wanted), f"{self._who()}, {name}")
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
