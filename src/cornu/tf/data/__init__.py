"""Pipelines of data: `tf.data`."""

from __future__ import annotations

from typing import Any

from cornu.data import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Options
from cornu.data.dataset import DatasetIterator as Iterator
from cornu.tf._names import no_such_name
from cornu.tf.data import experimental
from cornu.tf.data._dataset import Dataset, DatasetSpec
from cornu.tf.data._files import FixedLengthRecordDataset, TextLineDataset, TFRecordDataset

__all__ = [
    "AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "Dataset", "DatasetSpec",
    "FixedLengthRecordDataset", "Iterator", "Options", "TFRecordDataset", "TextLineDataset",
    "experimental",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    raise no_such_name("tf.data", name, __all__)
