"""Small named data sets, each a module with `load_data()`.

`digits` is part of the package. The others are looked for in the folder `CORNU_DATA_HOME`, then
in Keras's cache (`KERAS_HOME` or `~/.keras`, folder `datasets`), and are downloaded once if they
are in neither. Files are checked against pinned SHA-256 digests when they are downloaded, and no
loader runs code from a file.
"""

from cornu.core.errors import names_of as _names_of
from cornu.datasets import (
    boston_housing,
    california_housing,
    cifar10,
    digits,
    fashion_mnist,
    mnist,
)

__all__ = [
    "boston_housing",
    "california_housing",
    "cifar10",
    "digits",
    "fashion_mnist",
    "mnist",
]

__getattr__ = _names_of(__name__)
