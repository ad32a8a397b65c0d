"""The record of a primitive: its name, its shape and dtype rule, its derivative.

A primitive is exact: equal shapes, equal dtypes, static sizes. Broadcasting, promotion and friendly
arguments are the business of `cornu.ops`. Engines register a lowering under the primitive's name;
nothing else lists primitives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from cornu.core.shapes import Shape


class Spec(NamedTuple):
    """Shape and dtype of a value.

    Attributes:
        shape: Sizes, all known.
        dtype: Name of the dtype.
    """

    shape: Shape
    dtype: str

    def __str__(self) -> str:
        return f"{self.dtype}[{','.join(map(str, self.shape))}]"


Rule = Callable[..., Any]


class Primitive:
    """One kind of computation that every engine can run.

    Attributes:
        name: Its name, also the key of the engines' lowerings.
        rule: `rule(*specs, **params)` returns the Spec of the output, or a tuple of Specs when
            `multiple`; raises ValueError or TypeError for operands that do not fit.
        vjps: One entry per operand: `vjp(g, out, *operands, **params)` returns the cotangent of
            that operand in terms of primitives; None says that the operand has no derivative. The
            last entry serves all further operands of a variadic primitive. For `multiple`
            primitives `g` and `out` are tuples, and missing cotangents in `g` are None.
        indexed: The vjps get the operand's position as keyword `position` (variadic primitives).
        multiple: The primitive has a tuple of outputs.
    """

    __slots__ = ("indexed", "multiple", "name", "rule", "vjps")

    def __init__(
        self,
        name: str,
        rule: Rule,
        vjps: tuple[Rule | None, ...] = (),
        *,
        indexed: bool = False,
        multiple: bool = False,
    ) -> None:
        if name in REGISTRY:
            raise ValueError(f"Primitive {name!r} is already defined.")
        self.name = name
        self.rule = rule
        self.vjps = vjps
        self.indexed = indexed
        self.multiple = multiple
        REGISTRY[name] = self

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __call__(self, *operands: Any, **params: Any) -> Any:
        return _interpreter(self, operands, params)

    def vjp_of(self, position: int) -> Rule | None:
        """Returns the rule for the operand at a position."""
        if not self.vjps:
            return None
        return self.vjps[min(position, len(self.vjps) - 1)]


REGISTRY: dict[str, Primitive] = {}


def _no_interpreter(primitive: Primitive, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
    raise RuntimeError("cornu.core.engine has not been imported.")


_interpreter: Callable[[Primitive, tuple[Any, ...], dict[str, Any]], Any] = _no_interpreter


def install_interpreter(
    interpreter: Callable[[Primitive, tuple[Any, ...], dict[str, Any]], Any],
) -> None:
    """Sets what calling a primitive does; `cornu.core.engine` does this once, at import."""
    global _interpreter
    _interpreter = interpreter
