"""Saving and loading of models and weights in any of the formats."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cornu.core import registry, settings
from cornu.core.errors import InvalidFileError, MissingFileError, UnsupportedError, suggestion
from cornu.saving import archive, hdf5, legacy, weights
from cornu.saving.replacing import existing_folder, replacing_file, replacing_folder
from cornu.saving.serialization import deserialize_keras_object

_HDF5 = (".h5", ".hdf5")
_FORMATS = {"keras": ".keras", "h5": ".h5", "tf": ""}
# Endings by which other programs know their files; a model's folder would be mistaken for one.
_FOREIGN = (
    ".pkl", ".pickle", ".joblib", ".pt", ".pth", ".onnx", ".json", ".yaml", ".npz", ".npy", ".pb",
    ".zip", ".tflite", ".safetensors", ".txt", ".csv", ".bin",
)  # fmt: skip


# -- saving ---------------------------------------------------------------------------------


def save_model(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    zipped: bool | None = None,
    include_optimizer: bool = True,
    save_format: str | None = None,
    **kwargs: Any,
) -> None:
    """Saves a model: its structure, its weights, and how it is being trained.

    Training goes on with the loaded model exactly where it stopped.

    Args:
        model: The model.
        filepath: A name that ends in ".keras" (an archive), in ".h5" or ".hdf5" (the format of
            Keras 2), or in neither: then a folder is made.
        overwrite: Whether an existing file is replaced.
        zipped: False makes a folder whatever the name.
        include_optimizer: Whether the optimizer and what `compile` was given are kept.
        save_format: "keras", "h5" or "tf" (a folder); None goes by the name.
        **kwargs: Nothing else is known; `options` and `signatures` of Keras 2 are ignored.

    Raises:
        ValueError: For a model without weights yet, and for a name that belongs to another
            format.
        FileExistsError: When there is such a file already and `overwrite` is False, and when a
            folder holds something else.

    Example:
        >>> import tempfile
        >>> import cornu as keras
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     keras.saving.save_model(model, f"{folder}/two.keras")
        ...     keras.saving.load_model(f"{folder}/two.keras").output_shape
        (None, 2)
    """
    _no_more(kwargs, "save_model", ignored=("options", "signatures", "save_traces"))
    path = _as_path(filepath, "save_model")
    ending = _ending(path, save_format, zipped)
    _check_built(model, "save_model")
    _check_free(path, overwrite)
    if include_optimizer and model.compiled and not getattr(model.optimizer, "built", True):
        model.optimizer.build(model.trainable_weights)  # Keras warns when slots are missing
    if ending == ".keras":
        with replacing_file(path) as new:
            archive.write_archive(model, new, include_optimizer)
    elif ending == ".h5":
        with replacing_file(path) as new:
            legacy.write_model(model, new, include_optimizer)
    else:
        _check_folder(path)
        with replacing_folder(path) as new:
            archive.write_folder(model, new, include_optimizer)


def _ending(path: Path, save_format: str | None, zipped: bool | None) -> str:
    if save_format is not None:
        if save_format not in _FORMATS:
            raise ValueError(
                f"save_model: save_format is one of {', '.join(_FORMATS)}; got {save_format!r}."
                f"{suggestion(save_format, _FORMATS)}"
            )
        return _FORMATS[save_format]
    name = path.name
    if zipped is False:
        return ""
    if name.endswith(".weights.h5"):
        raise ValueError(
            f"save_model: {str(path)!r} ends like a file of weights only. Call "
            f"model.save_weights({name!r}), or save the model to a name that ends in .keras."
        )
    if name.endswith(".keras") or zipped:
        return ".keras"
    if name.endswith(_HDF5):
        return ".h5"
    if name.lower().endswith(_FOREIGN):
        raise ValueError(
            f"save_model: {str(path)!r} ends like a file of another kind. Use a name that ends in "
            f".keras (recommended) or .h5, or one without an ending for a folder."
        )
    return ""


def _check_free(path: Path, overwrite: bool) -> None:
    if not overwrite and path.exists():
        raise FileExistsError(
            f"{str(path)!r} exists already. Pass overwrite=True to replace it, or choose another "
            f"name."
        )


def _check_folder(path: Path) -> None:
    if path.is_file():
        raise FileExistsError(
            f"Cannot make the folder {str(path)!r}: there is a file of that name."
        )
    if path.is_dir() and any(path.iterdir()) and not (path / archive.CONFIG).is_file():
        raise FileExistsError(
            f"The folder {str(path)!r} holds something else than a saved model, so it is not "
            f"replaced. Choose another name, or one that ends in .keras."
        )


def _check_built(model: Any, caller: str) -> None:
    if not getattr(model, "built", False):
        raise ValueError(
            f"{caller}: {model._who()} has no weights yet. Call it on data, fit it, or call "
            f"build(input_shape) first."
        )


def save_weights(model: Any, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
    """Saves the weights of a model and the state of its optimizer.

    Args:
        model: The model.
        filepath: A name that ends in ".weights.h5", or any other one; with ".h5" or ".hdf5" alone
            the file has the layout of Keras 2, and no state of the optimizer.
        overwrite: Whether an existing file is replaced.
        **kwargs: `objects_to_skip`: layers that are left out. `save_format` and `options` of
            Keras 2 are ignored.

    Raises:
        ValueError: For a model without weights yet.
        FileExistsError: When there is such a file already and `overwrite` is False.
        UnsupportedError: For `max_shard_size`, which would divide them into several files.

    Example:
        >>> import os, tempfile
        >>> import cornu as keras
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_weights(model, f"{folder}/two.weights.h5")
        ...     os.listdir(folder)
        ['two.weights.h5']
    """
    skipped = kwargs.pop("objects_to_skip", None) or ()
    save_format = kwargs.pop("save_format", None)
    if kwargs.pop("max_shard_size", None) is not None:
        raise UnsupportedError(
            "save_weights: cornu writes the weights to one file, whatever its size. Leave out "
            "max_shard_size."
        )
    _no_more(kwargs, "save_weights", ignored=("options",))
    path = _as_path(filepath, "save_weights")
    name = path.name
    if name.endswith(".keras"):
        raise ValueError(
            f"save_weights: {str(path)!r} ends like a whole model. Call model.save({name!r}), or "
            f"use a name that ends in .weights.h5."
        )
    _check_built(model, "save_weights")
    _check_free(path, overwrite)
    old_layout = name.endswith(_HDF5) and not name.endswith(".weights.h5")
    with replacing_file(path) as new:
        if old_layout or save_format == "h5":
            legacy.write_weights(model, new)
        else:
            weights.write(model, new, skipped)


# -- loading --------------------------------------------------------------------------------


def load_model(
    filepath: Any,
    custom_objects: dict[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
    **kwargs: Any,
) -> Any:
    """Loads a model that `save_model` or Keras has saved.

    Nothing in the file is run: classes and functions are those of cornu, those registered with
    `register_keras_serializable`, and `custom_objects`.

    Args:
        filepath: A ".keras" archive, an HDF5 file, or a folder.
        custom_objects: Names of users' own classes and functions and what they stand for; a
            Lambda layer's function goes by the name of the layer.
        compile: Whether the model is compiled as it was, with the optimizer's state.
        safe_mode: Accepted for Keras's signature; code in files is never run in any mode.
        **kwargs: Nothing else is known; `options` of Keras 2 is ignored.

    Returns:
        The model.

    Raises:
        FileNotFoundError: When there is no such file.
        InvalidFileError: When it is of another kind, cut off or damaged.
        ValueError: When it names classes that are not known.

    Example:
        >>> import tempfile
        >>> import cornu as keras
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model.save(f"{folder}/net.h5")
        ...     load_model(f"{folder}/net.h5").count_params()
        8
    """
    del safe_mode
    _no_more(kwargs, "load_model", ignored=("options",))
    registry.complete()
    path = _existing(filepath, "load_model")
    with registry.custom_object_scope(custom_objects or {}):
        if _is_hdf5(path):
            with hdf5.reading(path) as file, _bounded(file):
                if not legacy.is_legacy(file):
                    raise InvalidFileError(
                        path,
                        None,
                        "it holds no model, only weights. Build the model in Python, then call "
                        "model.load_weights(path)",
                    )
                return _readable(path, lambda: legacy.read_model(file, compile))
        _check_kind(path)
        with archive.opened(path) as parts, parts.weights() as file, _bounded(file):
            return _readable(path, lambda: _from_parts(parts, file, compile))


def _from_parts(parts: archive.Parts, file: hdf5.HDF5File, compile: bool) -> Any:
    config = parts.config()
    if not isinstance(config, dict) or "class_name" not in config:
        raise InvalidFileError(parts.shown, archive.CONFIG, "it is no config of a model")
    compile_config = config.pop("compile_config", None)
    model = deserialize_keras_object(config)
    if not hasattr(model, "compile_from_config"):
        raise InvalidFileError(
            parts.shown, archive.CONFIG, f"it makes a {type(model).__name__}, which is no model"
        )
    parts.read_assets(model)
    if compile and compile_config:
        try:
            model.compile_from_config(compile_config)
        except (TypeError, ValueError, KeyError) as error:
            raise ValueError(
                f"The model in {parts.shown!r} cannot be compiled as it was: {error} Pass "
                f"compile=False to load it without, and compile it yourself."
            ) from error
    weights.read(model, file)
    return model


def _readable(path: Path, read: Any) -> Any:
    try:
        return read()
    except RecursionError:
        raise InvalidFileError(path, None, "its layers are nested too deeply") from None
    except (KeyError, AttributeError, IndexError) as error:
        raise InvalidFileError(
            path, None, f"its config cannot be followed ({type(error).__name__}: {error})"
        ) from error


class _Budget:
    """How much memory the weights of a model may take while it is loaded."""

    def __init__(self, left: int, shown: str) -> None:
        self.left = left
        self.shown = shown

    def take(self, size: int, who: str) -> None:
        """Counts the bytes of a new weight."""
        self.left -= size
        if self.left < 0:
            raise InvalidFileError(
                self.shown,
                who,
                f"its config asks for a weight of {size:,} bytes, more than the file holds",
            )


@contextmanager
def _bounded(file: hdf5.HDF5File) -> Iterator[None]:
    """Lets layers make weights inside a `with` block only as far as a file has values for them."""
    attributes = settings.state.attributes
    before = attributes.get("weight_budget")
    attributes["weight_budget"] = _Budget(file.budget, file.shown)
    try:
        yield
    finally:
        attributes["weight_budget"] = before


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
    """Sets the weights of a model, and the state of its optimizer where the file has it.

    Args:
        model: The model; after an error it has the weights it had.
        filepath: A file that `save_weights` or Keras has written, or a saved model.
        skip_mismatch: Whether layers that do not fit are left as they are, with a warning.
        **kwargs: `by_name`: in files of Keras 2's layout, layers are found by name instead of by
            their order. `objects_to_skip`: layers that are left as they are. `options` of Keras 2
            is ignored.

    Raises:
        FileNotFoundError: When there is no such file.
        InvalidFileError: When it is of another kind, cut off or damaged.
        ValueError: When the model has no weights yet, or the file's do not fit.

    Example:
        >>> import tempfile
        >>> import cornu as keras
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model.save_weights(f"{folder}/two.weights.h5")
        ...     load_weights(model, f"{folder}/two.weights.h5")
    """
    by_name = bool(kwargs.pop("by_name", False))
    skipped = kwargs.pop("objects_to_skip", None) or ()
    _no_more(kwargs, "load_weights", ignored=("options",))
    path = _existing(filepath, "load_weights")
    if _is_hdf5(path):
        with hdf5.reading(path) as file:
            if legacy.is_legacy(file):
                legacy.read_weights(model, file, by_name=by_name, skip_mismatch=skip_mismatch)
                return
            _check_not_by_name(by_name, path)
            _check_built(model, "load_weights")
            weights.read(model, file, skip_mismatch=skip_mismatch, skipped=skipped)
            return
    _check_kind(path)
    _check_not_by_name(by_name, path)
    _check_built(model, "load_weights")
    with archive.opened(path) as parts, parts.weights() as file:
        weights.read(model, file, skip_mismatch=skip_mismatch, skipped=skipped)


# -- what a file is -------------------------------------------------------------------------


def _as_path(filepath: Any, caller: str) -> Path:
    try:
        return Path(os.fspath(filepath)).expanduser()
    except TypeError:
        raise TypeError(
            f"{caller}: expected the path of a file; got {filepath!r} of type "
            f"{type(filepath).__name__}."
        ) from None


def _existing(filepath: Any, caller: str) -> Path:
    path = existing_folder(_as_path(filepath, caller))
    if path.exists():
        return path
    folder = path.parent
    if not folder.is_dir():
        raise MissingFileError(
            f"{caller}: there is no file {str(path)!r}; its folder {str(folder)!r} does not exist."
        )
    names = [item.name for item in folder.iterdir() if not item.name.startswith(".")]
    raise MissingFileError(
        f"{caller}: there is no file {str(path)!r}.{suggestion(path.name, names)}"
    )


def _is_hdf5(path: Path) -> bool:
    if path.is_dir():
        return False
    with path.open("rb") as stream:
        return stream.read(8) == b"\x89HDF\r\n\x1a\n"


def _check_kind(path: Path) -> None:
    """Raises InvalidFileError unless a path is an archive or a folder with a saved model."""
    if path.is_dir():
        if (path / archive.CONFIG).is_file():
            return
        if (path / "saved_model.pb").is_file():
            reason = (
                "it is a SavedModel of TensorFlow, which holds programs and is not read. Save the "
                "model there with model.save('name.keras')"
            )
        else:
            reason = f"the folder holds no saved model (no {archive.CONFIG})"
        raise InvalidFileError(path, None, reason)
    with path.open("rb") as stream:
        start = stream.read(4)
    if start[:2] == b"PK":
        return
    if not start:
        raise InvalidFileError(path, None, "it is empty")
    raise InvalidFileError(
        path,
        None,
        "it is neither a .keras archive nor an HDF5 file (it begins with "
        f"{start!r}); perhaps it was cut off, or a web page was saved under its name",
    )


def _check_not_by_name(by_name: bool, path: Path) -> None:
    if by_name:
        raise ValueError(
            f"load_weights: by_name works with .h5 files of Keras 2's layout; {str(path)!r} finds "
            f"its layers by their place in the model. Pass skip_mismatch=True to load what fits."
        )


def _no_more(kwargs: dict[str, Any], caller: str, ignored: tuple[str, ...]) -> None:
    unknown = [name for name in kwargs if name not in ignored]
    if unknown:
        raise TypeError(f"{caller}() has no argument {', '.join(map(repr, unknown))}.")
