"""Module: an object that finds the variables and modules among its attributes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from cornu.core import settings, tree
from cornu.core.keras_tensor import Operation
from cornu.core.variable import Variable as CoreVariable
from cornu.tf.errors import InvalidArgumentError


class Module:
    """A base for classes that hold variables and other modules.

    Args:
        name: Name; the class's name in small letters when None.

    Raises:
        ValueError: For a name that is no Python name.

    Example:
        >>> import cornu.tf as tf
        >>> class Scale(tf.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.factor = tf.Variable(2.0)
        ...
        ...     def __call__(self, x):
        ...         return x * self.factor
        >>> len(Scale().trainable_variables)
        1
    """

    def __init__(self, name: str | None = None) -> None:
        if name is not None and not str(name).isidentifier():
            raise InvalidArgumentError(
                f"{name!r} is not a valid module name. Module names must be valid Python identifiers."
            )
        self._name = name or settings.snake_case(type(self).__name__)

    @property
    def name(self) -> str:
        """The module's name."""
        return self._name

    @property
    def name_scope(self) -> contextlib.AbstractContextManager[str]:
        """A context for `with`; names have no further meaning here."""
        return contextlib.nullcontext(self._name)

    @classmethod
    def with_name_scope(cls, method: Callable[..., Any]) -> Callable[..., Any]:
        """Returns the method; names have no further meaning here."""
        return method

    @property
    def variables(self) -> tuple[Any, ...]:
        """The variables of the module and of those in it."""
        found = [leaf for leaf in _held(self, set()) if isinstance(leaf, CoreVariable)]
        return tuple({id(variable): variable for variable in found}.values())

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """The variables that training may change."""
        return tuple(variable for variable in self.variables if variable.trainable)

    @property
    def non_trainable_variables(self) -> tuple[Any, ...]:
        """The other variables."""
        return tuple(variable for variable in self.variables if not variable.trainable)

    @property
    def submodules(self) -> tuple[Any, ...]:
        """The modules and layers among the attributes, and those in them."""
        return tuple(leaf for leaf in _held(self, set()) if not isinstance(leaf, CoreVariable))


def _held(module: Any, seen: set[int]) -> Iterator[Any]:
    """Yields the variables and modules of a module, its own variables first."""
    seen.add(id(module))
    inner = []
    for _, value in sorted(vars(module).items()):
        for leaf in tree.flatten(value):
            if isinstance(leaf, CoreVariable):
                if id(leaf) not in seen:
                    seen.add(id(leaf))
                    yield leaf
            elif isinstance(leaf, (Module, Operation)) and id(leaf) not in seen:
                inner.append(leaf)
    for child in inner:
        if id(child) in seen:
            continue
        yield child
        if isinstance(child, Module):
            yield from _held(child, seen)
            continue
        seen.add(id(child))
        for variable in getattr(child, "variables", ()):
            if id(variable) not in seen:
                seen.add(id(variable))
                yield variable
