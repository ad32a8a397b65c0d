"""Windows of a series, with what follows them."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core.errors import InvalidArgumentError
from cornu.data.dataset import Dataset
from cornu.data.elements import Array, ComponentSpec, Table
from cornu.data.stage import TableStage


class _Windows(Table):
    def __init__(
        self, data: Array, targets: Array | None, starts: Array, length: int, rate: int
    ) -> None:
        self._data, self._targets, self._starts = data, targets, starts
        self._offsets = np.arange(length) * rate
        self.count = len(starts)

    def take(self, index: Array) -> Any:
        first = self._starts[index]
        windows = self._data[first[:, None] + self._offsets]
        return windows if self._targets is None else (windows, self._targets[first])


class WindowsOfSeries(TableStage):
    """Windows of a series.

    Args:
        data: The series.
        targets: What belongs to the window that begins at each place, or None.
        starts: Where windows begin.
        length: Values in a window.
        rate: Distance of its values.
    """

    def __init__(
        self, data: Array, targets: Array | None, starts: Array, length: int, rate: int
    ) -> None:
        self._windows = _Windows(data, targets, starts, length, rate)
        window = ComponentSpec((length, *data.shape[1:]), str(data.dtype))
        self._spec: Any = window
        if targets is not None:
            self._spec = (window, ComponentSpec(targets.shape[1:], str(targets.dtype)))

    def spec(self) -> Any:
        """Returns the spec of a window, or of a pair."""
        return self._spec

    def cardinality(self) -> int:
        """Returns the number of windows."""
        return self._windows.count

    def table(self) -> Table | None:
        """Returns the windows."""
        return self._windows


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: Any = 128,
    shuffle: bool = False,
    seed: Any = None,
    start_index: Any = None,
    end_index: Any = None,
) -> Any:
    """Returns a dataset of windows of a series and their targets.

    Args:
        data: Array whose first axis is time.
        targets: Array: `targets[i]` belongs to the window that begins with `data[i]`; None for
            windows alone.
        sequence_length: Values in a window.
        sequence_stride: Distance of the windows' beginnings.
        sampling_rate: Distance of the values in a window.
        batch_size: Windows in a batch; None for single windows.
        shuffle: Whether the order is random.
        seed: Of the order.
        start_index: Values before this one are not used.
        end_index: Values from this one on are not used.

    Returns:
        A Dataset of windows, or of (windows, targets).

    Raises:
        ValueError: For numbers that cannot be.

    Example:
        >>> dataset = timeseries_dataset_from_array(np.arange(6), np.arange(6)[3:], 3)
        >>> [x.tolist() for x in next(dataset.as_numpy_iterator())]
        [[[0, 1, 2], [1, 2, 3], [2, 3, 4]], [3, 4, 5]]
    """
    values = np.asarray(data)
    for name, number in (
        ("sequence_length", sequence_length),
        ("sequence_stride", sequence_stride),
        ("sampling_rate", sampling_rate),
    ):
        if number < 1:
            raise InvalidArgumentError(f"`{name}` must be higher than 0; got {number}.")
    rows = len(values)
    begin, end = start_index or 0, rows if end_index is None else end_index
    for name, place in (("start_index", begin), ("end_index", end)):
        if not 0 <= place <= rows:
            raise InvalidArgumentError(f"`{name}` must lie from 0 to {rows}; got {place}.")
    if begin >= end:
        raise InvalidArgumentError(f"`end_index` must be higher than `start_index`; got {begin}, {end}.")  # fmt: skip
    used = values[begin:end]
    known = None if targets is None else np.asarray(targets)[begin:end]
    last = len(used) - (sequence_length - 1) * sampling_rate - 1
    if known is not None:
        last = min(last, len(known) - 1)
    starts = np.arange(0, last + 1, sequence_stride, dtype=np.int64)
    dataset = Dataset(WindowsOfSeries(used, known, starts, sequence_length, sampling_rate))
    if shuffle:
        dataset = dataset.shuffle(batch_size * 8 if batch_size else 1024, seed)
    return dataset if batch_size is None else dataset.batch(batch_size)
