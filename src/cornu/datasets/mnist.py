"""MNIST: 70,000 grey images of handwritten digits, 28 by 28 pixels."""

from __future__ import annotations

from cornu.datasets._arrays import Split, load_npz
from cornu.datasets._files import RemoteFile, fetch

_FILE = RemoteFile(
    dataset="mnist",
    name="mnist.npz",
    url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
)


def load_data(path: str = "mnist.npz") -> Split:
    """Loads MNIST, downloading it (11 MB) if it is not on this machine.

    Args:
        path: Name of the file below the data folders, or an absolute path.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images uint8 (60000, 28, 28) and (10000, 28, 28)
        with values 0 to 255, and labels uint8 (60000,) and (10000,).

    Raises:
        DatasetError: If the file is not here and cannot be downloaded, or is damaged.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP

    Reference:
        Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits" (1998). The
        data are licensed CC BY-SA 3.0.
    """
    names = ("x_train", "y_train", "x_test", "y_test")
    x_train, y_train, x_test, y_test = load_npz("mnist", fetch(_FILE, path), names)
    return (x_train, y_train), (x_test, y_test)
