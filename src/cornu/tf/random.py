"""Random numbers: `tf.random`."""

from __future__ import annotations

import secrets
from typing import Any

import numpy as np

from cornu import ops
from cornu.core import dtypes as core
from cornu.core.tensor import Tensor as CoreTensor
from cornu.core.variable import Variable as CoreVariable
from cornu.ops import random as drawing
from cornu.ops.session import set_random_seed
from cornu.tf._convert import convert, public, static_shape
from cornu.tf._names import no_such_name
from cornu.tf._seeds import count_up, key_for, set_global_seed
from cornu.tf._tensor import adopt
from cornu.tf.errors import InvalidArgumentError

__all__ = [
    "Generator", "categorical", "gamma", "get_global_generator", "normal", "set_global_generator",
    "set_seed", "shuffle", "stateless_normal", "stateless_truncated_normal", "stateless_uniform",
    "truncated_normal", "uniform",
]  # fmt: skip


def set_seed(seed: int) -> None:
    """Sets the global seed, with which all random numbers of a program repeat.

    Initial weights, dropout and the shuffling of `fit` draw from Python's and NumPy's generators in
    cornu; so those are seeded too.

    Args:
        seed: A whole number.

    Raises:
        ValueError: For anything else.

    Example:
        >>> import cornu.tf as tf
        >>> tf.random.set_seed(42)
        >>> first = tf.random.uniform((3,))
        >>> tf.random.set_seed(42)
        >>> bool(tf.reduce_all(first == tf.random.uniform((3,))))
        True
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise InvalidArgumentError(f"set_seed: expected a whole number; got {seed!r}.")
    set_random_seed(int(seed) % 2**32)
    set_global_seed(int(seed))


def _uniform(key: Any, shape: Any, minval: Any, maxval: Any, dtype: Any) -> Any:
    wanted = core.canonical(dtype)
    if core.is_integer(wanted):
        if maxval is None:
            raise InvalidArgumentError(f"Must specify maxval for integer dtype tf.{wanted}.")
        low, limit = int(np.asarray(convert(minval))), int(np.asarray(convert(maxval)))
        if low >= limit:
            raise InvalidArgumentError(f"uniform: Need minval < maxval, got {low} >= {limit}.")
        return drawing.randint(shape, low, limit, wanted, key)
    high: Any = 1.0 if maxval is None else maxval
    if not isinstance(minval, (int, float)) or not isinstance(high, (int, float)):
        minval, high = convert(minval, hint=wanted), convert(high, hint=wanted)
    return drawing.uniform(shape, minval, high, wanted, key)


def _moments(value: Any, wanted: str) -> Any:
    return value if isinstance(value, (int, float)) else convert(value, hint=wanted)


def _normal(key: Any, shape: Any, mean: Any, stddev: Any, dtype: Any) -> Any:
    wanted = core.canonical(dtype)
    unit = drawing.normal(shape, 0.0, 1.0, wanted, key)
    return ops.add(ops.multiply(unit, _moments(stddev, wanted)), _moments(mean, wanted))


def _truncated(key: Any, shape: Any, mean: Any, stddev: Any, dtype: Any) -> Any:
    wanted = core.canonical(dtype)
    unit = drawing.truncated_normal(shape, 0.0, 1.0, wanted, key)
    return ops.add(ops.multiply(unit, _moments(stddev, wanted)), _moments(mean, wanted))


@public
def uniform(shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", seed: Any = None, name: Any = None) -> Any:  # fmt: skip
    """Returns uniformly distributed numbers from `minval` up to, but without, `maxval`.

    Args:
        shape: Sizes.
        minval: Lower limit.
        maxval: Upper limit; 1 for floats when None, needed for integers.
        dtype: Float or integer dtype.
        seed: The operation's seed; it combines with that of `tf.random.set_seed`.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Raises:
        ValueError: For an integer dtype without `maxval`.

    Example:
        >>> import cornu.tf as tf
        >>> tf.random.uniform((2, 3)).shape
        TensorShape([2, 3])
    """
    wanted = core.canonical(dtype)
    if core.is_integer(wanted) and maxval is None:
        raise InvalidArgumentError(f"Must specify maxval for integer dtype tf.{wanted}.")
    key = key_for(f"uniform {wanted}", seed)
    return _uniform(key, static_shape(shape), minval, maxval, wanted)


@public
def normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None, name: Any = None) -> Any:  # fmt: skip
    """Returns normally distributed numbers.

    Args:
        shape: Sizes.
        mean: Mean.
        stddev: Standard deviation.
        dtype: Float dtype.
        seed: The operation's seed; it combines with that of `tf.random.set_seed`.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.random.normal((2, 3)).shape
        TensorShape([2, 3])
    """
    key = key_for(f"normal {core.canonical(dtype)}", seed)
    return _normal(key, static_shape(shape), mean, stddev, dtype)


@public
def truncated_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None, name: Any = None) -> Any:  # fmt: skip
    """Returns normally distributed numbers at most two standard deviations from the mean.

    Args:
        shape: Sizes.
        mean: Mean.
        stddev: Standard deviation before the cut.
        dtype: Float dtype.
        seed: The operation's seed; it combines with that of `tf.random.set_seed`.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> bool(tf.reduce_all(tf.abs(tf.random.truncated_normal((100,))) <= 2.0))
        True
    """
    key = key_for(f"truncated_normal {core.canonical(dtype)}", seed)
    return _truncated(key, static_shape(shape), mean, stddev, dtype)


@public
def gamma(shape: Any, alpha: Any, beta: Any = None, dtype: Any = "float32", seed: Any = None, name: Any = None) -> Any:  # fmt: skip
    """Returns numbers of gamma distributions.

    Args:
        shape: Sizes, in front of the axes of `alpha`.
        alpha: Shape parameters.
        beta: Rates; 1 when None.
        dtype: Float dtype.
        seed: The operation's seed; it combines with that of `tf.random.set_seed`.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.random.gamma((2,), 1.0).shape
        TensorShape([2])
    """
    wanted = core.canonical(dtype)
    a = convert(alpha, hint=wanted)
    sizes = (*static_shape(shape), *a.shape)
    drawn = drawing.gamma(
        sizes, ops.broadcast_to(a, sizes), wanted, key_for(f"gamma {wanted}", seed)
    )
    return drawn if beta is None else ops.divide(drawn, convert(beta, hint=wanted))


@public
def categorical(logits: Any, num_samples: Any, dtype: Any = None, seed: Any = None, name: Any = None) -> Any:  # fmt: skip
    """Returns class numbers drawn by unnormalised log-probabilities.

    Args:
        logits: Tensor of shape (batch, classes).
        num_samples: How many numbers for each row.
        dtype: Integer dtype; int64 when None.
        seed: The operation's seed; it combines with that of `tf.random.set_seed`.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor of shape (batch, num_samples).

    Example:
        >>> import cornu.tf as tf
        >>> tf.random.categorical([[0.0, -1e9]], 3).numpy().tolist()
        [[0, 0, 0]]
    """
    x = convert(logits)
    if x.ndim != 2:
        raise InvalidArgumentError(
            f"categorical: logits should be a matrix, got shape {list(x.shape)}."
        )
    drawn = drawing.categorical(x, int(num_samples), seed=key_for("categorical", seed))
    return ops.cast(drawn, core.canonical(dtype or "int64"))


@public
def shuffle(value: Any, seed: Any = None, name: Any = None) -> Any:
    """Returns a tensor with the slices of its first axis in random order.

    Args:
        value: Tensor.
        seed: The operation's seed; it combines with that of `tf.random.set_seed`.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> sorted(tf.random.shuffle([1, 2, 3]).numpy().tolist())
        [1, 2, 3]
    """
    x = convert(value)
    key = key_for(f"shuffle {str.__str__(x.dtype)}", seed)
    if x.ndim == 0:
        return x
    # Slices move as wholes: positions are drawn, once for all that lies at them.
    order = drawing.shuffle(ops.arange(x.shape[0], dtype="int32"), 0, key)
    if x.dtype == "string":
        return convert(np.asarray(x)[np.asarray(order)])
    return ops.take(x, order, axis=0)


def _stateless_key(seed: Any) -> CoreTensor:
    words = convert(seed)
    if words.shape != (2,):
        raise InvalidArgumentError(f"seed must have shape [2], not {list(words.shape)}.")
    return ops.cast(words, "uint32")


@public
def stateless_uniform(shape: Any, seed: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", name: Any = None) -> Any:  # fmt: skip
    """Returns uniformly distributed numbers that depend on the seed alone.

    Args:
        shape: Sizes.
        seed: Two whole numbers.
        minval: Lower limit.
        maxval: Upper limit.
        dtype: Float or integer dtype.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.random.stateless_uniform((2,), seed=(1, 2)).shape
        TensorShape([2])
    """
    return _uniform(_stateless_key(seed), static_shape(shape), minval, maxval, dtype)


@public
def stateless_normal(shape: Any, seed: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", name: Any = None) -> Any:  # fmt: skip
    """Returns normally distributed numbers that depend on the seed alone.

    Args:
        shape: Sizes.
        seed: Two whole numbers.
        mean: Mean.
        stddev: Standard deviation.
        dtype: Float dtype.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.random.stateless_normal((2,), seed=(1, 2)).shape
        TensorShape([2])
    """
    return _normal(_stateless_key(seed), static_shape(shape), mean, stddev, dtype)


@public
def stateless_truncated_normal(shape: Any, seed: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", name: Any = None) -> Any:  # fmt: skip
    """Returns cut normally distributed numbers that depend on the seed alone.

    Args:
        shape: Sizes.
        seed: Two whole numbers.
        mean: Mean.
        stddev: Standard deviation before the cut.
        dtype: Float dtype.
        name: Accepted for TensorFlow's signature.

    Returns:
        A tensor.

    Example:
        >>> import cornu.tf as tf
        >>> tf.random.stateless_truncated_normal((2,), seed=(1, 2)).shape
        TensorShape([2])
    """
    return _truncated(_stateless_key(seed), static_shape(shape), mean, stddev, dtype)


class Generator:
    """A source of random numbers with a state of its own, which `set_seed` does not touch.

    Make one with `from_seed` or `from_non_deterministic_state`.

    Args:
        words: Two uint32 words that name the sequence.

    Example:
        >>> import cornu.tf as tf
        >>> first, second = (tf.random.Generator.from_seed(69) for _ in range(2))
        >>> bool(tf.reduce_all(first.normal((3,)) == second.normal((3,))))
        True
    """

    def __init__(self, words: Any) -> None:
        self._key = CoreVariable(np.asarray(words, np.uint32), trainable=False, name="key")
        self._count = CoreVariable(np.zeros((), np.uint32), trainable=False, name="count")

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """Returns a generator that gives the same numbers for the same seed.

        Args:
            seed: A whole number.
            alg: Accepted for TensorFlow's signature.
        """
        if isinstance(seed, float) or not np.issubdtype(np.asarray(seed).dtype, np.integer):
            raise InvalidArgumentError(
                f"Generator.from_seed: expected whole numbers; got {seed!r}."
            )
        words = [int(word) & (2**64 - 1) for word in np.asarray(seed).reshape(-1).tolist()]
        return cls(np.random.SeedSequence(words).generate_state(2))

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """Returns a generator whose numbers differ from run to run.

        Args:
            alg: Accepted for TensorFlow's signature.
        """
        return cls([secrets.randbits(32), secrets.randbits(32)])

    @property
    def state(self) -> Any:
        """The state: the two words and the number of draws."""
        return ops.concatenate([self._key.value, ops.reshape(self._count.value, (1,))])

    def reset_from_seed(self, seed: Any) -> None:
        """Starts the sequence of a seed."""
        other = type(self).from_seed(seed)
        self._key.assign(other._key.value)
        self._count.assign(other._count.value)

    def _next(self) -> CoreTensor:
        return count_up(self._key.value, self._count)

    def uniform(self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", name: Any = None) -> Any:  # fmt: skip
        """Returns uniformly distributed numbers; arguments as in `tf.random.uniform`."""
        return adopt(_uniform(self._next(), static_shape(shape), minval, maxval, dtype))

    def normal(self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", name: Any = None) -> Any:  # fmt: skip
        """Returns normally distributed numbers; arguments as in `tf.random.normal`."""
        return adopt(_normal(self._next(), static_shape(shape), mean, stddev, dtype))

    def truncated_normal(self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", name: Any = None) -> Any:  # fmt: skip
        """Returns cut normally distributed numbers; as in `tf.random.truncated_normal`."""
        return adopt(_truncated(self._next(), static_shape(shape), mean, stddev, dtype))

    def make_seeds(self, count: int = 1) -> Any:
        """Returns seeds for the stateless functions, of shape (2, count)."""
        return self.uniform((2, count), 0, 2**31 - 1, "int32")

    def split(self, count: int = 1) -> list[Generator]:
        """Returns new generators whose sequences are independent of each other."""
        seeds = np.asarray(self.make_seeds(count))
        return [type(self)(seeds[:, place]) for place in range(count)]


_generators: list[Generator] = []


def get_global_generator() -> Generator:
    """Returns the generator that programs share.

    Example:
        >>> import cornu.tf as tf
        >>> tf.random.get_global_generator().normal((2,)).shape
        TensorShape([2])
    """
    if not _generators:
        _generators.append(Generator.from_non_deterministic_state())
    return _generators[0]


def set_global_generator(generator: Generator) -> None:
    """Sets the generator that programs share.

    Args:
        generator: A Generator.

    Example:
        >>> import cornu.tf as tf
        >>> tf.random.set_global_generator(tf.random.Generator.from_seed(1))
    """
    _generators[:] = [generator]


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.random", name, __all__)
