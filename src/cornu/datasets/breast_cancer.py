"""Breast cancer: 569 tumours, malignant or benign, 30 measurements of cell nuclei each."""

from __future__ import annotations

from cornu.datasets._arrays import Split, load_packaged

FEATURES = (
    "mean_radius",
    "mean_texture",
    "mean_perimeter",
    "mean_area",
    "mean_smoothness",
    "mean_compactness",
    "mean_concavity",
    "mean_concave_points",
    "mean_symmetry",
    "mean_fractal_dimension",
    "radius_error",
    "texture_error",
    "perimeter_error",
    "area_error",
    "smoothness_error",
    "compactness_error",
    "concavity_error",
    "concave_points_error",
    "symmetry_error",
    "fractal_dimension_error",
    "worst_radius",
    "worst_texture",
    "worst_perimeter",
    "worst_area",
    "worst_smoothness",
    "worst_compactness",
    "worst_concavity",
    "worst_concave_points",
    "worst_symmetry",
    "worst_fractal_dimension",
)
CLASSES = ("malignant", "benign")


def load_data(test_split: float = 0.2, seed: int = 113) -> Split:
    """Loads the breast cancer data of Wisconsin; part of the package, needs no network.

    The label 0 is malignant (212 tumours), 1 is benign (357); the features are named in
    `FEATURES`.

    Args:
        test_split: Fraction of the rows that goes to the test set, in [0, 1).
        seed: Seed of the shuffle before the split.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: features float32 (rows, 30) and labels int64 (rows,).

    Raises:
        ValueError: If `test_split` is not in [0, 1).

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_test.shape
        ((455, 30), (114, 30))

    Reference:
        W. Wolberg, O. Mangasarian, N. Street, W. Street, "Breast Cancer Wisconsin (Diagnostic)"
        (1993), UCI Machine Learning Repository, https://doi.org/10.24432/C5DW2B. The data are
        licensed CC BY 4.0.
    """
    return load_packaged("breast_cancer", test_split, seed)
