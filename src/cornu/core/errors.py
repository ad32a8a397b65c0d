"""Exception types and the small helpers that every error message uses."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterable
from typing import Any


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


class InvalidFileError(CornuError, ValueError):
    """A file is not what it should be: of another kind, cut off, damaged, or hostile.

    Args:
        path: The file.
        member: Which part of it; None for the whole.
        reason: What is wrong.

    Example:
        >>> str(InvalidFileError("net.keras", "config.json", "it is no JSON"))
        "Cannot read 'net.keras', part 'config.json': it is no JSON."
    """

    def __init__(self, path: object, member: str | None, reason: str) -> None:
        self.path = path
        self.member = member
        self.reason = reason
        part = f", part {member!r}" if member else ""
        super().__init__(f"Cannot read {str(path)!r}{part}: {reason}.")


class MissingFileError(CornuError, FileNotFoundError, ValueError):
    """There is no file of the name that was given."""


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


def no_attribute(module: str, name: str) -> AttributeError:
    """Returns the error for a name that a module lacks, with the nearest one that it has.

    Example:
        >>> str(no_attribute("cornu.core.errors", "sugestion"))
        "module 'cornu.core.errors' has no attribute 'sugestion'. Did you mean 'suggestion'?"
    """
    names = [] if name.startswith("_") else dir(sys.modules[module])
    near = suggestion(name, [other for other in names if not other.startswith("_")])
    return AttributeError(f"module {module!r} has no attribute {name!r}{near and '.' + near}")


def names_of(module: str) -> Callable[[str], Any]:
    """Returns a `__getattr__` for a module, which says what a name that is not there may mean."""

    def find(name: str) -> Any:
        raise no_attribute(module, name)

    return find
