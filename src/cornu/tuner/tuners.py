"""The algorithms: random, grid, zooming in, Bayesian, and Hyperband's early ends."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.core.extras import optional_import
from cornu.saving import load_weights
from cornu.tuner.distributions import parameters_of, suggested
from cornu.tuner.hyperparameters import HyperParameters
from cornu.tuner.parameters import HyperParameter
from cornu.tuner.store import quiet
from cornu.tuner.trial import COMPLETED, Trial
from cornu.tuner.tuner import Tuner

# How often another choice is drawn when one has been tried already.
_DRAWS = 20


class RandomSearch(Tuner):
    """Tries random values; the same ones for one seed, however many trials run side by side.

    Args:
        hypermodel: As for every tuner: a build function or HyperModel.
        objective: What to make small or large.
        max_trials: Trials at most; fewer when all values of a small space have been tried.
        **arguments: The further arguments of `Tuner`: executions_per_trial, directory,
            project_name, seed, parallel, ...

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> import cornu as keras
        >>> def build(hp):
        ...     model = keras.Sequential([keras.layers.Dense(1)])
        ...     rate = hp.Float("rate", 1e-3, 1e-1, sampling="log")
        ...     model.compile(keras.optimizers.SGD(rate), "mse")
        ...     return model
        >>> folder = tempfile.TemporaryDirectory()
        >>> tuner = RandomSearch(build, "loss", max_trials=3, directory=folder.name, seed=1)
        >>> tuner.search(np.ones((8, 2)), np.ones((8, 1)), epochs=2, verbose=0)
        >>> 1e-3 < tuner.get_best_hyperparameters()[0].get("rate") < 1e-1
        True
        >>> tuner.get_best_models()[0].count_params()
        3
        >>> folder.cleanup()
    """

    def __init__(
        self, hypermodel: Any = None, objective: Any = None, max_trials: int = 10, **arguments: Any
    ) -> None:
        super().__init__(hypermodel, objective, max_trials, **arguments)

    def _propose(self, wanted: int) -> list[Trial]:
        return self._distinct(self._room(wanted), lambda n, draw: self._random(n, draw))

    def _distinct(
        self, count: int, choose: Callable[[int, int], Callable[[HyperParameter], Any]]
    ) -> list[Trial]:
        """Returns trials with values that no other trial has; fewer when none are found."""
        tried = [trial.hyperparameters.values for trial in self._trials.values()]
        proposed: list[Trial] = []
        for number in range(len(self._trials), len(self._trials) + count):
            for draw in range(_DRAWS):
                hp = self._chosen(choose(number, draw))
                if hp.values not in tried:
                    break
            else:
                break
            tried.append(hp.values)
            proposed.append(Trial(number, hp))
        return proposed


class GridSearch(Tuner):
    """Tries all combinations of values, in order; those that conditions rule out are left out.

    A number without a step is tried at ten places.

    Args:
        hypermodel: As for every tuner: a build function or HyperModel.
        objective: What to make small or large.
        max_trials: Trials at most; None for all combinations.
        **arguments: The further arguments of `Tuner`.

    Example:
        >>> import tempfile
        >>> class Square(GridSearch):
        ...     def run_trial(self, trial):
        ...         return (trial.hyperparameters.Int("x", -2, 2) - 1) ** 2
        >>> folder = tempfile.TemporaryDirectory()
        >>> hp = HyperParameters()
        >>> _ = hp.Int("x", -2, 2)
        >>> tuner = Square(hyperparameters=hp, directory=folder.name)
        >>> tuner.search(verbose=0)
        >>> len(tuner.trials), tuner.get_best_hyperparameters()[0].get("x")
        (5, 1)
        >>> folder.cleanup()
    """

    def __init__(
        self,
        hypermodel: Any = None,
        objective: Any = None,
        max_trials: int | None = None,
        **arguments: Any,
    ) -> None:
        super().__init__(hypermodel, objective, max_trials, **arguments)

    def _propose(self, wanted: int) -> list[Trial]:
        proposed: list[Trial] = []
        trials = list(self._trials.values())
        path = trials[-1].facts["path"] if trials else None
        for number in range(len(trials), len(trials) + self._room(wanted)):
            start = [] if path is None else _next_path(path)
            if start is None:
                break
            trial = self._walk(number, start)
            path = trial.facts["path"]
            proposed.append(trial)
        return proposed

    def _walk(self, number: int, start: list[int]) -> Trial:
        """Returns the trial whose first choices are given; the further ones are first values."""
        path: list[list[int]] = []

        def choose(item: HyperParameter) -> Any:
            values = item.values
            place = start[len(path)] if len(path) < len(start) else 0
            path.append([place, len(values)])
            return values[place]

        return Trial(number, self._chosen(choose), {"path": path})


def _next_path(path: list[list[int]]) -> list[int] | None:
    """Returns the choices of the next combination: the last one that can be is moved on."""
    for depth in range(len(path) - 1, -1, -1):
        place, count = path[depth]
        if place + 1 < count:
            return [*(earlier for earlier, _ in path[:depth]), place + 1]
    return None


class ZoomSearch(RandomSearch):
    """Zooms in: random search in rounds, each in a smaller region around the best trial so far.

    The first round draws from the whole space. In round k an ordered hyperparameter (a number, on
    its linear or logarithmic scale) is drawn from an interval of `shrink**k` of its range around
    the best value; another one keeps its best value with probability `1 - shrink**k`. `region(k)`
    shows the intervals. The rounds do not depend on how many trials run side by side.

    Args:
        hypermodel: As for every tuner: a build function or HyperModel.
        objective: What to make small or large.
        max_trials: Trials at most.
        round_size: Trials per round.
        shrink: Share of the region's sides that the next round keeps.
        **arguments: The further arguments of `Tuner`.

    Example:
        >>> import tempfile
        >>> class Square(ZoomSearch):
        ...     def run_trial(self, trial):
        ...         return (trial.hyperparameters.Float("x", 0, 100) - 30) ** 2
        >>> folder = tempfile.TemporaryDirectory()
        >>> hp = HyperParameters()
        >>> _ = hp.Float("x", 0, 100)
        >>> tuner = Square(hyperparameters=hp, max_trials=30, directory=folder.name, seed=1)
        >>> tuner.search(verbose=0)
        >>> low, high = tuner.region(4)["x"]
        >>> 29 < tuner.get_best_hyperparameters()[0].get("x") < 31 and high - low < 10
        True
        >>> folder.cleanup()
    """

    _independent = False

    def __init__(
        self,
        hypermodel: Any = None,
        objective: Any = None,
        max_trials: int = 20,
        round_size: int = 5,
        shrink: float = 0.5,
        **arguments: Any,
    ) -> None:
        if not 0 < shrink < 1 or round_size < 1:
            raise ValueError(
                f"ZoomSearch: shrink lies between 0 and 1 and round_size is at least 1; got "
                f"shrink={shrink}, round_size={round_size}."
            )
        self.round_size = round_size
        self.shrink = shrink
        super().__init__(hypermodel, objective, max_trials, **arguments)

    def _settings(self) -> dict[str, Any]:
        return {**super()._settings(), "round_size": self.round_size, "shrink": self.shrink}

    def _propose(self, wanted: int) -> list[Trial]:
        left = self.round_size - len(self._trials) % self.round_size
        return self._distinct(self._room(left), self._zoomed)

    def _best_before(self, number: int) -> HyperParameters | None:
        first = number // self.round_size * self.round_size
        earlier = [
            trial
            for trial in self._trials.values()
            if trial.number < first and trial.status == COMPLETED
        ]
        if not earlier:
            return None
        return min(earlier, key=lambda t: self.objective.sign * (t.score or 0.0)).hyperparameters

    def _interval(self, item: HyperParameter, best: Any, side: float) -> tuple[float, float]:
        middle = item.position_of(best)
        low = min(max(middle - side / 2, 0.0), 1.0 - side)
        return low, low + side

    def _zoomed(self, number: int, draw: int) -> Callable[[HyperParameter], Any]:
        best = self._best_before(number)
        side = self.shrink ** (number // self.round_size)
        drawn = self._random(number, draw)

        def choose(item: HyperParameter) -> Any:
            if best is None or item.name not in best.values:
                return drawn(item)
            words = [self.seed, number, draw, *item.name.encode()]
            position, other = np.random.default_rng(words).random(2)
            known = best.values[item.name]
            if not item.is_ordered:
                return known if other >= side else item.at(float(position))
            low, high = self._interval(item, known, side)
            return item.at(float(low + position * (high - low)))

        return choose

    def region(self, number: int) -> dict[str, tuple[Any, Any]]:
        """Returns the lowest and highest value that a round draws, for each ordered one.

        Args:
            number: The round, from 0.
        """
        best = self._best_before(number * self.round_size)
        side = self.shrink**number if best is not None else 1.0
        found: dict[str, tuple[Any, Any]] = {}
        for item in self._space.space:
            if item.is_ordered:
                known = item.default if best is None else best.values.get(item.name, item.default)
                low, high = self._interval(item, known, side)
                found[item.name] = item.at(low), item.at(high)
        return found


class BayesianOptimization(Tuner):
    """Learns from the trials so far which values are promising, and looks there more closely.

    After `num_initial_points` random trials Optuna's tree-structured Parzen estimator compares the
    values of good trials with those of bad ones, and proposes where the ratio of their densities is
    best: the proposals gather in good regions. With `parallel=n`, n trials are proposed at once, so
    the search repeats for one seed and one n.

    Args:
        hypermodel: As for every tuner: a build function or HyperModel.
        objective: What to make small or large.
        max_trials: Trials at most.
        num_initial_points: Random trials at the start; a third of max_trials, 10 at most, if None.
        alpha: Accepted for KerasTuner's signature, whose Gaussian process has it.
        beta: Likewise.
        **arguments: The further arguments of `Tuner`.

    References:
        Bergstra, Bardenet, Bengio, Kegl, "Algorithms for hyper-parameter optimization" (2011).

    Example:
        >>> import tempfile
        >>> class Square(BayesianOptimization):
        ...     def run_trial(self, trial):
        ...         return (trial.hyperparameters.Float("x", 0, 100) - 30) ** 2
        >>> folder = tempfile.TemporaryDirectory()
        >>> hp = HyperParameters()
        >>> _ = hp.Float("x", 0, 100)
        >>> tuner = Square(hyperparameters=hp, max_trials=20, directory=folder.name, seed=1)
        >>> tuner.search(verbose=0)
        >>> 20 < tuner.get_best_hyperparameters()[0].get("x") < 40
        True
        >>> folder.cleanup()
    """

    _independent = False

    def __init__(
        self,
        hypermodel: Any = None,
        objective: Any = None,
        max_trials: int = 10,
        num_initial_points: int | None = None,
        alpha: float = 1e-4,
        beta: float = 2.6,
        **arguments: Any,
    ) -> None:
        del alpha, beta
        self.num_initial_points = num_initial_points or max(min(max_trials // 3, 10), 2)
        super().__init__(hypermodel, objective, max_trials, **arguments)

    def _settings(self) -> dict[str, Any]:
        return {**super()._settings(), "num_initial_points": self.num_initial_points}

    def _propose(self, wanted: int) -> list[Trial]:
        optuna = optional_import("optuna", "tune", "BayesianOptimization")
        known = list(self._trials.values())
        proposed: list[Trial] = []
        with quiet(optuna):
            for number in range(len(known), len(known) + self._room(wanted)):
                study = self._seen(optuna, number, [*known, *proposed])
                ask = study.ask()
                hp = self._chosen(lambda item, ask=ask: suggested(item, ask))  # type: ignore[misc]
                proposed.append(Trial(number, hp))
        return proposed

    def _seen(self, optuna: Any, number: int, trials: list[Trial]) -> Any:
        """Returns a study in memory with what the proposal of a trial may know."""
        words = np.random.SeedSequence([self.seed, number]).generate_state(1)
        sampler = optuna.samplers.TPESampler(
            n_startup_trials=self.num_initial_points, constant_liar=True, seed=int(words[0])
        )
        study = optuna.create_study(direction=f"{self.objective.direction}imize", sampler=sampler)
        states = optuna.trial.TrialState
        for trial in trials:
            values, distributions = parameters_of(trial.hyperparameters)
            running = trial.status == "RUNNING"
            ended = states.COMPLETE if trial.status == COMPLETED else states.FAIL
            study.add_trial(
                optuna.trial.create_trial(
                    state=states.RUNNING if running else ended,
                    value=trial.score if trial.status == COMPLETED else None,
                    params=values,
                    distributions=distributions,
                )
            )
        return study


class Hyperband(Tuner):
    """Trains many models for a few epochs and only the best of them for longer.

    Each bracket begins with random values and few epochs; the best 1/factor of its trials go on,
    from where they stopped, for about `factor` times as many epochs, up to `max_epochs`. Brackets
    differ in how early they begin to sort out.

    Args:
        hypermodel: As for every tuner: a build function or HyperModel.
        objective: What to make small or large.
        max_epochs: Most epochs of a model; more than it needs, with EarlyStopping in `search`.
        factor: How much shorter each round is than the next.
        hyperband_iterations: How often all brackets are run.
        **arguments: The further arguments of `Tuner`; there is no max_trials.

    References:
        Li, Jamieson, DeSalvo, Rostamizadeh, Talwalkar, "Hyperband: a novel bandit-based approach to
        hyperparameter optimization" (2018).

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> import cornu as keras
        >>> def build(hp):
        ...     model = keras.Sequential(
        ...         [keras.layers.Dense(hp.Int("units", 1, 9)), keras.layers.Dense(1)]
        ...     )
        ...     model.compile("sgd", "mse")
        ...     return model
        >>> folder = tempfile.TemporaryDirectory()
        >>> tuner = Hyperband(build, "loss", max_epochs=2, factor=2, directory=folder.name, seed=1)
        >>> tuner.search(np.ones((8, 2)), np.ones((8, 1)), verbose=0)
        >>> [trial.facts["epochs"] for trial in tuner.trials.values()]
        [1, 1, 2, 2, 2]
        >>> folder.cleanup()
    """

    _independent = False

    def __init__(
        self,
        hypermodel: Any = None,
        objective: Any = None,
        max_epochs: int = 100,
        factor: int = 3,
        hyperband_iterations: int = 1,
        **arguments: Any,
    ) -> None:
        if factor < 2 or max_epochs < 1 or hyperband_iterations < 1:
            raise ValueError(
                f"Hyperband: factor is at least 2, max_epochs and hyperband_iterations at least 1; "
                f"got factor={factor}, max_epochs={max_epochs}, "
                f"hyperband_iterations={hyperband_iterations}."
            )
        self.max_epochs = max_epochs
        self.factor = factor
        self.hyperband_iterations = hyperband_iterations
        arguments.setdefault("max_trials", None)
        super().__init__(hypermodel, objective, **arguments)

    def _settings(self) -> dict[str, Any]:
        return {**super()._settings(), "max_epochs": self.max_epochs, "factor": self.factor}

    def _rounds(self) -> list[tuple[int, int, int]]:
        """Returns bracket, round and size of all rounds of one iteration, in order."""
        brackets = int(math.log(self.max_epochs, self.factor) + 1e-9) + 1
        whole = math.ceil(1 + math.log(self.max_epochs, self.factor) - 1e-9)
        return [
            (bracket, place, math.ceil(whole / (bracket + 1) * self.factor ** (bracket - place)))
            for bracket in range(brackets - 1, -1, -1)
            for place in range(bracket + 1)
        ]

    def _epochs(self, bracket: int, place: int) -> int:
        return math.ceil(self.max_epochs / self.factor ** (bracket - place))

    def _propose(self, wanted: int) -> list[Trial]:
        """Returns the whole of the next round: which of the last one go on is known now."""
        del wanted
        for iteration in range(self.hyperband_iterations):
            for bracket, place, size in self._rounds():
                where = {"iteration": iteration, "bracket": bracket, "round": place}
                begun = self._trials_at(where)
                missing = size - len(begun)
                if missing <= 0:
                    continue
                if place == 0:
                    return self._new(where, self._room(missing))
                best = self._best_of({**where, "round": place - 1}, size)
                used = {trial.facts["from"] for trial in begun}
                going_on = [trial for trial in best if trial.trial_id not in used]
                if going_on:
                    return self._continued(where, going_on[: self._room(missing)])
        return []

    def _trials_at(self, where: dict[str, int]) -> list[Trial]:
        return [t for t in self._trials.values() if where.items() <= t.facts.items()]

    def _best_of(self, where: dict[str, int], count: int) -> list[Trial]:
        ended = [trial for trial in self._trials_at(where) if trial.status == COMPLETED]
        return sorted(ended, key=lambda t: self.objective.sign * (t.score or 0.0))[:count]

    def _new(self, where: dict[str, int], count: int) -> list[Trial]:
        trials: list[Trial] = []
        facts = {**where, "epochs": self._epochs(where["bracket"], 0), "initial_epoch": 0}
        for number in range(len(self._trials), len(self._trials) + count):
            hp = self._chosen(self._random(number))
            trials.append(Trial(number, _told(hp, facts), dict(facts)))
        return trials

    def _continued(self, where: dict[str, int], earlier: list[Trial]) -> list[Trial]:
        trials: list[Trial] = []
        for number, trial in enumerate(earlier, len(self._trials)):
            facts = {
                **where,
                "epochs": self._epochs(where["bracket"], where["round"]),
                "initial_epoch": trial.facts["epochs"],
                "from": trial.trial_id,
            }
            trials.append(Trial(number, _told(trial.hyperparameters.copy(), facts), facts))
        return trials

    def _fit_arguments(self, trial: Trial) -> dict[str, Any]:
        return {"epochs": trial.facts["epochs"], "initial_epoch": trial.facts["initial_epoch"]}

    def _model_of(self, trial: Trial) -> Any:
        model = super()._model_of(trial)
        before = trial.facts.get("from")
        if before is None:
            return model
        earlier = self._trials[before]
        if model.built:
            load_weights(model, self._path(earlier))
            return model
        return self.load_model(earlier)


def _told(hp: HyperParameters, facts: dict[str, Any]) -> HyperParameters:
    """Adds what the algorithm has decided to the values, under KerasTuner's names."""
    for name in ("epochs", "initial_epoch", "bracket", "round"):
        hp.values[f"tuner/{name}"] = facts[name]
    if "from" in facts:
        hp.values["tuner/trial_id"] = facts["from"]
    return hp
