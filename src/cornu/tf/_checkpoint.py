"""Checkpoint: saves and restores anything with variables."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py

from cornu.core.graph import eager_scope
from cornu.core.variable import Variable as CoreVariable
from cornu.saving import hdf5
from cornu.saving.replacing import replacing_file
from cornu.saving.walk import saveables
from cornu.tf._checkpoint_files import ENDING, read_arrays, write_state
from cornu.tf._module import Module
from cornu.tf._variable import Variable

_COUNTER = "save_counter"


class CheckpointStatus:
    """What `restore` found, and what it leaves for when layers get their weights.

    Args:
        path: The checkpoint.
        unused: Names in the file that no object has.
        unmatched: Names of objects that the file does not have.
        waiting: Names of objects that have no variables yet.
    """

    def __init__(
        self, path: str | None, unused: set[str], unmatched: set[str], waiting: set[str]
    ) -> None:
        self._path = path
        self._unused = unused
        self._unmatched = unmatched
        self._waiting = waiting

    def _complain(self, what: str, names: set[str]) -> None:
        if names:
            shown = ", ".join(sorted(names)[:10])
            raise AssertionError(f"Checkpoint {self._path!r}: {what}: {shown}.")

    def assert_consumed(self) -> CheckpointStatus:
        """Checks that all of the file was used and every object found its values.

        Raises:
            AssertionError: When something is left.
        """
        self._complain("nothing takes these values", self._unused)
        self._complain("these have no variables yet", self._waiting)
        return self.assert_existing_objects_matched()

    def assert_existing_objects_matched(self) -> CheckpointStatus:
        """Checks that every object that has variables found its values.

        Raises:
            AssertionError: When one did not.
        """
        self._complain("the file has no values for these", self._unmatched)
        return self

    assert_nontrivial_match = assert_existing_objects_matched

    def expect_partial(self) -> CheckpointStatus:
        """Returns the status; what is left over never brings a warning."""
        return self

    def initialize_or_restore(self, session: Any = None) -> None:
        """Does nothing: values are set at once."""

    run_restore_ops = initialize_or_restore


class Checkpoint:
    """Saves and restores the variables of models, optimizers, modules and variables.

    Args:
        root: An object whose parts are saved.
        **kwargs: Objects by the names under which they are saved: Keras models, layers, optimizers
            and metrics, `tf.Module`s, variables, and lists and dicts of these.

    Example:
        >>> import tempfile
        >>> import cornu.tf as tf
        >>> step = tf.Variable(3)
        >>> checkpoint = tf.train.Checkpoint(step=step)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = checkpoint.save(f"{folder}/ckpt")
        ...     _ = step.assign(9)
        ...     status = checkpoint.restore(path)
        >>> int(step)
        3
    """

    def __init__(self, root: Any = None, **kwargs: Any) -> None:
        self.save_counter = Variable(0, trainable=False, dtype="int64", name=_COUNTER)
        if root is not None:
            self.root = root
        for name, value in kwargs.items():
            setattr(self, name, value)

    def _parts(self) -> list[tuple[str, Any]]:
        return list(parts_of(vars(self), "", set()))

    def write(self, file_prefix: Any, options: Any = None) -> str:
        """Writes the values to a file, without counting.

        Args:
            file_prefix: Path without the ending.
            options: Accepted for TensorFlow's signature.

        Returns:
            The path, for `read`.
        """
        with replacing_file(f"{os.fspath(file_prefix)}{ENDING}") as new, h5py.File(new, "w") as f:
            f.attrs["format"] = "cornu.tf.train.Checkpoint"
            for path, obj in self._parts():
                group = f.create_group(path)
                for number, variable in enumerate(own_variables(obj)):
                    hdf5.write_array(group, str(number), variable)
        return os.fspath(file_prefix)

    def save(self, file_prefix: Any, options: Any = None) -> str:
        """Writes the values to `<file_prefix>-<number>` and makes it the latest checkpoint.

        Args:
            file_prefix: Path without number and ending.
            options: Accepted for TensorFlow's signature.

        Returns:
            The path, for `restore`.
        """
        self.save_counter.assign_add(1)
        path = self.write(f"{os.fspath(file_prefix)}-{int(self.save_counter.numpy())}")
        write_state(Path(path).parent, [Path(path).name])
        return path

    def read(self, save_path: Any, options: Any = None) -> CheckpointStatus:
        """Sets the variables to the values of a checkpoint.

        Layers that have no weights yet, and optimizers that have not trained, get their values when
        they are built.

        Args:
            save_path: What `save` or `write` returned; None leaves everything as it is.
            options: Accepted for TensorFlow's signature.

        Returns:
            A CheckpointStatus.

        Raises:
            NotFoundError: When there is no such checkpoint.
            ValueError: When shapes differ; nothing is changed then.
        """
        if save_path is None:
            return CheckpointStatus(None, set(), set(), set())
        stored = read_arrays(save_path)
        unmatched: set[str] = set()
        waiting: set[str] = set()
        changes: list[tuple[Any, Any]] = []
        later: list[tuple[Any, Callable[[], None]]] = []
        for path, obj in self._parts():
            values = stored.pop(path, None)
            variables = own_variables(obj)
            if not values:
                if variables and path != _COUNTER:
                    unmatched.add(path)
                continue
            _check(path, variables, values, os.fspath(save_path))
            changes += zip(variables, values)
            if len(values) > len(variables):
                waiting.add(path)
                later.append((obj, _when_built(obj, path, values, waiting, os.fspath(save_path))))
        for variable, value in changes:
            variable.assign(value)
        for obj, action in later:
            obj.__dict__.setdefault("_when_built", []).append(action)
        left = {path for path, values in stored.items() if values}
        return CheckpointStatus(os.fspath(save_path), left, unmatched, waiting)

    restore = read


def parts_of(value: Any, path: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """Yields the objects that have variables of their own, with their paths."""
    if isinstance(value, (dict, list, tuple)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for name, item in items:
            yield from parts_of(item, f"{path}/{name}" if path else str(name), seen)
        return
    if isinstance(value, (CoreVariable, Module, Checkpoint)) or _is_saveable(value):
        if id(value) in seen:
            return
        seen.add(id(value))
    if isinstance(value, CoreVariable):
        yield path, value
    elif _is_saveable(value):
        for inner, obj in saveables(value):
            if obj is value or id(obj) not in seen:
                seen.add(id(obj))
                yield f"{path}/{inner}" if inner else path, obj
    elif isinstance(value, (Module, Checkpoint)):
        attributes = {n: v for n, v in sorted(vars(value).items()) if n not in ("_name", _COUNTER)}
        yield from parts_of(attributes, path, seen)


def _is_saveable(value: Any) -> bool:
    return hasattr(type(value), "save_own_variables")


def own_variables(obj: Any) -> list[Any]:
    """Returns the variables of an object, without those of objects inside it."""
    if isinstance(obj, CoreVariable):
        return [obj]
    if hasattr(obj, "_trainable_variables"):
        return [*obj._trainable_variables, *obj._non_trainable_variables]
    return list(obj.variables)


def _check(path: str, variables: list[Any], values: list[Any], shown: str) -> None:
    for variable, value in zip(variables, values):
        if tuple(variable.shape) != value.shape:
            raise ValueError(
                f"Checkpoint {shown!r} does not fit: {path} has a variable of shape "
                f"{tuple(variable.shape)}, and the file a value of shape {value.shape}."
            )
    # An optimizer that had not trained has its step count and rate only.
    if 2 < len(values) < len(variables):
        raise ValueError(
            f"Checkpoint {shown!r} does not fit: {path} has {len(variables)} variables, and the "
            f"file {len(values)} values."
        )


def _when_built(
    obj: Any, path: str, values: list[Any], waiting: set[str], shown: str
) -> Callable[[], None]:
    def set_values() -> None:
        variables = own_variables(obj)
        _check(path, variables, values, shown)
        with eager_scope():
            for variable, value in zip(variables, values):
                variable.assign(value)
        if len(variables) >= len(values):
            waiting.discard(path)

    return set_values
