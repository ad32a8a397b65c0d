"""Boston housing: prices of 506 districts in 1970, with thirteen features each."""

from __future__ import annotations

from cornu.datasets._arrays import Split, load_npz, shuffled_split
from cornu.datasets._files import RemoteFile, fetch

_FILE = RemoteFile(
    dataset="boston_housing",
    name="boston_housing.npz",
    url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/boston_housing.npz",
    sha256="f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
)


def load_data(path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113) -> Split:
    """Loads the Boston housing data, downloading them (57 kB) if they are not here.

    One of the features (B) encodes an assumption about race and prices; the data are kept for
    course material that uses them, and `california_housing` is the better choice for new work.

    Args:
        path: Name of the file below the data folders, or an absolute path.
        test_split: Fraction of the rows that goes to the test set, in [0, 1).
        seed: Seed of the shuffle before the split.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: features float64 (rows, 13) and prices float64
        (rows,) in thousands of dollars.

    Raises:
        DatasetError: If the file is not here and cannot be downloaded, or is damaged.
        ValueError: If `test_split` is not in [0, 1).

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP

    Reference:
        D. Harrison, D. Rubinfeld, "Hedonic prices and the demand for clean air", Journal of
        Environmental Economics and Management 5 (1978).
    """
    x, y = load_npz("boston_housing", fetch(_FILE, path), ("x", "y"))
    return shuffled_split(x, y, test_split, seed)
