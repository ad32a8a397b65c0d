"""`import cornu` is silent and brings in nothing heavy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "always", "-c", code],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_import_prints_nothing():
    run = run_python("import cornu")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_import_leaves_optional_packages_alone():
    heavy = "jax keras tensorflow torch pandas matplotlib PIL sklearn optuna onnx scipy"
    run = run_python(
        f"import sys, cornu; print([name for name in {heavy.split()!r} if name in sys.modules])"
    )
    assert run.stdout.strip() == "[]", run.stderr


def test_import_starts_no_thread():
    """Threads begin with the first computation, so that a program may fork before it."""
    tasks = "/proc/self/task"
    if not Path(tasks).is_dir():
        return
    code = (
        f"import os, numpy; before = os.listdir({tasks!r}); import cornu; "
        f"print(len(os.listdir({tasks!r})) - len(before))"
    )
    assert run_python(code).stdout == "0\n"
