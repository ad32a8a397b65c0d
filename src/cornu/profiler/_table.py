"""Times as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cornu.core.profiling import Operation, Timing
from cornu.profiler._recorder import Run


def _part(operation: Operation) -> str:
    return operation.scope or "(no layer)"


def _place(operation: Operation) -> str:
    size = "x".join(map(str, operation.shape)) or "scalar"
    return f"{_part(operation)}: {operation.name} {size}"


# What a row of the table adds up.
GROUPS: dict[str, Callable[[Operation], str]] = {
    "primitive": lambda operation: operation.name,
    "layer": _part,
    "operation": _place,
}


def text(seconds: float, timings: Sequence[Timing], runs: Sequence[Run], by: str, rows: int) -> str:
    """Returns the table.

    Args:
        seconds: How long the profiled block took.
        timings: Time of each operation.
        runs: Calls of executables.
        by: A key of GROUPS.
        rows: How many lines to show at most.
    """
    sums: dict[str, list[int]] = {}
    for timing in timings:
        row = sums.setdefault(GROUPS[by](timing.operation), [0, 0])
        row[0] += timing.calls
        row[1] += timing.nanoseconds
    total = sum(spent for _, spent in sums.values())
    ordered = sorted(sums.items(), key=lambda item: -item[1][1])
    width = max([len(by), *(len(name) for name, _ in ordered[:rows])])
    lines = [_headline(seconds, total / 1e9, runs), ""]
    lines.append(f"{by:{width}}  {'calls':>9}  {'total ms':>10}  {'mean µs':>10}  {'share':>6}")
    for name, (calls, spent) in ordered[:rows]:
        share = 100 * spent / total if total else 0.0
        lines.append(
            f"{name:{width}}  {calls:9}  {spent / 1e6:10.3f}  {spent / calls / 1e3:10.2f}  "
            f"{share:4.1f} %"
        )
    if len(ordered) > rows:
        rest = sum(spent for _, (_, spent) in ordered[rows:])
        share = 100 * rest / total if total else 0.0
        label = f"({len(ordered) - rows} more)"
        lines.append(f"{label:{width}}  {'':9}  {rest / 1e6:10.3f}  {'':10}  {share:4.1f} %")
    return "\n".join(lines)


def _headline(seconds: float, operations: float, runs: Sequence[Run]) -> str:
    steps: dict[str, int] = {}
    for run in runs:
        steps[run.name] = steps.get(run.name, 0) + run.steps
    counted = ", ".join(f"{count} x {name}" for name, count in steps.items())
    share = 100 * operations / seconds if seconds else 0.0
    line = f"{seconds:.3f} s, of which {operations:.3f} s ({share:.0f} %) in operations"
    return f"{line}; {counted}" if counted else line
