"""Sequences of numbers: Keras 2's `keras.preprocessing.sequence`."""

from cornu.data.sequences import TimeseriesGenerator, pad_sequences
from cornu.data.skipgrams import make_sampling_table, skipgrams

__all__ = ["TimeseriesGenerator", "make_sampling_table", "pad_sequences", "skipgrams"]
