"""Optimizer: the base of the rules by which gradients change weights."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from cornu import ops
from cornu.core import settings
from cornu.core.variable import Variable
from cornu.optimizers._state import OptimizerState
from cornu.optimizers.schedules import InverseTimeDecay, LearningRateSchedule
from cornu.optimizers.schedules import deserialize as deserialize_schedule
from cornu.saving.serialization import serialize_keras_object


class Optimizer(OptimizerState):
    """Base of optimizers.

    A subclass names its state in `slot_names` and writes its rule in `update_step`. One step does,
    in this order: unscale and clip the gradients, decay weights, apply the rule, average, apply the
    variables' constraints, count.

    Args:
        learning_rate: A number or a LearningRateSchedule.
        weight_decay: Fraction by which weights shrink per step, times the learning rate.
        clipnorm: Largest norm of each variable's gradient.
        clipvalue: Largest absolute value of a gradient's elements.
        global_clipnorm: Largest norm of all gradients together.
        use_ema: Whether to keep a moving average of the weights.
        ema_momentum: Its momentum.
        ema_overwrite_frequency: Steps after which weights are replaced by their averages; None
            does it at the end of training only.
        loss_scale_factor: Factor by which `scale_loss` multiplies the loss.
        gradient_accumulation_steps: Steps over which gradients are averaged before one update.
        name: Name; the class's own when None.

    Raises:
        ValueError: For arguments that exclude each other or make no sense.
        TypeError: For an unknown argument.

    Example:
        >>> class Signs(Optimizer):
        ...     def update_step(self, gradient, variable, learning_rate):
        ...         self.assign_sub(variable, ops.multiply(ops.sign(gradient), learning_rate))
        >>> weight = Variable([1.0, 2.0])
        >>> Signs(learning_rate=0.5).apply([ops.convert_to_tensor([3.0, -3.0])], [weight])
        >>> weight.numpy().tolist()
        [0.5, 2.5]
    """

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        owner = type(self).__name__
        if "lr" in kwargs:
            learning_rate = kwargs.pop("lr")
        decay = kwargs.pop("decay", None)
        for harmless in ("jit_compile", "is_legacy_optimizer"):
            kwargs.pop(harmless, None)
        if kwargs:
            raise TypeError(f"{owner}: unknown argument {', '.join(map(repr, sorted(kwargs)))}.")
        if sum(limit is not None for limit in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise ValueError(
                f"{owner}: give only one of clipnorm={clipnorm}, clipvalue={clipvalue} and "
                f"global_clipnorm={global_clipnorm}."
            )
        for label, limit in (
            ("clipnorm", clipnorm),
            ("clipvalue", clipvalue),
            ("global_clipnorm", global_clipnorm),
        ):
            if limit is not None and limit <= 0:
                raise ValueError(f"{owner}: {label} must be positive; got {limit}.")
        if use_ema and not 0 <= ema_momentum <= 1:
            raise ValueError(f"{owner}: ema_momentum must be in [0, 1]; got {ema_momentum}.")
        if gradient_accumulation_steps is not None and gradient_accumulation_steps < 2:
            raise ValueError(
                f"{owner}: gradient_accumulation_steps must be 2 or more; got "
                f"{gradient_accumulation_steps}."
            )
        self.name = name or settings.unique_name(settings.snake_case(owner))
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self._excluded: set[int] = set()
        self._excluded_names: list[re.Pattern[str]] = []
        self._gate: Any = None
        self._averages_used = False  # whether weights and their averages are exchanged
        self._iterations = self.add_variable((), dtype="int32", name="iteration")
        self._schedule: LearningRateSchedule | None = None
        if isinstance(learning_rate, dict):
            learning_rate = deserialize_schedule(learning_rate)
        if decay:  # Keras 2
            learning_rate = InverseTimeDecay(float(learning_rate), 1, float(decay))
        if callable(learning_rate) and not isinstance(learning_rate, LearningRateSchedule):
            learning_rate = learning_rate()
        if isinstance(learning_rate, LearningRateSchedule):
            self._schedule = learning_rate
        else:
            if not isinstance(learning_rate, (int, float)) and not hasattr(
                learning_rate, "__float__"
            ):
                raise ValueError(
                    f"{owner}: learning_rate is a number or a LearningRateSchedule; got "
                    f"{learning_rate!r}."
                )
            self._rate = self.add_variable(
                (), initializer=float(learning_rate), name="learning_rate"
            )

    # -- a step ----------------------------------------------------------------------------

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Changes one variable by its gradient; every subclass defines it.

        Args:
            gradient: Tensor of the variable's shape.
            variable: The variable.
            learning_rate: Scalar tensor of the variable's dtype.
        """
        raise NotImplementedError(f"{type(self).__name__} must define update_step().")

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Variable:
        """Makes one step.

        Args:
            grads_and_vars: Pairs of a gradient and its variable.

        Returns:
            The step counter.

        Raises:
            ValueError: When no gradient is given.
        """
        pairs = list(grads_and_vars)
        self.apply([gradient for gradient, _ in pairs], [variable for _, variable in pairs])
        return self._iterations

    def apply(self, grads: Sequence[Any], trainable_variables: Any = None) -> None:
        """Makes one step.

        Args:
            grads: Gradients; None where there is none.
            trainable_variables: Their variables; those of `build` when None.

        Raises:
            ValueError: When the numbers differ or no gradient is given.
        """
        owner = type(self).__name__
        gradients = list(grads)
        targets = list(self._trainable if trainable_variables is None else trainable_variables)
        if len(gradients) != len(targets):
            raise ValueError(
                f"{owner}.apply: got {len(gradients)} gradients for {len(targets)} variables."
            )
        if not targets:
            return
        self.build(targets)
        kept = [(g, v) for g, v in zip(gradients, targets, strict=True) if g is not None]
        if len(kept) < len(targets):
            missing = [v.path for g, v in zip(gradients, targets, strict=True) if g is None]
            if not kept:
                raise ValueError(
                    f"{owner}.apply: no variable has a gradient ({', '.join(missing[:5])}). The "
                    f"loss must be computed from the variables, inside the tape."
                )
            warnings.warn(
                f"{owner}: the loss does not depend on {', '.join(missing)}; no update is made.",
                UserWarning,
                stacklevel=3,
            )
        gradients = [gradient for gradient, _ in kept]
        targets = [variable for _, variable in kept]
        if self.loss_scale_factor is not None:
            gradients = [ops.divide(g, self.loss_scale_factor) for g in gradients]
        self._begin_accumulation()
        if self.gradient_accumulation_steps:
            gradients = self._accumulate(gradients, targets)
        with settings.name_scope(self.name):
            self._update(gradients, targets)

    def _update(self, gradients: list[Any], targets: list[Variable]) -> None:
        self._begin_update()
        gradients = self._clip(gradients)
        rate = ops.convert_to_tensor(self.learning_rate)
        self._decay_weights(targets, rate)
        for gradient, variable in zip(gradients, targets, strict=True):
            self.update_step(
                ops.cast(gradient, variable.dtype), variable, ops.cast(rate, variable.dtype)
            )
        self._gate = None
        self._after_updates(targets)
        self._iterations.assign(ops.add(self._iterations, 1))

    def _begin_accumulation(self) -> None:
        if self.gradient_accumulation_steps:
            steps = self.gradient_accumulation_steps
            count = ops.add(self._iterations, 1)
            self._gate = ops.equal(ops.mod(count, steps), 0)

    def _begin_update(self) -> None:
        """Changes state that all variables share, once a step; a subclass may define it."""

    def _accumulate(self, gradients: list[Any], variables: list[Variable]) -> list[Any]:
        steps = self.gradient_accumulation_steps
        averages = []
        for gradient, variable in zip(gradients, variables, strict=True):
            slot = self.slot("gradient_accumulator", variable)
            total = ops.add(slot, gradient)
            averages.append(ops.divide(total, steps))
            slot.assign(ops.where(self._gate, ops.zeros_like(total), total))
        return averages

    def _clip(self, gradients: list[Any]) -> list[Any]:
        if self.clipnorm:
            return [_clip_by_norm(g, _norm([g]), self.clipnorm) for g in gradients]
        if self.global_clipnorm:
            norm = _norm(gradients)
            return [_clip_by_norm(g, norm, self.global_clipnorm) for g in gradients]
        if self.clipvalue:
            return [ops.clip(g, -self.clipvalue, self.clipvalue) for g in gradients]
        return gradients

    def exclude_from_weight_decay(
        self, var_list: Sequence[Variable] | None = None, var_names: Sequence[str] | None = None
    ) -> None:
        """Keeps variables from being decayed.

        Args:
            var_list: The variables.
            var_names: Regular expressions found in the paths of further ones.
        """
        self._excluded.update(id(variable) for variable in var_list or ())
        self._excluded_names += [re.compile(name) for name in var_names or ()]

    def _decays(self, variable: Variable) -> bool:
        if id(variable) in self._excluded:
            return False
        return not any(pattern.search(variable.path) for pattern in self._excluded_names)

    def _decay_weights(self, variables: list[Variable], rate: Any) -> None:
        if self.weight_decay is None:
            return
        for variable in variables:
            if self._decays(variable):
                factor = ops.multiply(ops.cast(rate, variable.dtype), self.weight_decay)
                self.assign_sub(variable, ops.multiply(variable, factor))

    def _after_updates(self, variables: list[Variable]) -> None:
        if self.use_ema:
            first = ops.equal(self.iterations, 0)
            keep = ops.where(first, 0.0, self.ema_momentum)
            for variable in variables:
                average = self.slot("average", variable)
                mixed = ops.add(
                    ops.multiply(average, keep),
                    ops.multiply(variable, ops.subtract(1.0, keep)),
                )
                self.assign(average, mixed)
                if self.ema_overwrite_frequency:
                    count = ops.add(self.iterations, 1)
                    due = ops.equal(ops.mod(count, self.ema_overwrite_frequency), 0)
                    self.assign(variable, ops.where(due, average, variable))
        for variable in variables:
            if variable.constraint is not None:
                self.assign(variable, variable.constraint(variable.value))

    def assign(self, variable: Variable, value: Any) -> None:
        """Sets a variable; while gradients accumulate it keeps its value."""
        if self._gate is not None:
            value = ops.where(self._gate, value, variable)
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> None:
        """Adds to a variable; while gradients accumulate it keeps its value."""
        self.assign(variable, ops.add(variable, value))

    def assign_sub(self, variable: Variable, value: Any) -> None:
        """Subtracts from a variable; while gradients accumulate it keeps its value."""
        self.assign(variable, ops.subtract(variable, value))

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """Replaces weights by their averages at the end of training when `use_ema`."""
        if not self.use_ema:
            return
        averages = self._slots.get("average", {})
        for variable in var_list:
            if variable in averages:
                if self._averages_used:
                    averages[variable].assign(variable.value)
                else:
                    variable.assign(averages[variable].value)
        self._averages_used = False

    def use_averages(self, use: bool) -> None:
        """Exchanges weights and their averages, unless that was done already.

        Args:
            use: Whether the weights shall hold the averages, or what was trained.
        """
        if use == self._averages_used:
            return
        for variable, average in self._slots.get("average", {}).items():
            trained = variable.numpy().copy()
            variable.assign(average.value)
            average.assign(trained)
        self._averages_used = use

    def scale_loss(self, loss: Any) -> Any:
        """Returns the loss times `loss_scale_factor`."""
        return (
            loss if self.loss_scale_factor is None else ops.multiply(loss, self.loss_scale_factor)
        )

    # -- configuration ---------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        if self._schedule is not None:
            rate = serialize_keras_object(self._schedule)
        else:
            rate = float(self._rate.numpy())
        return {
            "name": self.name,
            "learning_rate": rate,
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Any:
        """Returns an optimizer with the given arguments."""
        arguments = dict(config)
        if isinstance(arguments.get("learning_rate"), dict):
            arguments["learning_rate"] = deserialize_schedule(
                arguments["learning_rate"], custom_objects
            )
        return cls(**arguments)


def _norm(gradients: Sequence[Any]) -> Any:
    total: Any = None
    for gradient in gradients:
        part = ops.sum(ops.square(gradient))
        total = part if total is None else ops.add(total, part)
    return ops.sqrt(total)


def _clip_by_norm(gradient: Any, norm: Any, limit: float) -> Any:
    return ops.multiply(gradient, ops.divide(limit, ops.maximum(norm, limit)))
