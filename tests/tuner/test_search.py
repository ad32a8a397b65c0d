"""Searches: what course scripts write, repeating, going on, and what a search refuses."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.tuner.models import X, Y, build_model, facts

import cornu as keras
import cornu.tuner as kt

ROOT = Path(__file__).resolve().parents[2]
TUNERS = {
    "random": lambda **k: kt.RandomSearch(build_model, "val_accuracy", max_trials=5, **k),
    "zoom": lambda **k: kt.ZoomSearch(build_model, "val_loss", max_trials=6, round_size=3, **k),
    "hyperband": lambda **k: kt.Hyperband(build_model, "val_loss", max_epochs=3, factor=3, **k),
}


def run(tuner, **arguments):
    tuner.search(X, Y, epochs=2, validation_split=0.2, verbose=0, **arguments)
    return tuner


def test_the_course_script(tmp_path, capsys, monkeypatch):
    """KerasTuner's introduction, as its notebooks have it."""
    monkeypatch.chdir(tmp_path)

    def model_builder(hp):
        model = keras.Sequential()
        model.add(keras.layers.Flatten(input_shape=(3,)))
        hp_units = hp.Int("units", min_value=32, max_value=512, step=32)
        model.add(keras.layers.Dense(units=hp_units, activation="relu"))
        model.add(keras.layers.Dense(2))
        hp_learning_rate = hp.Choice("learning_rate", values=[1e-2, 1e-3, 1e-4])
        model.compile(
            optimizer=keras.optimizers.Adam(learning_rate=hp_learning_rate),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        return model

    tuner = kt.Hyperband(
        model_builder, objective="val_accuracy", max_epochs=4, factor=3,
        directory="my_dir", project_name="intro_to_kt",
    )  # fmt: skip
    tuner.search_space_summary()
    stop_early = keras.callbacks.EarlyStopping(monitor="val_loss", patience=5)
    tuner.search(X, Y, epochs=50, validation_split=0.2, callbacks=[stop_early], verbose=0)
    best_hps = tuner.get_best_hyperparameters(num_trials=1)[0]
    assert best_hps.get("units") in range(32, 513, 32)
    model = tuner.hypermodel.build(best_hps)
    history = model.fit(X, Y, epochs=2, validation_split=0.2, verbose=0)
    assert len(history.history["val_accuracy"]) == 2
    tuner.results_summary()
    shown = capsys.readouterr().out
    for line in (
        "Default search space size: 2",
        "units (Int)",
        "Results in my_dir/intro_to_kt",
        'Objective(name="val_accuracy", direction="max")',
        "learning_rate: ",
        "tuner/epochs: 4",
        "Score: ",
    ):
        assert line in shown
    assert tuner.oracle.get_trial("0000").hyperparameters.get("units") > 0
    assert Path("my_dir/intro_to_kt/trial_0000/model.keras").is_file()


def test_hyperband_has_the_published_rounds(tmp_path):
    tuner = kt.Hyperband(
        build_model, "val_loss", max_epochs=10, factor=3, directory=tmp_path, hyperband_iterations=2
    )
    assert tuner._rounds() == [(2, 0, 12), (2, 1, 4), (2, 2, 2), (1, 0, 6), (1, 1, 2), (0, 0, 4)]
    assert [tuner._epochs(2, place) for place in range(3)] == [2, 4, 10]


@pytest.mark.parametrize("name", TUNERS)
def test_trials_side_by_side_are_those_in_turn(tmp_path, name):
    make = TUNERS[name]
    alone = run(make(directory=tmp_path, project_name="alone", seed=3))
    together = run(make(directory=tmp_path, project_name="together", seed=3, parallel=3))
    assert facts(together) == facts(alone)
    assert all(trial.status == "COMPLETED" for trial in alone.trials.values())


def test_a_bayesian_search_repeats(tmp_path):
    def search(name):
        tuner = kt.BayesianOptimization(
            build_model, "val_loss", max_trials=6, num_initial_points=3, seed=5,
            directory=tmp_path, project_name=name, parallel=2,
        )  # fmt: skip
        return facts(run(tuner))

    assert search("one") == search("two")


def test_later_rounds_of_hyperband_go_on_with_the_weights(tmp_path):
    tuner = run(TUNERS["hyperband"](directory=tmp_path, seed=1))
    later = [trial for trial in tuner.trials.values() if "from" in trial.facts]
    assert later
    for trial in later:
        before = tuner.trials[trial.facts["from"]]
        assert trial.facts["initial_epoch"] == before.facts["epochs"] == 1
        assert len(trial.metrics[0]["loss"]) == trial.facts["epochs"] - 1
        assert trial.metrics[0]["loss"][0] < before.metrics[0]["loss"][0]


def test_a_grid_visits_each_combination_once(tmp_path):
    class Grid(kt.GridSearch):
        def run_trial(self, trial):
            hp = trial.hyperparameters
            return hp.get("a") + (10 * hp.get("b") if hp.get("deep") else 0)

    hp = kt.HyperParameters()
    hp.Int("a", 1, 3)
    hp.Boolean("deep", default=True)
    with hp.conditional_scope("deep", [True]):
        hp.Choice("b", [1, 2])
    for parallel in (1, 2):
        tuner = Grid(
            hyperparameters=hp,
            directory=tmp_path,
            project_name=f"grid{parallel}",
            parallel=parallel,
        )
        tuner.search(verbose=0)
        seen = [tuple(trial.hyperparameters.values.values()) for trial in tuner.trials.values()]
        assert len(seen) == len(set(seen)) == 9
        assert tuner.get_best_trials(1)[0].hyperparameters.values == {"a": 1, "deep": False}


def test_a_small_space_ends_a_random_search(tmp_path):
    class Two(kt.RandomSearch):
        def run_trial(self, trial):
            return {"score": float(trial.hyperparameters.get("on"))}

    hp = kt.HyperParameters()
    hp.Boolean("on")
    tuner = Two(
        hyperparameters=hp, objective=kt.Objective("score", "max"), max_trials=9, directory=tmp_path
    )
    tuner.search(verbose=0)
    assert len(tuner.trials) == 2
    assert tuner.get_best_hyperparameters()[0].get("on") is True


SCRIPT = """
import sys
import cornu.tuner as kt
import cornu as keras
from tests.tuner.models import X, Y, build_model

class Tell(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        print("training", flush=True)

tuner = kt.RandomSearch(build_model, "val_loss", max_trials=4, seed=7, directory=sys.argv[1])
tuner.search(X, Y, epochs=300, validation_split=0.2, callbacks=[Tell()], verbose=0)
"""


def test_a_killed_search_goes_on(tmp_path):
    """Killed in the middle of its third training, it ends with what it would have ended with."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT, str(tmp_path / "killed")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        for _ in range(3):
            assert process.stdout.readline() == "training\n"
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL

    def tuner(folder):
        return kt.RandomSearch(
            build_model, "val_loss", max_trials=4, seed=7, directory=tmp_path / folder
        )

    gone_on, whole = tuner("killed"), tuner("whole")
    assert [trial.status for trial in gone_on.trials.values()] == [
        "COMPLETED", "COMPLETED", "RUNNING",
    ]  # fmt: skip
    for search in (gone_on, whole):
        search.search(X, Y, epochs=300, validation_split=0.2, verbose=0)
    assert facts(gone_on) == facts(whole)
    assert gone_on.remaining_trials == 0


def test_the_best_model_needs_no_function(tmp_path):
    tuner = run(TUNERS["random"](directory=tmp_path, seed=2))
    best = tuner.get_best_trials(1)[0]

    def gone(hp):
        raise AssertionError("not called for models")

    expected = tuner.get_best_models()[0].evaluate(X[48:], Y[48:], verbose=0, return_dict=True)
    assert expected["accuracy"] == pytest.approx(best.score, abs=1e-6)
    tuner.hypermodel.build = gone
    model = tuner.get_best_models(2)[0]
    assert model.evaluate(X[48:], Y[48:], verbose=0, return_dict=True) == expected
    model.fit(X, Y, epochs=1, verbose=0)


def test_what_a_file_cannot_hold_is_built_again(tmp_path):
    def build(hp):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Lambda(lambda x: 2 * x)])
        model.add(keras.layers.Dense(hp.Int("units", 1, 1)))
        model.compile("sgd", "mse")
        return model

    tuner = run(kt.RandomSearch(build, "val_loss", max_trials=1, directory=tmp_path, seed=1))
    loss = tuner.get_best_models()[0].evaluate(X[48:], Y[48:], verbose=0)
    assert loss == pytest.approx(tuner.get_best_trials()[0].score, rel=1e-5)


def test_a_changed_search_is_refused(tmp_path):
    def make(low=1, seed=1, kind=kt.RandomSearch, objective="val_loss", **more):
        def build(hp):
            model = keras.Sequential([keras.layers.Dense(hp.Int("units", low, 8))])
            for name in more.get("names", ()):
                hp.Boolean(name)
            model.compile("sgd", "mse", metrics=["mae"])
            return model

        overwrite = more.get("overwrite", False)
        return kind(
            build, objective, max_trials=2, directory=tmp_path, seed=seed, overwrite=overwrite
        )

    run(make(names=("a",)))
    assert len(run(make(names=("a",))).trials) == 2
    for arguments, message in (
        ({"low": 2, "names": ("a",)}, r"'units' has changed.*min_value=1.*min_value=2.*overwrite"),
        ({"names": ("a", "b")}, "'b' is new"),
        ({}, "'a' is gone"),
        ({"names": ("a",), "seed": 4}, "seed was 1 and is now 4"),
        ({"names": ("a",), "kind": kt.ZoomSearch}, "algorithm was 'RandomSearch'"),
        ({"names": ("a",), "objective": "val_mae"}, "objective was"),
    ):
        with pytest.raises(kt.ChangedSpaceError, match=message):
            make(**arguments)
    assert len(make(low=2, overwrite=True).trials) == 0
    (tmp_path / "untitled_project" / "study.db").unlink()
    (tmp_path / "untitled_project" / "thesis.txt").write_text("!")
    with pytest.raises(ValueError, match="holds something else"):
        make(overwrite=True)


def test_failures_are_counted_and_told(tmp_path):
    attempts = []

    class Net(kt.HyperModel):
        def __init__(self, problem):
            super().__init__()
            self.problem = problem

        def build(self, hp):
            hp.Int("units", 1, 50)
            model = keras.Sequential([keras.layers.Dense(1)])
            model.compile("sgd", "mse")
            return model

        def fit(self, hp, model, *args, **kwargs):
            attempts.append(hp.get("units"))
            self.problem(hp.get("units"))
            return model.fit(*args, **kwargs)

    def odd_only(units):
        if units % 2 == 0:
            raise ValueError("no luck")

    def never(units):
        raise ValueError("no luck")

    def give_up(units):
        raise kt.FailedTrialError("give up")

    def search(problem, **arguments):
        attempts.clear()
        return run(
            kt.RandomSearch(
                Net(problem), "val_loss", directory=tmp_path, project_name=problem.__name__,
                seed=1, **arguments,
            )
        )  # fmt: skip

    trials = search(odd_only, max_trials=6, max_consecutive_failed_trials=6).trials.values()
    assert {trial.status for trial in trials} == {"COMPLETED", "FAILED"}
    failed = next(trial for trial in trials if trial.status == "FAILED")
    assert "ValueError: no luck" in failed.message
    with pytest.raises(RuntimeError, match=r"3 trials in a row have failed[\s\S]*no luck"):
        search(never, max_retries_per_trial=1)
    assert len(attempts) == 6
    with pytest.raises(RuntimeError, match="give up"):
        search(give_up, max_retries_per_trial=5, max_consecutive_failed_trials=1)
    assert len(attempts) == 1


@pytest.mark.parametrize("parallel", [1, 2])
def test_a_wrong_objective_ends_the_search(tmp_path, parallel):
    tuner = kt.RandomSearch(build_model, "val_auc", directory=tmp_path, parallel=parallel, seed=1)
    with pytest.raises(kt.FatalError, match="'val_auc' is not among.*val_accuracy"):
        run(tuner)
    with pytest.raises(ValueError, match="No trial .* has been completed"):
        tuner.get_best_models()
    with pytest.raises(ValueError, match="Cannot tell whether 'val_wonder'"):
        kt.RandomSearch(build_model, "val_wonder", directory=tmp_path, project_name="other")


def test_each_training_has_callbacks_of_its_own(tmp_path):
    class Count(keras.callbacks.Callback):
        seen = []

        def __init__(self):
            super().__init__()
            self.epochs = 0

        def on_epoch_end(self, epoch, logs=None):
            self.epochs += 1

        def on_train_end(self, logs=None):
            self.seen.append(self.epochs)

    mine = Count()
    tuner = kt.RandomSearch(
        build_model, "val_loss", max_trials=2, executions_per_trial=2, directory=tmp_path, seed=1
    )
    run(tuner, callbacks=[mine])
    assert Count.seen == [2] * 4
    assert mine.epochs == 0
    trial = tuner.get_best_trials()[0]
    scores = [min(history["val_loss"]) for history in trial.metrics]
    assert len(set(scores)) == 2
    assert trial.score == pytest.approx(np.mean(scores))


def test_each_training_has_logs_of_its_own(tmp_path):
    pytest.importorskip("tensorboard")
    logs = keras.callbacks.TensorBoard(tmp_path / "logs")
    tuner = kt.RandomSearch(build_model, "val_loss", max_trials=2, directory=tmp_path, seed=1)
    run(tuner, callbacks=[logs])
    runs = {path.parent.relative_to(tmp_path / "logs") for path in tmp_path.glob("logs/**/*tfev*")}
    assert {str(path) for path in runs} == {
        f"000{trial}/execution0/{part}" for trial in (0, 1) for part in ("train", "validation")
    }


def test_hyperparameters_given_beforehand(tmp_path):
    given = kt.HyperParameters()
    given.Fixed("learning_rate", 0.05)
    given.Int("layers", 1, 1)
    tuner = kt.RandomSearch(
        build_model, "val_loss", max_trials=3, hyperparameters=given, directory=tmp_path, seed=1
    )
    values = [trial.hyperparameters.values for trial in run(tuner).trials.values()]
    assert {value["learning_rate"] for value in values} == {0.05}
    assert {value["layers"] for value in values} == {1}
    only = kt.RandomSearch(
        build_model, "val_loss", max_trials=3, hyperparameters=given, tune_new_entries=False,
        directory=tmp_path, project_name="only", seed=1,
    )  # fmt: skip
    assert len(run(only).trials) == 1
    with pytest.raises(ValueError, match="allow_new_entries is False"):
        kt.RandomSearch(
            build_model, "val_loss", hyperparameters=given, allow_new_entries=False,
            directory=tmp_path, project_name="none",
        )  # fmt: skip


def test_a_training_may_have_hyperparameters_too(tmp_path):
    class Net(kt.HyperModel):
        def build(self, hp):
            model = keras.Sequential([keras.layers.Dense(1)])
            model.compile("sgd", "mse")
            return model

        def fit(self, hp, model, *args, **kwargs):
            return model.fit(*args, batch_size=hp.Choice("batch", [8, 16, 32]), **kwargs)

    tuner = run(kt.RandomSearch(Net(), "val_loss", max_trials=3, directory=tmp_path, seed=4))
    batches = [trial.hyperparameters.get("batch") for trial in tuner.trials.values()]
    assert len(set(batches)) > 1
    assert "batch" in tuner.get_space().values


def test_objectives():
    assert kt.objective.resolve("val_accuracy").direction == "max"
    assert kt.objective.resolve("loss").direction == "min"
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, "sigmoid")])
    model.compile("sgd", "mse", metrics=[keras.metrics.AUC(name="area")])
    assert kt.objective.resolve("val_area", model).direction == "max"
    both = kt.objective.resolve(["val_loss", "val_accuracy"])
    assert kt.objective.value_of(both, {"val_loss": 3.0, "val_accuracy": 1.0}) == 2.0


def test_zooming_in_narrows_the_region(tmp_path):
    tuner = run(TUNERS["zoom"](directory=tmp_path, seed=3))
    (low, high), (near, far) = (tuner.region(k)["learning_rate"] for k in (0, 1))
    assert (low, high) == (pytest.approx(1e-3), pytest.approx(1e-1))
    assert far / near == pytest.approx(10)
    first = [t for t in tuner.trials.values() if t.number < 3]
    best = min(first, key=lambda trial: trial.score).hyperparameters.get("learning_rate")
    assert near <= best <= far
    for trial in list(tuner.trials.values())[3:]:
        assert near <= trial.hyperparameters.get("learning_rate") <= far


def test_optuna_sees_the_trials(tmp_path):
    tuner = run(TUNERS["random"](directory=tmp_path, seed=2))
    assert tuner.study.best_value == tuner.get_best_trials()[0].score
    assert "learning_rate" in tuner.study.best_params
