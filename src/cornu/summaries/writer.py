"""EventWriter: one event file, and the default writers of the thread."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cornu.core.errors import CornuError
from cornu.core.extras import optional_import

Step = int | None


class ClosedWriterError(CornuError, RuntimeError):
    """Something is to be written to an event file that is closed."""


def proto(module: str) -> Any:
    """Returns a module of TensorBoard's messages: "event", "summary", "graph", ..."""
    return optional_import(
        f"tensorboard.compat.proto.{module}_pb2", "tensorboard", "Writing for TensorBoard"
    )


class EventWriter:
    """Writes one event file; the folders above it are made at once.

    Args:
        logdir: Folder of the file.
        max_queue: Events that may wait before the caller does.
        flush_seconds: How often what was written goes to the disk.
        suffix: End of the file's name.

    Raises:
        MissingExtraError: When the package tensorboard is not installed.
        NotADirectoryError: When there is a file where a folder is needed.
    """

    def __init__(
        self,
        logdir: Any,
        max_queue: int = 10,
        flush_seconds: float = 120.0,
        suffix: str = ".v2",
    ) -> None:
        module = optional_import(
            "tensorboard.summary.writer.event_file_writer", "tensorboard", "Writing for TensorBoard"
        )
        self.logdir = os.fspath(logdir)
        try:
            os.makedirs(self.logdir, exist_ok=True)
        except FileExistsError as error:
            raise NotADirectoryError(
                f"Cannot write event files to {self.logdir!r}: there is a file of that name. "
                f"Choose another log folder."
            ) from error
        self._file = module.EventFileWriter(
            self.logdir,
            max_queue_size=max(int(max_queue), 1),
            flush_secs=flush_seconds,
            filename_suffix=suffix,
        )
        # Also at the end of the program: the package writes from a thread that is cut off then.
        self._close = weakref.finalize(self, self._file.close)

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        return not self._close.alive

    def add(self, values: Sequence[Any], step: int) -> None:
        """Writes records of one step.

        Args:
            values: Of `records`.
            step: Number of the step.
        """
        summary = proto("summary").Summary(value=values)
        self._add(summary=summary, step=int(step))

    def add_graph(self, graph_def: Any) -> None:
        """Writes the graph of the run."""
        self._add(graph_def=graph_def.SerializeToString())

    def _add(self, **content: Any) -> None:
        if self.closed:
            raise ClosedWriterError(
                f"The writer of {self.logdir!r} is closed. Make a new one with create_file_writer."
            )
        self._file.add_event(proto("event").Event(wall_time=time.time(), **content))

    def flush(self) -> None:
        """Waits until everything is in the file."""
        if not self.closed:
            self._file.flush()

    def close(self) -> None:
        """Writes what is left and closes the file; further calls do nothing."""
        self._close()


class _Defaults(threading.local):
    """What records of this thread go to."""

    def __init__(self) -> None:
        self.writers: list[EventWriter | None] = []
        self.conditions: list[Any] = []
        self.step: Step = None


_defaults = _Defaults()


def default_writer() -> EventWriter | None:
    """Returns the innermost writer in use in this thread, or None."""
    return _defaults.writers[-1] if _defaults.writers else None


def default_step() -> Step:
    """Returns the step of records that are given none, or None."""
    return _defaults.step


def set_default_step(step: Step) -> None:
    """Sets the step of records that are given none."""
    _defaults.step = None if step is None else int(step)


def set_default_writer(writer: EventWriter | None) -> None:
    """Makes a writer the innermost one until it is replaced or the block around it ends."""
    _defaults.writers[-1:] = [writer]


@contextmanager
def writing_to(writer: EventWriter | None, step: Step = None) -> Iterator[EventWriter | None]:
    """Makes a writer the default inside a `with` block, and a step if one is given."""
    before = _defaults.step
    _defaults.writers.append(writer)
    if step is not None:
        set_default_step(step)
    try:
        yield writer
    finally:
        _defaults.writers.pop()
        if step is not None:
            _defaults.step = before


@contextmanager
def recording_if(condition: bool | Callable[[], Any]) -> Iterator[None]:
    """Writes records inside a `with` block only under a condition."""
    _defaults.conditions.append(condition)
    try:
        yield
    finally:
        _defaults.conditions.pop()


def is_recording() -> bool:
    """Whether there is a default writer, and the innermost condition holds."""
    if default_writer() is None:
        return False
    if not _defaults.conditions:
        return True
    condition = _defaults.conditions[-1]
    return bool(condition() if callable(condition) else condition)
