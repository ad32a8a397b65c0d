"""What can go wrong with a search."""

from __future__ import annotations

from cornu.core.errors import CornuError


class FailedTrialError(CornuError, RuntimeError):
    """Raise it in a build function or in `fit` to give a trial up at once, without another try."""


class FatalError(CornuError, RuntimeError):
    """Raise it in a build function or in `fit` to end the whole search."""


class ChangedSpaceError(CornuError, ValueError):
    """A stored search was made for other hyperparameters than those it should go on with."""
