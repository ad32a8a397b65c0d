"""Keras 2's `keras.preprocessing`: text, sequences and images before they reach a model."""

from cornu.data.directories import image_dataset_from_directory as image_dataset_from_directory
from cornu.data.directories import text_dataset_from_directory as text_dataset_from_directory
from cornu.data.timeseries import timeseries_dataset_from_array as timeseries_dataset_from_array
from cornu.preprocessing import sequence, text

__all__ = [
    "image_dataset_from_directory", "sequence", "text", "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]  # fmt: skip
