"""One dataset cut into two."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core.errors import InvalidArgumentError
from cornu.data.dataset import Dataset
from cornu.data.elements import Block
from cornu.data.sources import Stored


def split_dataset(
    dataset: Any,
    left_size: Any = None,
    right_size: Any = None,
    shuffle: bool = False,
    seed: Any = None,
    preferred_backend: Any = None,
) -> tuple[Any, Any]:
    """Returns the first elements of a dataset and the rest as two datasets.

    Args:
        dataset: Dataset, array, list of arrays, or tuple or dict of arrays with equal rows.
        left_size: Number of elements, or their share between 0 and 1, of the first part.
        right_size: The same for the second; one of the two may be None.
        shuffle: Whether elements are mixed before.
        seed: Of the order.
        preferred_backend: Accepted for Keras's signature.

    Returns:
        Two Datasets.

    Raises:
        ValueError: For sizes that do not fit.

    Example:
        >>> left, right = split_dataset(np.arange(10), left_size=0.8)
        >>> len(left), len(right)
        (8, 2)
    """
    if not isinstance(dataset, Dataset):
        given = tuple(dataset) if isinstance(dataset, list) and dataset and np.ndim(dataset[0]) else dataset  # fmt: skip
        dataset = Dataset.from_tensor_slices(given)
    elements = list(dataset._stage.elements())
    count = len(elements)
    if left_size is None and right_size is None:
        raise InvalidArgumentError("split_dataset: give `left_size`, `right_size` or both.")
    left = _number(left_size, count, "left_size")
    right = _number(right_size, count, "right_size")
    left = count - right if left is None else left  # type: ignore[operator]
    right = count - left if right is None else right
    if left < 1 or right < 1 or left + right > count:
        raise InvalidArgumentError(
            f"split_dataset: {count} elements cannot be split into {left} and {right}; each part "
            f"needs at least one."
        )
    order = np.arange(count)
    if shuffle:
        generator = np.random.RandomState(np.random.randint(2**31) if seed is None else seed)
        generator.shuffle(order)
    parts = (order[:left], order[left : left + right])
    spec = dataset._stage.spec()
    left_part, right_part = (
        type(dataset)(Stored([Block.of(elements[place]) for place in part], spec)) for part in parts
    )
    return left_part, right_part


def _number(size: Any, count: int, name: str) -> int | None:
    if size is None:
        return None
    if isinstance(size, bool) or not isinstance(size, (int, float, np.integer, np.floating)):
        raise TypeError(f"split_dataset: `{name}` must be an int or a float; got {size!r}.")
    if isinstance(size, (int, np.integer)):
        if not 0 < size < count:
            raise InvalidArgumentError(f"split_dataset: `{name}` must lie from 1 to {count - 1}; got {size}.")  # fmt: skip
        return int(size)
    if not 0 < size < 1:
        raise InvalidArgumentError(f"split_dataset: as a share, `{name}` lies between 0 and 1; got {size}.")  # fmt: skip
    return round(count * size)
