"""`python benchmarks/run.py`: the same as `python -m benchmarks`, from any folder."""

import sys
from pathlib import Path

# Run as a file, Python puts benchmarks/ itself on the path; the package's parent belongs there.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from benchmarks.command import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
