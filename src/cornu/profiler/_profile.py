"""Profile: measures a `with` block and shows what it found."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cornu.core import profiling
from cornu.core.errors import CornuError, suggestion
from cornu.core.profiling import Timing
from cornu.profiler import _table, _trace, _xplane
from cornu.profiler._recorder import Recorder
from cornu.saving.replacing import replacing_file


class AlreadyProfilingError(CornuError, RuntimeError):
    """A profile is being taken, and there can be only one at a time."""


_lock = threading.Lock()
_current: Recorder | None = None


class Profile:
    """The times of a `with` block; `profile()` makes one.

    Args:
        max_events: How many single calls are kept for the trace; the table counts all.

    Attributes:
        seconds: How long the block took.

    Example:
        >>> import cornu
        >>> with Profile() as profile:
        ...     total = cornu.ops.sum(cornu.ops.ones((2, 2)))
        >>> sorted(timing.operation.name for timing in profile.timings)
        ['full', 'reduce_sum']
    """

    def __init__(self, max_events: int = 200_000) -> None:
        if max_events < 0:
            raise ValueError(f"profile: max_events must not be negative; got {max_events}.")
        self._recorder = Recorder(max_events)
        self._begin = self._end = 0
        self._unix = 0
        self._state = "new"

    def __enter__(self) -> Profile:
        if self._state != "new":
            raise ValueError("profile: a Profile measures one block; make a new one.")
        global _current
        with _lock:
            if _current is not None:
                raise AlreadyProfilingError(
                    "A profile is being taken already, and only one can be at a time. End it "
                    "first, or measure all of it at once."
                )
            _current = self._recorder
            profiling.add_listener(self._recorder)
        self._state = "running"
        self._unix = time.time_ns()
        self._begin = time.perf_counter_ns()
        return self

    def __exit__(self, *exception: object) -> None:
        global _current
        self._end = time.perf_counter_ns()
        with _lock:
            profiling.remove_listener(self._recorder)
            _current = None
        self._recorder.finish()
        self._state = "ended"

    @property
    def seconds(self) -> float:
        """How long the block took, in seconds."""
        self._check_ended("seconds")
        return (self._end - self._begin) / 1e9

    @property
    def timings(self) -> list[Timing]:
        """The time of each operation, without that of the operations in its body."""
        self._check_ended("timings")
        return self._recorder.timings()

    def table(self, by: str = "primitive", rows: int = 25) -> str:
        """Returns where the time went, as text.

        Args:
            by: "primitive" adds up equal operations, "layer" what belongs to a layer or other
                part of the step, "operation" shows each place in the step on its own.
            rows: How many lines to show at most.

        Returns:
            Lines with number of calls, total and mean time, and share, slowest first.

        Raises:
            ValueError: For another `by`.
        """
        self._check_ended("table()")
        if by not in _table.GROUPS:
            raise ValueError(
                f"Profile.table: by is one of {', '.join(map(repr, _table.GROUPS))}; got {by!r}."
                f"{suggestion(str(by), _table.GROUPS)}"
            )
        return _table.text(self.seconds, self.timings, self._recorder.runs, by, rows)

    def save_trace(self, path: Any) -> None:
        """Writes the single calls as a Chrome trace, which chrome://tracing and Perfetto show.

        Args:
            path: Name of the file; one that ends in ".gz" is compressed.
        """
        self._check_ended("save_trace()")
        with replacing_file(os.fspath(path)) as new:
            _trace.write(new, self._recorder, self._begin, packed=str(path).endswith(".gz"))

    def save(self, logdir: Any) -> str:
        """Writes the profile where TensorBoard's profile plugin looks for it.

        Args:
            logdir: Folder of the logs; made when it does not exist.

        Returns:
            The folder written to: `logdir/plugins/profile/<time>`.
        """
        self._check_ended("save()")
        return _xplane.save(os.fspath(logdir), self._recorder, self._begin, self._unix)

    def _check_ended(self, what: str) -> None:
        if self._state != "ended":
            raise ValueError(f"Profile.{what}: the profile is complete after its `with` block.")

    def __str__(self) -> str:
        return self.table() if self._state == "ended" else f"<Profile, {self._state}>"


def profile(max_events: int = 200_000) -> Profile:
    """Returns a context manager that measures what its block computes.

    Args:
        max_events: How many single calls are kept for the trace; the table counts all.

    Returns:
        A Profile, complete when the block has ended.

    Raises:
        AlreadyProfilingError: When the block begins while another profile is being taken.
        ValueError: For a negative `max_events`.

    Example:
        >>> import cornu
        >>> x = cornu.ops.ones((2, 2))
        >>> with profile() as result:
        ...     y = cornu.ops.matmul(x, x)
        >>> "dot_general" in result.table()
        True
    """
    return Profile(max_events)


@contextmanager
def annotate(name: str, **details: Any) -> Iterator[None]:
    """Gives a part of the program a name in the trace.

    Args:
        name: What the trace shows.
        **details: Numbers or text shown with it, such as `step=3`.

    Example:
        >>> with profile() as result, annotate("my part", step=1):
        ...     pass
    """
    begin = time.perf_counter_ns()
    try:
        yield
    finally:
        if _current is not None:
            _current.annotate(name, begin, details)
