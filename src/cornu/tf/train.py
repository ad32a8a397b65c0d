"""Checkpoints, and the messages of TFRecord files: `tf.train`."""

from __future__ import annotations

from typing import Any

from cornu.tf._checkpoint import Checkpoint as Checkpoint
from cornu.tf._checkpoint_files import get_checkpoint_state as get_checkpoint_state
from cornu.tf._checkpoint_files import latest_checkpoint as latest_checkpoint
from cornu.tf._checkpoint_files import list_variables as list_variables
from cornu.tf._checkpoint_files import load_checkpoint as load_checkpoint
from cornu.tf._checkpoint_manager import CheckpointManager as CheckpointManager
from cornu.tf._examples import BytesList as BytesList
from cornu.tf._examples import Example as Example
from cornu.tf._examples import Feature as Feature
from cornu.tf._examples import Features as Features
from cornu.tf._examples import FloatList as FloatList
from cornu.tf._examples import Int64List as Int64List
from cornu.tf._names import no_such_name

__all__ = [
    "BytesList", "Checkpoint", "CheckpointManager", "Example", "Feature", "Features", "FloatList",
    "Int64List", "get_checkpoint_state", "latest_checkpoint", "list_variables", "load_checkpoint",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.train", name, __all__)
