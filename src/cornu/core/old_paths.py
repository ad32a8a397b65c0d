"""Where the modules of Keras 2 are now.

Course material imports from paths that Keras has since given up (`keras.layers.convolutional`,
`keras.utils.np_utils`, `keras.engine.topology`). Each is an alias of the module that has the names
today; an alias is made when it is first imported.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from cornu.core.errors import no_attribute

_ROOT = "cornu"

# Modules of Keras 2 that are gone, by the module that has their names now.
_MOVED = {
    "layers": (
        "advanced_activations", "convolutional", "convolutional_recurrent", "cudnn_recurrent",
        "dense_attention", "embeddings", "experimental", "experimental.preprocessing", "local",
        "merge", "recurrent", "recurrent_v2", "wrappers",
    ),
    "utils": (
        "all_utils", "conv_utils", "data_utils", "generic_utils", "io_utils", "layer_utils",
        "np_utils", "test_utils", "tf_utils", "vis_utils",
    ),
    "optimizers": ("experimental", "legacy", "optimizer_v1", "optimizer_v2"),
    "callbacks": ("callbacks", "tensorboard_v1"),
    "backend": ("common", "experimental", "load_backend", "tensorflow_backend"),
}  # fmt: skip

# Modules of Keras 2 that are gone, where the names were spread over several.
_GONE = {
    "engine": "layers",
    "engine.base_layer": "layers",
    "engine.functional": "models",
    "engine.input_layer": "layers",
    "engine.input_spec": "layers",
    "engine.network": "models",
    "engine.saving": "saving",
    "engine.sequential": "models",
    "engine.topology": "layers",
    "engine.training": "models",
    "experimental": "optimizers.schedules",
    "mixed_precision.experimental": "mixed_precision",
    "objectives": "losses",
    "saving.hdf5_format": "saving",
    "saving.save": "saving",
}

OLD_PATHS = {
    **{f"{room}.{name}": room for room, names in _MOVED.items() for name in names},
    **_GONE,
}


def room_of(path: str) -> str:
    """Returns the path of a module below the package as it is now.

    Args:
        path: Such as "layers.convolutional" or "src.layers".

    Returns:
        Such as "layers"; the path itself when it is no old one.

    Example:
        >>> room_of("utils.np_utils")
        'utils'
    """
    path = path.removeprefix("src.").removeprefix("api.")
    return OLD_PATHS.get(path, path)


class Aliases(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds modules under a second name.

    Args:
        prefix: What the second names begin with, with the dot.
        target: From a second name to the real one; None when there is no such module.
    """

    def __init__(self, prefix: str, target: Callable[[str], str | None]) -> None:
        self.prefix = prefix
        self.target = target

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Returns a spec for a second name."""
        real = self.target(fullname) if fullname.startswith(self.prefix) else None
        if real is None or real == fullname:
            return None
        try:
            found = importlib.util.find_spec(real)
        except ModuleNotFoundError:
            return None
        return None if found is None else importlib.machinery.ModuleSpec(fullname, self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Returns the real module, and notes its own spec, which the import machinery replaces."""
        module = importlib.import_module(self.target(spec.name) or spec.name)
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Gives the module its own spec back; it has run already."""
        if module.__spec__ is not None and module.__spec__.loader_state is not None:
            module.__spec__ = module.__spec__.loader_state


def install(prefix: str, target: Callable[[str], str | None]) -> None:
    """Makes modules importable under second names.

    Args:
        prefix: What the second names begin with, with the dot.
        target: From a second name to the real one; None when there is no such module.
    """
    known = [finder.prefix for finder in sys.meta_path if isinstance(finder, Aliases)]
    if prefix not in known:
        # In front: by the folders of an alias, Python's own finder would load its files again.
        sys.meta_path.insert(0, Aliases(prefix, target))


def current_name(name: str) -> str:
    """Returns the name of the module that an old path of the package stands for.

    Args:
        name: Such as "cornu.layers.convolutional".

    Returns:
        Such as "cornu.layers".
    """
    return f"{_ROOT}.{room_of(name.removeprefix(f'{_ROOT}.'))}"


def names_of(module: str) -> Callable[[str], Any]:
    """Returns a `__getattr__` for a module, that looks names up in another module.

    Args:
        module: The module that has the names, such as "cornu.layers".

    Returns:
        A function of a name.
    """

    def find(name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        return getattr(importlib.import_module(module), name)

    return find


def old_modules_of(room: str) -> Callable[[str], Any]:
    """Returns a `__getattr__` for a room, that knows the modules it had in Keras 2.

    Args:
        room: Such as "layers".

    Returns:
        A function of a name.
    """

    def find(name: str) -> Any:
        if f"{room}.{name}" in OLD_PATHS:
            return importlib.import_module(f"{_ROOT}.{room}.{name}")
        raise no_attribute(f"{_ROOT}.{room}", name)

    return find
