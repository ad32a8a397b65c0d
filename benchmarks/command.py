"""The command line of the comparison."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Collection, Sequence

from benchmarks import agreement, report
from benchmarks.contenders import CONTENDERS, Contender
from benchmarks.environments import HOME
from benchmarks.suite import Plan, Results, measure
from benchmarks.turns import ROOT
from benchmarks.workloads import WORKLOADS, Workload

RESULTS = HOME / "results.json"
DOCUMENTS = {"README.md": report.summary, "docs/performance.md": report.full}


def _names(known: Collection[str]) -> Callable[[str], list[str]]:
    def parse(text: str) -> list[str]:
        names = [name.strip() for name in text.split(",")]
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
        return names

    return parse


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Time cornu and other frameworks on the same trainings, in turn.",
    )
    add = parser.add_argument
    add("--only", type=_names(WORKLOADS), help="workloads, separated by commas")
    add("--contenders", type=_names(CONTENDERS), help="contenders, separated by commas")
    add("--rounds", type=int, default=4, help="turns of each contender on each workload (4)")
    add("--turn", type=float, default=0.5, help="seconds a turn is meant to take (0.5)")
    add("--threads", type=int, default=len(os.sched_getaffinity(0)), help="of each contender (all)")
    add("--quick", action="store_true", help="try the machinery on little data; measures nothing")
    add("--check", action="store_true", help="do the contenders' losses agree? measures no time")
    add("--write", action="store_true", help=f"put the tables into {', '.join(DOCUMENTS)}")
    add("--last", action="store_true", help="measure nothing, take the results of the last run")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison; 0 if no contender failed."""
    options = _parser().parse_args(arguments)
    # Stopped workers would outlive a terminated run; leaving through SystemExit ends them.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    chosen = options.contenders or list(CONTENDERS)
    workloads = [WORKLOADS[name] for name in options.only or WORKLOADS]
    contenders = [CONTENDERS[name] for name in CONTENDERS if name in chosen]
    if options.check:
        return _check(workloads, contenders, options.threads)
    if options.last:
        results = Results.read(RESULTS)
    else:
        plan = Plan(
            workloads=workloads,
            contenders=contenders,
            threads=options.threads,
            rounds=1 if options.quick else options.rounds,
            turn=0.01 if options.quick else options.turn,
            quick=options.quick,
        )
        results = measure(plan)
        if not options.quick:
            results.save(RESULTS)
    print()
    print(report.full(results))
    if options.write:
        try:
            for name, section in DOCUMENTS.items():
                report.write_section(ROOT / name, section(results))
        except (OSError, ValueError) as error:
            print(f"not written: {error}", file=sys.stderr)
            return 1
    return 1 if results.failures else 0


def _check(workloads: list[Workload], contenders: list[Contender], threads: int) -> int:
    losses, failures = agreement.measure(workloads, contenders, threads)
    print(f"\n{agreement.report(losses)}")
    failures += agreement.disagreements(losses)
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0
