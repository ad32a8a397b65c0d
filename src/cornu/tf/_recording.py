"""What the functions of `tf.summary` share: a record goes to the thread's default writer."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core import settings
from cornu.core.errors import SymbolicTensorError
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable
from cornu.summaries import writer as writers
from cornu.summaries.writer import EventWriter


def record(make: Any, name: str, step: Any) -> bool:
    """Records what `make()` returns, when anything is recorded; returns whether it was."""
    if settings.state.captures:
        _leave_capture(name)
        return False
    if not writers.is_recording():
        return False
    number = writers.default_step() if step is None else step_number(step)
    if number is None:
        raise ValueError(
            f"tf.summary: the record {name!r} has no step. Pass step=, or set one for all records "
            f"with tf.summary.experimental.set_step()."
        )
    current_file().add([make()], number)
    return True


def _leave_capture(name: str) -> None:
    """Makes a tf.function run plainly; a model's step can only be told to."""
    if settings.state.attributes.get("tf_trace") is not None or writers.is_recording():
        raise SymbolicTensorError(
            f"tf.summary: the record {name!r} needs values, which a captured step does not have. "
            f"Compile the model with run_eagerly=True to record from inside of it."
        )


def current_file() -> EventWriter:
    """Returns the default writer's file; there must be one."""
    file = writers.default_writer()
    assert file is not None
    return file


def array(data: Any, name: str) -> Any:
    """Returns the data of a record as a NumPy array."""
    if isinstance(data, (Tensor, Variable)):
        return Tensor.numpy(data.value if isinstance(data, Variable) else data)
    try:
        return np.asarray(data)
    except ValueError as error:
        raise ValueError(f"tf.summary: the record {name!r} is no tensor: {error}") from None


def step_number(step: Any) -> int:
    """Returns a step, which may be a tensor or variable, as a number."""
    return int(np.asarray(step))


def plain_text(value: Any) -> Any:
    """Returns a text tensor as str, other values as they are."""
    return bytes(value.numpy()).decode() if isinstance(value, Tensor) else value
