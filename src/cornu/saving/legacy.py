"""Models and weights in one HDF5 file, as Keras 2 kept them and Keras 3 still does (`.h5`)."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from cornu.core.errors import InvalidFileError, UnsupportedError
from cornu.saving import hdf5
from cornu.saving.archive import FORMAT_VERSION
from cornu.saving.hdf5 import HDF5File
from cornu.saving.json_text import read_json
from cornu.saving.legacy_configs import compile_config, from_short_form, short_form, training_config
from cornu.saving.weights import report, unchanged_on_error

_LAYERS, _TOP, _OPTIMIZER = "layer_names", "top_level_model_weights", "optimizer_weights"

# -- writing --------------------------------------------------------------------------------


def write_model(model: Any, path: Path, include_optimizer: bool = True) -> None:
    """Writes a whole model to a new file.

    Args:
        model: The model.
        path: The file, which is made.
        include_optimizer: Whether the optimizer and what `compile` was given are kept.

    Raises:
        UnsupportedError: When a layer has learned a vocabulary, for which these files have no place.
    """
    _check_vocabularies(model)
    config = short_form(model)
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = FORMAT_VERSION
        file.attrs["backend"] = "cornu"
        file.attrs["model_config"] = json.dumps(config).encode("utf-8")
        _write_layers(model, file.create_group("model_weights"))
        if include_optimizer and model.compiled and model.optimizer is not None:
            file.attrs["training_config"] = json.dumps(training_config(model)).encode("utf-8")
            _write_variables(file, _OPTIMIZER, model.optimizer.variables)


def _check_vocabularies(model: Any) -> None:
    for layer in model._flatten_layers(include_self=False):
        if hasattr(layer, "save_assets") and layer.get_config().get("vocabulary") is None:
            raise UnsupportedError(
                f"An .h5 file has no place for the vocabulary of layer {layer.name!r} (a "
                f"{type(layer).__name__}). Save the model to a '.keras' file."
            )


def write_weights(model: Any, path: Path) -> None:
    """Writes the weights of a model to a new file.

    Args:
        model: The model.
        path: The file, which is made.
    """
    with h5py.File(path, "w") as file:
        _write_layers(model, file)


def _write_layers(model: Any, group: h5py.Group) -> None:
    hdf5.write_texts(group, _LAYERS, [layer.name for layer in model.layers])
    group.attrs["backend"] = b"cornu"
    group.attrs["keras_version"] = FORMAT_VERSION.encode()
    for layer in sorted(model.layers, key=lambda layer: str(layer.name)):
        _write_variables(group, layer.name, _weights(layer))
    own = [*model._trainable_variables, *model._non_trainable_variables]
    _write_variables(group, _TOP, own)


def _write_variables(parent: h5py.Group, name: str, variables: Sequence[Any]) -> None:
    group = parent.create_group(name)
    paths: list[str] = []
    for variable in variables:
        path = str(variable.path)
        if path in paths:  # weights with the same name in several sublayers
            path = f"{path}_{len(paths)}"
        paths.append(path)
        hdf5.write_array(group, path, variable)
    hdf5.write_texts(group, "weight_names", paths)


def _weights(layer: Any) -> list[Any]:
    """The weights in the order of these files, which is not that of `weights`."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]


# -- reading --------------------------------------------------------------------------------


def is_legacy(file: HDF5File) -> bool:
    """Whether an HDF5 file has this layout."""
    attributes = file.root.attrs
    known = (_LAYERS, f"{_LAYERS}0", "model_config")
    return any(name in attributes for name in known) or "model_weights" in file.root


def read_model(file: HDF5File, compile: bool = True) -> Any:
    """Makes a model from a file.

    Args:
        file: The open file.
        compile: Whether the model is compiled as it was, with the optimizer's state.

    Returns:
        The model.

    Raises:
        InvalidFileError: When the file holds weights only.
    """
    text = file.text(file.root, "model_config")
    if text is None:
        raise InvalidFileError(
            file.shown,
            None,
            "it holds no model, only weights. Build the model in Python, then call "
            "model.load_weights(path)",
        )
    model = from_short_form(read_json(text, file.shown, "model_config"))
    read_weights(model, file)
    text = file.text(file.root, "training_config")
    if compile and text is not None:
        config = read_json(text, file.shown, "training_config")
        try:
            model.compile_from_config(compile_config(config))
        except (TypeError, ValueError, KeyError) as error:
            raise ValueError(
                f"The model in {file.shown!r} cannot be compiled as it was: {error} Pass "
                f"compile=False to load it without, and compile it yourself."
            ) from error
        _read_optimizer(model, file)
    return model


def read_weights(
    model: Any, file: HDF5File, *, by_name: bool = False, skip_mismatch: bool = False
) -> None:
    """Sets the weights of a model.

    Args:
        model: The model; when something does not fit, it keeps its weights.
        file: The open file.
        by_name: Whether layers are found by name instead of by their order.
        skip_mismatch: Whether layers that do not fit are left as they are, with a warning.

    Raises:
        ValueError: When the model has no weights yet, or the file's do not fit.
    """
    group = file.root
    if _LAYERS not in group.attrs and f"{_LAYERS}0" not in group.attrs:
        group = file.group(file.root, "model_weights")
        if group is None:
            raise file.fail("model_weights", "there is no such group")
    stored = {name: _arrays(file, group, name) for name in file.texts(group, _LAYERS)}
    pairs = _by_name(model, stored) if by_name else _by_order(model, stored, file, skip_mismatch)
    targets = [(f"layer {layer.name!r}", _weights(layer), arrays) for layer, arrays in pairs]
    if _TOP in group:
        own = [*model._trainable_variables, *model._non_trainable_variables]
        targets.append(("the model's own weights", own, _arrays(file, group, _TOP)))
    with unchanged_on_error(model):
        complaints = []
        for label, variables, arrays in targets:
            complaint = _misfit(label, variables, arrays)
            if complaint:
                complaints.append(complaint)
                continue
            for variable, array in zip(variables, arrays, strict=True):
                variable.assign(array)
        report(complaints, file.shown, skip_mismatch)


def _arrays(file: HDF5File, parent: h5py.Group, name: str) -> list[Any]:
    group = file.group(parent, name)
    if group is None:
        raise file.fail(f"{parent.name}/{name}", "there is no such group")
    return [file.array(group, path) for path in file.texts(group, "weight_names")]


def _by_name(model: Any, stored: dict[str, list[Any]]) -> list[tuple[Any, list[Any]]]:
    return [(layer, stored[layer.name]) for layer in model.layers if layer.name in stored]


def _by_order(
    model: Any, stored: dict[str, list[Any]], file: HDF5File, skip_mismatch: bool
) -> list[tuple[Any, list[Any]]]:
    layers = [layer for layer in model.layers if layer.weights]
    filled = {name: arrays for name, arrays in stored.items() if arrays}
    if len(layers) != len(filled):
        mine = ", ".join(layer.name for layer in layers) or "none"
        hint = "" if model.built else " The model is not built: call it on data first."
        report(
            [
                f"the file has {len(filled)} layers with weights "
                f"({', '.join(filled) or 'none'}), the model {len(layers)} ({mine}).{hint} Pass "
                f"by_name=True to load the layers whose names agree."
            ],
            file.shown,
            skip_mismatch,
        )
        return []
    return list(zip(layers, filled.values(), strict=True))


def _misfit(label: str, variables: list[Any], arrays: list[Any]) -> str | None:
    if len(variables) != len(arrays):
        listed = ", ".join(f"{v.name} {v.shape}" for v in variables) or "none"
        return f"{label} has {len(variables)} weights ({listed}), the file {len(arrays)} for it"
    wrong = [
        f"{variable.name} has shape {variable.shape}, but the file holds {np.shape(array)}"
        for variable, array in zip(variables, arrays, strict=True)
        if np.shape(array) != variable.shape
    ]
    return f"{label}: {'; '.join(wrong)}" if wrong else None


def _read_optimizer(model: Any, file: HDF5File) -> None:
    optimizer = model.optimizer
    if optimizer is None or _OPTIMIZER not in file.root:
        return
    arrays = _arrays(file, file.root, _OPTIMIZER)
    optimizer.build(model.trainable_weights)
    variables = _in_order_of(optimizer, len(arrays))
    if variables is None or _misfit("", variables, arrays):
        warnings.warn(
            f"{file.shown!r}: the state of optimizer {optimizer.name!r} does not fit and was left "
            f"out; its training starts anew.",
            UserWarning,
            stacklevel=4,
        )
        return
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def _in_order_of(optimizer: Any, count: int) -> list[Any] | None:
    """Returns the optimizer's variables in the order in which a file of that many holds them."""
    variables: list[Any] = optimizer.variables
    if len(variables) == count or count <= 2:  # two: saved by Keras before any training
        return variables[:count]
    # Up to TensorFlow 2.10: the step count, then slot by slot; the learning rate is in the config.
    slots = [optimizer._slots[name] for name in optimizer.slot_names if name in optimizer._slots]
    old = [optimizer._iterations, *(slot for table in slots for slot in table.values())]
    return old if len(old) == count else None
