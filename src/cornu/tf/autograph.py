"""What TensorFlow does to the source code of functions and cornu has no need to do: `tf.autograph`."""

from __future__ import annotations

import inspect
import textwrap
from typing import Any

from cornu.tf import experimental as experimental

__all__ = ["experimental", "set_verbosity", "to_code", "to_graph", "trace"]


def to_graph(
    entity: Any, recursive: bool = True, experimental_optional_features: Any = None
) -> Any:
    """Returns the function itself; control flow on tensors works without changes.

    Args:
        entity: A function.
        recursive: Accepted for TensorFlow's signature.
        experimental_optional_features: Likewise.

    Example:
        >>> to_graph(abs)(-1)
        1
    """
    return entity


def to_code(entity: Any, recursive: bool = True, experimental_optional_features: Any = None) -> str:
    """Returns the source code of a function; it runs as it is written.

    Args:
        entity: A function.
        recursive: Accepted for TensorFlow's signature.
        experimental_optional_features: Likewise.

    Raises:
        ValueError: When there is no source code, as for functions typed into a plain prompt.

    Example:
        >>> to_code(to_graph).splitlines()[-1]
        '    return entity'
    """
    try:
        return textwrap.dedent(inspect.getsource(inspect.unwrap(entity))).rstrip()
    except (OSError, TypeError):
        raise ValueError(f"autograph.to_code: {entity!r} has no source code to show.") from None


def set_verbosity(level: int, alsologtostdout: bool = False) -> None:
    """Accepts how much should be told about changes of source code; there are none.

    Args:
        level: A number.
        alsologtostdout: Accepted for TensorFlow's signature.

    Example:
        >>> set_verbosity(0)
    """


def trace(*args: Any) -> None:
    """Prints values while a function is captured.

    Args:
        *args: Anything.

    Example:
        >>> trace(1, 2)
        1 2
    """
    print(*args)  # noqa: T201 - that is what it is for
