"""Choosing an engine, and the record of a primitive."""

from __future__ import annotations

import pytest

from cornu.core import engine as engines
from cornu.core.engine import apply, current_engine, register_engine, set_engine
from cornu.core.primitive import REGISTRY, Primitive, Spec
from cornu.engines.reference import ReferenceEngine


@pytest.fixture(autouse=True)
def _restored(monkeypatch):
    monkeypatch.setattr(engines, "_factories", dict(engines._factories))
    monkeypatch.setattr(engines, "_order", list(engines._order))
    monkeypatch.setattr(engines, "_current", engines._current)


def test_engines_are_chosen_by_name():
    set_engine("reference")
    assert current_engine().name == "reference"


def test_unknown_engines_are_refused_with_a_suggestion():
    before = current_engine()
    with pytest.raises(
        ValueError, match=r"No engine is called 'refrence'.*Did you mean 'reference'"
    ):
        set_engine("refrence")
    assert current_engine() is before


def test_the_environment_decides_first(monkeypatch):
    monkeypatch.setattr(engines, "_current", None)
    monkeypatch.setenv("CORNU_ENGINE", "reference")
    assert current_engine().name == "reference"


def test_an_engine_that_cannot_be_made_is_passed_over(monkeypatch):
    def broken():
        raise ImportError("no extension here")

    monkeypatch.delenv("CORNU_ENGINE", raising=False)
    monkeypatch.setattr(engines, "_factories", {})
    monkeypatch.setattr(engines, "_order", [])
    monkeypatch.setattr(engines, "_current", None)
    with pytest.raises(RuntimeError, match="No engine is registered"):
        current_engine()
    register_engine("broken", broken)
    register_engine("reference", ReferenceEngine)
    assert current_engine().name == "reference"
    with pytest.raises(ImportError, match="no extension here"):
        set_engine("broken")
    assert current_engine().name == "reference"


def test_every_engine_describes_itself(engine):
    facts = engine.describe()
    assert facts["name"] == engine.name
    assert "threads" in facts


def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="'add' is already defined"):
        Primitive("add", lambda x: Spec(x.shape, x.dtype))


def test_calling_a_primitive_applies_it(engine):
    x = engines.to_tensor([1.0, 2.0])
    neg = REGISTRY["neg"]
    assert neg(x).tolist() == apply(neg, (x,), {}).tolist() == [-1, -2]
    assert repr(neg) == "<primitive neg>"


def test_rules_for_variadic_primitives_repeat_the_last():
    concatenate, select = REGISTRY["concatenate"], REGISTRY["select"]
    assert concatenate.vjp_of(5) is concatenate.vjps[0]
    assert select.vjp_of(0) is None
    assert REGISTRY["sign"].vjp_of(0) is None
