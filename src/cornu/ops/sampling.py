"""Random numbers: the distributions of `keras.random`, drawn from Threefry bits.

Every function makes the same numbers for the same key on every engine, and those that Keras on JAX
makes: uniform numbers, integers, dropout masks and shuffles bit by bit, normal numbers to rounding.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu.core import dtypes, settings, shapes
from cornu.core.primitives import elementwise as e
from cornu.core.primitives import layout, sort
from cornu.core.primitives import random as bits
from cornu.core.primitives import reduce as r
from cornu.core.shapes import Shape
from cornu.core.tensor import Tensor
from cornu.ops._operands import (
    as_tensor,
    cast,
    constant,
    expand,
    floating,
    like,
    op,
    pair,
    static_shape,
)
from cornu.ops.indexing import take_along_axis
from cornu.ops.seeds import draw_key, split_key


def _float_dtype(dtype: Any, who: str) -> str:
    wanted = settings.floatx() if dtype is None else dtypes.canonical(dtype)
    if not dtypes.is_float(wanted):
        raise ValueError(f"{who}: dtype must be a float one; got {wanted}.")
    return wanted


def _unit(key: Tensor, shape: Shape) -> Tensor:
    """Returns float32 numbers in [0, 1): 23 random bits as the fraction of a number in [1, 2)."""
    words = bits.random_bits(key, shape=shape)
    fraction = e.shift_right(words, like(words, 9))
    number = e.bitcast(e.or_(fraction, like(words, 0x3F800000)), dtype="float32")
    result: Tensor = e.sub(number, like(number, 1))
    return result


def _uniform32(key: Tensor, shape: Shape, low: float, high: float) -> Tensor:
    """Returns float32 numbers in [low, high), rounded once as a fused multiply-add rounds."""
    unit = _unit(key, shape)
    least, most = np.float32(low), np.float32(high)
    if least == 0.0:
        return e.mul(unit, like(unit, float(most))) if most != 1.0 else unit
    wide = cast(unit, "float64")
    scaled = e.add(e.mul(wide, like(wide, float(most - least))), like(wide, float(least)))
    number = cast(scaled, "float32")
    result: Tensor = e.max(number, like(number, float(least)))
    return result


def _uniform64(key: Tensor, shape: Shape) -> Tensor:
    """Returns float64 numbers in [0, 1) with 52 random bits."""
    words = cast(bits.random_bits(key, shape=(*shape, 2)), "uint64")
    parts = []
    for place in (0, 1):
        start, limit = [0] * len(shape) + [place], [*shape, place + 1]
        strides = (1,) * len(limit)
        part = layout.slice(words, start=tuple(start), limit=tuple(limit), strides=strides)
        parts.append(layout.reshape(part, shape=shape))
    joined = e.or_(e.shift_left(parts[0], like(parts[0], 32)), parts[1])
    fraction = e.shift_right(joined, like(joined, 12))
    result: Tensor = e.mul(cast(fraction, "float64"), constant(2.0**-52, shape, "float64"))
    return result


@op
def uniform(
    shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Tensor:
    """Returns uniformly distributed numbers in `[minval, maxval)`.

    Args:
        shape: Sizes.
        minval: Lower limit: a number, or array-like that broadcasts to `shape`.
        maxval: Upper limit, likewise.
        dtype: Float dtype; floatx when None.
        seed: An int (the same numbers every time), a SeedGenerator, or None.

    Returns:
        A tensor.

    Example:
        >>> uniform((2,), seed=1).shape
        (2,)
    """
    wanted, sizes, key = _float_dtype(dtype, "uniform"), static_shape(shape), draw_key(seed)
    plain = isinstance(minval, (int, float)) and isinstance(maxval, (int, float))
    if plain and wanted != "float64":
        return cast(_uniform32(key, sizes, minval, maxval), wanted)
    unit = _uniform64(key, sizes) if wanted == "float64" else _unit(key, sizes)
    low = expand(as_tensor(minval, unit.dtype), sizes)
    high = expand(as_tensor(maxval, unit.dtype), sizes)
    return cast(e.max(e.add(e.mul(unit, e.sub(high, low)), low), low), wanted)


def _standard_normal(key: Tensor, shape: Shape, wanted: str) -> Tensor:
    if wanted == "float64":
        unit = _uniform64(key, shape)
        centred = e.sub(e.mul(unit, like(unit, 2)), like(unit, math.nextafter(1.0, 0.0)))
    else:
        centred = _uniform32(key, shape, float(np.nextafter(np.float32(-1), np.float32(0))), 1.0)
    result: Tensor = e.mul(like(centred, math.sqrt(2.0)), e.erf_inv(centred))
    return result


@op
def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Tensor:
    """Returns normally distributed numbers.

    Args:
        shape: Sizes.
        mean: Mean.
        stddev: Standard deviation.
        dtype: Float dtype; floatx when None.
        seed: An int (the same numbers every time), a SeedGenerator, or None.

    Returns:
        A tensor.

    Example:
        >>> normal((2,), seed=1).shape
        (2,)
    """
    wanted, sizes = _float_dtype(dtype, "normal"), static_shape(shape)
    return _moved(cast(_standard_normal(draw_key(seed), sizes, wanted), wanted), mean, stddev)


def _moved(sample: Tensor, mean: Any, stddev: Any) -> Tensor:
    """Returns `sample * stddev + mean` in the sample's dtype."""
    if not (isinstance(stddev, (int, float)) and stddev == 1):
        sample = e.mul(*pair(sample, as_tensor(stddev, sample.dtype)))
    if not (isinstance(mean, (int, float)) and mean == 0):
        sample = e.add(*pair(sample, as_tensor(mean, sample.dtype)))
    return sample


# erf(2 / sqrt(2)) in float32: the uniform interval that the truncated normal maps from.
_TWO_SIGMA = 0.9544997215270996


@op
def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Tensor:
    """Returns normally distributed numbers, without those further than two deviations out.

    Args:
        shape: Sizes.
        mean: Mean.
        stddev: Standard deviation before the tails are cut off.
        dtype: Float dtype; floatx when None.
        seed: An int (the same numbers every time), a SeedGenerator, or None.

    Returns:
        A tensor.

    Example:
        >>> truncated_normal((2,), seed=1).shape
        (2,)
    """
    wanted, sizes = _float_dtype(dtype, "truncated_normal"), static_shape(shape)
    inside = _uniform32(draw_key(seed), sizes, -_TWO_SIGMA, _TWO_SIGMA)
    sample = e.mul(like(inside, math.sqrt(2.0)), e.erf_inv(inside))
    limit = float(np.nextafter(np.float32(2), np.float32(0)))
    sample = e.min(e.max(sample, like(sample, -limit)), like(sample, limit))
    return _moved(cast(sample, wanted), mean, stddev)


@op
def randint(shape: Any, minval: Any, maxval: Any, dtype: Any = "int32", seed: Any = None) -> Tensor:
    """Returns whole numbers from `minval` up to (not including) `maxval`.

    Args:
        shape: Sizes.
        minval: Lower limit.
        maxval: Upper limit.
        dtype: Integer dtype.
        seed: An int (the same numbers every time), a SeedGenerator, or None.

    Returns:
        A tensor.

    Raises:
        ValueError: When the dtype is no integer one.

    Example:
        >>> randint((2,), 0, 5, seed=1).shape
        (2,)
    """
    wanted, sizes = dtypes.canonical(dtype), static_shape(shape)
    if not dtypes.is_integer(wanted):
        raise ValueError(f"randint: dtype must be an integer one; got {wanted}.")
    first, second = split_key(draw_key(seed))
    high, low = (bits.random_bits(key, shape=sizes) for key in (first, second))
    least, most = int(minval), int(maxval)
    span = max(most - least, 1)
    if span > 2**32:
        raise ValueError(f"randint: at most 2**32 different numbers; got {least} to {most}.")
    if span < 2**32:
        factor = (2**16 % span) ** 2 % 2**32 % span
        size = like(high, span)
        upper = e.mul(e.rem(high, size), like(high, factor))
        low = e.rem(e.add(upper, e.rem(low, size)), size)
    result: Tensor = e.add(cast(low, wanted), constant(least, sizes, wanted))
    return result


@op
def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Tensor:
    """Returns the tensor with a random part of its elements set to 0, the rest scaled up.

    Args:
        inputs: Array-like.
        rate: Part that is dropped, from 0 to 1.
        noise_shape: Shape of the mask, which broadcasts; that of `inputs` when None. None stands
            for the size of that axis.
        seed: An int (the same mask every time), a SeedGenerator, or None.

    Returns:
        A tensor like `inputs`; what is kept is divided by `1 - rate`.

    Example:
        >>> dropout([1.0, 1.0], 0.0).tolist()
        [1.0, 1.0]
    """
    x = floating(inputs)
    if rate >= 1.0:
        return like(x, 0)
    if rate <= 0.0:
        return x
    keep = 1.0 - rate
    shape = x.shape
    if noise_shape is not None:
        shape = tuple(
            full if size is None else int(size)
            for size, full in zip(noise_shape, x.shape, strict=True)
        )
    kept = e.div(x, like(x, keep))
    # The mask is "a uniform number of 23 bits is below keep", asked of the bits themselves.
    limit = math.ceil(float(np.float32(keep)) * 2**23) << 9
    words = bits.random_bits(draw_key(seed), shape=shape)
    if limit >= 2**32:
        return kept
    mask = expand(e.lt(words, like(words, limit)), x.shape)
    return e.select(mask, kept, like(x, 0))


@op
def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None) -> Tensor:
    """Returns class numbers drawn with the probabilities of a softmax.

    Args:
        logits: Array-like of shape (batch, classes).
        num_samples: Draws for each row.
        dtype: Integer dtype of the result.
        seed: An int (the same numbers every time), a SeedGenerator, or None.

    Returns:
        A tensor of shape (batch, num_samples).

    Example:
        >>> categorical([[0.0, 100.0]], 3, seed=1).tolist()
        [[1, 1, 1]]
    """
    x = floating(logits)
    if x.ndim != 2:
        raise ValueError(f"categorical: logits must be of shape (batch, classes); got {x.shape}.")
    shape = (*x.shape, num_samples)
    tiny = float(np.finfo(np.float32).tiny)
    unit = _uniform32(draw_key(seed), shape, tiny, 1.0)
    noise = cast(e.neg(e.log(e.neg(e.log(unit)))), x.dtype)
    wide = layout.broadcast(x, shape=shape, dims=(0, 1))
    return r.argmax(e.add(noise, wide), axis=1, dtype=dtypes.canonical(dtype))


@op
def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Tensor:
    """Returns the tensor with its elements in random order along an axis.

    Each line along the axis gets an order of its own.

    Args:
        x: Array-like.
        axis: The axis.
        seed: An int (the same order every time), a SeedGenerator, or None.

    Returns:
        A tensor of the shape of `x`.

    Example:
        >>> sorted(shuffle([1, 2, 3], seed=1).tolist())
        [1, 2, 3]
    """
    x = as_tensor(x)
    place = shapes.normalize_axis(axis, x.ndim, "shuffle")
    key = draw_key(seed)
    # Sorting by random words; again when so many are drawn that two may be equal.
    rounds = math.ceil(3 * math.log(max(1, x.size)) / math.log(2**32 - 1))
    for _ in range(rounds):
        key, subkey = split_key(key)
        order = sort.argsort(bits.random_bits(subkey, shape=x.shape), axis=place)
        x = take_along_axis(x, order, axis=place)
    return x


# The chance that this many proposals of the gamma sampler are all refused is below 1e-10.
_PROPOSALS = 8


def _log_gamma_sample(key: Tensor, alpha: Tensor) -> Tensor:
    """Returns logarithms of gamma-distributed float32 numbers.

    Reference: Marsaglia and Tsang, "A simple method for generating gamma variables" (2000), with
    a fixed number of proposals of which the first accepted one counts.
    """
    shape = alpha.shape
    normal_key, uniform_key = split_key(key)
    accept_key, boost_key = split_key(uniform_key)
    wide = (_PROPOSALS, *shape)
    small = e.lt(alpha, like(alpha, 1))
    raised = e.select(small, e.add(alpha, like(alpha, 1)), alpha)
    d = e.sub(raised, like(raised, 1.0 / 3.0))
    c = e.div(like(d, 1.0 / 3.0), e.sqrt(d))
    z = _standard_normal(normal_key, wide, "float32")
    root = e.add(e.mul(expand(c, wide), z), like(z, 1))
    cube = e.mul(root, e.mul(root, root))
    positive = e.gt(cube, like(cube, 0))
    logs = e.log(e.select(positive, cube, like(cube, 1)))
    tiny = float(np.finfo(np.float32).tiny)
    u = e.log(_uniform32(accept_key, wide, tiny, 1.0))
    wide_d = expand(d, wide)
    bound = e.add(
        e.mul(e.mul(z, z), like(z, 0.5)),
        e.mul(wide_d, e.add(e.sub(like(cube, 1), cube), logs)),
    )
    accepted = e.and_(positive, e.lt(u, bound))
    first = r.argmax(accepted, axis=0, dtype="int32")
    chosen = take_along_axis(logs, layout.reshape(first, shape=(1, *shape)), axis=0)
    sample = e.add(e.log(d), layout.reshape(chosen, shape=shape))
    boost = e.div(e.log(_uniform32(boost_key, shape, tiny, 1.0)), alpha)
    result: Tensor = e.select(small, e.add(sample, boost), sample)
    return result


@op
def gamma(shape: Any, alpha: Any, dtype: Any = None, seed: Any = None) -> Tensor:
    """Returns gamma-distributed numbers of scale 1.

    Args:
        shape: Sizes.
        alpha: Shape parameter, positive: a number or array-like that broadcasts to `shape`.
        dtype: Float dtype; floatx when None.
        seed: An int (the same numbers every time), a SeedGenerator, or None.

    Returns:
        A tensor.

    Example:
        >>> gamma((2,), 3.0, seed=1).shape
        (2,)
    """
    wanted, sizes = _float_dtype(dtype, "gamma"), static_shape(shape)
    parameter = expand(as_tensor(alpha, "float32"), sizes)
    return cast(e.exp(_log_gamma_sample(draw_key(seed), parameter)), wanted)


@op
def beta(shape: Any, alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> Tensor:
    """Returns beta-distributed numbers, which lie between 0 and 1.

    Args:
        shape: Sizes.
        alpha: First parameter, positive: a number or array-like that broadcasts to `shape`.
        beta: Second parameter, likewise.
        dtype: Float dtype; floatx when None.
        seed: An int (the same numbers every time), a SeedGenerator, or None.

    Returns:
        A tensor.

    Example:
        >>> beta((2,), 2.0, 3.0, seed=1).shape
        (2,)
    """
    wanted, sizes = _float_dtype(dtype, "beta"), static_shape(shape)
    first, second = split_key(draw_key(seed))
    x = _log_gamma_sample(first, expand(as_tensor(alpha, "float32"), sizes))
    y = _log_gamma_sample(second, expand(as_tensor(beta, "float32"), sizes))
    return cast(e.sigmoid(e.sub(x, y)), wanted)


# Binomial numbers are counted one trial at a time; this bounds the memory of one draw.
_MOST_TRIALS = 2**28


@op
def binomial(
    shape: Any, counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None
) -> Tensor:
    """Returns how many of a number of trials succeed.

    Args:
        shape: Sizes.
        counts: Number of trials, known beforehand: a number or array-like that broadcasts.
        probabilities: Chance that a trial succeeds, likewise.
        dtype: Float dtype; floatx when None.
        seed: An int (the same numbers every time), a SeedGenerator, or None.

    Returns:
        A tensor of whole numbers.

    Raises:
        ValueError: When there are too many trials for the memory.

    Example:
        >>> binomial((2,), 5.0, 1.0, seed=1).tolist()
        [5.0, 5.0]
    """
    wanted, sizes = _float_dtype(dtype, "binomial"), static_shape(shape)
    trials = np.asarray(as_tensor(counts, "float32").numpy())
    most = int(trials.max()) if trials.size else 0
    if most * shapes.size(sizes) > _MOST_TRIALS:
        raise ValueError(
            f"binomial: {most} trials for each of {shapes.size(sizes)} numbers are too many at "
            f"once; draw fewer numbers at a time, or approximate with random.normal."
        )
    wide = (most, *sizes)
    chance = expand(expand(as_tensor(probabilities, "float32"), sizes), wide)
    place = e.iota(shape=wide, dtype="float32", axis=0)
    limit = expand(expand(as_tensor(counts, "float32"), sizes), wide)
    unit = _unit(draw_key(seed), wide)
    success = e.and_(e.lt(unit, chance), e.lt(place, limit))
    return cast(r.reduce_sum(cast(success, "float32"), axes=(0,)), wanted)
