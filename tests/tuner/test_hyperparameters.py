"""Hyperparameters: values and their places, scopes and conditions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cornu.tuner import HyperParameters
from cornu.tuner.parameters import Boolean, Choice, Fixed, Float, Int, deserialized

KINDS = [
    Int("a", 1, 9),
    Int("a", 2, 50, step=7),
    Int("a", 1, 1000, sampling="log"),
    Int("a", 8, 512, step=2, sampling="log"),
    Int("a", 5, 5),
    Float("a", -1.0, 3.0),
    Float("a", 0.1, 0.5, step=0.1),
    Float("a", 1e-4, 1e-1, sampling="log"),
    Float("a", 1e-3, 1.0, step=10, sampling="log"),
    Float("a", 1.0, 100.0, sampling="reverse_log"),
    Choice("a", [3, 1, 2]),
    Choice("a", ["x", "y"], default="y"),
    Boolean("a", default=True),
    Fixed("a", "one"),
]


@pytest.mark.parametrize("item", KINDS, ids=repr)
@settings(max_examples=25, deadline=None)
@given(position=st.floats(0, 1, exclude_max=True))
def test_positions_and_values(item, position):
    value = item.at(position)
    assert 0 <= item.position_of(value) <= 1
    again = item.at(item.position_of(value))
    assert again == value if isinstance(value, str) else again == pytest.approx(value, rel=1e-6)
    if isinstance(item, (Int, Float)):
        assert item.min_value <= value <= item.max_value
        assert type(value) is (int if isinstance(item, Int) else float)
    assert item.default in item.values or isinstance(item, (Int, Float))
    assert deserialized(item.serialized()).serialized() == item.serialized()


def test_steps_end_at_the_last_one_that_fits():
    assert Int("a", 2, 50, step=7).values == (2, 9, 16, 23, 30, 37, 44)
    assert Float("a", 0.1, 0.5, step=0.1).values == pytest.approx((0.1, 0.2, 0.3, 0.4, 0.5))
    assert Int("a", 8, 512, step=2, sampling="log").values == (8, 16, 32, 64, 128, 256, 512)
    assert len(Float("a", 0.0, 1.0).values) == 10


def test_conditions_names_and_values():
    hp = HyperParameters()
    assert hp.Choice("kind", ["flat", "deep"]) == "flat"
    with hp.conditional_scope("kind", "deep"):
        assert hp.Int("layers", 1, 4) is None
    assert hp.Int("more", 1, 4, parent_name="kind", parent_values=["flat"]) == 1
    with hp.name_scope("first"):
        assert hp.Float("rate", 0.5, 1) == 0.5
    assert list(hp.values) == ["kind", "more", "first/rate"]
    assert hp.get("first/rate") == hp["first/rate"] == 0.5
    assert "layers" not in hp
    assert hp.is_active("more")
    assert not hp.is_active("layers")
    again = HyperParameters.from_config(hp.get_config())
    assert again.get_config() == hp.get_config()
    again.values["kind"] = "deep"
    with again.conditional_scope("kind", "deep"):
        assert again.Int("layers", 1, 4, default=2) == 2 or again.get("layers") == 1
    with pytest.raises(ValueError, match="not in use"):
        hp.get("layers")
    with pytest.raises(KeyError, match="Did you mean 'kind'"):
        hp.get("kin")
    with pytest.raises(ValueError, match="no hyperparameter 'knd'"), hp.conditional_scope("knd", 1):
        pass


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Int("n", 5, 2), "min_value must not be above max_value"),
        (lambda: Int("n", 0.5, 2), "min_value is a whole number"),
        (lambda: Float("n", 0, 1, sampling="log"), "needs a min_value above 0"),
        (lambda: Float("n", 1, 2, sampling="lg"), "Did you mean 'log'"),
        (lambda: Float("n", 1, 2, step=0), "step must be above 0"),
        (lambda: Choice("n", []), "values is empty"),
        (lambda: Choice("n", [1, "a"]), "all numbers"),
        (lambda: Choice("n", ["a"], default="b"), "not among the values"),
    ],
)
def test_mistakes_are_named(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()
