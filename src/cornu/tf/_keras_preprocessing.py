"""`tf.keras.preprocessing`: cornu's, with datasets whose elements are tensors of `tf`."""

from __future__ import annotations

from typing import Any

from cornu import preprocessing
from cornu.tf._keras_utils import image_dataset_from_directory as image_dataset_from_directory
from cornu.tf._keras_utils import text_dataset_from_directory as text_dataset_from_directory
from cornu.tf._keras_utils import timeseries_dataset_from_array as timeseries_dataset_from_array


def __getattr__(name: str) -> Any:
    return getattr(preprocessing, name)


def __dir__() -> list[str]:
    return dir(preprocessing)
