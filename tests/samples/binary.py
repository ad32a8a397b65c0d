"""Samples of elementwise primitives with several operands, and of those that fill."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from tests.samples.sample import (
    ALL,
    BIG,
    FLOATS,
    INTEGERS,
    NUMBERS,
    SHAPES,
    Case,
    Refused,
    Sample,
    by_kind,
    distinct,
    draw,
    elementwise,
    f32,
    numpy_dtype,
    pairs,
    special_values,
    ulps,
)

Bounds = tuple[float, float]


def _binary(
    name: str,
    oracle: Callable[..., Any],
    *,
    allowed: tuple[str, ...] = NUMBERS,
    domains: tuple[Bounds, Bounds] = ((-3.0, 3.0), (-3.0, 3.0)),
    integers: Bounds = (-9.0, 9.0),
    order: int = 2,
    tolerance: dict[str, float] | float = 0,
    extremes: bool = True,
) -> None:
    def operands(shape: Any, dtype: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        first, second = domains if dtype in FLOATS else (integers, integers)
        return draw(rng, shape, dtype, *first), draw(rng, shape, dtype, *second)

    def cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
        for shape in SHAPES:
            yield Case(operands(shape, dtype, rng))
        if dtype == "float32":
            yield Case(operands(BIG, dtype, rng))
        if extremes or dtype not in FLOATS:
            yield Case(pairs(special_values(dtype)))
        if dtype == "float64" and order:
            first, second = operands((2, 3), dtype, rng)
            yield Case((first + 0.01, second), smooth=True)

    refused = [
        Refused((f32(2), np.ones(2)), {}, TypeError, f"{name}: operands have different dtypes"),
        Refused((f32(2), f32(3)), {}, ValueError, rf"{name}: operands .*\(2,\) and \(3,\)"),
    ]
    wrong = "float32" if "float32" not in allowed else "bool" if "bool" not in allowed else None
    if wrong:
        ones = np.ones(2, wrong)
        message = f"{name} does not take {wrong}"
        refused[0] = Refused((ones, ones), {}, TypeError, message)
        if wrong == "float32":
            refused.pop()
    Sample(name, allowed, cases, oracle, order, tolerance, refused=tuple(refused))


def _truncated(x: int, y: int) -> int:
    return 0 if y == 0 else abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)


def _remainder(x: int, y: int) -> int:
    return 0 if y == 0 else x - y * _truncated(x, y)


def _float_remainder(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    def one(a: float, b: float) -> float:
        return math.nan if math.isinf(a) or b == 0 else math.fmod(a, b)

    return np.vectorize(one, otypes=[np.float64])(x, y)


def _power(x: int, y: int) -> int:
    if y >= 0:
        return pow(x, y, 1 << 64)
    return x ** (y % 2) if x in (1, -1) else 0


def _propagate(choose: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, y: np.where(np.isnan(x) | np.isnan(y), np.nan, choose(x, y))


_binary("add", by_kind(np.add, elementwise(lambda x, y: x + y)))
_binary("sub", by_kind(np.subtract, elementwise(lambda x, y: x - y)))
_binary("mul", by_kind(np.multiply, elementwise(lambda x, y: x * y)))
_binary("div", by_kind(np.divide, elementwise(_truncated)), domains=((-3.0, 3.0), (0.3, 3.0)))
# The quotient 0.2 .. 0.95 keeps clear of the jumps; jumps belong to the values alone.
_binary(
    "rem",
    by_kind(_float_remainder, elementwise(_remainder)),
    domains=((0.4, 0.9), (1.0, 2.0)),
)
_binary(
    "pow",
    by_kind(np.power, elementwise(_power)),
    domains=((0.2, 3.0), (-3.0, 3.0)),
    tolerance=ulps(8),
)
_binary("atan2", np.arctan2, allowed=FLOATS, tolerance=ulps(4))
_MAX = _propagate(lambda x, y: np.where(x > y, x, y))
_MIN = _propagate(lambda x, y: np.where(x < y, x, y))
_binary("max", by_kind(_MAX, elementwise(max), lambda x, y: x | y), allowed=ALL)
_binary("min", by_kind(_MIN, elementwise(min), lambda x, y: x & y), allowed=ALL)

for _name, _compare in {
    "eq": lambda x, y: x == y,
    "ne": lambda x, y: x != y,
    "lt": lambda x, y: x < y,
    "le": lambda x, y: x <= y,
    "gt": lambda x, y: x > y,
    "ge": lambda x, y: x >= y,
}.items():
    _binary(_name, _compare, allowed=ALL, order=0, integers=(-2.0, 2.0))

_binary("and", elementwise(lambda x, y: x & y), allowed=INTEGERS + ("bool",), order=0)
_binary("or", elementwise(lambda x, y: x | y), allowed=INTEGERS + ("bool",), order=0)
_binary("xor", elementwise(lambda x, y: x ^ y), allowed=INTEGERS + ("bool",), order=0)


def _shift(left: bool) -> Callable[..., np.ndarray]:
    def oracle(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        width = x.dtype.itemsize * 8

        def one(value: int, count: int) -> int:
            outside = not 0 <= count < width
            if left:
                return 0 if outside else value << count
            return value >> (width if outside else count)

        return elementwise(one)(x, y)

    return oracle


_binary("shift_left", _shift(left=True), allowed=INTEGERS, order=0, integers=(0.0, 70.0))
_binary("shift_right", _shift(left=False), allowed=INTEGERS, order=0, integers=(0.0, 70.0))


def _select_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for shape in (*SHAPES, BIG):
        condition = draw(rng, shape, "bool")
        yield Case((condition, distinct(rng, shape, dtype), distinct(rng, shape, dtype)))
    special = special_values(dtype)
    yield Case((draw(rng, special.shape, "bool"), special, special[::-1].copy()))
    if dtype == "float64":
        condition = draw(rng, (2, 3), "bool")
        yield Case((condition, *(draw(rng, (2, 3), dtype) for _ in range(2))), smooth=True)


Sample(
    "select",
    ALL,
    _select_cases,
    lambda condition, x, y: np.choose(condition, [y, x]),
    order=2,
    signed_zeros=True,
    stored=True,
    refused=(
        Refused((f32(2), f32(2), f32(2)), {}, ValueError, "condition must be bool"),
        Refused(
            (np.ones(3, bool), f32(2), f32(2)), {}, ValueError, r"bool of shape \(2,\); got bool of"
        ),
        Refused((np.ones(2, bool), f32(2), np.ones(2)), {}, TypeError, "different dtypes"),
    ),
)


def _full_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    values: list[Any] = [True, False] if dtype == "bool" else [0, 1, 7]
    if dtype in FLOATS:
        values += [0.1, -2.5, math.inf, -math.inf, math.nan, -0.0]
    if dtype.startswith("int"):
        values += [-1, int(np.iinfo(dtype).min)]
    if dtype in INTEGERS:
        values += [int(np.iinfo(dtype).max)]
    for value in values:
        for shape in ((), (0,), (3, 2), (33,)):
            yield Case((), {"shape": shape, "dtype": dtype, "value": value})


Sample(
    "full",
    ALL,
    _full_cases,
    lambda shape, dtype, value: np.broadcast_to(np.array(value, numpy_dtype(dtype)), shape),
    signed_zeros=True,
)


def _iota_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for shape in ((1,), (0,), (7,), (100,), (3, 4), (2, 3, 5), (2, 0)):
        for axis in range(len(shape)):
            yield Case((), {"shape": shape, "dtype": dtype, "axis": axis})


def _iota_oracle(shape: Any, dtype: str, axis: int) -> np.ndarray:
    return np.indices(shape)[axis].astype(numpy_dtype(dtype))


Sample(
    "iota",
    NUMBERS,
    _iota_cases,
    _iota_oracle,
    refused=(
        Refused((), {"shape": (2,), "dtype": "bool", "axis": 0}, TypeError, "iota does not take"),
        Refused((), {"shape": (2,), "dtype": "int32", "axis": 1}, ValueError, "iota: axis 1"),
    ),
)


def _threefry(key: tuple[int, int], counter: int) -> int:
    """Threefry-2x32 with 20 rounds in Python ints, both words xor-ed."""
    mask = 0xFFFFFFFF
    schedule = (key[0], key[1], key[0] ^ key[1] ^ 0x1BD11BDA)
    a = ((counter >> 32) + schedule[0]) & mask
    b = ((counter & mask) + schedule[1]) & mask
    for group in range(5):
        for turn in ((13, 15, 26, 6), (17, 29, 16, 24))[group % 2]:
            a = (a + b) & mask
            b = ((b << turn | b >> (32 - turn)) & mask) ^ a
        a = (a + schedule[(group + 1) % 3]) & mask
        b = (b + schedule[(group + 2) % 3] + group + 1) & mask
    return a ^ b


def _random_bits_cases(dtype: str, rng: np.random.Generator) -> Iterator[Case]:
    for shape in ((), (0,), (1,), (7,), (33,), (2, 3, 5), (1027,)):
        key = rng.integers(0, 2**32, 2).astype(np.uint32)
        yield Case((key,), {"shape": shape})
    yield Case((np.zeros(2, np.uint32),), {"shape": (4,)})
    yield Case((np.full(2, 2**32 - 1, np.uint32),), {"shape": (4,)})


def _random_bits_oracle(key: np.ndarray, shape: Any) -> np.ndarray:
    words = tuple(key.tolist())
    bits = [_threefry(words, counter) for counter in range(math.prod(shape))]
    return np.array(bits, np.uint32).reshape(shape)


Sample(
    "random_bits",
    ("uint32",),
    _random_bits_cases,
    _random_bits_oracle,
    refused=(
        Refused((np.ones(3, np.uint32),), {"shape": (2,)}, ValueError, r"a key is uint32 .*\(3,\)"),
        Refused((np.ones(2, np.int32),), {"shape": (2,)}, ValueError, "a key is uint32"),
    ),
)
