"""LossScaleOptimizer: keeps gradients in float16 from vanishing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu import ops
from cornu.core.registry import builtin
from cornu.core.variable import Variable
from cornu.optimizers._optimizer import Optimizer
from cornu.saving.serialization import deserialize_keras_object, serialize_keras_object

# Arguments of optimizers that old files name although they have their default.
_DEFAULTS = {
    "weight_decay": None, "clipnorm": None, "global_clipnorm": None, "clipvalue": None,
    "use_ema": False, "ema_momentum": 0.99, "ema_overwrite_frequency": None,
    "loss_scale_factor": None, "gradient_accumulation_steps": None,
}  # fmt: skip


@builtin("optimizer")
class LossScaleOptimizer(Optimizer):
    """Multiplies the loss by a factor, and divides the gradients by it before another optimizer.

    Small gradients are zero in float16; those of a larger loss are not. A step whose gradients are
    not finite changes no weight and halves the factor; after `dynamic_growth_steps` good steps it
    is doubled. (Micikevicius et al., Mixed Precision Training, 2018.)

    Args:
        inner_optimizer: The optimizer that makes the steps.
        initial_scale: Factor to begin with; 2**15 when None.
        dynamic_growth_steps: Good steps after which the factor is doubled; 2000 when None.
        name: Name.
        **kwargs: `dynamic=True` of Keras 2.

    Raises:
        ValueError: For an argument that belongs to `inner_optimizer`, or `dynamic=False`.
        TypeError: When `inner_optimizer` is no optimizer.

    Example:
        >>> from cornu.optimizers import SGD
        >>> optimizer = LossScaleOptimizer(SGD(1.0), initial_scale=8.0)
        >>> weight = Variable([1.0])
        >>> float(optimizer.scale_loss(0.5))
        4.0
        >>> optimizer.apply([ops.convert_to_tensor([4.0])], [weight])
        >>> weight.numpy().tolist()
        [0.5]
    """

    def __init__(
        self,
        inner_optimizer: Any,
        initial_scale: float | None = None,
        dynamic_growth_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if not isinstance(inner_optimizer, Optimizer):
            raise TypeError(
                f"LossScaleOptimizer: inner_optimizer is an optimizer object; got "
                f"{inner_optimizer!r} ({type(inner_optimizer).__name__})."
            )
        if isinstance(inner_optimizer, LossScaleOptimizer):
            raise TypeError("LossScaleOptimizer: inner_optimizer scales the loss already.")
        if not kwargs.pop("dynamic", True):
            raise ValueError(
                "LossScaleOptimizer: a fixed scale (dynamic=False) is an argument of every "
                "optimizer: write loss_scale_factor=... there."
            )
        for argument, value in kwargs.items():
            if argument not in _DEFAULTS or value != _DEFAULTS[argument]:
                raise ValueError(
                    f"LossScaleOptimizer has no argument {argument!r}; give it to inner_optimizer."
                )
        super().__init__(0.0, name=name)
        self.inner_optimizer = inner_optimizer
        self.initial_scale = 2.0**15 if initial_scale is None else float(initial_scale)
        self.dynamic_growth_steps = int(dynamic_growth_steps or 2000)
        inner_optimizer.loss_scale_factor = None  # or the loss would be scaled twice
        self._schedule = inner_optimizer._schedule
        self._unscaled = False
        self.step_counter = self.add_variable((), dtype="int32", name="step_counter")
        self.dynamic_scale = self.add_variable(
            (), initializer=self.initial_scale, name="dynamic_scale"
        )

    @property
    def variables(self) -> list[Variable]:
        """Its own variables, then those of the inner optimizer."""
        return [*self._variables, *self.inner_optimizer.variables]

    @property
    def learning_rate(self) -> Any:
        """The inner optimizer's learning rate."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value
        self._schedule = self.inner_optimizer._schedule

    @property
    def iterations(self) -> Any:
        """How many updates the inner optimizer has made."""
        return self.inner_optimizer.iterations

    @iterations.setter
    def iterations(self, variable: Any) -> None:
        self.inner_optimizer.iterations = variable

    @property
    def loss_scale(self) -> Any:
        """The present factor (Keras 2's name)."""
        return self.dynamic_scale

    def build(self, variables: Sequence[Variable]) -> None:
        """Makes the inner optimizer's state for variables."""
        self._trainable = list(variables)
        self.inner_optimizer.build(variables)
        self.built = True

    def apply(self, grads: Sequence[Any], trainable_variables: Any = None) -> None:
        """Makes one step, unless a gradient is not finite.

        Args:
            grads: Gradients of the scaled loss; None where there is none.
            trainable_variables: Their variables; those of `build` when None.

        Raises:
            ValueError: When the numbers differ or no gradient is given.
        """
        targets = list(self._trainable if trainable_variables is None else trainable_variables)
        self.build(targets)
        finite = self.check_finite(grads)
        scale = 1.0 if self._unscaled else self.dynamic_scale.value
        self._unscaled = False
        changing = [*self.inner_optimizer.variables, *targets]
        before = [variable.value for variable in changing]
        unscaled = [None if g is None else ops.divide(g, ops.cast(scale, g.dtype)) for g in grads]
        self.inner_optimizer.apply(unscaled, targets)
        for variable, old in zip(changing, before, strict=True):
            variable.assign(ops.where(finite, variable.value, old))
        count = ops.add(self.step_counter.value, 1)
        grows = ops.logical_and(finite, ops.equal(count, self.dynamic_growth_steps))
        goes_on = ops.logical_and(finite, ops.logical_not(grows))
        factor = ops.where(finite, ops.where(grows, 2.0, 1.0), 0.5)
        self.step_counter.assign(ops.where(goes_on, count, 0))
        self.dynamic_scale.assign(ops.multiply(self.dynamic_scale.value, factor))

    def check_finite(self, grads: Sequence[Any]) -> Any:
        """Returns whether all elements of all gradients are finite.

        Args:
            grads: Gradients; None where there is none.
        """
        finite: Any = True
        for gradient in grads:
            if gradient is not None:
                finite = ops.logical_and(finite, ops.all(ops.isfinite(gradient)))
        return finite

    def scale_loss(self, loss: Any) -> Any:
        """Returns the loss times the present factor."""
        loss = ops.convert_to_tensor(loss)
        return ops.multiply(loss, ops.cast(self.dynamic_scale.value, loss.dtype))

    def get_scaled_loss(self, loss: Any) -> Any:
        """Returns the loss times the present factor (Keras 2's name).

        Args:
            loss: The loss, or a function that returns it.
        """
        if callable(loss):
            return lambda: self.scale_loss(loss())
        return self.scale_loss(loss)

    def get_unscaled_gradients(self, grads: Sequence[Any]) -> list[Any]:
        """Returns gradients divided by the factor, for the next `apply_gradients` (Keras 2).

        Args:
            grads: Gradients of the scaled loss; None where there is none.
        """
        self._unscaled = True
        scale = self.dynamic_scale.value
        return [None if g is None else ops.divide(g, ops.cast(scale, g.dtype)) for g in grads]

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """Lets the inner optimizer put its averages in place at the end of training."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            "name": self.name,
            "inner_optimizer": serialize_keras_object(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Any:
        """Returns an optimizer with the given arguments."""
        arguments = dict(config)
        inner = deserialize_keras_object(arguments.pop("inner_optimizer"), custom_objects)
        return cls(inner, **arguments)
