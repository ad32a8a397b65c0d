"""The table of everything the five course documents name, with the test that shows it.

`rows.tsv` holds the rows (number, group, what, documents); `named_only.tsv` those that ask for no
code, with the reason. The test of row 62 is the one function whose name starts with `test_row_062_`.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[1] / "docs" / "seeds.md"

_TEST = re.compile(r"^def (test_row_(\d{3})_\w+)", re.MULTILINE)

_HEAD = """\
# The course, row by row

Five lecture documents teach with TensorFlow and Keras; every item they name is a row here, with the
test that shows it at work in cornu. `make seeds-table` runs the tests of [tests/seeds](../tests/seeds)
and writes this page. The documents are: 000 neural networks and training in TensorFlow; 001 notes on
tensors, regression and classification; 002 training, backpropagation and generalisation; 003 deep
networks and a Keras tutorial on MNIST; 004 a summary of multilayer perceptrons in Keras.
"""

_COLUMNS = "| row | what | documents | test | result |\n|--:|---|---|---|---|"
_SUMMARY = {
    "passes": "pass",
    "named only": "ask for no code",
    "open": "are open",
    "fails": "fail",
    "skipped": "were skipped",
    "not run": "were not run",
}


class Row(NamedTuple):
    """One item that the documents name."""

    number: int
    group: str
    title: str
    documents: str


class Test(NamedTuple):
    """Where a row is tested."""

    file: str
    name: str


def rows() -> list[Row]:
    """All rows, in order."""
    lines = (FOLDER / "rows.tsv").read_text(encoding="utf-8").splitlines()
    fields = (line.split("\t") for line in lines)
    return [Row(int(number), group, title, documents) for number, group, title, documents in fields]


def named_only() -> dict[int, str]:
    """Why a row needs no code, by its number."""
    lines = (FOLDER / "named_only.tsv").read_text(encoding="utf-8").splitlines()
    return {int(number): reason for number, reason in (line.split("\t") for line in lines)}


def tests() -> dict[int, list[Test]]:
    """The tests of each row, by its number."""
    found: dict[int, list[Test]] = {}
    for path in sorted(FOLDER.glob("test_*.py")):
        for name, number in _TEST.findall(path.read_text(encoding="utf-8")):
            found.setdefault(int(number), []).append(Test(path.name, name))
    return found


def page(results: dict[str, str]) -> str:
    """The page of all rows.

    Args:
        results: The word for the result of each test, by the name of its function; a test that is
            not there counts as not run.
    """
    found, reasons = tests(), named_only()
    table = [
        (row, *_shown(found.get(row.number), reasons.get(row.number), results)) for row in rows()
    ]
    counts = {
        words: sum(result.startswith(word) for *_, result in table)
        for word, words in _SUMMARY.items()
    }
    summary = ", ".join(f"{count} {words}" for words, count in counts.items() if count)
    parts = [_HEAD, f"Of {len(table)} rows {summary}."]
    for group, lines in itertools.groupby(table, key=lambda line: line[0].group):
        parts.append(f"\n## {group}\n\n{_COLUMNS}")
        parts += [
            f"| {row.number} | {row.title} | {row.documents} | {test} | {result} |"
            for row, test, result in lines
        ]
    return "\n".join(parts) + "\n"


def _shown(
    found: list[Test] | None, reason: str | None, results: dict[str, str]
) -> tuple[str, str]:
    """What the columns of the test and of the result say."""
    if found:
        test = found[0]
        link = f"[{test.name.removeprefix('test_row_')}](../tests/seeds/{test.file})"
        return link, results.get(test.name, "not run")
    return "", f"named only: {reason}" if reason else "open"
