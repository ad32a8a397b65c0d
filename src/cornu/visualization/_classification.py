"""Pictures of what a classifier does right and wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.drawing.axes import INK, MUTED, SERIES, axes_for, draw_tiles, legend, tidy
from cornu.models import Model
from cornu.visualization._targets import as_array, as_images, class_numbers, names_of, same_length


def confusion_counts(y_true: Any, y_pred: Any, num_classes: int | None = None) -> np.ndarray:
    """Counts how often each class was taken for each.

    Args:
        y_true: Class numbers, or one-hot rows.
        y_pred: Class numbers, or probabilities.
        num_classes: Number of classes; the largest number plus one when None.

    Returns:
        Counts (classes, classes): rows are what samples are, columns what they were taken for.

    Raises:
        ValueError: For different numbers of samples and for negative classes.

    Example:
        >>> confusion_counts([0, 1, 1], [0, 1, 0]).tolist()
        [[1, 0], [1, 1]]
    """
    who = "confusion_counts"
    true, taken = class_numbers(y_true, who), class_numbers(y_pred, who)
    same_length(who, y_true=true, y_pred=taken)
    low, high = min(true.min(), taken.min()), max(true.max(), taken.max())
    count = int(num_classes or high + 1)
    if low < 0 or high >= count:
        raise ValueError(
            f"{who}: classes must lie from 0 to {count - 1}; got numbers from {low} to {high}."
        )
    counts = np.zeros((count, count), dtype=int)
    np.add.at(counts, (true, taken), 1)
    return counts


def confusion_matrix(
    y_true: Any,
    y_pred: Any,
    labels: Sequence[Any] | None = None,
    normalize: bool = False,
    ax: Any = None,
) -> Any:
    """Draws how often each class was taken for each: rows are the truth.

    Args:
        y_true: Class numbers, or one-hot rows.
        y_pred: Class numbers, or probabilities as `predict` returns them.
        labels: Names of the classes.
        normalize: Whether cells hold shares of their row instead of counts.
        ax: Axes; a new figure when None.

    Returns:
        The Axes.

    Raises:
        ValueError: For different numbers of samples, negative classes, or too few labels.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> from matplotlib.figure import Figure
        >>> ax = Figure().add_subplot()
        >>> confusion_matrix([0, 1, 1], [0, 1, 0], labels=["no", "yes"], ax=ax).get_xlabel()
        'recognized as'
    """
    who = "confusion_matrix"
    given = as_array(y_pred)
    counts = confusion_counts(y_true, y_pred)
    wide = given.shape[1] if given.ndim == 2 else 0
    count = max(len(counts), wide, 0 if labels is None else len(labels))
    counts = np.pad(counts, (0, count - len(counts)))
    names = names_of(labels, count, who)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = min(12.0, 3.0 + 0.42 * count)
    ax = axes_for(ax, who, (side, side))
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if count <= 30:
        for row in range(count):
            for column in range(count):
                share, number = shares[row, column], counts[row, column]
                text = f"{share:.2f}" if normalize else str(number)
                ax.text(
                    column,
                    row,
                    text if number else "0" if row == column else "·",
                    ha="center",
                    va="center",
                    fontsize=9 if count <= 12 else 6,
                    # Not the ink of the page: the cells stay light on a dark one.
                    color="white" if share > 0.55 else "black" if number else "#8b949e",
                )
    long = max(map(len, names)) > 3
    ax.set_xticks(range(count), names, rotation=45 if long else 0, ha="right" if long else "center")
    ax.set_yticks(range(count), names)
    ax.set_xlabel("recognized as")
    ax.set_ylabel("really was")
    tidy(ax, grid="")
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def worst_mistakes(y_true: Any, y_pred: Any) -> np.ndarray:
    """Returns which samples were taken for a wrong class, the surest mistakes first.

    Args:
        y_true: Class numbers, or one-hot rows.
        y_pred: Probabilities as `predict` returns them, or class numbers.

    Returns:
        Numbers of samples.

    Raises:
        ValueError: For different numbers of samples.

    Example:
        >>> worst_mistakes([0, 0, 1], [[0.4, 0.6], [0.1, 0.9], [0.2, 0.8]]).tolist()
        [1, 0]
    """
    who = "worst_mistakes"
    true, taken = class_numbers(y_true, who), class_numbers(y_pred, who)
    same_length(who, y_true=true, y_pred=taken)
    wrong = np.flatnonzero(true != taken)
    return wrong[np.argsort(-confidence(y_pred)[wrong], kind="stable")]


def confidence(y_pred: Any) -> np.ndarray:
    """Returns how sure each prediction is; 1 for class numbers.

    Args:
        y_pred: Probabilities, or class numbers.

    Returns:
        Numbers (n,).

    Example:
        >>> confidence([[0.2, 0.8]]).tolist()
        [0.8]
    """
    array = as_array(y_pred)
    if array.ndim == 2 and array.shape[1] > 1:
        return array.max(axis=1)
    flat = array.reshape(-1)
    if flat.dtype.kind == "f" and ((flat >= 0) & (flat <= 1)).all():
        return np.maximum(flat, 1 - flat)
    return np.ones(len(flat))


def misclassified(
    images: Any,
    y_true: Any,
    y_pred: Any,
    labels: Sequence[Any] | None = None,
    count: int = 12,
    ax: Any = None,
) -> Any:
    """Draws the pictures that were taken for the wrong class, the surest mistakes first.

    Args:
        images: Pictures (n, height, width) or (n, height, width, channels).
        y_true: Class numbers, or one-hot rows.
        y_pred: Probabilities as `predict` returns them, or class numbers.
        labels: Names of the classes.
        count: How many are drawn at most.
        ax: Axes; a new figure when None.

    Returns:
        The Axes.

    Raises:
        ValueError: When `images` are no pictures, or the numbers of samples differ.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> from matplotlib.figure import Figure
        >>> images = np.zeros((2, 4, 4))
        >>> ax = misclassified(images, [0, 1], [0, 0], ax=Figure().add_subplot())
        >>> len(ax.images)
        1
    """
    who = "misclassified"
    pictures = as_images(images, who)
    wrong = worst_mistakes(y_true, y_pred)
    same_length(who, images=pictures, y_pred=as_array(y_pred))
    true, taken = class_numbers(y_true, who), class_numbers(y_pred, who)
    names = names_of(labels, int(max(true.max(), taken.max())) + 1, who)
    ax = axes_for(ax, who, (7.2, 5.0))
    chosen = wrong[:count]
    if not len(chosen):
        ax.text(0.5, 0.5, "no mistakes", ha="center", va="center", color=MUTED)
        ax.set_axis_off()
        return ax
    sure = confidence(y_pred)
    captions = [f"{names[taken[i]]} ({sure[i]:.0%})\nis {names[true[i]]}" for i in chosen]
    return draw_tiles(ax, [pictures[i] for i in chosen], captions, across=min(6, len(chosen)))


# ------------------------------------------------------------------------------- thresholds


def _sorted_counts(y_true: Any, scores: Any, who: str) -> tuple[np.ndarray, np.ndarray]:
    """Returns how many true and false alarms there are at each threshold, the highest first."""
    true = class_numbers(y_true, who)
    given = as_array(scores).astype(float)
    if given.ndim == 2:
        given = given[:, -1]
    same_length(who, y_true=true, scores=given)
    if set(np.unique(true)) != {0, 1}:
        raise ValueError(
            f"{who}: needs samples of two classes, 0 and 1; got the classes "
            f"{np.unique(true).tolist()}."
        )
    order = np.argsort(-given, kind="stable")
    last = np.append(np.flatnonzero(np.diff(given[order])), len(order) - 1)
    hits = np.cumsum(true[order])[last]
    return hits, last + 1 - hits


def roc_curve(y_true: Any, scores: Any, ax: Any = None) -> Any:
    """Draws the share of found positives against the share of false alarms.

    Args:
        y_true: Class numbers 0 and 1.
        scores: Probabilities of class 1, (n,), (n, 1) or (n, 2).
        ax: Axes; a new figure when None.

    Returns:
        The Axes; the label of the curve tells the area below it.

    Raises:
        ValueError: When there are not two classes, or the numbers of samples differ.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> from matplotlib.figure import Figure
        >>> ax = roc_curve([0, 1, 0, 1], [0.1, 0.4, 0.5, 0.8], ax=Figure().add_subplot())
        >>> ax.lines[0].get_label()
        'area 0.750'
    """
    hits, alarms = _sorted_counts(y_true, scores, "roc_curve")
    found = np.append(0, hits) / hits[-1]
    false = np.append(0, alarms) / alarms[-1]
    area = float(np.sum(np.diff(false) * (found[1:] + found[:-1]) / 2))
    ax = axes_for(ax, "roc_curve", (4.6, 4.4))
    ax.plot(false, found, color=SERIES[0], linewidth=1.8, label=f"area {area:.3f}")
    ax.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=":")
    ax.set_xlabel("false alarms (false positive rate)")
    ax.set_ylabel("found (true positive rate)")
    return _square(ax)


def precision_recall_curve(y_true: Any, scores: Any, ax: Any = None) -> Any:
    """Draws precision against recall for every threshold.

    Args:
        y_true: Class numbers 0 and 1.
        scores: Probabilities of class 1, (n,), (n, 1) or (n, 2).
        ax: Axes; a new figure when None.

    Returns:
        The Axes; the label of the curve tells the average precision.

    Raises:
        ValueError: When there are not two classes, or the numbers of samples differ.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> from matplotlib.figure import Figure
        >>> scores = [0.1, 0.4, 0.35, 0.8]
        >>> ax = precision_recall_curve([0, 0, 1, 1], scores, ax=Figure().add_subplot())
        >>> ax.lines[0].get_label()
        'average precision 0.833'
    """
    hits, alarms = _sorted_counts(y_true, scores, "precision_recall_curve")
    recall = np.append(0, hits) / hits[-1]
    precision = hits / (hits + alarms)
    average = float(np.sum(np.diff(recall) * precision))
    ax = axes_for(ax, "precision_recall_curve", (4.6, 4.4))
    label = f"average precision {average:.3f}"
    ax.step(recall, np.append(precision[0], precision), color=SERIES[0], linewidth=1.8, label=label)
    ax.set_xlabel("recall")
    ax.set_ylabel("precision")
    return _square(ax)


def _square(ax: Any) -> Any:
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    ax.set_aspect("equal")
    tidy(ax)
    legend(ax, loc="lower left" if ax.get_xlabel() == "recall" else "lower right")
    return ax


# ----------------------------------------------------------------------------------- a plane


def decision_boundary(
    model: Any,
    x: Any,
    y: Any,
    labels: Sequence[Any] | None = None,
    resolution: int = 200,
    ax: Any = None,
) -> Any:
    """Draws where in the plane a classifier of two features says what, and the samples.

    Args:
        model: A model with two inputs numbers a sample, or anything with `predict`.
        x: Samples (n, 2).
        y: Their classes: numbers, or one-hot rows.
        labels: Names of the classes.
        resolution: Points along each side at which the model is asked.
        ax: Axes; a new figure when None.

    Returns:
        The Axes.

    Raises:
        ValueError: When the samples have not two features.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> import cornu as keras
        >>> from matplotlib.figure import Figure
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid")])
        >>> x, y = [[0, 0], [1, 1]], [0, 1]
        >>> len(decision_boundary(model, x, y, ax=Figure().add_subplot()).collections) > 2
        True
    """
    who = "decision_boundary"
    points, classes = as_array(x).astype(float), class_numbers(y, who)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(
            f"{who}: draws the plane, so samples need two features (n, 2); got {points.shape}."
        )
    same_length(who, x=points, y=classes)
    low, high = points.min(axis=0), points.max(axis=0)
    edge = 0.1 * np.where(high > low, high - low, 1.0)
    across = np.linspace(low[0] - edge[0], high[0] + edge[0], resolution)
    up = np.linspace(low[1] - edge[1], high[1] + edge[1], resolution)
    plane = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    settings = {"verbose": 0, "batch_size": 4096} if isinstance(model, Model) else {}
    said = as_array(model.predict(plane.astype("float32"), **settings))
    ax = axes_for(ax, who, (5.6, 4.6))
    count = max(int(classes.max()) + 1, said.shape[1] if said.ndim == 2 else 1, 2)
    names = names_of(labels, count, who)
    shape = (resolution, resolution)
    numbers = class_numbers(said, who).reshape(shape)
    colours = [SERIES[number % len(SERIES)] for number in range(count)]
    levels = np.arange(count + 1) - 0.5
    ax.contourf(across, up, numbers, levels=levels, colors=colours, alpha=0.16)
    if count == 2 and said.dtype.kind == "f":
        surface = said.reshape(len(plane), -1)[:, -1].reshape(shape)
        if surface.min() < 0.5 < surface.max():
            ax.contour(across, up, surface, levels=[0.5], colors=[INK], linewidths=1.4)
            ax.contour(
                across, up, surface, levels=[0.1, 0.25, 0.75, 0.9], colors=[MUTED], linewidths=0.6
            )
    elif numbers.min() < numbers.max():
        ax.contour(across, up, numbers, levels=levels[1:-1], colors=[INK], linewidths=1.0)
    for number in np.unique(classes):
        chosen = points[classes == number]
        ax.scatter(
            *chosen.T, s=18, color=colours[number], edgecolor="white", linewidth=0.5,
            label=names[number],
        )  # fmt: skip
    legend(ax)
    tidy(ax, grid="")
    return ax
