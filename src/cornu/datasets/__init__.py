"""Small named data sets, each a module with `load_data()`.

`breast_cancer`, `diabetes`, `digits`, `iris` and `wine` are part of the package. The others are
looked for in the folder `CORNU_DATA_HOME`, then in Keras's cache (`KERAS_HOME` or `~/.keras`,
folder `datasets`), and are downloaded once if they are in neither. Files are checked against pinned SHA-256 digests when they are downloaded, and no
loader runs code from a file.
"""

from cornu.core.errors import names_of as _names_of
from cornu.datasets import (
    boston_housing,
    breast_cancer,
    california_housing,
    cifar10,
    diabetes,
    digits,
    fashion_mnist,
    imdb,
    iris,
    mnist,
    reuters,
    wine,
)

__all__ = [
    "boston_housing",
    "breast_cancer",
    "california_housing",
    "cifar10",
    "diabetes",
    "digits",
    "fashion_mnist",
    "imdb",
    "iris",
    "mnist",
    "reuters",
    "wine",
]
