"""Global settings: Keras's `keras.config`, and the engine and threads of cornu."""

from __future__ import annotations

from typing import Any

from cornu.core.engine import current_engine
from cornu.core.engine import set_engine as set_engine
from cornu.core.settings import disable_flash_attention as disable_flash_attention
from cornu.core.settings import enable_flash_attention as enable_flash_attention
from cornu.core.settings import epsilon as epsilon
from cornu.core.settings import floatx as floatx
from cornu.core.settings import image_data_format as image_data_format
from cornu.core.settings import is_flash_attention_enabled as is_flash_attention_enabled
from cornu.core.settings import set_epsilon as set_epsilon
from cornu.core.settings import set_floatx as set_floatx
from cornu.core.settings import set_image_data_format as set_image_data_format
from cornu.dtype_policies import dtype_policy as dtype_policy
from cornu.dtype_policies import set_dtype_policy as set_dtype_policy
from cornu.ops.session import backend as backend


def engine() -> str:
    """Returns the name of the engine in use.

    Example:
        >>> engine() in ("native", "reference", "xla")
        True
    """
    return str(current_engine().name)


def set_num_threads(threads: int) -> None:
    """Sets how many threads the engine computes with; results do not depend on it.

    The environment variable `CORNU_NUM_THREADS` does the same before cornu is imported.

    Args:
        threads: At least 1.

    Raises:
        ValueError: For a number below 1.

    Example:
        >>> set_num_threads(2)
    """
    if not isinstance(threads, int) or threads < 1:
        raise ValueError(
            f"set_num_threads: expected a whole number of at least 1; got {threads!r}."
        )
    setter: Any = getattr(current_engine(), "set_num_threads", None)
    if setter is not None:
        setter(threads)


def num_threads() -> int:
    """Returns how many threads the engine computes with.

    Example:
        >>> num_threads() >= 1
        True
    """
    return int(current_engine().describe().get("threads", 1))
