"""What a layer's call needs to know: its signature, the surrounding calls, masks, name scopes.

A mask (which positions of a sequence are valid) travels with its tensor in the `_keras_mask`
attribute of tensors and KerasTensors; the attribute is absent or None where there is no mask.
"""

from __future__ import annotations

import inspect
from typing import Any

from cornu.core import settings, tree
from cornu.core.keras_tensor import KerasTensor
from cornu.core.keras_tensor import get_mask as get_mask
from cornu.core.keras_tensor import set_mask as set_mask
from cornu.core.tensor import Tensor

_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class CallContext:
    """What the calls of one thread share from the outermost layer inwards.

    Attributes:
        entry_layer: The outermost layer.
        training: The training phase that inner layers inherit; None when nobody has said.
        inferring: Only shapes are wanted: sizes may be stand-ins for None.
    """

    __slots__ = ("entry_layer", "inferring", "training")

    def __init__(self, entry_layer: Any) -> None:
        self.entry_layer = entry_layer
        self.training: Any = None
        self.inferring = False


def current_context() -> CallContext | None:
    """Returns the context of the layer call in progress in this thread, or None."""
    context: CallContext | None = settings.state.attributes.get("call_context")
    return context


class Signature:
    """The parameters of a layer class's `call`, `build` or `compute_output_shape`.

    Attributes:
        names: Parameters without `self` and the variadic ones, in order.
        positions: Where each of them stands.
        defaults: Default values of those that have one.
        has_training: Whether `training` is among them.
        has_mask: Whether `mask` is among them.
        mask_names: Parameters `x_mask` that belong to a parameter `x`.
    """

    def __init__(self, function: Any) -> None:
        self.inspected = inspect.signature(function)
        parameters = list(self.inspected.parameters.values())[1:]
        plain = [p for p in parameters if p.kind not in _VARIADIC]
        self.names = [p.name for p in plain]
        self.positions = {name: i for i, name in enumerate(self.names)}
        self.defaults = {p.name: p.default for p in plain if p.default is not p.empty}
        self.has_training = "training" in self.positions
        self.has_mask = "mask" in self.positions
        self.mask_names = {
            name: f"{name}_mask" for name in self.names if f"{name}_mask" in self.positions
        }
        self.takes_any_keyword = any(p.kind is p.VAR_KEYWORD for p in parameters)

    def bind(
        self, arguments: tuple[Any, ...], keywords: dict[str, Any], layer: Any
    ) -> dict[str, Any]:
        """Returns the given arguments by name; TypeError when they do not fit the signature."""
        try:
            bound = self.inspected.bind(layer, *arguments, **keywords)
        except TypeError as error:
            raise TypeError(
                f"{type(layer).__name__} layer {layer.name!r}: {error}; its call takes "
                f"({', '.join(self.names)})."
            ) from None
        given = dict(bound.arguments)
        return {name: given[name] for name in self.names if name in given}


def signature_of(cls: type, method: str) -> Signature:
    """Returns the signature of a class's method; it is inspected once a class."""
    function = getattr(cls, method)
    key = f"_{method}_signature"
    known: tuple[Any, Signature] | None = cls.__dict__.get(key)
    if known is None or known[0] is not function:
        known = (function, Signature(inspect.unwrap(function)))
        setattr(cls, key, known)
    return known[1]


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor or a KerasTensor."""
    return isinstance(value, (Tensor, KerasTensor))


def masks_of(structure: Any) -> Any:
    """Returns the masks of the tensors in a structure, in its form; None when there is none."""
    if is_tensor(structure):
        return getattr(structure, "_keras_mask", None)
    if not tree.is_nested(structure):
        return None
    masks = [get_mask(leaf) for leaf in tree.flatten(structure)]
    if all(mask is None for mask in masks):
        return None
    return tree.pack_sequence_as(structure, masks)


def shapes_of(given: dict[str, Any]) -> dict[str, Any]:
    """Returns `x_shape` for every argument `x` that is a tensor or a structure of tensors."""
    shapes = {}
    for name, value in given.items():
        if name == "mask":
            continue
        if is_tensor(value):
            shapes[f"{name}_shape"] = tuple(value.shape)
        elif tree.is_nested(value) and value:
            leaves = tree.flatten(value)
            if all(leaf is None or is_tensor(leaf) for leaf in leaves):
                shapes[f"{name}_shape"] = tree.map_structure(
                    lambda leaf: None if leaf is None else tuple(leaf.shape), value
                )
    return shapes


def select_shapes(layer: Any, method: str, shapes: dict[str, Any]) -> dict[str, Any]:
    """Returns the shapes that a layer's `build` or `compute_output_shape` asks for.

    A method with one parameter gets the shape of the first argument; one with several gets, for a
    parameter `x_shape`, the shape of the argument `x`.

    Args:
        layer: The layer.
        method: Name of the method.
        shapes: The result of `shapes_of`.

    Returns:
        Keyword arguments for the method.

    Raises:
        ValueError: When a parameter has no argument of `call` to go with.
    """
    names = signature_of(type(layer), method).names
    if len(names) == 1:
        return {names[0]: next(iter(shapes.values()), None)}
    accepted = signature_of(type(layer), "call").positions
    for name in names:
        if not name.endswith("_shape") or name.removesuffix("_shape") not in accepted:
            raise ValueError(
                f"{type(layer).__name__}.{method}() has several parameters, so each must be named "
                f"after a parameter of call() with '_shape' appended; got {name!r}, and call() "
                f"takes ({', '.join(accepted)})."
            )
    return {name: shapes[name] for name in names if name in shapes}


def enter_scope(layer: Any) -> bool:
    """Opens the name scope of a layer for variable paths, unless it is the innermost already."""
    state = settings.state
    owners = state.attributes.get("scope_owners")
    if owners is None:
        owners = state.attributes["scope_owners"] = []
    if owners and owners[-1] is layer:
        return False
    owners.append(layer)
    state.scopes.append(layer.name)
    return True


def leave_scope() -> None:
    """Closes the innermost name scope."""
    settings.state.attributes["scope_owners"].pop()
    settings.state.scopes.pop()


def is_shape(value: Any) -> bool:
    """Whether a value is one shape: a list or tuple of sizes and None."""
    return isinstance(value, (list, tuple)) and all(
        size is None or isinstance(size, int) for size in value
    )


def map_shapes(function: Any, structure: Any) -> Any:
    """Applies a function to each shape in a nested structure of shapes."""
    if structure is None:
        return None
    if is_shape(structure):
        return function(tuple(structure))
    if isinstance(structure, dict):
        return {key: map_shapes(function, value) for key, value in structure.items()}
    return type(structure)(map_shapes(function, value) for value in structure)
