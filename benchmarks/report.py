"""The tables, as Markdown, and their places in the documents."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

from benchmarks.contenders import CONTENDERS
from benchmarks.suite import SCALING, SMALL, Results
from benchmarks.workloads import WORKLOADS

START = "<!-- bench:start -->"
END = "<!-- bench:end -->"
MISSING = "-"
HEAVY = ("deep_big_simple", "cifar_cnn")  # whose arithmetic is set against the machine's peak


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are aligned to the right."""
    lines = [
        "| " + " | ".join(head) + " |",
        "|" + "|".join(["---"] + ["---:"] * (len(head) - 1)) + "|",
    ]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def replace_section(text: str, section: str) -> str:
    """The text with `section` between the two markers, which must be there once, in order."""
    if text.count(START) != 1 or text.count(END) != 1 or text.index(START) > text.index(END):
        raise ValueError(f"expected one {START} and, after it, one {END}")
    before, rest = text.split(START)
    _, after = rest.split(END)
    return f"{before}{START}\n{section.strip()}\n{END}{after}"


def write_section(path: Path, section: str) -> None:
    """Put the section into a document, in one rename."""
    try:
        text = replace_section(path.read_text(encoding="utf-8"), section)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def significant(value: float) -> str:
    """Three digits are what such a measurement is worth: 12.3, 456, 7,890, 0.012."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def best_peer(results: Results, workload: str) -> str | None:
    """The counted contender with the smallest median step."""
    steps = results.steps.get(workload, {})
    peers = [name for name in steps if CONTENDERS[name].counted]
    return min(peers, key=lambda name: median(steps[name]), default=None)


def speed_up(results: Results, workload: str) -> float | None:
    """How many times faster than the best peer a step of cornu is: the median over the rounds."""
    steps, peer = results.steps.get(workload, {}), best_peer(results, workload)
    if peer is None or "cornu" not in steps:
        return None
    return median(theirs / ours for theirs, ours in zip(steps[peer], steps["cornu"]))


def summary(results: Results) -> str:
    """The table of training steps with the lines that name machine and versions."""
    return f"{_steps(results)}\n\n{_conditions(results)}"


def full(results: Results) -> str:
    """All tables."""
    parts = [
        "### A training step (or an inference), microseconds",
        summary(results),
        "### Starting, predicting, scaling",
        _starts(results),
        "### From the call of the first `fit` to the end of its first step, milliseconds",
        _by_workload(results, results.first_step, 1e3),
        "### Most memory in a training, megabytes",
        _by_workload(results, results.peak_memory, 1.0, data=results.data_memory),
    ]
    if arithmetic := _arithmetic(results):
        parts += ["### Arithmetic of the networks with the most of it", arithmetic]
    if results.failures:
        parts += ["### Left out", "\n".join(f"- {failure}" for failure in results.failures)]
    return "\n\n".join(parts)


def _present(results: Results) -> list[str]:
    return [name for name in CONTENDERS if name in results.import_seconds]


def _title(name: str) -> str:
    return CONTENDERS[name].title


def _steps(results: Results) -> str:
    names = _present(results)
    rows = []
    for workload, steps in results.steps.items():
        cells = [
            significant(median(steps[name]) * 1e6) if name in steps else MISSING for name in names
        ]
        peer, ratio = best_peer(results, workload), speed_up(results, workload)
        rows.append(
            [
                WORKLOADS[workload].title,
                *cells,
                MISSING if peer is None else _title(peer),
                MISSING if ratio is None else f"**{significant(ratio)}**",
                significant(WORKLOADS[workload].mark),
            ]
        )
    head = ["workload", *map(_title, names), "best peer", "times faster", "mark"]
    return table(head, rows)


def _conditions(results: Results) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    return (
        f"Medians of {results.rounds} rounds in which the contenders took turns; "
        f"{results.threads} threads each; other programs took {100 * results.foreign_load:.0f} % of the "
        f"processor meanwhile. Machine: {results.machine}. Versions: {versions}. "
        "*times faster* is the median over the rounds of best peer / cornu. *JAX scan* is a whole "
        "epoch in one compiled call; it is shown, not counted as a peer."
    )


def _median_ratio(ones: Sequence[float], others: Sequence[float]) -> float:
    return median(one / other for one, other in zip(ones, others, strict=False))


def _starts(results: Results) -> str:
    rows = []
    for name in _present(results):
        one, many = results.one_thread.get(name), results.steps.get(SCALING, {}).get(name)
        growth = MISSING
        if name in results.growth:
            per_model = 1e3 * results.growth[name] / results.grown_models[name]
            growth = f"{per_model:.1f} ({results.grown_models[name]})"
        rows.append(
            [
                _title(name),
                significant(median(results.import_seconds[name])),
                significant(median(results.import_memory[name])),
                significant(median(results.predict[name]) * 1e6)
                if name in results.predict
                else MISSING,
                f"{_median_ratio(one, many):.2f}" if one and many else MISSING,
                growth,
            ]
        )
    head = [
        "",
        "import, s",
        "memory after import, MB",
        f"predict one row ({SMALL}), µs",
        f"1 to {results.threads} threads ({SCALING}), times faster",
        "growth per model built, fitted and deleted, kB (models)",
    ]
    return table(head, rows)


def _by_workload(
    results: Results,
    figures: dict[str, dict[str, float]],
    scale: float,
    data: dict[str, float] | None = None,
) -> str:
    names = _present(results)
    rows = []
    for workload, values in figures.items():
        cells = [significant(values[name] * scale) if name in values else MISSING for name in names]
        if data is not None:
            cells.append(significant(data[workload]))
        rows.append([workload, *cells])
    head = ["workload", *map(_title, names)] + (["of which data"] if data is not None else [])
    return table(head, rows)


def _arithmetic(results: Results) -> str:
    heavy = [name for name in HEAVY if name in results.steps]
    if not heavy or results.peak_gflops is None:
        return ""
    rows = []
    for name in _present(results):
        cells = []
        for workload in heavy:
            if name in results.steps[workload]:
                operations = 2 * WORKLOADS[workload].multiply_adds
                rate = operations / median(results.steps[workload][name]) / 1e9
                cells += [significant(rate), f"{100 * rate / results.peak_gflops:.0f} %"]
            else:
                cells += [MISSING, MISSING]
        if set(cells) != {MISSING}:
            rows.append([_title(name), *cells])
    head = ["", *(cell for name in heavy for cell in (f"{name}, GFLOP/s", "of the peak"))]
    note = (
        f"The peak, {results.peak_gflops:.0f} GFLOP/s, is what vector multiply-adds in registers "
        f"reach on {results.threads} threads, the best of several trials during the run."
    )
    return f"{table(head, rows)}\n\n{note}"
