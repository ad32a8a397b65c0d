"""A contender's process: `python -m benchmarks.worker NAME THREADS`.

It reads one JSON request a line from standard input and answers each with one JSON line. What the
framework prints goes to standard error. Until the "import" request it imports nothing but the
standard library, so that the framework's own import is what is timed.
"""

import gc
import importlib
import json
import os
import sys
import time
import traceback
from typing import Any

from benchmarks.contenders import CONTENDERS, Contender
from benchmarks.workloads import WORKLOADS, Workload

_FRAMEWORKS = {"torch_loop": "torch", "jax_loop": "jax"}


def memory_megabytes(field: str = "VmRSS") -> float:
    """This process's resident memory, now ("VmRSS") or at its highest ("VmHWM")."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024 / 1e6
    raise OSError(f"/proc/self/status has no field {field}")


class Inference:
    """Predictions of a network, timed like the epochs of a training."""

    def __init__(self, training: Any, rows: int) -> None:
        self._training = training
        self._rows = rows
        self.parameters = training.parameters

    def first_step(self) -> float:
        """Seconds of the first of two predictions; the first may compile."""
        first = self._seconds()
        self._seconds()
        return first

    def epochs(self, count: int) -> list[float]:
        """Seconds of each of `count` predictions after one that is not counted."""
        self._seconds()
        return [self._seconds() for _ in range(count)]

    def _seconds(self) -> float:
        start = time.perf_counter()
        self._training.predict(self._rows)
        return time.perf_counter() - start


class Worker:
    """Answers the requests; each public method is one."""

    def __init__(self, contender: Contender, threads: int) -> None:
        self._contender = contender
        self._threads = threads
        self._framework: Any = None
        self._training: Any = None
        self._epoch_seconds = 0.0

    def load(self) -> dict[str, float]:
        """Import the framework."""
        if self._contender.name == "cornu":
            name = "cornu"
        else:
            name = _FRAMEWORKS.get(self._contender.program, "keras")
        start = time.perf_counter()
        self._framework = importlib.import_module(name)
        seconds = time.perf_counter() - start
        return {"seconds": seconds, "megabytes": memory_megabytes()}

    def prepare(self, workload: str, *, quick: bool = False) -> dict[str, float]:
        """Make data and model and train a first epoch."""
        self._training = None
        task = self._task(workload, quick=quick)
        if self._contender.program == "torch_loop":
            self._framework.set_num_threads(self._threads)
        arrays = importlib.import_module("benchmarks.arrays")
        data = arrays.load(task)
        self._training = self._new_training(task, data)
        start = time.perf_counter()
        first_step = self._training.first_step()
        self._epoch_seconds = time.perf_counter() - start - first_step
        return {
            "first_step": first_step,
            "data_megabytes": arrays.megabytes(data[0] + data[1]),
            "parameters": self._training.parameters,
        }

    def losses(self, workload: str, epochs: int) -> list[float]:
        """The losses of the first batch, trained again and again without dropout."""
        task = WORKLOADS[workload].single_batch()
        data = importlib.import_module("benchmarks.arrays").load(task)
        losses: list[float] = self._new_training(task, data).losses(epochs)
        return losses

    def epochs(self, seconds: float) -> list[float]:
        """Train for about so many seconds; the seconds of each counted epoch."""
        count = min(100, max(1, round(seconds / max(self._epoch_seconds, 1e-6))))
        times: list[float] = self._training.epochs(count)
        self._epoch_seconds = min(times)
        return times

    def predict(self, seconds: float) -> float:
        """Seconds of one prediction of one row, the median of as many as fit in the time."""
        self._training.predict(1)
        times: list[float] = []
        end = time.perf_counter() + seconds
        while len(times) < 3 or (time.perf_counter() < end and len(times) < 2000):
            start = time.perf_counter()
            self._training.predict(1)
            times.append(time.perf_counter() - start)
        return sorted(times)[len(times) // 2]

    def growth(self, workload: str, warm: int, models: int) -> float:
        """Megabytes by which building, fitting and deleting so many models grows the process."""
        task = self._task(workload, quick=True)
        data = importlib.import_module("benchmarks.arrays").load(task)
        for _ in range(warm):
            self._new_training(task, data).first_step()
        gc.collect()
        before = memory_megabytes()
        for _ in range(models):
            self._new_training(task, data).first_step()
        gc.collect()
        return memory_megabytes() - before

    def peak(self) -> float:
        """The most memory the process has had, in megabytes."""
        return memory_megabytes("VmHWM")

    def _task(self, name: str, *, quick: bool) -> Workload:
        return WORKLOADS[name].quick() if quick else WORKLOADS[name]

    def _new_training(self, workload: Workload, data: Any) -> Any:
        program = importlib.import_module(f"benchmarks.{self._contender.program}")
        if self._contender.program == "keras_training":
            training = program.Training(self._framework, workload, data)
        elif self._contender.name == "jax-scan":
            training = program.Training(workload, data, scan=True)
        else:
            training = program.Training(workload, data)
        return Inference(training, workload.rows) if workload.inference else training


def main(name: str, threads: int) -> None:
    """Answer requests until standard input ends."""
    # The framework keeps writing to what it takes for standard output; answers go elsewhere.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    worker = Worker(CONTENDERS[name], threads)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"result": getattr(worker, request.pop("do"))(**request)}
        except Exception:  # the caller reports it and goes on without this contender
            answer = {"error": traceback.format_exc()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
