"""The Chrome trace format: one JSON object for each span of time."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cornu.profiler._recorder import Recorder


def write(path: Path, recorder: Recorder, since: int, *, packed: bool) -> None:
    """Writes a trace that chrome://tracing and Perfetto open.

    Args:
        path: The file.
        recorder: What was measured.
        since: When the profile began; times count from there.
        packed: Whether to compress the file.
    """
    opened: Any = gzip.open if packed else open
    with opened(path, "wt", encoding="utf-8") as file:
        file.write('{"displayTimeUnit": "ms", "traceEvents": [\n')
        file.write(",\n".join(json.dumps(event) for event in _events(recorder, since)))
        file.write("\n]}\n")


def _events(recorder: Recorder, since: int) -> Iterator[dict[str, Any]]:
    process = os.getpid()
    yield {"ph": "M", "pid": process, "name": "process_name", "args": {"name": "cornu"}}
    for place, name in enumerate(recorder.threads):
        yield {
            "ph": "M", "pid": process, "tid": place, "name": "thread_name", "args": {"name": name},
        }  # fmt: skip
    for span in recorder.spans():
        yield {
            "ph": "X",
            "pid": process,
            "tid": span.thread,
            "name": span.name,
            "ts": (span.begin - since) / 1e3,
            "dur": (span.end - span.begin) / 1e3,
            "args": {key: value for key, value in span.details.items() if value != ""},
        }
