"""Worker processes that take turns: only the one that is asked runs, all others are stopped."""

import json
import os
import select
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.contenders import Contender, process_environment

ROOT = Path(__file__).resolve().parent.parent


class WorkerError(RuntimeError):
    """A contender failed; the message holds its own traceback."""


class Process:
    """One contender's process, stopped (SIGSTOP) whenever it is not asked for something.

    Thread pools that spin while they wait would otherwise slow down whoever's turn it is.
    """

    def __init__(
        self, contender: Contender, python: list[str], threads: int, home: Path, path: str
    ) -> None:
        self.contender = contender
        self.threads = threads
        environment = process_environment(contender, threads, home)
        if path:
            environment["PYTHONPATH"] = path
        logs = home / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        self.log = logs / f"{contender.name}-{threads}.log"
        with self.log.open("ab") as errors:
            self._process = subprocess.Popen(
                [*python, "-m", "benchmarks.worker", contender.name, str(threads)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=ROOT,
                env=environment,
            )
        self._answers = b""

    def ask(self, request: str, *, timeout: float = 300.0, **arguments: Any) -> Any:
        """Let the process run until it has answered; its answer."""
        assert self._process.stdin is not None
        self._signal(signal.SIGCONT)
        line = json.dumps({"do": request, **arguments}) + "\n"
        try:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()
            answer = json.loads(self._read_line(time.monotonic() + timeout))
        except (OSError, EOFError, TimeoutError) as error:
            self.close()
            raise WorkerError(
                f"{self.contender.name} did not answer {request!r}: {error} (see {self.log})"
            ) from error
        self._signal(signal.SIGSTOP)
        if "error" in answer:
            raise WorkerError(f"{self.contender.name} failed in {request!r}:\n{answer['error']}")
        return answer["result"]

    def close(self) -> None:
        """End the process."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # a request that the process did not live to read
                    pipe.close()

    def _read_line(self, deadline: float) -> bytes:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        while b"\n" not in self._answers:
            ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError("no answer in time")
            part = os.read(descriptor, 65536)
            if not part:
                raise EOFError("the process ended")
            self._answers += part
        line, self._answers = self._answers.split(b"\n", 1)
        return line

    def _signal(self, number: int) -> None:
        if self._process.poll() is None:
            self._process.send_signal(number)
