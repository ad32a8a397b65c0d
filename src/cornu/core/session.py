"""Where random numbers and automatic names start: one place for the program, or a thread's own.

Keras's way has one set of generators for the whole program: Python's `random`, NumPy's, and a global
seed generator. Trainings side by side in threads would draw from them in an order that differs from
run to run, so a thread can be given a session of its own.
"""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


class Session:
    """The generators and counters that a thread draws from.

    Args:
        shuffles: NumPy's generator, a RandomState; the module `numpy.random` when None.
        seeds: Python's generator (the module `random`, or a Random): seeds that were not given.
        names: How often each automatic name has been given.

    Attributes:
        values: What rooms above keep here, such as the global seed generator.
    """

    def __init__(self, shuffles: Any, seeds: Any, names: dict[str, int]) -> None:
        self._shuffles = shuffles
        self.seeds = seeds
        self.names: defaultdict[str, int] = defaultdict(int, names)
        self.values: dict[str, Any] = {}

    @property
    def shuffles(self) -> Any:
        """NumPy's generator, from which orders of rows are drawn."""
        # The module takes 15 ms to import, and not every program that imports cornu draws.
        return np.random if self._shuffles is None else self._shuffles


_shared = Session(None, random, {})
_own = threading.local()


def current() -> Session:
    """Returns the session of the current thread: its own inside `isolated`, else the shared one."""
    session: Session = getattr(_own, "session", _shared)
    return session


def join(session: Session) -> None:
    """Makes the current thread, which works for another one, draw from the session of that one.

    Args:
        session: What `current` returned there.

    Example:
        >>> join(current())
    """
    _own.session = session


@contextmanager
def isolated(seed: int) -> Iterator[Session]:
    """Gives the current thread a session of its own inside a `with` block.

    Everything random then goes as after `set_random_seed(seed)`, whatever other threads do, and
    leaves the program's generators alone. Automatic names go on from those of the session around.

    Args:
        seed: From 0 to 2**32 - 1.

    Yields:
        The session.

    Example:
        >>> with isolated(7):
        ...     first = current().shuffles.permutation(5).tolist()
        >>> with isolated(7):
        ...     first == current().shuffles.permutation(5).tolist()
        True
    """
    before = current()
    made = Session(np.random.RandomState(seed), random.Random(seed), before.names)
    _own.session = made
    try:
        yield made
    finally:
        _own.session = before
