"""The seam between those who run computations and those who measure them.

Engines look at `listener` before they run; while it is None they do nothing further.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from cornu.core.shapes import Shape

if TYPE_CHECKING:
    from cornu.core.graph import Graph

Array = np.ndarray[Any, Any]


class Operation(NamedTuple):
    """What was timed: one primitive, or several that an engine runs as one.

    Attributes:
        name: The primitives, the main one first.
        scope: The layer, or other part of the step, that asked for it; "" when unknown.
        shape: Sizes of the result.
        depth: How many loops and branches it is inside of.
    """

    name: str
    scope: str = ""
    shape: Shape = ()
    depth: int = 0


class Timing(NamedTuple):
    """Time of one operation, summed over its calls (in nanoseconds)."""

    operation: Operation
    calls: int
    nanoseconds: int
    fastest: int


class Profiled(Protocol):
    """An executable that can time its own operations.

    Attributes:
        name: What it computes, for people.
        graph: What it runs.
    """

    name: str
    graph: Graph

    def profile(self, *, enabled: bool) -> None:
        """Starts, from zero, or stops taking the time of each operation."""

    def timings(self) -> list[Timing]:
        """Returns the time of each operation since profiling started."""

    def take_events(self) -> Array:
        """Returns the calls not returned before.

        Returns:
            int64 rows: place in `timings()`, begin on the clock of `time.perf_counter_ns`, and
            nanoseconds.
        """


class Listener(Protocol):
    """Hears what engines run; begin and end are of `time.perf_counter_ns`."""

    def watch(self, executable: Any) -> None:
        """Called before an executable runs; only some engines' executables are Profiled."""

    def ran(self, executable: Profiled, steps: int, begin: int, end: int) -> None:
        """Called after an executable has run a number of steps."""

    def applied(self, operation: Operation, begin: int, end: int) -> None:
        """Called after a single operation."""


class _Several:
    """Listeners that hear the same."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self.listeners = listeners

    def watch(self, executable: Any) -> None:
        for one in self.listeners:
            one.watch(executable)

    def ran(self, executable: Profiled, steps: int, begin: int, end: int) -> None:
        for one in self.listeners:
            one.ran(executable, steps, begin, end)

    def applied(self, operation: Operation, begin: int, end: int) -> None:
        for one in self.listeners:
            one.applied(operation, begin, end)


listener: Listener | None = None
_listeners: list[Listener] = []


def add_listener(new: Listener) -> None:
    """Makes engines report to a listener."""
    _set([*_listeners, new])


def remove_listener(old: Listener) -> None:
    """Ends that."""
    _set([one for one in _listeners if one is not old])


def _set(listeners: list[Listener]) -> None:
    global listener
    _listeners[:] = listeners
    if len(listeners) > 1:
        listener = _Several(listeners)
    else:
        listener = listeners[0] if listeners else None
