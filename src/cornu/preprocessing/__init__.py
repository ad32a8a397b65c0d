"""Keras 2's `keras.preprocessing`: text, sequences and images before they reach a model."""

from cornu.preprocessing import sequence, text

__all__ = ["sequence", "text"]
