"""Objects compiled under special instruction-set flags must share no code with the rest.

The linker keeps one copy of an inline function. If an AVX-512 object offered one, a machine without
AVX-512 might run it. So each of these objects may define a single symbol: its kernel table.
"""

import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]
OBJECTS = sorted(
    path
    for path in (ROOT / "build" / "dev").glob("CMakeFiles/*/native/isa/*.o")
    if not path.name.startswith("dispatch")
)


@pytest.mark.skipif(not OBJECTS or not shutil.which("nm"), reason="needs a build in build/dev")
def test_objects_share_only_their_table():
    for path in OBJECTS:
        listing = subprocess.run(
            ["nm", "--defined-only", "--extern-only", "-C", str(path)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        names = [line.split(maxsplit=2)[2] for line in listing.splitlines() if line.strip()]
        assert len(names) == 1, f"{path.name} also defines {names}"
        assert names[0].endswith("Kernels")
