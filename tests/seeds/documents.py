"""The code in the text of the course documents: where it stands, and what a reader must put right.

The documents themselves are not part of the repository; their folder is `CORNU_TEST_SEEDS`, or
shared/seeds beside the checkout. Tests that need them skip where there are none.
"""

from __future__ import annotations

import os
import re
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu.tf as tf

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "seeds"

# The only lines that change: where the packages come from.
IMPORTS = [
    (r"^import tensorflow as tf$", "import cornu.tf as tf"),
    (r"^import keras$", "import {package} as keras"),
    (r"^from keras\.", "from {package}."),
]


def read(number: str) -> str:
    """The text of the document whose name starts with a number."""
    folder = Path(os.environ.get("CORNU_TEST_SEEDS", BESIDE))
    paths = sorted(folder.glob(f"{number}_*.txt")) if folder.is_dir() else []
    if not paths:
        pytest.skip("the course documents are not here: set CORNU_TEST_SEEDS to their folder")
    return paths[0].read_text(encoding="utf-8")


def fenced(text: str) -> list[str]:
    """The blocks between lines of three backticks."""
    blocks = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(block) for block in blocks]


def between(text: str, first: str, last: str) -> str:
    """The lines from the one that starts with `first` up to, but without, one that starts so."""
    lines = text.split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith(first))
    stop = next(i for i, line in enumerate(lines) if i > start and line.startswith(last))
    return "\n".join(lines[start:stop])


def piece(text: str, first: str, last: str) -> str:
    """The text from `first` to the next `last`, both included, in one line."""
    start = text.index(first)
    stop = text.index(last, start + len(first)) + len(last) if last else start + len(first)
    return " ".join(text[start:stop].split())


def corrected(code: str, *corrections: tuple[str, str], package: str = "cornu.tf.keras") -> str:
    """Code with texts replaced, each of which must be there, and with another package for Keras.

    Lines of the notebook itself (`%load_ext`, `%tensorboard`) are IPython's and fall away.
    """
    code = re.sub(r"^%.*$", "", code, flags=re.MULTILINE)
    for line, replacement in IMPORTS:
        code = re.sub(line, replacement.format(package=package), code, flags=re.MULTILINE)
    for wrong, right in corrections:
        assert wrong in code, f"{wrong!r} is not in the cell:\n{code}"
        code = code.replace(wrong, right)
    return code


def run(code: str, names: dict[str, Any]) -> None:
    """Runs one cell."""
    exec(compile(code, "cell", "exec"), names)


def lines_that_fail(code: str, names: dict[str, Any]) -> dict[str, Exception]:
    """Runs each line as a cell of its own; returns what the others raised."""
    failed = {}
    for line in code.split("\n"):
        statement = line.split("#")[0].strip()
        if statement:
            try:
                run(statement, names)
            except Exception as error:
                failed[statement] = error
    return failed


def cell_with(cells: list[str], part: str) -> str:
    """The first cell that holds a text."""
    return next(cell for cell in cells if part in cell)


def tf_keras(**names: Any) -> dict[str, Any]:
    """What cells may use that earlier, unprinted ones have imported."""
    return {"tf": tf, "keras": tf.keras, "layers": tf.keras.layers, "np": np, **names}
