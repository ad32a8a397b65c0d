"""Trial: one choice of hyperparameters, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.tuner.hyperparameters import HyperParameters

RUNNING, COMPLETED, INVALID, FAILED = "RUNNING", "COMPLETED", "INVALID", "FAILED"


class Trial:
    """One choice of hyperparameters, and what came of it.

    Args:
        number: Its place in the search, from 0.
        hyperparameters: The choice.
        facts: What the search wants to remember, such as the bracket of Hyperband.

    Attributes:
        status: "RUNNING", "COMPLETED", "INVALID" (the objective was no number) or "FAILED".
        score: Value of the objective in the best epoch, the mean of all executions.
        best_step: Number of that epoch, from 0.
        metrics: The history of each execution: a list of dicts of lists.
        message: Why it failed.

    Example:
        >>> Trial(3, HyperParameters()).trial_id
        '0003'
    """

    def __init__(
        self, number: int, hyperparameters: HyperParameters, facts: dict[str, Any] | None = None
    ) -> None:
        self.number = number
        self.hyperparameters = hyperparameters
        self.facts = facts or {}
        self.status = RUNNING
        self.score: float | None = None
        self.best_step: int | None = None
        self.metrics: list[dict[str, list[float]]] = []
        self.message: str | None = None

    @property
    def trial_id(self) -> str:
        """Its number as text, which is also the name of its folder."""
        return f"{self.number:04d}"

    def get_state(self) -> dict[str, Any]:
        """Returns everything about it as plain dicts and lists."""
        return {
            "trial_id": self.trial_id,
            "hyperparameters": self.hyperparameters.get_config(),
            "facts": self.facts,
            "status": self.status,
            "score": self.score,
            "best_step": self.best_step,
            "metrics": self.metrics,
            "message": self.message,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Trial:
        """Makes a trial from what `get_state` returned.

        Args:
            state: The dict.
        """
        hyperparameters = HyperParameters.from_config(state["hyperparameters"])
        trial = cls(int(state["trial_id"]), hyperparameters, state["facts"])
        for name in ("status", "score", "best_step", "metrics", "message"):
            setattr(trial, name, state[name])
        return trial

    def lines(self) -> list[str]:
        """Returns the lines that `summary` prints."""
        lines = [f"Trial {self.trial_id} summary", "Hyperparameters:"]
        lines += [f"{name}: {value}" for name, value in self.hyperparameters.values.items()]
        if self.score is not None:
            lines.append(f"Score: {self.score}")
        if self.message is not None:
            lines.append(self.message.strip().splitlines()[-1])
        return lines

    def summary(self, print_fn: Callable[[str], Any] = print) -> None:
        """Prints the hyperparameters and the score.

        Args:
            print_fn: Called with each line.
        """
        for line in self.lines():
            print_fn(line)
