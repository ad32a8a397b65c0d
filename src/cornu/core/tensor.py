"""Tensor: an immutable array that either has a value or stands for one in a captured graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from cornu.core import dtypes, shapes
from cornu.core.errors import SymbolicTensorError
from cornu.core.shapes import Shape

if TYPE_CHECKING:
    from cornu.core.graph import Value

_HINT = (
    "it stands for a value that exists only when the captured step runs. Use keras.ops (for "
    "example ops.where or ops.cond, ops.while_loop) instead of Python control flow, or compile the "
    "model with run_eagerly=True."
)


class Tensor:
    """An immutable n-dimensional array.

    Made by `cornu.ops` (`ops.convert_to_tensor`, ...), never directly. Operators and NumPy-style
    indexing are attached by `cornu.ops`.

    Attributes:
        shape: Sizes of the axes.
        dtype: Name of the element type.

    Args:
        shape: Sizes of the axes.
        dtype: Name of the element type.
        buffer: The elements, as `engine` keeps them; None for a symbolic tensor.
        engine: The engine that made the buffer.
        value: What a symbolic tensor stands for in the graph that is being captured.

    Example:
        >>> from cornu import ops
        >>> tensor = ops.convert_to_tensor([[1.0, 2.0]])
        >>> isinstance(tensor, Tensor), tensor.shape, tensor.dtype
        (True, (1, 2), 'float32')
    """

    # `_keras_mask` is set only on tensors that carry a mask of valid positions (cornu.layers).
    __slots__ = ("__weakref__", "_buffer", "_engine", "_keras_mask", "_value", "dtype", "shape")

    # NumPy must leave `array + tensor` to the tensor.
    __array_priority__ = 100

    # The class of what a primitive makes of such a tensor. Subclasses that look and promote in
    # another framework's way (cornu.tf) set it, and results of their tensors stay of their kind.
    flavour: ClassVar[type[Tensor]]

    def __init__(
        self,
        shape: Shape,
        dtype: str,
        buffer: Any = None,
        engine: Any = None,
        value: Value | None = None,
    ) -> None:
        self.shape = shape
        self.dtype = dtype
        self._buffer = buffer
        self._engine = engine
        self._value = value

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return shapes.size(self.shape)

    @property
    def is_symbolic(self) -> bool:
        """Whether the tensor stands for a value in a graph that is being captured."""
        return self._value is not None

    def numpy(self) -> np.ndarray[Any, Any]:
        """Returns the value as a read-only NumPy array that shares the tensor's memory.

        Returns:
            An array; copy it before writing to it. bfloat16 values come as float32.

        Raises:
            TypeError: For a symbolic tensor.

        Example:
            >>> import cornu
            >>> cornu.ops.add([1.0, 2.0], 1.0).numpy()
            array([2., 3.], dtype=float32)
        """
        if self._value is not None:
            raise SymbolicTensorError(
                f"NumPy cannot be used on this {self._describe()}: it stands for a value that "
                f"exists only when the captured step runs. Use the function of keras.ops with the "
                f"same name, or compile the model with run_eagerly=True."
            )
        array: np.ndarray[Any, Any] = self._engine.to_numpy(self._buffer)
        if self.dtype == "bfloat16":
            array = (array.astype(np.uint32) << np.uint32(16)).view(np.float32)
        view: np.ndarray[Any, Any] = array.view()
        view.flags.writeable = False
        return view

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        array = self.numpy()
        if dtype is not None and array.dtype != np.dtype(dtype):
            if copy is False:
                raise ValueError(f"A copy is needed to turn {self.dtype} into {np.dtype(dtype)}.")
            return array.astype(dtype)
        return array.copy() if copy else array

    def __dlpack__(self, **arguments: Any) -> Any:
        array: np.ndarray[Any, Any] = self._engine.to_numpy(self._buffer)
        return array.__dlpack__(**arguments)

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)

    def item(self) -> Any:
        """Returns the one element as a Python number.

        Raises:
            ValueError: When there is more than one element.

        Example:
            >>> import cornu
            >>> cornu.ops.sum([1, 2]).item()
            3
        """
        return self.numpy().item()

    def tolist(self) -> Any:
        """Returns the elements as nested Python lists.

        Example:
            >>> import cornu
            >>> cornu.ops.add([1, 2], 1).tolist()
            [2, 3]
        """
        return self.numpy().tolist()

    def _describe(self) -> str:
        kind = "symbolic tensor" if self._value is not None else "tensor"
        return f"{kind} (shape {self.shape}, dtype {self.dtype})"

    def _scalar(self, wanted: str) -> Any:
        if self._value is not None:
            raise SymbolicTensorError(
                f"Cannot take the {wanted} of this {self._describe()}: {_HINT}"
            )
        if self.size != 1:
            raise ValueError(
                f"Cannot take the {wanted} of a tensor with {self.size} elements (shape "
                f"{self.shape}). Reduce it first, for example with ops.all, ops.any or ops.sum."
            )
        return self.numpy().item()

    def __bool__(self) -> bool:
        return bool(self._scalar("truth value"))

    def __int__(self) -> int:
        return int(self._scalar("int"))

    def __float__(self) -> float:
        return float(self._scalar("float"))

    def __index__(self) -> int:
        if not dtypes.is_integer(self.dtype):
            raise TypeError(f"Only an integer tensor can be an index; got dtype {self.dtype}.")
        return int(self._scalar("index"))

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("A tensor without axes (a scalar) has no length.")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        if not self.shape:
            raise TypeError("A tensor without axes (a scalar) cannot be iterated over.")
        return (self[position] for position in range(self.shape[0]))

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        if self._value is not None:
            return f"<Tensor shape={self.shape} dtype={self.dtype} symbolic>"
        text = np.array2string(self.numpy(), separator=", ", prefix="")
        return f"<Tensor shape={self.shape} dtype={self.dtype}\n{text}>"

    def __copy__(self) -> Tensor:
        return self

    def __deepcopy__(self, memo: Any) -> Tensor:
        return self

    def __format__(self, specification: str) -> str:
        if specification and self._value is None and self.size == 1:
            return format(self.item(), specification)
        return repr(self)

    if TYPE_CHECKING:  # attached by cornu.ops at import

        def __getitem__(self, key: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __abs__(self) -> Tensor: ...
        def __invert__(self) -> Tensor: ...
        def __add__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __floordiv__(self, other: Any) -> Tensor: ...
        def __rfloordiv__(self, other: Any) -> Tensor: ...
        def __mod__(self, other: Any) -> Tensor: ...
        def __rmod__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __rpow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __rmatmul__(self, other: Any) -> Tensor: ...
        def __and__(self, other: Any) -> Tensor: ...
        def __or__(self, other: Any) -> Tensor: ...
        def __xor__(self, other: Any) -> Tensor: ...
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...
        @property
        def T(self) -> Tensor: ...


Tensor.flavour = Tensor
