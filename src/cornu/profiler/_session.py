"""A profile that one call starts and another stops."""

from __future__ import annotations

import os
from typing import Any

from cornu.core.errors import CornuError
from cornu.profiler._profile import AlreadyProfilingError as AlreadyProfilingError
from cornu.profiler._profile import Profile


class NotProfilingError(CornuError, RuntimeError):
    """There is no profile to stop."""


_running: tuple[Profile, str] | None = None


def start(logdir: Any) -> None:
    """Starts a profile; `stop` writes it.

    Args:
        logdir: Folder of the logs. Nothing is written before the profile stops.

    Raises:
        AlreadyProfilingError: When a profile is being taken already.

    Example:
        >>> import tempfile
        >>> start(tempfile.mkdtemp())
        >>> profile = stop(save=False)
    """
    global _running
    folder = os.fspath(logdir)
    _running = (Profile().__enter__(), folder)


def stop(save: bool = True) -> Profile:
    """Stops the profile that `start` began.

    Args:
        save: Whether to write it to `plugins/profile/<time>` in its folder.

    Returns:
        The profile.

    Raises:
        NotProfilingError: When none was started.

    Example:
        >>> start("unused")
        >>> stop(save=False).seconds < 60
        True
    """
    global _running
    if _running is None:
        raise NotProfilingError("No profile is being taken; start one before you stop it.")
    (profile, folder), _running = _running, None
    profile.__exit__()
    if save:
        profile.save(folder)
    return profile
