"""The workloads as Keras programs: the same lines for Keras on three backends and for cornu."""

import time
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.arrays import Data
from benchmarks.workloads import DEEP_FEATURES, LOSS_WEIGHTS, WIDE_FEATURES, Workload


def build(keras: Any, workload: Workload) -> Any:
    """The compiled model of a workload."""
    layers = keras.layers
    if workload.task == "two_outputs":
        wide = keras.Input((WIDE_FEATURES,), name="wide_input")
        deep = keras.Input((DEEP_FEATURES,), name="deep_input")
        hidden = deep
        for units in workload.widths[1:]:
            hidden = layers.Dense(units, activation=workload.activation)(hidden)
        joined = layers.Concatenate()([wide, hidden])
        main = layers.Dense(1, name="main")(joined)
        auxiliary = layers.Dense(1, name="auxiliary")(hidden)
        model = keras.Model(inputs=[wide, deep], outputs=[main, auxiliary])
        model.compile(
            loss=["mse", "mse"],
            loss_weights=list(LOSS_WEIGHTS),
            optimizer=_optimizer(keras, workload),
        )
        return model

    model = keras.Sequential([keras.Input((workload.widths[0],))])
    for units in workload.widths[1:-1]:
        model.add(layers.Dense(units, activation=workload.activation))
        if workload.dropout:
            model.add(layers.Dropout(workload.dropout))
    loss, output, metrics = {
        "regression": ("mse", None, None),
        "classes": ("sparse_categorical_crossentropy", "softmax", ["accuracy"]),
        "one_hot": ("categorical_crossentropy", "softmax", ["accuracy"]),
        "reconstruction": ("binary_crossentropy", "sigmoid", None),
    }[workload.task]
    model.add(layers.Dense(workload.widths[-1], activation=output))
    model.compile(loss=loss, optimizer=_optimizer(keras, workload), metrics=metrics)
    return model


def _optimizer(keras: Any, workload: Workload) -> Any:
    kind = {"sgd": keras.optimizers.SGD, "rmsprop": keras.optimizers.RMSprop}[workload.optimizer]
    return kind(learning_rate=workload.learning_rate)


class Training:
    """A model with its data, trained with `fit`."""

    def __init__(self, keras: Any, workload: Workload, data: Data) -> None:
        inputs, targets = data
        self._keras = keras
        self._batch = workload.batch
        self._x = inputs if len(inputs) > 1 else inputs[0]
        self._y = targets if len(targets) > 1 else targets[0]
        self._row = [part[:1] for part in inputs] if len(inputs) > 1 else inputs[0][:1]
        self.model = build(keras, workload)

    def first_step(self) -> float:
        """Seconds from the call of the first `fit` to the end of its first step."""
        ends: list[float] = []

        class FirstStep(self._keras.callbacks.Callback):  # type: ignore[misc,name-defined]
            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                if not ends:
                    ends.append(time.perf_counter())

        start = time.perf_counter()
        self._fit(1, FirstStep())
        return ends[0] - start

    def epochs(self, count: int) -> list[float]:
        """Seconds of each of `count` epochs of one `fit`, after a first one that is not counted."""
        ends: list[float] = []

        class EpochEnds(self._keras.callbacks.Callback):  # type: ignore[misc,name-defined]
            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                ends.append(time.perf_counter())

        self._fit(1 + count, EpochEnds())
        return [after - before for before, after in pairwise(ends)]

    def predict_row(self) -> None:
        """`predict` of one row."""
        np.asarray(self.model.predict(self._row, verbose=0))

    def _fit(self, epochs: int, callback: Any) -> None:
        self.model.fit(
            self._x,
            self._y,
            batch_size=self._batch,
            epochs=epochs,
            callbacks=[callback],
            verbose=0,
        )
