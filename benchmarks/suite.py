"""The run itself: for each workload all contenders start, then train in turn, round after round."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.contenders import Contender
from benchmarks.environments import HOME, Environment, EnvironmentFailed, prepare
from benchmarks.machine import ForeignLoad, Peak, processor
from benchmarks.turns import Process, WorkerError
from benchmarks.workloads import Workload

SCALING = "mnist"  # trained by one thread too
SMALL = "tabular"  # whose predict and model-by-model growth are measured

Figures = dict[str, float]


@dataclass
class Results:
    """All that a run has measured; times in seconds, memory in megabytes (10^6 bytes)."""

    machine: str = ""
    threads: int = 0
    rounds: int = 0
    versions: dict[str, str] = field(default_factory=dict)
    peak_gflops: float | None = None
    foreign_load: float = 0.0  # the share of the processor that other programs took
    # workload -> contender -> seconds of a step, one for each round
    steps: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    first_step: dict[str, Figures] = field(default_factory=dict)
    peak_memory: dict[str, Figures] = field(default_factory=dict)
    data_memory: Figures = field(default_factory=dict)
    # contender -> seconds (or megabytes), one for each start
    import_seconds: dict[str, list[float]] = field(default_factory=dict)
    import_memory: dict[str, list[float]] = field(default_factory=dict)
    predict: dict[str, list[float]] = field(default_factory=dict)
    one_thread: dict[str, list[float]] = field(default_factory=dict)
    growth: Figures = field(default_factory=dict)
    grown_models: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Write the results as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Results":
        """Results that were saved."""
        return cls(**json.loads(path.read_text()))


@dataclass(frozen=True)
class Plan:
    """What is measured, and how long.

    Attributes:
        workloads: Whose steps are timed.
        contenders: Who takes part.
        threads: Of each contender.
        rounds: Turns each contender gets on each workload.
        turn: Seconds a turn is meant to take; at least one counted epoch is trained.
        quick: Ten steps of data and few models: to try the machinery, not to measure.
    """

    workloads: Sequence[Workload]
    contenders: Sequence[Contender]
    threads: int
    rounds: int
    turn: float
    quick: bool = False


def measure(plan: Plan) -> Results:
    """Carry out a plan. A contender that fails is left out and named in the failures."""
    results = Results(machine=processor(), threads=plan.threads, rounds=plan.rounds)
    names = dict.fromkeys(contender.environment for contender in plan.contenders)
    environments = {name: made for name in names if (made := _prepared(name, results))}
    peak, load = Peak(plan.threads, HOME), ForeignLoad()
    peaks = [peak.measure()]
    for workload in plan.workloads:
        print(f"{workload.title} ...", flush=True)
        with _processes(plan, workload, environments) as processes:
            _measure_workload(plan, workload, processes, results)
        peaks.append(peak.measure())
    results.peak_gflops = max((value for value in peaks if value is not None), default=None)
    results.foreign_load = load.share()
    return results


def _prepared(name: str, results: Results) -> Environment | None:
    try:
        environment = prepare(name)
    except EnvironmentFailed as error:
        _fail(results, str(error))
        return None
    results.versions.update(environment.versions)
    return environment


@contextmanager
def _processes(
    plan: Plan, workload: Workload, environments: dict[str, Environment]
) -> Iterator[list[Process]]:
    """A fresh process for each contender of a workload, and one more of one thread each."""
    processes: list[Process] = []
    numbers = [plan.threads]
    if workload.name == SCALING and plan.threads > 1:
        numbers.append(1)
    try:
        for contender in plan.contenders:
            if contender.runs(workload) and contender.environment in environments:
                environment = environments[contender.environment]
                processes.extend(  # side by side, as their times are set in relation
                    Process(contender, environment.python, threads, HOME, environment.path)
                    for threads in numbers
                )
        yield processes
    finally:
        for process in processes:
            process.close()


class _Group:
    """The processes of one workload, asked in turn; who fails is dropped and reported."""

    def __init__(self, processes: list[Process], workload: Workload, results: Results) -> None:
        self._living = list(processes)
        self._workload = workload
        self._results = results

    def ask(self, request: str, **arguments: Any) -> Iterator[tuple[Process, Any]]:
        """Each process with its answer. An argument may be a function of the contender."""
        for process in list(self._living):
            own = {
                key: value(process.contender) if callable(value) else value
                for key, value in arguments.items()
            }
            try:
                answer = process.ask(request, **own)
            except WorkerError as error:
                self.drop(process, str(error))
            else:
                yield process, answer

    def drop(self, process: Process, reason: str) -> None:
        """Go on without a process."""
        self._living.remove(process)
        process.close()
        _fail(self._results, f"{self._workload.name}: {reason}")

    def rotate(self) -> None:
        """Let another process begin, so that nobody always has the same neighbour."""
        self._living = self._living[1:] + self._living[:1]


def _measure_workload(
    plan: Plan, workload: Workload, processes: list[Process], results: Results
) -> None:
    group = _Group(processes, workload, results)
    for process, loaded in group.ask("load"):
        name = process.contender.name
        results.import_seconds.setdefault(name, []).append(loaded["seconds"])
        results.import_memory.setdefault(name, []).append(loaded["megabytes"])
    for process, prepared in group.ask("prepare", workload=workload.name, quick=plan.quick):
        if prepared["parameters"] != workload.parameters:
            group.drop(
                process,
                f"{process.contender.name} has {prepared['parameters']:,} parameters "
                f"where the network has {workload.parameters:,}",
            )
            continue
        if process.threads == plan.threads:
            first = results.first_step.setdefault(workload.name, {})
            first[process.contender.name] = prepared["first_step"]
            results.data_memory[workload.name] = prepared["data_megabytes"]

    steps = (workload.quick() if plan.quick else workload).steps
    for _ in range(plan.rounds):
        for process, seconds in group.ask("epochs", seconds=plan.turn):
            if process.threads == plan.threads:
                times = results.steps.setdefault(workload.name, {})
            else:
                times = results.one_thread
            times.setdefault(process.contender.name, []).append(median(seconds) / steps)
        group.rotate()

    for process, megabytes in group.ask("peak"):
        if process.threads == plan.threads:
            memory = results.peak_memory.setdefault(workload.name, {})
            memory[process.contender.name] = megabytes
    if workload.name == SMALL:
        _measure_small(plan, group, results)


def _measure_small(plan: Plan, group: _Group, results: Results) -> None:
    for _ in range(plan.rounds):
        for process, seconds in group.ask("predict", seconds=min(0.2, plan.turn)):
            results.predict.setdefault(process.contender.name, []).append(seconds)

    def models(contender: Contender) -> int:
        # Peers take up to a second a model; fewer show the growth as well.
        count = 300 if contender.name == "cornu" else 10
        return count // 3 if plan.quick else count

    for process, megabytes in group.ask("growth", workload=SMALL, warm=5, models=models):
        results.growth[process.contender.name] = megabytes
        results.grown_models[process.contender.name] = models(process.contender)


def _fail(results: Results, message: str) -> None:
    print(f"left out: {message}", flush=True)
    lines = message.strip().splitlines()
    results.failures.append(" ... ".join(dict.fromkeys((lines[0], lines[-1]))))
