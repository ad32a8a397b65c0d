"""A thread that fetches elements ahead."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator
from typing import Any

from cornu.core import session
from cornu.data.elements import Block
from cornu.data.stage import Derived, Ordered, Stage

_AUTOMATIC = 8


class Prefetch(Derived):
    """The elements, made ahead of time by a thread where making them runs Python code.

    Elements that are made by the engine many at a time are not worth a thread: it would take the
    processors from the training that uses them.

    Args:
        parent: Whose elements.
        size: How many elements to keep ready; a few when negative.
    """

    def __init__(self, parent: Stage, size: int) -> None:
        super().__init__(parent)
        self._size = size

    def ordered(self) -> Ordered | None:
        """Returns the table below and its row numbers."""
        return self.parent.ordered()

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yields the elements."""
        if self._size == 0 or not self.parent.runs_python():
            return self.parent.blocks(rows)
        size = _AUTOMATIC if self._size < 0 else self._size
        return ahead(self.parent.blocks(1), size)


class _Failure:
    def __init__(self, error: BaseException) -> None:
        self.error = error


def ahead(source: Iterator[Any], size: int) -> Iterator[Any]:
    """Yields what an iterator yields, fetched by a thread.

    Args:
        source: The iterator; only the thread touches it.
        size: How many items to keep ready.

    Yields:
        Its items; its error comes where the item would.
    """
    ready: queue.Queue[Any] = queue.Queue(size)
    stopped = threading.Event()

    def put(item: Any) -> bool:
        while not stopped.is_set():
            with contextlib.suppress(queue.Full):
                ready.put(item, timeout=0.1)
                return True
        return False

    here = session.current()

    def fetch() -> None:
        session.join(here)
        try:
            for item in source:
                if not put(item):
                    return
        except BaseException as error:  # raised again where the item is asked for
            put(_Failure(error))
        else:
            put(_END)

    thread = threading.Thread(target=fetch, name="cornu-prefetch", daemon=True)
    thread.start()
    try:
        while True:
            item = ready.get()
            if item is _END:
                return
            if isinstance(item, _Failure):
                raise item.error
            yield item
    finally:
        stopped.set()
        thread.join(timeout=1.0)


_END = object()
