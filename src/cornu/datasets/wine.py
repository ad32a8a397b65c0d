"""Wine: 178 wines of three growers, 13 chemical measurements each."""

from __future__ import annotations

from cornu.datasets._arrays import Split, load_packaged

FEATURES = (
    "alcohol",
    "malic_acid",
    "ash",
    "alcalinity_of_ash",
    "magnesium",
    "total_phenols",
    "flavanoids",
    "nonflavanoid_phenols",
    "proanthocyanins",
    "color_intensity",
    "hue",
    "od280_od315_of_diluted_wines",
    "proline",
)


def load_data(test_split: float = 0.2, seed: int = 113) -> Split:
    """Loads the measurements of wines; part of the package, needs no network.

    The labels 0, 1 and 2 are the growers; the features are named in `FEATURES`.

    Args:
        test_split: Fraction of the rows that goes to the test set, in [0, 1).
        seed: Seed of the shuffle before the split.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: features float32 (rows, 13) and labels int64 (rows,).

    Raises:
        ValueError: If `test_split` is not in [0, 1).

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_test.shape
        ((142, 13), (36, 13))

    Reference:
        S. Aeberhard, M. Forina, "Wine" (1992), UCI Machine Learning Repository,
        https://doi.org/10.24432/C5PC7J. The data are licensed CC BY 4.0.
    """
    return load_packaged("wine", test_split, seed)
