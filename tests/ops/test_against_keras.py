"""Every op gives Keras's values, dtypes and derivatives (Keras on JAX is the oracle)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.ops.cases import CASES, Case
from tests.ops.window_cases import WINDOW_CASES

import cornu
from cornu import ops

pytestmark = pytest.mark.keras

EVERY_CASE = [*CASES, *WINDOW_CASES]


def _arrays(case: Case) -> list[tuple[Any, ...]]:
    """Where float32 arrays stand among the arguments: (place,) or (place, place in list)."""
    places: list[tuple[Any, ...]] = []
    for place, value in [*enumerate(case.args), *case.kwargs.items()]:
        if isinstance(value, np.ndarray) and value.dtype == np.float32:
            places.append((place,))
        elif isinstance(value, list):
            for inner, item in enumerate(value):
                if isinstance(item, np.ndarray) and item.dtype == np.float32:
                    places.append((place, inner))
    return places


def _filled(case: Case, places: list[tuple[Any, ...]], values: list[Any]) -> tuple[list[Any], dict]:
    args = [list(a) if isinstance(a, list) else a for a in case.args]
    kwargs = dict(case.kwargs)
    for place, value in zip(places, values, strict=True):
        holder: Any = args if isinstance(place[0], int) else kwargs
        if len(place) == 1:
            holder[place[0]] = value
        else:
            holder[place[0]][place[1]] = value
    return args, kwargs


def _flat(result: Any) -> list[Any]:
    return list(result) if isinstance(result, (list, tuple)) else [result]


def _compare(mine: Any, real: Any, case: Case) -> None:
    mine, real = np.asarray(mine, dtype=np.float64), np.asarray(real, dtype=np.float64)
    assert mine.shape == real.shape
    np.testing.assert_allclose(mine, real, rtol=case.tolerance, atol=case.tolerance)


@pytest.mark.parametrize("case", [case for case in EVERY_CASE if not case.gradient], ids=str)
@pytest.mark.filterwarnings("ignore")
def test_value_and_dtype(case, keras):
    real = _flat(getattr(keras.ops, case.op)(*case.args, **case.kwargs))
    _compare_results(_flat(getattr(ops, case.op)(*case.args, **case.kwargs)), real, case, keras)


def _compare_results(mine: list[Any], real: list[Any], case: Case, keras: Any) -> None:
    assert len(mine) == len(real)
    for ours, theirs in zip(mine, real, strict=True):
        if not isinstance(ours, int):
            assert ours.dtype == keras.backend.standardize_dtype(theirs.dtype)
            ours = ours.numpy()
        _compare(ours, theirs, case)


@pytest.mark.parametrize("case", [case for case in EVERY_CASE if case.gradient], ids=str)
@pytest.mark.filterwarnings("ignore")
def test_value_dtype_and_derivative(case, keras):
    """The derivative is that of a sum of the results with fixed uneven weights."""
    jax = pytest.importorskip("jax")
    places = _arrays(case)
    start = [_value(case, place) for place in places]

    def weighted(values: list[Any], module: Any) -> Any:
        args, kwargs = _filled(case, places, values)
        parts = _flat(getattr(module, case.op)(*args, **kwargs))
        total = 0.0
        for part in parts:
            size = int(np.prod(part.shape))
            weights = np.linspace(0.5, 1.5, size).astype("float32").reshape(part.shape)
            total = total + module.sum(part * weights)
        return total, parts

    oracle = jax.value_and_grad(lambda values: weighted(values, keras.ops), has_aux=True)
    (_, real), real_flow = jax.jit(oracle)([jax.numpy.asarray(a) for a in start])
    tensors = [ops.convert_to_tensor(a) for a in start]
    with cornu.GradientTape() as tape:
        tape.watch(tensors)
        total, mine = weighted(tensors, ops)
    _compare_results(mine, real, case, keras)
    flow = tape.gradient(total, tensors, unconnected_gradients="zero")
    for ours, theirs in zip(flow, real_flow, strict=True):
        _compare(ours.numpy(), theirs, case)


def _value(case: Case, place: tuple[Any, ...]) -> Any:
    holder: Any = case.args if isinstance(place[0], int) else case.kwargs
    value = holder[place[0]]
    return value if len(place) == 1 else value[place[1]]
