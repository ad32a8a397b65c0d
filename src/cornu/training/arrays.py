"""What users pass as data, made into NumPy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core import dtypes, settings, tree
from cornu.core.primitive import Spec
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable
from cornu.training import checks

Array = np.ndarray[Any, Any]


def to_array(value: Any, name: str, text: bool = False) -> Array:
    """Returns data as an array of numbers.

    Args:
        value: Array, tensor, list, or pandas object.
        name: What it is called in errors.
        text: Whether it may be text, which becomes an array of str objects.

    Returns:
        An array; the very same one when nothing has to change.

    Raises:
        ValueError: When it holds what is no number, naming the place.
    """
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        return value
    if isinstance(value, Tensor):
        value = Tensor.numpy(value)  # text as str in all flavours
    elif isinstance(value, Variable):
        value = value.numpy()
    if hasattr(value, "iloc"):
        return checks.pandas_to_array(value, name, text)
    if hasattr(value, "detach") and hasattr(value, "cpu"):  # torch
        value = value.detach().cpu().numpy()
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} cannot become an array: its rows have different lengths. Pad them to one "
            f"length first."
        ) from error
    if text and (texts := checks.as_texts(array)) is not None:
        return texts
    if array.dtype.kind in "OUSMm":
        return checks.object_to_array(array, name)
    return array


def is_array_like(x: Any) -> bool:
    """Whether x is data in memory rather than something that yields batches."""
    if isinstance(x, (np.ndarray, list, tuple, dict, Tensor, Variable)) or hasattr(x, "iloc"):
        return True
    return hasattr(x, "__array__") or (hasattr(x, "detach") and hasattr(x, "cpu"))


def target_dtype(array: Any) -> str:
    """Returns the dtype that batches of an array have: floats become floatx, the rest stays."""
    name = dtypes.canonical(array.dtype)
    return settings.floatx() if dtypes.is_float(name) else name


def named_leaves(structure: Any, name: str) -> list[tuple[str, Any]]:
    """Returns the leaves of x, y or sample_weight with names for errors, such as "x['age']"."""
    return [
        (name + "".join(f"[{key!r}]" for key in path), leaf)
        for path, leaf in tree.flatten_with_path(structure)
    ]


def _is_rows(structure: Any) -> bool:
    """Whether a list is one array written as numbers, not a list of several arrays."""
    if not isinstance(structure, (list, tuple)) or len(structure) == 0:
        return False
    if all(isinstance(item, (bool, int, float, str, np.generic)) for item in structure):
        return True
    return isinstance(structure, list) and all(
        isinstance(item, (list, tuple)) and (_is_rows(item) or not item) for item in structure
    )


def to_arrays(structure: Any, name: str, text: bool = False) -> Any:
    """Returns a nested structure of data with arrays as leaves; None stays None."""
    if structure is None:
        return None
    if _is_rows(structure):
        return to_array(structure, name, text)
    if not tree.is_nested(structure):
        return to_array(structure, name, text)
    named = named_leaves(structure, name)
    leaves = [None if leaf is None else to_array(leaf, label, text) for label, leaf in named]
    return tree.pack_sequence_as(structure, leaves)


def as_batch_dtype(array: Array) -> Array:
    """Returns an array in the dtype that batches of it have."""
    return array.astype(dtypes.to_numpy(target_dtype(array)), copy=False)


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """Returns the parts of a batch.

    Args:
        data: What a data source gave: x, (x,), (x, y) or (x, y, sample_weight).

    Returns:
        The tuple (x, y, sample_weight), None for those that are missing.

    Raises:
        ValueError: For a tuple of another length.

    Example:
        >>> unpack_x_y_sample_weight(([1, 2], [0, 1]))
        ([1, 2], [0, 1], None)
    """
    if not isinstance(data, (list, tuple)):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(
            f"A batch must be x, (x, y) or (x, y, sample_weight); got a {type(data).__name__} of "
            f"{len(data)}. Put several inputs into one list or dict: ((x1, x2), y)."
        )
    x, y, weight = (*data, None, None, None)[:3]
    return x, y, weight


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Returns the parts of a batch in the form in which a `train_step` gets them.

    Args:
        x: Inputs.
        y: Targets, or None.
        sample_weight: Weights, or None.

    Returns:
        (x, y, sample_weight), (x, y) without weights, or without targets x itself ((x,) when it is
        a list or tuple).

    Example:
        >>> pack_x_y_sample_weight([1, 2], [0, 1])
        ([1, 2], [0, 1])
    """
    if sample_weight is not None:
        return x, y, sample_weight
    if y is not None:
        return x, y
    return (x,) if isinstance(x, (list, tuple)) else x


def standard_batch(batch: Any, text: bool = False) -> tuple[Any, Any, Any]:
    """Returns a batch that a data source yielded as (x, y, sample_weight) of arrays.

    A list is a list of inputs, unlike a tuple. With `text`, x may hold text.

    Raises:
        ValueError: For a tuple of more than three.
    """
    x, y, weight = batch, None, None
    if isinstance(batch, tuple):
        x, y, weight = unpack_x_y_sample_weight(batch)
    parts = (to_arrays(x, "x", text), to_arrays(y, "y"), to_arrays(weight, "sample_weight"))
    return tree.map_structure(lambda leaf: None if leaf is None else as_batch_dtype(leaf), parts)


def batch_specs(batch: Any) -> Any:
    """Returns the Specs of a batch of arrays in its form."""
    return tree.map_structure(
        lambda leaf: None if leaf is None else Spec(leaf.shape, dtypes.canonical(leaf.dtype)), batch
    )
