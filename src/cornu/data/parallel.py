"""A function called by several threads, with its results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from cornu.core import session


def in_threads(
    function: Callable[[Any], Any], items: Iterator[Any], workers: int, ready: int
) -> Iterator[Any]:
    """Yields a function's results for items, in their order.

    Args:
        function: Called by several threads at the same time.
        items: Its arguments.
        workers: Threads; with one it is called where the result is asked for.
        ready: How many results may wait.

    Yields:
        The results; an error comes where the result would.
    """
    if workers <= 1:
        yield from map(function, items)
        return
    waiting: deque[Future[Any]] = deque()
    here = session.current()
    with ThreadPoolExecutor(workers, "cornu-map", session.join, (here,)) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > ready:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
