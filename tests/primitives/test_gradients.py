"""First and second derivatives of each primitive against central differences in float64."""

from __future__ import annotations

import numpy as np
import pytest
from tests.primitives.checks import (
    call,
    cases_of,
    check_gradients,
    describe,
    projected,
    rng_for,
    to_array,
    to_tensor,
)
from tests.samples import SAMPLES
from tests.samples.sample import FLOATS, draw

from cornu.core.primitive import REGISTRY
from cornu.core.tape import GradientTape, custom_gradient

DIFFERENTIABLE = [name for name, sample in SAMPLES.items() if sample.order]
CONSTANT = [
    name
    for name, sample in SAMPLES.items()
    if not sample.order
    and "float64" in sample.dtypes
    and next(sample.cases("float64", rng_for(name))).operands
]


def _is_float(x: np.ndarray) -> bool:
    return x.dtype.name in FLOATS


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_derivatives_agree_with_differences(engine, name):
    sample = SAMPLES[name]
    rng = rng_for("directions", name)
    for case in cases_of(sample, "float64"):
        if not case.smooth:
            continue
        places = [i for i, x in enumerate(case.operands) if _is_float(x)]

        def function(*tensors, case=case, places=places):
            operands = [to_tensor(x) for x in case.operands]
            for place, tensor in zip(places, tensors, strict=True):
                operands[place] = tensor
            result = REGISTRY[name](*operands, **case.params)
            results = result if isinstance(result, tuple) else (result,)
            return [tensor for tensor in results if tensor.dtype == "float64"]

        floats = [case.operands[place] for place in places]
        check_gradients(function, floats, sample.order, rng, describe(name, case))


@pytest.mark.parametrize("name", DIFFERENTIABLE)
@pytest.mark.parametrize("dtype", FLOATS)
def test_derivatives_have_shape_and_dtype_of_their_operand(engine, name, dtype):
    """Also for empty tensors, single elements and half precision."""
    sample = SAMPLES[name]
    if dtype not in sample.dtypes:
        pytest.skip(f"{name} does not take {dtype}")
    for case in cases_of(sample, dtype):
        if sum(x.size for x in case.operands) > 200:
            continue
        operands = [to_tensor(x) for x in case.operands]
        floats = [tensor for tensor in operands if tensor.dtype in FLOATS]
        with GradientTape() as tape:
            tape.watch(floats)
            results = REGISTRY[name](*operands, **case.params)
            results = results if isinstance(results, tuple) else (results,)
            result = results[0]
        if result.dtype not in FLOATS:
            continue
        for tensor, gradient in zip(floats, tape.gradient(result, floats), strict=True):
            about = describe(name, case)
            assert (gradient.shape, gradient.dtype) == (tensor.shape, tensor.dtype), about


@pytest.mark.parametrize("name", CONSTANT)
def test_piecewise_constant_primitives_pass_no_derivative(engine, name):
    case = next(cases_of(SAMPLES[name], "float64"))
    operands = [to_tensor(x) for x in case.operands]
    with GradientTape() as tape:
        tape.watch([tensor for tensor in operands if tensor.dtype == "float64"])
        result = REGISTRY[name](*operands, **case.params)
    assert tape.gradient(result, operands) == [None] * len(operands)


def test_recording_does_not_change_values(engine):
    case = next(case for case in cases_of(SAMPLES["tanh"], "float32") if case.operands[0].size > 1)
    plain = to_array(call("tanh", case)[0])
    x = to_tensor(case.operands[0])
    with GradientTape() as tape:
        tape.watch(x)
        taped = REGISTRY["tanh"](x)
    np.testing.assert_array_equal(to_array(taped), plain)


def test_a_composition_of_many_primitives_has_second_derivatives(engine):
    """A small network: products, bias by broadcast, tanh, log-softmax by hand."""
    rng = rng_for("network")
    r = REGISTRY

    def network(x, w, b):
        hidden = r["dot_general"](x, w, contract=((1,), (0,)), batch=((), ()))
        hidden = r["tanh"](r["add"](hidden, r["broadcast"](b, shape=hidden.shape, dims=(1,))))
        top = r["broadcast"](r["reduce_max"](hidden, axes=(1,)), shape=hidden.shape, dims=(0,))
        shifted = r["sub"](hidden, top)
        total = r["reduce_sum"](r["exp"](shifted), axes=(1,))
        return [r["sub"](shifted, r["broadcast"](r["log"](total), shape=hidden.shape, dims=(0,)))]

    operands = [draw(rng, shape, "float64") for shape in ((5, 3), (3, 4), (4,))]
    check_gradients(network, operands, 2, rng, "network")


def test_projection_is_a_plain_weighted_sum(engine):
    """Guards the checker itself."""
    x = np.array([1.0, 2.0])
    assert projected([to_tensor(x)], [np.array([3.0, -1.0])]).item() == 1.0


def test_the_checker_notices_a_wrong_derivative(engine):

    wrong = custom_gradient(lambda x: (REGISTRY["sin"](x), lambda g: g))
    with pytest.raises(AssertionError):
        check_gradients(lambda x: [wrong(x)], [np.array([1.0, 2.0])], 1, rng_for("x"), "wrong")
