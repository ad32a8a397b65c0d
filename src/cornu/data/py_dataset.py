"""PyDataset: batches that a user's class computes, by their numbers."""

from __future__ import annotations

from typing import Any


class PyDataset:
    """Batches by their numbers; subclassed by users.

    A subclass defines `__len__` (or the property `num_batches`) and `__getitem__(index)`, which
    returns a batch: x, (x, y) or (x, y, sample_weight).

    Args:
        workers: Threads that compute batches ahead of the training; with 1 none does.
        use_multiprocessing: Accepted for Keras's signature; threads are used.
        max_queue_size: How many batches are kept ready.

    Raises:
        ValueError: For numbers below 1.

    Example:
        >>> class Squares(PyDataset):
        ...     def __len__(self):
        ...         return 2
        ...
        ...     def __getitem__(self, index):
        ...         return [index, index + 1], [index**2, (index + 1) ** 2]
        >>> Squares().num_batches
        2
    """

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        if workers < 1 or max_queue_size < 1:
            raise ValueError(
                f"PyDataset: workers and max_queue_size must be at least 1; got {workers} and "
                f"{max_queue_size}."
            )
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index: int) -> Any:
        """Returns a batch.

        Args:
            index: Its number.
        """
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__(self, index).")

    @property
    def num_batches(self) -> int | None:
        """Number of batches; None when they never end."""
        if hasattr(type(self), "__len__"):
            return len(self)  # type: ignore[arg-type]
        raise NotImplementedError(
            f"{type(self).__name__} must define __len__(self) or the property num_batches."
        )

    def on_epoch_begin(self) -> None:
        """Called before each epoch; may be overridden."""

    def on_epoch_end(self) -> None:
        """Called after each epoch; may be overridden."""


Sequence = PyDataset
