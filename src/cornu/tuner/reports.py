"""What a search tells: its trials, its space, its results."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from cornu.callbacks._progbar import write
from cornu.tuner.hyperparameters import HyperParameters
from cornu.tuner.objective import Objective
from cornu.tuner.store import Store
from cornu.tuner.trial import COMPLETED, Trial


class Reports:
    """The part of a tuner that looks at trials, and shows them."""

    objective: Objective
    project_dir: Path
    max_trials: int | None
    _space: HyperParameters
    _trials: dict[str, Trial]
    _store: Store
    _shown = True
    _began = 0.0

    @property
    def oracle(self) -> Reports:
        """The tuner itself, under the name that KerasTuner has for what knows the trials."""
        return self

    @property
    def study(self) -> Any:
        """Optuna's study with all trials, for its dashboards and pictures."""
        return self._store.study

    @property
    def trials(self) -> dict[str, Trial]:
        """All trials by their id."""
        return dict(self._trials)

    def get_trial(self, trial_id: str) -> Trial:
        """Returns the trial of an id.

        Args:
            trial_id: Such as "0003".
        """
        return self._trials[trial_id]

    def get_best_trials(self, num_trials: int = 1) -> list[Trial]:
        """Returns the best trials, the best one first.

        Args:
            num_trials: How many at most.
        """
        ended = [trial for trial in self._trials.values() if trial.status == COMPLETED]
        return sorted(ended, key=lambda t: self.objective.sign * (t.score or 0.0))[:num_trials]

    def _best(self, number: int) -> list[Trial]:
        found = self.get_best_trials(number)
        if not found:
            raise ValueError(
                f"No trial of the search in {str(self.project_dir)!r} has been completed yet. Call "
                f"search() first."
            )
        return found

    def get_space(self) -> HyperParameters:
        """Returns the hyperparameters that the build function has declared so far."""
        return self._space.copy()

    @property
    def hyperparameters(self) -> HyperParameters:
        """The hyperparameters that the build function has declared so far."""
        return self.get_space()

    @property
    def remaining_trials(self) -> int | None:
        """How many trials `max_trials` leaves; None without a limit."""
        return None if self.max_trials is None else self.max_trials - len(self._trials)

    def search_space_summary(self, extended: bool = False) -> None:
        """Prints the hyperparameters that the build function has declared so far.

        Args:
            extended: Accepted for KerasTuner's signature.
        """
        del extended
        items = self._space.space
        lines = ["Search space summary", f"Default search space size: {len(items)}"]
        for item in items:
            config = {name: v for name, v in item.get_config().items() if name != "name"}
            lines += [f"{item.name} ({type(item).__name__})", str(config)]
        write("\n".join(lines) + "\n")

    def results_summary(self, num_trials: int = 10) -> None:
        """Prints the best trials.

        Args:
            num_trials: How many at most.
        """
        best = self.get_best_trials(num_trials)
        lines = ["Results summary", f"Results in {self.project_dir}"]
        lines += [f"Showing {num_trials} best trials", repr(self.objective)]
        for trial in best:
            lines += ["", *trial.lines()]
        write("\n".join(lines) + "\n")

    def _start_clock(self) -> None:
        self._began = time.monotonic()

    def _show(self, trial: Trial) -> None:
        """Says that a trial has ended."""
        if not self._shown:
            return
        seconds = time.monotonic() - self._began
        lines = [f"Trial {trial.number + 1} {trial.status.capitalize()}"]
        name = self.objective.name
        if trial.status == COMPLETED:
            lines.append(f"{name}: {trial.score}")
        elif trial.message:
            lines.append(trial.message.strip().splitlines()[-1])
        best = self.get_best_trials(1)
        if best:
            lines.append(f"Best {name} so far: {best[0].score} (trial {best[0].number + 1})")
        lines.append(f"Elapsed: {seconds:.1f} s")
        write("\n" + "\n".join(lines) + "\n")
