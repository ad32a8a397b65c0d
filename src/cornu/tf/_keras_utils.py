"""`tf.keras.utils`: cornu's, with datasets whose elements are tensors of `tf`.

Its `get_file` unpacks archives beside themselves, as Keras 2 does and its course code expects.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from cornu import utils
from cornu.data import Dataset as PlainDataset
from cornu.data import pipeline_of
from cornu.datasets._get_file import get_file_beside as get_file
from cornu.tf.data import Dataset

__all__ = [
    "get_file", "image_dataset_from_directory", "split_dataset", "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]  # fmt: skip


def _adopted(made: Any) -> Any:
    if isinstance(made, (list, tuple)):
        return type(made)(_adopted(part) for part in made)
    if type(made) is not PlainDataset:
        return made
    dataset = Dataset(pipeline_of(made))
    for name in ("class_names", "file_paths"):
        if hasattr(made, name):
            setattr(dataset, name, getattr(made, name))
    return dataset


def _wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def make(*arguments: Any, **keywords: Any) -> Any:
        return _adopted(function(*arguments, **keywords))

    return make


image_dataset_from_directory = _wrapped(utils.image_dataset_from_directory)
split_dataset = _wrapped(utils.split_dataset)
text_dataset_from_directory = _wrapped(utils.text_dataset_from_directory)
timeseries_dataset_from_array = _wrapped(utils.timeseries_dataset_from_array)


def __getattr__(name: str) -> Any:
    return getattr(utils, name)


def __dir__() -> list[str]:
    return dir(utils)
