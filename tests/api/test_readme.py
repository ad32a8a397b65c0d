"""The README's example runs and prints what the README says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_example_prints_what_is_shown():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code, shown = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL).groups()
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r})\n{code}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    # The last digits of a loss depend on the instruction set.
    number = re.compile(r"\d+\.\d+")
    assert number.sub("#", run.stdout) == number.sub("#", shown)
    for got, expected in zip(number.findall(run.stdout), number.findall(shown)):
        assert abs(float(got) - float(expected)) < 0.01
    assert run.stderr == ""
