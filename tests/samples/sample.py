"""The form of the sample table: what is known about each primitive beside its record.

One `Sample` a primitive says with which operands it is tried, what the right answer is by a formula
that no engine shares, how exact an engine has to be, how often it can be differentiated, and which
operands it refuses with which words. All generated tests read it and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import ml_dtypes
import numpy as np

from cornu.core import dtypes

FLOATS = dtypes.FLOATS
INTEGERS = (*dtypes.SIGNED, *dtypes.UNSIGNED)
NUMBERS = (*FLOATS, *INTEGERS)
BITS = ("bool", *INTEGERS)
ALL = ("bool", *NUMBERS)

# Around vector widths and register blocks; `BIG` spans several blocks of work for threads.
SHAPES: tuple[tuple[int, ...], ...] = (
    (), (0,), (1,), (7,), (33,), (3, 0, 2), (2, 1, 5), (1027,),
)  # fmt: skip
BIG = (40_003,)

SAMPLES: dict[str, Sample] = {}


class Case(NamedTuple):
    """One call of a primitive.

    Attributes:
        operands: Arrays; their dtypes are those of the tensors (bfloat16 from ml_dtypes).
        params: The primitive's parameters.
        smooth: Whether finite differences make sense here: no ties, kinks or special values near.
    """

    operands: tuple[np.ndarray, ...]
    params: dict[str, Any] = {}
    smooth: bool = False


class Refused(NamedTuple):
    """A call that must be refused.

    Attributes:
        operands: As in Case.
        params: As in Case.
        error: The exception type.
        match: Regular expression that its message contains.
    """

    operands: tuple[np.ndarray, ...]
    params: dict[str, Any]
    error: type[Exception]
    match: str


@dataclass
class Sample:
    """All that the tests know about one primitive.

    Attributes:
        name: Of the primitive.
        dtypes: Those its main operand may have.
        cases: `cases(dtype, rng)` makes the calls to try.
        oracle: `oracle(*arrays, **params)` is the right answer; gets floats as float64 (unless
            `stored`) and integers and bools as they are.
        order: How often it can be differentiated (0: piecewise constant or not at all).
        ulps: Relative tolerance in units of the dtype's epsilon; by dtype or for all.
        absolute: Absolute tolerance in the same units (results that come near zero by cancelling).
        signed_zeros: Zeros must have the right sign too.
        stored: The oracle wants all operands as they are.
        refused: Calls that fail.
    """

    name: str
    dtypes: tuple[str, ...]
    cases: Callable[[str, np.random.Generator], Iterable[Case]]
    oracle: Callable[..., Any]
    order: int = 0
    ulps: dict[str, float] | float = 0
    absolute: float = 0
    signed_zeros: bool = False
    stored: bool = False
    refused: tuple[Refused, ...] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        assert self.name not in SAMPLES, self.name
        SAMPLES[self.name] = self

    def tolerance(self, dtype: str) -> float:
        """Relative tolerance for a dtype."""
        allowed = self.ulps.get(dtype, 0) if isinstance(self.ulps, dict) else self.ulps
        return allowed * epsilon(dtype)


def ulps(float32: float, float64: float | None = None) -> dict[str, float]:
    """Tolerances of an approximated function; halves are computed in float32 and rounded once."""
    wide = 2 * float32 if float64 is None else float64
    return {"float16": 1, "bfloat16": 1, "float32": float32, "float64": wide}


def numpy_dtype(dtype: str) -> np.dtype:
    """Returns the NumPy dtype with that name, bfloat16 included."""
    return np.dtype(ml_dtypes.bfloat16) if dtype == "bfloat16" else np.dtype(dtype)


def epsilon(dtype: str) -> float:
    """Returns the distance from 1 to the next number of a float dtype; 0 for other dtypes."""
    if dtype not in FLOATS:
        return 0.0
    return float(ml_dtypes.finfo(numpy_dtype(dtype)).eps)


def draw(
    rng: np.random.Generator, shape: Any, dtype: str, low: float = -3.0, high: float = 3.0
) -> np.ndarray:
    """Returns random values between two bounds, which integer types clip to what they hold."""
    if dtype == "bool":
        return np.asarray(rng.integers(0, 2, shape), np.bool_)
    if dtype in FLOATS:
        return np.asarray(rng.uniform(low, high, shape)).astype(numpy_dtype(dtype))
    limits = np.iinfo(dtype)
    first, last = max(int(np.ceil(low)), limits.min), min(int(np.floor(high)), limits.max)
    return np.asarray(rng.integers(first, last, shape, endpoint=True)).astype(dtype)


def distinct(rng: np.random.Generator, shape: Any, dtype: str) -> np.ndarray:
    """Returns values in random order that differ by a tenth or more, none near zero."""
    count = int(np.prod(shape))
    if dtype == "bool":
        return draw(rng, shape, dtype)
    order = rng.permutation(count)
    if dtype in FLOATS:
        spaced = (order - count // 2) * 0.25 + 0.1
        return (
            np.asarray(spaced + rng.uniform(0, 0.05, count))
            .reshape(shape)
            .astype(numpy_dtype(dtype))
        )
    return np.asarray(order % 120).reshape(shape).astype(dtype)


def special_values(dtype: str) -> np.ndarray:
    """Returns NaN, infinities, signed zeros and the ends of the range; for integers the ends."""
    if dtype == "bool":
        return np.array([False, True])
    if dtype in FLOATS:
        limits = ml_dtypes.finfo(numpy_dtype(dtype))
        tiny, most = float(limits.tiny), float(limits.max)
        listed = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, -2.5, 2.0, -3.0, tiny, -tiny, most, -most]
        return np.array([np.nan, np.inf, -np.inf, *listed]).astype(numpy_dtype(dtype))
    info = np.iinfo(dtype)
    some = [0, 1, 2, 3, 7, info.max, info.max - 1, info.min, info.min + 1]
    return np.array(some + ([-1, -2, -7] if info.min else [9]), dtype)


def pairs(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns two arrays in which each value meets each."""
    return np.repeat(values, len(values)), np.tile(values, len(values))


def f32(*shape: int) -> np.ndarray:
    """Returns float32 ones, for calls that are refused by shape."""
    return np.ones(shape, np.float32)


def wrap(value: int, dtype: np.dtype) -> int:
    """Returns a Python int reduced to what an integer dtype holds, modulo its width."""
    bits = dtype.itemsize * 8
    value &= (1 << bits) - 1
    return value - (1 << bits) if dtype.kind == "i" and value >> (bits - 1) else value


def elementwise(function: Callable[..., int]) -> Callable[..., np.ndarray]:
    """Returns an oracle that works on Python ints, one element at a time, and wraps the result."""

    def oracle(*arrays: np.ndarray) -> np.ndarray:
        dtype = arrays[0].dtype
        rows = zip(*(array.ravel().tolist() for array in arrays), strict=True)
        results = [wrap(function(*row), dtype) for row in rows]
        return np.array(results, dtype).reshape(arrays[0].shape)

    return oracle


def by_kind(
    floats: Callable[..., Any],
    integers: Callable[..., Any],
    bools: Callable[..., Any] | None = None,
) -> Callable[..., Any]:
    """Returns an oracle that chooses by the kind of the first operand."""

    def oracle(*arrays: np.ndarray, **params: Any) -> Any:
        kind = arrays[0].dtype.kind
        chosen = floats if kind == "f" else bools if kind == "b" and bools else integers
        return chosen(*arrays, **params)

    return oracle
