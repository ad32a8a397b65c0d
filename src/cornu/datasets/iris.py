"""Iris: 150 flowers of three species, four measurements each."""

from __future__ import annotations

from cornu.datasets._arrays import Split, load_packaged

FEATURES = ("sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm")
CLASSES = ("setosa", "versicolor", "virginica")


def load_data(test_split: float = 0.2, seed: int = 113) -> Split:
    """Loads the measurements of iris flowers; part of the package, needs no network.

    The labels 0, 1 and 2 are the species of `CLASSES`, 50 flowers each; the features, in
    centimetres, are named in `FEATURES`.

    Args:
        test_split: Fraction of the rows that goes to the test set, in [0, 1).
        seed: Seed of the shuffle before the split.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: features float32 (rows, 4) and labels int64 (rows,).

    Raises:
        ValueError: If `test_split` is not in [0, 1).

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_test.shape
        ((120, 4), (30, 4))

    Reference:
        R. A. Fisher, "Iris" (1936), UCI Machine Learning Repository,
        https://doi.org/10.24432/C56C76. The data are licensed CC BY 4.0.
    """
    return load_packaged("iris", test_split, seed)
