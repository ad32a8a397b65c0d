"""Adam and its relatives AdamW, Nadam and Adamax."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core.registry import builtin
from cornu.core.variable import Variable
from cornu.optimizers._optimizer import Optimizer


def _powers(optimizer: Any, dtype: str) -> tuple[Any, Any]:
    """Returns beta_1 ** t and beta_2 ** t for the coming step t."""
    step = ops.cast(ops.add(optimizer.iterations, 1), dtype)
    return (
        ops.power(ops.cast(optimizer.beta_1, dtype), step),
        ops.power(ops.cast(optimizer.beta_2, dtype), step),
    )


def _moved(slot: Variable, value: Any, keep: float) -> Any:
    """Returns slot + (1 - keep) * (value - slot), a moving average."""
    return ops.add(slot, ops.multiply(ops.subtract(value, slot), 1.0 - keep))


@builtin("optimizer", "adam")
class Adam(Optimizer):
    """Moving averages of the gradient and its square (Kingma & Ba, 2015).

    Args:
        learning_rate: A number or a schedule.
        beta_1: How much of the mean gradient is kept.
        beta_2: How much of the mean square is kept.
        epsilon: Keeps the division finite.
        amsgrad: Whether to divide by the largest mean square so far (Reddi et al., 2018).
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
        >>> Adam(learning_rate=0.5).get_config()["learning_rate"]
        0.5
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str = "adam",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema,
            ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps,
            name, **kwargs,
        )  # fmt: skip
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad

    @property
    def slot_names(self) -> tuple[str, ...]:  # type: ignore[override]
        """Mean and mean square of the gradient."""
        return ("momentum", "velocity")

    def build(self, variables: Any) -> None:
        """Makes the state for variables; amsgrad keeps the largest mean squares after the rest."""
        known = len(self._trainable)
        super().build(variables)
        if self.amsgrad:
            self._add_slots(["velocity_hat"], self._trainable[known:])

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Changes one variable by its gradient."""
        first, second = _powers(self, variable.dtype)
        rate = ops.divide(
            ops.multiply(learning_rate, ops.sqrt(ops.subtract(1.0, second))),
            ops.subtract(1.0, first),
        )
        momentum = self.slot("momentum", variable)
        velocity = self.slot("velocity", variable)
        mean = _moved(momentum, gradient, self.beta_1)
        mean_square = _moved(velocity, ops.square(gradient), self.beta_2)
        self.assign(momentum, mean)
        self.assign(velocity, mean_square)
        if self.amsgrad:
            largest = self.slot("velocity_hat", variable)
            mean_square = ops.maximum(largest, mean_square)
            self.assign(largest, mean_square)
        step = ops.divide(ops.multiply(mean, rate), ops.add(ops.sqrt(mean_square), self.epsilon))
        self.assign_sub(variable, step)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }


@builtin("optimizer", "adamw")
class AdamW(Adam):
    """Adam with weight decay that is not part of the gradient (Loshchilov & Hutter, 2019).

    Args:
        learning_rate: A number or a schedule.
        beta_1: How much of the mean gradient is kept.
        beta_2: How much of the mean square is kept.
        epsilon: Keeps the division finite.
        amsgrad: Whether to divide by the largest mean square so far.
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
        >>> AdamW(learning_rate=0.5).get_config()["learning_rate"]
        0.5
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float | None = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str = "adamw",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, clipnorm, clipvalue,
            global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, name, **kwargs,
        )  # fmt: skip
        if self.weight_decay is None:
            raise ValueError("AdamW: weight_decay is None; use Adam to train without decay.")


@builtin("optimizer", "nadam")
class Nadam(Optimizer):
    """Adam with Nesterov momentum (Dozat, 2016).

    Args:
        learning_rate: A number or a schedule.
        beta_1: How much of the mean gradient is kept.
        beta_2: How much of the mean square is kept.
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
        >>> Nadam(learning_rate=0.5).get_config()["learning_rate"]
        0.5
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
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
        name: str = "nadam",
        **kwargs: Any,
    ) -> None:
        self._product: Any = None
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema,
            ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps,
            name, **kwargs,
        )  # fmt: skip
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    @property
    def slot_names(self) -> tuple[str, ...]:  # type: ignore[override]
        """Mean and mean square of the gradient."""
        return ("momentum", "velocity")

    def build(self, variables: Any) -> None:
        """Makes the state for variables, and the running product of momenta at the end."""
        super().build(variables)
        if self._product is None:
            self._product = self.add_variable((), "ones", name="u_product")

    def _momentum_at(self, step: Any) -> Any:
        decay = ops.power(0.96, step)
        return ops.multiply(self.beta_1, ops.subtract(1.0, ops.multiply(0.5, decay)))

    def _begin_update(self) -> None:
        step = ops.cast(ops.add(self.iterations, 1), "float32")
        self.assign(self._product, ops.multiply(self._product, self._momentum_at(step)))

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Changes one variable by its gradient."""
        dtype = variable.dtype
        step = ops.cast(ops.add(self.iterations, 1), dtype)
        following = ops.add(step, 1)
        now, later = self._momentum_at(step), self._momentum_at(following)
        product = ops.cast(self._product, dtype)
        product_later = ops.multiply(product, later)
        second = ops.power(ops.cast(self.beta_2, dtype), step)
        momentum = self.slot("momentum", variable)
        velocity = self.slot("velocity", variable)
        mean = _moved(momentum, gradient, self.beta_1)
        mean_square = _moved(velocity, ops.square(gradient), self.beta_2)
        self.assign(momentum, mean)
        self.assign(velocity, mean_square)
        ahead = ops.add(
            ops.divide(ops.multiply(later, mean), ops.subtract(1.0, product_later)),
            ops.divide(ops.multiply(ops.subtract(1.0, now), gradient), ops.subtract(1.0, product)),
        )
        spread = ops.divide(mean_square, ops.subtract(1.0, second))
        step_size = ops.divide(
            ops.multiply(ahead, learning_rate), ops.add(ops.sqrt(spread), self.epsilon)
        )
        self.assign_sub(variable, step_size)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }


@builtin("optimizer", "adamax")
class Adamax(Optimizer):
    """Adam with the largest gradient in place of the mean square (Kingma & Ba, 2015).

    Args:
        learning_rate: A number or a schedule.
        beta_1: How much of the mean gradient is kept.
        beta_2: How much of the mean square is kept.
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
        >>> Adamax(learning_rate=0.5).get_config()["learning_rate"]
        0.5
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
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
        name: str = "adamax",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema,
            ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps,
            name, **kwargs,
        )  # fmt: skip
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    @property
    def slot_names(self) -> tuple[str, ...]:  # type: ignore[override]
        """Mean and largest size of the gradient."""
        return ("momentum", "norm")

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Changes one variable by its gradient."""
        first, _ = _powers(self, variable.dtype)
        momentum = self.slot("momentum", variable)
        norm = self.slot("norm", variable)
        mean = _moved(momentum, gradient, self.beta_1)
        largest = ops.maximum(ops.multiply(self.beta_2, norm), ops.abs(gradient))
        self.assign(momentum, mean)
        self.assign(norm, largest)
        step = ops.divide(
            ops.multiply(learning_rate, mean),
            ops.multiply(ops.subtract(1.0, first), ops.add(largest, self.epsilon)),
        )
        self.assign_sub(variable, step)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }
