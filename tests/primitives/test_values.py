"""Each primitive against its oracle: every dtype, odd, empty and large shapes, special values."""

from __future__ import annotations

import numpy as np
import pytest
from tests.primitives.checks import (
    assert_close,
    call,
    cases_of,
    describe,
    expected_of,
    rows,
    to_array,
    to_tensor,
)
from tests.samples import SAMPLES

from cornu.core.primitive import REGISTRY


@pytest.mark.parametrize(("name", "dtype"), rows())
def test_values(engine, name, dtype):
    sample = SAMPLES[name]
    for case in cases_of(sample, dtype):
        before = [x.copy() for x in case.operands]
        outputs = call(name, case)
        about = describe(name, case)
        specs = REGISTRY[name].rule(*map(to_tensor, case.operands), **case.params)
        specs = specs if REGISTRY[name].multiple else (specs,)
        for tensor, spec, right in zip(outputs, specs, expected_of(sample, case), strict=True):
            assert (tensor.shape, tensor.dtype) == tuple(spec), about
            assert_close(to_array(tensor), right, sample, about)
        for x, old in zip(case.operands, before, strict=True):
            assert x.tobytes() == old.tobytes(), about


@pytest.mark.parametrize("name", [name for name, sample in SAMPLES.items() if sample.refused])
def test_what_does_not_fit_is_refused_with_words(engine, name):
    for operands, params, error, match in SAMPLES[name].refused:
        with pytest.raises(error, match=match):
            REGISTRY[name](*map(to_tensor, operands), **params)


def test_operands_stay_as_they_were(engine):
    """Results never write into operands, also where they may share memory with them."""
    x = to_tensor(np.arange(6, dtype=np.float32))
    reshaped = REGISTRY["reshape"](x, shape=(2, 3))
    starts = to_tensor(np.array([0, 0], np.int32))
    update = to_tensor(np.full((1, 3), -1, np.float32))
    changed = REGISTRY["dynamic_update_slice"](reshaped, update, starts)
    scattered = REGISTRY["scatter_nd"](
        x, to_tensor(np.array([[2]], np.int32)), to_tensor(np.ones(1, np.float32)), mode="mul"
    )
    np.testing.assert_array_equal(x.numpy(), np.arange(6))
    np.testing.assert_array_equal(changed.numpy(), [[-1, -1, -1], [3, 4, 5]])
    np.testing.assert_array_equal(scattered.numpy(), np.arange(6))
