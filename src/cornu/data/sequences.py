"""Sequences of different lengths as one array, and windows over a long one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_SIDES = ("pre", "post")


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> Array:
    """Returns sequences as one array, the short ones filled up and the long ones cut.

    Args:
        sequences: A list of sequences of numbers, or of arrays that agree in all axes but the
            first.
        maxlen: Length of all; that of the longest when None.
        dtype: Dtype of the result; `object` for text.
        padding: Whether short ones are filled up before ("pre") or after ("post") what they hold.
        truncating: Whether long ones lose their beginning ("pre") or their end ("post").
        value: What they are filled up with.

    Returns:
        An array of shape (number of sequences, maxlen, ...).

    Raises:
        ValueError: When an item is no sequence, the items differ in shape, or a name is unknown.

    Example:
        >>> pad_sequences([[1], [2, 3, 4]], maxlen=2)
        array([[0, 1],
               [3, 4]], dtype=int32)
    """
    for name, side in (("padding", padding), ("truncating", truncating)):
        if side not in _SIDES:
            raise ValueError(f"pad_sequences: {name} is 'pre' or 'post'; got {side!r}.")
    if not hasattr(sequences, "__len__"):
        raise ValueError(
            f"pad_sequences: expected a list of sequences; got {type(sequences).__name__}."
        )
    for place, sequence in enumerate(sequences):
        if not hasattr(sequence, "__len__"):
            raise ValueError(
                f"pad_sequences: expected a list of sequences, but item {place} is {sequence!r}. "
                f"For a single sequence pass [sequence]."
            )
    kind = np.dtype(dtype)
    if isinstance(value, str) and kind.kind not in "OUS":
        raise ValueError(
            f"pad_sequences: value={value!r} is text, which dtype={dtype!r} cannot hold. Pass "
            f"dtype=object."
        )
    length = max((len(sequence) for sequence in sequences), default=0) if maxlen is None else maxlen
    first = next((sequence for sequence in sequences if len(sequence)), ())
    item_shape = np.asarray(first).shape[1:]
    result = np.full((len(sequences), length, *item_shape), value, dtype)
    for place, sequence in enumerate(sequences):
        if not len(sequence) or not length:
            continue
        kept = np.asarray(sequence[-length:] if truncating == "pre" else sequence[:length], dtype)
        if kept.shape[1:] != item_shape:
            raise ValueError(
                f"pad_sequences: the items of sequence {place} have shape {kept.shape[1:]}, those "
                f"of the first one {item_shape}."
            )
        if padding == "pre":
            result[place, -len(kept) :] = kept
        else:
            result[place, : len(kept)] = kept
    return result


class TimeseriesGenerator:
    """Batches of windows over a series, each with the target that follows it.

    An old name of Keras 2; `keras.utils.timeseries_dataset_from_array` is the present way.

    Args:
        data: The series: an array or list, time first.
        targets: One target for each point in time.
        length: Points in time that a window spans.
        sampling_rate: Every so many points of a window are kept.
        stride: Points in time between the starts of two windows.
        start_index: First point that is used.
        end_index: Last point that is used; the last of all when None.
        shuffle: Whether windows are drawn at random.
        reverse: Whether windows run backwards in time.
        batch_size: Windows in a batch.

    Raises:
        ValueError: When data and targets differ in length, or no window fits.

    Example:
        >>> series = np.arange(6)
        >>> windows = TimeseriesGenerator(series, series, length=3, batch_size=2)
        >>> x, y = windows[0]
        >>> x.tolist(), y.tolist()
        ([[0, 1, 2], [1, 2, 3]], [3, 4])
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
    ) -> None:
        if len(data) != len(targets):
            raise ValueError(
                f"TimeseriesGenerator: data has {len(data)} points in time but targets has "
                f"{len(targets)}; each point needs its target."
            )
        self.data = data
        self.targets = targets
        self.length = length
        self.sampling_rate = sampling_rate
        self.stride = stride
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle = shuffle
        self.reverse = reverse
        self.batch_size = batch_size
        if self.start_index > self.end_index:
            raise ValueError(
                f"TimeseriesGenerator: no window of length={length} from start_index={start_index} "
                f"has a target up to point {self.end_index}. Use a shorter window."
            )

    def __len__(self) -> int:
        step = self.batch_size * self.stride
        return (self.end_index - self.start_index + step) // step

    def __getitem__(self, index: int) -> tuple[Array, Array]:
        if index >= len(self):
            raise IndexError(f"TimeseriesGenerator has {len(self)} batches; got index {index}.")
        if self.shuffle:
            ends = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            step = self.batch_size * self.stride
            first = self.start_index + step * index
            ends = np.arange(first, min(first + step, self.end_index + 1), self.stride)
        samples = np.array(
            [self.data[end - self.length : end : self.sampling_rate] for end in ends]
        )
        targets = np.array([self.targets[end] for end in ends])
        return (samples[:, ::-1] if self.reverse else samples), targets

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments, data and targets as JSON text.

        Raises:
            TypeError: When they cannot be written as JSON.
        """
        parts = {"data": self.data, "targets": self.targets}
        texts = {name: json.dumps(np.asarray(part).tolist()) for name, part in parts.items()}
        names = ("length", "sampling_rate", "stride", "start_index", "end_index")
        settings = {name: getattr(self, name) for name in (*names, "shuffle", "reverse")}
        return {**texts, **settings, "batch_size": self.batch_size}

    def to_json(self, **kwargs: Any) -> str:
        """Returns the generator as JSON text.

        Args:
            **kwargs: Arguments of `json.dumps`.
        """
        return json.dumps(
            {"class_name": type(self).__name__, "config": self.get_config()}, **kwargs
        )
