"""CheckpointManager: keeps the latest checkpoints of a training."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cornu.tf._checkpoint import Checkpoint
from cornu.tf._checkpoint_files import ENDING, get_checkpoint_state, write_state


class CheckpointManager:
    """Keeps the latest checkpoints in a folder and deletes older ones.

    Args:
        checkpoint: The Checkpoint.
        directory: The folder.
        max_to_keep: How many are kept; all when None.
        keep_checkpoint_every_n_hours: Of those that would be deleted, one in so many hours stays.
        checkpoint_name: What file names begin with.
        step_counter: A variable that counts steps, for `checkpoint_interval`.
        checkpoint_interval: `save` does nothing until so many steps have passed.
        init_fn: Called by `restore_or_initialize` when there is no checkpoint.

    Example:
        >>> import tempfile
        >>> import cornu.tf as tf
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     checkpoint = tf.train.Checkpoint(step=tf.Variable(0))
        ...     manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
        ...     for _ in range(3):
        ...         path = manager.save()
        ...     len(manager.checkpoints)
        2
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        directory: Any,
        max_to_keep: int | None,
        keep_checkpoint_every_n_hours: float | None = None,
        checkpoint_name: str = "ckpt",
        step_counter: Any = None,
        checkpoint_interval: int | None = None,
        init_fn: Callable[[], Any] | None = None,
    ) -> None:
        if max_to_keep is not None and max_to_keep < 1:
            raise ValueError(f"CheckpointManager: max_to_keep must be positive; got {max_to_keep}.")
        if checkpoint_interval is not None and step_counter is None:
            raise ValueError("CheckpointManager: checkpoint_interval needs a step_counter.")
        self.checkpoint = checkpoint
        self.directory = os.fspath(directory)
        self._keep = max_to_keep
        self._hours = keep_checkpoint_every_n_hours
        self._preserved = time.time()
        self._prefix = os.path.join(self.directory, checkpoint_name)
        self._counter = step_counter
        self._interval = checkpoint_interval
        self._last_step: int | None = None
        self._init = init_fn
        state = get_checkpoint_state(self.directory)
        known = [] if state is None else state.all_model_checkpoint_paths
        self._paths = [path for path in known if Path(f"{path}{ENDING}").is_file()]

    @property
    def checkpoints(self) -> list[str]:
        """The checkpoints that are kept, the latest last."""
        return list(self._paths)

    @property
    def latest_checkpoint(self) -> str | None:
        """The latest checkpoint, or None."""
        return self._paths[-1] if self._paths else None

    @property
    def checkpoint_interval(self) -> int | None:
        """After how many steps `save` saves again."""
        return self._interval

    def save(self, checkpoint_number: Any = None, check_interval: bool = True, options: Any = None) -> str | None:  # fmt: skip
        """Saves a checkpoint and deletes those that are too many.

        Args:
            checkpoint_number: Its number; the checkpoint's own count when None.
            check_interval: Whether to wait for `checkpoint_interval` steps.
            options: Accepted for TensorFlow's signature.

        Returns:
            Its path; None when nothing was saved.
        """
        if self._interval is not None and check_interval:
            step = int(self._counter.numpy())
            if self._last_step is not None and step < self._last_step + self._interval:
                return None
            self._last_step = step
        counter = self.checkpoint.save_counter
        counter.assign_add(1)
        number = int(counter.numpy()) if checkpoint_number is None else int(checkpoint_number)
        path = self.checkpoint.write(f"{self._prefix}-{number}")
        self._paths = [*(known for known in self._paths if known != path), path]
        surplus = [] if self._keep is None else self._paths[: -self._keep]
        self._paths = self._paths[len(surplus) :]
        # The list first: it never names a file that is gone.
        write_state(Path(self.directory), [os.path.basename(kept) for kept in self._paths])
        for old in surplus:
            self._delete(Path(f"{old}{ENDING}"))
        return path

    def _delete(self, file: Path) -> None:
        if self._hours is not None and file.is_file():
            written = file.stat().st_mtime
            if written - self._preserved >= self._hours * 3600:
                self._preserved = written
                return
        file.unlink(missing_ok=True)

    def restore_or_initialize(self) -> str | None:
        """Restores the latest checkpoint; without one calls `init_fn`.

        Returns:
            The checkpoint's path, or None.
        """
        latest = self.latest_checkpoint
        if latest is not None:
            self.checkpoint.restore(latest)
            if self._counter is not None:
                self._last_step = int(self._counter.numpy())
        elif self._init is not None:
            self._init()
        return latest
