"""Trainer: compile, fit, evaluate, predict, and the steps that a model may override."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu import metrics, ops, optimizers
from cornu.callbacks import CallbackList, History, ProgbarLogger
from cornu.callbacks._progbar import in_terminal
from cornu.core import tree
from cornu.core.graph import eager_scope
from cornu.core.tape import GradientTape
from cornu.training import checks, loops
from cornu.training.compile_loss import CompiledLoss
from cornu.training.compile_metrics import CompiledMetrics
from cornu.training.runner import StepRunner
from cornu.training.sources import ArraySource, standard_batch


class Trainer:
    """The training half of `keras.Model`; it speaks to the Layer interface only."""

    def __init__(self) -> None:
        self.optimizer: Any = None
        self.loss: Any = None
        self.compiled = False
        self.stop_training = False
        self.run_eagerly = False
        self.steps_per_execution = 1
        self.history: Any = None
        self._compiled_loss: CompiledLoss | None = None
        self._compiled_metrics: CompiledMetrics | None = None
        self._loss_tracker: Any = None
        self._compile_arguments: dict[str, Any] = {}
        self._runners: dict[str, tuple[Any, StepRunner]] = {}
        self._validation: tuple[Any, Any] | None = None

    # -- compile ---------------------------------------------------------------------------

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Says how the model is to be trained.

        Args:
            optimizer: Name ("sgd", "rmsprop", "adam", ...) or Optimizer.
            loss: Name, function or Loss; for several outputs a list or dict of them.
            loss_weights: Factors of the losses, as a list or dict.
            metrics: List of names, functions or Metrics; for several outputs one list each.
            weighted_metrics: Metrics that take sample weights into account.
            run_eagerly: Whether to run steps as plain Python, for debugging.
            steps_per_execution: Accepted; the engine always runs as many steps as it can.
            jit_compile: Accepted; steps are always compiled unless `run_eagerly`.
            auto_scale_loss: Whether a float16 policy wraps the optimizer in loss scaling.

        Raises:
            ValueError: For an unknown name of an optimizer, loss or metric.

        Example:
            >>> import cornu as keras
            >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
            >>> model.compile(optimizer="adam", loss="mse", metrics=["mae"])
        """
        del auto_scale_loss
        arguments = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile,
        }
        names = getattr(self, "output_names", None)
        new_optimizer = optimizers.get(optimizer)
        new_loss = None if loss is None else CompiledLoss(loss, loss_weights, names)
        new_metrics = None
        if metrics is not None or weighted_metrics is not None:
            new_metrics = CompiledMetrics(metrics, weighted_metrics, names)
        self._compile_arguments = arguments
        self.optimizer = new_optimizer
        self.loss = loss
        self._compiled_loss = new_loss
        self._compiled_metrics = new_metrics
        self._loss_tracker = _mean("loss") if loss is not None else self._loss_tracker
        if self._loss_tracker is None:
            self._loss_tracker = _mean("loss")
        self.run_eagerly = bool(run_eagerly)
        self.steps_per_execution = steps_per_execution
        self.stop_training = False
        self._forget_steps()
        self.compiled = True

    def _forget_steps(self) -> None:
        """Drops captured steps; called when the model or its training changes."""
        self._runners = {}
        self._validation = None

    def get_compile_config(self) -> dict[str, Any]:
        """Returns the arguments of `compile`, for saving."""
        return dict(self._compile_arguments)

    def _assert_compiled(self, method: str) -> None:
        if not self.compiled:
            raise ValueError(
                f"{type(self).__name__}.{method}: call compile() first, for example "
                f"model.compile(optimizer='adam', loss='mse')."
            )

    @property
    def compiled_loss(self) -> CompiledLoss | None:
        """The resolved losses (Keras 2's name)."""
        return self._compiled_loss

    @property
    def compiled_metrics(self) -> CompiledMetrics | None:
        """The resolved metrics (Keras 2's name)."""
        return self._compiled_metrics

    @property
    def metrics(self) -> list[Any]:
        """The metrics that `fit` and `evaluate` reset and report, the loss first."""
        found: list[Any] = []
        if self._loss_tracker is not None and self.compiled:
            found.append(self._loss_tracker)
        found += [m for m in self._own_metrics() if m is not self._loss_tracker]
        if self._compiled_metrics is not None:
            found.append(self._compiled_metrics)
        if self._compiled_loss is not None:
            found += self._compiled_loss.metrics
        return found

    def _own_metrics(self) -> list[Any]:
        """Metrics that the user made attributes of the model or its layers."""
        return []

    @property
    def metrics_names(self) -> list[str]:
        """Names of `metrics`."""
        return [metric.name for metric in self.metrics]

    def reset_metrics(self) -> None:
        """Starts all metrics anew."""
        for metric in self.metrics:
            metric.reset_state()

    # -- steps that a model may override ---------------------------------------------------

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Returns the total loss of a batch; may be overridden.

        Args:
            x: Inputs.
            y: Targets.
            y_pred: Predictions.
            sample_weight: Weights of the samples, or None.
            training: Whether the batch is trained on.

        Returns:
            A scalar tensor: the compiled losses plus those added by layers and regularizers.

        Raises:
            ValueError: When there is neither a compiled loss nor an added one.
        """
        del x, training
        total = None
        if self._compiled_loss is not None and y is not None:
            total = self._compiled_loss(y, y_pred, sample_weight)
        for added in self.losses:  # type: ignore[attr-defined]
            value = ops.sum(ops.cast(added, "float32"))
            total = value if total is None else ops.add(total, value)
        if total is None:
            if self._compiled_loss is not None:
                raise ValueError(
                    f"{type(self).__name__}: no targets were given, but loss={self.loss!r} needs "
                    f"them. Pass y to fit()."
                )
            raise ValueError(
                f"{type(self).__name__}: there is no loss to minimise. Pass loss= to compile(), or "
                f"override compute_loss() or train_step()."
            )
        return total

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Updates the compiled metrics with a batch and returns all metrics' values."""
        del x
        if self._compiled_metrics is not None and y is not None:
            self._compiled_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict[str, Any]:
        """Returns the present values of all metrics by name."""
        values: dict[str, Any] = {}
        for metric in self.metrics:
            result = metric.result()
            if isinstance(result, dict):
                values.update(result)
            else:
                values[metric.name] = result
        return values

    def train_step(self, data: Any) -> dict[str, Any]:
        """Trains on one batch; may be overridden.

        Args:
            data: What the data source gave: (x, y, sample_weight), the last ones possibly None.

        Returns:
            Values to report, by name.
        """
        x, y, sample_weight = loops.unpack(data)
        with GradientTape() as tape:
            y_pred = self(x, training=True) if self._takes_training() else self(x)  # type: ignore[operator]
            loss = self.compute_loss(x, y, y_pred, sample_weight, training=True)
            scaled = self.optimizer.scale_loss(loss)
        self._loss_tracker.update_state(loss, sample_weight=loops.rows_of(x))
        weights = self.trainable_weights  # type: ignore[attr-defined]
        if weights:
            self.optimizer.apply_gradients(
                zip(tape.gradient(scaled, weights), weights, strict=True)
            )
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Evaluates one batch; may be overridden. Arguments and result as of `train_step`."""
        x, y, sample_weight = loops.unpack(data)
        y_pred = self(x, training=False) if self._takes_training() else self(x)  # type: ignore[operator]
        if self._compiled_loss is not None or self.losses:  # type: ignore[attr-defined]
            loss = self.compute_loss(x, y, y_pred, sample_weight, training=False)
            self._loss_tracker.update_state(loss, sample_weight=loops.rows_of(x))
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data: Any) -> Any:
        """Returns the model's output for one batch; may be overridden."""
        x, _, _ = loops.unpack(data)
        return self(x, training=False) if self._takes_training() else self(x)  # type: ignore[operator]

    def _takes_training(self) -> bool:
        """Whether `call` has a `training` argument."""
        return bool(getattr(self, "_call_has_training_arg", True))

    # -- running steps ---------------------------------------------------------------------

    def _runner(self, mode: str) -> StepRunner:
        """Returns the runner of "train", "test" or "predict" steps, new when the model changed."""
        state = self._trainable_state() if mode == "train" else None
        known = self._runners.get(mode)
        if known is None or known[0] != state:
            step = {"train": self.train_step, "test": self.test_step, "predict": self.predict_step}
            known = (state, StepRunner(step[mode], self.run_eagerly))
            self._runners[mode] = known
        return known[1]

    def _trainable_state(self) -> tuple[int, ...]:
        return tuple(id(weight) for weight in self.trainable_weights)  # type: ignore[attr-defined]

    def _build_for(self, source: Any, mode: str) -> None:
        """Builds the model, losses, metrics and optimizer for the first batch of a source."""
        loss_unbuilt = self._compiled_loss is not None and not self._compiled_loss.built
        metrics_unbuilt = self._compiled_metrics is not None and not self._compiled_metrics.built
        if isinstance(source, ArraySource):
            specs = source.specs()
        else:
            specs = loops.specs_of(source.peek())
        if loops.is_unbuilt(self) or (mode != "predict" and (loss_unbuilt or metrics_unbuilt)):
            if isinstance(source, ArraySource) and source.shuffle and mode == "train":
                source.order()  # Keras looks at one batch here, which draws one permutation.
            loops.symbolic_build(self, specs, mode)
        if isinstance(source, ArraySource) and mode != "predict":
            self._check_targets(source)
        if mode == "train" and self.optimizer is not None and not self.optimizer.built:
            with eager_scope():
                self.optimizer.build(self.trainable_weights)  # type: ignore[attr-defined]

    def _check_targets(self, source: ArraySource) -> None:
        shapes = getattr(self, "_output_shapes", None)
        if self._compiled_loss is None or not shapes or not self._compiled_loss.built:
            return
        functions = self._compiled_loss.losses_by_place(len(shapes))
        y = source.data[1]
        leaves = [leaf for leaf in tree.flatten(y) if leaf is not None]
        if len(leaves) != len(shapes):
            return
        outputs = self._compiled_loss._outputs
        if outputs is not None:
            leaves = outputs.targets(y)
        for place, (function, shape) in enumerate(zip(functions, shapes, strict=True)):
            if function is not None and leaves[place] is not None:
                name = "y" if len(shapes) == 1 else f"y[{place}]"
                checks.targets_fit(name, str(function.name), leaves[place], shape)

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
            shuffle: Whether each epoch takes the rows in a new order.
            class_weight: Weight of each class number.
            sample_weight: Weight of each sample.
            initial_epoch: Epoch to begin with.
            steps_per_epoch: Steps that make an epoch; None takes all the data.
            validation_steps: Steps of a validation; None takes all the data.
            validation_batch_size: `batch_size` when None.
            validation_freq: Validate every so many epochs, or after the listed ones (from 1).

        Returns:
            The History with the numbers of each epoch.

        Raises:
            ValueError: When the model is not compiled, or the data do not fit the model or each
                other. The weights are as before.

        Example:
            >>> import numpy as np
            >>> import cornu as keras
            >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
            >>> model.compile(optimizer="sgd", loss="mse")
            >>> history = model.fit(np.ones((8, 1)), np.ones((8, 1)), epochs=2, verbose=0)
            >>> len(history.history["loss"])
            2
        """
        self._assert_compiled("fit")
        loops.check_epochs(epochs, initial_epoch)
        source, validation = loops.training_sources(
            x, y, sample_weight, class_weight, batch_size, shuffle, validation_split, validation_data,
            validation_batch_size or batch_size,
        )  # fmt: skip
        loops.check_data(source, "fit")
        self._build_for(source, "train")
        run = loops.Run(
            verbose=_verbosity(verbose),
            epochs=epochs,
            steps=steps_per_epoch or source.steps,
        )
        callback_list = self._callbacks(callbacks, run)
        history = callback_list.callbacks[-1]
        self._validates = validation is not None
        loops.fit(
            self, source, validation, run, callback_list, initial_epoch, steps_per_epoch,
            validation_steps, validation_freq,
        )  # fmt: skip
        assert isinstance(history, History)
        return history

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
            **kwargs: None are known.

        Returns:
            The loss alone, a list of the loss and the metrics, or a dict.

        Raises:
            ValueError: When the model is not compiled or the data do not fit.
            TypeError: For an unknown argument.
        """
        self._assert_compiled("evaluate")
        if kwargs:
            raise TypeError(f"evaluate() has no argument {', '.join(map(repr, kwargs))}.")
        source = loops.make_source(x, y, sample_weight, batch_size)
        loops.check_data(source, "evaluate")
        self._build_for(source, "test")
        run = loops.Run(verbose=_verbosity(verbose), epochs=1, steps=steps or source.steps)
        logs = loops.evaluate(self, source, self._callbacks(callbacks, run, history=False), steps)
        return logs if return_dict else self._in_order(logs)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """Returns the model's outputs for data.

        Args:
            x: Inputs, as in `fit`.
            batch_size: Samples per step; 32 when None.
            verbose: 1 shows a progress bar, 2 a line; 0 and "auto" show nothing.
            steps: Steps to run; None takes all the data.
            callbacks: List of Callbacks.

        Returns:
            A NumPy array, or a structure of them, with one row per sample.

        Raises:
            ValueError: When the data do not fit the model.
        """
        quick = not callbacks and steps is None and verbose in ("auto", 0) and not self.run_eagerly
        if quick and type(x) is np.ndarray and x.ndim > 1 and 0 < len(x) <= (batch_size or 32):
            known = self._runners.get("predict")
            if known is not None and x.dtype.kind in "fiub":
                return loops.predict_batch(known[1], x)
        source = loops.make_source(x, None, None, batch_size)
        loops.check_data(source, "predict")
        self._build_for(source, "predict")
        shown = 0 if verbose == "auto" else _verbosity(verbose)
        run = loops.Run(verbose=shown, epochs=1, steps=steps or source.steps)
        return loops.predict(self, source, self._callbacks(callbacks, run, history=False), steps)

    def _callbacks(self, callbacks: Any, run: loops.Run, history: bool = True) -> CallbackList:
        if isinstance(callbacks, CallbackList):
            return callbacks
        if callbacks is None:
            given = []
        elif isinstance(callbacks, (list, tuple)):
            given = tree.flatten(callbacks)
        else:
            given = [callbacks]
        if run.verbose and not any(isinstance(item, ProgbarLogger) for item in given):
            given = [*given, ProgbarLogger()]
        if history:
            kept = [item for item in given if isinstance(item, History)]
            given = [item for item in given if not isinstance(item, History)]
            given += kept[:1] or [History()]
        params = {"verbose": run.verbose, "epochs": run.epochs, "steps": run.steps}
        return CallbackList(given, model=self, **params)

    def _in_order(self, logs: dict[str, Any]) -> Any:
        """Returns values as a list: the loss, metrics as compiled, then the rest by name."""
        order: list[str] = []
        for metric in self.metrics:
            order += metric.names() if isinstance(metric, CompiledMetrics) else [metric.name]
        first = [logs[name] for name in order if name in logs]
        values = first + [logs[name] for name in sorted(logs) if name not in order]
        return values[0] if len(values) == 1 else values

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
            The loss alone, a list of the loss and the metrics, or a dict; metrics are averages
            since `reset_metrics`.

        Raises:
            ValueError: When the model is not compiled or the batch does not fit.
        """
        self._assert_compiled("train_on_batch")
        if class_weight is not None:
            sample_weight = loops.weights_of_classes(y, class_weight, sample_weight)
        return self._on_batch("train", x, y, sample_weight, return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Evaluates one batch; arguments and result as of `train_on_batch`."""
        self._assert_compiled("test_on_batch")
        return self._on_batch("test", x, y, sample_weight, return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """Returns the model's outputs for one batch as NumPy arrays."""
        batch = standard_batch((x, None, None))
        self._build_for(loops.single(batch), "predict")
        return tree.map_structure(loops.to_numpy, self._runner("predict").run(batch))

    def _on_batch(self, mode: str, x: Any, y: Any, sample_weight: Any, return_dict: bool) -> Any:
        batch = standard_batch((x, y, sample_weight))
        checks.same_rows(*batch)
        self._build_for(loops.single(batch), mode)
        logs = loops.plain(self._runner(mode).run(batch))
        return logs if return_dict else self._in_order(logs)


def _mean(name: str) -> Any:
    return metrics.Mean(name=name)


def _verbosity(verbose: Any) -> int:
    if verbose == "auto":
        return 1 if in_terminal() else 2
    if verbose not in (0, 1, 2):
        raise ValueError(f"verbose is 0, 1, 2 or 'auto'; got {verbose!r}.")
    return int(verbose)
