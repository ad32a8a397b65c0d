"""Objects compiled under special instruction-set flags must share no code with the rest.

The linker keeps one copy of an inline function. If an AVX-512 object offered one, a machine without
AVX-512 might run it. So none of these objects may offer a function; its kernel table is data, and so
are constants.
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
def test_objects_share_no_code():
    for path in OBJECTS:
        listing = subprocess.run(
            ["nm", "--defined-only", "--extern-only", "-C", str(path)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        entries = [line.split(maxsplit=2)[1:] for line in listing.splitlines() if line.strip()]
        functions = [name for kind, name in entries if kind in "TWi"]
        assert not functions, f"{path.name} offers {functions}"
        assert any(name.endswith("Kernels") for _, name in entries)
