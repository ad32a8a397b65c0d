"""What plots have in common: where they are drawn, and their quiet style."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.core.extras import optional_import

# Colours that people who see red and green alike can tell apart, and that last in print.
INK = "#1f2328"
MUTED = "#656d76"
GRID = "#dfe3e8"
SERIES = ("#2f6fd0", "#d9772b", "#2f9170", "#a3478f", "#8a7a1f", "#4a5a6a", "#c23b4b", "#3d9bb5")


def axes_for(ax: Any, who: str, size: tuple[float, float] = (6.4, 4.0)) -> Any:
    """Returns the Axes to draw in.

    Args:
        ax: Axes of the user, or None for a new figure of pyplot, which notebooks show.
        who: The function that draws, for the error.
        size: Width and height of a new figure in inches.

    Returns:
        Axes.

    Raises:
        MissingExtraError: When matplotlib is not installed.
    """
    if ax is not None:
        return ax
    return panels_for(None, 1, who, size)[0]


def panels_for(
    ax: Any, count: int, who: str, size: tuple[float, float], across: int | None = None
) -> np.ndarray:
    """Returns several Axes to draw in.

    Args:
        ax: A sequence of Axes, or None for a new figure of pyplot.
        count: How many are needed.
        who: The function that draws, for errors.
        size: Width and height of one of them in inches.
        across: How many stand side by side in a new figure; all when None.

    Returns:
        A flat array of `count` Axes.

    Raises:
        ValueError: When `ax` holds another number of Axes.
        MissingExtraError: When matplotlib is not installed.
    """
    if ax is None:
        pyplot = optional_import("matplotlib.pyplot", "plot", who)
        across = min(across or count, count)
        down = -(-count // across)
        figure, axes = pyplot.subplots(
            down, across, figsize=(size[0] * across, size[1] * down), layout="constrained"
        )
        found = np.atleast_1d(axes).ravel()
        for spare in found[count:]:
            figure.delaxes(spare)
        return found[:count]
    found = np.atleast_1d(np.asarray(ax, dtype=object)).ravel()
    if len(found) != count:
        raise ValueError(f"{who}: draws {count} plots and needs as many Axes; got {len(found)}.")
    return found


def tidy(ax: Any, *, grid: str = "both") -> None:
    """Gives Axes the quiet style: no frame at the top and right, a light grid.

    Args:
        ax: The Axes.
        grid: "both", "x", "y", or "" for none.
    """
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(GRID)
    ax.tick_params(colors=MUTED, length=0, labelcolor=MUTED)
    for text in (ax.xaxis.label, ax.yaxis.label):
        text.set_color(MUTED)
    ax.title.set_color(INK)
    if grid:
        ax.grid(visible=True, axis=grid, color=GRID, linewidth=0.8)
        ax.set_axisbelow(True)


def bare(ax: Any) -> None:
    """Removes frame and ticks, for pictures.

    Args:
        ax: The Axes.
    """
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.title.set_color(INK)


def legend(ax: Any, **settings: Any) -> None:
    """Adds a legend with a light frame.

    Args:
        ax: The Axes, whose lines have labels.
        **settings: For `ax.legend`.
    """
    # With a frame: without one its dots look like samples where the plane is full of them.
    ax.legend(labelcolor=INK, edgecolor=GRID, framealpha=0.9, **settings)


def draw_tiles(
    ax: Any,
    images: Sequence[np.ndarray],
    captions: Sequence[str] = (),
    across: int | None = None,
    limits: tuple[float, float] | None = None,
    cmap: str = "gray",
    size: float = 8.0,
) -> Any:
    """Draws many small pictures in one Axes.

    Args:
        ax: The Axes.
        images: Arrays (height, width) or (height, width, channels) of one size.
        captions: Words below each picture; none when empty.
        across: How many stand side by side; about a square when None.
        limits: Values of black and white; those of each picture when None.
        cmap: Colours of pictures without channels.
        size: Size of the captions.

    Returns:
        The Axes.
    """
    across = min(len(images), across or math.ceil(math.sqrt(len(images))))
    height, width = images[0].shape[:2]
    gap = max(0.08 * width, 0.5)
    line = 0.17 * height if captions else 0.0
    lines = max((caption.count("\n") + 1 for caption in captions), default=0)
    step_x, step_y = width + gap, height + gap + line * lines
    for number, image in enumerate(images):
        left, top = (number % across) * step_x, (number // across) * step_y
        low, high = limits or (float(np.min(image)), float(np.max(image)))
        shown = image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image
        if shown.ndim == 3:  # colours lie from 0 to 1
            shown = np.clip((shown - low) / ((high - low) or 1.0), 0, 1)
        ax.imshow(
            shown,
            extent=(left, left + width, top + height, top),
            cmap=cmap,
            vmin=low,
            vmax=high,
            interpolation="nearest",
        )
        right, bottom = left + width, top + height
        frame = [left, right, right, left, left], [top, top, bottom, bottom, top]
        ax.plot(*frame, color=GRID, linewidth=0.6)
        if captions:
            ax.text(
                left + width / 2,
                top + height + 0.3 * gap,
                captions[number],
                ha="center",
                va="top",
                fontsize=size,
                color=INK,
                parse_math=False,
            )
    down = -(-len(images) // across)
    ax.set_xlim(-gap / 2, across * step_x - gap / 2)
    ax.set_ylim(down * step_y, -gap / 2)
    ax.set_aspect("equal", anchor="NW")
    bare(ax)
    return ax
