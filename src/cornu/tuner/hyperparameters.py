"""HyperParameters: what a function that builds a model asks for its choices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cornu.core.errors import suggestion
from cornu.tuner.errors import ChangedSpaceError
from cornu.tuner.parameters import (
    Boolean,
    Choice,
    Condition,
    Fixed,
    Float,
    HyperParameter,
    Int,
    deserialized,
)


class HyperParameters:
    """The choices of one model: each call such as `Int(...)` declares one and returns its value.

    Outside of a search the values are the defaults, or those in `values`.

    Attributes:
        space: The hyperparameters declared so far.
        values: Their values by name.

    Example:
        >>> hp = HyperParameters()
        >>> hp.Int("units", 32, 512, step=32), hp.Choice("activation", ["relu", "tanh"])
        (32, 'relu')
        >>> hp.values["units"] = 64
        >>> hp.Int("units", 32, 512, step=32)
        64
    """

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._declared: dict[str, list[HyperParameter]] = {}
        self._scopes: list[str] = []
        self._conditions: list[Condition] = []
        # How a search chooses the value of a hyperparameter that it meets; None for defaults.
        self._choose: Callable[[HyperParameter], Any] | None = None
        # Hyperparameters given beforehand: (tune those that are not among them, refuse them).
        self._tunes_new = True
        self._allows_new = True

    # -- declaring -------------------------------------------------------------------------

    def Int(
        self,
        name: str,
        min_value: int,
        max_value: int,
        step: int | None = None,
        sampling: str | None = None,
        default: int | None = None,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """Returns a whole number.

        Args:
            name: Its name.
            min_value: Smallest value.
            max_value: Largest value, included.
            step: Distance of the values; a factor when sampled by logarithm.
            sampling: "linear", "log" (each power of ten as likely) or "reverse_log".
            default: Value without a search; min_value when None.
            parent_name: Hyperparameter on which this one depends.
            parent_values: Its values for which this one is in use.
        """
        with self._under(parent_name, parent_values):
            return self._value(
                name, lambda full, on: Int(full, min_value, max_value, step, sampling, default, on)
            )

    def Float(
        self,
        name: str,
        min_value: float,
        max_value: float,
        step: float | None = None,
        sampling: str | None = None,
        default: float | None = None,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """Returns a number.

        Args:
            name: Its name.
            min_value: Smallest value.
            max_value: Largest value.
            step: Distance of the values; a factor when sampled by logarithm; None for any value.
            sampling: "linear", "log" (each power of ten as likely) or "reverse_log".
            default: Value without a search; min_value when None.
            parent_name: Hyperparameter on which this one depends.
            parent_values: Its values for which this one is in use.
        """
        with self._under(parent_name, parent_values):
            return self._value(
                name,
                lambda full, on: Float(full, min_value, max_value, step, sampling, default, on),
            )

    def Choice(
        self,
        name: str,
        values: Sequence[Any],
        ordered: bool | None = None,
        default: Any = None,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """Returns one of some values.

        Args:
            name: Its name.
            values: The values: all numbers, all texts or all booleans.
            ordered: Whether neighbours are alike; None: if they are numbers.
            default: Value without a search; the first when None.
            parent_name: Hyperparameter on which this one depends.
            parent_values: Its values for which this one is in use.
        """
        with self._under(parent_name, parent_values):
            return self._value(name, lambda full, on: Choice(full, values, ordered, default, on))

    def Boolean(
        self,
        name: str,
        default: bool = False,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """Returns True or False.

        Args:
            name: Its name.
            default: Value without a search.
            parent_name: Hyperparameter on which this one depends.
            parent_values: Its values for which this one is in use.
        """
        with self._under(parent_name, parent_values):
            return self._value(name, lambda full, on: Boolean(full, default, on))

    def Fixed(
        self, name: str, value: Any, parent_name: str | None = None, parent_values: Any = None
    ) -> Any:
        """Returns a value that no search changes.

        Args:
            name: Its name.
            value: The value.
            parent_name: Hyperparameter on which this one depends.
            parent_values: Its values for which this one is in use.
        """
        with self._under(parent_name, parent_values):
            return self._value(name, lambda full, on: Fixed(full, value, on))

    def _value(self, name: str, make: Callable[[str, Sequence[Condition]], HyperParameter]) -> Any:
        full = "/".join([*self._scopes, name])
        made = make(full, tuple(self._conditions))
        known = self._find(full, made.conditions)
        if known is None:
            if not self._allows_new:
                raise ValueError(
                    f"The hyperparameter {full!r} is not among those that were given, and "
                    f"allow_new_entries is False."
                )
            self._declared.setdefault(full, []).append(made)
            known = made
        if not self.is_active(known):
            return None  # so that nobody relies on it
        if full not in self.values:
            chosen = self._choose(known) if self._choose and self._tunes_new else known.default
            self.values[full] = chosen
        return self.values[full]

    def declare(self, item: HyperParameter) -> None:
        """Takes a hyperparameter that was declared elsewhere, and chooses its value.

        Args:
            item: The hyperparameter.
        """
        if self._find(item.name, item.conditions) is None:
            self._declared.setdefault(item.name, []).append(item)
        if self.is_active(item) and item.name not in self.values:
            self.values[item.name] = self._choose(item) if self._choose else item.default

    def _find(self, name: str, conditions: Any) -> HyperParameter | None:
        for declared in self._declared.get(name, []):
            if declared.conditions == conditions:
                return declared
        return None

    @contextmanager
    def name_scope(self, name: str) -> Iterator[None]:
        """Puts a name before those declared inside a `with` block: "name/units".

        Args:
            name: The name.
        """
        self._scopes.append(name)
        try:
            yield
        finally:
            self._scopes.pop()

    @contextmanager
    def conditional_scope(self, parent_name: str, parent_values: Any) -> Iterator[None]:
        """Makes what is declared inside a `with` block depend on another hyperparameter.

        Args:
            parent_name: Name of that hyperparameter, which has been declared before.
            parent_values: Its values for which those inside are in use; else they are None.

        Raises:
            ValueError: When there is no such hyperparameter.

        Example:
            >>> hp = HyperParameters()
            >>> kind = hp.Choice("model", ["linear", "deep"])
            >>> with hp.conditional_scope("model", ["deep"]):
            ...     print(hp.Int("layers", 1, 5))
            None
        """
        full = "/".join([*self._scopes, parent_name])
        if full not in self._declared:
            raise ValueError(
                f"conditional_scope: there is no hyperparameter {full!r}."
                f"{suggestion(full, self._declared)} Declare the parent first."
            )
        if isinstance(parent_values, str) or not isinstance(parent_values, (list, tuple, set)):
            parent_values = [parent_values]
        self._conditions.append((full, tuple(parent_values)))
        try:
            yield
        finally:
            self._conditions.pop()

    @contextmanager
    def _under(self, parent_name: str | None, parent_values: Any) -> Iterator[None]:
        if parent_name is None:
            yield
            return
        with self.conditional_scope(parent_name, parent_values):
            yield

    # -- looking ---------------------------------------------------------------------------

    @property
    def space(self) -> list[HyperParameter]:
        """The hyperparameters declared so far."""
        return [item for items in self._declared.values() for item in items]

    def is_active(self, hyperparameter: Any) -> bool:
        """Returns whether a hyperparameter (or the one of a name) is in use for these values.

        Args:
            hyperparameter: A HyperParameter or a name.
        """
        if isinstance(hyperparameter, str):
            return any(self.is_active(item) for item in self._declared.get(hyperparameter, []))
        return all(
            parent in self.values and self.values[parent] in values
            for parent, values in hyperparameter.conditions
        )

    def get(self, name: str) -> Any:
        """Returns the value of a name.

        Args:
            name: Full name.

        Raises:
            KeyError: When there is none.
            ValueError: When it is not in use for these values.
        """
        if name in self.values:
            return self.values[name]
        if name in self._declared:
            raise ValueError(f"The hyperparameter {name!r} is not in use for these values.")
        raise KeyError(
            f"There is no hyperparameter {name!r}.{suggestion(name, self.values)} There are: "
            f"{', '.join(self.values)}."
        )

    def __getitem__(self, name: str) -> Any:
        return self.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self.values

    def pop(self, name: str) -> Any:
        """Removes a value and returns it.

        Args:
            name: Full name.
        """
        self._declared.pop(name, None)
        return self.values.pop(name)

    # -- copies ----------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Returns the space and the values as plain dicts and lists."""
        return {"space": [item.serialized() for item in self.space], "values": dict(self.values)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> HyperParameters:
        """Makes one from what `get_config` returned.

        Args:
            config: The dict.
        """
        made = cls()
        for item in config["space"]:
            declared = deserialized(item)
            made._declared.setdefault(declared.name, []).append(declared)
        made.values = dict(config["values"])
        return made

    def copy(self) -> HyperParameters:
        """Returns a copy that can be changed."""
        return type(self).from_config(self.get_config())

    def merge(self, other: HyperParameters, overwrite: bool = True) -> None:
        """Takes over the hyperparameters and values of another one.

        Args:
            other: The other one.
            overwrite: Whether values that both have are taken from it.

        Raises:
            ChangedSpaceError: When one name means two different things.
        """
        check_same(self, other)
        for item in other.space:
            if self._find(item.name, item.conditions) is None:
                self._declared.setdefault(item.name, []).append(item)
        for name, value in other.values.items():
            if overwrite or name not in self.values:
                self.values[name] = value

    def searching(self, choose: Callable[[HyperParameter], Any] | None) -> HyperParameters:
        """Returns an empty copy with the same rules whose values are chosen by a function.

        Args:
            choose: Returns the value of a hyperparameter; None for defaults.
        """
        made = self.copy()
        made.values = {}
        made._choose = choose
        made._tunes_new, made._allows_new = self._tunes_new, self._allows_new
        for item in made.space:  # those given beforehand are always chosen
            made.declare(item)
        return made


def check_same(old: HyperParameters, new: HyperParameters, where: str = "") -> None:
    """Raises ChangedSpaceError when a name means something else in two spaces.

    Args:
        old: One space.
        new: The other one.
        where: What else to say.
    """
    for item in new.space:
        known = old._find(item.name, item.conditions)
        if known is not None and known.serialized() != item.serialized():
            raise ChangedSpaceError(
                f"The hyperparameter {item.name!r} has changed: it was {known!r} and is now "
                f"{item!r}{where}."
            )
