"""The shape of the tree: one idea a file, folders shallow, and no drawers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "cornu"


def folders(top: Path):
    return [
        folder
        for folder in top.rglob("*")
        if folder.is_dir() and folder.name != "__pycache__" and any(folder.glob("*.*"))
    ]


@pytest.mark.parametrize("top", ["src/cornu", "native"])
def test_folders_are_at_most_two_levels_down(top):
    deep = [str(f) for f in folders(ROOT / top) if len(f.relative_to(ROOT / top).parts) > 2]
    assert deep == []


def test_no_python_folder_holds_one_file():
    lonely = []
    for folder in folders(SOURCE):
        modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        inner = [child for child in folder.iterdir() if (child / "__init__.py").is_file()]
        if len(modules) + len(inner) < 2:
            lonely.append(str(folder.relative_to(SOURCE)))
    assert lonely == []


def test_file_names_are_words_in_lower_case():
    pattern = re.compile(r"_{0,2}[a-z][a-z0-9]*(_[a-z0-9]+)*(__)?\.(py|pyi|cpp|h|inc|def)$")
    files = [
        *SOURCE.rglob("*.py"),
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "native").rglob("*.*"),
    ]
    odd = [
        str(path.relative_to(ROOT))
        for path in files
        if path.is_file() and not pattern.match(path.name)
    ]
    assert odd == []


def test_nothing_is_called_after_no_idea():
    """A helper lives in the lowest room that needs it; `utils` is only Keras's public name."""
    drawers = re.compile(r"_?(utils?|helpers?|misc|common|tools?|stuff)(\.\w+)?$")
    found = [
        str(path.relative_to(ROOT))
        for top in (SOURCE, ROOT / "native")
        for path in top.rglob("*")
        if drawers.match(path.name)
        and path.name not in ("utils.py",)
        and "__pycache__" not in path.parts
    ]
    assert found == []


def test_every_package_folder_has_an_init():
    missing = [
        str(folder.relative_to(SOURCE))
        for folder in folders(SOURCE)
        if any(folder.glob("*.py")) and not (folder / "__init__.py").is_file()
    ]
    assert missing == []
