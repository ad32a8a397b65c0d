"""Progbar, the progress bar in a terminal, and ProgbarLogger, which `fit` drives it with."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterable

from cornu.callbacks._callback import Callback, Logs

_BOLD = "\x1b[1m"
_GREEN = "\x1b[32m"
_WHITE = "\x1b[37m"
_PLAIN = "\x1b[0m"
_INTERVAL = 0.05
_PER_SECOND, _PER_MILLISECOND = 1.0, 1e-3


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
        unit_name: What a step is called in the time per step.

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
        interval: float = _INTERVAL,
        stateful_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ())
        self._values: dict[str, list[float]] = {}
        self._seen = 0
        self._start = time.perf_counter()
        self._last_drawn = 0.0
        self._after_first: float | None = None
        self._line_length = 0

    def update(
        self,
        current: int,
        values: Iterable[tuple[str, float]] | None = None,
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
            if name in self.stateful_metrics:
                self._values[name] = [value, 1]
            else:
                weight = max(current - self._seen, 1)
                known = self._values.setdefault(name, [0.0, 0])
                known[0] += value * weight
                known[1] += weight
        self._seen = current
        now = time.perf_counter()
        if self._after_first is None and current > 0:
            self._after_first = now
        if self.verbose == 1:
            if now - self._last_drawn >= self.interval or finalize:
                self._last_drawn = now
                write(self._bar_line(current, finalize, now))
        elif self.verbose == 2 and finalize:
            text = f"{self._counter(current)} - {now - self._start:.0f}s"
            write(f"{text} - {self._step_time(current, now)}{self._metrics()}\n")

    def add(self, steps: int, values: Iterable[tuple[str, float]] | None = None) -> None:
        """Draws the bar for `steps` more finished steps."""
        self.update(self._seen + steps, values)

    def _counter(self, current: int) -> str:
        if self.target is None:
            return f"{current:7d}/Unknown"
        digits = int(math.log10(max(self.target, 1))) + 1
        return f"{current:{digits}d}/{self.target}"

    def _bar_line(self, current: int, finalize: bool, now: float) -> str:
        counter = f"{_BOLD}{self._counter(current)}{_PLAIN} "
        bar = ""
        if self.target is not None:
            filled = min(int(self.width * current / max(self.target, 1)), self.width)
            bar = f"{_GREEN}{'━' * filled}{_PLAIN}{_WHITE}{'━' * (self.width - filled)}{_PLAIN}"
        elapsed = now - self._start
        if self.target is None or finalize:
            clock = f" {_BOLD}{_duration(elapsed)}{_PLAIN} {self._step_time(current, now)}"
        else:
            remaining = self._seconds_per_step(current, now) * (self.target - current)
            clock = f" {_BOLD}{_duration(remaining)}{_PLAIN} {self._step_time(current, now)}"
        line = counter + bar + clock + self._metrics()
        rubout = "\b" * self._line_length + "\r"
        padding = " " * max(self._line_length - len(line), 0)
        self._line_length = len(line)
        return rubout + line + padding + ("\n" if finalize else "")

    def _seconds_per_step(self, current: int, now: float) -> float:
        """Time per step without the first one, which includes the preparation."""
        if current > 1 and self._after_first is not None and now > self._after_first:
            return (now - self._after_first) / (current - 1)
        return (now - self._start) / max(current, 1)

    def _step_time(self, current: int, now: float) -> str:
        seconds = self._seconds_per_step(current, now)
        if seconds >= _PER_SECOND or seconds == 0:
            return f"{seconds:.0f}s/{self.unit_name}"
        if seconds >= _PER_MILLISECOND:
            return f"{seconds * 1e3:.0f}ms/{self.unit_name}"
        return f"{seconds * 1e6:.0f}us/{self.unit_name}"

    def _metrics(self) -> str:
        text = ""
        for name, (total, count) in self._values.items():
            value = total / max(count, 1)
            shown = f"{value:.4f}" if abs(value) > 1e-3 or value == 0 else f"{value:.4e}"
            text += f" - {name}: {shown}"
        return text


def _duration(seconds: float) -> str:
    if seconds > 3600:
        return f"{int(seconds // 3600)}:{int(seconds % 3600 // 60):02d}:{int(seconds % 60):02d}"
    if seconds > 60:
        return f"{int(seconds // 60)}:{int(seconds % 60):02d}"
    return f"{seconds:.0f}s"


class ProgbarLogger(Callback):
    """Shows the progress of `fit`, `evaluate` and `predict`.

    The runner reports batches through `progress`, at most a few times a second; so the bar does not
    force Python to come in after every batch.
    """

    def __init__(self) -> None:
        super().__init__()
        self._bar: Progbar | None = None

    def wants_batches(self, mode: str) -> bool:
        """Never: the runner calls `progress` as often as it comes back to Python."""
        return False

    def _settings(self) -> tuple[int, int]:
        params = self.params or {}
        return params.get("verbose", 1), params.get("epochs", 1)

    def _begin(self, target: int | None) -> None:
        verbose, _ = self._settings()
        self._bar = Progbar(target, verbose=verbose)
        self._bar.stateful_metrics = _Everything()
        self._steps = 0

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Starts a bar; announces the epoch when there are several."""
        verbose, epochs = self._settings()
        if verbose and epochs > 1:
            write(f"Epoch {epoch + 1}/{epochs}\n")
        self._begin((self.params or {}).get("steps"))

    def on_test_begin(self, logs: Logs = None) -> None:
        """Starts a bar, unless a validation inside `fit` runs."""
        if self._bar is None:
            self._begin((self.params or {}).get("steps"))

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Starts a bar."""
        self._begin((self.params or {}).get("steps"))

    def progress(self, steps: int, logs: Logs = None) -> None:
        """Draws the bar after `steps` batches in all."""
        verbose, _ = self._settings()
        self._steps = steps
        if verbose == 1 and self._bar is not None:
            self._bar.update(steps, list((logs or {}).items()), finalize=False)

    def _end(self, logs: Logs) -> None:
        if self._bar is None:
            return
        self._bar.target = self._steps
        self._bar.update(self._steps, list((logs or {}).items()), finalize=True)
        self._bar = None

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Draws the finished bar with the epoch's numbers."""
        self._end(logs)

    def on_test_end(self, logs: Logs = None) -> None:
        """Draws the finished bar."""
        self._end(logs)

    def on_predict_end(self, logs: Logs = None) -> None:
        """Draws the finished bar."""
        self._end(logs)


class _Everything(set[str]):
    """A set that holds every name: the runner's numbers are averages already."""

    def __contains__(self, name: object) -> bool:
        return True
