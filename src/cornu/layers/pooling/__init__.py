"""Pooling layers."""

from cornu.core.old_paths import names_of

# Keras 2 imported the layers themselves from here.
__getattr__ = names_of("cornu.layers")
