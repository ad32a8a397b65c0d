"""GraphTrace: the graphs that run while it listens."""

from __future__ import annotations

from typing import Any

from cornu.core import profiling
from cornu.core.graph import Graph
from cornu.core.profiling import Operation


class GraphTrace:
    """Collects the graphs of functions and training steps.

    Attributes:
        graphs: What has run since `start`, by order of its first run.
    """

    def __init__(self) -> None:
        self._seen: dict[int, Any] = {}

    @property
    def graphs(self) -> list[Graph]:
        """The graphs that have run, in the order of their first runs."""
        return [executable.graph for executable in self._seen.values()]

    def start(self) -> None:
        """Begins to listen."""
        profiling.add_listener(self)

    def stop(self) -> None:
        """Listens no more."""
        profiling.remove_listener(self)

    def watch(self, executable: Any) -> None:
        """Notes what runs."""
        self._seen.setdefault(id(executable), executable)

    def ran(self, executable: Any, steps: int, begin: int, end: int) -> None:
        """Times do not matter here."""

    def applied(self, operation: Operation, begin: int, end: int) -> None:
        """Operations outside of graphs do not matter here."""
