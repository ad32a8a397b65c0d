"""Where random numbers start: keys, seed generators, and the global one.

A key is two uint32 words. The rules are Keras's (on JAX), so that equal seeds give equal numbers:
an int seed s is the key [s, 0], a generator counts the second word up, and draws without a seed go
through a global generator that jumps from state to state.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core import engine, keys, session, settings
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import layout
from cornu.core.primitives import random as bits
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable
from cornu.ops._operands import as_tensor, constant, like

_GLOBAL = "global_seed_generator"
_PROGRAM = "program_seeds"  # the generator's state, and how many seeds were given since


class SeedGenerator:
    """Gives a new key for every draw of random numbers.

    Args:
        seed: Any int; drawn from Python's `random` when None.
        name: Name; made unique when None.
        **keywords: `backend`, accepted for Keras's signature.

    Attributes:
        state: Variable of two uint32 words; saved with models.

    Raises:
        ValueError: When the seed is no int.

    Example:
        >>> generator = SeedGenerator(42)
        >>> generator.next().tolist(), generator.next().tolist()
        ([42, 0], [42, 1])
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **keywords: Any) -> None:
        keywords.pop("backend", None)
        if keywords:
            raise ValueError(f"SeedGenerator: unknown arguments {', '.join(sorted(keywords))}.")
        self.name = name or settings.unique_name("seed_generator")
        self._initial_seed = seed
        start = keys.make_default_seed() if seed is None else seed
        if not isinstance(start, (int, np.integer)):
            raise ValueError(f"SeedGenerator: the seed must be an int; got {seed!r}.")
        words = np.array([int(start) & 0xFFFFFFFF, 0], np.uint32)
        settings.state.scopes.append(self.name)
        try:
            self.state = Variable(words, trainable=False, name="seed_generator_state")
        finally:
            settings.state.scopes.pop()

    def next(self, ordered: bool = True) -> Tensor:
        """Returns the present state as a key and moves on.

        Args:
            ordered: Whether to count up; otherwise the state jumps.

        Returns:
            A uint32 tensor of shape (2,).
        """
        key = self.state.value
        if ordered:
            step = engine.tensor_from_numpy(np.array([0, 1], np.uint32))
            self.state.assign(e.add(key, step))
        else:
            jumped = e.mul(e.add(key, like(key, 1)), like(key, 5387))
            self.state.assign(e.rem(jumped, like(key, 933199)))
        return key

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal generator."""
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        """Returns a generator made from `get_config()`."""
        return cls(**config)

    def __deepcopy__(self, memo: Any) -> SeedGenerator:
        clone = type(self)(**self.get_config())
        clone.state.assign(self.state.value)
        return clone


def global_seed_generator() -> SeedGenerator:
    """Returns the generator that draws without a seed use."""
    values = session.current().values
    if _GLOBAL not in values:
        values[_GLOBAL] = SeedGenerator()
    generator: SeedGenerator = values[_GLOBAL]
    return generator


def forget_global_seed() -> None:
    """Makes the next draw without a seed start a new global generator."""
    values = session.current().values
    values.pop(_GLOBAL, None)
    values.pop(_PROGRAM, None)


def program_seed() -> int:
    """Returns a seed that follows from those of the program and disturbs no generator.

    `numpy.random` decides, but nothing is drawn from it: Keras draws from there, and a training
    must not change because something else wanted a seed.

    Returns:
        Another number for each call; the same ones in a program that sets the same seeds.

    Example:
        >>> program_seed() == program_seed()
        False
    """
    here = session.current()
    state: Any = here.shuffles.get_state(legacy=False)
    words, position = state["state"]["key"], int(state["state"]["pos"])
    origin = (words.tobytes(), position)
    known, given = here.values.get(_PROGRAM, (None, 0))
    given = given + 1 if known == origin else 1
    here.values[_PROGRAM] = (origin, given)
    entropy = [*words[:4].tolist(), position, given]
    return int(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0])


def draw_key(seed: Any) -> Tensor:
    """Returns the key for one draw.

    Args:
        seed: An int, a SeedGenerator, a key, or None for the global generator.

    Returns:
        A uint32 tensor of shape (2,).

    Raises:
        ValueError: For anything else.
    """
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if seed is None:
        return global_seed_generator().next(ordered=False)
    if isinstance(seed, (int, np.integer)) and not isinstance(seed, bool):
        words = np.array([int(seed) & 0xFFFFFFFF, 0], np.uint32)
        return engine.tensor_from_numpy(words)
    if isinstance(seed, (Tensor, Variable)) and seed.shape == (2,):
        return as_tensor(seed, "uint32")
    raise ValueError(
        f"seed must be an int, a SeedGenerator or None; got {seed!r} ({type(seed).__name__})."
    )


def split_key(key: Tensor) -> tuple[Tensor, Tensor]:
    """Returns two independent keys made from one."""
    high, low = constant(0, (2,), "uint32"), e.iota(shape=(2,), dtype="uint32", axis=0)
    if key.is_symbolic:
        first, second = _threefry(key, high, low)
    else:
        words = [np.array(part.numpy()) for part in (key, high, low)]
        with np.errstate(over="ignore"):
            hashed = keys.threefry(*words)
        first, second = (engine.tensor_from_numpy(part) for part in hashed)
    pairs = [layout.concatenate(_at(first, place), _at(second, place), axis=0) for place in (0, 1)]
    return pairs[0], pairs[1]


def fold_in(key: Tensor, number: Tensor) -> Tensor:
    """Returns the key that a key and a number make together.

    Args:
        key: A uint32 tensor of shape (2,).
        number: A uint32 scalar; each gives an independent key.

    Returns:
        A uint32 tensor of shape (2,).
    """
    step = layout.reshape(number, shape=(1,))
    moved = layout.concatenate(_at(key, 0), e.add(_at(key, 1), step), axis=0)
    result: Tensor = bits.random_bits(moved, shape=(2,))
    return result


def _at(x: Tensor, place: int) -> Tensor:
    result: Tensor = layout.slice(x, start=(place,), limit=(place + 1,), strides=(1,))
    return result


def _threefry(key: Tensor, high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
    """The hash of `cornu.core.keys.threefry` in primitives, for keys inside a captured function."""
    first_word, second_word = (
        layout.broadcast(_at(key, place), shape=high.shape, dims=(0,)) for place in (0, 1)
    )
    parity = like(first_word, int(keys._PARITY))
    words = (first_word, second_word, e.xor(e.xor(first_word, second_word), parity))
    first, second = e.add(high, words[0]), e.add(low, words[1])
    for group in range(5):
        for rotation in keys._ROTATIONS[group % 2]:
            first = e.add(first, second)
            left = e.shift_left(second, like(second, rotation))
            right = e.shift_right(second, like(second, 32 - rotation))
            second = e.xor(e.or_(left, right), first)
        first = e.add(first, words[(group + 1) % 3])
        second = e.add(e.add(second, words[(group + 2) % 3]), like(second, group + 1))
    return first, second
