"""California housing: prices of 20,640 districts in 1990, with eight features each."""

from __future__ import annotations

from cornu.datasets._arrays import Split, load_npz, shuffled_split
from cornu.datasets._files import RemoteFile, fetch

_SMALL_ROWS = 600
_FILE = RemoteFile(
    dataset="california_housing",
    name="california_housing.npz",
    url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/california_housing.npz",
    sha256="1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
)


def load_data(
    version: str = "large",
    path: str = "california_housing.npz",
    test_split: float = 0.2,
    seed: int = 113,
) -> Split:
    """Loads the California housing data, downloading them (0.7 MB) if they are not here.

    The features are longitude, latitude, median age of the houses, rooms, bedrooms, population
    and households in the district, and median income in tens of thousands of dollars.

    Args:
        version: "large" for all 20,640 rows, "small" for the first 600.
        path: Name of the file below the data folders, or an absolute path.
        test_split: Fraction of the rows that goes to the test set, in [0, 1).
        seed: Seed of the shuffle before the split.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: features float32 (rows, 8) and prices float32
        (rows,) in dollars.

    Raises:
        DatasetError: If the file is not here and cannot be downloaded, or is damaged.
        ValueError: If `version` or `test_split` is not one of the values above.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP

    Reference:
        R. Pace, R. Barry, "Sparse spatial autoregressions", Statistics and Probability Letters
        33 (1997).
    """
    if version not in ("large", "small"):
        raise ValueError(
            f"california_housing.load_data: version must be 'large' or 'small'; got {version!r}."
        )
    x, y = load_npz("california_housing", fetch(_FILE, path), ("x", "y"))
    if version == "small":
        x, y = x[:_SMALL_ROWS], y[:_SMALL_ROWS]
    return shuffled_split(x, y, test_split, seed)
