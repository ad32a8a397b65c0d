"""BackupAndRestore: a training that was interrupted goes on where it stopped."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from cornu.callbacks._callback import Callback, Logs
from cornu.callbacks._checkpoint import check_frequency
from cornu.core import session
from cornu.core.errors import InvalidFileError
from cornu.saving import hdf5, weights
from cornu.saving.json_text import read_json
from cornu.saving.replacing import replacing_file

_STATE, _FACTS = "latest.weights.h5", "training_metadata"


class BackupAndRestore(Callback):
    """Keeps the state of a training, so that the same `fit` called again goes on from there.

    After an epoch the state holds weights, optimizer, random generators and the order of shuffles:
    the training that goes on computes what the uninterrupted one would have. A state kept within
    an epoch takes the epoch up from its beginning.

    Args:
        backup_dir: Folder for the state; it belongs to this one training.
        save_freq: "epoch", or a number of batches.
        double_checkpoint: Whether the state before the last one is kept as well.
        delete_checkpoint: Whether the folder is removed when training has ended.

    Raises:
        ValueError: For an empty `backup_dir` or an unknown `save_freq`; in training, when the
            model is not built yet.

    Example:
        >>> BackupAndRestore("/tmp/backup").save_freq
        'epoch'
    """

    def __init__(
        self,
        backup_dir: Any,
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if not backup_dir:
            raise ValueError("BackupAndRestore: backup_dir is empty; give the name of a folder.")
        check_frequency(type(self).__name__, save_freq)
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._epoch = 0
        self._batches = 0

    def wants_batches(self, mode: str) -> bool:
        """Whether a hook is called for every batch: only to save every so many."""
        return mode == "train" and self.save_freq != "epoch"

    def on_train_begin(self, logs: Logs = None) -> None:
        """Takes the state of the interrupted training, if there is one."""
        path = Path(self.backup_dir) / _STATE
        before = path.with_name(f"{_STATE}.bkp")
        if not path.is_file():
            return
        try:
            self._restore(path)
        except InvalidFileError:
            if not before.is_file():
                raise
            self._restore(before)

    def _restore(self, path: Path) -> None:
        with hdf5.reading(path) as file:
            text = file.text(file.root, _FACTS)
            facts = {} if text is None else read_json(text, str(path), _FACTS)
            if not isinstance(facts, dict) or not isinstance(facts.get("epoch"), int):
                raise InvalidFileError(path, _FACTS, "it does not say which epoch comes next")
            weights.read(self.model, file)
        self.model._resumed_epoch = facts["epoch"]
        if "numpy" in facts and "python" in facts:
            _set_random_state(facts)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Keeps the state after an epoch."""
        self._epoch = epoch + 1
        if self.save_freq == "epoch":
            self._backup(whole=True)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Keeps the state when enough batches have passed since the last time."""
        self._batches += 1
        if self.save_freq != "epoch" and self._batches >= int(self.save_freq):
            self._batches = 0
            self._backup(whole=False)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Notes the epoch."""
        self._epoch = epoch

    def _backup(self, *, whole: bool) -> None:
        folder = Path(self.backup_dir)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / _STATE
        if self.double_checkpoint and path.is_file():
            with replacing_file(path.with_name(f"{_STATE}.bkp")) as new:
                shutil.copyfile(path, new)
        facts: dict[str, Any] = {"epoch": self._epoch}
        if whole:
            facts.update(_random_state())
        # One file, so that a kill never leaves weights and facts of different epochs.
        with replacing_file(path) as new:
            weights.write(self.model, new)
            hdf5.add_text(new, _FACTS, json.dumps(facts))

    def on_train_end(self, logs: Logs = None) -> None:
        """Removes the state of a training that has ended."""
        if self.delete_checkpoint:
            shutil.rmtree(self.backup_dir, ignore_errors=True)


def _random_state() -> dict[str, Any]:
    """Returns the states of the generators of shuffles and default seeds."""
    name, words, place, has_gauss, gauss = session.current().shuffles.get_state(legacy=True)
    version, numbers, second = session.current().seeds.getstate()
    return {
        "numpy": [name, np.asarray(words).tolist(), place, has_gauss, gauss],
        "python": [version, list(numbers), second],
    }


def _set_random_state(facts: dict[str, Any]) -> None:
    name, words, place, has_gauss, gauss = facts["numpy"]
    shuffles = session.current().shuffles
    shuffles.set_state((name, np.array(words, np.uint32), place, has_gauss, gauss))
    version, numbers, second = facts["python"]
    session.current().seeds.setstate((version, tuple(numbers), second))
