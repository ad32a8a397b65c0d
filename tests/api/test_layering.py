"""Rooms include and import only what lies below them, in Python and in C++."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NATIVE = ROOT / "native"

# What each room may include. The bodies of kernels know nothing of instruction sets; isa/ compiles
# them once for each; the .cpp files of kernels/ then choose among the results at run time.
BELOW = {
    "base": {"base"},
    "simd": {"base", "simd"},
    "pool": {"base", "pool"},
    "kernels": {"base", "simd", "pool", "kernels"},
    "isa": {"base", "simd", "kernels", "isa"},
    "kernels/*.cpp": {"base", "simd", "pool", "kernels", "isa"},
    "program": {"base", "simd", "pool", "kernels", "isa", "program"},
    "binding": {"base", "simd", "pool", "kernels", "isa", "program", "binding"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def native_files():
    suffixes = {".cpp", ".h", ".inc", ".def"}
    return sorted(path for path in NATIVE.rglob("*") if path.suffix in suffixes)


def room_of(path: Path) -> str:
    room = path.relative_to(NATIVE).parts[0]
    return "kernels/*.cpp" if room == "kernels" and path.suffix == ".cpp" else room


def local_includes(path: Path) -> list[str]:
    return [quoted for quoted, _ in INCLUDE.findall(path.read_text()) if quoted]


def test_native_rooms_include_only_downwards():
    wrong = [
        f"{path.relative_to(ROOT)} includes {name}"
        for path in native_files()
        for name in local_includes(path)
        if name.split("/")[0] not in BELOW[room_of(path)]
    ]
    assert wrong == []


def test_native_includes_exist_and_name_their_room():
    wrong = [
        f"{path.relative_to(ROOT)} includes {name}"
        for path in native_files()
        for name in local_includes(path)
        if not (NATIVE / name).is_file()
    ]
    assert wrong == []


def test_native_headers_do_not_include_each_other_in_a_circle():
    graph = {
        str(path.relative_to(NATIVE)): local_includes(path)
        for path in native_files()
        if path.suffix != ".cpp"
    }
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above, name))
        if name in done:
            return
        for included in graph.get(name, []):
            visit(included, (*above, name))
        done.add(name)

    for name in graph:
        visit(name, ())


def test_only_the_binding_sees_python():
    wrong = []
    for path in native_files():
        for quoted, system in INCLUDE.findall(path.read_text()):
            name = quoted or system
            if name.startswith(("nanobind", "Python.h")) and room_of(path) != "binding":
                wrong.append(f"{path.relative_to(ROOT)} includes {name}")
    assert wrong == []


def test_python_rooms_import_only_downwards():
    pytest.importorskip("importlinter")
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


# Heavy or rarely installed packages, and the one room that may import each.
OWNERS = {
    "jax": "engines/xla",
    "cornu._native": "engines/native",
    "pandas": "",
    "tensorflow": "",
    "torch": "",
}


@pytest.mark.parametrize(("package", "owner"), OWNERS.items())
def test_a_package_is_imported_by_its_owner_alone(package, owner):
    source = ROOT / "src" / "cornu"
    pattern = re.compile(rf"^\s*(?:import|from)\s+{re.escape(package)}\b", re.MULTILINE)
    split = package.rpartition(".")
    if split[0]:
        pattern = re.compile(
            rf"{pattern.pattern}|^\s*from\s+{re.escape(split[0])}\s+import\s+.*\b{split[2]}\b",
            re.MULTILINE,
        )
    importers = [
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if pattern.search(path.read_text())
    ]
    assert [name for name in importers if not owner or not name.startswith(owner)] == []
