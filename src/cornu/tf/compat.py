"""TensorFlow 1's names as far as they mean something here: `tf.compat.v1`.

Names of TensorFlow 2 are those of `cornu.tf`; sessions, placeholders and graphs are refused, with
what to write instead.
"""

from __future__ import annotations

import sys
from typing import Any

from cornu.core.errors import UnsupportedError
from cornu.core.old_paths import install
from cornu.tf.python import disable_eager_execution as disable_eager_execution

__path__: list[str] = []

_SESSIONS = (
    "Graph", "Session", "InteractiveSession", "get_default_graph", "get_variable", "gradients",
    "global_variables", "global_variables_initializer", "placeholder", "reset_default_graph",
    "variable_scope", "ConfigProto", "import_graph_def", "GraphDef",
)  # fmt: skip
_RENAMED = {"set_random_seed": "random.set_seed", "random_uniform": "random.uniform", "random_normal": "random.normal", "log": "math.log", "assign": "Variable.assign"}  # fmt: skip


def as_bytes(bytes_or_text: Any, encoding: str = "utf-8") -> bytes:
    """Returns text as bytes.

    Args:
        bytes_or_text: Text or bytes.
        encoding: How text is encoded.

    Example:
        >>> as_bytes("a")
        b'a'
    """
    return (
        bytes_or_text.encode(encoding) if isinstance(bytes_or_text, str) else bytes(bytes_or_text)
    )


def as_text(bytes_or_text: Any, encoding: str = "utf-8") -> str:
    """Returns bytes as text.

    Args:
        bytes_or_text: Text or bytes.
        encoding: How bytes are read.

    Example:
        >>> as_text(b"a")
        'a'
    """
    return bytes_or_text if isinstance(bytes_or_text, str) else bytes_or_text.decode(encoding)


as_str = as_text


def enable_eager_execution(*arguments: Any, **keywords: Any) -> None:
    """Does nothing: everything is computed at once.

    Args:
        *arguments: Accepted for TensorFlow's signature.
        **keywords: Likewise.

    Example:
        >>> enable_eager_execution()
    """


enable_v2_behavior = enable_eager_execution


def executing_eagerly_outside_functions() -> bool:
    """Returns True.

    Example:
        >>> executing_eagerly_outside_functions()
        True
    """
    return True


class logging:
    """How much is told: nothing in any case.

    Example:
        >>> logging.set_verbosity(logging.ERROR)
    """

    DEBUG, INFO, WARN, ERROR, FATAL = 10, 20, 30, 40, 50

    @staticmethod
    def set_verbosity(v: int) -> None:
        """Accepts a level."""


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    if name in ("v1", "v2"):
        return sys.modules[__name__]
    if name in _SESSIONS:
        raise UnsupportedError(
            f"tf.compat.v1.{name}: there are no sessions and graphs of TensorFlow 1; everything is "
            f"computed at once. Use tf.Variable, functions with arguments, and tf.GradientTape."
        )
    found: Any = sys.modules["cornu.tf"]
    for part in _RENAMED.get(name, name).split("."):
        found = getattr(found, part)
    return found


install(
    f"{__name__}.",
    lambda name: f"cornu.tf.{name.removeprefix(f'{__name__}.v1.')}" if ".v1." in name else __name__,
)
