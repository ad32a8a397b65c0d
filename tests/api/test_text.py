"""The repository reads the same on every machine: no machine's paths, no notes to its authors."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = {".py", ".pyi", ".md", ".txt", ".toml", ".cpp", ".h", ".inc", ".def", ".sh", ".yml", ".yaml"}
NAMED = {"Makefile", "CMakeLists.txt", "run", ".gitignore", ".clang-format"}

FORBIDDEN = {
    "a path of one machine": r"(?<![\w.])/(?:work|root|home|opt|Users|mnt)/",
    "an unfinished spot": r"\b(?:TODO|FIXME|XXX|HACK)\b|\bfor now\b(?!,)",
    "how the work was organised": (
        r"\b(?:CEO|sub-?agents?|LLM|AI (?:assistant|agent))\b"
        r"|\b(?:this|next|later|previous|an earlier) (?:session|task|issue|ticket)s?\b"
        r"|\bissue #?\d|\bthe brief\b|\b(?:other|another) engineers?\b"
    ),
}


def git_files(*options: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return listed.stdout.splitlines()


def texts():
    for name in git_files("--cached", "--others", "--exclude-standard"):
        path = ROOT / name
        if path.is_file() and (path.suffix in TEXT or path.name in NAMED):
            yield path


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_no_text_holds(kind):
    pattern = re.compile(FORBIDDEN[kind], re.IGNORECASE if kind.startswith("how") else 0)
    found = []
    for path in texts():
        if path == Path(__file__).resolve():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert found == [], "\n".join(found)


def test_nothing_built_is_committed():
    built = re.compile(r"\.(?:so|o|a|pyd|dylib|pyc|whl)$|^build/|^dist/|egg-info")
    assert [name for name in git_files() if built.search(name)] == []
