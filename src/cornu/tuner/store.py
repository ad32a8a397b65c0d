"""Where a search keeps its trials: an Optuna study in an SQLite file.

The file is written before a trial begins and when it has ended, each in one transaction, so that a
search that is killed at any moment goes on with the trials that were running.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cornu.core.extras import optional_import
from cornu.tuner.distributions import parameters_of
from cornu.tuner.trial import COMPLETED, RUNNING, Trial

FILE = "study.db"
_SEARCH, _TRIAL = "search", "trial"


@contextmanager
def quiet(optuna: Any) -> Iterator[None]:
    """Keeps Optuna's notes about new studies and new arguments from the user's screen.

    Args:
        optuna: The module.
    """
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(before)


class Store:
    """The trials of one search in a file.

    Args:
        folder: The project's folder, which is made.
        direction: "min" or "max".

    Attributes:
        study: Optuna's study, for its dashboards and pictures.
    """

    def __init__(self, folder: Path, direction: str) -> None:
        self._optuna = optional_import("optuna", "tune", "cornu.tuner")
        folder.mkdir(parents=True, exist_ok=True)
        with quiet(self._optuna):
            self.study = self._optuna.create_study(
                storage=f"sqlite:///{(folder / FILE).resolve()}",
                study_name="search",
                direction=f"{direction}imize",
                load_if_exists=True,
            )

    @property
    def search(self) -> dict[str, Any] | None:
        """What the search was made for; None for a new one."""
        text = self.study.user_attrs.get(_SEARCH)
        return None if text is None else json.loads(text)

    @search.setter
    def search(self, value: dict[str, Any]) -> None:
        self.study.set_user_attr(_SEARCH, json.dumps(value))

    def trials(self) -> list[Trial]:
        """Returns all trials in their order."""
        found = self.study.get_trials(deepcopy=False)
        return [Trial.from_state(json.loads(item.user_attrs[_TRIAL])) for item in found]

    def begin(self, trial: Trial) -> None:
        """Notes that a trial begins.

        Args:
            trial: The trial; its number is the next one.
        """
        values, distributions = parameters_of(trial.hyperparameters)
        self.study.add_trial(
            self._optuna.trial.create_trial(
                state=self._optuna.trial.TrialState.RUNNING,
                params=values,
                distributions=distributions,
                user_attrs={_TRIAL: json.dumps(trial.get_state())},
            )
        )

    def end(self, trial: Trial) -> None:
        """Notes what came of a trial.

        Args:
            trial: The trial.
        """
        state = self._optuna.trial.TrialState
        frozen = self.study.get_trials(deepcopy=False)[trial.number]
        handle = self._optuna.trial.Trial(self.study, frozen._trial_id)
        handle.set_user_attr(_TRIAL, json.dumps(trial.get_state()))
        if trial.status == COMPLETED:
            self.study.tell(trial.number, trial.score)
        elif trial.status != RUNNING:
            self.study.tell(trial.number, state=state.FAIL)
