"""Paths inside of TensorFlow that courses import from: `tensorflow.python`.

`cornu.tf.python.keras` is `cornu.tf.keras`; all other paths lead here.
"""

from __future__ import annotations

import sys
from typing import Any

from cornu.core.errors import UnsupportedError
from cornu.core.old_paths import install
from cornu.tf import config, keras

__path__: list[str] = []

__all__ = ["disable_eager_execution", "keras", "list_local_devices"]


def list_local_devices(session_config: Any = None) -> list[config.LogicalDevice]:
    """Returns the devices of this machine.

    Args:
        session_config: Accepted for TensorFlow's signature.

    Example:
        >>> [device.device_type for device in list_local_devices()]
        ['CPU']
    """
    return config.list_logical_devices()


def disable_eager_execution() -> None:
    """Refuses: everything is computed at once.

    Raises:
        NotImplementedError: Always, with what to do instead.
    """
    raise UnsupportedError(
        "Everything is computed at once; there are no sessions. Leave disable_eager_execution() "
        "out, and put code that is to run as a graph into a tf.function."
    )


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    if name in ("client", "device_lib", "framework", "ops"):
        return sys.modules[__name__]
    raise UnsupportedError(
        f"tensorflow.python.{name}: paths inside of TensorFlow do not exist here. Import from "
        f"cornu.tf or cornu.tf.keras."
    )


def _real(name: str) -> str:
    inner = name.removeprefix(f"{__name__}.")
    return f"cornu.tf.{inner}" if inner.split(".")[0] == "keras" else __name__


install(f"{__name__}.", _real)
