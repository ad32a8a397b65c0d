"""Exceptions derive from builtin ones, and suggestions find near misses."""

from __future__ import annotations

import pytest

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
