"""Small helpers for users: Keras's `keras.utils`."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.callbacks import Progbar as Progbar
from cornu.core.old_paths import old_modules_of
from cornu.core.registry import custom_object_scope as custom_object_scope
from cornu.core.registry import get_custom_objects as get_custom_objects
from cornu.core.registry import get_registered_name as get_registered_name
from cornu.core.registry import get_registered_object as get_registered_object
from cornu.core.registry import register_keras_serializable as register_keras_serializable
from cornu.core.tensor import Tensor
from cornu.core.variable import Variable
from cornu.data.directories import image_dataset_from_directory as image_dataset_from_directory
from cornu.data.directories import text_dataset_from_directory as text_dataset_from_directory
from cornu.data.images import array_to_img as array_to_img
from cornu.data.images import img_to_array as img_to_array
from cornu.data.images import load_img as load_img
from cornu.data.images import save_img as save_img
from cornu.data.py_dataset import PyDataset as PyDataset
from cornu.data.py_dataset import Sequence as Sequence
from cornu.data.sequences import pad_sequences as pad_sequences
from cornu.data.splitting import split_dataset as split_dataset
from cornu.data.timeseries import timeseries_dataset_from_array as timeseries_dataset_from_array
from cornu.datasets._get_file import get_file as get_file
from cornu.models.diagram import sequential_ascii as sequential_ascii
from cornu.models.plotting import model_to_dot as model_to_dot
from cornu.models.plotting import plot_model as plot_model
from cornu.ops.session import clear_session as clear_session
from cornu.ops.session import is_keras_tensor as is_keras_tensor
from cornu.ops.session import set_random_seed as set_random_seed
from cornu.ops.session import standardize_dtype as standardize_dtype
from cornu.training.arrays import pack_x_y_sample_weight as pack_x_y_sample_weight
from cornu.training.arrays import unpack_x_y_sample_weight as unpack_x_y_sample_weight

CustomObjectScope = custom_object_scope


def to_categorical(x: Any, num_classes: int | None = None) -> Any:
    """Returns class numbers as one-hot rows.

    Args:
        x: Whole numbers from 0 to `num_classes - 1`; a last axis of size 1 is dropped.
        num_classes: Number of classes; the largest number plus one when None.

    Returns:
        A NumPy array with one axis more; a tensor when `x` is a tensor.

    Raises:
        ValueError: For a class that does not exist.

    Example:
        >>> to_categorical([0, 2]).tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    if isinstance(x, (Tensor, Variable)):
        labels = ops.squeeze(x, -1) if x.ndim > 1 and x.shape[-1] == 1 else x
        return ops.one_hot(labels, num_classes or int(ops.max(labels)) + 1)
    numbers = np.array(x, dtype="int64")
    shape = numbers.shape
    if len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    flat = numbers.reshape(-1)
    classes = num_classes or (int(flat.max()) + 1 if flat.size else 0)
    if flat.size and not 0 <= int(flat.min()) <= int(flat.max()) < classes:
        raise ValueError(
            f"to_categorical: classes must lie from 0 to {classes - 1} (num_classes={classes}); "
            f"got numbers from {flat.min()} to {flat.max()}."
        )
    rows = np.zeros((flat.size, classes))
    rows[np.arange(flat.size), flat] = 1
    return rows.reshape((*shape, classes))


def normalize(x: Any, axis: int = -1, order: int = 2) -> Any:
    """Returns an array divided by its norm along an axis; rows of zeros stay.

    Args:
        x: Array-like.
        axis: Axis of the vectors.
        order: Order of the norm.

    Returns:
        A NumPy array; a tensor when `x` is a tensor.

    Example:
        >>> normalize(np.array([[3.0, 4.0]])).tolist()
        [[0.6, 0.8]]
    """
    if isinstance(x, (Tensor, Variable)):
        return ops.normalize(x, axis=axis, order=order)
    array = np.asarray(x)
    length = np.linalg.norm(array, order, axis, keepdims=True)
    return array / np.where(length == 0, 1, length)


__path__: list[str] = []
__getattr__ = old_modules_of("utils")
