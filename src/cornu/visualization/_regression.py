"""Pictures of predicted numbers beside the true ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.drawing.axes import MUTED, SERIES, axes_for, legend, tidy
from cornu.visualization._targets import as_array, same_length


def _pair(y_true: Any, y_pred: Any, who: str) -> tuple[np.ndarray, np.ndarray]:
    true, said = as_array(y_true).astype(float), as_array(y_pred).astype(float)
    same_length(who, y_true=true, y_pred=said)
    if true.size != said.size:
        raise ValueError(
            f"{who}: truth and predictions need the same shape; got {true.shape} and {said.shape}."
        )
    return true.reshape(-1), said.reshape(-1)


def _dots(count: int) -> dict[str, Any]:
    """Returns how dots look: the more, the smaller and fainter."""
    return {
        "s": 14 if count <= 2000 else 5,
        "alpha": float(np.clip(60 / np.sqrt(count), 0.15, 0.8)),
        "linewidth": 0,
        "color": SERIES[0],
        "rasterized": count > 2000,
    }


def predictions_against_truth(y_true: Any, y_pred: Any, ax: Any = None) -> Any:
    """Draws each prediction over its true value; a perfect model is on the diagonal.

    Args:
        y_true: True values.
        y_pred: Predictions as `predict` returns them.
        ax: Axes; a new figure when None.

    Returns:
        The Axes; the label of the dots tells R², the explained share of the variance.

    Raises:
        ValueError: When the shapes differ.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> from matplotlib.figure import Figure
        >>> ax = predictions_against_truth([1.0, 2.0], [[1.0], [2.0]], ax=Figure().add_subplot())
        >>> ax.collections[0].get_label()
        'R² = 1.000'
    """
    true, said = _pair(y_true, y_pred, "predictions_against_truth")
    ax = axes_for(ax, "predictions_against_truth", (4.8, 4.6))
    spread = float(np.sum((true - true.mean()) ** 2))
    label = f"R² = {1 - float(np.sum((true - said) ** 2)) / spread:.3f}" if spread else "one value"
    ax.scatter(true, said, label=label, **_dots(len(true)))
    ends = [min(true.min(), said.min()), max(true.max(), said.max())]
    ax.plot(ends, ends, color=MUTED, linewidth=1, linestyle=":")
    ax.set_xlabel("true value")
    ax.set_ylabel("prediction")
    ax.set_aspect("equal", adjustable="datalim")
    tidy(ax)
    legend(ax, loc="upper left", handlelength=0, handletextpad=0, markerscale=0)
    return ax


def residuals(y_true: Any, y_pred: Any, ax: Any = None) -> Any:
    """Draws what each prediction misses (truth less prediction) over the prediction.

    A shape in the dots, such as a bend or a funnel, is something that the model has not learned.

    Args:
        y_true: True values.
        y_pred: Predictions as `predict` returns them.
        ax: Axes; a new figure when None.

    Returns:
        The Axes.

    Raises:
        ValueError: When the shapes differ.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> from matplotlib.figure import Figure
        >>> residuals([1.0, 2.0], [1.5, 2.0], ax=Figure().add_subplot()).get_xlabel()
        'prediction'
    """
    true, said = _pair(y_true, y_pred, "residuals")
    ax = axes_for(ax, "residuals", (5.6, 4.0))
    missed = true - said
    ax.scatter(said, missed, **_dots(len(true)))
    ax.axhline(0, color=MUTED, linewidth=1, linestyle=":")
    ax.set_xlabel("prediction")
    ax.set_ylabel("truth − prediction")  # noqa: RUF001
    tidy(ax)
    return ax
