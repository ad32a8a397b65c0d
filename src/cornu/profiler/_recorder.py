"""Recorder: collects what engines report while a profile is taken."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from cornu.core.profiling import Operation, Profiled, Timing


class Span(NamedTuple):
    """Something that took time on a thread; begin and end are `time.perf_counter_ns`."""

    name: str
    begin: int
    end: int
    thread: int
    details: dict[str, Any]


class Run(NamedTuple):
    """One call of an executable, which may make many steps."""

    name: str
    steps: int
    begin: int
    end: int
    thread: int


class Recorder:
    """The listener behind a profile.

    Args:
        max_events: How many single calls are kept for the trace; sums count all.

    Attributes:
        runs: Calls of executables.
        annotations: Spans that the user has named.
        threads: Names of the threads seen; spans know their place here.
        dropped: Calls that did not fit the trace.
    """

    def __init__(self, max_events: int) -> None:
        self._room = max_events
        self._lock = threading.Lock()
        self._executables: dict[int, Profiled] = {}
        self._events: list[tuple[int, int, np.ndarray[Any, Any]]] = []
        self._single: dict[Operation, list[int]] = {}
        self._operations: dict[int, list[Operation]] = {}
        self._timings: list[Timing] = []
        self._spans: list[Span] = []
        self.runs: list[Run] = []
        self.annotations: list[Span] = []
        self.threads: list[str] = []
        self._places: dict[threading.Thread, int] = {}  # the system uses numbers of threads again
        self.dropped = 0

    def watch(self, executable: Any) -> None:
        """Makes an executable take times, when it is first seen."""
        if id(executable) in self._executables or not hasattr(executable, "timings"):
            return
        with self._lock:
            if id(executable) not in self._executables:
                executable.profile(enabled=True)
                self._executables[id(executable)] = executable

    def ran(self, executable: Profiled, steps: int, begin: int, end: int) -> None:
        """Takes the events of a call that has just ended on this thread."""
        events = executable.take_events()
        thread = self._thread()
        with self._lock:
            self.runs.append(Run(executable.name, steps, begin, end, thread))
            kept = events[: self._room]
            self.dropped += len(events) - len(kept)
            self._room -= len(kept)
            if len(kept):
                self._events.append((id(executable), thread, kept))

    def applied(self, operation: Operation, begin: int, end: int) -> None:
        """Counts an operation that an engine has run on its own."""
        thread = self._thread()
        with self._lock:
            count = self._single.setdefault(operation, [0, 0, end - begin])
            count[0] += 1
            count[1] += end - begin
            count[2] = min(count[2], end - begin)
            if self._room > 0:
                self._room -= 1
                self._spans.append(_span(operation, begin, end, thread))
            else:
                self.dropped += 1

    def annotate(self, name: str, begin: int, details: dict[str, Any]) -> None:
        """Adds a span that the user has named and that ends now."""
        self.annotations.append(Span(name, begin, time.perf_counter_ns(), self._thread(), details))

    def finish(self) -> None:
        """Stops all executables and takes their sums."""
        for number, executable in self._executables.items():
            executable.profile(enabled=False)
            timings = executable.timings()
            self._operations[number] = [timing.operation for timing in timings]
            self._timings += _own_times(timings)
        self._executables.clear()

    def _thread(self) -> int:
        thread = threading.current_thread()
        place = self._places.get(thread)
        if place is None:
            with self._lock:
                place = self._places[thread] = len(self.threads)
                self.threads.append(thread.name)
        return place

    def timings(self) -> list[Timing]:
        """Returns the time of each operation, without that of operations inside of it."""
        single = [Timing(operation, *count) for operation, count in self._single.items()]
        return [timing for timing in self._timings if timing.calls] + single

    def spans(self) -> Iterator[Span]:
        """Yields everything for the trace, what encloses others first."""
        yield from self.annotations
        for run in self.runs:
            yield Span(run.name, run.begin, run.end, run.thread, {"steps": run.steps})
        for number, thread, events in self._events:
            operations = self._operations[number]
            for place, begin, nanoseconds in events.tolist():
                yield _span(operations[place], begin, begin + nanoseconds, thread)
        yield from self._spans


def _span(operation: Operation, begin: int, end: int, thread: int) -> Span:
    details = {"shape": list(operation.shape)}
    return Span(operation.name, begin, end, thread, {"part": operation.scope, **details})


def _own_times(timings: list[Timing]) -> list[Timing]:
    """Takes from each loop and branch the time of its body, whose operations follow it."""
    own = [timing.nanoseconds for timing in timings]
    around: list[int] = []
    for place, timing in enumerate(timings):
        depth = timing.operation.depth
        del around[depth:]
        if around:
            own[around[-1]] -= timing.nanoseconds
        around.append(place)
    return [
        timing._replace(nanoseconds=max(nanoseconds, 0))
        for timing, nanoseconds in zip(timings, own, strict=True)
    ]
