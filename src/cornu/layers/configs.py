"""LayerConfigs: layers as dicts that can be written to a file, and back."""

from __future__ import annotations

import inspect
from typing import Any

from cornu import dtype_policies, regularizers
from cornu.core import tree
from cornu.core.errors import suggestion
from cornu.layers.state import LayerState

_CONFIG_TYPES = (str, int, float, bool, type(None))


class LayerConfigs(LayerState):
    """Writes the arguments of a layer down and makes a layer from them."""

    dtype_policy: Any
    activity_regularizer: Any

    def __new__(cls, *arguments: Any, **keywords: Any) -> Any:
        layer = super().__new__(cls)
        if cls.get_config is LayerConfigs.get_config:
            layer.__dict__["_init_arguments"] = (arguments, keywords)
        return layer

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
        if type(self).get_config is LayerConfigs.get_config:
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


def first_layer_shape(kwargs: dict[str, Any]) -> Any:
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


def unknown_arguments(cls: type, kwargs: dict[str, Any]) -> Exception:
    known: set[str] = set()
    for base in cls.__mro__:
        if issubclass(base, LayerState) and "__init__" in base.__dict__:
            known |= _init_parameters(base)[0] - {"self", "kwargs"}
    name = next(iter(kwargs))
    return ValueError(
        f"{cls.__name__}: unknown argument {name!r} (value {kwargs[name]!r})."
        f"{suggestion(name, known)} It takes: {', '.join(sorted(known))}."
    )
