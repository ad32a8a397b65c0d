"""Exception types and the small helpers that every error message uses."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class CornuError(Exception):
    """Base of the exceptions that only cornu raises; each also derives from a builtin one.

    Example:
        >>> issubclass(InvalidArgumentError, (CornuError, ValueError))
        True
    """


class InvalidArgumentError(CornuError, ValueError):
    """An argument has an impossible value, shape or dtype."""


class SymbolicTensorError(CornuError, TypeError):
    """Python asked for the value of a tensor that has none yet (it stands for a future value)."""


class UnsupportedError(CornuError, NotImplementedError):
    """The current engine has no way to run what was asked."""


def suggestion(name: object, choices: Iterable[str]) -> str:
    """Returns `" Did you mean 'x'?"` for the closest of `choices`, or an empty string.

    Example:
        >>> suggestion("rleu", ["relu", "tanh"])
        " Did you mean 'relu'?"
    """
    if not isinstance(name, str):
        return ""
    lowered = {choice.lower(): choice for choice in choices}
    close = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return f" Did you mean {lowered[close[0]]!r}?" if close else ""
