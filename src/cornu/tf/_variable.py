"""Variable with TensorFlow's manners: dtype rules, printing, assignment to parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.core import settings, tape
from cornu.core.tensor import Tensor as CoreTensor
from cornu.core.variable import Variable as CoreVariable
from cornu.tf._convert import convert
from cornu.tf._shapes import TensorShape
from cornu.tf._tensor import DEVICE, Reference, Tensor, _numpy_repr, adopt
from cornu.tf.dtypes import as_dtype
from cornu.tf.errors import InvalidArgumentError


class VariableValue(Tensor):
    """What a variable reads as: `v.value` as in Keras 3, and `v.value()` as in TensorFlow.

    Args:
        tensor: The value.
    """

    __slots__ = ()

    def __init__(self, tensor: CoreTensor) -> None:
        super().__init__(tensor.shape, tensor.dtype, tensor._buffer, tensor._engine, tensor._value)

    def __call__(self) -> Tensor:
        """Returns the value itself."""
        return self


VariableValue.flavour = Tensor


class Variable(CoreVariable):
    """A mutable array: what training changes.

    Args:
        initial_value: Array-like, or a function without arguments that returns one.
        trainable: Whether optimizers may change it and tapes watch it; True when None.
        validate_shape: Accepted for TensorFlow's signature.
        caching_device: Likewise.
        name: Name; "Variable" when None.
        variable_def: Accepted for TensorFlow's signature.
        dtype: Element type; that of the value when None.
        import_scope: Accepted for TensorFlow's signature.
        constraint: Function that optimizers apply to the value after an update.
        synchronization: Accepted for TensorFlow's signature.
        aggregation: Likewise.
        shape: The shape that the value must have; None takes the value's.

    Raises:
        ValueError: Without an initial value.

    Example:
        >>> import cornu.tf as tf
        >>> v = tf.Variable([3, 4])
        >>> v[0].assign(5)
        <tf.Variable 'Variable:0' shape=(2,) dtype=int32, numpy=array([5, 4], dtype=int32)>
    """

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        import_scope: Any = None,
        constraint: Callable[[Any], Any] | None = None,
        synchronization: Any = None,
        aggregation: Any = None,
        shape: Any = None,
    ) -> None:
        del validate_shape, caching_device, variable_def, import_scope, synchronization
        if initial_value is None:
            raise ValueError(
                "tf.Variable: it needs a value to begin with, for example tf.Variable(tf.zeros([2]))."
            )
        trace = settings.state.attributes.get("tf_trace")
        if trace is not None:
            trace.variables += 1
        captures, settings.state.captures = settings.state.captures, []
        try:
            with tape.no_tape():
                tensor = callable(initial_value) and not isinstance(initial_value, CoreTensor)
                value = convert(initial_value() if tensor else initial_value, dtype)
                core = CoreTensor(
                    tuple(value.shape), str.__str__(value.dtype), value._buffer, value._engine
                )
        finally:
            settings.state.captures = captures
        if shape is not None and not TensorShape(shape).is_compatible_with(value.shape):
            raise InvalidArgumentError(
                f"tf.Variable: the initial value's shape {value.shape} is not compatible with the "
                f"shape {TensorShape(shape)} that was asked for."
            )
        super().__init__(
            core,
            trainable=trainable is None or bool(trainable),
            autocast=False,
            aggregation=getattr(aggregation, "value", aggregation),
            name=str(name).replace("/", "_").removesuffix(":0") if name else "Variable",
        )
        self._label = str(name).removesuffix(":0") if name else "Variable"
        self.name = f"{self._label}:0"
        self.shape = TensorShape(self.shape)
        self.dtype = as_dtype(self.dtype)
        self.constraint = constraint

    @property
    def value(self) -> Any:
        """The present value; `v.value()` gives the same."""
        read = CoreVariable.value.fget(self)  # type: ignore[attr-defined]
        tensor = VariableValue(read)
        if settings.state.tapes:
            tape.add_record([read], [tensor], lambda g: g)
        return tensor

    def read_value(self) -> Tensor:
        """Returns the present value as a tensor; later assignments do not change it."""
        tensor: Tensor = adopt(CoreVariable.value.fget(self))  # type: ignore[attr-defined]
        return tensor

    def numpy(self) -> Any:
        """Returns a copy of the present value as a NumPy array, or a NumPy scalar."""
        value = adopt(self._peek())
        return value.numpy()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return np.asarray(self.numpy(), dtype)

    def get_shape(self) -> TensorShape:
        """Returns the shape."""
        return TensorShape(self.shape)

    def ref(self) -> Reference:
        """Returns a stand-in that dictionaries and sets can hold."""
        return Reference(self)

    @property
    def device(self) -> str:
        """Name of the device that holds the value."""
        return DEVICE

    def initialized_value(self) -> Tensor:
        """Returns the present value."""
        return self.read_value()

    def assign(self, value: Any, use_locking: Any = None, name: Any = None, read_value: Any = None) -> Any:  # fmt: skip
        """Replaces the value.

        Args:
            value: Array-like of the variable's shape and dtype.
            use_locking: Accepted for TensorFlow's signature.
            name: Likewise.
            read_value: Likewise.

        Returns:
            The variable.

        Raises:
            ValueError: When the shape differs; the variable keeps its value.
            TypeError: When a Python number does not fit the dtype.
        """
        tensor = convert(value, dtype=self.dtype)
        if tensor.shape != self.shape:
            raise InvalidArgumentError(
                f"Cannot assign value to variable '{self.name}': Shape mismatch. The variable "
                f"shape {self.shape}, and the assigned value shape {tensor.shape} are incompatible."
            )
        core = CoreTensor(
            tuple(tensor.shape), str.__str__(tensor.dtype), tensor._buffer, tensor._engine,
            tensor._value,
        )  # fmt: skip
        return super().assign(core)

    def assign_add(self, delta: Any, use_locking: Any = None, name: Any = None, read_value: Any = None) -> Any:  # fmt: skip
        """Adds to the value.

        Args:
            delta: Array-like of the variable's dtype that broadcasts to its shape.
            use_locking: Accepted for TensorFlow's signature.
            name: Likewise.
            read_value: Likewise.

        Returns:
            The variable.
        """
        return self.assign(self.read_value() + convert(delta, dtype=self.dtype))

    def assign_sub(self, delta: Any, use_locking: Any = None, name: Any = None, read_value: Any = None) -> Any:  # fmt: skip
        """Subtracts from the value.

        Args:
            delta: Array-like of the variable's dtype that broadcasts to its shape.
            use_locking: Accepted for TensorFlow's signature.
            name: Likewise.
            read_value: Likewise.

        Returns:
            The variable.
        """
        return self.assign(self.read_value() - convert(delta, dtype=self.dtype))

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError(
            "'ResourceVariable' object does not support item assignment. Write "
            "v[index].assign(value) instead."
        )

    def __repr__(self) -> str:
        shown = _numpy_repr(adopt(self._peek()))
        return (
            f"<tf.Variable '{self.name}' shape={self.shape} dtype={str.__str__(self.dtype)}, "
            f"numpy={shown}>"
        )

    def __format__(self, specification: str) -> str:
        return format(self.numpy(), specification) if specification else repr(self)

    def __deepcopy__(self, memo: Any) -> Variable:
        copied = type(self)(self.numpy(), trainable=self.trainable, name=self._label)
        copied.constraint = self.constraint
        memo[id(self)] = copied
        return copied

    def __index__(self) -> int:
        return self.read_value().__index__()
