"""A captured primitive gives the same bits as an eager one, in a compiled graph with neighbours."""

from __future__ import annotations

import numpy as np
import pytest
from tests.primitives.checks import call, cases_of, comparable, describe, rows, to_array, to_tensor
from tests.samples import SAMPLES

from cornu.core.graph import capture
from cornu.core.primitive import REGISTRY, Spec


def _compiled(engine, name, case):
    """Runs the primitive on graph inputs; returns output arrays in storage dtypes."""
    specs = [Spec(x.shape, x.dtype.name) for x in case.operands]
    graph, _ = capture(lambda *tensors: REGISTRY[name](*tensors, **case.params), *specs)
    inputs = [engine.to_numpy(to_tensor(x)._buffer) for x in case.operands]
    return [np.asarray(engine.to_numpy(buffer)) for buffer in engine.compile(graph).run(inputs)]


@pytest.mark.parametrize(("name", "dtype"), rows())
def test_compiled_equals_eager(engine, name, dtype):
    sample = SAMPLES[name]
    for case in cases_of(sample, dtype):
        if sum(x.size for x in case.operands) > 2000:
            continue
        eager = [to_array(tensor) for tensor in call(name, case)]
        for got, wanted in zip(_compiled(engine, name, case), eager, strict=True):
            about = describe(name, case)
            assert got.shape == wanted.shape, about
            assert got.dtype.itemsize == wanted.dtype.itemsize, about
            np.testing.assert_array_equal(
                comparable(got.view(wanted.dtype)), comparable(wanted), err_msg=about
            )
