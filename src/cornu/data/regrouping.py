"""Regrouping: the methods of Dataset that carry state or sort elements into groups."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.core.errors import InvalidArgumentError
from cornu.data.batching import Grouped
from cornu.data.caching import FileCache
from cornu.data.elements import map_components
from cornu.data.manners import Manners
from cornu.data.scanning import Lenient, Scan
from cornu.data.stage import Stage


class Regrouping:
    """The part of a Dataset whose steps look at more than one element."""

    manners: Manners
    _stage: Stage

    if TYPE_CHECKING:

        def _next(self, stage: Stage) -> Any: ...
        def _shown(self, element: Any) -> Any: ...
        def _state(self, value: Any) -> Any: ...

    def scan(self, initial_state: Any, scan_func: Callable[..., Any], name: Any = None) -> Any:
        """Returns what a function makes of a state and each element.

        Args:
            initial_state: Tensor or structure of tensors.
            scan_func: `scan_func(state, element)` returns the next state and a result.
            name: Accepted for TensorFlow's signature.
        """

        def step(state: Any, element: Any) -> tuple[Any, Any]:
            following, result = scan_func(state, self._shown(element))
            return self._state(following), map_components(self.manners.absorb, result)

        return self._next(Scan(self._stage, lambda: self._state(initial_state), step))

    def group_by_window(
        self,
        key_func: Callable[..., Any],
        reduce_func: Callable[..., Any],
        window_size: Any = None,
        window_size_func: Any = None,
        name: Any = None,
    ) -> Any:
        """Returns the elements of datasets that are made of elements with the same key.

        Args:
            key_func: Returns a number for an element.
            reduce_func: Returns a dataset for a key and a dataset of elements.
            window_size: How many elements with one key are handed over together.
            window_size_func: Returns that number for a key.
            name: Accepted for TensorFlow's signature.

        Raises:
            ValueError: Unless one of the sizes is given.
        """
        if (window_size is None) == (window_size_func is None):
            raise InvalidArgumentError(
                "group_by_window: pass either window_size or window_size_func."
            )

        def key(element: Any) -> int:
            shown = self._shown(element)
            return int(key_func(*shown) if type(shown) is tuple else key_func(shown))

        def size(number: int) -> int:
            if window_size is not None:
                return int(window_size)
            return int(window_size_func(self.manners.show(np.array(number, np.int64))))

        def reduce(number: int, stage: Stage) -> Stage:
            made = reduce_func(self.manners.show(np.array(number, np.int64)), self._next(stage))
            result: Stage = made._stage
            return result

        return self._next(Grouped(self._stage, key, size, reduce))

    def bucket_by_sequence_length(
        self,
        element_length_func: Callable[..., Any],
        bucket_boundaries: Any,
        bucket_batch_sizes: Any,
        padded_shapes: Any = None,
        padding_values: Any = None,
        pad_to_bucket_boundary: bool = False,
        no_padding: bool = False,
        drop_remainder: bool = False,
        name: Any = None,
    ) -> Any:
        """Returns padded batches of elements of about the same length.

        Args:
            element_length_func: Returns the length of an element.
            bucket_boundaries: Lengths at which a new bucket begins.
            bucket_batch_sizes: Elements in a batch of each bucket, one more than boundaries.
            padded_shapes: As in `padded_batch`.
            padding_values: Likewise.
            pad_to_bucket_boundary: Not supported; batches are as long as their longest element.
            no_padding: Whether elements are of one length already.
            drop_remainder: Whether batches with fewer elements are left out.
            name: Accepted for TensorFlow's signature.

        Raises:
            ValueError: When the numbers of boundaries and sizes do not fit.
        """
        if len(bucket_batch_sizes) != len(bucket_boundaries) + 1:
            raise InvalidArgumentError(
                f"bucket_by_sequence_length: {len(bucket_boundaries)} boundaries make "
                f"{len(bucket_boundaries) + 1} buckets; got {len(bucket_batch_sizes)} batch sizes."
            )
        if pad_to_bucket_boundary:
            raise NotImplementedError(
                "bucket_by_sequence_length: pad_to_bucket_boundary is not supported; pass "
                "padded_shapes."
            )

        def bucket(*element: Any) -> int:
            length = int(element_length_func(*element))
            return int(np.searchsorted(bucket_boundaries, length, side="right"))

        def batched(number: Any, window: Any) -> Any:
            size = bucket_batch_sizes[int(number)]
            if no_padding:
                return window.batch(size, drop_remainder)
            return window.padded_batch(size, padded_shapes, padding_values, drop_remainder)

        sizes = list(bucket_batch_sizes)
        return self.group_by_window(
            bucket, batched, window_size_func=lambda number: sizes[int(number)]
        )

    def ignore_errors(self, log_warning: bool = False, name: Any = None) -> Any:
        """Returns the elements without those whose making raises an error.

        Args:
            log_warning: Whether each error becomes a warning.
            name: Accepted for TensorFlow's signature.
        """

        def tell(error: Exception) -> None:
            if log_warning:
                warnings.warn(f"An element was left out: {error}", stacklevel=2)

        return self._next(Lenient(self._stage, tell))

    def snapshot(self, path: Any, *arguments: Any, **keywords: Any) -> Any:
        """Returns the elements of the first whole pass, kept in a folder.

        Args:
            path: The folder.
            *arguments: Accepted for TensorFlow's signature.
            **keywords: Likewise.
        """
        return self._next(FileCache(self._stage, Path(path) / "snapshot"))
