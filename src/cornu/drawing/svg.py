"""Scenes as SVG text."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from cornu.drawing.layered import Point
from cornu.drawing.scene import Group, Line, Rectangle, Scene, Shape, Text, arrow_head

_FONTS = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', "
    "sans-serif"
)


def svg_text(
    scene: Scene, title: str, colour: Callable[[str], str] | None = None, background: bool = True
) -> str:
    """Returns a scene as SVG.

    Args:
        scene: The scene.
        title: What the picture shows, for readers who cannot see it.
        colour: Gives the CSS colour for a name in the palette; the palette when None.
        background: Whether the picture has a ground of the palette's colour "paper".

    Returns:
        One `<svg>` element.

    Example:
        >>> svg_text(Scene(4, 2, {"paper": "#fff"}), "Nothing")[:26]
        '<svg xmlns="http://www.w3.'
    """
    colour = colour or scene.palette.__getitem__
    width, height = _number(scene.width), _number(scene.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" font-family="{escape(_FONTS)}">',
        f"<title>{_escaped(title)}</title>",
    ]
    if background:
        lines.append(f'<rect width="100%" height="100%" fill="{colour("paper")}"/>')
    for shape in scene.shapes:
        lines += _lines(shape, colour)
    return "\n".join([*lines, "</svg>", ""])


def _lines(shape: Shape, colour: Callable[[str], str]) -> list[str]:
    if isinstance(shape, Group):
        inner = [line for part in shape.shapes for line in _lines(part, colour)]
        head = f'<g class="{_escaped(shape.kind)}" data-name="{_escaped(shape.name)}">'
        return [head, f"<title>{_escaped(shape.name)}</title>", *inner, "</g>"]
    if isinstance(shape, Rectangle):
        return [_rectangle(shape, colour)]
    if isinstance(shape, Line):
        return _line(shape, colour)
    return [_text(shape, colour)]


def _rectangle(shape: Rectangle, colour: Callable[[str], str]) -> str:
    attributes = {
        "x": _number(shape.x),
        "y": _number(shape.y),
        "width": _number(shape.width),
        "height": _number(shape.height),
        "rx": _number(shape.radius) if shape.radius else "",
        "fill": colour(shape.fill) if shape.fill else "none",
        "stroke": colour(shape.stroke) if shape.stroke else "",
        "stroke-dasharray": "5 4" if shape.dashed else "",
    }
    return f"<rect {' '.join(f'{name}={chr(34)}{v}{chr(34)}' for name, v in attributes.items() if v)}/>"


def _line(shape: Line, colour: Callable[[str], str]) -> list[str]:
    path = [f"M{_point(shape.curve.start)}"]
    path += [
        ("L" if len(piece) == 1 else "C") + " ".join(map(_point, piece))
        for piece in shape.curve.pieces
    ]
    stroke = colour(shape.stroke)
    lines = [f'<path d="{" ".join(path)}" fill="none" stroke="{stroke}" stroke-width="1.5"/>']
    if shape.arrow:
        corners = " ".join(map(_point, arrow_head(shape.curve)))
        lines.append(f'<polygon points="{corners}" fill="{stroke}"/>')
    return lines


def _text(shape: Text, colour: Callable[[str], str]) -> str:
    anchor = ' text-anchor="middle"' if shape.centred else ""
    weight = ' font-weight="600"' if shape.bold else ""
    return (
        f'<text x="{_number(shape.x)}" y="{_number(shape.baseline)}" '
        f'font-size="{_number(shape.size)}" fill="{colour(shape.colour)}"{anchor}{weight}>'
        f"{_escaped(shape.words)}</text>"
    )


def _point(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    return f"{round(value, 1):g}" if abs(value) < 1e5 else str(round(value))


def _escaped(text: str) -> str:
    # XML knows no control characters, escaped or not.
    return escape("".join(c if c.isprintable() else "�" for c in text))
