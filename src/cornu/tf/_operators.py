"""Python's operators for tensors and variables of `tf`; imported for its effect."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.tf import _elementwise as elementwise
from cornu.tf._convert import adopted, convert
from cornu.tf._elementwise import apply_binary, functions
from cornu.tf._indexing import get_item, slice_of
from cornu.tf._tensor import Tensor
from cornu.tf._variable import Variable
from cornu.tf.errors import InvalidArgumentError
from cornu.tf.linalg import matmul

# Operand types that an operator leaves to the other operand's class.
_UNKNOWN = (dict, set, type(None))

_ARITHMETIC = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide",
    "floordiv": "floordiv", "mod": "floormod", "pow": "pow",
}  # fmt: skip
_ORDER = {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal"}
_LOGIC = {"and": ("logical_and", "bitwise_and"), "or": ("logical_or", "bitwise_or"), "xor": ("logical_xor", "bitwise_xor")}  # fmt: skip


def _table_row(name: str) -> tuple[Any, frozenset[str], str]:
    _, compute, allowed, op = elementwise._BINARY.get(name) or elementwise._BITWISE[name]
    return compute, allowed, op


def _pair_of_operators(name: str) -> tuple[Any, Any]:
    compute, allowed, op = _table_row(name)

    def forward(self: Any, other: Any) -> Any:
        if isinstance(other, _UNKNOWN):
            return NotImplemented
        return _guarded(name, apply_binary, op, compute, allowed, self, other)

    def reflected(self: Any, other: Any) -> Any:
        if isinstance(other, _UNKNOWN):
            return NotImplemented
        return _guarded(name, apply_binary, op, compute, allowed, other, self, reflected=True)

    return forward, reflected


def _guarded(name: str, function: Any, *arguments: Any, **keywords: Any) -> Any:
    """Calls as `public` does: KerasTensors are recorded, errors are InvalidArgumentErrors."""
    try:
        return adopted(function(*arguments, **keywords))
    except (ValueError, IndexError) as error:
        if type(error) in (ValueError, IndexError):
            raise InvalidArgumentError(f"{name}: {error}") from error
        raise


def _logic(name: str) -> tuple[Any, Any]:
    on_bools, on_numbers = _LOGIC[name]

    def choose(self: Any) -> Any:
        return (
            functions[on_bools]
            if self.dtype == "bool"
            else elementwise.bitwise_functions[on_numbers]
        )

    return (
        lambda self, other: choose(self)(self, other),
        lambda self, other: choose(self)(other, self),
    )  # fmt: skip


def _equality(name: str, different: bool) -> Any:
    compute, allowed, op = _table_row(name)

    def operator(self: Any, other: Any) -> Any:
        if isinstance(other, _UNKNOWN):
            return NotImplemented
        try:
            return _guarded(name, apply_binary, op, compute, allowed, self, other)
        except InvalidArgumentError:
            # Shapes that do not broadcast make two tensors different as a whole.
            if convert(other, hint=self.dtype).dtype != self.dtype:
                raise
            return convert(different)

    return operator


def _attach(kind: type[Any]) -> None:
    for python, name in _ARITHMETIC.items():
        forward, reflected = _pair_of_operators(name)
        setattr(kind, f"__{python}__", forward)
        setattr(kind, f"__r{python}__", reflected)
    for python in _LOGIC:
        forward, reflected = _logic(python)
        setattr(kind, f"__{python}__", forward)
        setattr(kind, f"__r{python}__", reflected)
    for python, name in _ORDER.items():
        setattr(kind, f"__{python}__", _pair_of_operators(name)[0])
    kind.__eq__ = _equality("equal", different=False)
    kind.__ne__ = _equality("not_equal", different=True)
    setattr(kind, "__hash__", object.__hash__)  # noqa: B010 - mypy takes hashes for bound
    kind.__matmul__ = lambda self, other: matmul(self, other)
    kind.__rmatmul__ = lambda self, other: matmul(other, self)
    kind.__neg__ = lambda self: functions["negative"](self)
    kind.__abs__ = lambda self: functions["abs"](self)
    kind.__round__ = lambda self, digits=None: adopted(ops.round(convert(self), digits or 0))
    kind.__invert__ = lambda self: (
        functions["logical_not"](self) if self.dtype == "bool" else elementwise.invert(self)
    )


for _kind in (Tensor, Variable):
    _attach(_kind)
Tensor.__getitem__ = lambda self, key: get_item(self, key)  # type: ignore[method-assign]
Variable.__getitem__ = lambda self, key: slice_of(self, key)  # type: ignore[method-assign]
