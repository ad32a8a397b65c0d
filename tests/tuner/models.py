"""What the tests of searches share: small data and a function that builds models."""

from __future__ import annotations

import numpy as np

import cornu as keras

RNG = np.random.RandomState(0)
X = RNG.normal(size=(60, 3)).astype("float32")
Y = (X[:, 0] - X[:, 1] > 0).astype("float32")


def build_model(hp):
    model = keras.Sequential()
    for number in range(hp.Int("layers", 1, 2)):
        with hp.name_scope(f"layer_{number}"):
            model.add(keras.layers.Dense(hp.Int("units", 4, 16, step=4), activation="relu"))
    if hp.Boolean("dropout"):
        with hp.conditional_scope("dropout", [True]):
            model.add(keras.layers.Dropout(hp.Float("rate", 0.1, 0.5, step=0.1)))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    rate = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log")
    kind = hp.Choice("optimizer", ["adam", "sgd"])
    optimizer = keras.optimizers.get({"class_name": kind, "config": {"learning_rate": rate}})
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return model


def facts(tuner):
    """What must be equal in two searches: choices, scores, and the history of each training."""
    return [
        (trial.hyperparameters.values, trial.status, trial.score, trial.best_step, trial.metrics)
        for trial in tuner.trials.values()
    ]
