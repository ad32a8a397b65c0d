"""Scenes as PNG or PDF, drawn by matplotlib."""

from __future__ import annotations

import io
from typing import Any

from cornu.core.extras import optional_import
from cornu.drawing.layered import Point
from cornu.drawing.scene import Group, Line, Rectangle, Scene, Shape, Text, arrow_head

_PIXELS_PER_INCH = 96
_MOST_PIXELS = 32_000
# How far the control points of a Bezier curve lie out to make a quarter of a circle.
_QUARTER = 0.5523


def render(scene: Scene, file_format: str, dpi: float, purpose: str) -> bytes:
    """Returns a scene as the content of a file.

    Args:
        scene: The scene.
        file_format: One that matplotlib writes, such as "png" or "pdf".
        dpi: Pixels per inch; fewer where the picture would be larger than a file can hold.
        purpose: Who needs matplotlib, for the error.

    Returns:
        Bytes.

    Raises:
        MissingExtraError: When matplotlib is not installed.

    Example:
        >>> render(Scene(20, 10, {"paper": "white"}), "png", 96, "This example")[1:4]
        b'PNG'
    """
    figures = optional_import("matplotlib.figure", "plot", purpose)
    width, height = scene.width / _PIXELS_PER_INCH, scene.height / _PIXELS_PER_INCH
    dpi = min(dpi, _MOST_PIXELS / max(width, height))
    figure = figures.Figure(figsize=(width, height), dpi=dpi, facecolor=scene.palette["paper"])
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, scene.width)
    axes.set_ylim(scene.height, 0)
    axes.set_axis_off()
    painter = _Painter(axes, scene)
    for shape in scene.shapes:
        painter.paint(shape)
    content = io.BytesIO()
    # Nothing of the user's own style decides what is kept of the figure.
    figure.savefig(content, format=file_format, dpi=dpi, bbox_inches=None, facecolor="auto")
    return content.getvalue()


class _Painter:
    def __init__(self, axes: Any, scene: Scene) -> None:
        self.axes = axes
        self.palette = scene.palette
        self.path = optional_import("matplotlib.path", "plot", "A picture").Path
        self.patch = optional_import("matplotlib.patches", "plot", "A picture").PathPatch
        self.order = 0

    def paint(self, shape: Shape) -> None:
        self.order += 1
        if isinstance(shape, Group):
            for part in shape.shapes:
                self.paint(part)
        elif isinstance(shape, Rectangle):
            self._rectangle(shape)
        elif isinstance(shape, Line):
            self._line(shape)
        else:
            self._text(shape)

    def _add(self, points: list[Point], codes: list[int], **style: Any) -> None:
        path = self.path(points, codes)
        self.axes.add_patch(self.patch(path, zorder=self.order, clip_on=False, **style))

    def _rectangle(self, shape: Rectangle) -> None:
        x, y, right, bottom = shape.x, shape.y, shape.x + shape.width, shape.y + shape.height
        r = min(shape.radius, shape.width / 2, shape.height / 2)
        k = r * (1 - _QUARTER)
        move, line, curve = self.path.MOVETO, self.path.LINETO, self.path.CURVE4
        points = [
            (x + r, y), (right - r, y), (right - k, y), (right, y + k), (right, y + r),
            (right, bottom - r), (right, bottom - k), (right - k, bottom), (right - r, bottom),
            (x + r, bottom), (x + k, bottom), (x, bottom - k), (x, bottom - r),
            (x, y + r), (x, y + k), (x + k, y), (x + r, y), (x + r, y),
        ]  # fmt: skip
        codes = [move, *([line, curve, curve, curve] * 4), self.path.CLOSEPOLY]
        self._add(
            points,
            codes,
            facecolor=self.palette[shape.fill] if shape.fill else "none",
            edgecolor=self.palette[shape.stroke] if shape.stroke else "none",
            linewidth=_points(1),
            linestyle=(0, (5, 4)) if shape.dashed else "solid",
        )

    def _line(self, shape: Line) -> None:
        colour = self.palette[shape.stroke]
        points, codes = [shape.curve.start], [self.path.MOVETO]
        for piece in shape.curve.pieces:
            points += piece
            codes += [self.path.LINETO if len(piece) == 1 else self.path.CURVE4] * len(piece)
        self._add(points, codes, facecolor="none", edgecolor=colour, linewidth=_points(1.5))
        if shape.arrow:
            corners = [*arrow_head(shape.curve), shape.curve.end]
            close = [self.path.MOVETO, self.path.LINETO, self.path.LINETO, self.path.CLOSEPOLY]
            self._add(corners, close, facecolor=colour, edgecolor="none", linewidth=0)

    def _text(self, shape: Text) -> None:
        self.axes.text(
            shape.x,
            shape.baseline,
            shape.words,
            fontsize=_points(shape.size),
            color=self.palette[shape.colour],
            fontweight="bold" if shape.bold else "normal",
            fontfamily="DejaVu Sans",
            horizontalalignment="center" if shape.centred else "left",
            verticalalignment="baseline",
            zorder=self.order,
            usetex=False,
            parse_math=False,
        )


def _points(pixels: float) -> float:
    return pixels * 72 / _PIXELS_PER_INCH
