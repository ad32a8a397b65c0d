"""Diabetes: 442 patients, ten measurements each, and how the disease went on for a year."""

from __future__ import annotations

from cornu.datasets._arrays import Split, load_packaged

FEATURES = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")


def load_data(test_split: float = 0.2, seed: int = 113) -> Split:
    """Loads the diabetes data; part of the package, needs no network.

    The targets are numbers from 25 to 346, larger for a faster disease; the features are named
    in `FEATURES` and come unscaled.

    Args:
        test_split: Fraction of the rows that goes to the test set, in [0, 1).
        seed: Seed of the shuffle before the split.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: features float32 (rows, 10) and targets float64 (rows,).

    Raises:
        ValueError: If `test_split` is not in [0, 1).

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_test.shape
        ((353, 10), (89, 10))

    Reference:
        B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, "Least Angle Regression", Annals of
        Statistics 32 (2004). As redistributed with scikit-learn (BSD-3-Clause).
    """
    return load_packaged("diabetes", test_split, seed)
