"""SGD: gradient descent, with momentum."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.core.registry import builtin
from cornu.core.variable import Variable
from cornu.optimizers._optimizer import Optimizer


@builtin("optimizer", "sgd")
class SGD(Optimizer):
    """Gradient descent: w -= lr * g, or with momentum m = momentum * m - lr * g; w += m.

    Args:
        learning_rate: A number or a schedule.
        momentum: How much of the last step is kept, 0 to 1.
        nesterov: Whether the gradient step is taken from the point ahead (Nesterov, 1983).
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
        >>> SGD(learning_rate=0.5).get_config()["learning_rate"]
        0.5
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str = "SGD",
        **kwargs: Any,
    ) -> None:
        if not isinstance(momentum, (int, float)) or not 0 <= momentum <= 1:
            raise ValueError(f"SGD: momentum must be a number from 0 to 1; got {momentum!r}.")
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema,
            ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps,
            name, **kwargs,
        )  # fmt: skip
        self.momentum = momentum
        self.nesterov = nesterov

    @property
    def slot_names(self) -> tuple[str, ...]:  # type: ignore[override]
        """The momentum, when there is one."""
        return ("momentum",) if self.momentum else ()

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Changes one variable by its gradient."""
        if not self.momentum:
            self.assign_sub(variable, ops.multiply(gradient, learning_rate))
            return
        slot = self.slot("momentum", variable)
        pull = ops.multiply(gradient, learning_rate)
        step = ops.subtract(ops.multiply(slot, self.momentum), pull)
        self.assign(slot, step)
        if self.nesterov:
            step = ops.subtract(ops.multiply(step, self.momentum), pull)
        self.assign_add(variable, step)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "nesterov": self.nesterov,
        }
