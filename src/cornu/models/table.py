"""A text table with box-drawing lines, laid out as the `rich` package would do it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_WORD = re.compile(r"\s*\S+\s*")


def cell_width(text: str) -> int:
    """Returns how many columns a text takes in a terminal."""
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shrink(widths: Sequence[int], room: int) -> list[int]:
    """Returns column widths reduced evenly so that together they fit into `room`."""
    excess = sum(widths) - room
    result = []
    left = len(widths)
    for width in widths:
        taken = min(width, round(excess / left)) if excess > 0 else 0
        result.append(width - taken)
        excess -= taken
        left -= 1
    return result


def spread(widths: Sequence[int], room: int) -> list[int]:
    """Returns column widths increased in proportion so that together they fill `room`."""
    missing = room - sum(widths)
    if missing <= 0:
        return list(widths)
    result = []
    total = sum(widths)
    for width in widths:
        given = -(-width * missing // total) if total > 0 else missing
        result.append(width + given)
        total -= width
        missing -= given
    return result


def wrap(text: str, width: int) -> list[str]:
    """Returns the lines of a text broken between words; a word too long ends with an ellipsis."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in _WORD.findall(paragraph):
            if line and cell_width(line) + cell_width(word.rstrip()) > width:
                lines.append(line)
                line = ""
            line += word
        lines.append(line)
    return [_cut(line.rstrip(), width) for line in lines]


def _cut(line: str, width: int) -> str:
    if cell_width(line) <= width:
        return line
    kept = ""
    for character in line:
        if cell_width(kept) + _character_width(character) > width - 1:
            break
        kept += character
    return kept + "…"


def _justify(line: str, width: int, how: str) -> str:
    space = width - cell_width(line)
    if how == "right":
        return " " * space + line
    if how == "center":
        return " " * (space // 2) + line + " " * (space - space // 2)
    return line + " " * space


def draw(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    alignment: Sequence[str],
    line_length: int,
) -> str:
    """Returns a table with a heavy head and a line between rows.

    Args:
        header: Titles of the columns.
        rows: Their cells.
        widths: Wanted widths of the cells' text.
        alignment: "left", "right" or "center" for each column.
        line_length: Width of the whole table.

    Returns:
        Text that ends with a newline.
    """
    room = line_length - len(widths) - 1
    outer = spread(shrink([width + 2 for width in widths], room), room)
    inner = [max(width - 2, 1) for width in outer]

    def line(left: str, fill: str, between: str, right: str) -> str:
        return left + between.join(fill * width for width in outer) + right + "\n"

    def cells(row: Sequence[str], bar: str, *, at_bottom: bool = False) -> str:
        columns = [wrap(cell, width) for cell, width in zip(row, inner, strict=True)]
        height = max(len(column) for column in columns)
        if at_bottom:
            columns = [[""] * (height - len(column)) + column for column in columns]
        text = ""
        for number in range(height):
            parts = (
                _justify(column[number] if number < len(column) else "", width, how)
                for column, width, how in zip(columns, inner, alignment, strict=True)
            )
            text += bar + bar.join(f" {part} " for part in parts) + bar + "\n"
        return text

    text = line("┏", "━", "┳", "┓") + cells(header, "┃", at_bottom=True) + line("┡", "━", "╇", "┩")
    text += line("├", "─", "┼", "┤").join(cells(row, "│") for row in rows)
    return text + line("└", "─", "┴", "┘")
