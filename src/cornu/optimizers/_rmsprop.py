"""RMSprop: gradients divided by the root of their mean square."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core.registry import builtin
from cornu.core.variable import Variable
from cornu.optimizers._optimizer import Optimizer


@builtin("optimizer", "rmsprop")
class RMSprop(Optimizer):
    """v = rho * v + (1 - rho) * g**2; w -= lr * g / sqrt(v + epsilon) (Tieleman & Hinton, 2012).

    Args:
        learning_rate: A number or a schedule.
        rho: How much of the mean square is kept.
        momentum: How much of the last step is kept.
        epsilon: Keeps the division finite.
        centered: Whether to subtract the squared mean of the gradient.
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
        >>> RMSprop(learning_rate=0.5).get_config()["learning_rate"]
        0.5
    """

    interleaved_slots = False

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str = "rmsprop",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema,
            ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps,
            name, **kwargs,
        )  # fmt: skip
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    @property
    def slot_names(self) -> tuple[str, ...]:  # type: ignore[override]
        """Mean squares, then steps, then means, as far as they are used."""
        names = ["velocity"]
        if self.momentum > 0:
            names.append("momentum")
        if self.centered:
            names.append("average_gradient")
        return tuple(names)

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Changes one variable by its gradient."""
        velocity = self.slot("velocity", variable)
        keep = self.rho
        mean_square = ops.add(
            ops.multiply(keep, velocity), ops.multiply(1.0 - keep, ops.square(gradient))
        )
        self.assign(velocity, mean_square)
        spread = ops.add(mean_square, self.epsilon)
        if self.centered:
            average = self.slot("average_gradient", variable)
            mean = ops.add(ops.multiply(keep, average), ops.multiply(1.0 - keep, gradient))
            self.assign(average, mean)
            spread = ops.add(ops.subtract(mean_square, ops.square(mean)), self.epsilon)
        step = ops.divide(ops.multiply(learning_rate, gradient), ops.sqrt(spread))
        if self.momentum > 0:
            slot = self.slot("momentum", variable)
            step = ops.add(ops.multiply(self.momentum, slot), step)
            self.assign(slot, step)
        self.assign_sub(variable, step)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            **super().get_config(),
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }
