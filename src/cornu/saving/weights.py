"""Weights files in the layout of Keras 3: a group per object, named after its path in the model."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

from cornu.core.errors import InvalidFileError
from cornu.saving import hdf5
from cornu.saving.hdf5 import HDF5File
from cornu.saving.walk import saveables

# Beside what Keras keeps: the states of random generators, so that training goes on exactly.
_SEEDS = "seed_generators"


class WriteStore(dict[str, Any]):
    """What `save_own_variables` fills."""

    def __init__(self, group: h5py.Group) -> None:
        super().__init__()
        self._group = group

    def __setitem__(self, name: str, value: Any) -> None:
        hdf5.write_array(self._group, name, value)
        super().__setitem__(name, value)


class ReadStore:
    """What `load_own_variables` reads: arrays by name, empty where the file has none."""

    def __init__(self, file: HDF5File, group: h5py.Group | None) -> None:
        self._file = file
        self._group = group

    def keys(self) -> list[str]:
        """Returns the names of the arrays."""
        return [] if self._group is None else list(self._group.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __contains__(self, name: object) -> bool:
        return name in self.keys()

    def __getitem__(self, name: str) -> Any:
        if self._group is None:
            raise KeyError(name)
        return self._file.array(self._group, str(name))

    def items(self) -> list[tuple[str, Any]]:
        """Returns names and arrays."""
        return [(name, self[name]) for name in self.keys()]

    def values(self) -> list[Any]:
        """Returns the arrays."""
        return [self[name] for name in self.keys()]


def write(model: Any, path: Path | str, skipped: Any = ()) -> None:
    """Writes the weights of a model, and the state of its optimizer, to a new file.

    Args:
        model: The model.
        path: The file, which is made.
        skipped: Objects that are left out.
    """
    with h5py.File(path, "w") as file:
        for inner, obj in saveables(model, skipped):
            group = file.create_group(f"{inner}/vars" if inner else "vars")
            if isinstance(getattr(obj, "name", None), str):
                group.attrs["name"] = obj.name
            obj.save_own_variables(WriteStore(group))
            generators = getattr(obj, "_seed_generators", [])
            if generators:
                seeds = file.create_group(f"{inner}/{_SEEDS}" if inner else _SEEDS)
                for number, generator in enumerate(generators):
                    hdf5.write_array(seeds, str(number), generator.state)


def read(model: Any, file: HDF5File, *, skip_mismatch: bool = False, skipped: Any = ()) -> None:
    """Sets the weights of a model, and the state of its optimizer, from a file.

    Args:
        model: The model; when something does not fit, it keeps its weights.
        file: The open file.
        skip_mismatch: Whether objects that do not fit are left as they are, with a warning.
        skipped: Objects that are left as they are.

    Raises:
        ValueError: When the model has no weights yet, or the file's do not fit.
    """
    _prepare_optimizer(model, file)
    with unchanged_on_error(model):
        known: set[str] = set()
        complaints: list[str] = []
        for inner, obj in saveables(model, skipped):
            known.add(inner)
            complaint = _read_one(obj, inner, file)
            if complaint:
                complaints.append(complaint)
        complaints += _without_place(model, file, known)
        report(complaints, file.shown, skip_mismatch)


def _read_one(obj: Any, inner: str, file: HDF5File) -> str | None:
    """Sets the variables of one object; returns what is wrong, or None."""
    store = ReadStore(file, file.group(file.root, f"{inner}/vars"))
    is_layer = hasattr(obj, "get_build_config")
    if not is_layer and not store.keys():
        return None  # a file of weights only: the optimizer stays as it is
    if not is_layer and len(store) <= 2 < len(obj.variables):
        # Saved by Keras before any training: step count and learning rate, no slots.
        for number, variable in enumerate(obj.variables[: len(store)]):
            variable.assign(store[str(number)])
        return None
    before = [(variable, variable.value) for variable in _own(obj)]
    try:
        obj.load_own_variables(store)
        seeds = ReadStore(file, file.group(file.root, f"{inner}/{_SEEDS}"))
        generators = getattr(obj, "_seed_generators", [])
        if len(seeds) == len(generators):
            for number, generator in enumerate(generators):
                generator.state.assign(seeds[str(number)])
    except InvalidFileError:
        raise
    except Exception as error:
        for variable, value in before:
            variable.assign(value)
        return f"{inner or 'the model itself'}: {error}"
    return None


def _own(obj: Any) -> list[Any]:
    if hasattr(obj, "_trainable_variables"):
        return [*obj._trainable_variables, *obj._non_trainable_variables]
    return list(obj.variables)


def _without_place(model: Any, file: HDF5File, known: set[str]) -> list[str]:
    """Returns complaints about layers of the file that the model has not."""
    layers = file.group(file.root, "layers")
    names = {path.split("/")[1] for path in known if path.startswith("layers/")}
    if layers is None or not names:
        return []
    return [
        f"layers/{name}: the file has weights for it, but the model has no such layer"
        for name in layers
        if name not in names and _has_arrays(file, layers, name)
    ]


def _has_arrays(file: HDF5File, parent: h5py.Group, name: str, depth: int = 0) -> bool:
    found = file.find(parent, name)
    if isinstance(found, h5py.Group) and depth < 20:
        return any(
            child != _SEEDS and _has_arrays(file, found, child, depth + 1) for child in found
        )
    return isinstance(found, h5py.Dataset)


def _prepare_optimizer(model: Any, file: HDF5File) -> None:
    """Makes the slots of an optimizer that has not trained yet, when the file has values for them."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or getattr(optimizer, "built", True):
        return
    stored = file.group(file.root, "optimizer/vars")
    if stored is not None and len(stored) > len(optimizer.variables):
        optimizer.build(model.trainable_weights)


def report(complaints: list[str], shown: str, skip_mismatch: bool) -> None:
    """Raises or warns when something of a file does not fit the model.

    Args:
        complaints: One line for each object.
        shown: The file.
        skip_mismatch: Whether a warning is enough.

    Raises:
        ValueError: When there are complaints and no warning is enough.
    """
    if not complaints:
        return
    lines = "".join(f"\n  - {complaint}" for complaint in complaints[:20])
    more = f"\n  ... and {len(complaints) - 20} more" if len(complaints) > 20 else ""
    if skip_mismatch:
        warnings.warn(
            f"Loading weights from {shown!r}: these did not fit and were left out:{lines}{more}",
            UserWarning,
            stacklevel=5,
        )
        return
    raise ValueError(
        f"The weights in {shown!r} do not fit the model, which keeps its own:{lines}{more}\n"
        f"Build the model as it was when it was saved, or pass skip_mismatch=True to load only "
        f"what fits."
    )


@contextmanager
def unchanged_on_error(model: Any) -> Iterator[None]:
    """Gives all variables of a model and its optimizer their values back when the block raises."""
    optimizer = getattr(model, "optimizer", None)
    variables = [*model.variables, *(optimizer.variables if optimizer is not None else ())]
    before = [(variable, variable.value) for variable in variables]
    try:
        yield
    except BaseException:
        for variable, value in before:
            variable.assign(value)
        raise
