"""The loops of fit, evaluate and predict over the batches of a source."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from cornu.callbacks import CallbackList
from cornu.core import tree
from cornu.training.datasets import DatasetSource
from cornu.training.logs import plain, to_numpy
from cornu.training.runner import Begin, StepRunner
from cornu.training.sources import ArraySource, IteratorSource, Source


class Run(NamedTuple):
    """Facts about one call of fit, evaluate or predict, handed to callbacks."""

    verbose: int
    epochs: int
    steps: int | None


class Validation(NamedTuple):
    """What to validate on, and when."""

    source: Source
    steps: int | None
    frequency: int | Sequence[int]

    def is_due(self, epoch: int) -> bool:
        """Whether to validate after an epoch (counted from 0)."""
        if isinstance(self.frequency, int):
            return (epoch + 1) % self.frequency == 0
        return epoch + 1 in self.frequency


def _steps(
    runner: StepRunner, source: Source, limit: int | None, begin: Begin
) -> Iterator[tuple[int, Any]]:
    """Yields the number of steps done and the last result, over one epoch of a source."""
    if isinstance(source, DatasetSource):
        yield from runner.steps_of_batches(source.epoch(limit), begin)
        return
    if isinstance(source, IteratorSource):
        for number, batch in enumerate(source.epoch(limit)):
            if begin is not None:
                begin(number)
            yield number + 1, runner.run(batch)
        return
    if limit is None:
        source.position = 0
    first = source.position
    if first == 0:
        source.current = source.order()
    # As in Keras, an epoch ends with the data even if fewer than `limit` batches are left.
    stop = source.steps if limit is None else min(source.steps, first + limit)
    source.position = 0
    for done, result in runner.steps(source, first, stop, begin):
        source.position = (first + done) % source.steps
        yield done, result


class _BatchHooks:
    """Calls the hooks of batches, as often as the callbacks ask for.

    Attributes:
        next: How many steps will have been done when the end hook is due.
    """

    def __init__(self, callbacks: CallbackList, mode: str) -> None:
        self._on_begin = getattr(callbacks, f"on_{mode}_batch_begin")
        self._on_end = getattr(callbacks, f"on_{mode}_batch_end")
        self._ahead = functools.partial(callbacks.batches_ahead, mode)
        self.next = 0

    def begin(self, number: int) -> int:
        """Calls the begin hook when it is due; returns how many steps may run."""
        if number >= self.next:
            self.next = number + self._ahead()
            self._on_begin(number)
        return self.next - number

    def end(self, done: int, logs: dict[str, Any]) -> None:
        """Calls the end hook."""
        self._on_end(done - 1, logs)


def _walk(
    runner: StepRunner, source: Source, limit: int | None, callbacks: CallbackList, mode: str
) -> Any:
    """Runs one epoch, calls the hooks of batches, and returns the last step's result."""
    hooks = _BatchHooks(callbacks, mode) if callbacks.wants_batches(mode) else None
    shown = callbacks.shows(mode)
    model = callbacks.model
    result: Any = None
    done = 0
    begin = None if hooks is None else hooks.begin
    for done, result in _steps(runner, source, limit, begin):
        due = hooks is not None and hooks.next <= done
        if not due and not shown:
            continue
        logs = plain(result)
        if due and hooks is not None:
            hooks.end(done, logs)
        if shown:
            callbacks.progress(done, logs)
        if mode == "train" and model.stop_training:
            break
    if hooks is not None and 0 < done < hooks.next:
        hooks.end(done, plain(result))
    if done == 0:
        raise ValueError(
            "The data source yielded no batch in this epoch. A generator can be walked only once: "
            "let it repeat for ever and pass steps_per_epoch, or pass a dataset or array."
        )
    return result


def fit(
    model: Any,
    source: Source,
    validation: Validation | None,
    epochs: range,
    steps: int | None,
    callbacks: CallbackList,
) -> None:
    """Runs the epochs of a training."""
    model.stop_training = False
    model._resumed_epoch = None
    callbacks.on_train_begin()
    if model._resumed_epoch is not None:  # a callback has taken up an interrupted training
        epochs = range(max(epochs.start, model._resumed_epoch), epochs.stop)
    logs: dict[str, Any] = {}
    try:
        for epoch in epochs:
            model.reset_metrics()
            callbacks.on_epoch_begin(epoch)
            logs = plain(_walk(model._runner("train"), source, steps, callbacks, "train"))
            if validation is not None and validation.is_due(epoch):
                values = evaluate(model, validation.source, callbacks, validation.steps)
                logs = plain({**logs, **{f"val_{name}": value for name, value in values.items()}})
            callbacks.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
    finally:
        if model.optimizer is not None:
            model.optimizer.finalize_variable_values(model.trainable_weights)
    callbacks.on_train_end(logs)


def evaluate(
    model: Any, source: Source, callbacks: CallbackList, steps: int | None
) -> dict[str, Any]:
    """Runs the steps of an evaluation and returns the values by name."""
    if isinstance(source, ArraySource):
        source.position = 0
    else:
        source.restart()
    callbacks.on_test_begin()
    model.reset_metrics()
    logs = plain(_walk(model._runner("test"), source, steps, callbacks, "test"))
    callbacks.on_test_end(logs)
    return logs


def predict(model: Any, source: Source, callbacks: CallbackList, steps: int | None) -> Any:
    """Runs the steps of a prediction and returns the outputs of all samples together."""
    runner = model._runner("predict")
    wanted = callbacks.wants_batches("predict")
    parts: list[Any] = []

    def begin(number: int) -> int:
        if wanted:
            callbacks.on_predict_batch_begin(number)
        return 1  # the outputs of every step are needed

    callbacks.on_predict_begin()
    for done, result in _steps(runner, source, steps, begin):
        outputs = tree.map_structure(to_numpy, result)
        parts.append(outputs)
        if wanted:
            callbacks.on_predict_batch_end(done - 1, {"outputs": outputs})
        callbacks.progress(done)
    callbacks.on_predict_end()
    if not parts:
        raise ValueError("predict: the data source yielded no batch.")
    if len(parts) == 1:
        return parts[0]
    return tree.map_structure(lambda *pieces: np.concatenate(pieces), *parts)
