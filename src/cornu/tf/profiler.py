"""Profiles under TensorFlow's names: `tf.profiler.experimental`."""

from __future__ import annotations

from typing import Any, NamedTuple

from cornu import profiler
from cornu.tf._names import no_such_name
from cornu.tf.errors import AlreadyExistsError, UnavailableError

__all__ = ["experimental"]


class ProfilerOptions(NamedTuple):
    """What TensorFlow's profiler can be told; here a profile always holds everything."""

    host_tracer_level: int = 2
    python_tracer_level: int = 0
    device_tracer_level: int = 1
    delay_ms: int | None = None


def start_profile(logdir: Any, options: Any = None) -> None:
    """Starts a profile; `stop` writes it to `logdir/plugins/profile/<time>`.

    Args:
        logdir: Folder of the logs.
        options: Accepted for TensorFlow's signature.

    Raises:
        AlreadyExistsError: When a profile is being taken already.
    """
    del options
    try:
        profiler.start(logdir)
    except profiler.AlreadyProfilingError as error:
        raise AlreadyExistsError(f"tf.profiler.experimental.start: {error}") from None


def stop_profile(save: bool = True) -> profiler.Profile:
    """Stops the profile and writes its files.

    Args:
        save: Whether to write them.

    Returns:
        The profile.

    Raises:
        UnavailableError: When no profile is being taken.
    """
    try:
        return profiler.stop(save)
    except profiler.NotProfilingError as error:
        raise UnavailableError(f"tf.profiler.experimental.stop: {error}") from None


class Profile:
    """A context in which a profile is taken.

    Args:
        logdir: Folder of the logs.
        options: Accepted for TensorFlow's signature.
    """

    def __init__(self, logdir: Any, options: Any = None) -> None:
        self._logdir = logdir
        self._options = options

    def __enter__(self) -> None:
        start_profile(self._logdir, self._options)

    def __exit__(self, *exception: object) -> None:
        stop_profile()


class Trace:
    """A context that has a name in the profile.

    Args:
        name: The name.
        **kwargs: Numbers or text shown with it, such as `step_num=3`.
    """

    def __init__(self, name: str, **kwargs: Any) -> None:
        self._span = profiler.annotate(name, **kwargs)

    def __enter__(self) -> Trace:
        self._span.__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._span.__exit__(*exception)


class experimental:
    """TensorFlow's profiler.

    Example:
        >>> import tempfile
        >>> import cornu.tf as tf
        >>> tf.profiler.experimental.start(tempfile.mkdtemp())
        >>> with tf.profiler.experimental.Trace("my step", step_num=0):
        ...     x = tf.constant(1) + 1
        >>> tf.profiler.experimental.stop()
    """

    ProfilerOptions = ProfilerOptions
    Profile = Profile
    Trace = Trace
    start = staticmethod(start_profile)

    @staticmethod
    def stop(save: bool = True) -> None:
        """Stops the profile and writes its files, unless `save` is False."""
        stop_profile(save)


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.profiler", name, __all__)
