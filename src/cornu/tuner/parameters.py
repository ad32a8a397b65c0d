"""The kinds of hyperparameters: what values each can have.

Every kind maps a position from 0 to 1 to a value and back. That is all that searches need: a random
one draws positions, one that zooms in narrows them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cornu.core.errors import suggestion

Condition = tuple[str, tuple[Any, ...]]

_SAMPLINGS = ("linear", "log", "reverse_log")


class HyperParameter:
    """A named choice that a search makes.

    Args:
        name: Its name.
        default: Value that is used when no search chooses one.
        conditions: Pairs of a parent's name and its values for which this one is in use.

    Example:
        >>> units = Int("units", 32, 512, step=32)
        >>> isinstance(units, HyperParameter), units.default, units.at(0.99)
        (True, 32, 512)
    """

    def __init__(
        self, name: str, default: Any = None, conditions: Sequence[Condition] = ()
    ) -> None:
        self.name = name
        self._default = default
        self.conditions = [(parent, tuple(values)) for parent, values in conditions]

    @property
    def default(self) -> Any:
        """The value that is used when no search chooses one."""
        return self._default

    @property
    def values(self) -> tuple[Any, ...]:
        """The values of a grid over it, from position 0 to 1."""
        raise NotImplementedError

    def at(self, position: float) -> Any:
        """Returns the value at a position from 0 to 1 (1 excluded)."""
        values = self.values
        return values[min(int(position * len(values)), len(values) - 1)]

    def position_of(self, value: Any) -> float:
        """Returns the position of a value: the middle of its part of 0 to 1."""
        values = self.values
        return (values.index(value) + 0.5) / len(values)

    @property
    def is_ordered(self) -> bool:
        """Whether neighbouring values are alike, so that a search may narrow them."""
        return True

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal one."""
        conditions = [[parent, list(values)] for parent, values in self.conditions]
        return {"name": self.name, "default": self._default, "conditions": conditions}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> HyperParameter:
        """Makes one from what `get_config` returned."""
        return cls(**config)

    def serialized(self) -> dict[str, Any]:
        """Returns kind and config."""
        return {"class_name": type(self).__name__, "config": self.get_config()}

    def __repr__(self) -> str:
        shown = {k: v for k, v in self.get_config().items() if v not in (None, [])}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in shown.items())})"


class _Range(HyperParameter):
    """Numbers between two bounds, equally spaced in value or in logarithm."""

    _whole: bool

    def __init__(
        self,
        name: str,
        min_value: Any,
        max_value: Any,
        step: Any = None,
        sampling: str | None = None,
        default: Any = None,
        conditions: Sequence[Condition] = (),
    ) -> None:
        super().__init__(name, default, conditions)
        kind = type(self).__name__
        self.sampling = (sampling or "linear").lower()
        if self.sampling not in _SAMPLINGS:
            raise ValueError(
                f"{kind} {name!r}: sampling is one of {', '.join(_SAMPLINGS)}; got {sampling!r}."
                f"{suggestion(sampling, _SAMPLINGS)}"
            )
        for label, value in (("min_value", min_value), ("max_value", max_value)):
            if self._whole and int(value) != value:
                raise ValueError(f"{kind} {name!r}: {label} is a whole number; got {value!r}.")
        if not min_value <= max_value:
            raise ValueError(
                f"{kind} {name!r}: min_value must not be above max_value; got {min_value} and "
                f"{max_value}."
            )
        if self.sampling != "linear" and min_value <= 0:
            raise ValueError(
                f"{kind} {name!r}: sampling={self.sampling!r} needs a min_value above 0; got "
                f"{min_value}."
            )
        if step is not None and not (step > 1 if self.sampling != "linear" else step > 0):
            raise ValueError(
                f"{kind} {name!r}: the step must be "
                f"{'above 0' if self.sampling == 'linear' else 'above 1 (a factor)'}; got {step}."
            )
        self.min_value = min_value
        self.max_value = max_value
        self.step = step

    @property
    def default(self) -> Any:
        """The given default, or min_value."""
        return self.min_value if self._default is None else self._default

    def _steps(self) -> int | None:
        """Returns the number of steps between the bounds; None where values are not stepped."""
        step = self.step
        if step is None:
            if not self._whole or self.sampling != "linear":
                return None
            step = 1
        if self.sampling == "linear":
            return math.floor((self.max_value - self.min_value) / step + 1e-8)
        return math.floor(math.log(self.max_value / self.min_value) / math.log(step) + 1e-8)

    def _stepped(self, number: int) -> Any:
        step = 1 if self.step is None else self.step
        if self.sampling == "linear":
            value = self.min_value + number * step
        else:
            value = self.min_value * step**number
        return int(value) if self._whole else float(value)

    @property
    def values(self) -> tuple[Any, ...]:
        """The steps; ten values where there is none."""
        steps = self._steps()
        if steps is not None:
            return tuple(self._stepped(number) for number in range(steps + 1))
        return tuple(dict.fromkeys(self.at((number + 0.5) / 10) for number in range(10)))

    def at(self, position: float) -> Any:
        """Returns the value at a position from 0 to 1."""
        steps = self._steps()
        if steps is not None:
            return self._stepped(min(int(position * (steps + 1)), steps))
        low, high = float(self.min_value), float(self.max_value)
        if self._whole:
            high += 1
        value = low + position * (high - low)
        if self.sampling == "log":
            value = low * (high / low) ** position
        elif self.sampling == "reverse_log":
            value = high + low - low * (high / low) ** (1 - position)
        value = min(max(value, self.min_value), self.max_value)
        return int(value) if self._whole else float(value)

    def position_of(self, value: Any) -> float:
        """Returns the position of a value."""
        steps = self._steps()
        if steps is not None:
            values = self.values
            nearest = min(range(len(values)), key=lambda place: abs(values[place] - value))
            return (nearest + 0.5) / len(values)
        low, high = float(self.min_value), float(self.max_value)
        if self._whole:
            high, value = high + 1, value + 0.5
        if high == low:
            return 0.5
        if self.sampling == "log":
            return math.log(value / low) / math.log(high / low)
        if self.sampling == "reverse_log":
            return 1 - math.log((high + low - value) / low) / math.log(high / low)
        return float((value - low) / (high - low))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal one."""
        return {
            **super().get_config(),
            "min_value": self.min_value,
            "max_value": self.max_value,
            "step": self.step,
            "sampling": self.sampling,
        }


class Int(_Range):
    """A whole number from `min_value` to `max_value`, both included."""

    _whole = True


class Float(_Range):
    """A number from `min_value` to `max_value`."""

    _whole = False


class Choice(HyperParameter):
    """One of some values: all numbers, all texts, or all booleans."""

    def __init__(
        self,
        name: str,
        values: Sequence[Any],
        ordered: bool | None = None,
        default: Any = None,
        conditions: Sequence[Condition] = (),
    ) -> None:
        super().__init__(name, default, conditions)
        items = [value.item() if hasattr(value, "item") else value for value in values]
        if not items:
            raise ValueError(f"Choice {name!r}: values is empty.")
        kinds = {type(item) for item in items}
        if kinds == {int, float}:
            kinds, items = {float}, [float(item) for item in items]
        if len(kinds) > 1 or not kinds <= {int, float, str, bool}:
            raise TypeError(
                f"Choice {name!r}: the values are all numbers, all texts or all booleans; got "
                f"{items!r}."
            )
        is_number = kinds <= {int, float}
        if ordered and not is_number:
            raise ValueError(f"Choice {name!r}: only numbers can be ordered; got {items!r}.")
        if default is not None and default not in items:
            raise ValueError(
                f"Choice {name!r}: the default {default!r} is not among the values {items!r}."
            )
        self._values = tuple(items)
        self.ordered = is_number if ordered is None else ordered

    @property
    def default(self) -> Any:
        """The given default, or the first value."""
        return self._values[0] if self._default is None else self._default

    @property
    def values(self) -> tuple[Any, ...]:
        """The values."""
        return self._values

    @property
    def is_ordered(self) -> bool:
        """Whether neighbouring values are alike."""
        return self.ordered

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal one."""
        return {**super().get_config(), "values": list(self._values), "ordered": self.ordered}


class Boolean(HyperParameter):
    """True or False."""

    def __init__(
        self, name: str, default: bool = False, conditions: Sequence[Condition] = ()
    ) -> None:
        super().__init__(name, bool(default), conditions)

    @property
    def values(self) -> tuple[Any, ...]:
        """True and False."""
        return (True, False)

    @property
    def is_ordered(self) -> bool:
        """Two values have no neighbourhood."""
        return False


class Fixed(HyperParameter):
    """A value that no search changes: a number, a text, a boolean or None."""

    def __init__(self, name: str, value: Any, conditions: Sequence[Condition] = ()) -> None:
        super().__init__(name, value, conditions)
        self.value = value

    @property
    def values(self) -> tuple[Any, ...]:
        """The value."""
        return (self.value,)

    @property
    def is_ordered(self) -> bool:
        """There is nothing to order."""
        return False

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal one."""
        config = super().get_config()
        del config["default"]
        return {**config, "value": self.value}


_KINDS = {kind.__name__: kind for kind in (Int, Float, Choice, Boolean, Fixed)}


def deserialized(config: dict[str, Any]) -> HyperParameter:
    """Makes a hyperparameter from what `serialized` returned.

    Args:
        config: Kind and config.

    Returns:
        The hyperparameter.
    """
    kind = _KINDS[config["class_name"]]
    return kind.from_config(config["config"])
