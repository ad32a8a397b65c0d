"""Geometric pictures: what a layer with two inputs and two outputs does to the plane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu import activations, ops
from cornu.drawing.axes import GRID, INK, MUTED, SERIES, axes_for, panels_for, tidy
from cornu.visualization._targets import as_array

_SIZE = (3.4, 3.5)
# A letter that shows whether it was turned or mirrored.
_FLAG = np.array([(0, 0), (0, 1), (0.7, 1), (0.7, 0.75), (0.25, 0.75), (0.25, 0.55), (0.55, 0.55),
                  (0.55, 0.3), (0.25, 0.3), (0.25, 0), (0, 0)])  # fmt: skip


def plane_map(
    function: Callable[[np.ndarray], Any],
    extent: float = 2.0,
    points: Any = None,
    classes: Any = None,
    title: str = "",
    ax: Any = None,
) -> Any:
    """Draws where a function of the plane puts a grid, a letter F, and points.

    Args:
        function: Takes points (n, 2) and returns points (n, 2); a layer or model, for example.
        extent: The grid goes from -extent to extent.
        points: Points (n, 2) to be moved too.
        classes: Their classes, which give them colours.
        title: Title of the plot.
        ax: Axes; a new figure when None.

    Returns:
        The Axes.

    Raises:
        ValueError: When the function does not return points of a plane.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> from matplotlib.figure import Figure
        >>> turned = plane_map(lambda x: x @ [[0, 1], [-1, 0]], ax=Figure().add_subplot())
        >>> len(turned.lines) > 20
        True
    """
    who = "plane_map"
    ax = axes_for(ax, who, _SIZE)

    def moved(given: np.ndarray) -> np.ndarray:
        result = as_array(function(np.asarray(given, dtype="float32"))).astype(float)
        if result.shape != given.shape:
            raise ValueError(
                f"{who}: the function must return points (n, 2); got an array of shape "
                f"{result.shape} for points of shape {given.shape}."
            )
        return result

    fine = np.linspace(-extent, extent, 81)
    for value in np.linspace(-extent, extent, 9):
        across = np.stack([fine, np.full_like(fine, value)], axis=1)
        width = 1.6 if abs(value) < 1e-9 else 0.9
        ax.plot(*across.T, color=GRID, linewidth=0.7, zorder=0)
        ax.plot(*across[:, ::-1].T, color=GRID, linewidth=0.7, zorder=0)
        ax.plot(*moved(across).T, color=SERIES[0], linewidth=width, alpha=0.75)
        ax.plot(*moved(across[:, ::-1]).T, color=SERIES[1], linewidth=width, alpha=0.75)
    flag = moved(np.repeat(_FLAG, 8, axis=0) + _between(_FLAG, 8))
    ax.fill(*flag.T, color=SERIES[2], alpha=0.55, linewidth=1.2, edgecolor=INK)
    if points is not None:
        given = as_array(points).astype(float)
        colours: Any = MUTED
        if classes is not None:
            numbers = as_array(classes).reshape(-1).astype(int)
            colours = [SERIES[number % len(SERIES)] for number in numbers]
        ax.scatter(*moved(given).T, s=12, c=colours, edgecolor="white", linewidth=0.4, zorder=3)
    ax.set_aspect("equal")
    ax.set_title(title, fontsize=10, color=INK)
    tidy(ax, grid="")
    return ax


def _between(corners: np.ndarray, parts: int) -> np.ndarray:
    """Returns what is added to repeated corners to make points along the sides."""
    steps = np.diff(corners, axis=0, append=corners[-1:])
    return (
        np.repeat(steps, parts, axis=0) * np.tile(np.arange(parts) / parts, len(corners))[:, None]
    )


def affine_layer(
    kernel: Any,
    bias: Any = None,
    activation: Any = None,
    extent: float = 2.0,
    points: Any = None,
    classes: Any = None,
    ax: Any = None,
) -> Any:
    """Draws step by step what a dense layer does to the plane: turn, mirror and stretch, shift, bend.

    Args:
        kernel: A Dense layer with two inputs and two units, or a kernel (2, 2).
        bias: Shift (2,), with a kernel.
        activation: Name or function, with a kernel.
        extent: The grid goes from -extent to extent.
        points: Points (n, 2) to be moved too.
        classes: Their classes, which give them colours.
        ax: Four Axes; a new figure when None.

    Returns:
        An array of four Axes: the plane, the product with the kernel, the bias, the activation.

    Raises:
        ValueError: When the layer does not map the plane to the plane.
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> from matplotlib.figure import Figure
        >>> axes = affine_layer([[1, 0], [0, -0.5]], [1, 0], "relu", ax=Figure().subplots(1, 4))
        >>> [ax.get_title() for ax in axes]
        ['x', 'x W', 'x W + b', 'relu(x W + b)']
    """
    who = "affine_layer"
    if hasattr(kernel, "kernel"):
        layer = kernel
        kernel, bias, activation = layer.kernel, layer.bias, layer.activation
    matrix = as_array(kernel).astype(float)
    shift = np.zeros(2) if bias is None else as_array(bias).astype(float)
    if matrix.shape != (2, 2) or shift.shape != (2,):
        raise ValueError(
            f"{who}: draws a layer from the plane to the plane; expected a kernel (2, 2) and a bias "
            f"(2,), got {matrix.shape} and {shift.shape}."
        )
    function = activations.get(activation)
    name = getattr(function, "__name__", type(function).__name__)

    def bent(x: np.ndarray) -> np.ndarray:
        return as_array(function(ops.convert_to_tensor((x @ matrix + shift).astype("float32"))))

    last = "x W + b" if name == "linear" else f"{name}(x W + b)"
    steps: list[tuple[str, Callable[[np.ndarray], Any]]] = [
        ("x", lambda x: x),
        ("x W", lambda x: x @ matrix),
        ("x W + b", lambda x: x @ matrix + shift),
        (last, bent),
    ]
    axes = panels_for(ax, len(steps), who, _SIZE)
    for (title, step), panel in zip(steps, axes):
        plane_map(step, extent, points, classes, title, ax=panel)
    # One scale for all, or a stretched plane would look like any other.
    low = np.min([panel.dataLim.min for panel in axes], axis=0)
    high = np.max([panel.dataLim.max for panel in axes], axis=0)
    for panel in axes:
        panel.set_xlim(low[0] - 0.1, high[0] + 0.1)
        panel.set_ylim(low[1] - 0.1, high[1] + 0.1)
    return axes
