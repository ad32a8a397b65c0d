"""Trainer: fit, evaluate, predict, and the same for single batches."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from cornu.callbacks import CallbackList, History
from cornu.callbacks._progbar import in_terminal
from cornu.core import tree
from cornu.core.graph import Graph
from cornu.layers.adapting import count_of_changes
from cornu.training import building, checks, loops
from cornu.training.arguments import (
    TrainingArguments,
    about,
    check_epochs,
    check_no_nan,
    check_steps,
    make_source,
    refuse_unknown,
    takes_text,
    training_sources,
)
from cornu.training.arrays import standard_batch
from cornu.training.class_weights import weights_of_classes
from cornu.training.compile_metrics import CompiledMetrics
from cornu.training.logs import plain, to_numpy
from cornu.training.runner import StepRunner
from cornu.training.sources import ArraySource, OneBatch, Source
from cornu.training.steps import Steps

_STEPS = {"train": "train_step", "test": "test_step", "predict": "predict_step"}


class Trainer(Steps):
    """The training half of `keras.Model`; it speaks to the Layer interface only."""

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool | str = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
        **kwargs: Any,
    ) -> History:
        """Trains the model.

        Args:
            x: Inputs: array, list or dict of arrays, pandas object, or a generator or dataset that
                yields batches.
            y: Targets; None when `x` yields them.
            batch_size: Samples per step; 32 when None.
            epochs: Number of the epoch to stop before, counted from 0.
            verbose: 0 silent, 1 progress bar, 2 one line per epoch; "auto" is 1 in a terminal or
                notebook and 2 elsewhere.
            callbacks: List of Callbacks.
            validation_split: Fraction of the rows, taken from the end before shuffling, to
                validate on.
            validation_data: (x, y), (x, y, sample_weight), or a generator or dataset.
            shuffle: Whether each epoch takes the rows in a new order; "batch" shuffles within
                batches only.
            class_weight: Weight of each class number.
            sample_weight: Weight of each sample.
            initial_epoch: Epoch to begin with.
            steps_per_epoch: Steps that make an epoch; None takes all the data. The next epoch goes
                on where one has stopped; data that run out end the epoch.
            validation_steps: Steps of a validation; None takes all the data.
            validation_batch_size: `batch_size` when None.
            validation_freq: Validate every so many epochs, or after the listed ones (from 1).
            **kwargs: Keras 2's `nb_epoch`, which means `epochs`, and `workers`,
                `use_multiprocessing` and `max_queue_size`, which are not needed.

        Returns:
            The History with the numbers of each epoch.

        Raises:
            ValueError: When the model is not compiled, or the data do not fit the model or each
                other. The model is as before, built or not.
            TypeError: For an unknown argument.

        Example:
            >>> import numpy as np
            >>> import cornu as keras
            >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
            >>> model.compile(optimizer="sgd", loss="mse")
            >>> history = model.fit(np.ones((8, 1)), np.ones((8, 1)), epochs=2, verbose=0)
            >>> len(history.history["loss"])
            2
        """
        epochs = kwargs.pop("nb_epoch", epochs)
        if kwargs:
            refuse_unknown("fit", kwargs, inspect.signature(Trainer.fit).parameters)
        self._assert_compiled("fit")
        check_epochs(epochs, initial_epoch)
        check_steps(steps_per_epoch=steps_per_epoch, validation_steps=validation_steps)
        shown = _verbosity(verbose)
        source, validated = training_sources(
            TrainingArguments(
                x, y, sample_weight, class_weight, batch_size, shuffle, steps_per_epoch,
                validation_split, validation_data, validation_batch_size, validation_steps,
                takes_text(self),
            )
        )  # fmt: skip
        check_no_nan(source, self)
        validation = None
        with building.undone_on_error(self):
            building.prepare(self, source, "train")
            self._runner("train").prepare(source)
            if validated is not None:
                validation = loops.Validation(validated, validation_steps, validation_freq)
                self._check_validation(source, validated)
            run = loops.Run(shown, epochs, steps_per_epoch or source.steps)
            callback_list = self._callbacks(callbacks, run, history=True)
        epoch_range = range(initial_epoch, epochs)
        loops.fit(self, source, validation, epoch_range, steps_per_epoch, callback_list)
        return self.history

    def _check_validation(self, source: Source, validation: Source) -> None:
        """Finds what is wrong with validation data before the training begins."""
        with about("validation_data"):
            check_no_nan(validation, self)
            if not isinstance(validation, ArraySource):
                return
            building.check_targets(self, validation)
            known = source.arrays if isinstance(source, ArraySource) else []
            if [a.shape[1:] for a in known] != [a.shape[1:] for a in validation.arrays]:
                self._runner("test").prepare(validation)

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Returns the loss and the metrics on data.

        Args:
            x: Inputs, as in `fit`.
            y: Targets.
            batch_size: Samples per step; 32 when None.
            verbose: 0 silent, 1 progress bar, 2 one line; "auto" as in `fit`.
            sample_weight: Weight of each sample.
            steps: Steps to run; None takes all the data.
            callbacks: List of Callbacks.
            return_dict: Whether to return a dict by name instead of a list.
            **kwargs: As in `fit`.

        Returns:
            The loss alone, a list of the loss and the metrics, or a dict.

        Raises:
            ValueError: When the model is not compiled or the data do not fit.
            TypeError: For an unknown argument.
        """
        self._assert_compiled("evaluate")
        if kwargs:
            refuse_unknown("evaluate", kwargs, inspect.signature(Trainer.evaluate).parameters)
        check_steps(steps=steps)
        shown = _verbosity(verbose)
        source = make_source(x, y, sample_weight, batch_size, steps=steps, text=takes_text(self))
        check_no_nan(source, self)
        with building.undone_on_error(self):
            building.prepare(self, source, "test")
            self._runner("test").prepare(source)
            callback_list = self._callbacks(callbacks, loops.Run(shown, 1, steps or source.steps))
        logs = loops.evaluate(self, source, callback_list, steps)
        return logs if return_dict else self._in_order(logs)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Returns the model's outputs for data.

        Args:
            x: Inputs, as in `fit`.
            batch_size: Samples per step; 32 when None.
            verbose: 1 shows a progress bar, 2 a line; 0 and "auto" show nothing.
            steps: Steps to run; None takes all the data.
            callbacks: List of Callbacks.
            **kwargs: As in `fit`.

        Returns:
            A NumPy array, or a structure of them, with one row per sample.

        Raises:
            ValueError: When the data do not fit the model.
        """
        plain_call = callbacks is None and steps is None and verbose in ("auto", 0)
        if plain_call and type(x) is np.ndarray and x.ndim and 0 < len(x) <= (batch_size or 32):
            known = self._runners.get("predict")
            if (
                known is not None
                and known[0] == self._state("predict")
                and x.dtype.kind in "fiub"
                and not self.run_eagerly
            ):
                return known[1].run_one(x)
        if kwargs:
            refuse_unknown("predict", kwargs, inspect.signature(Trainer.predict).parameters)
        check_steps(steps=steps)
        shown = 0 if verbose == "auto" else _verbosity(verbose)
        source = make_source(x, None, None, batch_size, steps=steps, text=takes_text(self))
        with building.undone_on_error(self):
            building.prepare(self, source, "predict")
            self._runner("predict").prepare(source)
            callback_list = self._callbacks(callbacks, loops.Run(shown, 1, steps or source.steps))
        return loops.predict(self, source, callback_list, steps)

    # -- single batches --------------------------------------------------------------------

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: dict[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Trains on one batch.

        Args:
            x: Inputs of the batch.
            y: Targets.
            sample_weight: Weight of each sample.
            class_weight: Weight of each class number.
            return_dict: Whether to return a dict by name instead of a list.

        Returns:
            The loss alone, a list of the loss and the metrics, or a dict; of this batch only.

        Raises:
            ValueError: When the model is not compiled or the batch does not fit.
        """
        self._assert_compiled("train_on_batch")
        if class_weight is not None:
            sample_weight = weights_of_classes(y, class_weight, sample_weight)
        return self._score_batch("train", x, y, sample_weight, return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Evaluates one batch; arguments and result as of `train_on_batch`."""
        self._assert_compiled("test_on_batch")
        return self._score_batch("test", x, y, sample_weight, return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """Returns the model's outputs for one batch as NumPy arrays."""
        batch = standard_batch((x, None, None), takes_text(self))
        checks.same_rows(*batch)
        return tree.map_structure(to_numpy, self._run_batch("predict", batch))

    def _score_batch(self, mode: str, x: Any, y: Any, sample_weight: Any, named: bool) -> Any:
        batch = standard_batch((x, y, sample_weight), takes_text(self))
        checks.same_rows(*batch)
        logs = plain(self._run_batch(mode, batch))
        return logs if named else self._in_order(logs)

    def _run_batch(self, mode: str, batch: Any) -> Any:
        with building.undone_on_error(self):
            source = OneBatch(batch)
            building.prepare(self, source, mode)
            self._runner(mode).prepare(source)
        if mode != "predict":
            self.reset_metrics()
        return self._runner(mode).run(batch)

    # -- parts -----------------------------------------------------------------------------

    def _state(self, mode: str) -> tuple[Any, ...]:
        """Returns what a captured step depends on beside the form of its batch."""
        if mode != "train":
            return (self.run_eagerly, count_of_changes())
        optimizer = self.optimizer
        weights = [id(weight) for weight in self.trainable_weights]
        schedule = getattr(optimizer, "_schedule", None)
        return (self.run_eagerly, count_of_changes(), id(optimizer), schedule, *weights)

    def _runner(self, mode: str) -> StepRunner:
        """Returns the runner of "train", "test" or "predict" steps, new when the model changed."""
        state = self._state(mode)
        known = self._runners.get(mode)
        if known is None or known[0] != state:
            known = self._runners[mode] = (state, StepRunner(self, _STEPS[mode]))
        return known[1]

    def _step_graph(self, mode: str) -> Graph | None:
        """Returns the graph of "train", "test" or "predict" steps; None when they run eagerly."""
        return self._runner(mode).graph

    def _callbacks(self, callbacks: Any, run: loops.Run, history: bool = False) -> CallbackList:
        if isinstance(callbacks, CallbackList):
            return callbacks
        params = {"verbose": run.verbose, "epochs": run.epochs, "steps": run.steps}
        return CallbackList(
            callbacks, model=self, add_history=history, add_progbar=run.verbose > 0, **params
        )  # fmt: skip

    def _in_order(self, logs: dict[str, Any]) -> Any:
        """Returns values as a list, or the only one."""
        values = [logs[name] for name in self._names_in_order(logs)]
        return values[0] if len(values) == 1 else values

    def _names_in_order(self, logs: Iterable[str]) -> list[str]:
        """Returns the names of logs: the loss, metrics as compiled, then the rest by name."""
        names: list[str] = []
        for metric in self.metrics:
            parts = metric.metrics if isinstance(metric, CompiledMetrics) else [metric]
            names += [part.name for part in parts]
        known = [name for name in names if name in logs]
        return known + sorted(name for name in logs if name not in names)


def _verbosity(verbose: Any) -> int:
    if verbose == "auto":
        return 1 if in_terminal() else 2
    if verbose not in (0, 1, 2):
        raise ValueError(f"verbose is 0, 1, 2 or 'auto'; got {verbose!r}.")
    return int(verbose)
