"""Fashion-MNIST: 70,000 grey images of clothes in ten classes, 28 by 28 pixels."""

from __future__ import annotations

from cornu.datasets._arrays import Split, load_idx
from cornu.datasets._files import RemoteFile, fetch

_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


def _remote(name: str, sha256: str) -> RemoteFile:
    return RemoteFile("fashion_mnist", f"fashion-mnist/{name}", _URL + name, sha256)


_FILES = (
    _remote(
        "train-images-idx3-ubyte.gz",
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    ),
    _remote(
        "train-labels-idx1-ubyte.gz",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    ),
    _remote(
        "t10k-images-idx3-ubyte.gz",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    ),
    _remote(
        "t10k-labels-idx1-ubyte.gz",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
)


def load_data() -> Split:
    """Loads Fashion-MNIST, downloading it (31 MB in four files) if it is not on this machine.

    The labels 0 to 9 are T-shirt/top, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag
    and ankle boot.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images uint8 (60000, 28, 28) and (10000, 28, 28)
        with values 0 to 255, and labels uint8 (60000,) and (10000,).

    Raises:
        DatasetError: If a file is not here and cannot be downloaded, or is damaged.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP

    Reference:
        H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking
        machine learning algorithms" (2017), https://arxiv.org/abs/1708.07747. The data are
        copyright 2017 Zalando SE, licensed MIT.
    """
    x_train, y_train, x_test, y_test = (load_idx("fashion_mnist", fetch(file)) for file in _FILES)
    return (x_train, y_train), (x_test, y_test)
