"""Search for hyperparameters with scikit-learn and with the tuner (rows 22 and 405 to 407)."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
from cornu import layers

selection = pytest.importorskip("sklearn.model_selection")


def build_model(n_hidden=1, n_neurons=8, learning_rate=0.05):
    keras.utils.set_random_seed(0)
    model = keras.models.Sequential([keras.Input((1,))])
    for _ in range(n_hidden):
        model.add(layers.Dense(n_neurons, activation="relu"))
    model.add(layers.Dense(1))
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(learning_rate=learning_rate))
    return model


def regressor():
    return keras.wrappers.scikit_learn.KerasRegressor(build_model, epochs=6, verbose=0)


def test_row_405_grid_search(line):
    x, y = line
    grid = {"learning_rate": [1e-5, 0.05], "n_neurons": [2, 8]}
    search = selection.GridSearchCV(regressor(), grid, cv=2)
    search.fit(x, y[:, 0])
    assert len(search.cv_results_["params"]) == 4
    assert search.best_params_["learning_rate"] == 0.05


def test_row_406_random_search(line):
    x, y = line
    space = {"learning_rate": [1e-5, 1e-4, 0.05], "n_hidden": [1, 2], "n_neurons": [4, 8]}
    search = selection.RandomizedSearchCV(regressor(), space, n_iter=4, cv=2, random_state=3)
    search.fit(x, y[:, 0])
    assert len(search.cv_results_["params"]) == 4
    best = search.best_estimator_.model
    assert best.predict(x, verbose=0).shape == (64, 1)


def test_row_407_keras_regressor(line):
    x, y = line
    keras_reg = keras.wrappers.scikit_learn.KerasRegressor(build_model)
    keras_reg.fit(
        x, y[:, 0], epochs=8, verbose=0, validation_data=(x, y[:, 0]),
        callbacks=[keras.callbacks.EarlyStopping(patience=3)],
    )  # fmt: skip
    predicted = keras_reg.predict(x)
    mse = np.mean((np.ravel(predicted) - y[:, 0]) ** 2)
    assert keras_reg.score(x, y[:, 0]) == pytest.approx(-mse, rel=1e-3)


def test_row_022_search_that_zooms_in(line, tmp_path):
    """Rounds in smaller and smaller regions around the best that was found."""
    pytest.importorskip("optuna")
    from cornu import tuner

    def build(hp):
        rate = hp.Float("learning_rate", 1e-5, 1.0, sampling="log")
        return build_model(n_neurons=hp.Int("n_neurons", 2, 16), learning_rate=rate)

    search = tuner.ZoomSearch(
        build, objective="val_loss", max_trials=12, round_size=4, seed=1, directory=tmp_path
    )
    search.search(*line, validation_data=line, epochs=4, verbose=0)
    best = search.get_best_hyperparameters(12)
    assert len(best) == 12
    assert best[0].get("learning_rate") > 1e-3
    first, last = (np.log(search.region(k)["learning_rate"]) for k in (0, 2))
    assert np.ptp(last) < np.ptp(first) / 3
    low, high = search.region(2)["learning_rate"]
    assert sum(low <= trial.get("learning_rate") <= high for trial in best) >= 4
    assert search.get_best_models(1)[0].evaluate(*line, verbose=0) < 0.2
