"""Learning curves: what a training did, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cornu.core.errors import suggestion
from cornu.core.extras import optional_import
from cornu.drawing.axes import SERIES, legend, panels_for, tidy

_WHO = "learning_curves"
# Of these the lowest value is the best; of other quantities the highest.
_SMALL_IS_GOOD = ("loss", "error", "mae", "mse", "mape", "msle", "crossentropy", "divergence")


def learning_curves(
    history: Any, metrics: Sequence[str] | str | None = None, ax: Any = None, log: bool = False
) -> Any:
    """Draws loss and metrics over the epochs, training beside validation.

    Each quantity has a plot of its own; a dot marks the best epoch of the validation.

    Args:
        history: What `fit` returned, or its `history` dict.
        metrics: Which quantities, such as "loss" or ["loss", "accuracy"]; all when None.
        ax: Axes, or one for each quantity; a new figure when None.
        log: Whether the vertical axis is logarithmic.

    Returns:
        The Axes; an array of them for several quantities.

    Raises:
        ValueError: For a quantity that is not in the history, and for an empty history.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> from matplotlib.figure import Figure
        >>> ax = Figure().add_subplot()
        >>> learning_curves({"loss": [2.0, 1.0], "val_loss": [2.0, 1.5]}, ax=ax).get_ylabel()
        'loss'
    """
    values: Mapping[str, Sequence[float]] = getattr(history, "history", history)
    names = _quantities(values, metrics)
    axes = panels_for(ax, len(names), _WHO, (5.2, 3.6), across=3)
    ticker = optional_import("matplotlib.ticker", "plot", _WHO)
    epochs = list(getattr(history, "epoch", ()))
    for name, panel in zip(names, axes):
        for key, label, colour in (
            (name, "training", SERIES[0]),
            (f"val_{name}", "validation", SERIES[1]),
        ):
            if key not in values:
                continue
            curve = np.asarray(values[key], dtype=float)
            x = _epoch_numbers(epochs, len(curve), len(values[name]))
            marker = "o" if len(curve) == 1 else ""
            panel.plot(x, curve, color=colour, label=label, linewidth=1.8, marker=marker)
            best = best_epoch(name, curve)
            if key != name and best is not None:
                panel.plot(x[best], curve[best], "o", color=colour, markersize=5)
        panel.set_xlabel("epoch")
        panel.set_ylabel(name)
        if log:
            panel.set_yscale("log")
        panel.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
        tidy(panel)
        if f"val_{name}" in values:
            legend(panel)
    return axes[0] if len(names) == 1 else axes


def _quantities(
    values: Mapping[str, Sequence[float]], metrics: Sequence[str] | str | None
) -> list[str]:
    known = [name for name in values if not (name.startswith("val_") and name[4:] in values)]
    if not known or not any(len(values[name]) for name in known):
        raise ValueError(
            f"{_WHO}: the history is empty; pass what model.fit(...) returned after at least one "
            f"epoch."
        )
    if metrics is None:
        return sorted(known, key=lambda name: (name != "loss", not name.endswith("loss")))
    wanted = [metrics] if isinstance(metrics, str) else list(metrics)
    for name in wanted:
        if name not in values:
            raise ValueError(
                f"{_WHO}: the history has no {name!r}.{suggestion(name, known)} It has: "
                f"{', '.join(known)}."
            )
    return wanted


def _epoch_numbers(epochs: Sequence[int], count: int, whole: int) -> np.ndarray:
    """Returns the epochs of a curve, from 1; a validation that is not made each time is spread."""
    if len(epochs) != whole:
        epochs = range(whole)
    if count == whole:
        return np.asarray(epochs) + 1
    return np.linspace(epochs[0], epochs[-1], count) + 1


def best_epoch(name: str, values: Sequence[float] | np.ndarray) -> int | None:
    """Returns where a quantity is best: lowest for losses and errors, highest for others.

    Args:
        name: Name of the quantity.
        values: Its values.

    Returns:
        A place from 0; None where there is no finite value.

    Example:
        >>> best_epoch("val_loss", [3, 1, 2]), best_epoch("accuracy", [0.1, 0.3, 0.2])
        (1, 1)
    """
    curve = np.asarray(values, dtype=float)
    if not np.isfinite(curve).any():
        return None
    is_small_good = any(word in name for word in _SMALL_IS_GOOD)
    return int(np.nanargmin(curve) if is_small_good else np.nanargmax(curve))
