"""Adagrad, Adadelta, Ftrl and Lion."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core.registry import builtin
from cornu.core.variable import Variable
from cornu.optimizers._optimizer import Optimizer


@builtin("optimizer", "adagrad")
class Adagrad(Optimizer):
    """acc += g**2; w -= lr * g / sqrt(acc + epsilon) (Duchi et al., 2011).

    Args:
        learning_rate: A number or a schedule.
        initial_accumulator_value: What the sum of squares begins with.
        epsilon: Keeps the division finite.
        weight_decay: Fraction by which weights shrink per step, times the learning rate.
        clipnorm: Largest norm of each gradient.
        clipvalue: Largest absolute value of gradient elements.
        global_clipnorm: Largest norm of all gradients together.
        use_ema: Whether to keep a moving average of the weights.
        ema_momentum: Its momentum.
        ema_overwrite_frequency: Steps after which weights are replaced by their averages.
        loss_scale_factor: Factor of the loss in `scale_loss`.
        gradient_accumulation_steps: Steps over which gradients are averaged.
        name: Name.
        **kwargs: Old spellings: `lr`, `decay`.

    Example:
        >>> Adagrad(learning_rate=0.5).get_config()["learning_rate"]
        0.5
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str = "adagrad",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema,
            ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps,
            name, **kwargs,
        )  # fmt: skip
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    @property
    def slot_names(self) -> tuple[str, ...]:  # type: ignore[override]
        """Sum of squared gradients."""
        return ("accumulator",)

    def slot_initial(self, name: str, variable: Variable) -> Any:
        """Returns what the sum begins with."""
        if name == "accumulator":
            return self.initial_accumulator_value
        return super().slot_initial(name, variable)

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Changes one variable by its gradient."""
        slot = self.slot("accumulator", variable)
        total = ops.add(slot, ops.square(gradient))
        self.assign(slot, total)
        step = ops.divide(
            ops.multiply(learning_rate, gradient), ops.sqrt(ops.add(total, self.epsilon))
        )
        self.assign_sub(variable, step)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            **super().get_config(),
            "initial_accumulator_value": self.initial_accumulator_value,
            "epsilon": self.epsilon,
        }


@builtin("optimizer", "adadelta")
class Adadelta(Optimizer):
    """Steps scaled by the ratio of mean squares of past steps and gradients (Zeiler, 2012).

    Args:
        learning_rate: A number or a schedule.
        rho: How much of the mean squares is kept.
        epsilon: Keeps the division finite.
        weight_decay: Fraction by which weights shrink per step, times the learning rate.
        clipnorm: Largest norm of each gradient.
        clipvalue: Largest absolute value of gradient elements.
        global_clipnorm: Largest norm of all gradients together.
        use_ema: Whether to keep a moving average of the weights.
        ema_momentum: Its momentum.
        ema_overwrite_frequency: Steps after which weights are replaced by their averages.
        loss_scale_factor: Factor of the loss in `scale_loss`.
        gradient_accumulation_steps: Steps over which gradients are averaged.
        name: Name.
        **kwargs: Old spellings: `lr`, `decay`.

    Example:
        >>> Adadelta(learning_rate=0.5).get_config()["learning_rate"]
        0.5
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str = "adadelta",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema,
            ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps,
            name, **kwargs,
        )  # fmt: skip
        self.rho = rho
        self.epsilon = epsilon

    @property
    def slot_names(self) -> tuple[str, ...]:  # type: ignore[override]
        """Mean squares of gradients and of steps."""
        return ("accumulated_grad", "accumulated_delta_var")

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Changes one variable by its gradient."""
        squares = self.slot("accumulated_grad", variable)
        steps = self.slot("accumulated_delta_var", variable)
        keep = self.rho
        mean_square = ops.add(
            ops.multiply(keep, squares), ops.multiply(1.0 - keep, ops.square(gradient))
        )
        self.assign(squares, mean_square)
        ratio = ops.divide(
            ops.sqrt(ops.add(steps, self.epsilon)), ops.sqrt(ops.add(mean_square, self.epsilon))
        )
        step = ops.negative(ops.multiply(ratio, gradient))
        self.assign(
            steps, ops.add(ops.multiply(keep, steps), ops.multiply(1.0 - keep, ops.square(step)))
        )
        self.assign_add(variable, ops.multiply(learning_rate, step))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            **super().get_config(),
            "rho": self.rho,
            "epsilon": self.epsilon,
        }


@builtin("optimizer", "ftrl")
class Ftrl(Optimizer):
    """Follow the regularized leader, for sparse linear models (McMahan et al., 2013).

    Args:
        learning_rate: A number or a schedule.
        learning_rate_power: Power of the accumulator; at most 0.
        initial_accumulator_value: What the accumulator begins with.
        l1_regularization_strength: Factor of the absolute values.
        l2_regularization_strength: Factor of the squares.
        l2_shrinkage_regularization_strength: Factor of the squares in the gradient only.
        beta: Added to the learning-rate term.
        weight_decay: Fraction by which weights shrink per step, times the learning rate.
        clipnorm: Largest norm of each gradient.
        clipvalue: Largest absolute value of gradient elements.
        global_clipnorm: Largest norm of all gradients together.
        use_ema: Whether to keep a moving average of the weights.
        ema_momentum: Its momentum.
        ema_overwrite_frequency: Steps after which weights are replaced by their averages.
        loss_scale_factor: Factor of the loss in `scale_loss`.
        gradient_accumulation_steps: Steps over which gradients are averaged.
        name: Name.
        **kwargs: Old spellings: `lr`, `decay`.

    Example:
        >>> Ftrl(learning_rate=0.5).get_config()["learning_rate"]
        0.5
    """

    interleaved_slots = True

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str = "ftrl",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema,
            ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps,
            name, **kwargs,
        )  # fmt: skip
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta

    @property
    def slot_names(self) -> tuple[str, ...]:  # type: ignore[override]
        """Sum of squared gradients and the linear term."""
        return ("accumulator", "linear")

    def slot_initial(self, name: str, variable: Variable) -> Any:
        """Returns what the sum begins with."""
        if name == "accumulator":
            return self.initial_accumulator_value
        return super().slot_initial(name, variable)

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Changes one variable by its gradient."""
        accumulator = self.slot("accumulator", variable)
        linear = self.slot("linear", variable)
        power = -self.learning_rate_power
        shrunk = ops.add(
            gradient,
            ops.multiply(2.0 * self.l2_shrinkage_regularization_strength, variable),
        )
        total = ops.add(accumulator, ops.square(gradient))
        change = ops.subtract(ops.power(total, power), ops.power(accumulator, power))
        slope = ops.subtract(
            ops.add(linear, shrunk), ops.multiply(ops.divide(change, learning_rate), variable)
        )
        strength = ops.add(
            self.l2_regularization_strength, ops.divide(self.beta, ops.multiply(2.0, learning_rate))
        )
        quadratic = ops.add(
            ops.divide(ops.power(total, power), learning_rate), ops.multiply(2.0, strength)
        )
        limit = self.l1_regularization_strength
        clipped = ops.clip(slope, -limit, limit)
        self.assign(variable, ops.divide(ops.subtract(clipped, slope), quadratic))
        self.assign(linear, slope)
        self.assign(accumulator, total)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            **super().get_config(),
            "learning_rate_power": self.learning_rate_power,
            "initial_accumulator_value": self.initial_accumulator_value,
            "l1_regularization_strength": self.l1_regularization_strength,
            "l2_regularization_strength": self.l2_regularization_strength,
            "l2_shrinkage_regularization_strength": self.l2_shrinkage_regularization_strength,
            "beta": self.beta,
        }


@builtin("optimizer", "lion")
class Lion(Optimizer):
    """Steps by the sign of a mixed gradient (Chen et al., 2023).

    Args:
        learning_rate: A number or a schedule.
        beta_1: Weight of the mean in the step.
        beta_2: How much of the mean is kept.
        weight_decay: Fraction by which weights shrink per step, times the learning rate.
        clipnorm: Largest norm of each gradient.
        clipvalue: Largest absolute value of gradient elements.
        global_clipnorm: Largest norm of all gradients together.
        use_ema: Whether to keep a moving average of the weights.
        ema_momentum: Its momentum.
        ema_overwrite_frequency: Steps after which weights are replaced by their averages.
        loss_scale_factor: Factor of the loss in `scale_loss`.
        gradient_accumulation_steps: Steps over which gradients are averaged.
        name: Name.
        **kwargs: Old spellings: `lr`, `decay`.

    Example:
        >>> Lion(learning_rate=0.5).get_config()["learning_rate"]
        0.5
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str = "lion",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema,
            ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps,
            name, **kwargs,
        )  # fmt: skip
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    @property
    def slot_names(self) -> tuple[str, ...]:  # type: ignore[override]
        """Mean of the gradient."""
        return ("momentum",)

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Changes one variable by its gradient."""
        slot = self.slot("momentum", variable)
        mixed = ops.add(ops.multiply(slot, self.beta_1), ops.multiply(gradient, 1.0 - self.beta_1))
        step = ops.multiply(learning_rate, ops.sign(mixed))
        self.assign(
            slot,
            ops.add(ops.multiply(slot, self.beta_2), ops.multiply(gradient, 1.0 - self.beta_2)),
        )
        self.assign_sub(variable, step)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
        }
