"""Checkpoints: `tf.train`."""

from __future__ import annotations

from typing import Any

from cornu.tf._checkpoint import Checkpoint as Checkpoint
from cornu.tf._checkpoint_files import get_checkpoint_state as get_checkpoint_state
from cornu.tf._checkpoint_files import latest_checkpoint as latest_checkpoint
from cornu.tf._checkpoint_files import list_variables as list_variables
from cornu.tf._checkpoint_files import load_checkpoint as load_checkpoint
from cornu.tf._checkpoint_manager import CheckpointManager as CheckpointManager
from cornu.tf._names import no_such_name

__all__ = [
    "Checkpoint", "CheckpointManager", "get_checkpoint_state", "latest_checkpoint",
    "list_variables", "load_checkpoint",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.train", name, __all__)
