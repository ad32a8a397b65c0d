"""Ops on KerasTensors and inside captured graphs give what they give eagerly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.ops.cases import CASES, Case
from tests.ops.window_cases import WINDOW_CASES

import cornu
from cornu import ops
from cornu.core.engine import current_engine
from cornu.core.graph import capture
from cornu.core.primitive import Spec

# Their results depend on values, or they take no tensor.
_EAGER_ONLY = {
    "bincount",
    "repeat",
    "unique",
    "arange",
    "hanning",
    "hamming",
    "blackman",
    "bartlett",
    "kaiser",
}


def _traced(case: Case) -> bool:
    return case.op not in _EAGER_ONLY and any(_is_tensor(value) for value in case.args)


def _is_tensor(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0


TRACED = [case for case in (*CASES, *WINDOW_CASES) if _traced(case)]


def _flat(result: Any) -> list[Any]:
    return list(result) if isinstance(result, (list, tuple)) else [result]


@pytest.mark.parametrize("case", TRACED, ids=str)
def test_graph_equals_eager(case):
    places = [place for place, value in enumerate(case.args) if _is_tensor(value)]

    def function(*tensors: Any) -> Any:
        args = list(case.args)
        for place, tensor in zip(places, tensors, strict=True):
            args[place] = tensor
        return getattr(ops, case.op)(*args, **case.kwargs)

    arrays = [case.args[place] for place in places]
    specs = [Spec(array.shape, str(array.dtype)) for array in arrays]
    graph, _ = capture(function, *specs)
    engine = current_engine()
    compiled = [engine.to_numpy(buffer) for buffer in engine.compile(graph).run(arrays)]
    eager = [tensor.numpy() for tensor in _flat(function(*map(ops.convert_to_tensor, arrays)))]
    assert len(compiled) == len(eager)
    for ours, theirs in zip(compiled, eager, strict=True):
        assert ours.shape == theirs.shape
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("case", TRACED, ids=str)
def test_keras_tensors_have_the_shape_of_the_result(case):
    place = next(place for place, value in enumerate(case.args) if _is_tensor(value))
    args = list(case.args)
    args[place] = cornu.KerasTensor(args[place].shape, args[place].dtype)
    symbolic = _flat(getattr(ops, case.op)(*args, **case.kwargs))
    eager = _flat(getattr(ops, case.op)(*case.args, **case.kwargs))
    for ours, theirs in zip(symbolic, eager, strict=True):
        assert isinstance(ours, cornu.KerasTensor)
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)


def test_open_sizes_stay_open():
    x = cornu.KerasTensor((None, 4, 3))
    assert ops.reshape(x, (-1, 12)).shape == (None, 12)
    assert ops.sum(x, axis=1).shape == (None, 3)
    assert ops.concatenate([x, x], axis=0).shape == (None, 4, 3)
    assert ops.concatenate([x, x], axis=1).shape == (None, 8, 3)
    assert ops.one_hot(ops.argmax(x, axis=-1), 7).shape == (None, 4, 7)
    assert ops.matmul(x, np.zeros((3, 2), "float32")).shape == (None, 4, 2)
    assert [part.shape for part in ops.split(x, 2, axis=1)] == [(None, 2, 3)] * 2
    assert ops.shape(x) == (None, 4, 3)
    assert ops.cast(x, "int32").dtype == "int32"
    assert ops.where(x > 0, x, 0.0).shape == (None, 4, 3)


def test_keyword_and_list_arguments_are_seen():
    x = cornu.KerasTensor((None, 4))
    assert ops.add(x1=np.ones(4, "float32"), x2=x).shape == (None, 4)
    assert ops.stack([x, x], axis=1).shape == (None, 2, 4)
