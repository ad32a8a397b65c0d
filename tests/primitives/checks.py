"""What the generated tests share: tensors from arrays and back, comparison, gradient checks."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import ml_dtypes
import numpy as np
from tests.samples import SAMPLES, Case, Sample
from tests.samples.sample import FLOATS, epsilon, numpy_dtype

from cornu.core import dtypes
from cornu.core.engine import current_engine
from cornu.core.primitive import REGISTRY
from cornu.core.tape import GradientTape
from cornu.core.tensor import Tensor


def rng_for(*words: str) -> np.random.Generator:
    """Returns a generator that depends on names alone."""
    return np.random.default_rng(zlib.crc32(" ".join(words).encode()))


def cases_of(sample: Sample, dtype: str) -> Iterator[Case]:
    """Yields the calls of a sample for a dtype, the same ones in every test."""
    yield from sample.cases(dtype, rng_for(sample.name, dtype))


def rows() -> list[Any]:
    """Returns (name, dtype) of all samples."""
    return [(name, dtype) for name, sample in SAMPLES.items() for dtype in sample.dtypes]


def to_tensor(array: np.ndarray) -> Tensor:
    """Returns a tensor with the array's values and dtype."""
    engine = current_engine()
    dtype = array.dtype.name
    stored = array.view(np.uint16) if dtype == "bfloat16" else array
    return Tensor(array.shape, dtype, engine.from_numpy(stored, dtype), engine)


def to_array(tensor: Tensor) -> np.ndarray:
    """Returns a tensor's values in an array of its dtype."""
    array = np.asarray(tensor._engine.to_numpy(tensor._buffer))
    assert array.dtype == dtypes.to_numpy(tensor.dtype)
    return array.view(ml_dtypes.bfloat16) if tensor.dtype == "bfloat16" else array


def comparable(array: np.ndarray) -> np.ndarray:
    """Returns floats as float64, in which NumPy knows NaN for what it is."""
    with np.errstate(invalid="ignore"):  # signalling NaNs
        return array.astype(np.float64) if array.dtype.name in FLOATS else array


def call(name: str, case: Case) -> list[Tensor]:
    """Applies a primitive to a case; returns all outputs."""
    result = REGISTRY[name](*map(to_tensor, case.operands), **case.params)
    return list(result) if isinstance(result, tuple) else [result]


def expected_of(sample: Sample, case: Case) -> list[np.ndarray]:
    """Returns the oracle's answers."""
    operands = case.operands
    if not sample.stored:
        operands = tuple(x.astype(np.float64) if x.dtype.name in FLOATS else x for x in operands)
    with np.errstate(all="ignore"):
        result = sample.oracle(*operands, **case.params)
    return [np.asarray(part) for part in (result if isinstance(result, tuple) else (result,))]


def assert_close(actual: np.ndarray, expected: np.ndarray, sample: Sample, about: str) -> None:
    """Fails unless shapes agree and values agree within the sample's tolerance."""
    dtype = actual.dtype.name
    assert actual.shape == expected.shape, about
    with np.errstate(all="ignore"):
        expected = expected.astype(numpy_dtype(dtype))
    if dtype not in FLOATS:
        np.testing.assert_array_equal(actual, expected, err_msg=about)
        return
    got, right = comparable(actual), comparable(expected)
    if sample.signed_zeros:
        zeros = (got == 0) & (right == 0)
        np.testing.assert_array_equal(
            np.signbit(got[zeros]), np.signbit(right[zeros]), err_msg=f"signs of zeros: {about}"
        )
    relative = sample.tolerance(dtype)
    absolute = sample.absolute * epsilon(dtype)
    if relative:
        absolute += float(ml_dtypes.finfo(numpy_dtype(dtype)).smallest_subnormal)
    np.testing.assert_allclose(got, right, rtol=relative, atol=absolute, err_msg=about)


def describe(name: str, case: Case) -> str:
    """Returns the call in short, for failure messages."""
    operands = ", ".join(f"{x.dtype.name}{list(x.shape)}" for x in case.operands)
    return f"{name}({operands}; {case.params})"


def projected(tensors: Sequence[Tensor], weights: Sequence[np.ndarray]) -> Tensor:
    """Returns the sum of all elements times fixed weights, made of primitives."""
    total: Tensor | None = None
    for tensor, weight in zip(tensors, weights, strict=True):
        product = REGISTRY["mul"](tensor, to_tensor(weight))
        part = REGISTRY["reduce_sum"](product, axes=tuple(range(len(tensor.shape))))
        total = part if total is None else REGISTRY["add"](total, part)
    assert total is not None
    return total


def check_gradients(
    function: Callable[..., Sequence[Tensor]],
    operands: Sequence[np.ndarray],
    order: int,
    rng: np.random.Generator,
    about: str,
) -> None:
    """Compares the tape's derivative along a random direction with a central difference.

    Then does the same to the function that computes the derivative, `order` times in all.

    Args:
        function: Takes float64 tensors and returns float64 tensors.
        operands: Where to differentiate.
        order: How many times.
        rng: Draws directions and projections.
        about: For failure messages.
    """
    shapes = [tensor.shape for tensor in function(*map(to_tensor, operands))]
    weights = [np.asarray(rng.standard_normal(shape)) for shape in shapes]
    directions = [np.asarray(rng.standard_normal(x.shape)) for x in operands]

    def value(step: float) -> float:
        moved = [x + step * v for x, v in zip(operands, directions, strict=True)]
        return projected(function(*map(to_tensor, moved)), weights).item()

    def derivatives(*tensors: Tensor) -> list[Tensor]:
        with GradientTape() as tape:
            tape.watch(list(tensors))
            target = projected(function(*tensors), weights)
        return list(tape.gradient(target, list(tensors), unconnected_gradients="zero"))

    found = derivatives(*map(to_tensor, operands))
    for tensor, x in zip(found, operands, strict=True):
        assert tensor.shape == x.shape, about
        assert tensor.dtype == "float64", about
    slope = sum(
        float(np.sum(to_array(tensor) * v)) for tensor, v in zip(found, directions, strict=True)
    )
    step = 1e-5
    difference = (value(step) - value(-step)) / (2 * step)
    scale = 1 + abs(value(0.0))
    np.testing.assert_allclose(
        slope, difference, rtol=2e-5, atol=1e-6 * scale, err_msg=f"order left {order}: {about}"
    )
    if order > 1:
        check_gradients(derivatives, operands, order - 1, rng, about)
