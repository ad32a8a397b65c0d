"""What a search makes small or large."""

from __future__ import annotations

from typing import Any

from cornu.core import tree

_LARGE = (
    "acc", "accuracy", "auc", "precision", "recall", "f1_score", "fbeta_score", "r2_score",
    "true_positives", "true_negatives", "cosine_similarity", "iou", "specificity", "sensitivity",
)  # fmt: skip
_SMALL = (
    "loss", "error", "mse", "mae", "mape", "msle", "crossentropy", "rmse", "divergence", "hinge",
    "false_positives", "false_negatives", "poisson", "logcosh", "log_cosh", "perplexity",
)  # fmt: skip


class Objective:
    """A quantity of a training's history, and which way it gets better.

    Args:
        name: Its name, such as "val_accuracy".
        direction: "min" or "max".

    Raises:
        ValueError: For another direction.

    Example:
        >>> Objective("val_f1", "max")
        Objective(name="val_f1", direction="max")
    """

    def __init__(self, name: str, direction: str | None = None) -> None:
        if direction not in ("min", "max", None):
            raise ValueError(f"Objective: direction is 'min' or 'max'; got {direction!r}.")
        self.name = name
        self.direction = direction

    @property
    def sign(self) -> int:
        """1 when small values are good, -1 when large ones are."""
        return 1 if self.direction == "min" else -1

    def is_better(self, value: float, best: float | None) -> bool:
        """Returns whether a value is better than the best one so far (None: there is none).

        Args:
            value: The value; NaN is never better.
            best: The best one.
        """
        if value != value:
            return False
        return best is None or self.sign * value < self.sign * best

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Objective) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash((self.name, self.direction))

    def __repr__(self) -> str:
        return f'Objective(name="{self.name}", direction="{self.direction}")'


class MultiObjective(Objective):
    """The sum of several quantities, those to be made large with a minus.

    Args:
        objectives: The objectives.

    Example:
        >>> MultiObjective([Objective("loss", "min"), Objective("accuracy", "max")]).direction
        'min'
    """

    def __init__(self, objectives: list[Objective]) -> None:
        super().__init__("multi_objective", "min")
        self.objectives = objectives

    def __repr__(self) -> str:
        return f"MultiObjective({self.objectives!r})"


def resolve(given: Any, model: Any = None) -> Objective:
    """Returns the Objective for what a user wrote.

    Args:
        given: A name, an Objective, a list of them, or None for what `fit` returns.
        model: A compiled model, whose metrics know their direction; or None.

    Returns:
        The objective with its direction.

    Raises:
        ValueError: When the direction cannot be inferred.
    """
    if isinstance(given, (list, tuple)):
        return MultiObjective([resolve(item, model) for item in given])
    if given is None:
        return Objective("default_objective", "min")
    objective = given if isinstance(given, Objective) else Objective(given)
    if objective.direction is None:
        return Objective(objective.name, _direction(objective.name, model))
    return objective


def _direction(name: str, model: Any) -> str:
    plain = name.removeprefix("val_")
    compiled = model.get_compile_config() if model is not None else {}
    for metric in tree.flatten([compiled.get("metrics"), compiled.get("weighted_metrics")]):
        known = getattr(metric, "_direction", None)
        if known is not None and metric.name == plain:
            return "max" if known == "up" else "min"
    if plain.endswith(_LARGE):
        return "max"
    if plain.endswith(_SMALL):
        return "min"
    raise ValueError(
        f"Cannot tell whether {name!r} should become small or large. Say it: "
        f"objective=Objective({name!r}, direction='min') or 'max'."
    )


def value_of(objective: Objective, logs: dict[str, Any]) -> float:
    """Returns the value of an objective in the numbers of an epoch.

    Args:
        objective: The objective.
        logs: Numbers by name.

    Raises:
        KeyError: When the quantity is not among them; the message says what there is.
    """
    if isinstance(objective, MultiObjective):
        return sum(part.sign * value_of(part, logs) for part in objective.objectives)
    if objective.name not in logs:
        raise KeyError(
            f"The objective {objective.name!r} is not among the quantities of the training: "
            f"{', '.join(sorted(logs))}. Quantities that begin with 'val_' need validation data."
        )
    return float(logs[objective.name])
