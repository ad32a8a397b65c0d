"""The files of checkpoints: where they are, which is the latest, and what is in them.

A checkpoint is one HDF5 file `<prefix>-<number>.checkpoint.h5` of arrays, written whole or not at all;
programs name it without its ending, as in TensorFlow. Beside it the text file `checkpoint` lists those
that are kept. Reading runs no code.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from cornu.saving import hdf5
from cornu.saving.replacing import replacing_file
from cornu.tf.errors import NotFoundError

ENDING = ".checkpoint.h5"
_STATE = "checkpoint"


def _file_of(path: Any) -> Path:
    file = Path(f"{os.fspath(path)}{ENDING}")
    if not file.is_file():
        from_folder = latest_checkpoint(path) if Path(path).is_dir() else None
        if from_folder is not None:
            return _file_of(from_folder)
        raise NotFoundError(
            f"There is no checkpoint {os.fspath(path)!r} (file {file.name}). Pass what "
            f"Checkpoint.save or tf.train.latest_checkpoint(folder) returned."
        )
    return file


def read_arrays(path: Any) -> dict[str, list[Any]]:
    """Returns the arrays of a checkpoint by the path of their object."""
    found: dict[str, list[Any]] = {}

    def visit(group: h5py.Group, name: str) -> None:
        numbers = []
        for child in list(group):
            item = file.find(group, child)
            if isinstance(item, h5py.Group):
                visit(item, f"{name}/{child}" if name else child)
            elif str(child).isdigit():
                numbers.append(int(child))
        if numbers or name:
            found[name] = [file.array(group, str(number)) for number in sorted(numbers)]

    with hdf5.reading(_file_of(path)) as file:
        visit(file.root, "")
    return found


def write_state(folder: Path, names: list[str]) -> None:
    """Writes which checkpoints there are, the latest last."""
    text = "".join(
        [f'model_checkpoint_path: "{names[-1]}"\n' if names else ""]
        + [f'all_model_checkpoint_paths: "{name}"\n' for name in names]
    )
    with replacing_file(folder / _STATE) as new:
        new.write_text(text, encoding="utf-8")


class CheckpointState:
    """Which checkpoints a folder has.

    Args:
        paths: The checkpoints, the latest last.
    """

    def __init__(self, paths: list[str]) -> None:
        self.all_model_checkpoint_paths = paths
        self.model_checkpoint_path = paths[-1] if paths else ""


def get_checkpoint_state(checkpoint_dir: Any, latest_filename: str | None = None) -> CheckpointState | None:  # fmt: skip
    """Returns which checkpoints a folder has, or None.

    Args:
        checkpoint_dir: The folder.
        latest_filename: Name of the text file that lists them.

    Example:
        >>> get_checkpoint_state("no such folder") is None
        True
    """
    file = Path(checkpoint_dir) / (latest_filename or _STATE)
    if not file.is_file():
        return None
    names = re.findall(r'^all_model_checkpoint_paths: "(.*)"$', file.read_text("utf-8"), re.M)
    return CheckpointState([str(Path(checkpoint_dir) / name) for name in names])


def latest_checkpoint(checkpoint_dir: Any, latest_filename: str | None = None) -> str | None:
    """Returns the path of the latest checkpoint in a folder, or None when there is none.

    Args:
        checkpoint_dir: The folder.
        latest_filename: Name of the text file that lists the checkpoints.

    Returns:
        A path for `Checkpoint.restore`; in a folder to which only `model.save_weights` or
        ModelCheckpoint has written, the newest file of weights, for `model.load_weights`.

    Example:
        >>> latest_checkpoint("no such folder") is None
        True
    """
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is not None and state.model_checkpoint_path:
        path = state.model_checkpoint_path
        if Path(f"{path}{ENDING}").is_file():
            return path
    folder = Path(checkpoint_dir)
    files = [
        file
        for file in (folder.iterdir() if folder.is_dir() else ())
        if file.is_file() and not file.name.startswith(".") and _is_weights(file)
    ]
    newest = max(files, key=lambda file: (file.stat().st_mtime_ns, file.name), default=None)
    return None if newest is None else str(newest).removesuffix(ENDING)


def _is_weights(file: Path) -> bool:
    return ".ckpt" in file.name or file.name.endswith((ENDING, ".weights.h5"))


class CheckpointReader:
    """The values of one checkpoint, by name.

    Args:
        path: The checkpoint.
    """

    def __init__(self, path: Any) -> None:
        self._values = {
            f"{name}/{number}": value
            for name, values in read_arrays(path).items()
            for number, value in enumerate(values)
        }

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """Returns the shape of each value."""
        return {name: list(value.shape) for name, value in self._values.items()}

    def get_variable_to_dtype_map(self) -> dict[str, Any]:
        """Returns the dtype of each value."""
        return {name: value.dtype for name, value in self._values.items()}

    def has_tensor(self, tensor_str: str) -> bool:
        """Returns whether there is a value of a name."""
        return tensor_str in self._values

    def get_tensor(self, tensor_str: str) -> np.ndarray[Any, Any]:
        """Returns a value as a NumPy array."""
        value: np.ndarray[Any, Any] = self._values[tensor_str]
        return value


def load_checkpoint(ckpt_dir_or_file: Any) -> CheckpointReader:
    """Returns the values of a checkpoint by name.

    Args:
        ckpt_dir_or_file: The checkpoint, or a folder, whose latest one is taken.

    Returns:
        A CheckpointReader.

    Example:
        >>> import tempfile
        >>> import cornu.tf as tf
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = tf.train.Checkpoint(v=tf.Variable(3.0)).save(f"{folder}/ckpt")
        ...     reader = tf.train.load_checkpoint(path)
        >>> float(reader.get_tensor("v/0"))
        3.0
    """
    return CheckpointReader(ckpt_dir_or_file)


def list_variables(ckpt_dir_or_file: Any) -> list[tuple[str, list[int]]]:
    """Returns names and shapes of the values of a checkpoint.

    Args:
        ckpt_dir_or_file: The checkpoint, or a folder, whose latest one is taken.

    Returns:
        Pairs of a name and a shape.

    Example:
        >>> import tempfile
        >>> import cornu.tf as tf
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = tf.train.Checkpoint(v=tf.Variable(3.0)).save(f"{folder}/ckpt")
        ...     dict(tf.train.list_variables(path))["v/0"]
        []
    """
    return sorted(CheckpointReader(ckpt_dir_or_file).get_variable_to_shape_map().items())
