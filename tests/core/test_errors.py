"""Exceptions derive from builtin ones, and suggestions find near misses."""

from __future__ import annotations

import pytest

import cornu
from cornu.core.errors import (
    CornuError,
    InvalidArgumentError,
    SymbolicTensorError,
    UnsupportedError,
    suggestion,
)


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (InvalidArgumentError, ValueError),
        (SymbolicTensorError, TypeError),
        (UnsupportedError, NotImplementedError),
    ],
)
def test_errors_are_caught_as_builtin_ones(error, builtin):
    assert issubclass(error, builtin)
    assert issubclass(error, CornuError)


def test_suggestion_finds_the_nearest_name_whatever_the_case():
    assert suggestion("rleu", ["relu", "tanh"]) == " Did you mean 'relu'?"
    assert suggestion("adam", ["Adam", "SGD"]) == " Did you mean 'Adam'?"


def test_suggestion_stays_silent_when_nothing_is_near():
    assert suggestion("xyz", ["relu"]) == ""
    assert suggestion(3, ["relu"]) == ""


def test_names_that_a_room_lacks_are_answered_with_the_nearest():
    for room, name, meant in (
        ("layers", "Conv1d", "Conv1D"),
        ("metrics", "Precission", "Precision"),
        ("callbacks", "CSVlogger", "CSVLogger"),
        ("losses", "MeanSquareError", "MeanSquaredError"),
    ):
        with pytest.raises(AttributeError, match=f"'cornu.{room}'.*{name}.*Did you mean '{meant}'"):
            getattr(getattr(cornu, room), name)
    with pytest.raises(AttributeError, match="'callbacks'"):
        cornu.callback
    assert not hasattr(cornu.losses, "__wrapped__")
