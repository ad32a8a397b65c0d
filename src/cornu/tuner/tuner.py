"""Tuner: runs trials, keeps what came of them, and goes on after an interruption."""

from __future__ import annotations

import shutil
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import numpy as np

from cornu.core import registry, session, settings
from cornu.models import Model
from cornu.saving import load_model, load_weights
from cornu.tuner import objective as objectives
from cornu.tuner.errors import ChangedSpaceError, FailedTrialError, FatalError
from cornu.tuner.execution import BestEpoch, copied_callbacks, outcome
from cornu.tuner.hypermodel import BuildFunction, HyperModel
from cornu.tuner.hyperparameters import HyperParameters, check_same
from cornu.tuner.parameters import HyperParameter
from cornu.tuner.reports import Reports
from cornu.tuner.store import FILE, Store
from cornu.tuner.trial import COMPLETED, FAILED, INVALID, RUNNING, Trial

_MODEL = "model.keras"


class Tuner(Reports):
    """Searches hyperparameters; base of `RandomSearch`, `GridSearch`, `Hyperband` and the others.

    The trials are kept in `directory/project_name` (an Optuna study in an SQLite file, and the
    model of each trial's best epoch). A search that was killed goes on when the program is run
    again; for other hyperparameters or settings it refuses to.

    Args:
        hypermodel: A function that takes a HyperParameters and returns a compiled model, or a
            HyperModel. None where `run_trial` is overridden and builds its own models.
        objective: Name of a quantity of the history, such as "val_accuracy"; an Objective; or a
            list of them, whose sum counts. None: what a trial returns is made small.
        max_trials: Trials at most.
        executions_per_trial: Trainings per trial with different seeds; their mean counts.
        overwrite: Whether an earlier search in the same place is deleted instead of continued.
        directory: Folder of projects; the current one when None.
        project_name: Name of the project's folder.
        seed: Makes the search repeat: the choices, and all that is random in the trainings.
        hyperparameters: Hyperparameters given beforehand; they stand for those of the same name.
        tune_new_entries: Whether those that are not among them are searched; else defaults.
        allow_new_entries: Whether there may be any that are not among them.
        max_retries_per_trial: How often a trial that raises an error is tried again.
        max_consecutive_failed_trials: Failed trials in a row that end the search.
        optimizer: Replaces the model's optimizer.
        loss: Replaces the model's loss.
        metrics: Replaces the model's metrics.
        parallel: Trials that run side by side, each in a thread.
        n_jobs: Another name of `parallel`.
        **ignored: `logger`, `tuner_id`, `distribution_strategy`, `max_model_size` of KerasTuner.

    Attributes:
        hypermodel: The HyperModel.
        project_dir: The project's folder.

    Raises:
        ChangedSpaceError: When the project's folder holds a search for something else.
        ValueError: For arguments that make no sense.

    Example:
        >>> from cornu.tuner import RandomSearch
        >>> issubclass(RandomSearch, Tuner)
        True
    """

    # Whether a trial's choice can be made before those that run have ended.
    _independent = True

    def __init__(
        self,
        hypermodel: Any = None,
        objective: Any = None,
        max_trials: int | None = 10,
        executions_per_trial: int = 1,
        overwrite: bool = False,
        directory: Any = None,
        project_name: str | None = None,
        seed: int | None = None,
        hyperparameters: HyperParameters | None = None,
        tune_new_entries: bool = True,
        allow_new_entries: bool = True,
        max_retries_per_trial: int = 0,
        max_consecutive_failed_trials: int = 3,
        optimizer: Any = None,
        loss: Any = None,
        metrics: Any = None,
        parallel: int = 1,
        n_jobs: int | None = None,
        **ignored: Any,
    ) -> None:
        unknown = set(ignored) - {"logger", "tuner_id", "distribution_strategy", "max_model_size"}
        if unknown:
            raise TypeError(f"{type(self).__name__} has no argument {sorted(unknown)[0]!r}.")
        if isinstance(hypermodel, type):
            hypermodel = hypermodel()
        if hypermodel is not None and not isinstance(hypermodel, HyperModel):
            if not callable(hypermodel):
                raise TypeError(
                    f"{type(self).__name__}: hypermodel is a function that takes hyperparameters "
                    f"and returns a compiled model, or a HyperModel; got {hypermodel!r}."
                )
            hypermodel = BuildFunction(hypermodel)
        elif hypermodel is None and type(self).run_trial is Tuner.run_trial:
            raise ValueError(f"{type(self).__name__}: pass a hypermodel, or override run_trial().")
        for name, value in (
            ("max_trials", max_trials),
            ("executions_per_trial", executions_per_trial),
            ("parallel", n_jobs or parallel),
        ):
            if value is not None and value < 1:
                raise ValueError(f"{type(self).__name__}: {name} must be at least 1; got {value}.")
        self.hypermodel = hypermodel
        self.max_trials = max_trials
        self.executions_per_trial = executions_per_trial
        self.parallel = n_jobs or parallel
        self.directory = "." if directory is None else directory
        self.project_name = project_name or "untitled_project"
        self.project_dir = Path(self.directory) / self.project_name
        self.max_retries_per_trial = max_retries_per_trial
        self.max_consecutive_failed_trials = max_consecutive_failed_trials
        self._replacements = {"optimizer": optimizer, "loss": loss, "metrics": metrics}
        self._given = HyperParameters() if hyperparameters is None else hyperparameters.copy()
        self._given._allows_new = allow_new_entries
        self._tunes_new = tune_new_entries and (hypermodel is None or hypermodel.tunable)
        self._cancelled = False
        self._fit_verbose: dict[str, Any] = {}
        # Hyperparameters that are declared in trainings, which have not begun when values are chosen.
        self._late: list[HyperParameter] = []
        space, model = self._default_build()
        self.objective = objectives.resolve(objective, model)
        if overwrite:
            self._forget()
        self._store = Store(self.project_dir, self.objective.direction or "min")
        self.seed = self._same_search(space, seed)
        self._trials = {trial.trial_id: trial for trial in self._store.trials()}
        self._space = space
        for trial in self._trials.values():
            self._space.merge(trial.hyperparameters, overwrite=False)

    # -- the search as a whole -------------------------------------------------------------

    def _default_build(self) -> tuple[HyperParameters, Any]:
        """Builds a model of default values, to learn what there is to choose."""
        hp = self._given.searching(None)
        if self.hypermodel is None:
            return hp, None
        with session.isolated(0):
            return hp, self._built(hp)

    def _forget(self) -> None:
        folder = self.project_dir
        if not folder.exists():
            return
        if any(folder.iterdir()) and not (folder / FILE).is_file():
            raise ValueError(
                f"overwrite=True would delete the folder {str(folder)!r}, which holds something "
                f"else than a search. Choose another directory or project_name."
            )
        shutil.rmtree(folder)

    def _settings(self) -> dict[str, Any]:
        """Returns what decides the choices beside the hyperparameters."""
        return {"executions_per_trial": self.executions_per_trial}

    def _same_search(self, space: HyperParameters, seed: int | None) -> int:
        """Returns the seed, after comparing with what is stored."""
        now = {
            "algorithm": type(self).__name__,
            "objective": repr(self.objective),
            "settings": self._settings(),
            "space": space.get_config(),
        }
        stored = self._store.search
        if stored is None:
            seed = int(np.random.SeedSequence().generate_state(1)[0]) if seed is None else seed
            self._store.search = {**now, "seed": int(seed)}
            return int(seed)
        where = (
            f". {str(self.project_dir)!r} holds a search for something else: pass overwrite=True to "
            f"delete it and start anew, or another project_name to keep both"
        )
        old = HyperParameters.from_config(stored["space"])
        check_same(old, space, where)
        for missing, verb in ((old, "is gone"), (space, "is new")):
            other = space if missing is old else old
            for item in missing.space:
                if other._find(item.name, item.conditions) is None:
                    raise ChangedSpaceError(f"The hyperparameter {item.name!r} {verb}{where}.")
        changed: dict[str, tuple[Any, Any]] = {
            key: (stored[key], now[key]) for key in ("algorithm", "objective", "settings")
        }
        changed["seed"] = (stored["seed"], stored["seed"] if seed is None else int(seed))
        for key, (before, after) in changed.items():
            if before != after:
                raise ChangedSpaceError(f"{key} was {before!r} and is now {after!r}{where}.")
        return int(stored["seed"])

    def search(self, *args: Any, verbose: Any = "auto", **kwargs: Any) -> None:
        """Runs trials until there are `max_trials`, or the algorithm has no more to try.

        Args:
            *args: Arguments of `Model.fit`, such as x and y.
            verbose: 0 shows nothing; else each trial's result is shown, and its training when
                only one runs at a time.
            **kwargs: Further arguments of `Model.fit`: epochs, validation_data, callbacks (each
                training gets copies of them), ...

        Raises:
            RuntimeError: When too many trials in a row have failed.
            FatalError: When the objective is not among the quantities of the training.
            ChangedSpaceError: When a hyperparameter is declared in two different ways.
        """
        self._cancelled = False
        self._shown = verbose not in (0, False)
        self._start_clock()
        self._fit_verbose = {} if verbose == "auto" else {"verbose": verbose}
        if self.parallel > 1:
            self._fit_verbose = {"verbose": 0}
        scope = settings.state.attributes.get("custom_objects") or {}

        def run(trial: Trial) -> Trial:
            with registry.custom_object_scope(scope):
                self._run(trial, args, kwargs)
            return trial

        waiting = deque(trial for trial in self._trials.values() if trial.status == RUNNING)
        for trial in waiting:  # what its training declares beside its build function
            trial.hyperparameters._choose = self._random(trial.number)
        if self.parallel == 1:
            while self._fill(waiting, 0):
                self._finish(run(waiting.popleft()))
            return
        with ThreadPoolExecutor(self.parallel, thread_name_prefix="trial") as pool:
            running: set[Future[Trial]] = set()
            try:
                while self._fill(waiting, len(running)) or running:
                    while waiting and len(running) < self.parallel:
                        running.add(pool.submit(run, waiting.popleft()))
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        self._finish(future.result())
            except BaseException:
                self._cancelled = True
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def _fill(self, waiting: deque[Trial], running: int) -> bool:
        """Adds the next trials to those that wait; returns whether any waits."""
        if not waiting and (running == 0 or (self._independent and running < self.parallel)):
            for trial in self._propose(self.parallel - running):
                self._store.begin(trial)
                self._trials[trial.trial_id] = trial
                waiting.append(trial)
        return bool(waiting)

    def _propose(self, wanted: int) -> list[Trial]:
        """Returns the next trials; none when the search is over.

        Args:
            wanted: How many can begin at once.
        """
        raise NotImplementedError

    def _room(self, wanted: int) -> int:
        """Returns how many of the wanted trials `max_trials` leaves room for."""
        left = wanted if self.max_trials is None else self.max_trials - len(self._trials)
        return max(min(wanted, left), 0)

    def _chosen(self, choose: Callable[[HyperParameter], Any]) -> HyperParameters:
        """Returns hyperparameters with values that a function chooses while a model is built."""
        hp = self._given.searching(choose)
        hp._tunes_new = self._tunes_new
        if self.hypermodel is not None:
            # What the build function meets depends on the values it has got: so it is asked.
            with session.isolated(0):
                try:
                    self.hypermodel.build(hp)
                except (ChangedSpaceError, FatalError, KeyboardInterrupt):
                    raise
                except Exception:
                    pass  # the trial itself will raise it again, and count as failed
        for item in self._space.space if self.hypermodel is None else self._late:
            hp.declare(item)
        self._space.merge(hp, overwrite=False)
        return hp

    def _random(self, *place: int) -> Callable[[HyperParameter], Any]:
        """Returns a function that draws values: by seed, place and name, in whatever order."""

        def choose(item: HyperParameter) -> Any:
            words = [self.seed, *place, *item.name.encode()]
            return item.at(float(np.random.default_rng(words).random()))

        return choose

    # -- one trial -------------------------------------------------------------------------

    def _run(self, trial: Trial, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
        for _ in range(self.max_retries_per_trial + 1):
            if self._attempt(trial, args, kwargs):
                return

    def _attempt(self, trial: Trial, args: Sequence[Any], kwargs: dict[str, Any]) -> bool:
        """Runs a trial; returns whether that is settled, or another try may help."""
        try:
            results = self.run_trial(trial, *args, **kwargs)
            self._note(trial, results if isinstance(results, list) else [results])
        except (FatalError, ChangedSpaceError, MemoryError):
            raise
        except Exception as error:
            trial.status, trial.message = FAILED, traceback.format_exc()
            return isinstance(error, FailedTrialError)
        return True

    def _note(self, trial: Trial, results: list[Any]) -> None:
        outcomes = [outcome(result, self.objective) for result in results]
        values = [value for value, _, _ in outcomes]
        trial.metrics = [history for _, _, history in outcomes]
        score = float(np.mean(values))
        if not np.isfinite(score):
            trial.status = INVALID
            trial.message = f"The objective was {score}."
            return
        trial.status, trial.score, trial.message = COMPLETED, score, None
        best = min(range(len(values)), key=lambda place: self.objective.sign * values[place])
        trial.best_step = outcomes[best][1]

    def run_trial(self, trial: Trial, *args: Any, **kwargs: Any) -> Any:
        """Trains the model of a trial; may be overridden.

        Args:
            trial: The trial; `trial.hyperparameters` has its values.
            *args: What `search` was given.
            **kwargs: Likewise.

        Returns:
            A History, the value of the objective, a dict of values by name, or a list of these.
        """
        results: list[Any] = []
        best: float | None = None
        callbacks = kwargs.pop("callbacks", None)
        for execution in range(self.executions_per_trial):
            with session.isolated(self._seed_of(trial, execution)):
                model = self._model_of(trial)
                keeper = BestEpoch(self.objective, lambda: self._cancelled)
                place = Path(trial.trial_id, f"execution{execution}")
                copies = [*copied_callbacks(callbacks, place), keeper]
                arguments = {**kwargs, **self._fit_verbose, **self._fit_arguments(trial)}
                arguments["callbacks"] = copies
                result = self.hypermodel.fit(trial.hyperparameters, model, *args, **arguments)
                self._stop_if_cancelled()
                results.append(result)
                value = outcome(result, self.objective)[0]
                if self.objective.is_better(value, best):
                    best = value
                    keeper.restore()
                    self._save(trial, model)
        return results

    def _stop_if_cancelled(self) -> None:
        if self._cancelled:
            raise FatalError("The search is being ended.")

    def _seed_of(self, trial: Trial, execution: int) -> int:
        words = np.random.SeedSequence([self.seed, trial.number, execution])
        return int(words.generate_state(1)[0])

    def _fit_arguments(self, trial: Trial) -> dict[str, Any]:
        """Returns arguments of `fit` that the algorithm decides."""
        return {}

    def _model_of(self, trial: Trial) -> Any:
        """Returns the model with which a trial's training begins."""
        return self._built(trial.hyperparameters)

    def _built(self, hp: HyperParameters) -> Any:
        model = self.hypermodel.build(hp)
        if not isinstance(model, Model):
            raise FatalError(
                f"The build function returned {model!r} of type {type(model).__name__}; it must "
                f"return a compiled model."
            )
        changed = {k: v for k, v in self._replacements.items() if v is not None}
        if changed:
            model.compile(**{**model.get_compile_config(), **changed})
        return model

    def get_trial_dir(self, trial_id: str) -> str:
        """Returns the folder of a trial's files.

        Args:
            trial_id: The trial.
        """
        return str(self.project_dir / f"trial_{trial_id}")

    def _path(self, trial: Trial) -> Path:
        return Path(self.get_trial_dir(trial.trial_id)) / _MODEL

    def _save(self, trial: Trial, model: Any) -> None:
        path = self._path(trial)
        path.parent.mkdir(parents=True, exist_ok=True)
        model.save(path)

    def _finish(self, trial: Trial) -> None:
        for item in trial.hyperparameters.space:
            if self._space._find(item.name, item.conditions) is None:
                self._late.append(item)
        self._space.merge(trial.hyperparameters, overwrite=False)
        self._store.end(trial)
        self._show(trial)
        last = list(self._trials.values())[-self.max_consecutive_failed_trials :]
        failed = [item for item in last if item.status == FAILED]
        if len(failed) == self.max_consecutive_failed_trials:
            raise RuntimeError(
                f"{len(failed)} trials in a row have failed, so the search was ended. The last "
                f"one:\n{failed[-1].message}"
            )

    # -- results ---------------------------------------------------------------------------

    def get_best_models(self, num_models: int = 1, custom_objects: Any = None) -> list[Any]:
        """Returns the trained models of the best trials, as they were in their best epoch.

        They are read from their files, so the build function is not needed; it is only used for
        what a file cannot hold (a Python lambda, a class that is not registered).

        Args:
            num_models: How many.
            custom_objects: Names of users' own classes and functions and what they stand for.

        Returns:
            A list of models, the best one first.
        """
        return [self.load_model(trial, custom_objects) for trial in self._best(num_models)]

    def load_model(self, trial: Trial, custom_objects: Any = None) -> Any:
        """Returns the trained model of a trial.

        Args:
            trial: The trial.
            custom_objects: Names of users' own classes and functions and what they stand for.
        """
        path = self._path(trial)
        try:
            return load_model(path, custom_objects=custom_objects)
        except FileNotFoundError:
            raise
        except (ValueError, TypeError):
            if self.hypermodel is None:
                raise
            model = self._built(trial.hyperparameters.copy())
            if not model.built:
                raise
            load_weights(model, path)
            return model

    def get_best_hyperparameters(self, num_trials: int = 1) -> list[HyperParameters]:
        """Returns the hyperparameters of the best trials.

        Args:
            num_trials: How many.

        Returns:
            A list, the best first; `tuner.hypermodel.build(hp)` makes a new model of them.
        """
        return [trial.hyperparameters.copy() for trial in self._best(num_trials)]
