"""Samples of convolution and window reductions, with oracles that loop over every place and tap."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
from tests.samples.sample import NUMBERS, Case, Refused, Sample, distinct, draw, f32, numpy_dtype

from cornu.core.primitives.convolution import Window
from cornu.core.primitives.pooling import Pool

FLOATS = ("float16", "bfloat16", "float32", "float64")

# Image, kernel, and how it moves. Odd ones: one pixel, a kernel larger than the image, a stride
# larger than the kernel, an empty batch, groups, a kernel that does not fit at all.
_CONVOLUTIONS: tuple[tuple[Any, Any, Window], ...] = (
    ((2, 5, 2), (3, 2, 3), Window((1,), ((0, 0),), (1,))),
    ((1, 6, 1), (3, 1, 2), Window((2,), ((2, 0),), (2,))),
    ((2, 4, 5, 3), (3, 2, 3, 2), Window((1, 1), ((1, 1), (0, 1)), (1, 1))),
    ((1, 5, 5, 4), (3, 3, 2, 6), Window((2, 2), ((1, 1), (1, 1)), (1, 1), 2)),
    ((1, 5, 4, 3), (2, 2, 1, 3), Window((1, 2), ((0, 0), (1, 0)), (2, 1), 3)),
    ((1, 1, 1, 2), (3, 3, 2, 1), Window((1, 1), ((1, 1), (1, 1)), (1, 1))),
    ((1, 7, 7, 1), (2, 2, 1, 1), Window((3, 3), ((0, 0), (0, 0)), (1, 1))),
    ((0, 4, 4, 2), (3, 3, 2, 2), Window((1, 1), ((1, 1), (1, 1)), (1, 1))),
    ((1, 2, 2, 1), (3, 3, 1, 1), Window((1, 1), ((0, 0), (0, 0)), (1, 1))),
    ((1, 3, 2, 3, 2), (2, 2, 2, 2, 2), Window((1, 1, 2), ((0, 1), (0, 0), (1, 1)), (1, 1, 1))),
)
_BIG: tuple[tuple[Any, Any, Window], ...] = (
    ((3, 9, 17, 16), (3, 3, 16, 33), Window((1, 1), ((1, 1), (1, 1)), (1, 1))),
    ((2, 11, 10, 3), (5, 5, 3, 20), Window((2, 2), ((2, 2), (1, 2)), (1, 1))),
    ((2, 6, 7, 40), (1, 1, 40, 17), Window((1, 1), ((0, 0), (0, 0)), (1, 1))),
    ((1, 33, 24), (4, 24, 9), Window((1,), ((3, 0),), (1,))),
    ((1, 4, 3, 300), (3, 3, 300, 5), Window((1, 1), ((1, 1), (1, 1)), (1, 1))),
    ((2, 8, 9, 5), (2, 3, 5, 18), Window((3, 2), ((1, 0), (0, 2)), (2, 3))),
    ((2, 5, 6, 21), (3, 2, 1, 42), Window((2, 1), ((1, 1), (0, 1)), (1, 2), 21)),
    ((1, 3, 3, 4), (7, 5, 4, 3), Window((1, 1), ((3, 3), (2, 2)), (1, 1))),
    ((1, 9, 8, 3), (1, 2, 3, 2), Window((4, 3), ((0, 0), (0, 1)), (1, 1))),
    ((40, 2, 1, 2), (2, 1, 2, 17), Window((1, 1), ((1, 0), (0, 0)), (1, 1))),
    ((2, 4, 5, 6, 7), (3, 2, 3, 7, 18), Window((2, 1, 1), ((1, 1), (0, 1), (1, 1)), (1, 1, 2))),
    ((1, 700, 3), (3, 3, 2), Window((1,), ((2, 0),), (1,))),
)


def _places(x_shape: Any, kernel_shape: Any, window: Window) -> list[tuple[Any, Any, Any]]:
    """Returns (output place, tap, input place) for every tap that falls on the image."""
    sizes = [
        max((n + low + high - (k - 1) * gap - 1) // stride + 1, 0)
        for n, k, stride, (low, high), gap in zip(
            x_shape[1:-1],
            kernel_shape[:-2],
            window.strides,
            window.padding,
            window.dilation,
            strict=True,
        )
    ]
    found = []
    for place in itertools.product(*map(range, sizes)):
        for tap in itertools.product(*map(range, kernel_shape[:-2])):
            source = tuple(
                p * stride + t * gap - low
                for p, t, stride, (low, _), gap in zip(
                    place, tap, window.strides, window.padding, window.dilation, strict=True
                )
            )
            if all(0 <= s < n for s, n in zip(source, x_shape[1:-1], strict=True)):
                found.append((place, tap, source))
    return found


def _groups(channels: int, filters: int, groups: int) -> Iterator[tuple[slice, slice]]:
    c, f = channels // groups, filters // groups
    for group in range(groups):
        yield slice(group * c, (group + 1) * c), slice(group * f, (group + 1) * f)


def _output_shape(x_shape: Any, kernel_shape: Any, window: Window) -> tuple[int, ...]:
    sizes = [
        max((n + low + high - (k - 1) * gap - 1) // stride + 1, 0)
        for n, k, stride, (low, high), gap in zip(
            x_shape[1:-1],
            kernel_shape[:-2],
            window.strides,
            window.padding,
            window.dilation,
            strict=True,
        )
    ]
    return (x_shape[0], *sizes, kernel_shape[-1])


def _conv(x: np.ndarray, kernel: np.ndarray, window: Window) -> np.ndarray:
    out = np.zeros(_output_shape(x.shape, kernel.shape, window), x.dtype)
    for place, tap, source in _places(x.shape, kernel.shape, window):
        for c, f in _groups(x.shape[-1], kernel.shape[-1], window.groups):
            out[(slice(None), *place, f)] += x[(slice(None), *source, c)] @ kernel[tap][:, f]
    return out


def _conv_input(g: np.ndarray, kernel: np.ndarray, shape: Any, window: Window) -> np.ndarray:
    out = np.zeros(shape, g.dtype)
    for place, tap, source in _places(shape, kernel.shape, window):
        for c, f in _groups(shape[-1], kernel.shape[-1], window.groups):
            out[(slice(None), *source, c)] += g[(slice(None), *place, f)] @ kernel[tap][:, f].T
    return out


def _conv_kernel(x: np.ndarray, g: np.ndarray, shape: Any, window: Window) -> np.ndarray:
    out = np.zeros(shape, x.dtype)
    for place, tap, source in _places(x.shape, shape, window):
        for c, f in _groups(x.shape[-1], shape[-1], window.groups):
            out[tap][:, f] += x[(slice(None), *source, c)].T @ g[(slice(None), *place, f)]
    return out


def _convolutions(dtype: str) -> tuple[tuple[Any, Any, Window], ...]:
    return (*_CONVOLUTIONS, *_BIG) if dtype in ("float32", "float64") else _CONVOLUTIONS[:4]


def _smooth(dtype: str, *arrays: np.ndarray) -> bool:
    return (
        dtype == "float64" and min(a.size for a in arrays) > 0 and sum(a.size for a in arrays) < 250
    )


def _conv_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for image, kernel, window in _convolutions(dtype):
        operands = (draw(rng, image, dtype, -2.0, 2.0), draw(rng, kernel, dtype, -2.0, 2.0))
        yield Case(operands, {"window": window}, _smooth(dtype, *operands))


def _conv_input_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for image, kernel, window in _convolutions(dtype):
        g = draw(rng, _output_shape(image, kernel, window), dtype, -2.0, 2.0)
        operands = (g, draw(rng, kernel, dtype, -2.0, 2.0))
        yield Case(operands, {"shape": image, "window": window}, _smooth(dtype, *operands))


def _conv_kernel_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for image, kernel, window in _convolutions(dtype):
        g = draw(rng, _output_shape(image, kernel, window), dtype, -2.0, 2.0)
        operands = (draw(rng, image, dtype, -2.0, 2.0), g)
        yield Case(operands, {"shape": kernel, "window": window}, _smooth(dtype, *operands))


_PLAIN = Window((1, 1), ((0, 0), (0, 0)), (1, 1))
_TOLERANCE: dict[str, Any] = {
    "ulps": {"float16": 2, "bfloat16": 2, "float32": 32, "float64": 32},
    "absolute": 1024,
    "order": 2,
}
Sample(
    "conv",
    NUMBERS,
    _conv_cases,
    _conv,
    refused=(
        Refused((f32(1, 3, 3, 2), f32(2, 2, 3, 4)), {"window": _PLAIN}, ValueError, "2 input chan"),
        Refused((f32(1, 3, 3, 2), f32(2, 2, 4)), {"window": _PLAIN}, ValueError, "do not fit"),
        Refused(
            (f32(1, 3, 3, 2), np.ones((2, 2, 2, 4))), {"window": _PLAIN}, TypeError, "different"
        ),
    ),
    **_TOLERANCE,
)
Sample(
    "conv_input",
    FLOATS,
    _conv_input_cases,
    _conv_input,
    refused=(
        Refused(
            (f32(1, 3, 3, 4), f32(2, 2, 2, 4)),
            {"shape": (1, 3, 3, 2), "window": _PLAIN},
            ValueError,
            r"must be float32 of shape \(1, 2, 2, 4\)",
        ),
    ),
    **_TOLERANCE,
)
Sample(
    "conv_kernel",
    FLOATS,
    _conv_kernel_cases,
    _conv_kernel,
    refused=(
        Refused(
            (f32(1, 3, 3, 2), f32(1, 3, 3, 4)),
            {"shape": (2, 2, 2, 4), "window": _PLAIN},
            ValueError,
            r"must be float32 of shape \(1, 2, 2, 4\)",
        ),
    ),
    **_TOLERANCE,
)

# As above: one pixel under a larger window, a stride larger than the window, empty batches and
# images, windows that overlap along some axes only.
_POOLS: tuple[tuple[Any, Pool], ...] = (
    ((2, 6, 3), Pool((2,), (2,), ((0, 0),))),
    ((1, 5, 4, 2), Pool((2, 2), (2, 2), ((0, 1), (0, 0)))),
    ((1, 5, 5, 1), Pool((3, 3), (1, 1), ((1, 1), (1, 1)))),
    ((1, 1, 1, 3), Pool((2, 2), (2, 2), ((0, 1), (0, 1)))),
    ((0, 4, 4, 2), Pool((2, 2), (2, 2), ((0, 0), (0, 0)))),
    ((1, 4, 3, 2, 2), Pool((2, 2, 1), (2, 1, 1), ((0, 0), (1, 0), (0, 0)))),
)
_BIG_POOLS: tuple[tuple[Any, Pool], ...] = (
    ((2, 13, 14, 33), Pool((2, 2), (2, 2), ((0, 1), (0, 0)))),
    ((2, 9, 9, 20), Pool((3, 3), (2, 2), ((1, 1), (0, 1)))),
    ((1, 7, 8, 3), Pool((2, 3), (3, 4), ((0, 0), (1, 0)))),
    ((1, 11, 2), Pool((4,), (1,), ((3, 2),))),
    ((1, 3, 2, 300), Pool((3, 3), (1, 2), ((1, 1), (1, 1)))),
    ((1, 3, 4, 4, 5), Pool((3, 2, 2), (1, 2, 2), ((1, 1), (0, 0), (0, 0)))),
    ((1, 4, 3, 5, 9), Pool((2, 2, 3), (2, 1, 3), ((0, 0), (1, 0), (0, 1)))),
    ((0, 3, 3, 3, 2), Pool((2, 2, 2), (1, 1, 1), ((1, 0), (1, 0), (1, 0)))),
    ((2, 3, 2), Pool((5,), (1,), ((0, 0),))),
    ((1, 0, 3, 2), Pool((2, 2), (1, 1), ((1, 1), (0, 0)))),
    ((4, 32, 31, 16), Pool((2, 2), (2, 2), ((0, 0), (0, 0)))),
)


def _as_window(pool: Pool) -> Window:
    return Window(pool.strides, pool.padding, (1,) * len(pool.size))


def _pools(dtype: str) -> tuple[tuple[Any, Pool], ...]:
    return (*_POOLS, *_BIG_POOLS) if dtype in ("float32", "float64") else _POOLS[:3]


def _pooled(shape: Any, pool: Pool) -> tuple[int, ...]:
    return (*_output_shape(shape, (*pool.size, 1, 1), _as_window(pool))[:-1], shape[-1])


def _taps(shape: Any, pool: Pool) -> list[tuple[Any, Any, Any]]:
    return _places(shape, (*pool.size, 1, 1), _as_window(pool))


def _sum(x: np.ndarray, pool: Pool) -> np.ndarray:
    out = np.zeros(_pooled(x.shape, pool), x.dtype)
    for place, _, source in _taps(x.shape, pool):
        out[(slice(None), *place)] += x[(slice(None), *source)]
    return out


def _sum_back(g: np.ndarray, shape: Any, pool: Pool) -> np.ndarray:
    out = np.zeros(shape, g.dtype)
    for place, _, source in _taps(shape, pool):
        out[(slice(None), *source)] += g[(slice(None), *place)]
    return out


def _best(x: np.ndarray, pool: Pool) -> tuple[np.ndarray, dict[Any, Any]]:
    """Returns the maxima, and for each (place, batch, channel) where the first one is."""
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    out = np.full(_pooled(x.shape, pool), lowest, x.dtype)
    chosen: dict[Any, Any] = {}
    for place, _, source in _taps(x.shape, pool):
        for b, c in itertools.product(range(x.shape[0]), range(x.shape[-1])):
            at = (b, *place, c)
            value = x[(b, *source, c)]
            first_nan = value != value and out[at] == out[at]
            if at not in chosen or value > out[at] or first_nan:
                out[at], chosen[at] = value, (b, *source, c)
    return out, chosen


def _max_back(x: np.ndarray, g: np.ndarray, pool: Pool) -> np.ndarray:
    out = np.zeros(x.shape, g.dtype)
    for at, source in _best(x, pool)[1].items():
        out[source] += g[at]
    return out


def _max_pick(x: np.ndarray, values: np.ndarray, pool: Pool) -> np.ndarray:
    out = np.zeros(_pooled(x.shape, pool), values.dtype)
    for at, source in _best(x, pool)[1].items():
        out[at] = values[source]
    return out


def _ties(rng: np.random.Generator, shape: Any, dtype: str) -> np.ndarray:
    """Values of which many are equal; for floats with NaN, and minus infinity in most places."""
    if dtype not in FLOATS:
        return draw(rng, shape, dtype, 0, 2)
    values = np.array([-np.inf, -np.inf, -np.inf, 0.0, 1.0, np.nan], numpy_dtype(dtype))
    return rng.choice(values, shape)


_TIED = ((2, 6, 7, 11), Pool((3, 2), (2, 2), ((2, 1), (1, 1))))


def _sum_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for shape, pool in _pools(dtype):
        x = draw(rng, shape, dtype)
        yield Case((x,), {"pool": pool}, _smooth(dtype, x))


def _max_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for shape, pool in _pools(dtype):
        x = distinct(rng, shape, dtype)
        yield Case((x,), {"pool": pool}, _smooth(dtype, x))
    shape, pool = _TIED
    yield Case((_ties(rng, shape, dtype),), {"pool": pool})


def _sum_back_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for shape, pool in _pools(dtype):
        g = draw(rng, _pooled(shape, pool), dtype)
        yield Case((g,), {"shape": shape, "pool": pool}, _smooth(dtype, g))


def _max_back_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for shape, pool in _pools(dtype):
        operands = (distinct(rng, shape, dtype), draw(rng, _pooled(shape, pool), dtype))
        yield Case(operands, {"pool": pool}, _smooth(dtype, *operands))
    shape, pool = _TIED
    yield Case((_ties(rng, shape, dtype), draw(rng, _pooled(shape, pool), dtype)), {"pool": pool})


def _max_pick_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for shape, pool in _pools(dtype):
        operands = (distinct(rng, shape, dtype), draw(rng, shape, dtype))
        yield Case(operands, {"pool": pool}, _smooth(dtype, *operands))
    shape, pool = _TIED
    yield Case((_ties(rng, shape, dtype), draw(rng, shape, dtype)), {"pool": pool})


_TWO = Pool((2, 2), (2, 2), ((0, 0), (0, 0)))
_WRONG = {"pool": Pool((2,), (2,), ((0, 0),))}
_REFUSED = (Refused((f32(1, 4, 4, 1),), _WRONG, ValueError, "do not fit"),)
_SUMS = {"ulps": 8.0, "absolute": 64.0}
Sample("window_sum", NUMBERS, _sum_cases, _sum, order=2, refused=_REFUSED, **_SUMS)
Sample(
    "window_max", NUMBERS, _max_cases, lambda x, pool: _best(x, pool)[0], order=2, refused=_REFUSED
)
Sample(
    "window_sum_back",
    FLOATS,
    _sum_back_cases,
    _sum_back,
    order=2,
    refused=(
        Refused((f32(1, 4, 4, 1),), {"shape": (1, 4, 4, 1), "pool": _TWO}, ValueError, "expected"),
    ),
    **_SUMS,
)
Sample(
    "window_max_back",
    FLOATS,
    _max_back_cases,
    _max_back,
    order=2,
    refused=(Refused((f32(1, 4, 4, 1), f32(1, 4, 4, 1)), {"pool": _TWO}, ValueError, "expected"),),
    **_SUMS,
)
Sample(
    "window_max_pick",
    FLOATS,
    _max_pick_cases,
    _max_pick,
    order=2,
    refused=(Refused((f32(1, 4, 4, 1), f32(1, 2, 2, 1)), {"pool": _TWO}, ValueError, "expected"),),
)
