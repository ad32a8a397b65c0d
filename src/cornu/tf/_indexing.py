"""Indexing by TensorFlow's rules, and assigning to parts of variables."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.core import settings, tape
from cornu.core.tensor import Tensor as CoreTensor
from cornu.core.variable import Variable as CoreVariable
from cornu.tf._convert import convert
from cornu.tf._tensor import Tensor, adopt
from cornu.tf.errors import InvalidArgumentError

_ALLOWED = (
    "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar "
    "tf.int32/tf.int64 tensors are valid indices, got {}. Use tf.gather(x, indices) for several "
    "places, tf.boolean_mask(x, mask) for a mask."
)


def get_item(x: CoreTensor, key: Any) -> Any:
    """Returns part of a tensor; what `x[key]` does.

    Args:
        x: Tensor.
        key: Ints, slices, `...`, `tf.newaxis`, scalar integer tensors, tuples of these; or one
            boolean mask.

    Returns:
        A tensor: an int removes its axis, a slice keeps it.

    Raises:
        TypeError: For anything else.
        InvalidArgumentError: For too many indices, or a place outside its axis.
    """
    try:
        return adopt(ops.get_item(x, plain_key(x, key)))
    except (IndexError, ValueError) as error:
        if isinstance(error, InvalidArgumentError):
            raise
        raise InvalidArgumentError(
            f"{str(error).removeprefix('get_item: ')} (slice index out of bounds or too many indices)"
        ) from error


def plain_key(x: Any, key: Any) -> Any:
    """Returns an index with Python ints for scalar tensors; refuses what TensorFlow refuses."""
    if _is_mask(key):
        return np.asarray(key)
    items = key if isinstance(key, tuple) else (key,)
    return tuple(_plain(x, item) for item in items)


def _is_mask(item: Any) -> bool:
    array = isinstance(item, (np.ndarray, CoreTensor, CoreVariable))
    return array and item.dtype == "bool" and item.ndim > 0


def _plain(x: Any, item: Any) -> Any:
    if item is None or item is Ellipsis:
        return item
    if isinstance(item, slice):
        parts = (item.start, item.stop, item.step)
        return slice(*(None if part is None else _whole(x, part) for part in parts))
    if isinstance(item, (CoreTensor, CoreVariable)) and item.ndim == 0:
        if isinstance(item, CoreTensor) and item.is_symbolic and item.dtype in ("int32", "int64"):
            return item
    elif isinstance(item, list):
        raise InvalidArgumentError(_ALLOWED.format(repr(item)))
    return _whole(x, item)


def _whole(x: Any, item: Any) -> int:
    if isinstance(item, (bool, np.bool_)) or getattr(item, "shape", ()) != ():
        raise TypeError(_ALLOWED.format(repr(item)))
    try:
        return item.__index__()
    except (AttributeError, TypeError):
        raise TypeError(_ALLOWED.format(repr(item))) from None


class VariableSlice(Tensor):
    """Part of a variable: a tensor whose `assign` writes to the variable.

    Args:
        part: The present value of the part.
        variable: The variable.
        key: Which part of it.
    """

    __slots__ = ("_key", "_variable")

    def __init__(self, part: CoreTensor, variable: Any, key: Any) -> None:
        super().__init__(part.shape, part.dtype, part._buffer, part._engine, part._value)
        self._variable = variable
        self._key = key

    def assign(self, value: Any, use_locking: Any = None, name: Any = None, read_value: Any = None) -> Any:  # fmt: skip
        """Writes a value to this part of the variable.

        Args:
            value: Array-like that broadcasts to the part's shape.
            use_locking: Accepted for TensorFlow's signature.
            name: Likewise.
            read_value: Likewise.

        Returns:
            The variable.

        Raises:
            InvalidArgumentError: When the shape does not fit; the variable keeps its value.
        """
        return self._variable.assign(_written(self._variable, self._key, self.shape, value))


VariableSlice.flavour = Tensor


def _written(variable: Any, key: Any, shape: Any, value: Any) -> Any:
    """Returns a variable's value with one part replaced."""
    part = convert(value, dtype=variable.dtype)
    try:
        # A size-1 axis may be missing or too many in front, as in NumPy's assignments.
        spread = ops.broadcast_to(part, tuple(shape))
    except ValueError:
        raise InvalidArgumentError(
            f"Cannot broadcast input shape {list(part.shape)} into final shape {list(shape)}: a "
            f"value of shape {part.shape} was assigned to a part of shape {shape} of the variable "
            f"{variable.name!r}."
        ) from None
    places = np.arange(variable.size, dtype=np.int32).reshape(tuple(variable.shape))
    chosen = places[plain_key(variable, key)].reshape(-1, 1)
    flat = ops.reshape(variable.value, (-1,))
    if not chosen.size:
        return variable.value
    written = ops.scatter_update(flat, chosen, ops.reshape(spread, (-1,)))
    return ops.reshape(written, tuple(variable.shape))


def slice_of(variable: Any, key: Any) -> VariableSlice:
    """Returns part of a variable, to read or to assign to."""
    from_value = get_item(variable.value, key)
    part = VariableSlice(from_value, variable, key)
    return _follow(from_value, part)


def _follow(source: Tensor, alias: VariableSlice) -> VariableSlice:
    if settings.state.tapes:
        tape.add_record([source], [alias], lambda g: g)
    return alias
