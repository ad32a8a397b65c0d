"""Keras 2's `keras.preprocessing`: text, sequences and images before they reach a model."""

from cornu.data.directories import (
    image_dataset_from_directory,
    text_dataset_from_directory,
)
from cornu.data.timeseries import timeseries_dataset_from_array
from cornu.preprocessing import image, sequence, text

__all__ = [
    "image",
    "image_dataset_from_directory",
    "sequence",
    "text",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]
