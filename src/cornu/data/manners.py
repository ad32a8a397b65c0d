"""How a pipeline meets users' functions: what tensors they get, and what they may return."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from cornu.core import engine
from cornu.core.tensor import Tensor
from cornu.data.elements import Array


class Manners:
    """cornu's own: functions get `cornu.Tensor`s and return whatever `cornu.ops` takes."""

    def adopt(self, tensor: Tensor) -> Any:
        """Returns a tensor as users' functions get it."""
        return tensor

    def convert(self, value: Any) -> Tensor:
        """Returns what a user gave, or a function returned, as a tensor."""
        return engine.to_tensor(value)

    def text(self, array: Array) -> Array:
        """Returns text as users' NumPy arrays hold it."""
        return array

    @contextmanager
    def tracing(self) -> Iterator[None]:
        """Surrounds the capture of a user's function."""
        yield

    def show(self, array: Array) -> Any:
        """Returns an array of the pipeline as users' functions get it."""
        return self.adopt(engine.tensor_from_numpy(array))

    def absorb(self, value: Any) -> Array:
        """Returns one component that a user gave as an array.

        Raises:
            TypeError: For None and what else is no tensor.
        """
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
            return value
        if value is None:
            raise TypeError(
                "A dataset cannot hold None. Does a function that was passed to the dataset lack "
                "its return?"
            )
        return np.asarray(Tensor.numpy(self.convert(value)))


PLAIN = Manners()
