"""Models and modules in folders: `tf.saved_model`.

A Keras model is saved as `model.save(folder)` does it. Any other object is saved with its variables
and with the graphs of its `tf.function`s for the kinds of arguments they were called with; loading it
makes an object that has the same functions, and runs no code from the folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py

from cornu.core import dtypes, settings, tree
from cornu.core.errors import InvalidFileError
from cornu.core.variable import Variable as CoreVariable
from cornu.models import Model as CornuModel
from cornu.saving import hdf5
from cornu.saving.json_text import read_json
from cornu.saving.replacing import replacing_folder
from cornu.tf import _keras_models
from cornu.tf._checkpoint import own_variables, parts_of
from cornu.tf._concrete import ConcreteFunction
from cornu.tf._convert import convert
from cornu.tf._function import Function, SpecializedFunction
from cornu.tf._module import Module
from cornu.tf._names import no_such_name
from cornu.tf._saved_graph import GraphReader, GraphWriter
from cornu.tf._specs import Place, put_together, take_apart
from cornu.tf._tensor import Tensor
from cornu.tf._variable import Variable
from cornu.tf.errors import InvalidArgumentError, NotFoundError

__all__ = ["LoadOptions", "SaveOptions", "contains_saved_model", "load", "save"]

_DESCRIPTION = "saved_module.json"
_ARRAYS = "arrays.h5"
_SIGNATURE = "serving_default"


class SaveOptions:
    """Settings of `save`; accepted and without effect.

    Args:
        **keywords: Any.

    Example:
        >>> options = SaveOptions(experimental_io_device="/job:localhost")
    """

    def __init__(self, **keywords: Any) -> None:
        self.settings = keywords


class LoadOptions(SaveOptions):
    """Settings of `load`; accepted and without effect.

    Args:
        **keywords: Any.

    Example:
        >>> options = LoadOptions(experimental_io_device="/job:localhost")
    """


def save(obj: Any, export_dir: Any, signatures: Any = None, options: Any = None) -> None:
    """Saves a model or module to a folder, whole or not at all.

    Args:
        obj: A Keras model, or an object with variables and `tf.function`s, such as a `tf.Module`.
        export_dir: The folder; one that holds a saved model is replaced.
        signatures: For a module: a concrete function, or a dict of them.
        options: Accepted for TensorFlow's signature.

    Raises:
        ValueError: When there is nothing to save: no variables, and no function that was called.
        FileExistsError: When the folder holds something else.

    Example:
        >>> import tempfile
        >>> import cornu.tf as tf
        >>> class Scale(tf.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.factor = tf.Variable(2.0)
        ...
        ...     @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        ...     def __call__(self, x):
        ...         return x * self.factor
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tf.saved_model.save(Scale(), f"{folder}/scale")
        ...     float(tf.saved_model.load(f"{folder}/scale")(3.0))
        6.0
    """
    if isinstance(obj, CornuModel):
        obj.save(os.fspath(export_dir), zipped=False)
        return
    target = Path(export_dir)
    if target.exists() and any(target.iterdir()) and not (target / _DESCRIPTION).is_file():
        raise FileExistsError(
            f"Cannot save to {str(target)!r}: the folder holds something that is no saved model."
        )
    writer = GraphWriter()
    functions = {name: _written(function, writer) for name, function in _functions_of(obj).items()}
    given = signatures if isinstance(signatures, dict) else {_SIGNATURE: signatures}
    kept = {
        name: _signature(function, writer)
        for name, function in given.items()
        if function is not None
    }
    named = [
        (path, number)
        for path, owner in parts_of(_attributes_of(obj), "", set())
        for number in map(writer.number_of, own_variables(owner))
    ]
    if not named and not any(f["traces"] for f in functions.values()) and not kept:
        raise ValueError(
            f"saved_model.save: {type(obj).__name__} has no variables, and no tf.function that was "
            f"called or has an input_signature, so there is nothing to save."
        )
    description = {
        "format": "cornu.tf.saved_model",
        "version": 1,
        "variables": [[dtypes.canonical(v.dtype), bool(v.trainable)] for v in writer.variables],
        "attributes": named,
        "functions": functions,
        "signatures": kept,
    }
    with replacing_folder(target) as folder:
        (folder / _DESCRIPTION).write_text(json.dumps(description), encoding="utf-8")
        with h5py.File(folder / _ARRAYS, "w") as file:
            for kind, values in (("variables", writer.variables), ("constants", writer.arrays)):
                group = file.create_group(kind)
                for number, value in enumerate(values):
                    hdf5.write_array(group, str(number), value)


def _attributes_of(obj: Any) -> dict[str, Any]:
    return {name: value for name, value in sorted(vars(obj).items()) if name != "_name"}


def _functions_of(obj: Any) -> dict[str, Function]:
    """Returns the `tf.function`s of an object, methods and attributes, by name."""
    names = {*vars(obj), *(name for kind in type(obj).__mro__ for name in vars(kind))}
    found = {}
    for name in sorted(names):
        held = vars(obj).get(name)
        if held is None and isinstance(getattr(type(obj), name, None), Function):
            held = getattr(obj, name)
        if isinstance(held, Function):
            found[name] = held
    return found


def _written(function: Function, writer: GraphWriter) -> dict[str, Any]:
    if function.input_signature is not None and not function.captured:
        function.get_concrete_function()
    traces = [
        {
            "arguments": _form(form),
            "result": _form(trace.result),
            "graph": writer.write(trace.graph),
        }
        for form, trace in function.captured
    ]
    return {"names": function.argument_names, "traces": traces}


def _signature(function: Any, writer: GraphWriter) -> Any:
    special = function
    if isinstance(function, Function):
        special = function.get_concrete_function()
    if not isinstance(special, SpecializedFunction) or special.concrete is None:
        raise ValueError(
            "saved_model.save: a signature is a concrete function that can be captured; got "
            f"{function!r}. Make one with f.get_concrete_function(tf.TensorSpec(...))."
        )
    return {
        "names": special.argument_names,
        "result": _form(special.concrete.result),
        "graph": writer.write(special.concrete.graph),
    }


def _form(form: Any) -> Any:
    """Returns a form of arguments or results as what JSON can hold."""
    if type(form) is Place:
        return {"place": int(form)}
    if isinstance(form, dict):
        return {"dict": [[name, _form(value)] for name, value in form.items()]}
    if isinstance(form, (list, tuple)):
        kind = "list" if isinstance(form, list) else "tuple"
        return {kind: [_form(item) for item in form]}
    if form is None or isinstance(form, (bool, int, float, str)):
        return {"value": form}
    raise ValueError(
        "saved_model.save: a function was called with an object that is neither a tensor nor a "
        "plain value, which cannot be saved. Give it an input_signature, or make such objects "
        "attributes."
    )


def _formed(written: Any) -> Any:
    ((kind, content),) = written.items()
    if kind == "place":
        return Place(content)
    if kind == "dict":
        return {name: _formed(value) for name, value in content}
    if kind in ("list", "tuple"):
        items = [_formed(item) for item in content]
        return items if kind == "list" else tuple(items)
    return content


class RestoredFunction:
    """A function of a loaded module: its graphs for some kinds of arguments.

    Args:
        name: Its name.
        names: Names of its arguments.
        traces: Keys of the kinds of arguments, and what was captured for them.
    """

    def __init__(self, name: str, names: list[str], traces: dict[Any, ConcreteFunction]) -> None:
        self.__name__ = name
        self._names = names
        self._traces = traces

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Returns what the function returns.

        Raises:
            ValueError: For arguments of a kind that was not saved.
        """
        for name in self._names[len(arguments) :]:
            if name not in keywords:
                break
            arguments = (*arguments, keywords.pop(name))
        for structure in ((arguments, keywords), _as_tensors((arguments, keywords))):
            _, tensors, key = take_apart(structure)
            if key in self._traces:
                return self._traces[key].run(tensors)
        kinds = "; ".join(
            ", ".join(str(value.spec) for value in trace.graph.inputs) or "no tensors"
            for trace in self._traces.values()
        )
        raise ValueError(
            f"{self.__name__}() was saved for these kinds of arguments: {kinds}; got {arguments}, "
            f"{keywords}. Call it with tensors of these shapes and dtypes before saving it."
        )


def _as_tensors(structure: Any) -> Any:
    """Returns arguments with tensors for numbers: what an `input_signature` makes of them."""
    return put_together(
        structure, lambda leaf: convert(leaf) if isinstance(leaf, (int, float)) else leaf
    )


class Restored(Module):
    """What `load` makes of a saved module: its variables and functions under their names.

    Attributes:
        signatures: Functions by the names under which they were saved, from keyword arguments to a
            dict of results.
    """

    signatures: dict[str, Any]

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Calls the `__call__` that was saved."""
        function = self.__dict__.get("__call__")
        if function is None:
            raise TypeError("This saved module has no __call__ that is a tf.function.")
        return function(*arguments, **keywords)


def contains_saved_model(export_dir: Any) -> bool:
    """Returns whether a folder holds a saved model or module.

    Args:
        export_dir: The folder.

    Example:
        >>> contains_saved_model("no such folder")
        False
    """
    folder = Path(export_dir)
    return (folder / _DESCRIPTION).is_file() or (folder / "config.json").is_file()


def load(export_dir: Any, tags: Any = None, options: Any = None) -> Any:
    """Returns what `save` has saved.

    Args:
        export_dir: The folder.
        tags: Accepted for TensorFlow's signature.
        options: Likewise.

    Returns:
        A Keras model, or an object with the module's variables and functions; both have
        `signatures`.

    Raises:
        NotFoundError: When there is no such folder.
        InvalidFileError: When its files are damaged.

    Example:
        >>> import tempfile
        >>> import cornu.tf as tf
        >>> module = tf.Module()
        >>> module.v = tf.Variable([1.0, 2.0])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tf.saved_model.save(module, f"{folder}/module")
        ...     tf.saved_model.load(f"{folder}/module").v.numpy().tolist()
        [1.0, 2.0]
    """
    folder = Path(export_dir)
    if not folder.is_dir():
        raise NotFoundError(f"There is no saved model {str(folder)!r}.")
    if not (folder / _DESCRIPTION).is_file():
        model = _keras_models.load_model(str(folder))
        model.__dict__["signatures"] = {_SIGNATURE: _served(model)}
        return model
    shown = str(folder / _DESCRIPTION)
    description = read_json((folder / _DESCRIPTION).read_bytes(), shown, None)
    with hdf5.reading(folder / _ARRAYS) as file:
        return _restored(description, shown, file)


def _served(model: Any) -> Callable[..., dict[str, Any]]:
    def run(*arguments: Any, **inputs: Any) -> dict[str, Any]:
        given = list(inputs.values()) or list(arguments)
        results = model(given[0] if len(given) == 1 else given, training=False)
        names = getattr(model, "output_names", None) or []
        leaves = tree.flatten(results)
        if len(names) != len(leaves):
            names = [f"output_{number}" for number in range(len(leaves))]
        return {name: convert(leaf) for name, leaf in zip(names, leaves)}

    return run


def _restored(description: Any, shown: str, file: hdf5.HDF5File) -> Restored:
    try:
        variables: list[CoreVariable] = []
        for number, (dtype, trainable) in enumerate(description["variables"]):
            value = file.array(file.root, f"variables/{number}")
            variables.append(Variable(value, trainable=bool(trainable), dtype=str(dtype)))
        reader = GraphReader(
            shown, lambda number: file.array(file.root, f"constants/{int(number)}"), variables
        )
        module = Restored()
        for path, number in description["attributes"]:
            _attach(module, [str(part) for part in str(path).split("/")], variables[number])
        for name, function in description["functions"].items():
            by_kind = {}
            for trace in function["traces"]:
                graph = reader.read(trace["graph"])
                concrete = ConcreteFunction.of_graph(graph, _formed(trace["result"]), str(name))
                by_kind[_key(_formed(trace["arguments"]), graph)] = concrete
            module.__dict__[str(name)] = RestoredFunction(
                str(name), list(map(str, function["names"])), by_kind
            )
        module.signatures = {}
        for name, signature in description["signatures"].items():
            graph = reader.read(signature["graph"])
            concrete = ConcreteFunction.of_graph(graph, _formed(signature["result"]), str(name))
            module.signatures[str(name)] = _by_names(concrete, signature["names"])
    except InvalidFileError:
        raise
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise InvalidFileError(shown, None, f"it is damaged ({error})") from error
    return module


def _key(form: Any, graph: Any) -> Any:
    """Returns the key of the kind of arguments that a graph was captured for."""

    def example(leaf: Any) -> Any:
        return Tensor(*graph.inputs[leaf].spec) if type(leaf) is Place else leaf

    return take_apart(put_together(form, example))[2]


def _attach(module: Module, parts: list[str], variable: CoreVariable) -> None:
    """Makes a variable an attribute of a module, or of modules in it."""
    for part in parts[:-1]:
        inner = module.__dict__.get(part)
        if not isinstance(inner, Module):
            inner = module.__dict__[part] = Restored()
        module = inner
    name = parts[-1]
    if name in module.__dict__:  # the weights of one layer
        name = settings.unique_name(name)
    module.__dict__[name] = variable


def _by_names(concrete: ConcreteFunction, names: list[str]) -> Callable[..., dict[str, Any]]:
    def run(*arguments: Any, **inputs: Any) -> dict[str, Any]:
        given = list(arguments)
        unknown = set(inputs) - set(names)
        if unknown or len(given) + len(inputs) != len(names):
            raise InvalidArgumentError(
                f"{concrete.name} takes {', '.join(names)}; got {len(given)} tensors and "
                f"{', '.join(inputs) or 'none'} by name."
            )
        given += [inputs[name] for name in names[len(given) :]]
        specs = [value.spec for value in concrete.graph.inputs]
        tensors = [
            convert(value, hint=spec.dtype) for value, spec in zip(given, specs, strict=True)
        ]
        result = concrete.run(tensors)
        if isinstance(result, dict):
            return result
        leaves = tree.flatten(result)
        return {f"output_{number}": leaf for number, leaf in enumerate(leaves)}

    return run


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.saved_model", name, __all__)
