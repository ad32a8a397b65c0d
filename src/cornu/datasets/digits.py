"""Digits: 1,797 grey images of handwritten digits, 8 by 8 pixels; part of the package."""

from __future__ import annotations

from pathlib import Path

from cornu.datasets._arrays import Split, load_npz, shuffled_split


def load_data(test_split: float = 0.2, seed: int = 113) -> Split:
    """Loads the handwritten digits that come with cornu; needs no network.

    The images are shuffled with a fixed seed and split, so that every call and every machine gets
    the same 1,437 training and 360 test images. All 1,797 come from the same thirteen writers, and
    the two parts share writers.

    Args:
        test_split: Fraction of the images that goes to the test set, in [0, 1).
        seed: Seed of the shuffle before the split.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images uint8 (1437, 8, 8) and (360, 8, 8) with
        values 0 (white) to 16 (black), and labels int64 (1437,) and (360,).

    Raises:
        ValueError: If `test_split` is not in [0, 1).

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
        ((1437, 8, 8), (1437,), (360, 8, 8), (360,))
        >>> int(x_train.max()), y_train[:5].tolist()
        (16, [1, 0, 9, 1, 1])

    Reference:
        E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits" (1998), UCI Machine
        Learning Repository, https://doi.org/10.24432/C50P49, test part. The data are licensed
        CC BY 4.0.
    """
    path = Path(__file__).with_name("digits.npz")
    x, y = load_npz("digits", path, ("images", "labels"))
    return shuffled_split(x, y.astype("int64"), test_split, seed)
