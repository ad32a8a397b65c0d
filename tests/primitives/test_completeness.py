"""Nothing may be forgotten: each record has a row of samples, and each engine can run it."""

from __future__ import annotations

import inspect

import pytest
from tests.primitives.checks import cases_of
from tests.samples import SAMPLES

from cornu.core import primitives
from cornu.core.primitive import REGISTRY
from cornu.engines.reference import LOWERINGS


def test_every_primitive_has_samples():
    assert primitives.__name__ == "cornu.core.primitives"
    assert set(SAMPLES) == set(REGISTRY)


def test_the_reference_engine_lowers_every_primitive_and_no_other():
    assert set(LOWERINGS) == set(REGISTRY)


@pytest.mark.parametrize("name", REGISTRY)
def test_derivatives_are_declared_as_the_samples_say(name):
    """A primitive is differentiable by its record exactly when its samples check derivatives."""
    record, sample = REGISTRY[name], SAMPLES[name]
    assert any(rule is not None for rule in record.vjps) == (sample.order > 0)
    if sample.order:
        assert any(case.smooth for case in cases_of(sample, "float64"))


@pytest.mark.parametrize("name", REGISTRY)
def test_parameters_are_keyword_only_and_operands_are_not(name):
    """Tensors are positional and parameters keyword in every rule."""
    case = next(iter(cases_of(SAMPLES[name], SAMPLES[name].dtypes[0])))
    parameters = inspect.signature(REGISTRY[name].rule).parameters.values()
    keyword = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY}
    assert keyword == set(case.params)
