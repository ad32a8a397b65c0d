"""Global settings (floatx, epsilon, image format, ...) and the state of the current thread."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cornu.core import session

_FLOATX = ("float16", "bfloat16", "float32", "float64")
_IMAGE_FORMATS = ("channels_last", "channels_first")
_values: dict[str, Any] = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "flash_attention": None,
}


def floatx() -> str:
    """Returns the dtype that floats have when none is given ("float32" unless changed).

    Example:
        >>> floatx()
        'float32'
    """
    return str(_values["floatx"])


def set_floatx(value: str) -> None:
    """Sets the default float dtype.

    Args:
        value: "float16", "bfloat16", "float32" or "float64".

    Raises:
        ValueError: For any other value.

    Example:
        >>> set_floatx("float32")
    """
    if value not in _FLOATX:
        raise ValueError(f"set_floatx: expected one of {', '.join(_FLOATX)}; got {value!r}.")
    _values["floatx"] = str(value)


def epsilon() -> float:
    """Returns the small number that keeps divisions and logarithms finite (1e-7 unless changed).

    Example:
        >>> epsilon()
        1e-07
    """
    return float(_values["epsilon"])


def set_epsilon(value: float) -> None:
    """Sets the small number of `epsilon()`.

    Args:
        value: A positive float.

    Example:
        >>> set_epsilon(1e-7)
    """
    _values["epsilon"] = float(value)


def image_data_format() -> str:
    """Returns "channels_last" or "channels_first", the default axis order of images.

    Example:
        >>> image_data_format()
        'channels_last'
    """
    return str(_values["image_data_format"])


def set_image_data_format(data_format: str) -> None:
    """Sets the default axis order of images.

    Args:
        data_format: "channels_last" or "channels_first".

    Raises:
        ValueError: For any other value.

    Example:
        >>> set_image_data_format("channels_last")
    """
    if data_format not in _IMAGE_FORMATS:
        raise ValueError(
            f"set_image_data_format: expected 'channels_last' or 'channels_first'; got {data_format!r}."
        )
    _values["image_data_format"] = data_format


def enable_flash_attention() -> None:
    """Lets the attention layers choose their way of computing; that is the start setting.

    Example:
        >>> enable_flash_attention()
        >>> is_flash_attention_enabled() is None
        True
    """
    _values["flash_attention"] = None


def disable_flash_attention() -> None:
    """Records that no special attention kernels are wanted; results do not depend on it.

    Example:
        >>> disable_flash_attention()
        >>> is_flash_attention_enabled()
        False
        >>> enable_flash_attention()
    """
    _values["flash_attention"] = False


def is_flash_attention_enabled() -> bool | None:
    """Returns None, or False after `disable_flash_attention()`.

    Example:
        >>> is_flash_attention_enabled() is None
        True
    """
    enabled: bool | None = _values["flash_attention"]
    return enabled


class ThreadState(threading.local):
    """What the current thread is doing: open captures, open tapes, name scopes.

    Attributes:
        captures: Stack of graph captures; the last one records.
        tapes: Gradient tapes that record, outermost first.
        scopes: Names of the layers being built or called, outermost first; they make the paths of
            variables and the scopes of graph nodes.
        attributes: Named values for the rooms above (training phase, autocast dtype, ...).
    """

    def __init__(self) -> None:
        self.captures: list[Any] = []
        self.tapes: list[Any] = []
        self.scopes: list[str] = []
        self.attributes: dict[str, Any] = {}


state = ThreadState()


@contextmanager
def name_scope(name: str) -> Iterator[None]:
    """Makes variables and graph nodes that are made in a `with` block belong to a named part.

    Args:
        name: Of the part.

    Example:
        >>> with name_scope("loss"):
        ...     state.scopes
        ['loss']
    """
    before = state.scopes
    state.scopes = [*before, name]
    try:
        yield
    finally:
        state.scopes = before


_counter_lock = threading.Lock()


def snake_case(name: str) -> str:
    """Returns a class name as lower-case words joined by underscores.

    Example:
        >>> snake_case("LeakyReLU"), snake_case("Conv2D"), snake_case("BatchNormalization")
        ('leaky_re_lu', 'conv2d', 'batch_normalization')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def unique_name(prefix: str) -> str:
    """Returns `prefix`, then `prefix_1`, `prefix_2`, ... on later calls.

    Example:
        >>> reset_names()
        >>> unique_name("dense"), unique_name("dense")
        ('dense', 'dense_1')
    """
    with _counter_lock:
        names = session.current().names
        number = names[prefix]
        names[prefix] += 1
    return prefix if number == 0 else f"{prefix}_{number}"


def reset_names() -> None:
    """Starts the numbering of automatic names anew."""
    with _counter_lock:
        session.current().names.clear()
