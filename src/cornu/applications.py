"""Ready-made networks: Keras's `keras.applications`, which cornu does not have.

Every name of this module raises an error that says so and what to do instead.
"""

from __future__ import annotations

from typing import Any

from cornu.core.errors import UnsupportedError
from cornu.core.old_paths import install

__path__: list[str] = []


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    raise UnsupportedError(
        f"keras.applications.{name}: cornu has no ready-made networks with pretrained weights. "
        f"Build the network from keras.layers and load its weights with model.load_weights(), or "
        f"load a whole model saved by Keras with keras.models.load_model('model.h5')."
    )


# `from keras.applications.vgg16 import VGG16` meets the same error.
install(f"{__name__}.", lambda name: __name__)
