"""Do all contenders train the same thing? Started from equal weights, their losses must agree."""

from collections.abc import Sequence

from benchmarks.contenders import Contender
from benchmarks.environments import HOME, EnvironmentFailed, prepare
from benchmarks.report import MISSING, table
from benchmarks.turns import Process, WorkerError
from benchmarks.workloads import Workload

# Of the first loss, which follows from weights and data, and of the later ones: PyTorch's RMSprop and
# Adam have their epsilon in another place, and TensorFlow's Adam leaves rows without gradient alone.
TOLERANCES = (1e-4, 0.1, 0.1)

Losses = dict[str, dict[str, list[float]]]  # workload -> contender -> a loss for each step


def measure(
    workloads: Sequence[Workload], contenders: Sequence[Contender], threads: int
) -> tuple[Losses, list[str]]:
    """The losses, and what failed.

    Every contender trains each network's first batch a few times, without dropout.
    """
    losses: Losses = {}
    failures: list[str] = []
    # Inferences and pipelines share their network with another training.
    chosen = [w.name for w in workloads if not (w.inference or w.pipeline)]
    for contender in contenders:
        if contender.name == "jax-scan":  # the same functions as "jax"
            continue
        try:
            environment = prepare(contender.environment)
        except EnvironmentFailed as error:
            failures.append(str(error))
            continue
        process = Process(contender, environment.python, threads, HOME, environment.path)
        try:
            process.ask("load")
            for name in chosen:
                print(f"{contender.name}: {name} ...", flush=True)
                try:
                    answer = process.ask("losses", workload=name, epochs=len(TOLERANCES))
                except WorkerError as error:
                    failures.append(f"{name}: {error}")
                else:
                    losses.setdefault(name, {})[contender.name] = answer
        except WorkerError as error:
            failures.append(str(error))
        finally:
            process.close()
    return losses, failures


def disagreements(losses: Losses) -> list[str]:
    """The workloads in which some loss is further from another than the tolerance."""
    found = []
    for name, by_contender in losses.items():
        for step, values in enumerate(zip(*by_contender.values())):
            if max(values) - min(values) > TOLERANCES[step] * max(map(abs, values)):
                found.append(f"{name}: the losses before step {step + 1} do not agree")
    return found


def report(losses: Losses) -> str:
    """The losses as a table."""
    names = list(dict.fromkeys(name for row in losses.values() for name in row))
    rows = [
        [
            name,
            *(
                " ".join(f"{value:.5f}" for value in values[who]) if who in values else MISSING
                for who in names
            ),
        ]
        for name, values in losses.items()
    ]
    return table([f"losses of {len(TOLERANCES)} steps", *names], rows)
