"""Scene: rectangles, lines and words at places, which any format can show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Union

from cornu.drawing.layered import Curve, Point

# Advance widths of the characters from " " to "~" in DejaVu Sans, in thousandths of its size. It
# is the font of the PNG files and wider than what browsers choose, so boxes are wide enough.
_ADVANCES = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
)  # fmt: skip
_BOLD = 1.11
_UNKNOWN = 1000


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Returns how wide a text is.

    Args:
        text: The text, in one line.
        size: Size of its letters.
        bold: Whether they are bold.

    Returns:
        The width in the unit of `size`.

    Example:
        >>> round(text_width("Dense", 10), 1)
        31.6
    """
    units = sum(
        _ADVANCES[ord(letter) - 32] if 32 <= ord(letter) < 127 else _UNKNOWN for letter in text
    )
    return units * size / 1000 * (_BOLD if bold else 1.0)


@dataclass(frozen=True)
class Rectangle:
    """A rectangle; `fill` and `stroke` are names of colours in the palette, "" for none."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    stroke: str = ""
    radius: float = 0.0
    dashed: bool = False


@dataclass(frozen=True)
class Line:
    """A curve, with an arrow head at its end if wanted."""

    curve: Curve
    stroke: str
    arrow: bool = True


@dataclass(frozen=True)
class Text:
    """Words in one line; `x` is where they begin, or their middle when `centred`."""

    x: float
    baseline: float
    words: str
    size: float
    colour: str
    bold: bool = False
    centred: bool = False


@dataclass(frozen=True)
class Group:
    """Shapes that belong together, such as one box of a diagram.

    Attributes:
        name: What it shows; viewers tell it when the mouse rests on it.
        kind: What sort of thing it is.
        shapes: The shapes.
    """

    name: str
    kind: str
    shapes: tuple[Shape, ...]


Shape = Union[Rectangle, Line, Text, Group]  # noqa: UP007 - Group is named before it exists


@dataclass
class Scene:
    """A picture.

    Attributes:
        width: Size in pixels of 1/96 inch.
        height: Likewise.
        palette: Names of colours and what they are, such as {"ink": "#222222"}.
        shapes: What is drawn, the lowest first.
    """

    width: float
    height: float
    palette: Mapping[str, str]
    shapes: list[Shape] = field(default_factory=list)


def shifted(shape: Shape, dx: float, dy: float) -> Shape:
    """Returns a shape at another place.

    Args:
        shape: The shape.
        dx: How far it moves to the right.
        dy: How far it moves down.

    Returns:
        A shape like it.

    Example:
        >>> shifted(Rectangle(0, 0, 2, 1), 5, 6).x
        5
    """
    if isinstance(shape, Group):
        return replace(shape, shapes=tuple(shifted(part, dx, dy) for part in shape.shapes))
    if isinstance(shape, Text):
        return replace(shape, x=shape.x + dx, baseline=shape.baseline + dy)
    if isinstance(shape, Rectangle):
        return replace(shape, x=shape.x + dx, y=shape.y + dy)

    def move(point: Point) -> Point:
        return point[0] + dx, point[1] + dy

    pieces = tuple(tuple(move(point) for point in piece) for piece in shape.curve.pieces)
    return replace(shape, curve=Curve(move(shape.curve.start), pieces))


def arrow_head(curve: Curve, length: float = 8.0, width: float = 7.0) -> tuple[Point, ...]:
    """Returns the corners of an arrow head at the end of a curve.

    Args:
        curve: The curve.
        length: How long the head is.
        width: How wide it is.

    Returns:
        Three points, the tip first.

    Example:
        >>> arrow_head(Curve((0, 0), (((0, 20),),)))
        ((0, 20), (3.5, 12.0), (-3.5, 12.0))
    """
    tip = curve.end
    points = [curve.start, *(point for piece in curve.pieces for point in piece)]
    before = next((p for p in reversed(points) if p != tip), (tip[0], tip[1] - 1))
    dx, dy = tip[0] - before[0], tip[1] - before[1]
    # Lines end upright or level; only that direction counts.
    dx, dy = (0.0, dy / abs(dy)) if abs(dy) >= abs(dx) else (dx / abs(dx), 0.0)
    x, y = tip[0] - dx * length, tip[1] - dy * length
    half = width / 2
    return tip, (x + dy * half, y + dx * half), (x - dy * half, y - dx * half)
