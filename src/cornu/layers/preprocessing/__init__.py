"""Layers that prepare data: scaling and standardising."""

from cornu.core.old_paths import names_of

# Keras 2's `keras.layers.experimental.preprocessing` and its kin.
__getattr__ = names_of("cornu.layers")
