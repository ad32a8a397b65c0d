"""Exceptions under TensorFlow's names: `tf.errors`."""

from __future__ import annotations

from cornu.core.errors import CornuError as OpError
from cornu.core.errors import InvalidArgumentError as InvalidArgumentError
from cornu.core.errors import MissingFileError as NotFoundError
from cornu.core.errors import UnsupportedError as UnimplementedError

__all__ = [
    "AbortedError", "AlreadyExistsError", "CancelledError", "DataLossError",
    "DeadlineExceededError", "FailedPreconditionError", "InternalError", "InvalidArgumentError",
    "NotFoundError", "OpError", "OutOfRangeError", "PermissionDeniedError",
    "ResourceExhaustedError", "UnavailableError", "UnimplementedError", "UnknownError",
]  # fmt: skip


class DtypeError(InvalidArgumentError, TypeError):
    """Two dtypes meet that do not combine: some releases raise one builtin error, some the other."""


class AbortedError(OpError, RuntimeError):
    """An operation was given up."""


class AlreadyExistsError(OpError, FileExistsError):
    """What should be made is there already."""


class CancelledError(OpError, RuntimeError):
    """An operation was cancelled."""


class DataLossError(OpError, ValueError):
    """Stored data cannot be read any more."""


class DeadlineExceededError(OpError, TimeoutError):
    """An operation took too long."""


class FailedPreconditionError(OpError, RuntimeError):
    """Something is not in the state that an operation needs."""


class InternalError(OpError, RuntimeError):
    """Something that must always hold does not."""


class OutOfRangeError(OpError, IndexError):
    """An operation went past the end."""


class PermissionDeniedError(OpError, PermissionError):
    """The caller may not do that."""


class ResourceExhaustedError(OpError, MemoryError):
    """There is not enough memory."""


class UnavailableError(OpError, RuntimeError):
    """Something is not available now."""


class UnknownError(OpError, RuntimeError):
    """The reason is not known."""
