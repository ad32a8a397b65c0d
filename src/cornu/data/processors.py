"""How many threads a pipeline uses."""

from __future__ import annotations

import os
from typing import Any


def processor_count() -> int:
    """Returns how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def workers(wanted: Any) -> int:
    """Returns the number of threads for `num_parallel_calls`.

    Args:
        wanted: None for one, a negative number for as many as there are processors.
    """
    if wanted is None:
        return 1
    return max(1, int(wanted)) if int(wanted) >= 0 else processor_count()
