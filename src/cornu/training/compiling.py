"""Compiling: what `compile` says about a model's training, and the metrics that follow from it."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np

from cornu import metrics as metrics_room
from cornu import optimizers
from cornu.core import tree
from cornu.core.errors import suggestion
from cornu.saving import deserialize_keras_object
from cornu.training.compile_loss import CompiledLoss
from cornu.training.compile_metrics import CompiledMetrics
from cornu.training.runner import StepRunner


class Compiling:
    """The part of a trainer that knows optimizer, loss and metrics."""

    _metrics: list[Any]
    _layers: list[Any]
    trainable_weights: list[Any]

    def __init__(self) -> None:
        self.optimizer: Any = None
        self.loss: Any = None
        self.compiled = False
        self.stop_training = False
        self._resumed_epoch: int | None = None
        self.run_eagerly = False
        self.steps_per_execution = 1
        self.history: Any = None
        self._compiled_loss: CompiledLoss | None = None
        self._compiled_metrics: CompiledMetrics | None = None
        self._loss_tracker: Any = None
        self._compile_arguments: dict[str, Any] = {}
        self._runners: dict[str, tuple[Any, StepRunner]] = {}
        self._output_shapes: tuple[Any, ...] | None = None

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
        **kwargs: Any,
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
            auto_scale_loss: Whether a model whose policy is "mixed_float16" gets its optimizer
                inside a `LossScaleOptimizer`.
            **kwargs: Keras 2's `experimental_run_tf_function`, which means nothing here.

        Raises:
            ValueError: For an unknown name of an optimizer, loss or metric; the model is then
                compiled as it was before.
            TypeError: For an unknown argument.

        Example:
            >>> import cornu as keras
            >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
            >>> model.compile(optimizer="adam", loss="mse", metrics=["mae"])
        """
        kwargs.pop("experimental_run_tf_function", None)
        if kwargs:
            name = next(iter(kwargs))
            known = inspect.signature(Compiling.compile).parameters
            raise TypeError(
                f"compile() got an unexpected keyword argument {name!r}.{suggestion(name, known)}"
            )
        if not _are_factors(loss_weights):  # Keras 2 has metrics third and loss_weights fourth
            loss_weights, metrics = metrics, loss_weights
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
        new_loss = new_metrics = None
        try:
            new_optimizer = optimizers.get(optimizer)
            if auto_scale_loss and self._computes_in_float16():
                new_optimizer = _scaling(new_optimizer)
            if loss is not None:
                new_loss = CompiledLoss(loss, loss_weights, names)
            if metrics is not None or weighted_metrics is not None:
                new_metrics = CompiledMetrics(metrics, weighted_metrics, names)
        except ValueError as error:
            raise ValueError(f"{type(self).__name__}.compile: {error}") from None
        self._compile_arguments = arguments
        self.optimizer = new_optimizer
        self.loss = loss
        self._compiled_loss = new_loss
        self._compiled_metrics = new_metrics
        self._loss_tracker = metrics_room.Mean(name="loss")
        self.run_eagerly = bool(run_eagerly)
        self.steps_per_execution = steps_per_execution
        self.stop_training = False
        self._forget_steps()
        self.compiled = True

    def _computes_in_float16(self) -> bool:
        policy = getattr(self, "dtype_policy", None)
        return getattr(policy, "name", None) == "mixed_float16"

    def _forget_steps(self) -> None:
        """Drops captured steps; called when the model or its training changes."""
        self._runners = {}
        self._output_shapes = None

    def get_compile_config(self) -> dict[str, Any]:
        """Returns the arguments of `compile`, for saving; empty before it.

        Returns:
            The arguments by name; the optimizer as it is now.
        """
        if not self.compiled:
            return {}
        return {**self._compile_arguments, "optimizer": self.optimizer}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles the model from what `get_compile_config` returned, written down and read.

        Args:
            config: The arguments by name, objects as configs.
        """
        if not config:
            return
        arguments = deserialize_keras_object(config)
        try:
            self.compile(**arguments)
        except TypeError:
            if type(self).compile is Compiling.compile:
                raise
            warnings.warn(
                f"{type(self).__name__} has a compile() with arguments of its own, so it was "
                f"loaded without being compiled. Call compile(), or define "
                f"compile_from_config(self, config) to have it done on loading.",
                UserWarning,
                stacklevel=2,
            )
            return
        if self.optimizer is not None and getattr(self, "built", False):
            self.optimizer.build(self.trainable_weights)

    def _assert_compiled(self, method: str) -> None:
        if not self.compiled:
            raise ValueError(
                f"{type(self).__name__}.{method}: the model has no optimizer and loss yet. Call "
                f"compile() first, for example model.compile(optimizer='adam', loss='mse')."
            )

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


def _are_factors(loss_weights: Any) -> bool:
    """Whether these are weights of losses: numbers, or nothing."""
    return all(
        leaf is None or isinstance(leaf, (int, float, np.number, np.ndarray))
        for leaf in tree.flatten(loss_weights)
    )


def _scaling(optimizer: Any) -> Any:
    """Returns an optimizer inside one that scales the loss, unless it does so itself."""
    if optimizer is None or isinstance(optimizer, optimizers.LossScaleOptimizer):
        return optimizer
    return optimizers.LossScaleOptimizer(optimizer, name="loss_scale_optimizer")
