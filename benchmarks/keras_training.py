"""The workloads trained with `fit`: the same lines for Keras on three backends and for cornu."""

import importlib
import time
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks import keras_networks
from benchmarks.arrays import Data
from benchmarks.workloads import Workload


class Training:
    """A model with its data, trained with `fit`."""

    def __init__(self, keras: Any, workload: Workload, data: Data) -> None:
        inputs, targets = data
        self._keras = keras
        self._batch = workload.batch
        self._x = inputs if len(inputs) > 1 else inputs[0]
        self._y = targets if len(targets) > 1 else targets[0]
        self._inputs = inputs
        self._dataset = _pipeline(keras, workload, data) if workload.pipeline else None
        self.model = keras_networks.build(keras, workload)

    @property
    def parameters(self) -> int:
        """How many numbers are trained."""
        return sum(int(np.prod(part.shape)) for part in self.model.trainable_variables)

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

    def losses(self, count: int) -> list[float]:
        """The mean loss of each of `count` epochs."""
        return [float(loss) for loss in self._fit(count).history["loss"]]

    def predict(self, rows: int) -> None:
        """`predict` of the first rows in one batch."""
        chosen = [part[:rows] for part in self._inputs]
        x = chosen if len(chosen) > 1 else chosen[0]
        np.asarray(self.model.predict(x, batch_size=rows, verbose=0))

    def _fit(self, epochs: int, *callbacks: Any) -> Any:
        if self._dataset is not None:
            return self.model.fit(
                self._dataset, epochs=epochs, callbacks=list(callbacks), verbose=0
            )
        return self.model.fit(
            self._x,
            self._y,
            batch_size=self._batch,
            epochs=epochs,
            callbacks=list(callbacks),
            verbose=0,
        )


def _pipeline(keras: Any, workload: Workload, data: Data) -> Any:
    """The rows as bytes, shuffled and scaled by a pipeline as courses write it."""
    name = "cornu.tf" if keras.__name__ == "cornu" else "tensorflow"
    tf = importlib.import_module(name)
    pixels = np.rint(data[0][0] * 255).astype(np.uint8)

    def scaled(image: Any, label: Any) -> Any:
        return tf.cast(image, tf.float32) / 255.0, label

    dataset = tf.data.Dataset.from_tensor_slices((pixels, data[1][0]))
    dataset = dataset.shuffle(workload.rows).map(scaled, num_parallel_calls=tf.data.AUTOTUNE)
    return dataset.batch(workload.batch).prefetch(tf.data.AUTOTUNE)
