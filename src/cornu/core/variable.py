"""Variable: a named, mutable array that training changes and files keep."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.core import dtypes, settings
from cornu.core.errors import InvalidArgumentError
from cornu.core.shapes import Shape
from cornu.core.tensor import Tensor

# How a Variable turns initial values into tensors and buffers; set by the room that runs engines.
_to_tensor: Callable[[Any, str | None], Tensor]
_cast: Callable[[Tensor, str], Tensor]


def install_conversions(
    to_tensor: Callable[[Any, str | None], Tensor], cast: Callable[[Tensor, str], Tensor]
) -> None:
    """Sets the functions by which variables make tensors; `cornu.core.engine` does this once."""
    global _to_tensor, _cast
    _to_tensor = to_tensor
    _cast = cast


@contextmanager
def autocast_scope(dtype: str | None) -> Iterator[None]:
    """Makes float variables read as `dtype` inside a `with` block (mixed precision)."""
    before = settings.state.attributes.get("autocast")
    settings.state.attributes["autocast"] = dtype
    try:
        yield
    finally:
        settings.state.attributes["autocast"] = before


class Variable:
    """A mutable array with a name, used for weights, optimizer slots, counters and seeds.

    Operators and indexing work as on tensors, on the present value.

    Args:
        initializer: An array-like value, or a function `initializer(shape, dtype=...)`.
        shape: Needed with a function.
        dtype: Element type; None takes that of the value, or floatx with a function.
        trainable: Whether optimizers may change it.
        autocast: Whether it reads in a layer's compute dtype inside the layer.
        aggregation: How replicas are combined ("none", "mean", "sum", "only_first_replica").
        name: Short name; a number is appended to "variable" when None.

    Raises:
        ValueError: When a function comes without a shape.

    Example:
        >>> import cornu
        >>> v = cornu.Variable([1.0, 2.0], name="weights")
        >>> v.assign_add([1.0, 1.0]).numpy()
        array([2., 3.], dtype=float32)
    """

    __array_priority__ = 100

    def __init__(
        self,
        initializer: Any,
        shape: Shape | None = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str | None = None,
        name: str | None = None,
    ) -> None:
        name = name or settings.unique_name("variable")
        if "/" in str(name):
            raise ValueError(f"A variable's name must not contain '/'; got {name!r}.")
        self.name = name
        self.path = "/".join([*settings.state.scopes, name])
        captures, settings.state.captures = settings.state.captures, []
        tapes, settings.state.tapes = settings.state.tapes, []
        try:
            if callable(initializer) and not isinstance(initializer, (Tensor, Variable)):
                if shape is None:
                    raise ValueError(
                        f"Variable {name!r}: an initializer function needs a shape; pass shape=."
                    )
                wanted = dtypes.canonical(dtype)
                value = _to_tensor(initializer(tuple(shape), dtype=wanted), wanted)
            else:
                value = _to_tensor(initializer, None if dtype is None else dtypes.canonical(dtype))
        finally:
            settings.state.captures = captures
            settings.state.tapes = tapes
        if shape is not None and tuple(shape) != value.shape:
            raise ValueError(
                f"Variable {name!r}: the initial value has shape {value.shape}, but shape "
                f"{tuple(shape)} was asked for."
            )
        self.shape: Shape = value.shape
        self.dtype: str = value.dtype
        self.trainable = bool(trainable)
        self.autocast = autocast
        self.aggregation = aggregation or "none"
        self.regularizer: Any = None
        self.constraint: Any = None
        self.overwrite_with_gradient = False
        self._engine = value._engine
        self._buffer: Any = value._buffer
        # A tensor that nobody else holds need not be kept from changing: no copy before training.
        self._snapshot: Tensor | None = None if _is_private(value) else value

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def value(self) -> Tensor:
        """The present value as a tensor; later assignments do not change that tensor."""
        state = settings.state
        if state.captures:
            tensor: Tensor = state.captures[-1].read(self)
        else:
            if self._snapshot is None:
                self._snapshot = Tensor(self.shape, self.dtype, self._buffer, self._engine)
            tensor = self._snapshot
        for tape in state.tapes:
            tape.read(self, tensor)
        wanted = state.attributes.get("autocast")
        if wanted is None or not self.autocast or not dtypes.is_float(self.dtype):
            return tensor
        return _cast(tensor, wanted)

    def numpy(self) -> np.ndarray[Any, Any]:
        """Returns a copy of the present value as a NumPy array.

        Example:
            >>> import cornu
            >>> cornu.Variable([1, 2]).numpy().tolist()
            [1, 2]
        """
        return np.array(self._peek().numpy())

    def _peek(self) -> Tensor:
        return Tensor(self.shape, self.dtype, self._buffer, self._engine)

    def assign(self, value: Any) -> Variable:
        """Replaces the value.

        Args:
            value: Array-like of the variable's shape; converted to its dtype.

        Returns:
            The variable itself.

        Raises:
            ValueError: When the shape differs; the variable keeps its value.

        Example:
            >>> import cornu
            >>> v = cornu.Variable([1.0, 2.0])
            >>> v.assign([5.0, 6.0]).numpy()
            array([5., 6.], dtype=float32)
        """
        tensor = _to_tensor(value, self.dtype)
        if tensor.shape != self.shape:
            raise InvalidArgumentError(
                f"Variable {self.path!r} has shape {self.shape}; a value of shape {tensor.shape} "
                f"cannot be assigned to it. Pass a value of the same shape."
            )
        captures = settings.state.captures
        if captures:
            captures[-1].write(self, tensor)
        elif tensor.is_symbolic:
            raise InvalidArgumentError(
                f"Variable {self.path!r} cannot take a symbolic tensor outside a captured function."
            )
        else:
            self._buffer = tensor._buffer
            self._engine = tensor._engine
            self._snapshot = tensor
        return self

    def assign_add(self, value: Any) -> Variable:
        """Adds to the value.

        Args:
            value: Array-like that broadcasts to the variable's shape.

        Returns:
            The variable itself.
        """
        return self.assign(self._uncast() + value)

    def assign_sub(self, value: Any) -> Variable:
        """Subtracts from the value.

        Args:
            value: Array-like that broadcasts to the variable's shape.

        Returns:
            The variable itself.
        """
        return self.assign(self._uncast() - value)

    def _uncast(self) -> Tensor:
        with autocast_scope(None):
            return self.value

    def storage(self, *, write: bool) -> Any:
        """Returns the engine's buffer for a run of a compiled graph.

        Args:
            write: The run changes the buffer in place; a tensor that still shows the old value
                keeps it (copy on write).

        Returns:
            The buffer.
        """
        if write and self._snapshot is not None:
            self._buffer = self._engine.copy(self._buffer)
            self._snapshot = None
        return self._buffer

    def replace_storage(self, buffer: Any) -> None:
        """Sets the buffer after a run whose engine returns new buffers instead of writing in place."""
        self._buffer = buffer
        self._snapshot = None

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        array = self.numpy()
        return array if dtype is None else array.astype(dtype, copy=False)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.value)

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        text = np.array2string(self.numpy(), separator=", ", threshold=20, edgeitems=2)
        return f"<Variable path={self.path} shape={self.shape} dtype={self.dtype} value={text}>"

    if TYPE_CHECKING:  # attached by cornu.ops at import

        def __getitem__(self, key: Any) -> Tensor: ...
        def __add__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...


def _is_private(tensor: Tensor) -> bool:
    """Whether the caller's local name holds the only reference to a tensor and its memory."""
    # References: the caller's name, the parameter, getrefcount's own; for the buffer the tensor's
    # slot, the variable's attribute and getrefcount's own.
    alone = sys.getrefcount(tensor) <= 3 and sys.getrefcount(tensor._buffer) <= 3
    return alone and getattr(tensor._buffer, "base", None) is None
