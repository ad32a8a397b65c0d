"""Weights of samples by their classes: the argument `class_weight`."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core import tree
from cornu.training.arrays import to_array, to_arrays


def weights_of_classes(y: Any, class_weight: dict[int, float], sample_weight: Any) -> Any:
    """Returns sample weights by the class of each target, times given sample weights.

    Raises:
        ValueError: When y is missing or there are several targets.
    """
    targets = to_arrays(y, "y")
    leaves = [leaf for leaf in tree.flatten(targets) if leaf is not None]
    if len(leaves) != 1:
        raise ValueError(
            f"class_weight needs one array of targets y; got {len(leaves)}. For several outputs "
            f"pass sample_weight with one array per output."
        )
    if not isinstance(class_weight, dict):
        raise ValueError(
            f"class_weight must be a dict from class numbers to weights, such as {{0: 1.0, 1: "
            f"5.0}}; got {class_weight!r}."
        )
    labels = leaves[0]
    if labels.ndim > 1 and labels.shape[-1] > 1:
        labels = labels.argmax(axis=-1)
    elif labels.ndim > 1:
        labels = labels[..., 0]
    labels = np.round(labels).astype(np.int64)
    weights = np.ones(labels.shape, np.float32)
    for number, weight in class_weight.items():
        weights[labels == int(number)] = weight
    if sample_weight is None:
        return weights
    return weights * to_array(sample_weight, "sample_weight").reshape(weights.shape)
