"""Progbar, the progress bar in a terminal, and ProgbarLogger, which `fit` drives it with."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from cornu.callbacks._callback import Callback, Logs

_BOLD = "\x1b[1m"
_GREEN = "\x1b[32m"
_WHITE = "\x1b[37m"
_PLAIN = "\x1b[0m"


def write(text: str) -> None:
    """Writes to standard output and flushes; a closed or missing output is no error."""
    stream = sys.stdout
    if stream is None:
        return
    try:
        stream.write(text)
        stream.flush()
    except (BrokenPipeError, ValueError):
        return
    except UnicodeEncodeError:
        stream.write(text.encode("ascii", "replace").decode("ascii"))
        stream.flush()


def in_terminal() -> bool:
    """Whether standard output is a terminal or a notebook, where a line can be drawn over."""
    if "ipykernel" in sys.modules or os.environ.get("CORNU_FORCE_BAR") == "1":
        return True
    return bool(getattr(sys.stdout, "isatty", lambda: False)())


class Progbar:
    """A progress bar.

    Args:
        target: Number of steps; None when it is not known.
        width: Length of the bar in characters.
        verbose: 0 silent, 1 a bar, 2 one line at the end.
        interval: Seconds between two drawings at least.
        stateful_metrics: Names whose values are shown as they are, not averaged over steps.
        stateless_metrics: Names whose values are averaged, when all others are not.
        unit_name: What a step is called in the time per step.

    Raises:
        ValueError: When both kinds of names are given.

    Example:
        >>> bar = Progbar(3, verbose=2)
        >>> bar.target
        3
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError("Progbar: give stateful_metrics or stateless_metrics, not both.")
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ())
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._values: dict[str, tuple[Any, int]] = {}
        self._seen = 0
        self._start = time.time()
        self._last_drawn = 0.0
        self._after_first: float | None = None
        self._drawn_width = 0

    def update(
        self,
        current: int,
        values: Iterable[tuple[str, Any]] | None = None,
        finalize: bool | None = None,
    ) -> None:
        """Draws the bar for a number of finished steps.

        Args:
            current: Steps done.
            values: Pairs of a name and its value at this step.
            finalize: Whether this is the last drawing; None takes `current >= target`.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        for name, value in values or ():
            total, count = self._values.get(name, (0.0, 0))
            weight = max(current - self._seen, 1)
            if finalize or not self._is_averaged(name):
                self._values[name] = (value, 1)
            else:
                self._values[name] = (total + value * weight, count + weight)
        self._seen = current
        now = time.time()
        step_time = self._seconds_per_step(current, now)
        if current == 1:
            self._after_first = now
        if self.verbose == 1:
            if now - self._last_drawn < self.interval and not finalize:
                return
            write(self._bar_line(current, finalize, now, step_time))
        elif self.verbose == 2 and finalize and self.target:
            text = f"{self._counter(current)} - {now - self._start:.0f}s"
            write(f"{text} - {self._step_time(step_time)}{self._metrics()}\n")
        self._last_drawn = now

    def add(self, n: int, values: Iterable[tuple[str, Any]] | None = None) -> None:
        """Draws the bar for `n` more finished steps.

        Args:
            n: Number of steps.
            values: Pairs of a name and its value.
        """
        self.update(self._seen + n, values)

    def _is_averaged(self, name: str) -> bool:
        if self.stateless_metrics is not None:
            return name in self.stateless_metrics
        return name not in self.stateful_metrics

    def _counter(self, current: int) -> str:
        if not self.target:
            return f"{current:7d}/Unknown"
        digits = int(math.log10(self.target)) + 1
        return f"{current:{digits}d}/{self.target}"

    def _bar_line(self, current: int, finalize: bool, now: float, step_time: float) -> str:
        counter = self._counter(current)
        elapsed = f"{now - self._start:.0f}s"
        if self.target:
            filled = int(self.width * current / self.target)
            green = f"{_GREEN}{'━' * filled}{_PLAIN}" if filled > 0 else ""
            rest = f"{_WHITE}{'━' * (self.width - filled)}{_PLAIN}"
            head = f"{_BOLD}{counter}{_PLAIN} {green}{rest}"
            head_width = len(counter) + 1 + max(self.width, filled)
            clock = elapsed if finalize else _duration(step_time * (self.target - current))
        else:
            head, head_width, clock = counter, len(counter), elapsed
        tail = f" {self._step_time(step_time)}{self._metrics()}"
        line = f"{head} {_BOLD}{clock}{_PLAIN}{tail}"
        width = head_width + 1 + len(clock) + len(tail)
        before, self._drawn_width = self._drawn_width, width
        end = "\n" if finalize else ""
        return "\b" * before + "\r" + line + " " * max(before - width, 0) + end

    def _seconds_per_step(self, current: int, now: float) -> float:
        """Time per step without the first one, which includes the preparation."""
        if current == 0:
            return 0.0
        if current > 1 and self._after_first is not None:
            return (now - self._after_first) / (current - 1)
        return (now - self._start) / current

    def _step_time(self, seconds: float) -> str:
        if seconds >= 1 or seconds == 0:
            return f"{seconds:.0f}s/{self.unit_name}"
        if seconds >= 1e-3:
            return f"{seconds * 1e3:.0f}ms/{self.unit_name}"
        return f"{seconds * 1e6:.0f}us/{self.unit_name}"

    def _metrics(self) -> str:
        text = ""
        for name, (total, count) in self._values.items():
            value = float(np.mean(total)) / max(count, 1)
            text += f" - {name}: {value:.4f}" if abs(value) > 1e-3 else f" - {name}: {value:.4e}"
        return text


def _duration(seconds: float) -> str:
    if seconds > 3600:
        return f"{int(seconds // 3600)}:{int(seconds % 3600 // 60):02d}:{int(seconds % 60):02d}"
    if seconds > 60:
        return f"{int(seconds // 60)}:{int(seconds % 60):02d}"
    return f"{int(seconds)}s"


class ProgbarLogger(Callback):
    """Shows the progress of `fit`, `evaluate` and `predict`.

    It is told how far the steps have come through `progress`, a few times a second; so the bar does
    not make Python come in after every batch.

    Example:
        >>> ProgbarLogger().wants_batches("train")
        False
    """

    def __init__(self) -> None:
        super().__init__()
        self._bar: Progbar | None = None
        self._steps = 0
        self._in_fit = False

    @property
    def _verbose(self) -> int:
        return int((self.params or {}).get("verbose", 1))

    def _begin(self) -> None:
        self._bar = Progbar((self.params or {}).get("steps"), verbose=self._verbose)
        self._bar.stateless_metrics = set()  # the numbers are averages already
        self._steps = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Notes that evaluations are validations from now on, which have no bar of their own."""
        self._in_fit = True

    def on_train_end(self, logs: Logs = None) -> None:
        """Forgets that."""
        self._in_fit = False

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Starts a bar; announces the epoch when there are several."""
        epochs = (self.params or {}).get("epochs", 1)
        self._begin()
        if self._verbose and epochs > 1:
            write(f"Epoch {epoch + 1}/{epochs}\n")

    def on_test_begin(self, logs: Logs = None) -> None:
        """Starts a bar, unless it is a validation inside `fit`."""
        if not self._in_fit:
            self._begin()

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Starts a bar."""
        self._begin()

    def shows(self, mode: str) -> bool:
        """Whether the number of steps matters: for a bar, or to be told at the end."""
        if self._verbose == 0 or self._bar is None or (mode == "test" and self._in_fit):
            return False
        return self._verbose == 1 or self._bar.target is None

    def progress(self, steps: int, logs: Logs = None) -> None:
        """Draws the bar after `steps` batches in all."""
        self._steps = steps
        if self._verbose == 1 and self._bar is not None:
            self._bar.update(steps, list((logs or {}).items()), finalize=False)

    def _end(self, logs: Logs) -> None:
        if self._bar is None:
            return
        if self._bar.target is None:
            self._bar.target = self._steps
        self._bar.update(self._bar.target, list((logs or {}).items()), finalize=True)
        self._bar = None

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Draws the finished bar with the epoch's numbers."""
        self._end(logs)

    def on_test_end(self, logs: Logs = None) -> None:
        """Draws the finished bar."""
        if not self._in_fit:
            self._end(logs)

    def on_predict_end(self, logs: Logs = None) -> None:
        """Draws the finished bar."""
        self._end(None)
