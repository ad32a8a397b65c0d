"""Datasets whose elements are tensors of `tf`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from cornu import data
from cornu.core import settings
from cornu.core.tensor import Tensor as CoreTensor
from cornu.data.elements import Array, ComponentSpec, NestedSpec, map_components
from cornu.data.manners import Manners
from cornu.tf._convert import convert
from cornu.tf._function import TensorSpec
from cornu.tf._seeds import Trace
from cornu.tf._tensor import adopt, as_bytes
from cornu.tf.errors import OutOfRangeError


class _Manners(Manners):
    """Functions get `tf.Tensor`s and return what TensorFlow makes tensors of."""

    def adopt(self, tensor: CoreTensor) -> Any:
        return adopt(tensor)

    def convert(self, value: Any) -> CoreTensor:
        return convert(value)

    def text(self, array: Array) -> Array:
        encoded: Array = as_bytes(array)
        return encoded

    @contextmanager
    def tracing(self) -> Iterator[None]:
        attributes = settings.state.attributes
        outer = attributes.get("tf_trace")
        attributes["tf_trace"] = Trace()
        try:
            yield
        finally:
            if outer is None:
                del attributes["tf_trace"]
            else:
                attributes["tf_trace"] = outer


class DatasetSpec:
    """Stands for a component of elements that is a dataset itself.

    Args:
        element_spec: Spec of its elements.
        dataset_shape: Accepted for TensorFlow's signature.

    Example:
        >>> import cornu.tf as tf
        >>> tf.data.DatasetSpec(tf.TensorSpec([], tf.int64)).element_spec.dtype
        tf.int64
    """

    def __init__(self, element_spec: Any, dataset_shape: Any = ()) -> None:
        self.element_spec = element_spec

    def __repr__(self) -> str:
        return f"DatasetSpec({self.element_spec}, TensorShape([]))"


class Dataset(data.Dataset):
    """Elements that are made when they are asked for; a pipeline of steps makes them.

    Elements are tensors or nested tuples and dicts of tensors; lists become tensors. Every method
    returns a new dataset.

    Args:
        stage: The last step of the pipeline; users call `from_tensor_slices` and its like.

    Example:
        >>> import cornu.tf as tf
        >>> dataset = tf.data.Dataset.from_tensor_slices([8, 3, 0]).map(lambda x: x + 1)
        >>> [int(x) for x in dataset]
        [9, 4, 1]
    """

    manners = _Manners()

    def cardinality(self) -> Any:
        """Returns the number of elements as an int64 tensor; -1 infinite, -2 unknown."""
        return convert(np.int64(super().cardinality()))

    def _spec_shown(self, spec: Any) -> Any:
        def leaf(part: Any) -> Any:
            if isinstance(part, NestedSpec):
                return DatasetSpec(self._spec_shown(part.element_spec))
            assert isinstance(part, ComponentSpec)
            return TensorSpec(part.shape, part.dtype)

        return map_components(leaf, spec)

    def out_of_range(self, text: str) -> Exception:
        """Returns the error of an iterator at its end."""
        return OutOfRangeError(text)
