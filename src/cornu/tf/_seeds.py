"""How the global seed and the seeds of single operations combine.

TensorFlow documents four cases. Neither seed: numbers that differ from run to run. The global seed
alone: every operation gets a seed of its own from it, in the order of the program. An operation's
seed alone: a fixed global seed stands in. Both: together they name the sequence. An operation with
a seed counts its calls, and setting the global seed starts all counts anew. Inside a `tf.function`
every place that draws has its own count, kept from call to call.
"""

from __future__ import annotations

import random
import threading
import weakref
from typing import Any

import numpy as np

from cornu.core import engine, settings
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable
from cornu.ops.seeds import fold_in

# What stands for a global seed that was not set (the number has no meaning).
_DEFAULT = 87654321


class _State:
    """The global seed, and how often each seeded operation was called."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.seed: int | None = None
        self.drawn = random.Random()
        self.calls: dict[tuple[Any, ...], int] = {}
        self.sites: weakref.WeakSet[Variable] = weakref.WeakSet()


_state = _State()


class Trace:
    """What happens while one function is traced.

    Attributes:
        places: How many places have drawn random numbers so far.
        variables: How many variables were made.
    """

    def __init__(self) -> None:
        self.places = 0
        self.variables = 0


def set_global_seed(seed: int) -> None:
    """Sets the global seed and starts all sequences anew."""
    with _state.lock:
        _state.seed = seed
        _state.drawn = random.Random(seed)
        _state.calls.clear()
        sites = list(_state.sites)
    for site in sites:
        site.assign(np.zeros((), np.uint32))


def key_for(operation: str, seed: Any) -> Tensor:
    """Returns the key for one draw of an operation.

    Args:
        operation: What tells apart operations that count on their own.
        seed: The operation's seed, or None.

    Returns:
        A uint32 tensor of shape (2,).
    """
    trace: Trace | None = settings.state.attributes.get("tf_trace")
    captured = bool(settings.state.captures)
    with _state.lock:
        first = _state.seed
        if seed is not None:
            first, second = _DEFAULT if first is None else first, int(seed)
        elif captured and trace is not None and first is not None:
            second = 2**32 + trace.places  # no seed of an operation is so large
        else:
            second = _state.drawn.getrandbits(31)
            first = _state.drawn.getrandbits(31) if first is None else first
        if captured and trace is not None:
            trace.places += 1
        name = (operation, first, second)
        count = 0
        if not captured:
            count = _state.calls.get(name, 0)
            if seed is not None:
                _state.calls[name] = count + 1
    base = np.random.SeedSequence([first & (2**64 - 1), second & (2**64 - 1)]).generate_state(2)
    key = engine.tensor_from_numpy(base.astype(np.uint32))
    if not captured:
        return fold_in(key, engine.tensor_from_numpy(np.array(count, np.uint32)))
    site = Variable(np.zeros((), np.uint32), trainable=False, name="random_calls")
    _state.sites.add(site)
    return count_up(key, site)


def count_up(key: Tensor, counter: Variable) -> Tensor:
    """Returns the key for a counter's present number, and moves the counter on."""
    number = counter.value
    counter.assign(number + np.uint32(1))
    return fold_in(key, number)
