"""What a model makes of data: one result for each of its outputs, fit for figures and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu.core import tree
from cornu.visualization._targets import as_array, class_numbers

_WHO = "report"


@dataclass(frozen=True)
class Result:
    """One output of a model and what it should be.

    Attributes:
        name: Name of the output; "" when there is only one.
        kind: "classes", "labels" (several yes or no), "numbers", or "other".
        true: The targets.
        said: The predictions; probabilities for classes and labels.
    """

    name: str
    kind: str
    true: np.ndarray
    said: np.ndarray


def results_of(model: Any, y: Any, predictions: Any) -> list[Result]:
    """Returns what each output of a model says beside the truth.

    Args:
        model: A compiled model.
        y: Targets in the structure of the outputs.
        predictions: What `model.predict` returned.

    Returns:
        One Result for each output; none when targets and outputs do not correspond.
    """
    outputs = [as_array(leaf) for leaf in tree.flatten(predictions)]
    targets = [as_array(y)] if len(outputs) == 1 else _targets_of(model, y)
    names = [""] if len(outputs) == 1 else list(getattr(model, "output_names", ()))
    losses = _loss_names(model.loss, names)
    if not len(outputs) == len(targets) == len(names) == len(losses):
        return []
    return [
        _result(name, loss, true, said)
        for name, loss, true, said in zip(names, losses, targets, outputs)
    ]


def _targets_of(model: Any, y: Any) -> list[np.ndarray]:
    if isinstance(y, dict) and set(y) == set(model.output_names):
        return [as_array(y[name]) for name in model.output_names]
    return (
        [as_array(part) for part in tree.flatten(y)] if isinstance(y, (list, tuple, dict)) else []
    )


def _loss_names(loss: Any, names: Sequence[str]) -> list[str]:
    if isinstance(loss, dict):
        parts = [loss.get(name) for name in names]
    elif isinstance(loss, (list, tuple)):
        parts = list(loss)
    else:
        parts = [loss] * len(names)
    return [name_of_loss(part) for part in parts]


def name_of_loss(loss: Any) -> str:
    """Returns how a loss is called: a name, an object or a function.

    Args:
        loss: What was given to `compile`.

    Returns:
        The name.

    Example:
        >>> name_of_loss("mse")
        'mse'
    """
    if isinstance(loss, str):
        return loss
    return str(getattr(loss, "name", None) or getattr(loss, "__name__", None) or loss)


def _result(name: str, loss: str, true: np.ndarray, said: np.ndarray) -> Result:
    wide = said.shape[1] if said.ndim == 2 else 1
    about_classes = "crossentropy" in loss.replace("_", "").lower() or "hinge" in loss
    if said.ndim > 2 or len(true) != len(said):
        return Result(name, "other", true, said)
    if not about_classes:
        kind = "numbers" if true.size == said.size else "other"
        return Result(name, kind, true, said)
    if wide == 1:
        outside = said.min() < 0 or said.max() > 1
        return Result(name, "classes", true, 1 / (1 + np.exp(-said)) if outside else said)
    if "binary" in loss and true.shape == said.shape:
        outside = said.min() < 0 or said.max() > 1
        return Result(name, "labels", true, 1 / (1 + np.exp(-said)) if outside else said)
    if said.min() < 0 or not np.allclose(said.sum(axis=1), 1, atol=1e-3):  # from logits
        powers = np.exp(said - said.max(axis=1, keepdims=True))
        said = powers / powers.sum(axis=1, keepdims=True)
    return Result(name, "classes", true, said)


def scores_per_class(counts: np.ndarray) -> list[tuple[float, float, float, int]]:
    """Returns precision, recall, F1 and number of samples of each class.

    Args:
        counts: Confusion counts; rows are the truth.

    Returns:
        One tuple for each class.

    Example:
        >>> scores_per_class(np.array([[3, 1], [0, 4]]))[0]
        (1.0, 0.75, 0.857..., 4)
    """
    right = counts.diagonal().astype(float)
    precision = right / np.maximum(counts.sum(axis=0), 1)
    recall = right / np.maximum(counts.sum(axis=1), 1)
    both = precision + recall
    f1 = np.where(both > 0, 2 * precision * recall / np.where(both > 0, both, 1), 0.0)
    columns = precision.tolist(), recall.tolist(), f1.tolist(), counts.sum(axis=1).tolist()
    return list(zip(*columns))


def scores_per_label(result: Result) -> np.ndarray:
    """Returns the confusion counts of each label of a sample with several.

    Args:
        result: A Result of kind "labels".

    Returns:
        Counts (labels, 2, 2).
    """
    true, said = result.true > 0.5, result.said > 0.5
    counts = np.zeros((true.shape[1], 2, 2), dtype=int)
    for label in range(true.shape[1]):
        np.add.at(counts[label], (true[:, label].astype(int), said[:, label].astype(int)), 1)
    return counts


def largest_errors(result: Result, count: int) -> np.ndarray:
    """Returns which samples are missed most.

    Args:
        result: A Result of kind "numbers".
        count: How many.

    Returns:
        Numbers of samples, the worst first.
    """
    missed = np.abs(result.true.astype(float).reshape(len(result.true), -1)
                    - result.said.astype(float).reshape(len(result.said), -1)).max(axis=1)  # fmt: skip
    return np.argsort(-missed, kind="stable")[:count]


def class_of(result: Result) -> np.ndarray:
    """Returns the true class of each sample.

    Args:
        result: A Result of kind "classes".

    Returns:
        Class numbers.
    """
    return class_numbers(result.true, _WHO)
