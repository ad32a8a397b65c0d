"""A self-contained HTML page: its style, tables and figures."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from itertools import zip_longest
from typing import Any

from cornu.core.extras import optional_import
from cornu.drawing.axes import GRID, INK, MUTED, SERIES

_WHO = "report"
_NUMERIC = re.compile(r"[-+]?[\d,]+(\.\d+)?(e[-+]\d+)?( ?%)?")
_DARK_SERIES = (
    "#6ea3f5",
    "#f0a05e",
    "#5cc29c",
    "#d483c0",
    "#c5b650",
    "#93a4b5",
    "#f07a86",
    "#74c7de",
)
# Colours of plots and of the model's picture, by day and by night.
_COLOURS = {
    "paper": ("#fdfdfc", "#15181c"),
    "panel": ("#ffffff", "#1b1f24"),
    "ink": (INK, "#e4e8ec"),
    "muted": (MUTED, "#98a2ad"),
    "grid": (GRID, "#30363d"),
    "accent": (SERIES[0], _DARK_SERIES[0]),
    **{f"series-{i}": pair for i, pair in enumerate(zip(SERIES, _DARK_SERIES))},
    "rule": ("#c4cbd3", "#3a424b"),
    "edge": ("#6b7683", "#8b96a3"),
    "card": ("#ffffff", "#1b1f24"),
    "group": ("#f6f8fa", "#181c20"),
    "plain": ("#eceff2", "#2a3037"),
    "dense": ("#dae6fb", "#1f3557"),
    "conv": ("#d5efe0", "#1c4331"),
    "pooling": ("#e6f0c8", "#3a4418"),
    "rnn": ("#fde4cb", "#55341a"),
    "attention": ("#fadbe5", "#552439"),
    "normalization": ("#e8dff6", "#392a57"),
    "regularization": ("#f3e9d2", "#463a1d"),
    "merging": ("#d2edf1", "#17434b"),
    "activation": ("#fff0c2", "#4d400f"),
}

_STYLE = """
:root { color-scheme: light dark; LIGHT }
@media (prefers-color-scheme: dark) { :root { DARK } }
@media print { :root { color-scheme: light; LIGHT } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
main, header, nav, footer { max-width: 64rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 3.5rem; }
.kicker { margin: 0; color: var(--accent); font-size: .8rem; font-weight: 600; letter-spacing: .09em;
  text-transform: uppercase; }
h1 { margin: .25rem 0 .35rem; font-size: 2.3rem; line-height: 1.15; letter-spacing: -.02em;
  overflow-wrap: anywhere; }
.lead { margin: 0; color: var(--muted); font-size: 1.05rem; }
nav { margin-top: 1.6rem; display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; font-size: .92rem; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .9rem;
  margin: 1.9rem 0 0; padding: 0; }
.figures div { background: var(--panel); border: 1px solid var(--grid); border-radius: 10px;
  padding: .85rem 1rem .75rem; }
.figures dt { color: var(--muted); font-size: .84rem; }
.figures dd { margin: .1rem 0 0; font-size: 1.6rem; font-weight: 600; letter-spacing: -.01em; }
.figures dd small { font-size: .95rem; font-weight: 500; color: var(--muted); letter-spacing: 0; }
section { margin-top: 3.2rem; }
h2 { margin: 0 0 .3rem; font-size: 1.4rem; letter-spacing: -.01em; }
h3 { margin: 1.8rem 0 .4rem; font-size: 1.05rem; }
p { max-width: 44rem; margin: .3rem 0 1rem; }
.note { color: var(--muted); }
figure { margin: 1rem 0; display: table; max-width: 100%; }
figure svg { display: block; max-width: 100%; height: auto; }
figcaption { display: table-caption; caption-side: bottom; color: var(--muted); font-size: .88rem;
  padding-top: .35rem; }
.beside { display: flex; flex-wrap: wrap; gap: 1.2rem 2.6rem; align-items: flex-start; }
.beside > * { flex: 0 1 auto; min-width: 0; max-width: 100%; }
.wide { overflow-x: auto; }
figure.picture { display: block; background: var(--panel); border: 1px solid var(--grid); border-radius: 10px;
  padding: .6rem; overflow: auto; max-height: 46rem; }
.picture svg { margin: 0 auto; max-width: none; }
table { border-collapse: collapse; font-size: .92rem; }
th, td { padding: .34rem .9rem .34rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--grid); }
thead th { color: var(--muted); font-weight: 500; white-space: nowrap; }
tbody th { font-weight: 500; color: var(--muted); white-space: nowrap; padding-right: 1.8rem; }
td.number, th.number { text-align: right; padding-left: .9rem; padding-right: .2rem; }
td { overflow-wrap: anywhere; }
.wide td { white-space: nowrap; }
pre { background: var(--panel); border: 1px solid var(--grid); border-radius: 10px; overflow-x: auto;
  padding: .9rem 1rem; font: .78rem/1.3 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono",
  monospace; }
footer { margin-top: 3.5rem; padding-bottom: 3rem; color: var(--muted); font-size: .88rem; }
@media print {
  body { font-size: 10.5pt; background: none; }
  nav { display: none; }
  header { padding-top: 0; }
  main, header, footer { max-width: none; padding: 0; }
  section { margin-top: 1.6rem; }
  h2, h3 { break-after: avoid; }
  figure, table, .figures div { break-inside: avoid; }
  .picture { max-height: none; border: 0; }
  pre { white-space: pre-wrap; border: 0; padding: 0; }
}
"""


def page(title: str, head: str, sections: Sequence[tuple[str, str, str]], foot: str) -> str:
    """Returns a whole HTML document.

    Args:
        title: Title of the window.
        head: HTML of the head of the page.
        sections: Identifier, heading and HTML of each section.
        foot: Text of the last line.

    Returns:
        The document.
    """
    style = _STYLE
    for word, side in (("LIGHT", 0), ("DARK", 1)):
        values = " ".join(f"--{name}: {pair[side]};" for name, pair in _COLOURS.items())
        style = style.replace(word, values)
    links = "".join(f'<a href="#{name}">{escape(heading)}</a>' for name, heading, _ in sections)
    body = "".join(
        f'<section id="{name}">\n<h2>{escape(heading)}</h2>\n{html}</section>\n'
        for name, heading, html in sections
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"<header>\n{head}</header>\n<nav>{links}</nav>\n<main>\n{body}</main>\n"
        f"<footer>{escape(foot)}</footer>\n</body>\n</html>\n"
    )


def headline(kicker: str, title: str, lead: str, figures: Sequence[tuple[str, str, str]]) -> str:
    """Returns the head of the page: title and the most important figures.

    Args:
        kicker: What sort of page it is.
        title: Its title.
        lead: A line below.
        figures: Name, value and unit of each figure.

    Returns:
        HTML.
    """
    cells = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}"
        f"{f' <small>{escape(unit)}</small>' if unit else ''}</dd></div>"
        for name, value, unit in figures
    )
    return (
        f'<p class="kicker">{escape(kicker)}</p>\n<h1>{escape(title)}</h1>\n'
        f'<p class="lead">{escape(lead)}</p>\n<dl class="figures">{cells}</dl>\n'
    )


def table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Returns a table; numbers stand at the right of their columns.

    Args:
        header: Titles of the columns.
        rows: Their cells: text and numbers.

    Returns:
        HTML.
    """
    numeric = [
        bool(rows) and all(_NUMERIC.fullmatch(text) for text in column)
        for column in zip(*([_text(value) for value in row] for row in rows))
    ]

    def cell(tag: str, value: Any, is_number: bool) -> str:
        mark = ' class="number"' if is_number else ""
        return f"<{tag}{mark}>{escape(_text(value))}</{tag}>"

    head = "".join(cell("th", *pair) for pair in zip_longest(header, numeric, fillvalue=False))
    body = "".join(
        f"<tr>{''.join(cell('td', value, flag) for value, flag in zip(row, numeric))}</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>\n'


def _text(value: Any) -> str:
    return value if isinstance(value, str) else number(value)


def facts(rows: Sequence[tuple[str, str]]) -> str:
    """Returns a table of names and values.

    Args:
        rows: The names and values.

    Returns:
        HTML.
    """
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in rows
    )
    return f"<table><tbody>{body}</tbody></table>\n"


def number(value: float) -> str:
    """Returns a number for people.

    Args:
        value: The number.

    Returns:
        Text.

    Example:
        >>> number(0.123456), number(12345), number(1234.5)
        ('0.1235', '12,345', '1,234')
    """
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e15):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def figure(
    draw: Callable[..., Any],
    size: tuple[float, float],
    title: str,
    caption: str = "",
    count: int = 1,
) -> str:
    """Returns a plot as an inline SVG whose colours follow those of the page.

    Args:
        draw: Is called with `ax`, one Axes or an array of `count`.
        size: Width and height of the whole in inches.
        title: What it shows, for readers who cannot see it.
        caption: A line below.
        count: Number of Axes, three side by side at most.

    Returns:
        HTML.
    """
    figures = optional_import("matplotlib.figure", "plot", _WHO)
    with _own_style():
        made = figures.Figure(figsize=size, layout="constrained")
        made.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
        across = min(count, 3)
        axes = made.subplots(-(-count // across), across, squeeze=False).ravel()
        for spare in axes[count:]:
            made.delaxes(spare)
        draw(ax=axes[0] if count == 1 else axes[:count])
        content = io.BytesIO()
        made.savefig(content, format="svg", transparent=True, metadata={"Date": None})
    caption = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f"<figure>{_inline(content.getvalue().decode(), title)}{caption}</figure>\n"


@contextmanager
def _own_style() -> Iterator[None]:
    """Draws with matplotlib's own settings, whatever the user has chosen; they come back after."""
    matplotlib = optional_import("matplotlib", "plot", _WHO)
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "cornu"})
        yield


def _inline(svg: str, title: str) -> str:
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<(g|text) id="[^"]*"', r"<\1", svg)  # not unique in a page of several plots
    svg = re.sub(r"'DejaVu Sans'[^;\"]*", "system-ui, sans-serif", svg)
    svg = re.sub(r'(width|height)="([\d.]+)pt"', _in_pixels, svg, count=2)
    for name, (light, _) in _COLOURS.items():
        if name in ("ink", "muted", "grid") or name.startswith("series"):
            svg = svg.replace(light, f"var(--{name})")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(title)}" ', 1).strip()


def _in_pixels(size: re.Match[str]) -> str:
    return f'{size[1]}="{float(size[2]) * 96 / 72:.0f}"'


def css_colour(name: str) -> str:
    """Returns the page's colour for a name in the palette of a picture.

    Args:
        name: A name such as "ink".

    Returns:
        A CSS value.

    Example:
        >>> css_colour("ink")
        'var(--ink)'
    """
    return f"var(--{name})"
