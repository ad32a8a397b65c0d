"""The virtual environments of the contenders, made on first use under `.bench/envs`."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.turns import ROOT

HOME = ROOT / ".bench"

# Exact versions, so that two runs compare the same programs.
REQUIREMENTS: dict[str, dict[str, str]] = {
    "tensorflow": {"tensorflow-cpu": "2.21.0", "keras": "3.15.1"},
    "jax": {"jax": "0.10.2", "keras": "3.15.1"},
    "torch": {"torch": "2.13.0", "numpy": "2.4.6", "keras": "3.15.1"},
}
_MODULES = {"tensorflow": "keras", "jax": "jax, keras", "torch": "torch, keras"}

_ASK_VERSIONS = """
import importlib.metadata, json, sys
versions = {}
for name in sys.argv[1:]:
    try:
        versions[name] = importlib.metadata.version(name).split("+")[0]
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(versions))
"""


class EnvironmentFailed(RuntimeError):
    """An environment could not be made; its contenders are left out."""


@dataclass(frozen=True)
class Environment:
    """A Python that has a contender's framework."""

    python: list[str]
    versions: dict[str, str]
    path: str = field(default="")  # PYTHONPATH, where the framework is not installed


def prepare(name: str, *, home: Path = HOME) -> Environment:
    """The environment of that name, made or completed where needed."""
    if name == "cornu":
        return _own()
    home.mkdir(exist_ok=True)
    ignore = home / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    folder = home / "envs" / name
    python = [str(folder / "bin" / "python")]
    wanted = REQUIREMENTS[name]
    if not (folder / "bin" / "python").exists():
        print(f"making the environment for {name} (once, some minutes)", flush=True)
        _run([sys.executable, "-m", "venv", str(folder)], name)
    if any(_versions(python, wanted).get(key) != version for key, version in wanted.items()):
        specifiers = [f"{key}=={version}" for key, version in wanted.items()]
        _run([*python, "-m", "pip", "install", "--quiet", *specifiers], name)
        # Writes the bytecode caches and shows that the installation works.
        backend = f"import os; os.environ['KERAS_BACKEND'] = {name!r}; import {_MODULES[name]}"
        _run([*python, "-c", backend], name)
    return Environment(python, _versions(python, wanted))


def _own() -> Environment:
    """cornu as installed in the checkout's environment, or as it lies in the source tree."""
    own = ROOT / ".venv" / "bin" / "python"
    python = [str(own) if own.exists() else sys.executable]
    show = "import cornu; print(getattr(cornu, '__version__', ''))"
    path = ""
    result = subprocess.run([*python, "-c", show], capture_output=True, text=True, cwd="/")
    if result.returncode and (ROOT / "src" / "cornu").is_dir():
        path = str(ROOT / "src")
        result = subprocess.run(
            [*python, "-c", show], capture_output=True, text=True, cwd="/", env={"PYTHONPATH": path}
        )
    if result.returncode:
        raise EnvironmentFailed(f"cornu cannot be imported:\n{result.stderr}")
    return Environment(python, {"cornu": result.stdout.strip()}, path)


def _versions(python: list[str], names: dict[str, str]) -> dict[str, str]:
    result = subprocess.run(
        [*python, "-c", _ASK_VERSIONS, *names], capture_output=True, text=True, check=False
    )
    versions: dict[str, str] = json.loads(result.stdout) if result.returncode == 0 else {}
    return versions


def _run(command: list[str], name: str) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise EnvironmentFailed(
            f"the environment for {name} could not be made: {' '.join(command)}\n{result.stderr}"
        )
